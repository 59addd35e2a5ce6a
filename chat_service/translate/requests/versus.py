"""Two named sides and by how much they differ: APP笔单价比官网高多少, the gap between app and web.

One row: the first side, the other beside it, and the difference. Values that are only named, listed, set against each
other or said to be more than the other are groups.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.requests.assembly import Assembly, value_filter
from chat_service.translate.requests.draft import Draft
from chat_service.translate.requests.ordering import asks_for_groups
from chat_service.translate.requests.slots import Slots, asked_of
from chat_service.translate.senses import Values
from semantic_layer import Compare

_OPERATING = ("comparison", "comparative", "change", "prefix", "date.versus")
_PASSING = ("prefix.gt", "prefix.ge", "prefix.lt", "prefix.le", "prefix.past")
_JOINING = frozenset({*_OPERATING, "connective.and"})


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
    more = [word for word in frame.said("comparative", "change", *_PASSING) if word.category != "change.change"]
    by_how_much = bool(more) and any({"how_much", "how_many"} & set(asked_of(item)) for item in frame.items)
    if not (differs or by_how_much or (more and slots.groups and asks_for_groups(slots))):
        return None
    plain = [each for each in slots.values if _is_plain(each[1])]
    one = next((([item], values) for item, values in plain if len(values.words) == 2), None)
    return one or next(_pairs(plain, slots, joined=differs), None)


def join_named(slots: Slots, assembly: Assembly) -> None:
    """上海的客户和北京的客户, women more often than men: each named with its noun, they are a list."""
    found = list(itertools.islice(_pairs(slots.values, slots), 2))
    if len(found) != 1 or any(item.start > found[0][0][0].start for item, _ in slots.values if item not in found[0][0]):
        return  # women in stores and men in the app: each with what is its own
    (one, other), both = found[0]
    between = slots.frame.between(one, other)
    for told in (slots.measures, slots.whens, slots.groups):
        if len({each for _, each in told}) > 1 and any(item in between for item, _ in told):
            return  # revenue in Shanghai and orders in Beijing
    slots.values[:] = [(item, both if item is one else each) for item, each in slots.values if item is not other]
    assembly.use(other, "value", slots.frame.text(other))


def _is_plain(values: Values) -> bool:
    return not (values.negated or values.only or values.both)


def _pairs(
    named: list[tuple[Edge, Values]], slots: Slots, *, joined: bool = False
) -> Iterator[tuple[list[Edge], Values]]:
    """Two values of one dimension that are named apart, with a word that joins them or sets them against each other.

    `joined`: such a word stands anywhere.
    """
    for (one, values), (other, more) in itertools.combinations(named, 2):
        if not (_is_plain(values) and _is_plain(more) and len(values.words) + len(more.words) == 2):
            continue
        between = slots.frame.between(one, other)
        if joined or not between or any(not _JOINING.isdisjoint(word.keys) for word in between):
            both = replace(values, words=(*values.words, *more.words))
            if both.candidates:
                yield [one, other], both
