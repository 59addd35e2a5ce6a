"""What is asked of each one by itself, which no grouping, comparison or sorting of a request says.

Who ordered in every month, who spent more than the year before, the best customer of each tier; which cities, without
their names; the number of stores. Such words are accounted for, and would be answered as something near to it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Clauses
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots, asked_of, is_relative, names_people
from chat_service.translate.senses import Ask, When
from chat_service.translate.stops import Denial, LostError
from semantic_layer import ListQuery, MetricQuery, Request

_BETWEEN = frozenset({"unit", "function.function.particle"})  # 三家门店, 前三的门店
_TOLD = frozenset({"metric", "entity"})
_COMPARES = ("prefix", "comparative", "level")


def refuse_one_by_one(slots: Slots, assembly: Assembly, request: Request) -> None:
    """Raise LostError for the first such word."""
    if not isinstance(request, MetricQuery | ListQuery):
        return
    leaves = [leaf for edge in slots.frame.covering.edges for leaf in edge.leaves()]
    checks = [
        _counted_values(leaves, slots),
        _every_time(leaves, slots),
        _every_one_of(leaves, slots),
        _some_of_them(slots),
        _just_now(slots),
        _beside_mean(leaves),
        _added_time(leaves, slots),
    ]
    if isinstance(request, MetricQuery):
        checks += [
            _ranked_people(slots, assembly, request),
            _share_of_people(slots, assembly, request),
            _own_change(slots, request),
            _moved_by(slots, request),
        ]
    for code, item in itertools.chain(*checks):
        raise LostError(Denial(code, assembly.said(item)), item)


Found = Iterator[tuple[str, Edge]]


def _counted_values(leaves: list[Edge], slots: Slots) -> Found:
    """Top 3 stores, how many stores: what is counted is a thing, and not the channel that is called the same."""
    things = {(leaf.start, leaf.end) for leaf in slots.frame.lattice.leaves if leaf.category == "dimension"}
    said = [leaf for leaf in leaves if leaf.category not in _BETWEEN]
    for (one, other), after in itertools.zip_longest(itertools.pairwise(said), said[2:]):
        if other.category != "value" or (other.start, other.end) not in things:
            continue
        if after is not None and after.category in _TOLD:
            continue  # how many store orders
        if isinstance(one.meaning, Ask) and "how_many" in one.meaning.what and "people" not in one.meaning.what:
            yield "number_of_groups", other
        elif one.category == "number":
            yield "not_supported", other


def _beside_mean(leaves: list[Edge]) -> Found:
    """低于平均的品类, stores below average: each one beside the mean of all."""
    for one, other in itertools.pairwise(leaf for leaf in leaves if leaf.category != "function.function.preposition"):
        if one.category.startswith(_COMPARES) and other.category.startswith("average"):
            yield "not_supported", one


def _added_time(leaves: list[Edge], slots: Slots) -> Found:
    """Plus March, 再加上3月: a time beside the one before, and not in place of it."""
    for one, other in itertools.pairwise(leaves):
        if slots.frame.folded(one) in word_set("adds_time") and other.category.startswith("date"):
            yield "several_periods", other


def _every_time(leaves: list[Edge], slots: Slots) -> Found:
    """每个月都下单的客户, who ordered each month: in all of them."""
    frame, whole = slots.frame, tuple(word_set("in_all_of_them"))
    named = bool(slots.entities) or any({"who", "which"} & set(asked_of(leaf)) for leaf in leaves)
    for item, _ in (each for each in slots.groups if each[1].grain is not None):
        before, after = frame.before(item), frame.after(item)
        if before is not None and _is_deed(before) and is_relative(before, slots):
            yield "every_time", item
        if after is not None and frame.folded(after) in whole:
            deed = frame.spoken(after)
            if deed is not None and _is_deed(deed) and (named or is_relative(deed, slots)):
                yield "every_time", item
        if frame.folded(item).startswith(whole) and frame.of(Clauses):
            yield "every_time", item


def _every_one_of(leaves: list[Edge], slots: Slots) -> Found:
    """这两年都买过的客户: in each of both."""
    for one, other, deed in zip(leaves, leaves[1:], leaves[2:], strict=False):
        date = one.meaning.date if isinstance(one.meaning, When) else None
        several = date is not None and (date.count or 0) > 1 and date.unit not in (None, "day")
        if several and slots.frame.folded(other) in word_set("in_all_of_them") and deed.category == "behaviour":
            yield "every_time", one


def _is_deed(item: Edge) -> bool:
    return isinstance(item.meaning, Clauses)


def _some_of_them(slots: Slots) -> Found:
    """某些等级, certain cities: which, is not said."""
    for item, group in slots.groups:
        before = slots.frame.before(item)
        again = [each for each in slots.groups if each[1].dimensions == group.dimensions]
        if before is not None and len(again) == 1 and slots.frame.folded(before) in word_set("some_of_them"):
            yield "which_of_them", before


def _just_now(slots: Slots) -> Found:
    """刚注册的客户: since when, is not said."""
    for item in (each[0] for told in (slots.measures, slots.clauses, slots.listed) for each in told):
        before = slots.frame.before(item)
        if before is not None and slots.frame.folded(before) in word_set("just_now"):
            yield "vague_period", before


def _ranked_people(slots: Slots, assembly: Assembly, request: MetricQuery) -> Found:
    """The cities with the most members, and their revenue: people beside a rank are what is ranked by, and behind it
    (每个等级消费最高的客户) they are who is ranked."""
    frame, nouns = slots.frame, assembly.scope.entity_words
    people = assembly.structure.people_metrics | {each.counted_by for each in assembly.model.entities.values()}
    named = [*slots.entities, *(item for item, _ in slots.subjects)]

    def are_people(item: Edge | None) -> bool:
        return item is not None and (item in named or names_people(item, frame, nouns))

    for item in frame.items if request.group_by else ():
        if {"ranking", "rank"}.isdisjoint(item.keys):
            continue
        before, after, told = frame.before(item), frame.after(item), frame.spoken(item, back=True)
        by_people = any(each.column in people for each in request.order_by)
        if not by_people and (are_people(before) or are_people(after)):
            yield "not_supported", item
            continue
        best = told is not None and _is_deed(told) and are_people(after)
        doers = not by_people and after is not None and frame.folded(after) in word_set("doers")
        if best or doers:
            yield "best_of_each", item


def _share_of_people(slots: Slots, assembly: Assembly, request: MetricQuery) -> Found:
    """投诉的客户里有几成是金卡: of the people who did it, and not of how often they did."""
    for item, names in slots.measures if request.shares else ():
        whose = slots.frame.spoken(item)
        if whose in slots.entities and not any(assembly.structure.one_each(name) for name in names):
            led = slots.frame.after(item)
            if led is not None and slots.frame.folded(led) in word_set("possessive"):
                yield "not_supported", item


def _own_change(slots: Slots, request: MetricQuery) -> Found:
    """Customers who spent less than the year before, 今年比去年买得多的客户: by each one's own two numbers."""
    frame, more = slots.frame, {(e.start, e.end) for e in slots.frame.lattice.leaves if "comparative" in e.keys}
    said = [each for each in frame.items if (each.start, each.end) in more] if request.compare is not None else []
    for item in said:
        before, linked, after = frame.spoken(item, back=True), frame.after(item), frame.spoken(item)
        whose = linked is not None and frame.folded(linked) in word_set("possessive") and after in slots.entities
        if whose or (before is not None and _is_deed(before) and is_relative(before, slots)):
            yield "own_change", item


def _moved_by(slots: Slots, request: MetricQuery) -> Found:
    """Cities that grew by more than 40 customers: no bound on the number itself says that."""
    for item, _ in slots.bounds if request.having else ():
        before = slots.frame.spoken(item, "grouping", back=True)
        if before is not None and "change" in before.keys:
            yield "not_supported", item


__all__ = ["refuse_one_by_one"]
