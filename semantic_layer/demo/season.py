"""The demo company's calendar: when people buy and register, hour by hour.

`Clock` holds a time change: a purchase process that is even in operational days becomes seasonal in civil time, so
repeat buying keeps the Poisson form that BG/NBD assumes. Times are whole seconds since midnight of the first day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import holidays
import numpy as np
import numpy.typing as npt

from semantic_layer.demo.draws import Floats, Ints

DAY = 86_400
_HOURS = (6, 3, 2, 1, 1, 2, 8, 18, 32, 46, 56, 54, 60, 52, 46, 44, 46, 50, 58, 74, 92, 96, 70, 28)
_MONTHS = (0.96, 0.88, 0.98, 0.97, 1.02, 1.0, 0.95, 0.96, 1.02, 1.04, 1.06, 1.08)
_WEEKDAYS = (0.92, 0.90, 0.92, 0.94, 1.02, 1.22, 1.18)


@dataclass(frozen=True)
class Clock:
    """Three years, [start, end_of as_of], with cumulative buying (in operational days) and joining (0..1)."""

    start: date
    as_of: date
    edges: Floats
    buying: Floats
    joining: Floats
    festive: Floats

    @property
    def end(self) -> int:
        """The first second after the as-of date."""
        return int(self.edges[-1])

    def operational(self, at: Ints | Floats) -> Floats:
        """Buying time passed since the start, in operational days."""
        return np.interp(np.asarray(at, dtype=np.float64), self.edges, self.buying)

    def civil(self, operational: Floats) -> Ints:
        """The second at which so much buying time has passed; `end` for anything later."""
        at = np.interp(operational, self.buying, self.edges).astype(np.int64)
        return np.where(operational >= self.buying[-1], self.end, np.minimum(at, self.end - 1))

    def joined(self, share: Floats) -> Ints:
        """The second by which that share of all customers has registered."""
        return np.minimum(np.interp(share, self.joining, self.edges).astype(np.int64), self.end - 1)

    def second(self, day: date) -> int:
        """Midnight at the beginning of the day."""
        return (day - self.start).days * DAY

    def day(self, at: Ints) -> Ints:
        """Whole days since the start."""
        return at // DAY

    def stamps(self, at: Ints) -> npt.NDArray[np.datetime64]:
        """The seconds as timestamps."""
        return np.datetime64(self.start, "s") + at.astype("timedelta64[s]")

    def stamps_or_null(self, at: Ints) -> npt.NDArray[np.datetime64]:
        """The seconds as timestamps, null where -1."""
        return np.where(at >= 0, self.stamps(at), np.datetime64("NaT", "s"))


def make_clock(as_of: date) -> Clock:
    """The calendar of the three years that end with `as_of`.

    >>> clock = make_clock(date(2026, 6, 30))
    >>> str(clock.start), clock.end // DAY
    ('2023-07-01', 1096)
    """
    start = three_years_before(as_of)
    days = [start + timedelta(days=n) for n in range((as_of - start).days + 1)]
    festive = day_factors(days)
    hours = np.array(_HOURS) / sum(_HOURS)
    buying = _cumulative(np.outer(festive / festive.mean(), hours).ravel())
    fading = 0.75 + 0.9 * np.exp(-np.arange(len(days)) / 240)
    joining = _cumulative(np.outer(fading * np.sqrt(festive), hours).ravel())
    edges = np.arange(len(days) * 24 + 1, dtype=np.float64) * 3600
    return Clock(start, as_of, edges, buying, joining / joining[-1], festive / festive.mean())


def three_years_before(as_of: date) -> date:
    """The first day of the three years that end with `as_of`.

    >>> str(three_years_before(date(2028, 2, 29)))
    '2025-03-01'
    """
    if (as_of.month, as_of.day) == (2, 29):
        return date(as_of.year - 3, 3, 1)
    return as_of.replace(year=as_of.year - 3) + timedelta(days=1)


def day_factors(days: list[date]) -> Floats:
    """How much is bought on each day, where an ordinary day is 1: weekday, month, sales and festivals."""
    festivals = spring_festivals(days[0].year, days[-1].year + 1)
    return np.array([_WEEKDAYS[d.weekday()] * _MONTHS[d.month - 1] * _sale(d) * _festival(d, festivals) for d in days])


def spring_festivals(first_year: int, last_year: int) -> tuple[date, ...]:
    """The first day of the Chinese year, in each of the years.

    >>> [str(day) for day in spring_festivals(2025, 2026)]
    ['2025-01-29', '2026-02-17']
    """
    official = holidays.country_holidays("CN", years=range(first_year, last_year + 1), observed=False, language="en_US")
    named: dict[int, date] = {}
    for day, name in sorted(official.items()):
        if "Chinese New Year" in name and "Eve" not in name:
            named.setdefault(day.year, day)
    return tuple(named[year] for year in sorted(named))


def _sale(day: date) -> float:
    month_day = (day.month, day.day)
    if month_day in ((11, 11), (6, 18)):
        return 4.2 if day.month == 11 else 3.2
    if (11, 1) <= month_day <= (11, 10):
        return 1.35
    if (6, 1) <= month_day <= (6, 17):
        return 1.25
    if (12, 10) <= month_day <= (12, 12):
        return 1.7
    if (3, 5) <= month_day <= (3, 8):
        return 1.4
    if (10, 1) <= month_day <= (10, 7):
        return 1.15
    return 0.8 if (11, 12) <= month_day <= (11, 18) or (6, 19) <= month_day <= (6, 24) else 1.0


def _festival(day: date, festivals: tuple[date, ...]) -> float:
    nearest = min(((day - festival).days for festival in festivals), key=abs)
    if -24 <= nearest <= -5:
        return 1.45
    if -4 <= nearest <= -1:
        return 0.75
    return 0.5 if 0 <= nearest <= 6 else 1.0


def _cumulative(rates: Floats) -> Floats:
    return np.concatenate(([0.0], np.cumsum(rates)))
