"""A frame that measures something -> a MetricQuery."""

from __future__ import annotations

from dataclasses import dataclass

from chat_service.translate.assembly import Assembly, said, value_filter
from chat_service.translate.choices import Chooser
from chat_service.translate.conditions import compared_filter, dated_filter, entity_filters
from chat_service.translate.frame import Frame
from chat_service.translate.patterns.nodes import Dated, Group, Rank, Values
from chat_service.translate.stops import Denial, StopError
from chat_service.translate.timing import Timing, decide_timing, period_of
from semantic_layer.periods import GRAINS, Grain, Period, buckets, unit
from semantic_layer.query import FieldFilter, Filter, Having, MetricQuery, Order


@dataclass(frozen=True)
class Grouping:
    """What a request is grouped by: dimensions and grains in order, and those that a limit counts within."""

    names: tuple[str, ...]
    outer: tuple[str, ...]
    grains: tuple[Grain, ...]


def metric_request(frame: Frame, assembly: Assembly, counted: tuple[str, ...] = ()) -> MetricQuery:
    """The query of a frame. `counted` are metrics that no word names (the count of an entity)."""
    wanted = _dimension_words(frame)
    names = [assembly.metric(measure, wanted) for measure in (*frame.measures, *frame.conditions)]
    metrics = list(dict.fromkeys((*names, *counted)))
    if not metrics:
        raise StopError(Denial("no_metric"))
    for measure, name in zip((*frame.measures, *frame.conditions), names, strict=True):
        assembly.use(measure, "metric", name)
    chooser = Chooser(assembly.scope.structure, tuple(metrics))
    grains = _grains(frame)
    timing = _timing(frame, assembly, grains, tuple(metrics))
    if (named := _grain_in_name(frame, grains, timing)) is not None:
        grains = (*grains, named)
        assembly.assume("grain_in_name", named)
    if timing.grain is not None and timing.grain not in grains:
        grains = (*grains, timing.grain)
    grouping = _grouping(frame, assembly, chooser, grains)
    members = _members(frame, assembly, chooser, grouping, shared=not _are_shares(metrics, assembly))
    metrics, replaced = _stand_ins(metrics, grouping, members.dimensions, assembly)
    for subject in frame.subjects:
        assembly.use(subject, "entity", subject.metrics[0])
    filters: list[Filter] = [*members.filters, *frame.narrowed, *_row_filters(frame, assembly, metrics)]
    filters.extend(entity_filters(frame, assembly, timing.period))
    shares = _shares(frame, assembly, metrics, grouping, members)
    group_by = (*grouping.names, *members.groups)
    cumulative, group_by = _cumulative(frame, assembly, metrics, group_by)
    group_by = _trend(frame, assembly, group_by)
    timing = _trend_period(timing, group_by, metrics, assembly)
    order, limit, within = _rank(frame, assembly, metrics[0], group_by, grouping, timing)
    return MetricQuery(
        metrics=tuple(metrics),
        group_by=group_by,
        period=timing.period,
        filters=tuple(dict.fromkeys(filters)),
        having=_having(frame, assembly, replaced, group_by),
        keep=members.keep if shares else (),
        show=members.show,
        compare=timing.compare,
        shares=shares,
        cumulative=cumulative,
        order_by=order,
        limit=limit,
        limit_within=within,
    )


def _grain_in_name(frame: Frame, grains: tuple[Grain, ...], timing: Timing) -> Grain | None:
    """日活, monthly active users: the metric's own name says by which unit a longer period is shown."""
    said_units = [m.words("grain_in_name")[0] for measure in frame.measures for m in measure.parts if m.words("grain_in_name")]
    if grains or len(said_units) != 1 or timing.compare is not None:
        return None
    named = next(grain for grain in GRAINS if grain == said_units[0])
    period = timing.period
    longer = period is not None and period.start is not None and period.end is not None and len(buckets(named, period)) > 1
    return named if longer or frame.has("trend.trend") else None


def _dimension_words(frame: Frame) -> tuple[str, ...]:
    """Dimensions that are certain whatever the metric, to choose between metrics by."""
    single = [group.dimensions[0] for group in frame.groups if len(group.dimensions) == 1]
    return tuple(single)


def _timing(frame: Frame, assembly: Assembly, grains: tuple[Grain, ...], metrics: tuple[str, ...]) -> Timing:
    timing = decide_timing(frame, assembly, grains)
    for dated in frame.dated:
        if timing.period is None and _placed_by(dated, metrics, assembly):
            period = period_of(dated.when.date, grains, assembly.scope.today, said(dated))
            assembly.use(dated, "period", str(period))
            return Timing(period, timing.compare, timing.grain)
    return timing


def _placed_by(dated: Dated, metrics: tuple[str, ...], assembly: Assembly) -> bool:
    """Whether the metrics are placed in time by the very field that the question dates."""
    model = assembly.scope.model
    for name in metrics:
        for leaf in model.leaves(name):
            dataset = leaf.definition.dataset
            time = leaf.definition.time or (model.datasets[dataset].definition.time if dataset else None)
            if leaf.is_stock or f"{dataset}.{time}" not in dated.fields:
                return False
    return True


def _grains(frame: Frame) -> tuple[Grain, ...]:
    return tuple(dict.fromkeys(group.grain for group in frame.groups if group.grain is not None))


def _grouping(frame: Frame, assembly: Assembly, chooser: Chooser, grains: tuple[Grain, ...]) -> Grouping:
    names: list[str] = []
    outer: list[str] = []
    marked: dict[str, Group] = {}
    for group in frame.groups:
        if group.grain is not None:
            name: str = group.grain
            assembly.use(group, "grain", name)
        else:
            name = assembly.dimension(group, group.dimensions, chooser)
            assembly.use(group, "grouping", name)
        if name not in names:
            names.append(name)
            marked[name] = group
        if group.outer:
            outer.append(name)
    names.extend(grain for grain in grains if grain not in names)
    if len(names) > 1 and not outer:
        inner = [name for name in names if name in marked and (not marked[name].marked or marked[name].asked_which)]
        if len(inner) == 1:
            outer = [name for name in names if name != inner[0]]
    return Grouping(tuple(names), tuple(outer) if len(outer) < len(names) else (), grains)


@dataclass(frozen=True)
class _Members:
    """What the named values become: filters, groups, conditions after shares, values to show."""

    filters: tuple[FieldFilter, ...]
    groups: tuple[str, ...]
    keep: tuple[FieldFilter, ...]
    show: tuple[FieldFilter, ...]
    dimensions: tuple[str, ...]


def _are_shares(metrics: list[str], assembly: Assembly) -> bool:
    """Whether what is asked for is a share by itself, so that the word adds nothing."""
    return all(assembly.scope.model.metrics[metric].unit == "percent" for metric in metrics)


def _members(frame: Frame, assembly: Assembly, chooser: Chooser, grouping: Grouping, *, shared: bool) -> _Members:
    filters: list[FieldFilter] = []
    groups: list[str] = []
    show: list[FieldFilter] = []
    keep: list[FieldFilter] = []
    dimensions: list[str] = []
    kept = _shared_values(frame, grouping) if shared else None
    for values in frame.values:
        if _in_clause(values, frame):
            continue
        dimension, found = assembly.values(values, values.words, chooser)
        dimensions.append(dimension)
        each = value_filter(dimension, found, negated=values.negated)
        label = ", ".join(str(value) for value in found)
        assembly.use(values, "value", f"{dimension}: {label}")
        if values is kept or (shared and frame.has("share.share") and dimension in grouping.names and not values.negated):
            keep.append(each)
            groups.append(dimension)
            continue
        filters.append(each)
        if len(found) > 1 and not values.negated and not _is_calendar(dimension, assembly):
            show.append(each)
            if dimension not in grouping.names:
                groups.append(dimension)
    return _Members(tuple(filters), tuple(dict.fromkeys(groups)), tuple(keep), tuple(show), tuple(dimensions))


def _is_calendar(dimension: str, assembly: Assembly) -> bool:
    """Weekends are a filter, not two groups."""
    return assembly.scope.model.dimensions[dimension].type == "integer"


def _in_clause(values: Values, frame: Frame) -> bool:
    return any(values in clause.values for clause in frame.clauses)


def _shared_values(frame: Frame, grouping: Grouping) -> Values | None:
    """The value whose share is asked for, where nothing is grouped: the last one named that is not left out."""
    if not frame.has("share.share") or any(name for name in grouping.names if name not in GRAINS):
        return None
    candidates = [values for values in frame.values if not values.negated and not _in_clause(values, frame)]
    if not candidates:
        return None
    at = frame.said("share.share")[0].start
    if frame.measures and len(candidates) > 1:
        after_share = [v for v in candidates if v.start > at]
        if after_share and not after_share[-1].parts[0].text.isascii():
            return after_share[-1]
    return candidates[-1]


def _stand_ins(
    metrics: list[str], grouping: Grouping, dimensions: tuple[str, ...], assembly: Assembly
) -> tuple[list[str], dict[str, str]]:
    """Metrics replaced where a dimension would multiply their rows."""
    used = tuple(
        name for name in dict.fromkeys((*grouping.names, *dimensions)) if name in assembly.scope.model.dimensions
    )
    replaced: dict[str, str] = {}
    for metric in metrics:
        stand_in = Chooser(assembly.scope.structure, (metric,)).stand_in(metric, used)
        if stand_in is None:
            names = tuple(assembly.dimension_label(name) for name in used if not assembly.scope.model.can_group(metric, name))
            raise StopError(Denial("unreachable_dimension", names[0] if names else "", (assembly.metric_label(metric),)))
        replaced[metric] = stand_in
        if stand_in != metric:
            assembly.assume("metric_instead", assembly.metric_label(metric), assembly.metric_label(stand_in))
    return list(dict.fromkeys(replaced.values())), replaced


def _row_filters(frame: Frame, assembly: Assembly, metrics: list[str]) -> list[Filter]:
    """Conditions on the rows themselves: orders over 1000 yuan; and on dates that are not the metric's own."""
    structure = assembly.scope.structure
    filters: list[Filter] = []
    for measure in frame.conditions:
        if measure.per_row and measure.condition is not None:
            amount = structure.amount_beside(assembly.metric(measure))
            field = structure.row_field(amount) if amount is not None else None
            if field is None:
                raise StopError(Denial("not_supported", said(measure)))
            filters.append(FieldFilter(field=field, op=measure.condition.op, values=measure.condition.values))
    datasets = frozenset(dataset for metric in metrics for dataset in structure.stands_on(metric))
    filters.extend(compared_filter(each, assembly, datasets) for each in frame.compared)
    filters.extend(dated_filter(each, assembly) for each in frame.dated if not _placed_by(each, tuple(metrics), assembly))
    return filters


def _having(frame: Frame, assembly: Assembly, replaced: dict[str, str], group_by: tuple[str, ...]) -> tuple[Having, ...]:
    found = []
    for measure in frame.conditions:
        if measure.condition is None or measure.per_row:
            continue
        if not group_by:
            assembly.assume("condition_not_applied", said(measure))
            continue
        name = assembly.metric(measure)
        found.append(Having(column=replaced.get(name, name), op=measure.condition.op, values=measure.condition.values))
    return tuple(found)


def _shares(frame: Frame, assembly: Assembly, metrics: list[str], grouping: Grouping, members: _Members) -> tuple[str, ...]:
    if not frame.has("share.share"):
        return ()
    structure = assembly.scope.structure
    additive = tuple(metric for metric in metrics if not structure.is_ratio(metric))
    groups = [name for name in (*grouping.names, *members.groups) if name in assembly.scope.model.dimensions]
    for mention in frame.said("share.share"):
        assembly.use(mention, "share", "share")
    if _are_shares(metrics, assembly) or _is_change_in_percent(frame, groups):
        return ()
    if not additive:
        raise StopError(Denial("share_of_ratio", assembly.metric_label(metrics[0])))
    if not groups and not grouping.grains:
        whole = [name for metric in metrics for name in structure.shares_of(metric)]
        if len(whole) == 1:
            metrics[:] = whole
            return ()
        raise StopError(Denial("share_of_nothing", frame.said("share.share")[0].text))
    return additive


def _is_change_in_percent(frame: Frame, groups: list[str]) -> bool:
    """同比增长百分之几: a change in percent, not a share."""
    words = frame.said("share.share")
    changes = [m for flag in ("change.up", "change.down", "change.change") for m in frame.said(flag) if not m.is_filler]
    beside = any(0 <= word.start - change.end <= 2 for word in words for change in changes)
    return beside or (bool(frame.against) and not groups)


def _cumulative(
    frame: Frame, assembly: Assembly, metrics: list[str], group_by: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A running total runs along time; without a grain in Chinese 累计 is just the total so far."""
    said_so = frame.said("cumulative.running")
    if not said_so:
        return (), group_by
    grains = [name for name in group_by if name in GRAINS]
    along_time = bool(grains) or frame.has("trend.trend") or any(mention.text.isascii() for mention in said_so)
    for mention in said_so:
        assembly.use(mention, "cumulative", "cumulative" if along_time else "total")
    if not along_time:
        assembly.assume("total_so_far")
        return (), group_by
    ratios = [metric for metric in metrics if assembly.scope.structure.is_ratio(metric)]
    if ratios:
        raise StopError(Denial("cumulative_ratio", assembly.metric_label(ratios[0])))
    return tuple(metrics), group_by if grains else (*group_by, "month")


def _trend(frame: Frame, assembly: Assembly, group_by: tuple[str, ...]) -> tuple[str, ...]:
    grains = [name for name in group_by if name in GRAINS]
    if not frame.has("trend.trend") or grains or frame.against:
        return group_by
    strong = [mention for mention in frame.said("trend.trend") if not mention.is_filler]
    if not strong:
        return group_by
    for mention in strong:
        assembly.use(mention, "grain", "month")
    grain: Grain = "month"
    for when in frame.whens:
        if when.date.period is not None and (days := when.date.period.days) is not None and days <= 31:
            grain = "day"
    return (*group_by, grain)


def _trend_period(timing: Timing, group_by: tuple[str, ...], metrics: list[str], assembly: Assembly) -> Timing:
    """Along time without a period: the last 12 calendar months, the current one included."""
    del metrics
    if timing.period is not None or not any(name in GRAINS for name in group_by) or timing.open_ended:
        return timing
    month = unit("month", assembly.scope.today)
    first = unit("month", assembly.scope.today, -11)
    period = Period(first.start, month.end)
    assembly.assume("last_12_months", str(period.cut_after(assembly.scope.today)))
    return Timing(period, timing.compare, timing.grain)


def _rank(
    frame: Frame, assembly: Assembly, metric: str, group_by: tuple[str, ...], grouping: Grouping, timing: Timing
) -> tuple[tuple[Order, ...], int | None, tuple[str, ...]]:
    if not frame.ranks:
        return (), None, ()
    rank = _joined_ranks(frame.ranks)
    for each in frame.ranks:
        assembly.use(each, "order", each.direction)
    if not group_by:
        raise StopError(Denial("rank_of_nothing", said(rank)))
    descending = is_descending(rank, metric, assembly)
    column = f"{metric}__change_pct" if rank.by_change and timing.compare is not None else metric
    count = rank.count
    stated = [amount for amount in frame.amounts if amount.value >= 1 and not amount.is_ordinal]
    if count == 1 and not any(part.number for part in rank.parts) and len(stated) == 1:
        count = int(stated[0].value)
        assembly.use(stated[0], "limit", str(count))
    elif count == 1 and _asks_several(frame) and not any(part.number for part in rank.parts):
        count = None
    within = grouping.outer if count is not None else ()
    return (Order(column=column, descending=descending),), count, within


def _asks_several(frame: Frame) -> bool:
    return any(group.asked_which and any(part.text in ("哪些", "which ones") for part in group.parts) for group in frame.groups)


def _joined_ranks(ranks: tuple[Rank, ...]) -> Rank:
    """Rank words said twice ("排名前五", "best first … top 3"): the one with a number counts."""
    counted = [rank for rank in ranks if rank.count is not None and any(part.number for part in rank.parts)]
    return (counted or [rank for rank in ranks if rank.count is not None] or list(ranks))[0]


def is_descending(rank: Rank, metric: str, assembly: Assembly) -> bool:
    """Which way a rank goes: best and worst follow the metric's polarity."""
    if rank.direction in ("high", "low"):
        return rank.direction == "high"
    better_high = assembly.scope.model.metrics[metric].polarity != "lower_is_better"
    return better_high == (rank.direction == "best")


def count_metrics(frame: Frame, assembly: Assembly) -> tuple[str, ...]:
    """The metric that counts the entity which a frame speaks of; a named population alone has its own."""
    model = assembly.scope.model
    counted = next((entity.counted_by for entity in model.entities.values() if entity.counted_by), None)
    return (counted,) if counted else ()
