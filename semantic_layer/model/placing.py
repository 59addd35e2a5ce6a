"""How a metric without a formula is placed in time: by the time at which its rows happen, as a state, as of today."""

from __future__ import annotations

from typing import Literal

from semantic_layer.model.model import Field, Metric, Model
from semantic_layer.model.names import parse_name

Placing = Literal["flow", "stock", "snapshot", "transition", "conversion"]


def placing_of(leaf: Metric, model: Model) -> Placing:
    """A state at an instant, one of today only, a matching of two, or what happens in time."""
    if leaf.kind == "transition" or leaf.kind == "conversion":
        return leaf.kind
    if leaf.definition.valid is not None:
        return "stock"
    return "snapshot" if time_name(leaf, model) is None else "flow"


def placed_by(leaf: Metric, model: Model) -> Field | None:
    """The field of the time at which the rows of a simple metric happen; None for states."""
    name = time_name(leaf, model)
    column = parse_name(name) if name is not None and leaf.definition.valid is None else None
    if column is None:
        return None
    return model.datasets[column.table or leaf.definition.dataset or ""].fields[column.name]


def time_name(leaf: Metric, model: Model) -> str | None:
    """The name of the time at which what a simple metric counts happens: its own, or that of its dataset."""
    if leaf.definition.time is not None:
        return leaf.definition.time
    return model.datasets[leaf.definition.dataset or ""].definition.time


def is_event(leaf: Metric, model: Model) -> bool:
    """Whether a simple metric counts what happens in time, rather than a state."""
    return placing_of(leaf, model) == "flow"


def known_for_today(metric: Metric, model: Model) -> tuple[bool, ...]:
    """Of each part of a metric, whether only its value of today is known: its rows have no time, as scores."""
    return tuple(leaf.kind == "simple" and placing_of(leaf, model) == "snapshot" for leaf in model.leaves(metric.name))
