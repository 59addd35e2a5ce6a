"""What cohorts and funnels follow entities by: the rows of events, and the entities themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from semantic_layer.errors import Problem, QueryError
from semantic_layer.model.definitions import EntityDefinition
from semantic_layer.query.problems import MissingTable, NotEvents, UnknownName
from semantic_layer.query.requests import Filter
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.filters import told
from semantic_layer.resolve.measures import MeasureMaker, counting
from semantic_layer.resolve.names import named, unknown_in
from semantic_layer.resolve.output import metric_filter
from semantic_layer.resolve.resolved_events import EventRows, Members
from semantic_layer.resolve.rows import QueryRows
from semantic_layer.resolve.shown import AppliedFilter
from semantic_layer.resolve.unreachable import NOT_BOUND, not_bound


def unknown_journey(kind: str, name: str, known: Iterable[str]) -> QueryError:
    """What is raised for a cohort or funnel that the model does not have."""
    return QueryError(UnknownName("metric", kind, name, tuple(known)))


def events_of(metric: str, entity: EntityDefinition, context: Context, part: str = "metric") -> EventRows | None:
    """The rows that a flow counts, with the key of the entity and the time of each. None, with a problem, for what
    does not happen to the entity."""
    rows = valued_rows(metric, entity, context, part)
    return None if rows is None else replace(rows, measure=counting(rows.measure, rows.entity))


def valued_rows(metric: str, entity: EntityDefinition, context: Context, part: str) -> EventRows | None:
    """The rows of a flow as `events_of` has them, with its own aggregate."""
    leaf = context.model.metrics[metric]
    context = context.of(leaf)
    model, binder = context.model, context.binder
    missing = {table for dataset in leaf.datasets for table in context.unavailable.get(dataset, ())}
    if missing:
        context.problems.append(MissingTable(part, metric, tuple(sorted(missing))))
        return None
    try:
        measure = MeasureMaker(context, QueryRows(context)).make(leaf, ())
        key = binder.key(measure.rows.dataset, entity.dataset, entity.key)
        steps = binder.steps(measure.rows.dataset, {*key.datasets, *(step.target for step in measure.rows.steps)})
    except NOT_BOUND as error:
        context.problems.append(not_bound(error, part, metric, model))
        return None
    if measure.kind != "flow" or measure.time is None:
        context.problems.append(NotEvents(part, metric))
        return None
    return EventRows(replace(measure, rows=replace(measure.rows, steps=steps)), key.expression, measure.time)


def members_of(
    filters: tuple[Filter, ...], by: tuple[str, ...], entity: EntityDefinition, context: Context
) -> Members | None:
    """The entities that meet the filters and that the reader may see, told apart by dimensions; None for all."""
    policies = context.reader.policies
    if not filters and not policies and not by:
        return None
    context.problems.extend(unknown_in(filters, context, "filters"))
    for each in by:
        context.problems.extend(_unknown_group(each, context))
    context.finish()
    part = "by" if by else "filters"
    try:
        rows = QueryRows(context, filters, policies).of(entity.dataset, by, None)
        key = context.binder.key(entity.dataset, entity.dataset, entity.key)
    except NOT_BOUND as error:
        context.problems.append(not_bound(error, part, entity.name, context.model))
        return None
    return Members(replace(rows, keys=()), key.expression, rows.keys)


def _unknown_group(by: str, context: Context) -> Iterator[Problem]:
    if by not in context.model.lists:
        yield from named(by, "dimension", "by", {}, context)


def applied(filters: tuple[Filter, ...], context: Context, *events: EventRows) -> tuple[AppliedFilter, ...]:
    """The conditions that the answer tells: the request's, the reader's, those of what is counted."""
    found = dict.fromkeys(told(filters, context.reader.policies))
    for each in events:
        counted = each.measure.metric
        if counted is not None and counted.filter is not None:
            found[metric_filter(counted.filter)] = None
    return tuple(found)
