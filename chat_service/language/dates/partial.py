"""Dates as words give them, often without a year, and how they become periods on a given day.

A date without a year is the latest such one that has begun; a day is the latest one not after today. Knows no words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from chat_service.language.dates.holiday_calendar import holiday_days
from chat_service.language.dates.span import DAY, Span, calendar
from semantic_layer import add_months

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
    fixed: Span | None = None
    at_end: bool = False

    @property
    def year_named(self) -> bool:
        return self.year is not None or self.fixed is not None

    @property
    def is_month(self) -> bool:
        """Whether a month was named, and no part of one."""
        named = self.month is not None or (self.fixed is not None and self.fixed.grain == "month")
        return named and self.day is None and self.days is None

    def in_year(self, year: int) -> Span | None:
        """The period in that year; None where there is none (30 February, week 53, a holiday not in the calendar)."""
        if not 1900 <= year <= 2100 or self.weekday is not None or (self.day is not None and self.month is None):
            return None
        if self.holiday is not None:
            return holiday_days(self.holiday, year)
        if self.week is not None:
            try:
                return calendar("week", date.fromisocalendar(year, self.week, 1))
            except ValueError:
                return None
        if self.month is not None:
            return self._in_month(date(year, self.month, 1))
        if self.quarter is not None:
            return calendar("quarter", date(year, 3 * self.quarter, 1))
        if self.half is not None:
            start = date(year, 6 * self.half - 5, 1)
            return Span(start, add_months(start, 6))
        return calendar("year", date(year, 1, 1))

    def _in_month(self, first: date) -> Span | None:
        whole = calendar("month", first)
        if self.day is not None:
            return calendar("day", first.replace(day=self.day)) if self.day <= whole.days else None
        return whole if self.days is None else days_of_month(whole, self.days)

    def resolve(self, today: date) -> Span | None:
        """The period; without a year the latest that has begun by `today`."""
        if self.fixed is not None:
            return self.fixed
        if self.weekday is not None:
            return calendar("day", today - timedelta(days=(today.isoweekday() - self.weekday - 1) % 7 + 1))
        if self.year is not None:
            return self.in_year(self.year)
        if self.month is None and self.day is not None:
            months = (self._in_month(add_months(today.replace(day=1), -back)) for back in range(3))
            return next((found for found in months if found is not None and found.start <= today), None)
        years = (self.in_year(year) for year in range(today.year + 1, today.year - 9, -1))
        return next((found for found in years if found is not None and found.start <= today), None)


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


def part_of(month: Span, code: float) -> PartialDate:
    """The same of a month that needs no year."""
    return PartialDate(fixed=days_of_month(month, days_code(code)), at_end=is_end(code))


def days_of_month(month: Span, days: tuple[int, int]) -> Span:
    """Some days of a month, both ends included; 0 is its last day."""
    first, last = days
    return Span(month.start.replace(day=first), month.end if last == 0 else month.start.replace(day=last) + DAY)


def date_range(first: PartialDate, last: PartialDate, today: date) -> Span | None:
    """From the start of one to the end of the other, both included.

    A part that one side leaves out is that of the other side (2026年1月到3月, March 1 to 15, January to March 2026);
    without any year it is the latest such range that has begun. Not cut at today.
    """
    if first.day is not None and first.month is None:
        in_month = last.month is not None and last.day is not None
        first = replace(last, day=first.day) if in_month else PartialDate(fixed=first.resolve(today))
    if last.day is not None and last.month is None and last.fixed is None:
        last = _day_in_month_of(first, last)
    if last.weekday is not None and last.fixed is None:
        if first.weekday is not None and first.fixed is None:
            return _until_weekday(today - timedelta(days=(today.isoweekday() - first.weekday) % 7), last.weekday)
        if first.fixed is not None:
            return _until_weekday(first.fixed.start, last.weekday)
    if not first.year_named and not last.year_named:
        return _latest_range(first, last, today)
    start, end = first.resolve(today), last.resolve(today)
    if not last.year_named:
        end = _after(last, start)
    elif not first.year_named and end is not None:
        years = (first.in_year(year) for year in (end.start.year, end.start.year - 1))
        start = next((each for each in years if each is not None and each.start < end.end), None)
    return _joined(start, end)


def _until_weekday(start: date, weekday: int) -> Span:
    """上周一到周五: to the first such day from the start on."""
    return Span(start, start + timedelta(days=(weekday - start.isoweekday()) % 7 + 1))


def _day_in_month_of(first: PartialDate, last: PartialDate) -> PartialDate:
    """The `15` of `March 1 to 15`."""
    if first.fixed is not None:
        return replace(last, year=first.fixed.start.year, month=first.fixed.start.month)
    return last if first.month is None else replace(last, year=first.year, month=first.month)


def _latest_range(first: PartialDate, last: PartialDate, today: date) -> Span | None:
    for year in range(today.year, today.year - 9, -1):
        start = first.in_year(year) if first.month or first.day is None else first.resolve(today)
        if start is not None and start.start <= today:
            return _joined(start, _after(last, start))
    return None


def _after(last: PartialDate, start: Span | None) -> Span | None:
    """The first such date in the year of the start or the next one that does not end before the start."""
    years = () if start is None else (last.in_year(start.start.year), last.in_year(start.start.year + 1))
    return next((each for each in years if each is not None and start is not None and each.end > start.start), None)


def _joined(start: Span | None, end: Span | None) -> Span | None:
    return None if start is None or end is None or start.start >= end.end else Span(start.start, end.end)
