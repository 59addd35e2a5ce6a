"""How a result is shown: the conditions that people read beside it, its order, and what is kept of its groups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from semantic_layer.query.requests import Origin, Scalar
from semantic_layer.query.result import Column
from semantic_layer.time.periods import Period


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


@dataclass(frozen=True, eq=False, kw_only=True)
class Told:
    """What every resolved request tells of its result, whatever it asks for. `incomplete` are the first days of
    the buckets that are not whole."""

    columns: tuple[Column, ...]
    filters: tuple[AppliedFilter, ...]
    period: Period | None
    previous_period: Period | None = None
    limit: int | None = None
    incomplete: tuple[date, ...] = ()
