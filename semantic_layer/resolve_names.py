"""The names of a request: every one that the model does not have, or that the reader may not use, is a problem."""

from __future__ import annotations

from collections.abc import Iterable

from semantic_layer.errors import Problem
from semantic_layer.model import Field
from semantic_layer.periods import GRAINS
from semantic_layer.query import AllOf, AnyOf, FieldFilter, Filter, MetricFilter, MetricQuery, NotOf
from semantic_layer.query_problems import NotAColumn, UnknownName, Withheld
from semantic_layer.resolve_context import Context


def unknown_names(query: MetricQuery, context: Context) -> Iterable[Problem]:
    """Problems of the names in a metric query."""
    yield from _metrics(query, context)
    yield from _groups(query, context)
    yield from unknown_in(query.filters, context, "filters")
    yield from _columns(query, context)


def unknown_in(filters: Iterable[Filter], context: Context, part: str) -> Iterable[Problem]:
    """Problems of the names in filters, however deep."""
    for index, condition in enumerate(filters):
        where = f"{part}[{index}]"
        match condition:
            case FieldFilter():
                yield from _field(condition, context, where)
            case MetricFilter():
                yield from _behaviour(condition, context, where)
            case AllOf():
                yield from unknown_in(condition.all, context, where)
            case AnyOf():
                yield from unknown_in(condition.any, context, where)
            case NotOf():
                yield from unknown_in((condition.negated,), context, where)


def _metrics(query: MetricQuery, context: Context) -> Iterable[Problem]:
    known = context.model.metrics
    for index, name in enumerate(query.metrics):
        if name not in known:
            yield UnknownName(f"metrics[{index}]", "metric", name, context.nearest(name, known))


def _groups(query: MetricQuery, context: Context) -> Iterable[Problem]:
    known = (*context.model.dimensions, *GRAINS, *_keys(context))
    for index, name in enumerate(query.group_by):
        part = f"group_by[{index}]"
        if name not in known and name not in context.model.fields:
            yield UnknownName(part, "dimension", name, context.nearest(name, known))
        elif _is_withheld(name, context):
            yield Withheld(part, name)


def _columns(query: MetricQuery, context: Context) -> Iterable[Problem]:
    for part, names in (("shares", query.shares), ("cumulative", query.cumulative)):
        for name in names:
            if name not in query.metrics:
                yield NotAColumn(part, name, context.nearest(name, query.metrics))
    grouped = [("keep", each.field) for each in (*query.keep, *query.show)]
    grouped += [("limit_within", name) for name in query.limit_within]
    for part, name in grouped:
        if name not in query.group_by:
            yield NotAColumn(part, name, query.group_by)


def _field(condition: FieldFilter, context: Context, where: str) -> Iterable[Problem]:
    model = context.model
    known = (*model.dimensions, *_keys(context))
    if condition.field not in known and condition.field not in model.fields:
        nearest = context.nearest(condition.field, (*known, *model.fields))
        yield UnknownName(where, "field", condition.field, nearest)
    elif condition.origin != "policy" and _is_withheld(condition.field, context):
        yield Withheld(where, condition.field)


def _behaviour(condition: MetricFilter, context: Context, where: str) -> Iterable[Problem]:
    model = context.model
    if condition.metric not in model.metrics:
        yield UnknownName(where, "metric", condition.metric, context.nearest(condition.metric, model.metrics))
    if condition.per not in model.entities:
        yield UnknownName(where, "entity", condition.per, tuple(model.entities))
    yield from unknown_in(condition.filters, context, f"{where}.filters")


def _keys(context: Context) -> tuple[str, ...]:
    return tuple(entity.key for entity in context.model.entities.values())


def _is_withheld(name: str, context: Context) -> bool:
    dimension = context.model.dimensions.get(name)
    found: Field | None = dimension.home if dimension is not None else context.model.fields.get(name)
    is_personal = found is not None and found.definition.pii is not None
    return is_personal and not context.reader.may_see_personal
