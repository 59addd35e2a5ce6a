"""Requests about events of entities, resolved: cohorts, funnels, what follows, what comes next, what one entity did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlglot import exp

from semantic_layer.resolve.leaves import Measure, Rows
from semantic_layer.resolve.shown import Sort, Told
from semantic_layer.time.periods import Period


@dataclass(frozen=True, eq=False)
class Members:
    """The entities that a cohort or funnel is about: rows of the entity's dataset that meet the request's filters.
    `apart` tells their groups, by one thing or several."""

    rows: Rows
    key: exp.Expr
    apart: tuple[exp.Expr, ...] = ()

    @property
    def groups(self) -> tuple[str, ...]:
        """The columns that tell the groups."""
        return tuple(f"apart_{place}" if place else "apart" for place in range(len(self.apart)))


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


@dataclass(frozen=True, eq=False, kw_only=True)
class ResolvedCohort(Told):
    """A cohort table, resolved. `period` bounds the cohorts, `distances` is how many units the longest goes on.
    `worth` are the rows whose aggregate is told in place of how many came back."""

    events: EventRows
    worth: EventRows | None
    members: Members | None
    grain: Literal["week", "month", "quarter", "year"]
    period: Period
    end: date
    distances: int
    since: tuple[int, ...]
    sorts: tuple[Sort, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class ResolvedFunnel(Told):
    """A funnel, resolved: its steps in order within a period, perhaps with the time that each took."""

    steps: tuple[tuple[str, EventRows], ...]
    members: Members | None
    times: bool
    period: Period


@dataclass(frozen=True, eq=False)
class DeedRows:
    """What may follow an event, from `after` to `within` days after it."""

    rows: EventRows
    after: int
    within: int


@dataclass(frozen=True, eq=False, kw_only=True)
class ResolvedFollows(Told):
    """What follows events, resolved. `apart` tells the groups of events (with `did` that does), `bands` cut its
    numbers, `times` asks for the days until `then`. What has not had all of its days by `end` is counted apart. Groups
    of fewer than `small` are told of."""

    events: EventRows
    apart: exp.Expr | None
    bands: tuple[float, ...]
    then: DeedRows
    did: DeedRows | None
    is_negated: bool
    is_average: bool
    times: bool
    small: int
    period: Period
    end: date

    @property
    def deeds(self) -> tuple[DeedRows, ...]:
        """All deeds that are looked for after an event."""
        return (self.then,) if self.did is None else (self.then, self.did)

    @property
    def days(self) -> int:
        """After how many days an event has had all of them."""
        return max(each.within for each in self.deeds)


@dataclass(frozen=True, eq=False, kw_only=True)
class ResolvedPaths(Told):
    """What is done next after events, resolved: all that may be the next step, within so many days, and how many of
    them are shown."""

    events: EventRows
    steps: tuple[tuple[str, EventRows], ...]
    within: int
    shown: int
    period: Period
    end: date


@dataclass(frozen=True, eq=False, kw_only=True)
class ResolvedTimeline(Told):
    """What happened to one entity: for each kind of event its rows, whose keys are the time and, where it is `shown`,
    what it was and a number of it. `offset` of them are skipped."""

    events: tuple[tuple[str, Rows], ...]
    shown: tuple[tuple[bool, bool], ...]
    limit: int
    offset: int
