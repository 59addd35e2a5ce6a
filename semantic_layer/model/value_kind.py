"""Of which kind the values of a metric are: numbers mostly, but the last order's day is a date."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.model.model import Metric, Model
from semantic_layer.query.result import ColumnType
from semantic_layer.sql.value_types import kind_of, of_kind


def value_kind(metric: Metric, model: Model) -> ColumnType:
    """Of which kind a metric's values are; numbers where its expression does not tell."""
    if metric.expression is None:
        return "number"
    tree = metric.expression.copy()
    for column in list(tree.find_all(exp.Column)):
        of_kind(column, _kind_of_name(column, metric, model))
    return kind_of(tree) or "number"


def _kind_of_name(column: exp.Column, metric: Metric, model: Model) -> ColumnType | None:
    """The kind of what a name in a metric's expression stands for: a field, a value of each entity, a metric."""
    definition = metric.definition
    if definition.dataset is None:
        inner = definition.inputs.get(column.name)
        named = model.metrics.get(inner.metric if inner is not None else column.name)
        return value_kind(named, model) if named is not None else None
    if definition.per is not None and not column.table and column.name in definition.per.above:
        return "number"
    if definition.per is not None and not column.table and column.name in definition.per.values:
        tree = model.parsed(definition.per.values[column.name]).copy()
        for each in list(tree.find_all(exp.Column)):
            of_kind(each, _field_kind(each, definition.dataset, model))
        return kind_of(tree)
    return _field_kind(column, definition.dataset, model)


def _field_kind(column: exp.Column, dataset: str, model: Model) -> ColumnType | None:
    owner = model.datasets.get(column.table or dataset)
    found = owner.fields.get(column.name) if owner is not None else None
    return found.type if found is not None else None
