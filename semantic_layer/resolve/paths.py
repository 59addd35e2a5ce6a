"""What is done next after an event, resolved: the events, and all that may be the next step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from semantic_layer.errors import Problem
from semantic_layer.model.labels import label_of_deed
from semantic_layer.query.problems import UnknownName
from semantic_layer.query.requests import PathQuery
from semantic_layer.query.result import Column, Label
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.definitions import against_definition
from semantic_layer.resolve.filters import told
from semantic_layer.resolve.follows import entity_of, happenings
from semantic_layer.resolve.names import tell_untimed, unknown_in
from semantic_layer.resolve.resolved_events import EventRows, ResolvedPaths
from semantic_layer.resolve.sense import period_problems
from semantic_layer.resolve.suggest import metric_words, nearest_called
from semantic_layer.time.periods import Period


def resolve_paths(query: PathQuery, context: Context) -> ResolvedPaths:
    """What is done next after an event, resolved. Raises QueryError with every problem."""
    behaviours = context.model.behaviours.values()
    names = query.among or tuple(dict.fromkeys(each.metric for each in behaviours if each.step))
    context.problems.extend(_unknown(query, names, context))
    context.finish()
    entity = entity_of((query.event, *names), "event", context)
    context.finish()
    assert entity is not None, "of which a metric is known"
    events = happenings(query.event, entity, query.filters, "event", context)
    steps: list[tuple[str, EventRows]] = []
    for index, name in enumerate(names):
        missing = any(context.unavailable.get(each) for each in context.model.metrics[name].datasets)
        if missing and not query.among:
            continue  # a step that nobody named and that cannot be had here
        found = happenings(name, entity, (), f"among[{index}]", context)
        steps.extend([(name, found)] if found is not None else [])
    context.finish()
    assert events is not None, "what could not be bound is a problem"
    labels = tuple((name, label_of_deed(context.model, name)) for name in names)
    return ResolvedPaths(
        events=events,
        steps=tuple(steps),
        within=query.within,
        shown=query.limit,
        period=(query.period or Period()).cut_after(context.as_of),
        end=context.as_of + timedelta(days=1),
        columns=(
            Column("step", "dimension", "text", Label("下一步", "next step"), value_labels=labels),
            Column("events", "comparison", "integer", Label("次数", "times"), unit="count"),
            Column("share", "metric", "number", Label("占比", "share"), unit="percent"),
            Column("share_low", "comparison", "number", Label("区间下限", "interval from"), unit="percent"),
            Column("share_high", "comparison", "number", Label("区间上限", "interval to"), unit="percent"),
            Column("median_hours", "comparison", "number", Label("间隔中位数", "median time until then"), unit="hours"),
        ),
        filters=told(query.filters, context.reader.policies),
    )


def _unknown(query: PathQuery, names: tuple[str, ...], context: Context) -> Iterator[Problem]:
    for part, name in (("event", query.event), *((f"among[{index}]", name) for index, name in enumerate(names))):
        if name not in context.model.metrics:
            yield UnknownName(part, "metric", name, nearest_called(name, metric_words(context.model)))
    if not names:
        yield UnknownName("among", "metric", "?", ())
    yield from unknown_in(query.filters, context, "filters")
    yield from against_definition((query.event,), query.filters, "filters", context)
    yield from period_problems(query.period, "period", context)
    tell_untimed(query.filters, query.period, context)
