"""How times that are shown lead to times that are read, and the bounds of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from semantic_layer.interop.dbt.project import Span


@dataclass(frozen=True)
class Offset:
    """The time that is read for a time that is shown: some while before, or the start of a grain."""

    window: Span | None
    to_grain: str | None
    # a whole period of a custom grain is moved, as nothing finer is asked for
    is_whole: bool = False


@dataclass(frozen=True)
class Accumulation:
    """Rows up to a time: of a window before it, since the start of a grain, or of all time."""

    window: Span | None
    grain_to_date: str | None


@dataclass(frozen=True)
class Shift:
    """How the rows of a time that is shown are found: by the offsets from outermost to innermost, then accumulated."""

    offsets: tuple[Offset, ...] = ()
    accumulation: Accumulation | None = None


@dataclass(frozen=True, eq=False)
class Shown:
    """Times that are shown by a coarser unit than that of the data: the column `label` of `units`, one row each."""

    grain: str
    units: exp.Select


@dataclass(frozen=True)
class TimeRange:
    """Half-open bounds of metric_time; None is open."""

    start: datetime | None
    end: datetime | None
