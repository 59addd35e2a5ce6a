"""Conditions that no customer or row can meet together are never answered with the 0 or the nothing they give.

Orders at least 5 and none in the same year, app and not app: the question was misread, or asks for what cannot be.
"""

from __future__ import annotations

import itertools
import math

from chat_service.translate.meaning.relations import Structure
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots
from chat_service.translate.stops import Denial, StopError
from semantic_layer import AllOf, FieldFilter, Filter, MetricFilter, MetricQuery, Period, Request, Scalar


class ConflictError(StopError):
    """Conditions that exclude each other: said so, it is not read with a word left out until it can be answered."""


def refuse_conflicts(slots: Slots, assembly: Assembly, request: Request, *, goes_on: bool) -> None:
    """Raise StopError where conditions of the request exclude each other, or one holds for everybody."""
    structure = assembly.scope.structure
    filters = tuple(_flat(request.filters))
    inner = [tuple(_flat(each.filters)) for each in filters if isinstance(each, MetricFilter)]
    shown = request.metrics if isinstance(request, MetricQuery) else ()
    beside = [MetricFilter(metric=each, period=_of(request), op=">=", values=(1.0,)) for each in shown]
    if any(_none_and_some(one, other, structure) for one in filters for other in beside):
        raise StopError(Denial("not_supported", _words_of(slots, assembly)))  # new customers who never ordered
    for group in (filters, *inner):
        if any(excludes(one, other) for one, other in itertools.combinations(group, 2)):
            raise ConflictError(Denial("not_supported", _words_of(slots, assembly)))
        if any(_none_and_some(one, other, structure) for one, other in itertools.permutations(group, 2)):
            raise StopError(Denial("not_supported", _words_of(slots, assembly)))  # in other times it can be
        if not goes_on and any(_is_implied(one, other) for one, other in itertools.permutations(group, 2)):
            raise StopError(Denial("not_supported", _words_of(slots, assembly)))
    for each in filters:
        if isinstance(each, MetricFilter) and _is_of_everyone(each, assembly):
            raise StopError(Denial("not_supported", _words_of(slots, assembly)))


def _of(request: Request) -> Period | None:
    return request.period if isinstance(request, MetricQuery) else None


def _is_of_everyone(each: MetricFilter, assembly: Assembly) -> bool:
    """'Registered at least once, ever' holds for every customer: its words were meant otherwise."""
    if each.period is not None or each.filters or (each.op, each.values) != (">=", (1.0,)):
        return False
    metric = assembly.scope.model.metrics[each.metric]
    entities = {entity.dataset for entity in assembly.scope.model.entities.values()}
    own_rows = metric.definition.dataset in entities and metric.filter is None
    return own_rows and assembly.scope.structure.counts_rows(each.metric)


def _is_implied(one: FieldFilter | MetricFilter, other: FieldFilter | MetricFilter) -> bool:
    """Did it ever, beside did it in May; women, beside women or men: a condition that leaves the other as it is.

    Nobody says that: one of both was meant of something else.
    """
    if isinstance(one, FieldFilter) and isinstance(other, FieldFilter):
        named, more = _values(other, ("=", "in")), _values(one, ("=", "in"))
        return one.field == other.field and named is not None and more is not None and named <= more
    if isinstance(one, MetricFilter) and isinstance(other, MetricFilter):
        same = (one.metric, one.filters, one.per) == (other.metric, other.filters, other.per)
        ever = (one.period is None or one.period == other.period) and (one.op, one.values) == (">=", (1.0,))
        return same and ever and not _meet(_range(other), (0.0, 0.0))
    return False


def _words_of(slots: Slots, assembly: Assembly) -> str:
    items = [item for item, _ in (*slots.clauses, *slots.values)]
    return " … ".join([assembly.said(item) for item in items][:3])


def _flat(filters: tuple[Filter, ...]) -> list[FieldFilter | MetricFilter]:
    """The filters that all have to hold."""
    found: list[FieldFilter | MetricFilter] = []
    for each in filters:
        if isinstance(each, AllOf):
            found.extend(_flat(each.all))
        elif isinstance(each, FieldFilter | MetricFilter):
            found.append(each)
    return found


def excludes(one: FieldFilter | MetricFilter, other: FieldFilter | MetricFilter) -> bool:
    """Whether two conditions can never hold together, or the one says nothing beside the other.

    >>> excludes(FieldFilter(field="city", values=("A",)), FieldFilter(field="city", op="!=", values=("B",)))
    True
    """
    if isinstance(one, FieldFilter) and isinstance(other, FieldFilter):
        return one.field == other.field and _fields_exclude(one, other)
    if isinstance(one, MetricFilter) and isinstance(other, MetricFilter):
        same = (one.metric, one.filters, one.per) == (other.metric, other.filters, other.per)
        ever = one.period == other.period or _is_never(one) or _is_never(other)
        return same and ever and not _meet(_range(one), _range(other))
    return False


def _is_never(one: MetricFilter) -> bool:
    """None at all of all time, which excludes any in some time."""
    return one.period is None and (one.op, one.values) == ("=", (0.0,))


def _none_and_some(one: FieldFilter | MetricFilter, other: FieldFilter | MetricFilter, structure: Structure) -> bool:
    """No orders in a time, and some orders or revenue of theirs in that time."""
    if not isinstance(one, MetricFilter) or not isinstance(other, MetricFilter) or one.filters or one.per or other.per:
        return False
    same = structure.are_of_same_rows(one.metric, other.metric) or structure.is_first_of(other.metric, one.metric)
    counted = structure.counts_rows(one.metric) and same
    none = (one.op, one.values) == ("=", (0.0,)) and not _meet(_range(other), (0.0, 0.0))
    return counted and none and (one.period is None or _is_within(other.period, one.period))


def _is_within(one: Period | None, other: Period) -> bool:
    if one is None or one.start is None or one.end is None:
        return False
    return (other.start is None or other.start <= one.start) and (other.end is None or one.end <= other.end)


def _fields_exclude(one: FieldFilter, other: FieldFilter) -> bool:
    named, barred = _values(one, ("=", "in")), _values(other, ("=", "in"))
    if named is not None and barred is not None:
        return not named & barred
    named = named if named is not None else barred
    against = _values(other, ("!=", "not in")) or _values(one, ("!=", "not in"))
    if named is None or against is None:
        return False
    return named <= against or not named & against


def _values(each: FieldFilter, operators: tuple[str, ...]) -> set[Scalar] | None:
    return set(each.values) if each.op in operators else None


def _range(each: MetricFilter) -> tuple[float, float]:
    """The lowest and the highest number that a comparison allows."""
    first = each.values[0]
    match each.op:
        case "between":
            return first, each.values[1]
        case "=":
            return first, first
        case ">" | ">=":
            return (math.nextafter(first, math.inf) if each.op == ">" else first), math.inf
        case "<" | "<=":
            return -math.inf, (math.nextafter(first, -math.inf) if each.op == "<" else first)
    return -math.inf, math.inf


def _meet(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return max(one[0], other[0]) <= min(one[1], other[1])
