"""Result columns and their labels: what a group, a metric and each of its parts is called."""

from __future__ import annotations

from typing import Literal

from semantic_layer.model.date_parts import DATE_PARTS, PART_LABELS
from semantic_layer.model.labels import label_of
from semantic_layer.model.list_conditions import is_list
from semantic_layer.model.lookup import found_field
from semantic_layer.model.model import Field, Metric, Model
from semantic_layer.model.value_kind import value_kind
from semantic_layer.query.result import AS_USUAL, Column, ColumnPart, ColumnType, Label
from semantic_layer.time.units import STANDARD

NUMBERS: tuple[ColumnType, ...] = ("integer", "number")

_PART_LABELS: dict[ColumnPart, Label] = {
    "share": Label("占比", "share"),
    "cumulative": Label("累计", "cumulative"),
    "change": Label("变化", "change"),
    "change_pct": Label("变化率", "change %"),
}
_PREVIOUS_LABELS: dict[str, Label] = {
    "previous": Label("上期", "previous"),
    "year": Label("去年同期", "a year earlier"),
    "period": Label("对比期", "compared with"),
    "filters": Label("对照", "other side"),
}


def key_column(model: Model, name: str) -> Column:
    """The column of a group: a time grain, a part of the time, a dimension, an entity's key or a field."""
    if is_grain(model, name):
        own = model.grains.get(name)
        label = label_of(name, own.label) if own is not None else PART_LABELS[name]
        kind: Literal["date", "timestamp"] = "timestamp" if own is None and STANDARD[name].has_clock else "date"
        return Column(name, "dimension", kind, label, grain=name)
    if is_event_part(model, name):
        return Column(name, "dimension", "integer", PART_LABELS[name])
    if name in model.dimensions:
        dimension = model.dimensions[name]
        return field_column(name, dimension.label, dimension.home)
    if is_list(model, name):
        label = label_of(name, model.lists[name].label)
        names = ((True, label), (False, Label("其他", "others")))
        return Column(name, "dimension", "boolean", label, value_labels=names)
    found = found_field(model, name)
    assert found is not None, "names are checked before"
    return field_column(name, found.label, found)


def is_grain(model: Model, name: str) -> bool:
    """Whether a group's name is that of a time grain. A dimension of a clock grain's name comes first."""
    return name in model.grains or (name in STANDARD and name not in model.dimensions)


def is_event_part(model: Model, name: str) -> bool:
    """Whether a name is that of a part of the time at which things happen. A dimension of that name comes first."""
    return name in DATE_PARTS and name not in model.dimensions


def field_column(name: str, label: Label, found: Field) -> Column:
    """The column of a field under a name of its own."""
    return Column(
        name,
        "dimension",
        found.type,
        label,
        unit=found.definition.unit,
        field=found.qualified,
        is_sensitive=found.definition.pii is not None,
    )


def metric_column(model: Model, metric: Metric) -> Column:
    """The column of a metric's value."""
    kind = value_kind(metric, model)
    if kind in NUMBERS:
        kind = "integer" if metric.unit == "count" else "number"
    unit = metric.unit if kind in NUMBERS else None
    how = metric.definition.format
    return Column(metric.name, "metric", kind, metric.label, unit=unit, metric=metric.name, format=how)


def part_column(model: Model, metric: Metric, part: Literal["share", "cumulative"]) -> Column:
    """The column of a metric's share or running total."""
    value = metric_column(model, metric)
    label = _joined(metric.label, _PART_LABELS[part])
    unit = "percent" if part == "share" else metric.unit
    kind = "number" if part == "share" else value.type
    how = AS_USUAL if part == "share" else value.format
    return Column(f"{metric.name}__{part}", "metric", kind, label, unit=unit, metric=metric.name, part=part, format=how)


def comparison_columns(model: Model, metric: Metric, to: str) -> tuple[Column, ...]:
    """The columns of a comparison: the other period's value, and of numbers the difference and the relative change."""
    value = metric_column(model, metric)
    previous = Column(
        f"{metric.name}__previous",
        "comparison",
        value.type,
        _joined(metric.label, _PREVIOUS_LABELS[to]),
        unit=metric.unit,
        metric=metric.name,
        part="previous",
        format=value.format,
    )
    if value.type not in NUMBERS:
        return (previous,)
    change = Column(
        f"{metric.name}__change",
        "comparison",
        value.type,
        _joined(metric.label, _PART_LABELS["change"]),
        unit=metric.unit,
        metric=metric.name,
        part="change",
        format=value.format,
    )
    relative = Column(
        f"{metric.name}__change_pct",
        "comparison",
        "number",
        _joined(metric.label, _PART_LABELS["change_pct"]),
        unit="percent",
        metric=metric.name,
        part="change_pct",
    )
    return previous, change, relative


def _joined(name: Label, part: Label) -> Label:
    return Label(f"{name.zh}·{part.zh}", f"{name.en}, {part.en}")
