"""Slots that measure something -> a MetricQuery, on top of nothing or of the question before."""

from __future__ import annotations

import itertools
from dataclasses import replace

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Bound
from chat_service.translate.meaning.choices import Chooser
from chat_service.translate.meaning.named_only import named_only
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.bounds import Kind, bounds_by_kind
from chat_service.translate.requests.conditions import entity_filters, fact_filter, own_value, row_filter
from chat_service.translate.requests.draft import Draft
from chat_service.translate.requests.grouping import group, refuse_other_number
from chat_service.translate.requests.held import as_of_today, held_then
from chat_service.translate.requests.kinds import read_kinds
from chat_service.translate.requests.members import add_values
from chat_service.translate.requests.named import spent_by
from chat_service.translate.requests.ordering import moved, order
from chat_service.translate.requests.own_time import time_of
from chat_service.translate.requests.shown_as import (
    cumulate,
    grain_in_name,
    latest_unit,
    refuse_without_before,
    share,
    subtotal,
    trend_grain,
    with_trend,
)
from chat_service.translate.requests.slots import Slots, spaced
from chat_service.translate.requests.timing import Timing, decide_timing, in_units, period_of
from chat_service.translate.requests.versus import compare_sides, join_named
from chat_service.translate.senses import Ask
from chat_service.translate.stops import Denial, StopError
from semantic_layer import (
    GRAINS,
    Compare,
    Filter,
    Grain,
    Having,
    MetricFilter,
    MetricQuery,
    Order,
    is_money,
)


def metric_request(
    slots: Slots, assembly: Assembly, base: Draft | None = None, counted: tuple[str, ...] = ()
) -> MetricQuery:
    """The query of slots. `counted` are metrics that no word names (the count of an entity)."""
    draft = base if base is not None else Draft()
    as_of_today(draft, assembly.scope.model)
    read_kinds(slots, assembly)
    bounds = bounds_by_kind(slots, assembly)
    _metrics(draft, slots, assembly, bounds, counted)
    grains = _grains(slots, draft, assembly)
    timing = _timing(slots, assembly, grains, draft)
    if (named := grain_in_name(slots, grains, timing, assembly)) is not None:
        timing, grains = decide_timing(slots, assembly, (*grains, named)), (*grains, named)
        assembly.assume("grain_in_name", named)
    if base is None and (latest := latest_unit(slots, grains, timing, assembly)) is not None:
        timing = replace(timing, period=latest)
        assembly.assume("latest_unit")
    if timing.grain is not None and not grains:
        grains = (*grains, timing.grain)
    chooser = assembly.chooser(draft.metrics)
    outer = group(draft, slots, assembly, chooser, grains)
    if not (draft.group_by or draft.goes_on) and len(draft.metrics) == 1:
        draft.group_by = assembly.model.metrics[draft.metrics[0]].definition.shown_by
    _place(draft, timing, slots, assembly)
    sides = compare_sides(draft, slots, assembly)
    if not draft.goes_on:
        join_named(slots, assembly)
    dimensions = (*add_values(draft, slots, assembly, chooser), *((sides,) if sides is not None else ()))
    replaced = _stand_ins(draft, dimensions, assembly)
    share(draft, slots, assembly, _filters(draft, slots, assembly, bounds))
    cumulate(draft, slots, assembly)
    with_trend(draft, slots, assembly, timing)
    subtotal(draft, slots, assembly)
    refuse_without_before(draft, slots, assembly)
    order(draft, slots, assembly, outer)
    draft.having = (*draft.having, *_having(draft, bounds, replaced, assembly), *moved(draft, slots))
    only = named_only(draft.query(), assembly.model) if draft.limit is not None or draft.having else ()
    for each in only:
        assembly.assume("only_named", assembly.dimension_label(each.field))
    draft.filters = tuple(dict.fromkeys((*draft.filters, *only)))
    held_then(draft, assembly, assembly.scope.today)
    return draft.query()


# --- what is measured ---


def _metrics(
    draft: Draft, slots: Slots, assembly: Assembly, bounds: list[tuple[Edge, Bound, Kind]], counted: tuple[str, ...]
) -> None:
    certain = tuple(group.dimensions[0] for _, group in slots.groups if len(group.dimensions) == 1)
    certain += tuple(each.candidates[0] for _, each in slots.values if len(each.candidates) == 1)
    names = []
    for item, metrics in slots.measures:
        names.append(assembly.metric(item, spent_by(item, metrics, slots, assembly), certain))
        assembly.use(item, "metric", names[-1])
    names.extend(counted)
    _refuse_unjoined(slots, assembly)
    _refuse_distribution(slots, assembly)
    for item, bound, kind in bounds:
        alone = not slots.measures and not counted and not draft.goes_on
        if alone and bound.metrics and kind in ("group", "row"):
            names.append(assembly.metric(item, bound.metrics, certain))
    for item, _ in slots.subjects:
        assembly.use(item, "entity", "")
    if not names and not draft.metrics:
        raise StopError(Denial("no_metric"))
    check_asked(slots, names or list(draft.metrics), assembly)
    if not names:
        return
    also = draft.goes_on and not slots.turns_to and (slots.has("follow.also") or slots.opens_adding)
    adds = slots.same or (also and not slots.has("follow.instead"))
    metrics = tuple(dict.fromkeys((*draft.metrics, *names) if adds else names))
    if slots.swapped in draft.metrics:
        metrics = tuple(dict.fromkeys(names[0] if each == slots.swapped else each for each in draft.metrics))
    if not draft.goes_on:
        metrics = (*metrics, *(n for each in metrics for n in assembly.scope.model.metrics[each].definition.beside))
    if draft.goes_on:
        _renamed(draft, metrics, assembly, adds)
    picked = (each.column.partition("__")[0] for each in draft.having)
    draft.metrics = tuple(dict.fromkeys((*metrics, *picked)))  # stores over 9,000 yuan: of these, the orders


_MARKS = frozenset(".?!;:。")
_JOINERS = ("connective", "comparison", "date.versus", "follow")


def _refuse_unjoined(slots: Slots, assembly: Assembly) -> None:
    """Two measures with nothing between them that joins them are more likely one that is not understood."""
    ordered = sorted((item for item, _ in slots.measures), key=lambda item: item.start)
    names = {id(item): each for item, each in slots.measures}
    conditions = [item for item, _ in slots.clauses]
    for one, other in itertools.pairwise(ordered):
        apart = any(slots.frame.folded(edge) in _MARKS for edge in slots.frame.between(one, other))
        if set(names[id(one)]) & set(names[id(other)]) and (apart or one.category == other.category == "measure"):
            continue  # satisfaction (CSAT): one metric by two of its names; what does it cost us? CAC, I mean
        people = [assembly.structure.one_each(name) for item in (one, other) for name in names[id(item)][:1]]
        between = slots.frame.between(one, other)
        frame = slots.frame
        if people == [True, False] and any(set(edge.category.split(".")) & {"those", "they"} for edge in between):
            raise assembly.deny(other)  # how many new customers, and what did they spend: what all spent is not theirs
        ranked = slots.ranks and any(frame.folded(edge) in word_set("by_it") for edge in between)  # top 5 by orders
        told = all(edge.is_empty or edge.category == "ask" for edge in between)  # 花了多少营销费 来了几个新客
        parted = ranked or (told and spaced(frame, one, other))
        if any(edge in slots.entities or edge in conditions for edge in between):
            raise assembly.deny(other)
        if not parted and one.end <= other.start and not any(set(edge.keys) & set(_JOINERS) for edge in between):
            raise assembly.deny(other)


def _refuse_distribution(slots: Slots, assembly: Assembly) -> None:
    """'Customers by number of orders': how many have each value of a measure, which is no sum over groups."""
    if slots.ranks or not (slots.entities or slots.subjects or len(slots.measures) > 1):
        return
    for item, _ in slots.measures:
        before = slots.frame.before(item)
        if before is not None and slots.frame.folded(before) in word_set("by_it"):
            raise assembly.deny(item)


def _renamed(draft: Draft, metrics: tuple[str, ...], assembly: Assembly, adds: bool) -> None:
    """Other metrics instead of those before: what was said of them is said of the new ones.

    What picked the groups out (those over 9,000 yuan) did it by the metric before, and still does.
    """
    swap = {} if adds else dict(zip(draft.metrics, metrics, strict=False))

    def summable(names: tuple[str, ...]) -> tuple[str, ...]:
        found = dict.fromkeys(swap.get(name, name) for name in names)
        return tuple(name for name in found if not assembly.scope.structure.is_ratio(name))

    _rename_order(draft, swap)
    draft.shares, draft.cumulative = summable(draft.shares), summable(draft.cumulative)


def _rename_order(draft: Draft, swap: dict[str, str]) -> None:
    def renamed(column: str) -> str:
        name, mark, part = column.partition("__")
        return swap.get(name, name) + mark + part

    draft.order_by = tuple(Order(column=renamed(o.column), descending=o.descending) for o in draft.order_by)


_LENGTHS = ("days", "hours", "minutes")
_KINDS = ("money", "long", "how_long", "points", "people", "orders", "units")


def check_asked(slots: Slots, names: list[str], assembly: Assembly) -> None:
    """How much asks for money, how long for a time, how many people for people: nothing else answers them."""
    used = {id(use.item) for use in assembly.uses}
    for item in slots.frame.of(Ask):
        what = set(item.meaning.what) if isinstance(item.meaning, Ask) else set()
        kinds = [kind for kind in _KINDS if kind in what]
        fits = any(_answers(kind, name, assembly) for kind in kinds for name in names)
        loose = "how_much" in what or (kinds == ["people"] and not slots.measures)
        if id(item) not in used and kinds and not fits and not loose:
            raise assembly.deny(item)
        after = slots.frame.after(item)
        if "how_many" in what and after is not None and after.category == "group" and after.start == item.end:
            bare = after.rule == "dimension alone" and "people" not in what
            raise assembly.deny(after, "number_of_groups" if bare else "not_supported")  # how many cities
        either = slots.frame.folded(item) in word_set("what_or_why")
        told = slots.has("change") or slots.frame.items[-1] is not item
        if either and told and (after is None or after.category != "group"):
            raise assembly.deny(item)  # 为何 before anything else asks why
        if item.category != "unit" or fits:
            assembly.use(item, "intent", "")  # a unit with nothing to count asks for nothing


def _answers(kind: str, name: str, assembly: Assembly) -> bool:
    unit = assembly.structure.model.metrics[name].unit
    match kind:
        case "money":
            return is_money(unit)
        case "long" | "how_long":
            return unit in _LENGTHS
        case "points":
            return unit == "points"
        case "people":
            return assembly.structure.one_each(name)
        case _:
            return unit == "count" and not assembly.structure.one_each(name) and not assembly.structure.is_ratio(name)


# --- when ---


def _grains(slots: Slots, draft: Draft, assembly: Assembly) -> tuple[Grain, ...]:
    said = [group.grain for _, group in slots.groups if group.grain is not None]
    for item in slots.frame.said("grouping.each", "grouping.after"):  # for each of the last three months
        beside = (slots.frame.spoken(item, back=True), slots.frame.spoken(item))
        dates = [when.date for at, when in slots.whens if at in beside and when.date.kind == "rolling"]
        if units := [date.unit for date in dates if date.unit is not None and (date.count or 0) > 1]:
            said.append(units[0])
            assembly.use(item, "grain", units[0])
    return tuple(dict.fromkeys(said)) or tuple(grain for grain in GRAINS if grain in draft.group_by)


def _timing(slots: Slots, assembly: Assembly, grains: tuple[Grain, ...], draft: Draft) -> Timing:
    trend = trend_grain(slots)
    grown = grains if grains or trend is None else (trend,)
    timing = decide_timing(slots, assembly, grown, draft.period, compared=draft.compare is not None)
    for entry in list(slots.dated):
        item, dated = entry
        if timing.period is None and dated.when is not None and _placed_by(dated.fields, draft.metrics, assembly):
            slots.dated.remove(entry)
            period = period_of(dated.when.date, grains, assembly.scope.today, item, assembly)
            assembly.use(item, "period", str(period))
            timing = Timing(period, timing.compare, timing.grain)
    refuse_other_number(timing.period, slots, assembly)
    return timing


def _placed_by(fields: tuple[str, ...], metrics: tuple[str, ...], assembly: Assembly) -> bool:
    """Whether the metrics are placed in time by the very field that the question dates, a rate by one of its parts."""
    for leaves in (assembly.model.leaves(name) for name in metrics):
        sets = [(leaf.definition, assembly.model.datasets.get(leaf.definition.dataset or "")) for leaf in leaves]
        times = {f"{one.dataset}.{one.time or (home and home.definition.time)}" for one, home in sets}
        if any(leaf.is_stock for leaf in leaves) or not (times | {one.time for one, _ in sets}) & set(fields):
            return False
    return True


def _place(draft: Draft, timing: Timing, slots: Slots, assembly: Assembly) -> None:
    """The period and the other one; in a question that goes on, what is not said stays."""
    said = timing.period is not None and timing.period != draft.period
    if said or (timing.ever and draft.goes_on):
        draft.period = timing.period
        if draft.compare is not None and draft.compare.to == "period":
            draft.compare = Compare(to="previous")
    elif draft.goes_on and draft.period is not None:
        for grain in [group.grain for _, group in slots.groups if group.grain is not None][:1]:
            draft.period = in_units(draft.period, grain, assembly.scope.today)
    if timing.compare is not None:
        draft.compare = timing.compare


# --- of whom, of which rows ---


def _filters(
    draft: Draft, slots: Slots, assembly: Assembly, bounds: list[tuple[Edge, Bound, Kind]]
) -> list[tuple[Edge, Filter]]:
    """Puts the conditions into the draft; returns those on people, with the words for each."""
    told: list[tuple[Edge, Filter]] = []
    filters: list[Filter] = [*slots.narrowed]
    datasets = frozenset(dataset for metric in draft.metrics for dataset in assembly.structure.stands_on(metric))
    for item, bound, kind in bounds:
        if kind == "row":
            if bound.fields:
                filters.append(fact_filter(item, bound, assembly, datasets))
            else:
                filters.append(row_filter(item, (bound.metrics or draft.metrics)[0], bound, assembly))
        elif kind == "entity":
            own = own_value(item, bound, time_of(item, slots, assembly, draft.period), assembly)
            told.append((item, own))
    told += entity_filters(slots, assembly, draft.period)
    filters.extend(each for _, each in told)
    counts_people = draft.metrics == assembly.counted and not slots.groups and draft.compare is None
    if counts_people and any(isinstance(each, MetricFilter) and each.period == draft.period for each in filters):
        draft.period = None  # the time is of what they did, which the condition holds
    if draft.period is None and any(isinstance(each, MetricFilter) for each in filters):
        for item, names in slots.measures:
            if any(assembly.structure.looks_back(name) for name in names):
                raise assembly.deny(item)
    draft.filters = (*draft.filters, *(each for each in filters if each not in draft.filters))
    return told


def _stand_ins(draft: Draft, dimensions: tuple[str, ...], assembly: Assembly) -> dict[str, str]:
    """Metrics replaced where a dimension would multiply their rows."""
    used = tuple(name for name in dict.fromkeys((*draft.group_by, *dimensions)) if name in assembly.model.dimensions)
    replaced: dict[str, str] = {}
    for metric in draft.metrics:
        stand_in = Chooser(assembly.scope.structure, (metric,)).stand_in(metric, used)
        if stand_in is None:
            names = tuple(assembly.dimension_label(name) for name in used if not assembly.model.can_group(metric, name))
            denied = names[0] if names else ""
            raise StopError(Denial("unreachable_dimension", denied, (assembly.metric_label(metric),)))
        replaced[metric] = stand_in
        if stand_in != metric:
            assembly.assume("metric_instead", assembly.metric_label(metric), assembly.metric_label(stand_in))
    draft.metrics = tuple(dict.fromkeys(replaced.values()))
    _rename_order(draft, replaced)
    return replaced


def _having(
    draft: Draft, bounds: list[tuple[Edge, Bound, Kind]], replaced: dict[str, str], assembly: Assembly
) -> tuple[Having, ...]:
    found = []
    for item, bound, kind in bounds:
        if kind != "group":
            continue
        if not draft.group_by:
            raise assembly.deny(item)
        name = assembly.metric(item, bound.metrics or draft.metrics[:1])
        assembly.use(item, "number", f"{name} {bound.condition.op}")
        column = replaced.get(name, name)
        if column not in draft.metrics:
            draft.metrics = (*draft.metrics, column)
        found.append(Having(column=column, op=bound.condition.op, values=bound.condition.values))
    return tuple(found)
