"""What a cohort table and a funnel say, taken from the rows of a result: typed, in order, without words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from chat_service.present.dates import bucket_name
from chat_service.present.finding import Finding
from semantic_layer import GRAINS, CohortQuery, Column, FunnelQuery, Grain, Period, Value, shift, start_of


@dataclass(frozen=True, eq=False)
class Cohort:
    """The entities whose first event fell into the calendar unit that begins on `first`, or, where that is None, those
    of one group: how many of them have come to each number of units since, and what is told of them there: the share
    with an event, or what is measured of each so far."""

    first: date | None
    label: str
    sizes: Mapping[int, int]
    retention: Mapping[int, float]

    @property
    def size(self) -> int:
        """How many there are in all."""
        return max(self.sizes.values())


@dataclass(frozen=True, eq=False)
class CohortTable:
    """Cohorts in order of time, or groups, the largest first. `cohort_column`, `since_column` and `retention_column`
    head what they are, what is counted off and what is shown."""

    grain: Grain
    cohorts: tuple[Cohort, ...]
    today: date
    cohort_column: Column
    since_column: Column
    retention_column: Column

    @property
    def is_of_groups(self) -> bool:
        """Whether the cohorts are groups, whenever they came."""
        return self.cohorts[0].first is None

    @property
    def is_measured(self) -> bool:
        """Whether something else than the share that came back is told."""
        return self.retention_column.unit != "percent"

    @property
    def distances(self) -> tuple[int, ...]:
        """Every number of units since the first that any cohort has reached, ascending."""
        return tuple(sorted({since for cohort in self.cohorts for since in cohort.retention}))

    def latest(self, count: int) -> CohortTable:
        """The table of the last `count` cohorts, or of the largest groups."""
        return replace(self, cohorts=self.cohorts[:count] if self.is_of_groups else self.cohorts[-count:])

    @property
    def period(self) -> Period:
        """The calendar units of the cohorts, from the first to the last."""
        first, last = self.cohorts[0].first, self.cohorts[-1].first
        assert first is not None and last is not None, "asked of cohorts in time"
        return Period(first, shift(self.grain, last, 1), self.grain if len(self.cohorts) == 1 else None)

    @property
    def unfinished(self) -> date | None:
        """The first day of the calendar unit that holds today, if it is not over; what falls into it is partial."""
        first = start_of(self.grain, self.today)
        return None if shift(self.grain, first, 1) == self.today + timedelta(days=1) else first

    def bucket(self, cohort: Cohort, since: int) -> date:
        """The first day of the calendar unit so many after a cohort's."""
        assert cohort.first is not None, "asked of cohorts in time"
        return shift(self.grain, cohort.first, since)

    def is_partial(self, cohort: Cohort, since: int) -> bool:
        """Whether that unit is not over yet, or the cohort itself is still growing; of groups only whole ones count."""
        if cohort.first is None:
            return False
        return self.unfinished is not None and self.bucket(cohort, since) >= self.unfinished

    def whole(self, since: int) -> tuple[tuple[Cohort, float], ...]:
        """The cohorts that have had the whole of that unit, with their retention in it."""
        return tuple(
            (cohort, cohort.retention[since])
            for cohort in self.cohorts
            if since in cohort.retention and not self.is_partial(cohort, since)
        )

    def average(self, since: int) -> float | None:
        """Retention in that unit of all entities whose cohort has had the whole of it; None where none has."""
        known = self.whole(since)
        entities = sum(cohort.sizes[since] for cohort, _ in known)
        return sum(share * cohort.sizes[since] for cohort, share in known) / entities if entities else None


@dataclass(frozen=True)
class FunnelStep:
    """One step: its label, who took it, their shares of the first step's and of the step before's, and, where it was
    asked for, the hours since the step before and since the first."""

    label: str
    customers: int
    of_first: float | None
    of_before: float | None
    hours: float | None = None
    hours_in_all: float | None = None


@dataclass(frozen=True)
class FunnelGroup:
    """The funnel of one group; of everybody, without a label."""

    label: str
    steps: tuple[FunnelStep, ...]


def cohort_table(finding: Finding) -> CohortTable:
    """The cohorts of a result. The request must be a cohort's and the table must have rows."""
    assert isinstance(finding.request, CohortQuery), "called for cohort tables"
    place, since = finding.groups
    measured = finding.metrics[-1]
    sizes: dict[Value, dict[int, int]] = {}
    told: dict[Value, dict[int, float]] = {}
    known = zip(finding.numbers(finding.metrics[0]), finding.numbers(measured), strict=True)
    for row, (size, value) in enumerate(known):
        key, distance = finding.cell(row, place), finding.cell(row, since)
        if isinstance(distance, int) and size is not None and value is not None:
            sizes.setdefault(key, {})[distance] = int(size)
            told.setdefault(key, {})[distance] = value
    grain = next(each for each in GRAINS if each == _grain(finding))
    cohorts = [_cohort(key, place, grain, sizes[key], told[key], finding) for key in sizes]
    if place.grain is None:
        cohorts.sort(key=lambda cohort: -cohort.size)
    else:
        cohorts.sort(key=lambda cohort: cohort.first or date.min)
    return CohortTable(grain, tuple(cohorts), finding.today, place, since, measured)


def _grain(finding: Finding) -> str:
    assert isinstance(finding.request, CohortQuery), "called for cohort tables"
    return finding.request.grain or finding.names.model.cohorts[finding.request.metric].grain


def _cohort(
    key: Value, place: Column, grain: Grain, sizes: Mapping[int, int], told: Mapping[int, float], finding: Finding
) -> Cohort:
    if place.grain is None:
        return Cohort(None, finding.names.value(place, key), sizes, told)
    assert isinstance(key, date), "a unit of time begins on a day"
    return Cohort(key, bucket_name(grain, key, finding.language), sizes, told)


def funnel_groups(finding: Finding) -> tuple[FunnelGroup, ...]:
    """The steps of a result by group, in their order. The request must be a funnel's."""
    assert isinstance(finding.request, FunnelQuery), "called for funnels"
    *groups, step = finding.groups
    customers, of_first, of_before = (finding.numbers(column) for column in finding.metrics)
    timed = [finding.numbers(column) for column in finding.table.columns if column.unit == "hours"]
    hours = zip(*timed, strict=True) if timed else [(None, None)] * len(customers)
    found: dict[str, list[FunnelStep]] = {}
    for row, (count, overall, before, waited) in enumerate(zip(customers, of_first, of_before, hours, strict=True)):
        label = finding.group_name(row, tuple(groups))
        name = finding.names.value(step, finding.cell(row, step))
        found.setdefault(label, []).append(FunnelStep(name, int(count or 0), overall, before, *waited))
    return tuple(FunnelGroup(label, tuple(steps)) for label, steps in found.items())


def funnel_steps(finding: Finding) -> tuple[FunnelStep, ...]:
    """The steps of a funnel of everybody."""
    (group,) = funnel_groups(finding)
    return group.steps
