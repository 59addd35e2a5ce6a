"""What follows an event, resolved: the events with what tells them apart, and the deeds that may come after them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from sqlglot import exp

from semantic_layer.errors import Problem
from semantic_layer.model.definitions import EntityDefinition
from semantic_layer.model.labels import counted_label, label_of_deed
from semantic_layer.model.lookup import found_field
from semantic_layer.model.placing import placed_by
from semantic_layer.query.cautions import WindowsOverlap
from semantic_layer.query.followed import band_names
from semantic_layer.query.problems import MissingTable, NotEvents, NotNumbers, UnknownName
from semantic_layer.query.requests import Deed, Filter, FollowsQuery
from semantic_layer.query.result import Column, ColumnPart, Label
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.definitions import against_definition
from semantic_layer.resolve.filters import FilterBinder, told
from semantic_layer.resolve.leaves import Rows
from semantic_layer.resolve.measures import MeasureMaker, counting
from semantic_layer.resolve.names import named, tell_untimed, unknown_in
from semantic_layer.resolve.output import metric_filter
from semantic_layer.resolve.resolved_events import DeedRows, EventRows, ResolvedFollows
from semantic_layer.resolve.result_columns import NUMBERS, is_grain, key_column
from semantic_layer.resolve.rows import QueryRows
from semantic_layer.resolve.sense import period_problems
from semantic_layer.resolve.shown import AppliedFilter
from semantic_layer.resolve.suggest import metric_words, nearest_called
from semantic_layer.resolve.unreachable import NOT_BOUND, not_bound
from semantic_layer.sql.counted_rows import rows_counted
from semantic_layer.sql.nodes import all_of, truncated
from semantic_layer.time.periods import Period

SMALL = 30  # the usual least size of a sample whose mean is told by the normal distribution
THOSE, OTHERS = "those", "others"
_APART = ((THOSE, Label("符合", "those")), (OTHERS, Label("其余", "others")))

_DAYS = (
    ("days_median", Label("中位天数", "median days")),
    ("days_quarter", Label("四分之一在此天数内", "a quarter within")),
    ("days_three_quarters", Label("四分之三在此天数内", "three quarters within")),
    ("days_mean", Label("平均天数", "mean days")),
)


def resolve_follows(query: FollowsQuery, context: Context) -> ResolvedFollows:
    """What follows an event, resolved. Raises QueryError with every problem."""
    context.problems.extend(_unknown(query, context))
    context.finish()
    entity = entity_of((query.event, query.then.metric), "event", context)
    context.finish()
    assert entity is not None, "of which a metric is known"
    query = _with_bands(query, context)
    names = (query.by,) if query.by is not None and not is_grain(context.model, query.by) else ()
    events = happenings(query.event, entity, query.filters, "event", context, names)
    then = _deed_rows(query.then, entity, "then.metric", context)
    did = _deed_rows(query.did, entity, "did.metric", context) if query.did is not None else None
    context.finish()
    assert events is not None and then is not None, "what could not be bound is a problem"
    rows, apart = events.measure.rows, None
    if query.those:
        rows, apart = _those(query, rows, context)
    elif query.by is not None:
        apart = rows.keys[0] if names else truncated(events.time, query.by)
    context.finish()
    if query.did is not None and query.did.within > query.then.after:
        context.cautions.append(WindowsOverlap("did", query.did.within))
    return ResolvedFollows(
        events=replace(events, measure=replace(events.measure, rows=replace(rows, keys=()))),
        apart=apart,
        bands=query.bands,
        then=then,
        did=did,
        is_negated=query.negated,
        is_average=query.average,
        times=query.times,
        small=SMALL,
        period=(query.period or Period()).cut_after(context.as_of),
        end=context.as_of + timedelta(days=1),
        columns=_columns(query, entity, context),
        filters=_applied(query, events, context),
    )


def _unknown(query: FollowsQuery, context: Context) -> Iterator[Problem]:
    metrics = context.model.metrics
    deeds = [("then", query.then)] + ([("did", query.did)] if query.did is not None else [])
    for part, name in (("event", query.event), *((f"{part}.metric", deed.metric) for part, deed in deeds)):
        if name not in metrics:
            yield UnknownName(part, "metric", name, nearest_called(name, metric_words(context.model)))
    for part, filters in (("filters", query.filters), ("those", query.those)):
        yield from unknown_in(filters, context, part)
        yield from against_definition((query.event,), filters, part, context)
        tell_untimed(filters, query.period, context)
    for part, deed in deeds:
        yield from unknown_in(deed.filters, context, f"{part}.filters")
        yield from against_definition((deed.metric,), deed.filters, f"{part}.filters", context)
    yield from period_problems(query.period, "period", context)
    if query.by is not None and query.by in context.model.grains:
        yield UnknownName("by", "dimension", query.by, ())  # a unit of a calendar of the model's own
    elif query.by is not None and (query.bands or not is_grain(context.model, query.by)):
        wrong = tuple(named(query.by, "dimension", "by", {}, context))
        yield from wrong
        found = found_field(context.model, query.by) if not wrong else None
        if query.bands and (found is None or found.type not in NUMBERS):
            yield from () if wrong else (NotNumbers("bands", query.by),)


def _with_bands(query: FollowsQuery, context: Context) -> FollowsQuery:
    """The query with the bands that the model cuts a field at, where it names none itself."""
    found = found_field(context.model, query.by) if query.by is not None and not query.bands else None
    if found is None or not found.definition.bands or found.type not in NUMBERS:
        return query
    return query.model_copy(update={"bands": tuple(map(float, found.definition.bands))})


def entity_of(metrics: Iterable[str], part: str, context: Context) -> EntityDefinition | None:
    """The first entity that the rows of all those metrics know; None, with a problem, where there is none."""
    metrics = tuple(metrics)
    for entity in context.model.entities.values():
        if all(_knows(name, entity, context) for name in metrics):
            return entity
    context.problems.append(NotEvents(part, metrics[0]))
    return None


def _knows(name: str, entity: EntityDefinition, context: Context) -> bool:
    dataset = context.model.metrics[name].definition.dataset
    return dataset is not None and (dataset == entity.dataset or entity.dataset in context.model.paths.get(dataset, {}))


def happenings(
    metric: str,
    entity: EntityDefinition,
    filters: tuple[Filter, ...],
    part: str,
    context: Context,
    names: tuple[str, ...] = (),
) -> EventRows | None:
    """The rows that a flow counts, of those filters and of what the reader may see, with the entity and the time of
    each; grouped by the dimensions of those names. None, with a problem, for what does not happen to the entity."""
    leaf = context.model.metrics[metric]
    own = context.of(leaf)
    model, binder = own.model, own.binder
    missing = {table for dataset in leaf.datasets for table in context.unavailable.get(dataset, ())}
    if missing:
        context.problems.append(MissingTable(part, metric, tuple(sorted(missing))))
        return None
    if leaf.kind != "simple" or placed_by(leaf, model) is None or leaf.definition.per or leaf.definition.latest:
        context.problems.append(NotEvents(part, metric))
        return None
    try:
        measure = MeasureMaker(context, QueryRows(context, filters, context.reader.policies), names).make(leaf, ())
        key = binder.key(measure.rows.dataset, entity.dataset, entity.key)
        steps = binder.steps(measure.rows.dataset, {*key.datasets, *(step.target for step in measure.rows.steps)})
    except NOT_BOUND as error:
        context.problems.append(not_bound(error, part, leaf, model))
        return None
    is_counted = measure.aggregate is not None and rows_counted(measure.aggregate, key.expression) is not None
    if measure.kind != "flow" or measure.time is None or not is_counted:
        context.problems.append(NotEvents(part, metric))
        return None
    counted = replace(counting(measure, key.expression), rows=replace(measure.rows, steps=steps))
    return EventRows(counted, key.expression, measure.time, is_of_day(metric, context))


def is_of_day(metric: str, context: Context) -> bool:
    """Whether only the day is known on which what a flow counts happens."""
    field = placed_by(context.model.metrics[metric], context.model)
    return field is not None and field.type == "date"


def _deed_rows(deed: Deed, entity: EntityDefinition, part: str, context: Context) -> DeedRows | None:
    found = happenings(deed.metric, entity, deed.filters, part, context)
    return DeedRows(found, deed.after, deed.within) if found is not None else None


def _those(query: FollowsQuery, rows: Rows, context: Context) -> tuple[Rows, exp.Expr | None]:
    """The rows with the joins that the conditions need, and what tells those that meet them from the others."""
    leaf = context.model.metrics[query.event]
    context = context.of(leaf)
    model = context.model
    found = FilterBinder(context, rows.dataset, placed_by(leaf, model))
    try:
        bound = [found.bind(each) for each in query.those]
        needs = {rows.dataset, *(step.target for step in rows.steps), *found.datasets}
        steps = context.binder.steps(rows.dataset, needs)
    except NOT_BOUND as error:
        context.problems.append(not_bound(error, "those", leaf, model))
        return rows, None
    met = exp.Paren(this=all_of(bound))
    # of whom it is not known whether they meet the conditions, they are neither
    ifs = [(met, THOSE), (exp.Not(this=met.copy()), OTHERS)]
    cases = [exp.If(this=condition, true=exp.Literal.string(name)) for condition, name in ifs]
    return replace(rows, steps=steps), exp.Case(ifs=cases)


def _columns(query: FollowsQuery, entity: EntityDefinition, context: Context) -> tuple[Column, ...]:
    model = context.model
    event, deed = model.metrics[query.event].label, model.metrics[query.then.metric].label
    deed = replace(deed, zh=label_of_deed(model, query.then.metric).zh)  # 有下单, with orders
    key: tuple[Column, ...] = ()
    if query.by is not None:
        column = key_column(model, query.by)
        key = (column if not query.bands else _banded(column, query.bands),)
    elif query.those or query.did is not None:
        key = (Column("group", "dimension", "text", Label("分组", "group"), value_labels=_APART),)
    of, unit = ("average", None) if query.average else ("share", "percent")
    said = Label(f"平均{deed.zh}", f"{deed.en} on average") if query.average else _share_label(query, deed)
    counted = Label(deed.zh, deed.en) if query.average else Label("其中", "of these")
    people = counted_label(entity)
    low, high = Label("区间下限", "interval from"), Label("区间上限", "interval to")

    def beside(name: str, label: Label, kind: str | None = unit) -> Column:
        part: ColumnPart = "change" if name.startswith("difference") else "value"
        return Column(name, "comparison", "number", label, unit=kind, part=part)

    apart = (
        (
            beside("difference", Label("与其余相差", "difference to the others")),
            beside("difference_low", Label("相差下限", "difference from")),
            beside("difference_high", Label("相差上限", "difference to")),
            beside("p_value", Label("p值", "p-value"), "p-value"),
        )
        if key
        else ()
    )
    return (
        *key,
        Column("events", "comparison", "integer", event, unit="count", metric=query.event),
        Column("followed", "comparison", "integer", counted, unit="count", metric=query.then.metric),
        Column(of, "metric", "number", said, unit=unit),
        beside(f"{of}_low", low),
        beside(f"{of}_high", high),
        *apart,
        Column("people", "comparison", "integer", people, unit="count"),
        Column("pending", "comparison", "integer", Label("未满期", "not over yet"), unit="count"),
        *(Column(name, "comparison", "number", label, unit="days") for name, label in _DAYS if query.times),
    )


def _banded(column: Column, bands: tuple[float, ...]) -> Column:
    """The column of bands in place of that of their number, each called as its unit is read."""
    plain = band_names([f"{each:g}" for each in bands])
    told = band_names([f"{each * 100:g}%" if column.unit == "percent" else f"{each:g}" for each in bands])
    labels = tuple((name, Label(words, words)) for name, words in zip(plain, told, strict=True))
    return replace(column, type="text", field=None, unit=None, value_labels=labels)


def _share_label(query: FollowsQuery, deed: Label) -> Label:
    since, days = query.then.after, query.then.within
    span = (f"{since}至{days}", f"{since} to {days}") if since else (f"{days}", f"{days}")
    if query.negated:
        return Label(f"{span[0]}天内没有{deed.zh}的占比", f"share without {deed.en} within {span[1]} days")
    return Label(f"{span[0]}天内有{deed.zh}的占比", f"share with {deed.en} within {span[1]} days")


def _applied(query: FollowsQuery, events: EventRows, context: Context) -> tuple[AppliedFilter, ...]:
    found = dict.fromkeys(told((*query.filters, *query.those), context.reader.policies))
    counted = events.measure.metric
    if counted is not None and counted.filter is not None:
        found[metric_filter(counted.filter)] = None
    return tuple(found)
