"""A filter that a metric's own filter rules out never becomes a 0 that reads as a fact.

`orders` counts paid orders; 'cancelled orders' is another metric of the same rows, and where the model has none for the
value asked, the question is refused. Read from the model's expressions, never from names.
"""

from __future__ import annotations

from collections.abc import Mapping

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


def without_contradiction(request: Request, assembly: Assembly) -> Request:
    """The request with metrics of the values asked for. Raises StopError where a filter can never hold."""
    if isinstance(request, ListQuery):
        return request.model_copy(update={"filters": tuple(_inner(each, assembly) for each in request.filters)})
    if not isinstance(request, MetricQuery):
        return request
    filters = tuple(_inner(each, assembly) for each in request.filters)
    instead: dict[str, str] = {}
    for metric in request.metrics:
        instead[metric], rest = _fitted(metric, filters, assembly)
        if instead[metric] != metric:
            if len(request.metrics) > 1:
                raise StopError(_denial(metric, filters, assembly))
            filters = rest
        _refuse_groups(metric, request.group_by, assembly)
    if all(old == new for old, new in instead.items()):
        return request.model_copy(update={"filters": filters})
    return request.model_copy(
        update={
            "metrics": tuple(instead[name] for name in request.metrics),
            "filters": filters,
            "shares": tuple(instead.get(name, name) for name in request.shares),
            "cumulative": tuple(instead.get(name, name) for name in request.cumulative),
            "having": tuple(
                each.model_copy(update={"column": _renamed(each.column, instead)}) for each in request.having
            ),
            "order_by": tuple(
                each.model_copy(update={"column": _renamed(each.column, instead)}) for each in request.order_by
            ),
        }
    )


def _renamed(column: str, instead: Mapping[str, str]) -> str:
    metric, mark, rest = column.partition("__")
    return instead.get(metric, metric) + mark + rest


def _inner(each: Filter, assembly: Assembly) -> Filter:
    """The conditions on customers within a filter, each with the metric of its own values."""
    if isinstance(each, MetricFilter):
        metric, filters = _fitted(each.metric, each.filters, assembly)
        return each.model_copy(update={"metric": metric, "filters": filters})
    if isinstance(each, AllOf):
        return AllOf(all=tuple(_inner(part, assembly) for part in each.all))
    if isinstance(each, AnyOf):
        return AnyOf(any=tuple(_inner(part, assembly) for part in each.any))
    if isinstance(each, NotOf):
        return NotOf(negated=_inner(each.negated, assembly))
    return each


def _fitted(metric: str, filters: tuple[Filter, ...], assembly: Assembly) -> tuple[str, tuple[Filter, ...]]:
    """The metric and filters that say the same without contradiction."""
    model = assembly.scope.model
    for each in filters:
        if not isinstance(each, FieldFilter) or each.op not in ("=", "in"):
            continue
        asked = frozenset(str(value) for value in each.values)
        for leaf in model.leaves(metric):
            column = _column(each.field, leaf.definition.dataset, model)
            kept = fixed_values(leaf).get(column or "")
            if kept is None or asked <= kept:
                continue
            other = _sibling(model.metrics[metric], column or "", asked, model)
            if other is None:
                raise StopError(_denial(metric, (each,), assembly))
            return _fitted(other, tuple(f for f in filters if f is not each), assembly)
    return metric, filters


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


def _denial(metric: str, filters: tuple[Filter, ...], assembly: Assembly) -> Denial:
    asked = [str(value) for each in filters if isinstance(each, FieldFilter) for value in each.values]
    names = {name for each in filters if isinstance(each, FieldFilter) for name in (each.field.rpartition(".")[2],)}
    model = assembly.scope.model
    labels = [
        assembly.value_label(name, value) for name in sorted(names) if name in model.dimensions for value in asked
    ]
    return Denial("fixed_by_metric", ", ".join(labels or asked), (assembly.metric_label(metric),))


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


def _sibling(metric: Metric, column: str, asked: frozenset[str], model: Model) -> str | None:
    """The metric that computes the same of the rows with the values asked for."""
    wanted: dict[str, frozenset[str]] = {**fixed_values(metric), column: asked}
    for name, other in model.metrics.items():
        if other.definition.hidden or other.definition.dataset != metric.definition.dataset:
            continue
        if other.expression == metric.expression and fixed_values(other) == wanted and metric.expression is not None:
            return name
    return None
