"""The names of a request: every one that the model does not have, or that the reader may not use, is a problem."""

from __future__ import annotations

from collections.abc import Iterable

from semantic_layer.errors import Problem
from semantic_layer.model.date_parts import DATE_PARTS, TimePartError
from semantic_layer.model.list_conditions import is_list
from semantic_layer.model.lookup import found_field
from semantic_layer.model.model import Field, Model
from semantic_layer.model.placing import is_event
from semantic_layer.query.cautions import ConditionOverAllHistory
from semantic_layer.query.problems import EmptyRange, LimitTooLarge, NotAColumn, UnknownName
from semantic_layer.query.reader_problems import FieldWithheld, Withheld
from semantic_layer.query.requests import (
    AllOf,
    AnyOf,
    FieldFilter,
    Filter,
    ListFilter,
    MeasuredColumn,
    MetricFilter,
    MetricQuery,
    NotOf,
    Scalar,
)
from semantic_layer.query.time_problems import GrainTooFine
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.definitions import against_definition
from semantic_layer.resolve.filters import behaviours
from semantic_layer.resolve.hiding import hiding
from semantic_layer.resolve.sense import fraction_problems, period_problems, value_problems
from semantic_layer.resolve.suggest import (
    Words,
    all_field_words,
    dimension_words,
    list_words,
    metric_words,
    nearest_called,
)
from semantic_layer.time.periods import GRAINS, Period
from semantic_layer.time.units import CLOCK_GRAINS

MOST_ROWS = 100_000
# where a metric is named that was taken for something else
_METRICS_GO = {"dimension": "metrics", "field": "metric"}


def unknown_names(query: MetricQuery, context: Context) -> Iterable[Problem]:
    """Problems of the names in a metric query."""
    yield from _metrics(query, context)
    yield from _groups(query, context)
    yield from unknown_in(query.filters, context, "filters")
    yield from unknown_in(query.among or (), context, "among")
    if query.compare is not None:
        yield from unknown_in(query.compare.filters, context, "compare.filters")
        yield from against_definition(query.metrics, query.compare.filters, "compare.filters", context)
    yield from _columns(query, context)
    yield from large_limit(query.limit)
    for part, filters in (("filters", query.filters), ("among", query.among or ())):
        yield from against_definition(query.metrics, filters, part, context)
    tell_untimed(query.filters, query.period, context)
    for part, period in (("period", query.period), ("compare", query.compare.period if query.compare else None)):
        yield from period_problems(period, part, context)


def unknown_measure(each: MeasuredColumn, part: str, context: Context) -> Iterable[Problem]:
    """Problems of the names in a measured column of a list."""
    if each.metric not in context.model.metrics:
        near = nearest_called(each.metric, metric_words(context.model))
        yield UnknownName(f"{part}.metric", "metric", each.metric, near)
    yield from unknown_in(each.filters, context, f"{part}.filters")
    yield from against_definition((each.metric,), each.filters, f"{part}.filters", context)
    yield from period_problems(each.period, f"{part}.period", context)


def unknown_in(filters: Iterable[Filter], context: Context, part: str) -> Iterable[Problem]:
    """Problems of the names in filters, however deep."""
    for index, condition in enumerate(filters):
        where = f"{part}[{index}]"
        if isinstance(condition, FieldFilter | MetricFilter):
            name = condition.field if isinstance(condition, FieldFilter) else condition.metric
            yield from _range(name, condition.op, condition.values, where)
        match condition:
            case FieldFilter():
                yield from _field(condition, context, where)
            case MetricFilter():
                yield from _behaviour(condition, context, where)
            case ListFilter():
                near = nearest_called(condition.list, list_words(context.model))
                yield UnknownName(where, "list", condition.list, near)
            case AllOf():
                yield from unknown_in(condition.all, context, where)
            case AnyOf():
                yield from unknown_in(condition.any, context, where)
            case NotOf():
                yield from unknown_in((condition.negated,), context, where)


def tell_untimed(filters: Iterable[Filter], period: Period | None, context: Context) -> None:
    """A caution for each condition on behaviour without a period beside a request that has one."""
    for each in behaviours(filters) if period is not None else ():
        leaves = context.model.leaves(each.metric) if each.metric in context.model.metrics else ()
        if each.period is None and any(leaf.kind != "simple" or is_event(leaf, context.model) for leaf in leaves):
            context.cautions.append(ConditionOverAllHistory("filters", each.metric))


def _range(name: str, op: str, values: tuple[Scalar, ...], part: str) -> Iterable[Problem]:
    if op != "between" or len(values) != 2:
        return
    low, high = values
    is_text = isinstance(low, str) and isinstance(high, str)
    if (is_text and str(low) > str(high)) or (not isinstance(low, str) and not isinstance(high, str) and low > high):
        yield EmptyRange(part, name, str(low), str(high))


def large_limit(limit: int | None) -> Iterable[Problem]:
    """A limit beyond what any answer may hold."""
    if limit is not None and limit > MOST_ROWS:
        yield LimitTooLarge("limit", limit, MOST_ROWS)


def _metrics(query: MetricQuery, context: Context) -> Iterable[Problem]:
    known = context.model.metrics
    for index, name in enumerate(query.metrics):
        if name not in known:
            yield UnknownName(f"metrics[{index}]", "metric", name, nearest_called(name, metric_words(context.model)))


def _groups(query: MetricQuery, context: Context) -> Iterable[Problem]:
    grains = (*GRAINS, *context.model.grains)
    for index, name in enumerate(query.group_by):
        if name not in grains and name not in CLOCK_GRAINS and not is_list(context.model, name):
            more = {each: (each,) for each in grains}
            yield from named(name, "dimension", f"group_by[{index}]", more, context)


def _columns(query: MetricQuery, context: Context) -> Iterable[Problem]:
    for index, having in enumerate(query.having):
        where = f"having[{index}]"
        yield from _range(having.column, having.op, having.values, where)
        metric, _, part = having.column.partition("__")
        unit = "percent" if part in ("share", "change_pct") else _unit(metric, context)
        yield from fraction_problems(having.column, part, unit, having.values, where, context)
    for part, names in (("shares", query.shares), ("cumulative", query.cumulative)):
        for name in names:
            if name not in query.metrics:
                yield NotAColumn(part, name, nearest_called(name, {each: (each,) for each in query.metrics}))
    for each in (*query.keep, *query.show):
        yield from _field(each, context, "keep") if each.field in query.group_by else ()
    grouped = [("keep", each.field) for each in (*query.keep, *query.show)]
    grouped += [("limit_within", name) for name in query.limit_within]
    for part, name in grouped:
        if name not in query.group_by:
            yield NotAColumn(part, name, query.group_by)


def _field(condition: FieldFilter, context: Context, where: str) -> Iterable[Problem]:
    wrong = tuple(named(condition.field, "field", where, all_field_words(context.model), context))
    found = found_field(context.model, condition.field) if not wrong and condition.field not in DATE_PARTS else None
    if found is None:
        yield from wrong
        return
    yield from value_problems(condition, found, where, context)
    yield from fraction_problems(condition.field, "", found.definition.unit, condition.values, where, context)


def _unit(metric: str, context: Context) -> str | None:
    return context.model.metrics[metric].unit if metric in context.model.metrics else None


def named(name: str, kind: str, where: str, more: Words, context: Context) -> Iterable[Problem]:
    """What is wrong with the name of a dimension, field or part of a time; `more` are other names to offer."""
    if name in DATE_PARTS:
        return
    try:
        found = found_field(context.model, name)
    except TimePartError as error:
        yield GrainTooFine(where, error.part, error.field)
        return
    if found is None:
        near = nearest_called(name, {**more, **dimension_words(context.model)})
        belongs_in = _METRICS_GO[kind] if name in context.model.metrics else ""
        yield UnknownName(where, kind, name, near, belongs_in)
    elif hiding(found, context.model, context.reader) is not None:
        yield _kept(found, where, name)


def _kept(found: Field, where: str, name: str) -> Problem:
    return Withheld(where, name) if found.definition.pii is not None else FieldWithheld(where, name)


def _behaviour(condition: MetricFilter, context: Context, where: str) -> Iterable[Problem]:
    model = context.model
    if condition.metric not in model.metrics:
        yield UnknownName(where, "metric", condition.metric, nearest_called(condition.metric, metric_words(model)))
    if condition.per not in model.entities:
        yield UnknownName(where, "entity", condition.per, tuple(model.entities))
    yield from unknown_in(condition.filters, context, f"{where}.filters")
    yield from against_definition((condition.metric,), condition.filters, f"{where}.filters", context)
    yield from period_problems(condition.period, f"{where}.period", context)
    yield from fraction_problems(
        condition.metric, "", _unit(condition.metric, context), condition.values, where, context
    )


def homes_of(names: Iterable[str], model: Model) -> tuple[str, ...]:
    """The datasets whose rows have all of the dimensions: first those that are home to one of them, then the nearest,
    then in order of definition. The order of the names does not matter."""
    carriers = [fields for fields in (_carriers(name, model) for name in names) if fields]
    homes = {fields[0].dataset for fields in carriers}
    lengths = [_distances(fields, model) for fields in carriers]
    if not lengths:
        return tuple(model.datasets)
    together = [each for each in lengths[0] if all(each in others for others in lengths)]
    places = {name: place for place, name in enumerate(model.datasets)}
    return tuple(
        sorted(together, key=lambda each: (each not in homes, sum(found[each] for found in lengths), places[each]))
    )


def _distances(fields: tuple[Field, ...], model: Model) -> dict[str, int]:
    """How far rows of each dataset are from the nearest of the fields; very far where ways are in doubt."""
    found: dict[str, int] = {}
    for field in fields:
        for dataset, length in model.distances[field.dataset].items():
            found[dataset] = min(length, found.get(dataset, length))
    return found


def _carriers(name: str, model: Model) -> tuple[Field, ...]:
    """The fields that a name may stand for, its home first; none for a part of the time at which things happen."""
    if name in model.dimensions:
        return model.dimensions[name].fields
    if is_list(model, name):
        return model.keys[model.entities[model.lists[name].entity].key]
    if name in model.keys:
        return model.keys[name]
    found = found_field(model, name)
    return (found,) if found is not None else ()
