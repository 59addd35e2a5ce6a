"""A filter that a metric's own filter rules out never becomes a 0 that reads as a fact.

`orders` counts paid orders; of cancelled ones it would be none. Read from the model's expressions, never from names.
"""

from __future__ import annotations

from sqlglot import exp

from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.stops import Denial, StopError
from semantic_layer import (
    AllOf,
    AnyOf,
    FieldFilter,
    Filter,
    ListQuery,
    Metric,
    MetricFilter,
    MetricQuery,
    Model,
    NotOf,
    Request,
)


def refuse_contradiction(request: Request, assembly: Assembly) -> None:
    """Raise StopError where a filter can never hold."""
    if not isinstance(request, MetricQuery | ListQuery):
        return
    for each in request.filters:
        _refuse_inner(each, assembly)
    if isinstance(request, ListQuery):
        return
    for metric in request.metrics:
        _refuse_filters(metric, request.filters, assembly)
        _refuse_groups(metric, request.group_by, assembly)


def _refuse_inner(each: Filter, assembly: Assembly) -> None:
    """The same within the conditions on customers."""
    match each:
        case MetricFilter():
            _refuse_filters(each.metric, each.filters, assembly)
        case AllOf(all=parts) | AnyOf(any=parts):
            for part in parts:
                _refuse_inner(part, assembly)
        case NotOf(negated=part):
            _refuse_inner(part, assembly)


def _refuse_filters(metric: str, filters: tuple[Filter, ...], assembly: Assembly) -> None:
    model = assembly.scope.model
    for each in filters:
        if not isinstance(each, FieldFilter) or each.op not in ("=", "in"):
            continue
        asked = frozenset(str(value) for value in each.values)
        for leaf in model.leaves(metric):
            kept = fixed_values(leaf).get(_column(each.field, leaf.definition.dataset, model) or "")
            if kept is not None and not asked <= kept:
                raise StopError(_denial(metric, each, assembly))


def _refuse_groups(metric: str, names: tuple[str, ...], assembly: Assembly) -> None:
    """A metric of one value has no groups by that field: only that one would show, as if there were no other."""
    model = assembly.scope.model
    for name in names:
        if name not in model.dimensions:
            continue
        for leaf in model.leaves(metric):
            kept = fixed_values(leaf).get(_column(name, leaf.definition.dataset, model) or "")
            if kept is not None and len(kept) == 1:
                raise StopError(
                    Denial("fixed_by_metric", assembly.dimension_label(name), (assembly.metric_label(metric),))
                )


def _denial(metric: str, each: FieldFilter, assembly: Assembly) -> Denial:
    name = each.field.rpartition(".")[2]
    known = name in assembly.scope.model.dimensions
    labels = [assembly.value_label(name, value) if known else str(value) for value in each.values]
    return Denial("fixed_by_metric", ", ".join(labels), (assembly.metric_label(metric),))


def _column(field: str, dataset: str | None, model: Model) -> str | None:
    """The column of a dataset that a filter's field is."""
    if dataset is None:
        return None
    if field in model.dimensions:
        found = model.field_on(model.dimensions[field], dataset)
        return found.name if found is not None and found.dataset == dataset else None
    home, _, name = field.partition(".")
    return name if home == dataset else None


def fixed_values(metric: Metric) -> dict[str, frozenset[str]]:
    """The columns that a metric's own filter keeps to named values."""
    found: dict[str, frozenset[str]] = {}
    parts = [metric.filter] if metric.filter is not None else []
    while parts:
        part = parts.pop().unnest()
        if isinstance(part, exp.And):
            parts.extend((part.this, part.expression))
        elif isinstance(part, exp.EQ) and isinstance(part.this, exp.Column) and _is_text(part.expression):
            found[part.this.name] = frozenset({str(part.expression.this)})
        elif isinstance(part, exp.In) and isinstance(part.this, exp.Column) and all(map(_is_text, part.expressions)):
            found[part.this.name] = frozenset(str(value.this) for value in part.expressions)
    return found


def _is_text(value: exp.Expr) -> bool:
    return isinstance(value, exp.Literal) and bool(value.is_string)
