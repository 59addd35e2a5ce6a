"""A frame that asks for customers one by one -> a ListQuery."""

from __future__ import annotations

from typing import NoReturn

from chat_service.translate.grammar.categories import Measure
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.meaning.choices import Chooser
from chat_service.translate.requests.assembly import Assembly, said, value_filter
from chat_service.translate.requests.conditions import compared_filter, dated_filter, entity_filters
from chat_service.translate.requests.ordering import is_descending
from chat_service.translate.requests.timing import decide_timing
from chat_service.translate.stops import Denial, Doubt, Option, StopError
from semantic_layer import AnyOf, Filter, ListQuery, MeasuredColumn, MetricFilter, Order, Period


def list_request(frame: Frame, assembly: Assembly) -> ListQuery:
    """The customers who meet all that the frame demands, with what it compares."""
    entity = next(iter(assembly.scope.model.entities.values()))
    chooser = Chooser(assembly.scope.structure, (entity.counted_by,) if entity.counted_by else ())
    timing = decide_timing(frame, assembly, ())
    filters: list[Filter] = []
    columns: list[str] = []
    for values in frame.values:
        if any(values in clause.values for clause in frame.clauses):
            continue
        dimension, found = assembly.values(values, values.words, chooser)
        filters.append(value_filter(dimension, found, negated=values.negated))
        columns.append(dimension)
        assembly.use(values, "value", f"{dimension}: {', '.join(map(str, found))}")
    filters.extend(entity_filters(frame, assembly, timing.period))
    filters.extend(compared_filter(each, assembly, frozenset({entity.dataset})) for each in frame.compared)
    columns.extend(column for each in frame.compared for column in _column_names(each.fields[:1], assembly))
    filters.extend(dated_filter(each, assembly) for each in frame.dated)
    for measure in frame.conditions:
        filters.append(_own_value(measure, frame, assembly))
    measured = _measured(frame, assembly, filters)
    order, more = _order(frame, assembly, measured)
    _refuse_lost_period(frame, timing.period, filters, measured)
    columns.extend(_list_columns(frame, assembly))
    columns.extend(_asked_columns(frame, assembly))
    columns.extend(column for column in more if column not in columns)
    if not filters and not order and not frame.entities and not columns:
        raise StopError(Denial("no_metric"))
    return ListQuery(
        columns=tuple(dict.fromkeys((*entity.list_columns, *(qualified_column(c, assembly) for c in columns)))),
        measured=measured,
        filters=tuple(dict.fromkeys(filters)),
        order_by=order,
        limit=_limit(frame, assembly),
    )


def _refuse_lost_period(
    frame: Frame, period: Period | None, filters: list[Filter], measured: tuple[MeasuredColumn, ...]
) -> None:
    """列出上个月的客户: a period that no condition and no column of the list is about would vanish."""
    own = [when for when in frame.whens if not any(clause.when is when for clause in frame.clauses)]
    timed = any(isinstance(each, MetricFilter) and each.period == period for each in _flat(filters))
    if own and period is not None and not timed and not any(column.period == period for column in measured):
        raise StopError(Denial("not_supported", said(own[0])))


def _flat(filters: list[Filter]) -> list[Filter]:
    """The filters with those that are within an alternative."""
    return [one for each in filters for one in (each.any if isinstance(each, AnyOf) else (each,))]


def _own_value(measure: Measure, frame: Frame, assembly: Assembly) -> Filter:
    """A customer's own value of a metric, compared."""
    name = assembly.metric(measure)
    assert measure.condition is not None, "conditions are measures with one"
    period = decide_timing(frame, assembly, ()).period
    assembly.use(measure, "behaviour", f"{name} {measure.condition.op}")
    return MetricFilter(metric=name, period=period, op=measure.condition.op, values=measure.condition.values)


def _measured(frame: Frame, assembly: Assembly, filters: list[Filter]) -> tuple[MeasuredColumn, ...]:
    """What the list shows beside names: what is asked for, and what the conditions compare."""
    found: list[MeasuredColumn] = []
    period = decide_timing(frame, assembly, ()).period
    for measure in frame.measures:
        name = assembly.metric(measure)
        assembly.use(measure, "metric", name)
        found.append(MeasuredColumn(name=name, metric=name, period=period))
    if frame.ranks and not frame.measures and (chosen := assembly.fixed.get(frame.ranks[0].start)) is not None:
        found.append(MeasuredColumn(name=chosen, metric=chosen, period=period))
    for each in filters:
        if isinstance(each, MetricFilter) and not (each.op == "=" and each.values == (0.0,)):
            name = each.metric
            taken = {column.name for column in found}
            unique = (
                name if name not in taken else next(f"{name}_{n}" for n in range(2, 99) if f"{name}_{n}" not in taken)
            )
            if not any((c.metric, c.period, c.filters) == (name, each.period, each.filters) for c in found):
                found.append(MeasuredColumn(name=unique, metric=name, period=each.period, filters=each.filters))
    return tuple(found)


def _order(
    frame: Frame, assembly: Assembly, measured: tuple[MeasuredColumn, ...]
) -> tuple[tuple[Order, ...], tuple[str, ...]]:
    """By the rank asked for, else as the named population says, else by the first compared value."""
    if frame.ranks:
        rank = frame.ranks[0]
        assembly.use(rank, "order", rank.direction)
        metric = _ranked_by(frame, assembly)
        return (Order(column=metric, descending=is_descending(rank, metric, assembly)),), ()
    for mention in frame.lists:
        each = assembly.scope.model.lists[mention.lists()[0]]
        if each.order_by is not None:
            return (Order(column=each.order_by, descending=each.descending),), (each.order_by,)
    if measured:
        return (Order(column=measured[0].name, descending=True),), ()
    return (), ()


def _ranked_by(frame: Frame, assembly: Assembly) -> str:
    if frame.measures:
        return assembly.metric(frame.measures[0])
    if (chosen := assembly.fixed.get(frame.ranks[0].start)) is not None:
        return chosen
    return _ask_which_measure(frame, assembly)


def _ask_which_measure(frame: Frame, assembly: Assembly) -> NoReturn:
    """'Our best customers' says no measure: the ones that describe a customer are offered."""
    model, structure = assembly.scope.model, assembly.scope.structure
    entity = next(iter(model.entities.values()))
    names: list[str] = []
    if structure.main_behaviour is not None and structure.main_behaviour.amount is not None:
        names.append(structure.main_behaviour.amount)
    for metric in model.metrics.values():
        dataset = metric.definition.dataset
        own = dataset is not None and dataset != entity.dataset and model.datasets[dataset].primary_key == (entity.key,)
        if own and metric.polarity == "higher_is_better" and not metric.definition.hidden and metric.unit != "count":
            names.append(metric.name)
    rank = frame.ranks[0]
    options = tuple(Option(assembly.metric_label(name), "metric", name) for name in names[:4])
    raise StopError(Doubt("which_measure", said(rank), options, rank.start, rank.end))


def _list_columns(frame: Frame, assembly: Assembly) -> list[str]:
    return [column for mention in frame.lists for column in assembly.scope.model.lists[mention.lists()[0]].columns]


def _asked_columns(frame: Frame, assembly: Assembly) -> list[str]:
    found = []
    for mention in frame.columns:
        names = _column_names(mention.fields(), assembly)
        assembly.use(mention, "dimension", names[0])
        found.append(names[0])
    for group in frame.groups:
        if group.dimensions:
            assembly.use(group, "dimension", group.dimensions[0])
            found.append(group.dimensions[0])
    return found


def _column_names(fields: tuple[str, ...], assembly: Assembly) -> list[str]:
    return [_short(name, assembly) for name in fields]


def _short(name: str, assembly: Assembly) -> str:
    """A field's bare name; that of a role's field only goes with the role: `guest.phone`."""
    owner, _, field = name.rpartition(".")
    return name if owner and assembly.scope.model.datasets[owner].role_of is not None else field


def qualified_column(column: str, assembly: Assembly) -> str:
    """A column's name as a request has it: a dimension's, or `dataset.field`."""
    model = assembly.scope.model
    entity = next(iter(model.entities.values()))
    column = _short(column, assembly)
    if "." in column or column in model.dimensions or column in model.datasets[entity.dataset].fields:
        return column
    near = [
        f.qualified
        for f in model.fields.values()
        if f.name == column
        and f.dataset in model.paths.get(entity.dataset, {})
        and model.datasets[f.dataset].role_of is None
    ]
    return near[0] if near else column


def _limit(frame: Frame, assembly: Assembly) -> int | None:
    counted = sorted(
        (rank for rank in frame.ranks if rank.count is not None),
        key=lambda rank: not any(part.number for part in rank.parts),
    )  # a number said beside one of several rank words is the limit: 最多的前20个
    rank = counted[0] if counted else None
    if rank is not None and (any(part.number for part in rank.parts) or not frame.amounts):
        return rank.count
    counts = [
        a for a in frame.amounts if a.value >= 1 and not a.is_ordinal and set(a.units) <= {"people", "place", "each"}
    ]
    if len(counts) == 1:
        assembly.use(counts[0], "limit", str(int(counts[0].value)))
        return int(counts[0].value)
    return 20
