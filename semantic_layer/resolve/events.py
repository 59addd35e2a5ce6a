"""Cohort tables and funnels, resolved: both follow entities through events in time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from semantic_layer.errors import QueryError
from semantic_layer.model.definitions import EntityDefinition
from semantic_layer.model.labels import counted_label
from semantic_layer.query.problems import MissingTable, NotEvents, UnknownName
from semantic_layer.query.requests import CohortQuery, Filter, FunnelQuery
from semantic_layer.query.result import Column, Label
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.filters import FilterBinder, told
from semantic_layer.resolve.leaves import Rows
from semantic_layer.resolve.measures import MeasureMaker, counting
from semantic_layer.resolve.names import tell_untimed, unknown_in
from semantic_layer.resolve.output import metric_filter, unknown_orders
from semantic_layer.resolve.resolved_events import EventRows, Members, ResolvedCohort, ResolvedFunnel
from semantic_layer.resolve.rows import QueryRows
from semantic_layer.resolve.sense import period_problems
from semantic_layer.resolve.shown import AppliedFilter, Sort
from semantic_layer.resolve.unreachable import NOT_BOUND, not_bound, policies_that_miss
from semantic_layer.time.periods import Period

_UNIT_NAMES = {"month": ("月份", "月数"), "quarter": ("季度", "季度数"), "year": ("年份", "年数")}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def resolve_cohort(query: CohortQuery, context: Context) -> ResolvedCohort:
    """A cohort table, resolved. Raises QueryError with every problem."""
    definition = context.model.cohorts.get(query.metric)
    if definition is None:
        raise _unknown("cohort", query.metric, context.model.cohorts)
    entity = context.model.entities[definition.entity]
    context.problems.extend(period_problems(query.period, "period", context))
    tell_untimed(query.filters, query.period, context)
    context.finish()
    members = _members(query.filters, entity, context)
    events = _events(definition.metric, entity, context)
    context.finish()
    assert events is not None, "what could not be bound is a problem"
    period = (query.period or Period()).cut_after(context.as_of)
    first = context.data_start(events.measure.rows.dataset) or context.as_of
    months = (context.as_of.year - first.year) * 12 + context.as_of.month - first.month
    first_zh, first_en = ("首次", "first") if definition.first is None else (definition.first.zh, definition.first.en)
    unit, units = _UNIT_NAMES[definition.grain]
    cohort = Label(f"{first_zh}{unit}", f"cohort {definition.grain}")
    since = Label(f"{first_zh}后{units}", f"{definition.grain}s since {first_en}")
    size = Label(f"{first_zh}{entity.label.zh}数", "cohort size")
    columns = (
        Column(f"cohort_{definition.grain}", "dimension", "date", cohort, grain=definition.grain),
        Column(f"{definition.grain}s_since_first", "dimension", "integer", since),
        Column("cohort_size", "metric", "integer", size, unit="count"),
        Column(
            definition.name,
            "metric",
            "number",
            Label(definition.label.zh, definition.label.en),
            unit="percent",
            metric=definition.name,
        ),
    )
    sorts = _sorts(query, columns, context)
    context.finish()
    return ResolvedCohort(
        events=events,
        members=members,
        grain=definition.grain,
        period=period,
        end=context.as_of + timedelta(days=1),
        distances=max(1, months // _MONTHS[definition.grain] + 1),
        since=query.since,
        sorts=sorts,
        columns=columns,
        filters=_applied(query.filters, context, events),
    )


def resolve_funnel(query: FunnelQuery, context: Context) -> ResolvedFunnel:
    """A funnel, resolved. Raises QueryError with every problem."""
    definition = context.model.funnels.get(query.metric)
    if definition is None:
        raise _unknown("funnel", query.metric, context.model.funnels)
    entity = context.model.entities[definition.entity]
    context.problems.extend(period_problems(query.period, "period", context))
    tell_untimed(query.filters, query.period, context)
    context.finish()
    members = _members(query.filters, entity, context)
    found = [(step.name, _events(step.metric, entity, context)) for step in definition.steps]
    context.finish()
    steps = tuple((name, events) for name, events in found if events is not None)
    labels = tuple((step.name, Label(step.label.zh, step.label.en)) for step in definition.steps)
    columns = (
        Column("step", "dimension", "text", Label("步骤", "step"), value_labels=labels),
        Column("customers", "metric", "integer", counted_label(entity), unit="count"),
        Column(
            definition.name,
            "metric",
            "number",
            Label(definition.label.zh, definition.label.en),
            unit="percent",
            metric=definition.name,
        ),
        Column("step_conversion", "metric", "number", Label("上一步转化率", "step conversion"), unit="percent"),
    )
    period = (query.period or Period()).cut_after(context.as_of)
    return ResolvedFunnel(
        steps=steps,
        members=members,
        period=period,
        columns=columns,
        filters=_applied(query.filters, context, *(events for _, events in steps)),
    )


def _unknown(kind: str, name: str, known: Iterable[str]) -> QueryError:
    return QueryError(UnknownName("metric", kind, name, tuple(known)))


def _events(metric: str, entity: EntityDefinition, context: Context) -> EventRows | None:
    model, binder = context.model, context.binder
    leaf = model.metrics[metric]
    missing = {table for dataset in leaf.datasets for table in context.unavailable.get(dataset, ())}
    if missing:
        context.problems.append(MissingTable("metric", metric, tuple(sorted(missing))))
        return None
    try:
        measure = MeasureMaker(context, QueryRows(context)).make(leaf, ())
        key = binder.key(measure.rows.dataset, entity.dataset, entity.key)
        steps = binder.steps(measure.rows.dataset, {*key.datasets, *(step.target for step in measure.rows.steps)})
    except NOT_BOUND as error:
        context.problems.append(not_bound(error, "metric", metric, model))
        return None
    if measure.kind != "flow" or measure.time is None:
        context.problems.append(NotEvents("metric", metric))
        return None
    counted = replace(counting(measure, key.expression), rows=replace(measure.rows, steps=steps))
    return EventRows(counted, key.expression, measure.time)


def _members(filters: tuple[Filter, ...], entity: EntityDefinition, context: Context) -> Members | None:
    policies = context.reader.policies
    if not filters and not policies:
        return None
    model, binder = context.model, context.binder
    context.problems.extend(unknown_in(filters, context, "filters"))
    context.finish()
    found = FilterBinder(context, entity.dataset)
    try:
        bound = (*map(found.bind, filters), *map(found.bind_policy, policies))
        key = binder.key(entity.dataset, entity.dataset, entity.key)
        steps = binder.steps(entity.dataset, {entity.dataset, *found.datasets})
        context.problems.extend(policies_that_miss(entity.dataset, steps, policies, model, "filters"))
    except NOT_BOUND as error:
        context.problems.append(not_bound(error, "filters", entity.name, model))
        return None
    return Members(Rows(entity.dataset, steps, (), bound), key.expression)


def _sorts(query: CohortQuery, columns: tuple[Column, ...], context: Context) -> tuple[Sort, ...]:
    names = [column.name for column in columns]
    context.problems.extend(unknown_orders(query.order_by, columns))
    asked = [Sort(order.column, order.descending) for order in query.order_by]
    return (*asked, *(Sort(name, False) for name in names[:2] if name not in {each.column for each in asked}))


def _applied(filters: tuple[Filter, ...], context: Context, *events: EventRows) -> tuple[AppliedFilter, ...]:
    found = dict.fromkeys(told(filters, context.reader.policies))
    for each in events:
        counted = each.measure.metric
        if counted is not None and counted.filter is not None:
            found[metric_filter(counted.filter)] = None
    return tuple(found)
