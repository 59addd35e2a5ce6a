"""What is computed over rows: passes over time, rows of a dataset and their joins, and leaf aggregates over them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlglot import exp

from semantic_layer.model.model import Metric, Step

Suffix = Literal["", "__previous"]
Number = int | float
MeasureKind = Literal["flow", "stock", "snapshot", "transition", "running", "conversion"]


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
    They are joined `via` what their metric names: rows of different ways are never read together.
    """

    dataset: str
    steps: tuple[Step, ...]
    keys: tuple[exp.Expr, ...]
    filters: tuple[exp.Expr, ...]
    origin: exp.Expr | None = None
    joints: tuple[Joint, ...] = ()
    via: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class PerStage:
    """The inner stage of a metric that is computed per entity first: the values of each combination of `keys`, and,
    by name, the share of the others that come `above` one in the order of a value."""

    keys: tuple[exp.Expr, ...]
    values: tuple[tuple[str, exp.Expr], ...]
    above: tuple[tuple[str, str], ...] = ()


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
class OfBucket:
    """A group column that has one value in each bucket, told of the bucket's first day and not of rows.

    `value` is over the calendar `dataset`, whose `day` finds that day, and what it leads to by `steps`; without a
    dataset over the bucket itself (`$bucket`).
    """

    name: str
    value: exp.Expr
    dataset: str | None = None
    day: exp.Expr | None = None
    steps: tuple[Step, ...] = ()

    @property
    def bound(self) -> tuple[object, ...]:
        """What two of them share that are the same."""
        return self.dataset, self.day, self.value, self.steps
