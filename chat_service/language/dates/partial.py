"""Dates as words give them, often without a year, and how they become periods on a given day.

A date without a year is the latest such one that has begun; a day is the latest one not after today. Knows no words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from chat_service.language.dates.holiday_calendar import holiday_days
from semantic_layer import Period, add_months, unit

DAY = timedelta(days=1)
LAST_DAY = 31


@dataclass(frozen=True)
class PartialDate:
    """The parts of a date that were named. `fixed` is a period that needs nothing more (`last month`).

    `days` are the first and last day of the month for its named parts (上旬: 1, 10), where 0 is the month's last day.
    `at_end`: the words name the end of something (3月底, year-end), so that before them is up to that end.
    """

    year: int | None = None
    half: int | None = None
    quarter: int | None = None
    month: int | None = None
    week: int | None = None
    day: int | None = None
    weekday: int | None = None
    days: tuple[int, int] | None = None
    holiday: str | None = None
    fixed: Period | None = None
    at_end: bool = False

    @property
    def year_named(self) -> bool:
        return self.year is not None or self.fixed is not None

    def in_year(self, year: int) -> Period | None:
        """The period in that year; None where there is none (30 February, week 53, a holiday not in the calendar)."""
        if not 1900 <= year <= 2100 or self.weekday is not None or (self.day is not None and self.month is None):
            return None
        if self.holiday is not None:
            return holiday_days(self.holiday, year)
        if self.week is not None:
            return _iso_week(year, self.week)
        if self.month is not None:
            return self._in_month(year, self.month)
        if self.quarter is not None:
            return unit("quarter", date(year, 3 * self.quarter - 2, 1))
        if self.half is not None:
            return Period(
                date(year, 1 if self.half == 1 else 7, 1), date(year + self.half - 1, 7 if self.half == 1 else 1, 1)
            )
        return unit("year", date(year, 1, 1))

    def _in_month(self, year: int, month: int) -> Period | None:
        whole = unit("month", date(year, month, 1))
        assert whole.start is not None and whole.last_day is not None, "a month is closed"
        if self.day is not None:
            if self.day > whole.last_day.day:
                return None
            return unit("day", whole.start.replace(day=self.day))
        return whole if self.days is None else days_of_month(whole, self.days)

    def resolve(self, today: date) -> Period | None:
        """The period; without a year the latest that has begun by `today`."""
        if self.fixed is not None:
            return self.fixed
        if self.weekday is not None:
            return unit("day", today - timedelta(days=(today.isoweekday() - self.weekday - 1) % 7 + 1))
        if self.year is not None:
            return self.in_year(self.year)
        if self.month is None and self.day is not None:
            return self._latest_day_of_month(today)
        for year in range(today.year + 1, today.year - 9, -1):
            period = self.in_year(year)
            if period is not None and period.start is not None and period.start <= today:
                return period
        return None

    def _latest_day_of_month(self, today: date) -> Period | None:
        for back in range(3):
            first = add_months(today.replace(day=1), -back)
            period = self._in_month(first.year, first.month)
            if period is not None and period.start is not None and period.start <= today:
                return period
        return None


def days_code(value: float) -> tuple[int, int]:
    """The lexicon writes days 11 to 20 as 1120, 21 to the end as 2100, and as 2131 where the end itself is named."""
    first, last = divmod(int(value), 100)
    return first, 0 if last == LAST_DAY else last


def is_end(code: float) -> bool:
    """Whether the code is that of an end itself (月底), not of the last days (下旬)."""
    return int(code) % 100 == LAST_DAY


def in_part(month: PartialDate, code: float) -> PartialDate:
    """The part of a month with that code (see `days_code`)."""
    return replace(month, days=days_code(code), at_end=is_end(code))


def both_ends(period: Period | None) -> tuple[date, date] | None:
    """Start and end of a closed period."""
    return None if period is None or period.start is None or period.end is None else (period.start, period.end)


def days_of_month(month: Period, days: tuple[int, int]) -> Period:
    """Some days of a month, both ends included; 0 is its last day."""
    assert month.start is not None and month.end is not None, "a month is closed"
    first, last = days
    return Period(month.start.replace(day=first), month.end if last == 0 else month.start.replace(day=last) + DAY)


def _iso_week(year: int, week: int) -> Period | None:
    try:
        monday = date.fromisocalendar(year, week, 1)
    except ValueError:
        return None
    return unit("week", monday)


def date_range(first: PartialDate, last: PartialDate, today: date) -> Period | None:
    """From the start of one to the end of the other, both included.

    A part that one side leaves out is that of the other side (2026年1月到3月, March 1 to 15, January to March 2026);
    without any year it is the latest such range that has begun. Not cut at today.
    """
    if first.day is not None and first.month is None and last.month is not None and last.day is not None:
        first = replace(last, day=first.day)
    if first.day is not None and first.month is None:
        first = PartialDate(fixed=first.resolve(today))
    if last.day is not None and last.month is None and last.fixed is None:
        last = _day_in_month_of(first, last)
    if first.weekday is not None and last.weekday is not None and first.fixed is None and last.fixed is None:
        start_day = today - timedelta(days=(today.isoweekday() - first.weekday) % 7)
        return Period(start_day, start_day + timedelta(days=(last.weekday - first.weekday) % 7 + 1))
    if first.fixed is not None and first.fixed.start is not None and last.weekday is not None:
        return _until_weekday(first.fixed.start, last.weekday)
    if not first.year_named and not last.year_named:
        return _latest_range(first, last, today)
    start, end = (first.resolve(today), last.resolve(today))
    if not last.year_named:
        end = _after(last, start)
    elif not first.year_named:
        start = _before(first, end)
    return _joined(start, end)


def _until_weekday(start: date, weekday: int) -> Period:
    """上周一到周五: to the first such day from the start on."""
    return Period(start, start + timedelta(days=(weekday - start.isoweekday()) % 7 + 1))


def _day_in_month_of(first: PartialDate, last: PartialDate) -> PartialDate:
    """The `15` of `March 1 to 15`."""
    if first.fixed is not None and first.fixed.start is not None:
        return replace(last, year=first.fixed.start.year, month=first.fixed.start.month)
    if first.month is not None:
        return replace(last, year=first.year, month=first.month)
    return last


def _latest_range(first: PartialDate, last: PartialDate, today: date) -> Period | None:
    for year in range(today.year, today.year - 9, -1):
        start = first.in_year(year) if first.month or first.day is None else first.resolve(today)
        if start is None or start.start is None or start.start > today:
            continue
        return _joined(start, _after(last, start))
    return None


def _after(last: PartialDate, start: Period | None) -> Period | None:
    """The first such date in the year of the start or the next one that does not end before the start."""
    if start is None or start.start is None:
        return None
    for year in (start.start.year, start.start.year + 1):
        end = last.in_year(year)
        if end is not None and end.end is not None and end.end > start.start:
            return end
    return None


def _before(first: PartialDate, end: Period | None) -> Period | None:
    if end is None or end.end is None or end.start is None:
        return None
    for year in (end.start.year, end.start.year - 1):
        start = first.in_year(year)
        if start is not None and start.start is not None and start.start < end.end:
            return start
    return None


def _joined(start: Period | None, end: Period | None) -> Period | None:
    if start is None or end is None or start.start is None or end.end is None or start.start >= end.end:
        return None
    return Period(start.start, end.end)
