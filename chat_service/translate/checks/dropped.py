"""What was said is in the request: each number, each time and each measure, wherever in an item it stands.

An item that found its place can still have lost a part of itself on the way. These checks do not ask how a request was
made: they compare what the words hold with what it holds.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.checks.conflicts import ConflictError
from chat_service.translate.checks.torn import is_unit, refuse_torn_phrases
from chat_service.translate.grammar.categories import Clauses, Measure
from chat_service.translate.grammar.rules.members import KIND_OF_VALUES
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.lent_time import WHOLE
from chat_service.translate.requests.slots import Slots
from chat_service.translate.senses import NumberSense, When
from chat_service.translate.stops import Denial, LostError
from semantic_layer import GRAINS, FieldFilter, ListQuery, MetricQuery, Model, Period, Request

# a number may stand as a percentage, in another unit of time, or as the first beyond it
_SCALES = (1, 0.01, -1, -0.01, 60, 1440, 24, 1 / 60, 1 / 1440, 1 / 24)
_NUMBERED = frozenset({"bound", "clauses", "condition", "group", "ranking", "one"})
_TIMED = frozenset({"bound", "clauses"})


def refuse_dropped(slots: Slots, assembly: Assembly, request: Request) -> None:
    """Raise StopError for the first number, time or measure that was said and that the request does not hold."""
    if not isinstance(request, MetricQuery | ListQuery):
        return
    held = tuple(_held(request))
    _refuse_pointing(slots, assembly)
    _refuse_possible(slots, assembly)
    refuse_torn_phrases(slots, assembly)
    _refuse_occasion(slots, assembly)
    _refuse_lost_side(slots, assembly, request)
    _refuse_cut_each(slots, assembly, request)
    _refuse_in_each(slots, assembly)
    _refuse_own_name(slots, assembly, request)
    _refuse_deed_over_time(slots, assembly, request)
    _refuse_past_state(slots, assembly, request)
    for item in slots.frame.items:
        if item in slots.taken:
            continue
        lost = _number_lost(item, held) or _time_lost(item, held, request)
        if lost or _measure_lost(item, slots, held):
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_pointing(slots: Slots, assembly: Assembly) -> None:
    """What was that city's order value: one that was named before, not each of them."""
    frame = slots.frame
    for item, group in slots.groups:
        if item.leaves()[0].category.startswith("grouping"):
            continue  # split those by tier: what was shown
        before = frame.before(item)
        words = [frame.folded(leaf) for leaf in item.leaves()] + ([frame.folded(before)] if before is not None else [])
        led = frame.before(before) if before is not None and frame.folded(before) in ("their", "own") else None
        inside = led is not None and frame.folded(led) in word_set("where")  # ordered in their birthday month
        if inside and group.dimensions:
            raise ConflictError(Denial("not_supported", assembly.said(item)))
        if group.dimensions and any(word in word_set("points_at") for word in words):
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_possible(slots: Slots, assembly: Assembly) -> None:
    """Who may leave us, 可能会退货的客户: what is not done yet is no deed that was."""
    frame = slots.frame
    for item in frame.of(Clauses):
        before = frame.before(item)
        words = [*item.leaves(), *([before] if before is not None else [])]
        since = isinstance(item.meaning, Clauses) and any(clause.after for clause in item.meaning.clauses)
        if not since and any(word.category.startswith("function.sequence") for word in item.leaves()):
            raise LostError(Denial("not_supported", assembly.said(item)), item)  # their first order above 500
        if before is not None and _told_apart(before, item):
            raise LostError(Denial("not_supported", assembly.said(item)), item)
        phrases = [word for word in word_set("may_happen") if len(word) > 1 and not word.isascii()]
        told = any(word in frame.folded(item) for word in phrases)
        if told or any(word.is_empty and frame.folded(word) in word_set("may_happen") for word in words):
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _told_apart(one: Edge, other: Edge) -> bool:
    """第一次购买|花了500元: a deed with a number right behind another, with nothing between them, is of that one."""
    first, second = one.meaning, other.meaning
    if not isinstance(first, Clauses) or not isinstance(second, Clauses):
        return False
    return (
        not any(each.negated for each in (*first.clauses, *second.clauses)) and second.clauses[0].condition is not None
    )


def _refuse_in_each(slots: Slots, assembly: Assembly) -> None:
    """Members who ordered every month: in each of them, not so many of each month. 这两年都买过: in either year.

    Who ordered more this year than last: more of each of them, not more of them.
    """
    for item in slots.frame.of(Clauses):
        behind = slots.frame.after(item)
        more = behind is not None and bool(set(behind.keys) & {"comparative", "change"})
        if more and isinstance(item.meaning, Clauses) and item.meaning.relative and slots.against:
            raise LostError(Denial("not_supported", assembly.said(item)), item)
    for item, group in slots.groups:  # 每月均有购买
        after = slots.frame.after(item)
        deed = slots.frame.spoken(after) if after is not None and _is_all(after, slots) else None
        if group.grain is not None and deed is not None and (deed.category == "clauses" or _is_all(deed, slots)):
            raise LostError(Denial("not_supported", assembly.said(item)), item)
    for item, clauses in slots.clauses:
        times = [clause.when.date for clause in clauses.clauses if clause.when is not None and not clause.negated]
        both = [leaf for leaf in item.leaves() if leaf.is_empty and slots.frame.folded(leaf) in word_set("all_of_them")]
        placed = any(clause.values for clause in clauses.clauses)  # both in store and in the app: in each of these
        if both and not placed and len(clauses.clauses) == 1 and any((date.count or 1) > 1 for date in times):
            raise LostError(Denial("not_supported", assembly.said(item)), item)
        after = slots.frame.after(item)
        if clauses.relative and after is not None and is_unit(after, every=True):
            raise LostError(Denial("not_supported", assembly.said(after)), after)


def _is_all(edge: Edge, slots: Slots) -> bool:
    return slots.frame.folded(edge) in word_set("all_of_them")


def _refuse_cut_each(slots: Slots, assembly: Assembly, request: MetricQuery | ListQuery) -> None:
    """The top spender in each tier: each of them is shown, and a limit would leave one."""
    if not isinstance(request, MetricQuery) or request.limit != 1 or request.limit_within:
        return
    for item, group in slots.groups:
        alone = slots.ranks and not slots.ranks[0][1].stated and len(request.group_by) == 1
        if (group.outer or group.every) and alone:
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_lost_side(slots: Slots, assembly: Assembly, request: MetricQuery | ListQuery) -> None:
    """Cities with more revenue than Shanghai: a value behind 'than' is what the others are compared with."""
    compares = isinstance(request, MetricQuery) and request.compare is not None and request.compare.to == "filters"
    for item, _ in slots.values if slots.has("comparative", "change") and not compares else ():
        before = slots.frame.before(item)
        if before is not None and before.category == "comparison.versus":
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_occasion(slots: Slots, assembly: Assembly) -> None:
    """For the July win-back I need gold members: what it is for is not what is asked for."""
    frame = slots.frame
    wants = [edge for edge in frame.covering.edges if edge.category == "function.phrase.want"]
    opens = frame.folded(frame.covering.edges[0]).split(" ")[0] in word_set("occasion_opener")
    for item, _ in slots.measures if wants and opens else ():
        if item.end <= wants[0].start and any(each.start >= wants[0].end for each in frame.items):
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_own_name(slots: Slots, assembly: Assembly, request: MetricQuery | ListQuery) -> None:
    """社媒 mentions: a value that only says again what the measure right behind is called is no condition of it."""
    for item, values in slots.values:
        after = slots.frame.after(item)
        if (
            after is None
            or after.category != "measure"
            or len(values.words) > 1
            or not isinstance(request, MetricQuery)
        ):
            continue
        labels = [set(assembly.scope.model.metrics[name].label.en.lower().split(" ")) for name in request.metrics]
        codes = {str(sense.value) for sense in values.words[0]}
        if any(codes & label for label in labels):
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_deed_over_time(slots: Slots, assembly: Assembly, request: MetricQuery | ListQuery) -> None:
    """Customers who logged in, by week: how many there are is of each week's end, and who did it is of no week."""
    if not isinstance(request, MetricQuery) or not any(name in GRAINS for name in request.group_by):
        return
    counted = {entity.counted_by for entity in assembly.model.entities.values()}
    for item, _ in slots.clauses if set(request.metrics) <= counted else ():
        raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_past_state(slots: Slots, assembly: Assembly, request: MetricQuery | ListQuery) -> None:
    """2025年底高流失风险的客户: a score that is kept as it is today says nothing of who had it then."""
    model, end = (
        assembly.scope.model,
        request.period.end if isinstance(request, MetricQuery) and request.period else None,
    )
    if not isinstance(request, MetricQuery) or end is None or end > assembly.scope.today or request.compare is not None:
        return
    if not all(model.metrics[name].is_stock for name in request.metrics) or not slots.whens:
        return
    today_only = {name for name, each in model.datasets.items() if _has_one_row_each(name, model)}
    fields = [each.field for each in request.filters if isinstance(each, FieldFilter)]
    homes = [model.dimensions[f].home.dataset if f in model.dimensions else f.partition(".")[0] for f in fields]
    if set(homes) & today_only:
        raise LostError(Denial("not_supported", assembly.said(slots.whens[0][0])), slots.whens[0][0])


def _has_one_row_each(name: str, model: Model) -> bool:
    """Whether a dataset describes each entity by one row, and is not the entity's own."""
    keys = {(entity.key,) for entity in model.entities.values()}
    return model.datasets[name].primary_key in keys and name not in {e.dataset for e in model.entities.values()}


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
    """A number of a condition, a rank, so many groups or a key: the request has it."""
    said = [leaf.meaning for leaf in _leaves_but_counts(item) if isinstance(leaf.meaning, NumberSense)]
    if item.category not in _NUMBERED:
        return False
    if item.category == "clauses" and any(each.is_ordinal for each in said):
        return True  # placed their first order: none that is one of any
    numbers = [float(each) for each in held if isinstance(each, int | float) and not isinstance(each, bool)]
    numbers += [float(each) for each in held if isinstance(each, str) and each.isdecimal()]
    return any(not _among(each.value, numbers) for each in said)


def _leaves_but_counts(item: Edge) -> tuple[Edge, ...]:
    """The words of an item, without those that tell how many values stand beside: 门店和APP两个渠道."""
    if item.rule == KIND_OF_VALUES or not item.parts:
        return () if item.parts else (item,)
    return tuple(leaf for part in item.parts for leaf in _leaves_but_counts(part))


def _among(value: float, numbers: list[float]) -> bool:
    scaled = [*(value * scale for scale in _SCALES), value + 1]
    return any(abs(each - one) < 1e-9 for each in numbers for one in scaled)


def _time_lost(item: Edge, held: tuple[object, ...], request: MetricQuery | ListQuery) -> bool:
    """A stretch of time: the request has it, a part of it, or one that it is a part of."""
    if isinstance(request, MetricQuery) and request.compare is not None:
        return False
    shown = [each for each in held if isinstance(each, Period)]
    for leaf in item.leaves() if item.category in _TIMED else (item,):
        when = leaf.meaning
        if not isinstance(when, When) or when.ever or when.date.period is None:
            continue
        if when.date.rules == WHOLE:
            continue  # the one that was named before
        said = [each for each in (when.date.period, when.date.calendar_period) if each is not None]
        if not any(
            _within(one, other) or _within(other, one) or _begins(one, other) for one in said for other in shown
        ):
            return True
    return False


def _begins(one: Period, other: Period) -> bool:
    """Last ordered before March: none since March."""
    return one.start is None and one.end is not None and other.start == one.end


def _within(one: Period, other: Period) -> bool:
    starts = other.start is None or (one.start is not None and other.start <= one.start)
    return starts and (other.end is None or (one.end is not None and one.end <= other.end))


def _measure_lost(item: Edge, slots: Slots, held: tuple[object, ...]) -> bool:
    """A measure by name: it is asked for, compared, or said by another word for what is."""
    placed = (*slots.subjects, *slots.populations, *slots.listed)
    if not isinstance(item.meaning, Measure) or item in slots.entities or any(item is each for each, _ in placed):
        return False
    said = [names for each, names in slots.measures if each is item]
    return not said and item.category == "measure" and not set(item.meaning.metrics) & set(map(str, held))
