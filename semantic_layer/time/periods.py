"""Grains and half-open periods: pure dates, no clock.

A period is `[start, end)`; None on a side leaves it open. Weeks begin on Monday. People are shown both ends included.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

Grain = Literal["day", "week", "month", "quarter", "year"]
GRAINS: tuple[Grain, ...] = get_args(Grain)
_MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, order=True)
class Period:
    """A half-open range of days; `grain` is set when it was named as one calendar unit (`last month`)."""

    start: date | None = None
    end: date | None = None
    grain: Grain | None = None

    def __post_init__(self) -> None:
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ValueError(f"a period ends before it starts: {self.start} to {self.end}")

    @property
    def days(self) -> int | None:
        """Number of days, or None where a side is open."""
        return None if self.start is None or self.end is None else (self.end - self.start).days

    @property
    def last_day(self) -> date | None:
        """The last day inside, as people write a period's end."""
        return None if self.end is None else self.end - timedelta(days=1)

    def cut_after(self, today: date) -> Period:
        """The period without anything after `today` (inclusive); empty at `today`'s end if wholly later.

        >>> Period(date(2026, 6, 1), date(2026, 7, 1)).cut_after(date(2026, 6, 15)).last_day
        datetime.date(2026, 6, 15)
        """
        tomorrow = today + timedelta(days=1)
        end = tomorrow if self.end is None else min(self.end, tomorrow)
        start = self.start
        if start is not None and start > end:
            start = end
        return Period(start, end, self.grain)

    def __str__(self) -> str:
        return f"{self.start or '..'}/{self.end or '..'}"


def add_months(day: date, months: int) -> date:
    """The same day of the month that many months later; the month's last day if it has no such day.

    >>> add_months(date(2026, 3, 31), -1)
    datetime.date(2026, 2, 28)
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def start_of(grain: Grain, day: date) -> date:
    """The first day of the calendar unit that holds `day`.

    >>> start_of("week", date(2026, 6, 30)), start_of("quarter", date(2026, 6, 30))
    (datetime.date(2026, 6, 29), datetime.date(2026, 4, 1))
    """
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=day.weekday())
    months = _MONTHS[grain]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def shift(grain: Grain, day: date, count: int) -> date:
    """`day` moved by `count` units, month ends clamped."""
    if grain == "day":
        return day + timedelta(days=count)
    if grain == "week":
        return day + timedelta(weeks=count)
    return add_months(day, count * _MONTHS[grain])


def unit(grain: Grain, day: date, offset: int = 0) -> Period:
    """The calendar unit `offset` units after the one that holds `day`.

    >>> str(unit("month", date(2026, 6, 30), -1))
    '2026-05-01/2026-06-01'
    """
    start = shift(grain, start_of(grain, day), offset)
    return Period(start, shift(grain, start, 1), grain)


def buckets(grain: Grain, period: Period) -> tuple[date, ...]:
    """The first days of the calendar units that a closed period touches, in order.

    The first may begin before the period. Raises ValueError where a side is open.
    """
    if period.start is None or period.end is None:
        raise ValueError("an open period has no countable buckets")
    day, found = start_of(grain, period.start), []
    while day < period.end:
        found.append(day)
        day = shift(grain, day, 1)
    return tuple(found)


def preceding(period: Period, today: date) -> Period:
    """The period before: the calendar unit before for a unit, else as many days right before.

    A unit that is not over yet is compared like for like: the one before is cut to the days elapsed.

    >>> str(preceding(unit("week", date(2026, 6, 30)), date(2026, 6, 30)))
    '2026-06-22/2026-06-24'
    """
    known = period.cut_after(today)
    if known.start is None or known.end is None:
        raise ValueError("an open period has no period before it")
    if period.grain is None:
        return Period(known.start - (known.end - known.start), known.start)
    start = shift(period.grain, known.start, -1)
    if period.end is not None and known.end < period.end:
        return Period(start, min(start + (known.end - known.start), known.start))
    return Period(start, known.start, period.grain)


def year_earlier(period: Period, today: date) -> Period:
    """One year earlier, cut like for like at today; 29 February maps to 28 February.

    >>> str(year_earlier(unit("year", date(2026, 6, 30)), date(2026, 6, 30)))
    '2025-01-01/2025-07-01'
    """
    known = period.cut_after(today)
    if known.start is None or known.end is None:
        raise ValueError("an open period has no year earlier")
    start = add_months(known.start, -12)
    # the end moves by its last day, so that a period that ends on 28 February still ends on the same day
    end = add_months(known.end - timedelta(days=1), -12) + timedelta(days=1)
    if period.grain in ("month", "quarter", "year") and period.end == known.end:
        end = add_months(known.end, -12)
    return Period(start, end, period.grain if period.end == known.end else None)
