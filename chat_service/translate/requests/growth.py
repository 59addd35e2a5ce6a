"""What a word of growth compares where no other time is named: each time with the one before it."""

from __future__ import annotations

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots
from semantic_layer import Compare, Grain, Period, preceding


def _refuse_rising_to(changes: list[Edge], slots: Slots, assembly: Assembly) -> None:
    """升级到金卡: who rose to something, not by how much."""
    for word in changes:
        after = slots.frame.after(word)
        while after is not None and after.is_empty:
            after = slots.frame.after(after)
        if after is not None and after.category == "values" and slots.people:
            raise assembly.deny(word)


def _along_time(changes: list[Edge], slots: Slots, assembly: Assembly) -> Compare | None:
    """Growth along time: each unit against the one before it."""
    words = [word for word in changes if word.category != "change.change" or len(slots.frame.folded(word)) > 2]
    if slots.has("trend") or not words:
        return None
    for word in changes:
        assembly.use(word, "comparison", "previous")
    return Compare(to="previous")


def change_alone(slots: Slots, assembly: Assembly, period: Period | None, grains: tuple[Grain, ...]) -> Compare | None:
    """'How much did revenue grow last month': a change without another period is against the one before."""
    ranked = any(rank.by_change for _, rank in slots.ranks)
    changes = slots.frame.said("change")
    _refuse_rising_to(changes, slots, assembly)
    if not changes and not ranked:
        return None
    if grains and not ranked:
        return _along_time(changes, slots, assembly)
    if slots.has("trend"):
        return None
    for item, _ in slots.whens:
        if slots.frame.folded(item).startswith(tuple(word_set("from_it"))):
            raise assembly.deny(item, "several_periods")  # from the one to the other, or within both?
    if period is None or period.start is None:
        if len(slots.values) and any(len(values.words) > 1 for _, values in slots.values):
            return None
        word = changes[0] if changes else slots.ranks[0][0]
        raise assembly.deny(word, "comparison_without_period")
    for word in changes:
        assembly.use(word, "comparison", "previous")
    assembly.assume("compared_with_previous", preceding(period, assembly.scope.today))
    return Compare(to="previous")


__all__ = ["change_alone"]
