"""The names of a request: every one that the model does not have, or that the reader may not use, is a problem."""

from __future__ import annotations

from collections.abc import Iterable

from semantic_layer.errors import Problem
from semantic_layer.model.date_parts import DATE_PARTS, TimePartError
from semantic_layer.model.lookup import found_field
from semantic_layer.model.model import Field, Model
from semantic_layer.query.problems import EmptyRange, GrainTooFine, NotAColumn, PeriodOutOfRange, UnknownName, Withheld
from semantic_layer.query.requests import AllOf, AnyOf, FieldFilter, Filter, MetricFilter, MetricQuery, NotOf, Scalar
from semantic_layer.resolve.context import Context
from semantic_layer.time.periods import GRAINS, Period
from semantic_layer.time.units import CLOCK_GRAINS

FIRST_YEAR, LAST_YEAR = 1000, 9000


def unknown_names(query: MetricQuery, context: Context) -> Iterable[Problem]:
    """Problems of the names in a metric query."""
    yield from _metrics(query, context)
    yield from _groups(query, context)
    yield from unknown_in(query.filters, context, "filters")
    yield from _columns(query, context)
    for part, period in (("period", query.period), ("compare", query.compare.period if query.compare else None)):
        yield from strange_period(period, part)


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
            case AllOf():
                yield from unknown_in(condition.all, context, where)
            case AnyOf():
                yield from unknown_in(condition.any, context, where)
            case NotOf():
                yield from unknown_in((condition.negated,), context, where)


def _range(name: str, op: str, values: tuple[Scalar, ...], part: str) -> Iterable[Problem]:
    if op != "between" or len(values) != 2:
        return
    low, high = values
    is_text = isinstance(low, str) and isinstance(high, str)
    is_number = not isinstance(low, str) and not isinstance(high, str)
    if (is_text and str(low) > str(high)) or (is_number and float(low) > float(high)):
        yield EmptyRange(part, name, str(low), str(high))


def strange_period(period: Period | None, part: str) -> Iterable[Problem]:
    """A period that begins or ends where nothing can be counted back or on any more; an open or far end is cut."""
    starts = period is not None and period.start is not None and not FIRST_YEAR <= period.start.year <= LAST_YEAR
    ends = period is not None and period.end is not None and period.end.year < FIRST_YEAR
    if starts or ends:
        yield PeriodOutOfRange(part, str(period), FIRST_YEAR, LAST_YEAR)


def _metrics(query: MetricQuery, context: Context) -> Iterable[Problem]:
    known = context.model.metrics
    for index, name in enumerate(query.metrics):
        if name not in known:
            yield UnknownName(f"metrics[{index}]", "metric", name, context.nearest(name, known))


def _groups(query: MetricQuery, context: Context) -> Iterable[Problem]:
    grains = (*GRAINS, *context.model.grains)
    for index, name in enumerate(query.group_by):
        if name not in grains and name not in CLOCK_GRAINS:
            yield from _named(name, "dimension", f"group_by[{index}]", grains, context, is_withheld_here=True)


def _columns(query: MetricQuery, context: Context) -> Iterable[Problem]:
    for index, having in enumerate(query.having):
        yield from _range(having.column, having.op, having.values, f"having[{index}]")
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
    more = context.model.fields
    yield from _named(condition.field, "field", where, more, context, is_withheld_here=condition.origin != "policy")


def _named(
    name: str, kind: str, where: str, more: Iterable[str], context: Context, *, is_withheld_here: bool
) -> Iterable[Problem]:
    """What is wrong with the name of a dimension, field or part of a time; `more` are other names to offer."""
    if name in DATE_PARTS:
        return
    try:
        found = found_field(context.model, name)
    except TimePartError as error:
        yield GrainTooFine(where, error.part, error.field)
        return
    if found is None:
        yield UnknownName(where, kind, name, context.nearest(name, (*context.model.dimensions, *_keys(context), *more)))
    elif is_withheld_here and found.definition.pii is not None and not context.reader.may_see_personal:
        yield Withheld(where, name)


def _behaviour(condition: MetricFilter, context: Context, where: str) -> Iterable[Problem]:
    model = context.model
    if condition.metric not in model.metrics:
        yield UnknownName(where, "metric", condition.metric, context.nearest(condition.metric, model.metrics))
    if condition.per not in model.entities:
        yield UnknownName(where, "entity", condition.per, tuple(model.entities))
    yield from unknown_in(condition.filters, context, f"{where}.filters")


def _keys(context: Context) -> tuple[str, ...]:
    return tuple(context.model.keys)


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
    if name in model.keys:
        return model.keys[name]
    found = found_field(model, name)
    return (found,) if found is not None else ()
