"""What is done next: questions that name something that happened and ask for what customers do after it."""

from __future__ import annotations

from chat_service.translate.grammar.categories import Span
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.conditions import listed_filter
from chat_service.translate.requests.happenings import counts_people, happenings
from chat_service.translate.requests.slots import Slots
from chat_service.translate.requests.timing import only_period
from semantic_layer import Filter, PathQuery, Period

_SHOWN = frozenset(
    {"ask", "entity", "connective", "follow", "chart", "next", "share", "window", "intent.list", "intent.define"}
)
_DAYS = 30


def read_paths(slots: Slots, assembly: Assembly) -> PathQuery | None:
    """The request of a question about what is done next, or None if it asks for none. Raises StopError."""
    asked = slots.frame.said("next")
    if not asked:
        return None
    found = [each for each in happenings(slots, assembly) if not each.negated]
    events = dict.fromkeys(each.event for each in found)
    if slots.frame.said("intent.define") and len(events) != 1:
        raise assembly.deny(asked[0])  # what do new customers do after it: what is asked for are no meanings
    if len(events) != 1 or slots.groups or slots.bounds:
        return None
    event, chooser = next(iter(events)), assembly.chooser((next(iter(events)),))
    filters: list[Filter] = []
    period: Period | None = None
    whens = list(slots.whens)
    for each in found:
        assembly.use(each.item, "behaviour", event)
        if each.clause is not None:
            if each.clause.condition is not None:
                raise assembly.deny(each.item)
            whens.extend([(each.item, each.clause.when)] if each.clause.when is not None else [])
            filters.extend(assembly.condition(each.item, values, chooser) for values in each.clause.values)
    for item, when in whens:
        period = only_period(item, when, period, assembly)
    filters.extend(assembly.condition(item, values, chooser) for item, values in slots.values)
    for item, listed in slots.listed:
        filters.extend(listed_filter(item, listed, assembly))
    within, limit = _within(slots, assembly), _limit(slots, assembly)
    assembly.refuse_rest(_SHOWN, lambda item: counts_people(item, assembly))
    query = PathQuery(event=event, within=within, period=period, filters=tuple(filters))
    return query if limit is None else query.model_copy(update={"limit": limit})


def _within(slots: Slots, assembly: Assembly) -> int:
    """Within how many days, by default a month of them."""
    spans = slots.frame.of(Span)
    for item in spans:
        assembly.use(item, "number", str(item.meaning))
    meaning = spans[0].meaning if len(spans) == 1 else None
    if isinstance(meaning, Span) and meaning.after == 0:
        return meaning.within
    if spans:
        raise assembly.deny(spans[0])
    return _DAYS


def _limit(slots: Slots, assembly: Assembly) -> int | None:
    stated = [(item, rank) for item, rank in slots.ranks if rank.direction in ("high", "best") and rank.percent is None]
    if len(stated) != len(slots.ranks) or len(stated) > 1:
        raise assembly.deny(slots.ranks[0][0])
    for item, rank in stated:
        assembly.use(item, "limit", str(rank.count))
        return rank.count if rank.stated else None
    return None
