"""Readings of one question beside each other: do two ask for the same, and is the second nearly as good."""

from __future__ import annotations

from dataclasses import dataclass

from chat_service.translate.decide import Decision
from chat_service.translate.grammar.categories import Group
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.stops import StopError
from chat_service.translate.words.spelling import Correction
from semantic_layer import Filter, ListQuery, MetricFilter, MetricQuery, Request

# readings that are nearer than this are both offered
_MARGIN = 0.199
_UNMARKED = 0.5


@dataclass(frozen=True, eq=False)
class Reader:
    """One reading of the text that came to a decision."""

    cost: float
    assembly: Assembly
    decision: Decision


@dataclass(frozen=True, eq=False)
class Readings:
    """What became of the readings of a text: decisions, cheapest first, and why others stopped."""

    frame: Frame
    corrections: tuple[Correction, ...]
    found: tuple[Reader, ...]
    stops: tuple[tuple[Frame, StopError], ...]


def unmarked(frame: Frame) -> float:
    """What a reading costs more for a group that no word marks, of words that are also a value.

    门店订单数 are the orders of that channel; *by* store would say that they are grouped.
    """
    groups = [item for item in frame.of(Group) if isinstance(item.meaning, Group) and not item.meaning.marked]
    groups = [item for item in groups if (before := frame.before(item)) is None or "follow.those" not in before.keys]
    values = {(leaf.start, leaf.end) for leaf in frame.lattice.leaves if leaf.category == "value"}
    return _UNMARKED * sum((item.start, item.end) in values for item in groups)


def rival_of(found: tuple[Reader, ...]) -> Reader | None:
    """The next reading that asks for something else, where it is nearly as good as the best."""
    best = found[0]
    for other in found[1:]:
        if other.cost > best.cost + _MARGIN:
            return None
        one, another = best.decision.request, other.decision.request
        if one is not None and another is not None and asked_for(one) != asked_for(another):
            return other
    return None


def margin_of(found: tuple[Reader, ...]) -> float:
    """How much dearer the next reading is that asks for something else; 1 where there is none."""
    best = found[0]
    mine = None if best.decision.request is None else asked_for(best.decision.request)
    others = ((each.cost, each.decision.request) for each in found[1:])
    return min((cost - best.cost for cost, one in others if one is not None and asked_for(one) != mine), default=1.0)


def asked_for(request: Request) -> tuple[object, ...]:
    """What a request asks for, whatever the order of its parts: of a list, whom it lists."""
    filters = frozenset(_of_any_order(each) for each in request.filters)
    if isinstance(request, ListQuery):
        return request.entity, filters, request.limit
    if isinstance(request, MetricQuery):
        rest = request.model_copy(update={"filters": (), "metrics": (), "group_by": ()})
        return rest, filters, frozenset(request.metrics), frozenset(request.group_by)
    return (request,)


def _of_any_order(each: Filter) -> object:
    """A condition, whatever the order of what it narrows: in stores and of beauty, of beauty and in stores."""
    if isinstance(each, MetricFilter):
        return each.model_copy(update={"filters": ()}), frozenset(each.filters)
    return each
