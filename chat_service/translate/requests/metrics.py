"""A frame that measures something -> a MetricQuery."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from chat_service.translate.grammar.categories import Dated
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.matching import is_any
from chat_service.translate.meaning.choices import Chooser
from chat_service.translate.requests.assembly import Assembly, said
from chat_service.translate.requests.conditions import compared_filter, dated_filter, entity_filters
from chat_service.translate.requests.grouping import Grouping, grains_of, grouping_of
from chat_service.translate.requests.ordering import rank_of
from chat_service.translate.requests.picks import Picks, picks_of
from chat_service.translate.requests.shown_as import (
    are_shares,
    cumulative_of,
    grain_in_name,
    parts_named,
    shares_of,
    trend_grain,
    trend_of,
    trend_period,
    without_parts,
)
from chat_service.translate.requests.timing import Timing, decide_timing, period_of
from chat_service.translate.senses import Mention
from chat_service.translate.stops import Denial, StopError
from semantic_layer import GRAINS, FieldFilter, Filter, Grain, Having, MetricFilter, MetricQuery

_JOINERS = ("connective", "question", "quantity", "when", "group", "comparison.versus")


def metric_request(frame: Frame, assembly: Assembly, counted: tuple[str, ...] = ()) -> MetricQuery:
    """The query of a frame. `counted` are metrics that no word names (the count of an entity)."""
    _refuse_unjoined(frame)
    _refuse_distribution(frame)
    _refuse_half_said(frame)
    frame = parts_named(frame, assembly)
    wanted = _dimension_words(frame)
    names = [assembly.metric(measure, wanted) for measure in (*frame.measures, *frame.conditions)]
    metrics = list(dict.fromkeys((*names, *counted)))
    if not metrics:
        raise StopError(Denial("no_metric"))
    for measure, name in zip((*frame.measures, *frame.conditions), names, strict=True):
        assembly.use(measure, "metric", name)
    chooser = Chooser(assembly.scope.structure, tuple(metrics))
    grains = grains_of(frame)
    timing = _timing(frame, assembly, grains, tuple(metrics))
    if (named := grain_in_name(frame, grains, timing)) is not None:
        grains = (*grains, named)
        timing = _timing(frame, assembly, grains, tuple(metrics))
        assembly.assume("grain_in_name", named)
    if timing.grain is not None and timing.grain not in grains:
        grains = (*grains, timing.grain)
    grouping = grouping_of(frame, assembly, chooser, grains)
    members = picks_of(frame, assembly, chooser, grouping, shared=not are_shares(metrics, assembly))
    frame = without_parts(frame, metrics, assembly)
    metrics, replaced = _stand_ins(metrics, grouping, members.dimensions, assembly)
    for subject in frame.subjects:
        assembly.use(subject, "entity", subject.metrics[0])
    filters: list[Filter] = [*members.filters, *frame.narrowed, *_row_filters(frame, assembly, metrics)]
    filters.extend(entity_filters(frame, assembly, timing.period))
    _refuse_looking_back(frame, assembly, metrics, filters, timing)
    shares = shares_of(frame, assembly, metrics, grouping, members)
    group_by = (*grouping.names, *members.groups)
    if shares:
        _refuse_unclear_share(frame, metrics, members, group_by)
    cumulative, group_by = cumulative_of(frame, assembly, metrics, group_by)
    group_by = trend_of(frame, assembly, group_by)
    if not any(rank.count is not None for rank in frame.ranks) or frame.has("trend.trend"):
        timing = trend_period(timing, group_by, metrics, assembly)
    _refuse_without_before(frame, assembly, metrics, timing)
    order, limit, within = rank_of(frame, assembly, metrics, group_by, grouping, timing)
    having = (*_having(frame, assembly, replaced, group_by), *_moved(frame, metrics, group_by, timing))
    if (limit is not None or having) and not shares:
        filters.extend(_named_only(metrics, group_by, filters, assembly))
    return MetricQuery(
        metrics=tuple(metrics),
        group_by=group_by,
        period=timing.period,
        filters=tuple(dict.fromkeys(filters)),
        having=having,
        keep=members.keep if shares else (),
        show=members.show,
        compare=timing.compare,
        shares=shares,
        cumulative=cumulative,
        order_by=order,
        limit=limit,
        limit_within=within,
    )


def _refuse_unclear_share(frame: Frame, metrics: list[str], members: Picks, group_by: tuple[str, ...]) -> None:
    """A share over groups is not what is asked for where other rows or people are named."""
    unclear: str | None = None
    if any(subject.metrics[0] not in metrics for subject in frame.subjects):
        unclear = said(frame.subjects[0])  # 'what share of tickets were refunds' is one metric over another
    elif not members.keep and frame.populations and all(name in GRAINS for name in group_by):
        unclear = said(frame.populations[0])
    elif members.keep and frame.clauses and not frame.measures:
        unclear = frame.said("share.share")[0].text  # 没登录过的白金会员占比: of whom?
    if unclear is not None:
        raise StopError(Denial("share_of_nothing", unclear))


def _refuse_unjoined(frame: Frame) -> None:
    """Two measures with nothing between them that joins them are more likely one that is not understood."""
    ordered = sorted(frame.measures, key=lambda measure: measure.start)
    for one, other in itertools.pairwise(ordered):
        between = [item for item in frame.items if item.start >= one.end and item.end <= other.start]
        joined = any(is_any(item, *_JOINERS) for item in between)
        spaced = not one.parts[-1].text.isascii() and one.end < other.start
        if not joined and not spaced and one.end <= other.start:
            raise StopError(Denial("not_supported", f"{said(one)} … {said(other)}"))


def _refuse_distribution(frame: Frame) -> None:
    """'Customers by number of orders': how many have each value of a measure, which is no sum over groups."""
    asked = frame.entities or frame.subjects or frame.has("quantity.people") or len(frame.measures) > 1
    for measure in frame.measures if asked and not frame.ranks else ():
        before = next((item for item in reversed(frame.items) if item.end <= measure.start), None)
        if isinstance(before, Mention) and before.text in ("by", "按", "按照"):
            raise StopError(Denial("not_supported", said(measure)))


def _refuse_half_said(frame: Frame) -> None:
    """'New vs returning customers': a value that 'and' or 'vs' sets beside a measure is half of another measure."""
    for values in frame.values:
        behind = [item for item in frame.items if item.start >= values.end]
        link = behind[0] if behind and len(values.parts) == 1 else None
        if isinstance(link, Mention) and link.text in ("vs", "vs.", "versus", "and", "or") and len(behind) > 1:
            beside = next((m for m in frame.measures if m.start == behind[1].start), None)
            if beside is not None and not any(m.end <= values.start for m in frame.measures):
                raise StopError(Denial("not_supported", said(values)))


def _dimension_words(frame: Frame) -> tuple[str, ...]:
    """Dimensions that are certain whatever the metric, to choose between metrics by."""
    single = [group.dimensions[0] for group in frame.groups if len(group.dimensions) == 1]
    return tuple(single)


def _timing(frame: Frame, assembly: Assembly, grains: tuple[Grain, ...], metrics: tuple[str, ...]) -> Timing:
    trend = trend_grain(frame)
    timing = decide_timing(frame, assembly, grains if grains or trend is None else (trend,))
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
            names = tuple(
                assembly.dimension_label(name) for name in used if not assembly.scope.model.can_group(metric, name)
            )
            raise StopError(
                Denial("unreachable_dimension", names[0] if names else "", (assembly.metric_label(metric),))
            )
        replaced[metric] = stand_in
        if stand_in != metric:
            assembly.assume("metric_instead", assembly.metric_label(metric), assembly.metric_label(stand_in))
    return list(dict.fromkeys(replaced.values())), replaced


def _refuse_looking_back(
    frame: Frame, assembly: Assembly, metrics: Sequence[str], filters: list[Filter], timing: Timing
) -> None:
    """今年没下过单的老客户 are people, not the count of those back in a period: over all history that is always 0."""
    if timing.period is not None or not any(isinstance(each, MetricFilter) for each in filters):
        return
    for metric, measure in zip(metrics, frame.measures, strict=False):
        if assembly.scope.structure.looks_back(metric):
            raise StopError(Denial("not_supported", said(measure)))


def _refuse_without_before(frame: Frame, assembly: Assembly, metrics: Sequence[str], timing: Timing) -> None:
    """老客 of all history: before its beginning there was nobody, so the number would be 0 whatever happened."""
    structure = assembly.scope.structure
    for metric in metrics:
        leaves = [leaf.name for leaf in assembly.scope.model.leaves(metric)]
        if timing.period is None and any(structure.looks_back(leaf) for leaf in leaves):
            words = said(frame.measures[0]) if frame.measures else assembly.metric_label(metric)
            raise StopError(Denial("comparison_without_period", words))


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
    filters.extend(
        dated_filter(each, assembly) for each in frame.dated if not _placed_by(each, tuple(metrics), assembly)
    )
    return filters


def _having(
    frame: Frame, assembly: Assembly, replaced: dict[str, str], group_by: tuple[str, ...]
) -> tuple[Having, ...]:
    found = []
    for measure in frame.conditions:
        if measure.condition is None or measure.per_row:
            continue
        if not group_by:
            raise StopError(Denial("not_supported", said(measure)))
        name = assembly.metric(measure)
        found.append(Having(column=replaced.get(name, name), op=measure.condition.op, values=measure.condition.values))
    return tuple(found)


def _moved(frame: Frame, metrics: list[str], group_by: tuple[str, ...], timing: Timing) -> tuple[Having, ...]:
    """'Which cities' revenue fell', 哪些城市下降了: only the groups that moved that way."""
    asks = any(group.asked_which for group in frame.groups)
    asks = asks or any(isinstance(item, Mention) and item.text == "where" for item in frame.items)
    numbered = frame.has("question.how_much", "question.how_many", "change.change") or frame.ranks or len(metrics) != 1
    if timing.compare is None or not asks or numbered or not [name for name in group_by if name not in GRAINS]:
        return ()
    up, down = frame.has("change.up"), frame.has("change.down")
    if up == down:
        return ()
    return (Having(column=f"{metrics[0]}__change", op=">" if up else "<", values=(0.0,)),)


def _named_only(
    metrics: list[str], group_by: tuple[str, ...], filters: list[Filter], assembly: Assembly
) -> list[FieldFilter]:
    """Top 5 stores, stores over 9000 yuan: things are picked out, and orders without a store are none of them."""
    structure = assembly.scope.structure
    filtered = {each.field for each in filters if isinstance(each, FieldFilter)}
    names = [name for name in group_by if name in assembly.scope.model.dimensions and name not in filtered]
    lacking = [name for name in names if any(structure.may_lack(metric, name) for metric in metrics)]
    for name in lacking:
        assembly.assume("only_named", assembly.dimension_label(name))
    return [FieldFilter(field=name, op="is not null", origin="default") for name in lacking]


def count_metrics(frame: Frame, assembly: Assembly) -> tuple[str, ...]:
    """The metric that counts the entity which a frame speaks of; a named population alone has its own."""
    model = assembly.scope.model
    counted = next((entity.counted_by for entity in model.entities.values() if entity.counted_by), None)
    return (counted,) if counted else ()
