"""Cohort tables, resolved: entities grouped by their first event, or by what they are, and followed from there."""

from __future__ import annotations

from datetime import date, timedelta

from sqlglot import exp

from semantic_layer.model.definitions import CohortDefinition, EntityDefinition
from semantic_layer.query.problems import NotAddedUp, UnknownName
from semantic_layer.query.requests import CohortQuery
from semantic_layer.query.result import Column, Label
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.events import applied, events_of, members_of, unknown_journey, valued_rows
from semantic_layer.resolve.names import tell_untimed
from semantic_layer.resolve.output import unknown_orders
from semantic_layer.resolve.resolved_events import EventRows, ResolvedCohort
from semantic_layer.resolve.result_columns import key_column
from semantic_layer.resolve.sense import period_problems
from semantic_layer.resolve.shown import Sort
from semantic_layer.resolve.suggest import metric_words, nearest_called
from semantic_layer.time.periods import Period

_UNIT_NAMES = {
    "week": ("周", "周数"),
    "month": ("月份", "月数"),
    "quarter": ("季度", "季度数"),
    "year": ("年份", "年数"),
}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def resolve_cohort(query: CohortQuery, context: Context) -> ResolvedCohort:
    """A cohort table, resolved. Raises QueryError with every problem."""
    definition = context.model.cohorts.get(query.metric)
    if definition is None:
        raise unknown_journey("cohort", query.metric, context.model.cohorts)
    entity = context.model.entities[definition.entity]
    context.problems.extend(period_problems(query.period, "period", context))
    tell_untimed(query.filters, query.period, context)
    context.finish()
    members = members_of(query.filters, (query.by,) if query.by is not None else (), entity, context)
    events = events_of(definition.metric, entity, context)
    worth = _worth(query.measured, entity, context) if query.measured is not None else None
    context.finish()
    assert events is not None, "what could not be bound is a problem"
    grain = query.grain or definition.grain
    first = context.data_start(events.measure.rows.dataset) or context.as_of
    columns = _columns(query, definition, entity, context)
    sorts = _sorts(query, columns, context)
    context.finish()
    return ResolvedCohort(
        events=events,
        worth=worth,
        members=members,
        grain=grain,
        period=(query.period or Period()).cut_after(context.as_of),
        end=context.as_of + timedelta(days=1),
        distances=max(1, _units(grain, first, context.as_of) + 1),
        since=query.since,
        sorts=sorts,
        columns=columns,
        filters=applied(query.filters, context, events, *((worth,) if worth is not None else ())),
    )


def _units(grain: str, first: date, last: date) -> int:
    """How many units of time lie between two days, at most."""
    if grain == "week":
        return (last - first).days // 7 + 1
    return ((last.year - first.year) * 12 + last.month - first.month) // _MONTHS[grain] + 1


def _worth(metric: str, entity: EntityDefinition, context: Context) -> EventRows | None:
    """The rows of a flow that adds up: a sum, or a count of rows."""
    model = context.model
    if metric not in model.metrics:
        context.problems.append(UnknownName("measured", "metric", metric, nearest_called(metric, metric_words(model))))
        return None
    definition = model.metrics[metric].definition
    if model.metrics[metric].kind != "simple" or definition.per or definition.latest:
        context.problems.append(NotAddedUp("measured", metric))
        return None
    rows = valued_rows(metric, entity, context, "measured")
    if rows is not None and not _adds_up(rows.measure.aggregate):
        context.problems.append(NotAddedUp("measured", metric))
        return None
    return rows


def _adds_up(aggregate: exp.Expr | None) -> bool:
    """Whether the values of parts are those of the whole when they are added."""
    node = aggregate
    while isinstance(node, exp.Paren | exp.Filter):
        node = node.this
    return isinstance(node, exp.Sum | exp.Count) and node.find(exp.Distinct) is None


def _columns(
    query: CohortQuery, definition: CohortDefinition, entity: EntityDefinition, context: Context
) -> tuple[Column, ...]:
    grain = query.grain or definition.grain
    first_zh, first_en = ("首次", "first") if definition.first is None else (definition.first.zh, definition.first.en)
    unit, units = _UNIT_NAMES[grain]
    key = Column(f"cohort_{grain}", "dimension", "date", Label(f"{first_zh}{unit}", f"cohort {grain}"), grain=grain)
    since = Label(f"{first_zh}后{units}", f"{grain}s since {first_en}")
    size = Label(f"{first_zh}{entity.label.zh}数", "cohort size")
    return (
        key if query.by is None else key_column(context.model, query.by),
        Column(f"{grain}s_since_first", "dimension", "integer", since),
        Column("cohort_size", "metric", "integer", size, unit="count"),
        *_values(query, definition, entity, context),
    )


def _values(
    query: CohortQuery, definition: CohortDefinition, entity: EntityDefinition, context: Context
) -> tuple[Column, ...]:
    """What is told of each cohort and unit."""
    if query.measured is None:
        label = Label(definition.label.zh, definition.label.en)
        return (Column(definition.name, "metric", "number", label, unit="percent", metric=definition.name),)
    metric, noun = context.model.metrics[query.measured], entity.label
    counter = entity.counter or ""
    each = Label(f"每{counter}{noun.zh}{metric.label.zh}", f"{metric.label.en} per {noun.en}")
    so_far = Label(f"每{counter}{noun.zh}累计{metric.label.zh}", f"{metric.label.en} per {noun.en} so far")
    name, unit, how = query.measured, metric.unit, metric.definition.format
    return (
        Column(name, "metric", "number", Label(metric.label.zh, metric.label.en), unit=unit, metric=name, format=how),
        Column(f"{name}__each", "metric", "number", each, unit=unit, format=how),
        Column(f"{name}__so_far", "metric", "number", so_far, unit=unit, format=how),
    )


def _sorts(query: CohortQuery, columns: tuple[Column, ...], context: Context) -> tuple[Sort, ...]:
    names = [column.name for column in columns]
    context.problems.extend(unknown_orders(query.order_by, columns))
    asked = [Sort(order.column, order.descending) for order in query.order_by]
    return (*asked, *(Sort(name, False) for name in names[:2] if name not in {each.column for each in asked}))
