"""A request with nothing left to look up: what `resolve` hands to the compiler.

All expressions are bound trees (see `binding.py`). Periods are cut at today. Every kind tells what `Told` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from semantic_layer.model.model import Step
from semantic_layer.query.requests import Having, MetricFilter
from semantic_layer.query.result import Column
from semantic_layer.resolve.leaves import Bucket, Measure, OfBucket, Rows, Total
from semantic_layer.resolve.resolved_events import (
    ResolvedCohort,
    ResolvedFollows,
    ResolvedFunnel,
    ResolvedPaths,
    ResolvedTimeline,
)
from semantic_layer.resolve.shown import KeepCondition, Sort, Told
from semantic_layer.time.periods import Period


@dataclass(frozen=True, eq=False)
class WantedPopulation:
    """Entities by their own metric value, as a condition names them: stands in filters as the placeholder `$name`.
    True where `key` is among the entities that the condition holds for."""

    name: str
    key: exp.Expr
    condition: MetricFilter


@dataclass(frozen=True, eq=False)
class Population:
    """Such entities, resolved: those of `query` whose metric meets the condition; if `negated`, all but those whose
    metric does not."""

    wanted: WantedPopulation
    query: ResolvedMetrics
    key_column: str
    negated: bool


@dataclass(frozen=True, eq=False)
class MetricColumn:
    """A metric of the result: a formula over measure aliases."""

    column: Column
    formula: exp.Expr


@dataclass(frozen=True, eq=False, kw_only=True)
class ResolvedMetrics(Told):
    """A metric query, resolved. `keys` are the group columns in output order; `grain` names the time one; those of
    `of_buckets` are no groups of rows; of `always` every row has a value."""

    keys: tuple[Column, ...]
    grain: str | None
    metrics: tuple[MetricColumn, ...]
    measures: tuple[Measure, ...]
    totals: tuple[Total, ...]
    shares: tuple[str, ...]
    cumulative: tuple[str, ...]
    compared: bool
    spine: tuple[Bucket, ...]
    shown: tuple[KeepCondition, ...]
    having: tuple[Having, ...]
    keep: tuple[KeepCondition, ...]
    sorts: tuple[Sort, ...]
    limit_within: tuple[str, ...]
    of_buckets: tuple[OfBucket, ...] = ()
    always: tuple[str, ...] = ()

    @property
    def row_keys(self) -> tuple[str, ...]:
        """The groups that rows are grouped by beside the grain."""
        told = {each.name for each in self.of_buckets}
        return tuple(key.name for key in self.keys if key.grain is None and key.name not in told)


@dataclass(frozen=True, eq=False)
class MeasuredJoin:
    """A metric of each entity, joined to a list by its key; `when_absent` is its value for one without any row."""

    column: Column
    query: ResolvedMetrics
    key: str
    when_absent: exp.Expr


@dataclass(frozen=True, eq=False, kw_only=True)
class ResolvedList(Told):
    """A list of entities, resolved: one row each of `rows.dataset`; `keys` of `rows` are the shown fields."""

    rows: Rows
    shown: tuple[Column, ...]
    key: str
    measured: tuple[MeasuredJoin, ...]
    sorts: tuple[Sort, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class ResolvedExplanation(Told):
    """A change to be explained. `whole` and each of `by_dimension` give `above` and, for a ratio, `below`, by which it
    is divided, of both periods, and how many rows are behind each: in all, and by one dimension each. Groups of fewer
    than `small` rows are marked.
    """

    metric: str
    is_ratio: bool
    whole: ResolvedMetrics
    by_dimension: tuple[tuple[str, ResolvedMetrics], ...]
    shown_dimensions: int
    are_named: bool
    small: int


@dataclass(frozen=True, eq=False, kw_only=True)
class ResolvedLift(Told):
    """What a trial did, resolved: rows of `dataset`, `treated` and `others` (conditions) in the two arms, with their
    trial (`within`). With `others_success` a row may be in both arms, and that is its success in the other. `returns`
    is the place of the amount that is set against `cost`, which is none where rows are not those of whole trials.
    `shown` groups are kept, by default all."""

    trial: str
    dataset: str
    steps: tuple[Step, ...]
    key: exp.Expr | None
    conditions: tuple[exp.Expr, ...]
    within: exp.Expr
    treated: exp.Expr
    others: exp.Expr
    success: exp.Expr
    others_success: exp.Expr | None
    amounts: tuple[exp.Expr, ...]
    cost: exp.Expr | None
    returns: int | None
    worst_first: bool
    shown: int | None
    time: exp.Expr | None
    period: Period
    end: date


@dataclass(frozen=True, eq=False, kw_only=True)
class ResolvedCauses(Told):
    """Causes to be counted: of the entities in `rows`, whose first key tells who left, and each further key who had the
    evidence of the cause (family and name) at its place; the last keys tell who reaches each level of the strata in
    which alike are compared with alike. Cells of fewer than `small` are marked."""

    rows: Rows
    causes: tuple[tuple[str, str], ...]
    small: int


@dataclass(frozen=True, eq=False)
class ResolvedPlay:
    """One play: its words (by column), the group's numbers, and what came of it before."""

    words: tuple[tuple[str, str], ...]
    group: ResolvedMetrics
    tried: ResolvedMetrics | None


@dataclass(frozen=True, eq=False, kw_only=True)
class ResolvedPlaybook(Told):
    """What to do for groups: a row for each play."""

    plays: tuple[ResolvedPlay, ...]


Resolved = (
    ResolvedMetrics
    | ResolvedList
    | ResolvedCohort
    | ResolvedFunnel
    | ResolvedExplanation
    | ResolvedFollows
    | ResolvedLift
    | ResolvedPaths
    | ResolvedCauses
    | ResolvedTimeline
    | ResolvedPlaybook
)
