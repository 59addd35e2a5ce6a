"""What was said is in the request: each number, each time and each measure, wherever in an item it stands.

An item that found its place can still have lost a part of itself on the way. These checks do not ask how a request was
made: they compare what the words hold with what it holds.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.checks.accounting import LostError
from chat_service.translate.grammar.categories import Clauses, Measure
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots
from chat_service.translate.senses import NumberSense, When
from chat_service.translate.stops import Denial
from semantic_layer import ListQuery, MetricQuery, Period, Request

_PERCENT = 100
_COMPARING = frozenset({"bound", "clauses", "condition"})
_TIMED = frozenset({"bound", "clauses"})


def refuse_dropped(slots: Slots, assembly: Assembly, request: Request) -> None:
    """Raise StopError for the first number, time or measure that was said and that the request does not hold."""
    if not isinstance(request, MetricQuery | ListQuery):
        return
    held = tuple(_held(request))
    _refuse_pointing(slots, assembly)
    _refuse_possible(slots, assembly)
    _refuse_both_as_groups(slots, assembly, request)
    for item in slots.frame.items:
        lost = _number_lost(item, held) or _time_lost(item, held, request)
        if lost or _measure_lost(item, slots, held, assembly):
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_pointing(slots: Slots, assembly: Assembly) -> None:
    """What was that city's order value: one that was named before, not each of them."""
    frame = slots.frame
    for item, group in slots.groups:
        before = frame.before(item)
        words = [frame.folded(leaf) for leaf in item.leaves()] + ([frame.folded(before)] if before is not None else [])
        if group.dimensions and any(word in word_set("points_at") for word in words):
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_possible(slots: Slots, assembly: Assembly) -> None:
    """Who may leave us, 可能会退货的客户: what is not done yet is no deed that was."""
    frame = slots.frame
    for item in frame.of(Clauses):
        before = frame.before(item)
        words = [*item.leaves(), *([before] if before is not None else [])]
        if any(word.is_empty and frame.folded(word) in word_set("may_happen") for word in words):
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_both_as_groups(slots: Slots, assembly: Assembly, request: MetricQuery | ListQuery) -> None:
    """既在门店又在APP买过的客户有多少: who did both, not how many did each."""
    people = [name for name in getattr(request, "metrics", ()) if assembly.scope.structure.one_each(name)]
    said = [edge for edge in slots.frame.covering.edges if slots.frame.folded(edge) in word_set("opens_both")]
    if isinstance(request, MetricQuery) and request.show and people and said:
        raise LostError(Denial("not_supported", assembly.said(said[0])), said[0])


def _held(part: object) -> Iterator[object]:
    """All plain values of a request, however nested."""
    if isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from _held(getattr(part, name))
    elif isinstance(part, tuple | list):
        for each in part:
            yield from _held(each)
    else:
        yield part


def _number_lost(item: Edge, held: tuple[object, ...]) -> bool:
    """A number of a condition or a rank; one that is an order or a share of things is told by more than itself."""
    said = [leaf.meaning for leaf in item.leaves() if isinstance(leaf.meaning, NumberSense)]
    if item.category not in _COMPARING:
        return False
    numbers = [float(each) for each in held if isinstance(each, int | float)]
    numbers += [float(each) for each in held if isinstance(each, str) and each.isdecimal()]
    return any(not _among(each.value, numbers) for each in said)


def _among(value: float, numbers: list[float]) -> bool:
    return any(abs(each - scaled) < 1e-9 for each in numbers for scaled in (value, value / _PERCENT, value + 1))


def _time_lost(item: Edge, held: tuple[object, ...], request: MetricQuery | ListQuery) -> bool:
    """A stretch of time: the request has it, a part of it, or one that it is a part of."""
    if isinstance(request, MetricQuery) and request.compare is not None:
        return False
    shown = [each for each in held if isinstance(each, Period)]
    for leaf in item.leaves() if item.category in _TIMED else (item,):
        when = leaf.meaning
        if not isinstance(when, When) or when.ever or when.date.period is None:
            continue
        said = [each for each in (when.date.period, when.date.calendar_period) if each is not None]
        if not any(_within(one, other) or _within(other, one) for one in said for other in shown):
            return True
    return False


def _within(one: Period, other: Period) -> bool:
    starts = other.start is None or (one.start is not None and other.start <= one.start)
    return starts and (other.end is None or (one.end is not None and one.end <= other.end))


def _measure_lost(item: Edge, slots: Slots, held: tuple[object, ...], assembly: Assembly) -> bool:
    """A measure by name: it is asked for, compared, or said by another word for what is."""
    placed = (*slots.subjects, *slots.populations, *slots.listed)
    if not isinstance(item.meaning, Measure) or item in slots.entities or any(item is each for each, _ in placed):
        return False
    said = [names for each, names in slots.measures if each is item]
    return not said and item.category == "measure" and not set(item.meaning.metrics) & set(map(str, held))
