"""A dbt query with nothing left to look up: measures as the compiler knows them, and what is done with each after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.interop.dbt.project import PeriodAggregation
from semantic_layer.resolve.leaves import Measure, Rows
from semantic_layer.resolve.shown import Sort

BASE_TIME = "base_time"


@dataclass(frozen=True, eq=False)
class SpineFill:
    """Every unit of the time spine put beside a measure: `rows` of the spine give the columns `times`.

    `again` are conditions on output columns, put once more to the units that had no rows.
    """

    rows: Rows
    times: tuple[str, ...]
    again: tuple[exp.Expr, ...]


@dataclass(frozen=True, eq=False)
class Pass:
    """A measure and what follows its aggregation: units of the spine, and one of its values for each coarser period.

    With `period_agg` the measure's rows have a last key `base_time`, and it is told once for each group. One that
    `is_of_any_type` may be a text or a time, not only a number.
    """

    measure: Measure
    fill: SpineFill | None = None
    period_agg: PeriodAggregation | None = None
    is_of_any_type: bool = False


@dataclass(frozen=True, eq=False)
class ResolvedDbt:
    """`keys` and `formulas` (over measure aliases) are the output columns. Without formulas it is `distinct` rows.

    `aliases` are the names of columns that are to have another.
    """

    keys: tuple[str, ...]
    passes: tuple[Pass, ...]
    formulas: Mapping[str, exp.Expr]
    distinct: Rows | None
    is_distinct: bool
    min_max_only: bool
    sorts: tuple[Sort, ...]
    limit: int | None
    aliases: Mapping[str, str]
