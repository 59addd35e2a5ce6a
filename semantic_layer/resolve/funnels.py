"""Funnels, resolved: entities that take steps in order."""

from __future__ import annotations

from semantic_layer.model.labels import counted_label
from semantic_layer.query.requests import FunnelQuery
from semantic_layer.query.result import Column, Label
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.events import applied, events_of, members_of, unknown_journey
from semantic_layer.resolve.names import tell_untimed
from semantic_layer.resolve.resolved_events import ResolvedFunnel
from semantic_layer.resolve.result_columns import key_column
from semantic_layer.resolve.sense import period_problems
from semantic_layer.time.periods import Period

_HOURS = tuple(
    Column(name, "comparison", "number", label, unit="hours")
    for name, label in (
        ("median_hours", Label("距上一步的中位时长", "median time since the step before")),
        ("median_hours_in_all", Label("距第一步的中位时长", "median time since the first step")),
    )
)


def resolve_funnel(query: FunnelQuery, context: Context) -> ResolvedFunnel:
    """A funnel, resolved. Raises QueryError with every problem."""
    definition = context.model.funnels.get(query.metric)
    if definition is None:
        raise unknown_journey("funnel", query.metric, context.model.funnels)
    entity = context.model.entities[definition.entity]
    context.problems.extend(period_problems(query.period, "period", context))
    tell_untimed(query.filters, query.period, context)
    context.finish()
    members = members_of(query.filters, query.groups, entity, context)
    found = [(step.name, events_of(step.metric, entity, context)) for step in definition.steps]
    context.finish()
    steps = tuple((name, events) for name, events in found if events is not None)
    labels = tuple((step.name, Label(step.label.zh, step.label.en)) for step in definition.steps)
    own = Label(definition.label.zh, definition.label.en)
    columns = (
        *(key_column(context.model, each) for each in query.groups),
        Column("step", "dimension", "text", Label("步骤", "step"), value_labels=labels),
        Column("customers", "metric", "integer", counted_label(entity), unit="count"),
        Column(definition.name, "metric", "number", own, unit="percent", metric=definition.name),
        Column("step_conversion", "metric", "number", Label("上一步转化率", "step conversion"), unit="percent"),
        *(_HOURS if query.times else ()),
    )
    return ResolvedFunnel(
        steps=steps,
        members=members,
        times=query.times,
        period=(query.period or Period()).cut_after(context.as_of),
        columns=columns,
        filters=applied(query.filters, context, *(events for _, events in steps)),
    )
