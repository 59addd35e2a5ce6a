"""How a metric query's result looks: its columns, their order, what is kept and shown, and the filters to tell of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from sqlglot import exp

from semantic_layer.errors import Problem
from semantic_layer.model.definitions import Among
from semantic_layer.model.entity_conditions import ALL
from semantic_layer.model.model import Model
from semantic_layer.query.problems import NotAColumn, WrongType
from semantic_layer.query.requests import FieldFilter, MetricQuery, Order
from semantic_layer.query.result import Column
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.filters import BadValueError, literals, told
from semantic_layer.resolve.resolved import MetricColumn
from semantic_layer.resolve.result_columns import comparison_columns, metric_column, part_column
from semantic_layer.resolve.shown import AppliedFilter, KeepCondition, Sort
from semantic_layer.resolve.suggest import nearest_columns


def result_columns(query: MetricQuery, keys: tuple[Column, ...], model: Model) -> tuple[Column, ...]:
    """The groups, and each metric with what is asked of it beside its value."""
    found = list(keys)
    for name in query.metrics:
        metric = model.metrics[name]
        found.append(metric_column(model, metric))
        if query.compare is not None:
            found.extend(comparison_columns(model, metric, query.compare.to))
        if name in query.shares:
            found.append(part_column(model, metric, "share"))
        if name in query.cumulative:
            found.append(part_column(model, metric, "cumulative"))
    return tuple(found)


def sorts_of(
    query: MetricQuery, keys: tuple[Column, ...], columns: tuple[Column, ...], context: Context
) -> tuple[Sort, ...]:
    """The order that is asked for, or the natural one, made whole by the groups; problems go to the context."""
    names = [column.name for column in columns]
    context.problems.extend(unknown_orders(query.order_by, columns))
    types = {column.name: column.type for column in columns}
    for having in query.having:
        if having.column not in names:
            near = nearest_columns(having.column, columns) or tuple(names)
            context.problems.append(NotAColumn("having", having.column, near))
        elif types[having.column] not in ("integer", "number"):
            kind, value = types[having.column], f"{having.values[0]:g}"
            context.problems.append(WrongType("having", having.column, kind, value))
    chosen = query.order_by or _natural_order(keys, query.metrics, context.model)
    asked = [Sort(order.column, order.descending) for order in chosen]
    rest = [Sort(key.name, False) for key in keys if key.name not in {sort.column for sort in asked}]
    return (*asked, *rest)


def unknown_orders(orders: Iterable[Order], columns: Collection[Column]) -> Iterator[Problem]:
    """Orders by what is not in the result."""
    names = {column.name for column in columns}
    for order in orders:
        if order.column not in names:
            yield NotAColumn("order_by", order.column, nearest_columns(order.column, columns))


def shown_values(query: MetricQuery, keys: tuple[Column, ...], context: Context) -> tuple[KeepCondition, ...]:
    """The values that appear even without rows."""
    # values that the question names appear even without rows, where they are the only groups beside time
    others = [key.name for key in keys if key.grain is None]
    shown = [each for each in query.show if others == [each.field] and each.op in ("=", "in")]
    return kept_conditions("show", shown, keys, context)


def kept_conditions(
    part: str, conditions: Iterable[FieldFilter], keys: tuple[Column, ...], context: Context
) -> tuple[KeepCondition, ...]:
    """Conditions on group columns, their values checked against the types of those."""
    types = {key.name: key.type for key in keys}
    found = []
    for each in conditions:
        try:
            found.append(KeepCondition(each.field, each.op, literals(each, each.field, types[each.field])))
        except BadValueError as error:
            context.problems.append(WrongType(part, error.field_name, error.type_name, str(error.value)))
    return tuple(found)


def filters_told(query: MetricQuery, metrics: Iterable[MetricColumn], context: Context) -> tuple[AppliedFilter, ...]:
    """Every condition that holds for the numbers: asked for, of policies, and in the metrics' definitions."""
    found = dict.fromkeys(told((*query.filters, *query.keep), context.reader.policies))
    for column in metrics:
        for leaf in context.model.leaves(column.column.metric or ""):
            if leaf.filter is not None:
                found[metric_filter(leaf.filter)] = None
            if leaf.definition.among is not None:
                found[among_filter(leaf.definition.among)] = None
    return tuple(found)


def _natural_order(keys: tuple[Column, ...], metrics: tuple[str, ...], model: Model) -> tuple[Order, ...]:
    ordered = [key for key in keys if key.grain is not None or key.type in ("date", "integer", "timestamp")]
    if ordered or not metrics:
        return tuple(Order(column=key.name) for key in sorted(ordered, key=lambda key: key.grain is None))
    return (Order(column=metrics[0], descending=model.metrics[metrics[0]].definition.rank is None),)


def among_filter(among: Among) -> AppliedFilter:
    """A metric's condition on entities as people are shown it."""
    period = "" if among.period == ALL else f", {among.period}"
    return AppliedFilter("", "", (), "metric", f"{among.entity}: {among.having}{period}")


def metric_filter(condition: exp.Expr) -> AppliedFilter:
    """A metric's own condition as people are shown it."""
    if isinstance(condition, exp.EQ) and isinstance(condition.this, exp.Column):
        right = condition.expression
        if isinstance(right, exp.Literal) and right.is_string:
            return AppliedFilter(condition.this.name, "=", (right.name,), "metric")
    return AppliedFilter("", "", (), "metric", condition.sql("duckdb"))
