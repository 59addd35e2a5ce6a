"""What a cohort table and a funnel say, taken from the rows of a result: typed, in order, without words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from chat_service.present.finding import Finding
from semantic_layer import GRAINS, CohortQuery, Column, FunnelQuery, Grain, Period, shift, start_of


@dataclass(frozen=True, eq=False)
class Cohort:
    """The entities whose first event fell into the calendar unit that begins on `first`: how many they are, and the
    share of them with an event so many units later."""

    first: date
    size: int
    retention: Mapping[int, float]


@dataclass(frozen=True, eq=False)
class CohortTable:
    """Cohorts in order of time. `since_column` and `retention_column` head what is counted off and what is shown."""

    grain: Grain
    cohorts: tuple[Cohort, ...]
    today: date
    since_column: Column
    retention_column: Column

    @property
    def distances(self) -> tuple[int, ...]:
        """Every number of units since the first that any cohort has reached, ascending."""
        return tuple(sorted({since for cohort in self.cohorts for since in cohort.retention}))

    def latest(self, count: int) -> CohortTable:
        """The table of the last `count` cohorts."""
        return replace(self, cohorts=self.cohorts[-count:])

    @property
    def period(self) -> Period:
        """The calendar units of the cohorts, from the first to the last."""
        end = shift(self.grain, self.cohorts[-1].first, 1)
        grain = self.grain if len(self.cohorts) == 1 else None
        return Period(self.cohorts[0].first, end, grain)

    @property
    def unfinished(self) -> date | None:
        """The first day of the calendar unit that holds today, if it is not over; what falls into it is partial."""
        first = start_of(self.grain, self.today)
        return None if shift(self.grain, first, 1) == self.today + timedelta(days=1) else first

    def bucket(self, cohort: Cohort, since: int) -> date:
        """The first day of the calendar unit so many after a cohort's."""
        return shift(self.grain, cohort.first, since)

    def is_partial(self, cohort: Cohort, since: int) -> bool:
        """Whether that unit is not over yet, or the cohort itself is still growing."""
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
        entities = sum(cohort.size for cohort, _ in known)
        return sum(share * cohort.size for cohort, share in known) / entities if entities else None


@dataclass(frozen=True)
class FunnelStep:
    """One step: its label, who took it, and their shares of the first step's and of the step before's."""

    label: str
    customers: int
    of_first: float | None
    of_before: float | None


def cohort_table(finding: Finding) -> CohortTable:
    """The cohorts of a result. The request must be a cohort's and the table must have rows."""
    assert isinstance(finding.request, CohortQuery), "called for cohort tables"
    assert finding.time is not None, "a cohort is a calendar unit"
    grain = next(each for each in GRAINS if each == finding.time.grain)
    since, retention = finding.categories[0], finding.metrics[-1]
    sizes: dict[date, int] = {}
    shares: dict[date, dict[int, float]] = {}
    known = zip(finding.numbers(finding.metrics[0]), finding.numbers(retention), strict=True)
    for row, (size, share) in enumerate(known):
        first, distance = finding.cell(row, finding.time), finding.cell(row, since)
        if isinstance(first, date) and isinstance(distance, int) and size is not None and share is not None:
            sizes[first] = int(size)
            shares.setdefault(first, {})[distance] = share
    cohorts = tuple(Cohort(first, sizes[first], shares[first]) for first in sorted(sizes))
    return CohortTable(grain, cohorts, finding.today, since, retention)


def funnel_steps(finding: Finding) -> tuple[FunnelStep, ...]:
    """The steps of a result, in their order. The request must be a funnel's."""
    assert isinstance(finding.request, FunnelQuery), "called for funnels"
    customers, of_first, of_before = (finding.numbers(column) for column in finding.metrics)
    labels = [finding.names.value(finding.groups[0], value) for value in finding.values(finding.groups[0])]
    return tuple(
        FunnelStep(label, int(count or 0), overall, step)
        for label, count, overall, step in zip(labels, customers, of_first, of_before, strict=True)
    )
