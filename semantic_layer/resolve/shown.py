"""How a result is shown: the conditions that people read beside it, its order, and what is kept of its groups."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.query.requests import Origin, Scalar


@dataclass(frozen=True)
class AppliedFilter:
    """A condition as people are shown it, with where it comes from. `text` is set for what has no simple form."""

    field: str
    op: str
    values: tuple[Scalar, ...]
    origin: Origin
    text: str = ""


@dataclass(frozen=True)
class Sort:
    """One output column to sort by."""

    column: str
    descending: bool


@dataclass(frozen=True)
class KeepCondition:
    """A condition on an output column, applied to the finished groups."""

    column: str
    op: str
    values: tuple[exp.Expr, ...]
