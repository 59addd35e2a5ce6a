"""A request with nothing left to look up: what `resolve` hands to the compiler.

All expressions are bound trees (see `binding.py`). Periods are cut at today. Every kind tells its `columns`, `filters`,
`limit`, `period`, `previous_period` and `incomplete`; one that has none of these says so by a constant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlglot import exp

from semantic_layer.model.model import Metric, Step
from semantic_layer.query.requests import Having, MetricFilter, Origin, Scalar
from semantic_layer.query.result import Column
from semantic_layer.time.periods import Period

Suffix = Literal["", "__previous"]
Number = int | float
MeasureKind = Literal["flow", "stock", "snapshot", "transition", "running", "conversion"]


@dataclass(frozen=True)
class AppliedFilter:
    """A condition as people are shown it, with where it comes from. `text` is set for what has no simple form."""

    field: str
    op: str
    values: tuple[Scalar, ...]
    origin: Origin
    text: str = ""


@dataclass(frozen=True)
class Bucket:
    """One bucket of a time spine: the label under which it is shown, the half-open days it covers (`start` None: from
    the beginning), and the first day of the unit that it reads, another than `label` where time is moved.

    With a grain of the clock (`hour`) all of them are datetimes."""

    label: date
    start: date | None
    end: date
    source: date


@dataclass(frozen=True)
class Branch:
    """One pass over time: the main period or the one it is compared with.

    `spine` is set with a time grain where the period is closed; `is_moved` says that its buckets are shown under
    other labels than their own; `is_ranged` that rows find their bucket by its ends, as SQL cannot truncate to it.
    `start` None is all history.
    """

    suffix: Suffix
    start: date | None
    end: date
    spine: tuple[Bucket, ...] = ()
    is_moved: bool = False
    is_ranged: bool = False


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
class Joint:
    """A table or query joined under its own alias, by any condition: a role, a validity interval, a time spine.

    No condition is every row beside every row.
    """

    source: exp.Expr
    on: exp.Expr | None
    side: Literal["LEFT", "FULL", ""] = "LEFT"


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of one dataset, joined to-one, filtered by the request, with one expression for each group column.

    With an `origin`, rows are read from it (under its alias) and its `joints` in place of the dataset and steps.
    """

    dataset: str
    steps: tuple[Step, ...]
    keys: tuple[exp.Expr, ...]
    filters: tuple[exp.Expr, ...]
    origin: exp.Expr | None = None
    joints: tuple[Joint, ...] = ()


@dataclass(frozen=True, eq=False)
class PerStage:
    """The inner stage of a metric that is computed per entity first: the values of each combination of `keys`."""

    keys: tuple[exp.Expr, ...]
    values: tuple[tuple[str, exp.Expr], ...]


@dataclass(frozen=True, eq=False)
class TransitionParts:
    """The two populations of a transition, identified by `base_key` and `event_key`."""

    base: Measure
    base_key: exp.Expr
    event: Measure
    event_key: exp.Expr
    # the share, or one of the two counts that it is made of
    told: Literal["share", "base", "event"] = "share"


@dataclass(frozen=True, eq=False)
class ConversionParts:
    """Events of `base` and the events of `event` that follow them; `event_id` tells the latter apart and `base_id` the
    former. Both may be of the same rows."""

    base: Measure
    base_key: exp.Expr
    event: Measure
    event_key: exp.Expr
    event_id: tuple[exp.Expr, ...]
    within: tuple[int, str] | None
    same: tuple[tuple[exp.Expr, exp.Expr], ...]
    # aggregated over the matched events by the measure's aggregate, as the column `value`; without it they are counted
    event_value: exp.Expr | None = None
    base_id: tuple[exp.Expr, ...] = ()
    is_of_same_rows: bool = False
    # what is counted: the events that follow, or those that are followed
    counts_starts: bool = False


@dataclass(frozen=True, eq=False)
class LatestRows:
    """Only the rows that are last (or first) by `by` within each `per` and bucket."""

    by: exp.Expr
    is_last: bool
    per: tuple[exp.Expr, ...]


@dataclass(frozen=True, eq=False)
class Measure:
    """A leaf aggregate to be computed over `rows`, once for each branch.

    kind: `flow` places rows in the period by `time`; `stock` takes those valid (`since`, `until`) at the end of each
    bucket; `snapshot` takes all; `transition` is a share of a stock at the start of each bucket; `running` takes rows
    by the days of each bucket of the spine, which may overlap; `conversion` counts events that follow others.
    `when_empty` is its value without any row: 0 for counts and sums, None for all that then has no value.
    """

    alias: str
    metric: Metric | None
    kind: MeasureKind
    rows: Rows
    aggregate: exp.Expr | None
    condition: exp.Expr | None
    time: exp.Expr | None
    since: exp.Expr | None
    until: exp.Expr | None
    per: PerStage | None
    transition: TransitionParts | None
    branches: tuple[Branch, ...]
    when_empty: Number | None
    latest: LatestRows | None = None
    conversion: ConversionParts | None = None


@dataclass(frozen=True, eq=False)
class Total:
    """A measure at a coarser level: by the groups `over` alone, and by the unit of time."""

    measure: Measure
    over: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class MetricColumn:
    """A metric of the result: a formula over measure aliases."""

    column: Column
    formula: exp.Expr


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


@dataclass(frozen=True, eq=False)
class ResolvedMetrics:
    """A metric query, resolved. `keys` are the group columns in output order; `grain` names the time one."""

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
    limit: int | None
    limit_within: tuple[str, ...]
    columns: tuple[Column, ...]
    filters: tuple[AppliedFilter, ...]
    period: Period | None
    previous_period: Period | None
    incomplete: tuple[date, ...]


@dataclass(frozen=True, eq=False)
class MeasuredJoin:
    """A metric of each entity, joined to a list by its key; `when_absent` is its value for one without any row."""

    column: Column
    query: ResolvedMetrics
    key: str
    when_absent: exp.Expr


@dataclass(frozen=True, eq=False)
class ResolvedList:
    """A list of entities, resolved: one row each of `rows.dataset`; `keys` of `rows` are the shown fields."""

    rows: Rows
    shown: tuple[Column, ...]
    key: str
    measured: tuple[MeasuredJoin, ...]
    sorts: tuple[Sort, ...]
    limit: int | None
    columns: tuple[Column, ...]
    filters: tuple[AppliedFilter, ...]
    period: None = None
    previous_period: None = None
    incomplete: tuple[date, ...] = ()


@dataclass(frozen=True, eq=False)
class Members:
    """The entities that a cohort or funnel is about: rows of the entity's dataset that meet the request's filters."""

    rows: Rows
    key: exp.Expr


@dataclass(frozen=True, eq=False)
class EventRows:
    """Events of entities: rows that a flow metric counts, with the entity's key and the event's time, of which
    perhaps only the day is known."""

    measure: Measure
    entity: exp.Expr
    time: exp.Expr
    is_of_day: bool = False

    @property
    def name(self) -> str:
        """The metric that counts them."""
        return self.measure.alias


@dataclass(frozen=True, eq=False)
class ResolvedCohort:
    """A cohort table, resolved. `period` bounds the cohorts, `distances` is how many units the longest goes on."""

    events: EventRows
    members: Members | None
    grain: Literal["month", "quarter", "year"]
    period: Period
    end: date
    distances: int
    since: tuple[int, ...]
    sorts: tuple[Sort, ...]
    columns: tuple[Column, ...]
    filters: tuple[AppliedFilter, ...]
    limit: None = None
    previous_period: None = None
    incomplete: tuple[date, ...] = ()


@dataclass(frozen=True, eq=False)
class ResolvedFunnel:
    """A funnel, resolved: its steps in order within a period."""

    steps: tuple[tuple[str, EventRows], ...]
    members: Members | None
    period: Period
    columns: tuple[Column, ...]
    filters: tuple[AppliedFilter, ...]
    limit: None = None
    previous_period: None = None
    incomplete: tuple[date, ...] = ()


@dataclass(frozen=True, eq=False)
class ResolvedExplanation:
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
    columns: tuple[Column, ...]
    filters: tuple[AppliedFilter, ...]
    period: Period | None
    previous_period: Period | None
    limit: None = None
    incomplete: tuple[date, ...] = ()


@dataclass(frozen=True, eq=False)
class DeedRows:
    """What may follow an event, from `after` to `within` days after it."""

    rows: EventRows
    after: int
    within: int


@dataclass(frozen=True, eq=False)
class ResolvedFollows:
    """What follows events, resolved. `apart` tells the groups of events (with `did` that does), `bands` cut its
    numbers. What has not had all of its days by `end` is counted apart. Groups of fewer than `small` are told of."""

    events: EventRows
    apart: exp.Expr | None
    bands: tuple[float, ...]
    then: DeedRows
    did: DeedRows | None
    is_negated: bool
    is_average: bool
    small: int
    period: Period
    end: date
    columns: tuple[Column, ...]
    filters: tuple[AppliedFilter, ...]
    limit: None = None
    previous_period: None = None
    incomplete: tuple[date, ...] = ()

    @property
    def deeds(self) -> tuple[DeedRows, ...]:
        """All deeds that are looked for after an event."""
        return (self.then,) if self.did is None else (self.then, self.did)

    @property
    def days(self) -> int:
        """After how many days an event has had all of them."""
        return max(each.within for each in self.deeds)


@dataclass(frozen=True, eq=False)
class ResolvedLift:
    """What a trial did, resolved: rows of `dataset`, `treated` and `others` (conditions) in the two arms, with their
    trial (`within`). `returns` is the place of the amount that is set against `cost`, which is none where rows are not
    those of whole trials."""

    trial: str
    dataset: str
    steps: tuple[Step, ...]
    key: exp.Expr | None
    conditions: tuple[exp.Expr, ...]
    within: exp.Expr
    treated: exp.Expr
    others: exp.Expr
    success: exp.Expr
    amounts: tuple[exp.Expr, ...]
    cost: exp.Expr | None
    returns: int | None
    time: exp.Expr | None
    period: Period
    end: date
    columns: tuple[Column, ...]
    filters: tuple[AppliedFilter, ...]
    limit: None = None
    previous_period: None = None
    incomplete: tuple[date, ...] = ()


@dataclass(frozen=True, eq=False)
class ResolvedCauses:
    """Causes to be counted: of the entities in `rows`, whose first key tells who left, and each further key who had the
    evidence of the cause (family and name) at its place; the last keys tell who reaches each level of the strata in
    which alike are compared with alike. Cells of fewer than `small` are marked."""

    rows: Rows
    causes: tuple[tuple[str, str], ...]
    small: int
    columns: tuple[Column, ...]
    filters: tuple[AppliedFilter, ...]
    period: Period | None
    limit: None = None
    previous_period: None = None
    incomplete: tuple[date, ...] = ()


@dataclass(frozen=True, eq=False)
class ResolvedPaths:
    """What is done next after events, resolved: all that may be the next step, within so many days, and how many of
    them are shown."""

    events: EventRows
    steps: tuple[tuple[str, EventRows], ...]
    within: int
    shown: int
    period: Period
    end: date
    columns: tuple[Column, ...]
    filters: tuple[AppliedFilter, ...]
    limit: None = None
    previous_period: None = None
    incomplete: tuple[date, ...] = ()


@dataclass(frozen=True, eq=False)
class ResolvedTimeline:
    """What happened to one entity: for each kind of event its rows, whose keys are the time and, where it is `shown`,
    what it was and a number of it. `offset` of them are skipped."""

    events: tuple[tuple[str, Rows], ...]
    shown: tuple[tuple[bool, bool], ...]
    limit: int
    offset: int
    columns: tuple[Column, ...]
    filters: tuple[AppliedFilter, ...]
    period: Period | None
    previous_period: None = None
    incomplete: tuple[date, ...] = ()


@dataclass(frozen=True, eq=False)
class ResolvedPlay:
    """One play: its words (by column), the group's numbers, and what came of it before."""

    words: tuple[tuple[str, str], ...]
    group: ResolvedMetrics
    tried: ResolvedMetrics | None


@dataclass(frozen=True, eq=False)
class ResolvedPlaybook:
    """What to do for groups: a row for each play."""

    plays: tuple[ResolvedPlay, ...]
    columns: tuple[Column, ...]
    filters: tuple[AppliedFilter, ...]
    period: None = None
    limit: None = None
    previous_period: None = None
    incomplete: tuple[date, ...] = ()


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
