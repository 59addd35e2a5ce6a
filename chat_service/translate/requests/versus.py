"""Two named sides and by how much they differ: APP笔单价比官网高多少, the gap between app and web.

One row: the first side, the other beside it, and the difference. Values that are only listed stay groups.
"""

from __future__ import annotations

from dataclasses import replace

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.requests.assembly import Assembly, value_filter
from chat_service.translate.requests.draft import Draft
from chat_service.translate.requests.slots import Slots, asked_of
from chat_service.translate.senses import Values
from semantic_layer import Compare

_OPERATING = ("comparison", "comparative", "change", "prefix", "date.versus")


def compare_sides(draft: Draft, slots: Slots, assembly: Assembly) -> str | None:
    """Compare the two sides that a question names; the dimension that tells them apart, None where it names none."""
    sides = _sides(slots) if not slots.against and len(slots.whens) < 2 and not draft.goes_on else None
    if sides is None:
        return None
    items, both = sides
    dimension, found = assembly.values(items[0], both, assembly.chooser(draft.metrics))
    if len(found) != 2 or dimension in draft.group_by:
        return None
    slots.values[:] = [each for each in slots.values if each[0] not in items]
    draft.filters = (*draft.filters, value_filter(dimension, found[:1]))
    draft.compare = Compare(to="filters", filters=(value_filter(dimension, found[1:]),))
    for item, value in zip((items[0], items[-1]), found, strict=True):
        assembly.use(item, "value", f"{dimension}: {value}")
    for word in slots.frame.said(*_OPERATING):
        assembly.use(word, "comparison", "filters")
    return dimension


def _sides(slots: Slots) -> tuple[list[Edge], Values] | None:
    """The items that name the two sides, and both as values of one dimension."""
    frame = slots.frame
    differs = any(frame.folded(word) in word_set("difference") for word in frame.said("comparison"))
    more = [word for word in frame.said("comparative", "change", "prefix") if word.category != "change.change"]
    by_how_much = bool(more) and any({"how_much", "how_many"} & set(asked_of(item)) for item in frame.items)
    plain = [(item, v) for item, v in slots.values if not (v.negated or v.only or v.both)]
    for item, values in plain:
        if len(values.words) == 2 and (differs or by_how_much):
            return [item], values
    for at, (one, values) in enumerate(plain):
        for other, more_values in plain[at + 1 :]:
            both = replace(values, words=(*values.words, *more_values.words))
            between = [word for word in frame.said(*_OPERATING) if one.end <= word.start and word.end <= other.start]
            if len(both.words) == 2 and both.candidates and (between or differs):
                return [one, other], both
    return None
