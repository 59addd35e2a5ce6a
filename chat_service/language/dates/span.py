"""The algebra of periods: closed stretches of days, the calendar units that they are, and lengths of time beside a day.

A length is so many units; it is exact in days or in months (a year and a half is 18 months, half a month 15 days).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from semantic_layer import Grain, Period, add_months, shift, start_of

DAY = timedelta(days=1)
MONTHS_OF: dict[Grain, int] = {"month": 1, "quarter": 3, "year": 12}
DAYS_OF: dict[Grain, int] = {"day": 1, "week": 7}
MOST = 1200  # units of a length that people mean


class Span(NamedTuple):
    """Half-open days with both ends; `grain` where they were named as one calendar unit."""

    start: date
    end: date
    grain: Grain | None = None

    @property
    def period(self) -> Period:
        """The same as the period of a request."""
        return Period(self.start, self.end, self.grain)

    @property
    def days(self) -> int:
        """How many."""
        return (self.end - self.start).days

    def holds(self, day: date) -> bool:
        """Whether a day is one of them."""
        return self.start <= day < self.end

    def named(self, grain: Grain) -> Span:
        """The calendar unit of that grain, if these are its days; else the same days."""
        whole = calendar(grain, self.start)
        return whole if whole[:2] == self[:2] else self

    def before(self, count: float, grain: Grain) -> Span:
        """That length of time, up to the day before."""
        return Span(later(self.start, -count, grain), self.start)

    def after(self, count: float, grain: Grain) -> Span:
        """That length of time, from the day behind."""
        return Span(self.end, later(self.end, count, grain))


def calendar(grain: Grain, day: date, offset: int = 0) -> Span:
    """The calendar unit `offset` units after the one that holds the day.

    >>> str(calendar("month", date(2026, 6, 30), -1).period)
    '2026-05-01/2026-06-01'
    """
    start = shift(grain, start_of(grain, day), offset)
    return Span(start, shift(grain, start, 1), grain)


def span_of(period: Period | None) -> Span | None:
    """The same of a closed period."""
    if period is None or period.start is None or period.end is None:
        return None
    return Span(period.start, period.end, period.grain)


def length_of(count: float, grain: Grain) -> tuple[int | None, int | None]:
    """(days, months): the one of the two that is exact."""
    if grain in DAYS_OF:
        return round(count * DAYS_OF[grain]), None
    months = count * MONTHS_OF[grain]
    return (None, int(months)) if months == int(months) else (round(months * 30), None)


def later(day: date, count: float, grain: Grain) -> date:
    """The day that length of time behind another; before it where the count is below zero."""
    days, months = length_of(count, grain)
    return day + (days or 0) * DAY if months is None else add_months(day, months)


def is_count(count: float) -> bool:
    """Whether it is a whole number of units that people mean."""
    return count == int(count) and 0 < count <= MOST


def latest(count: float, grain: Grain, today: date) -> Span:
    """N days ending today; or from the day after the same day N months ago to today.

    >>> str(latest(3, "month", date(2026, 6, 30)).period)
    '2026-03-31/2026-07-01'
    """
    return Span(later(today, -count, grain) + DAY, today + DAY)


def calendar_units(count: int, grain: Grain, today: date) -> Span:
    """The last `count` calendar units, the current one included, cut at nothing."""
    return Span(calendar(grain, today, 1 - count).start, calendar(grain, today).end)
