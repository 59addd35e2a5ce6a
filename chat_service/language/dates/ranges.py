"""Makers of ranges between dates, and of numbers that are dates only beside one. Ranges are cut at today; what begins
after today is future.
"""

from __future__ import annotations

from dataclasses import replace

from chat_service.language.dates.grammar import Found, Meaning, Piece, given, only_if
from chat_service.language.dates.mention import DateMention, cut
from chat_service.language.dates.partial import PartialDate, date_range
from chat_service.language.dates.span import DAY, Span, calendar
from chat_service.language.dates.words import context_of
from chat_service.language.dates.written import full_year


def _between(first: PartialDate, last: PartialDate, found: Found) -> Meaning:
    """From the start of the one to the end of the other."""
    span = given(date_range(first, last, found.today))
    return cut(span.period, found.today, year_named=first.year_named or last.year_named)


def range_of_dates(found: Found) -> Meaning:
    """2026年1月到5月, from 2024 to 2025; how sales changed from March to April is about two periods."""
    first, last = (given(piece.date) for piece in found.all("P")[:2])
    only_if(not found.before("changed" if found.get("FROM") else "changed_from", 40))
    if first.weekday is not None and last.weekday is not None and found.one("P").begins("last"):
        return _last_weekdays(first.weekday, last.weekday, found)
    return _between(first, last, found)


def _last_weekdays(first: int, last: int, found: Found) -> Meaning:
    """Last Monday to Friday: from the latest Monday, or those of last week."""
    latest = given(date_range(PartialDate(weekday=first), PartialDate(weekday=last), found.today))
    known, monday = latest.period.cut_after(found.today), calendar("week", found.today, -1).start
    of_week = Span(monday + (first - 1) * DAY, monday + max(last, first) * DAY)
    if last < first or of_week == latest:
        return DateMention("period", known)
    return DateMention("ambiguous", unit="day", candidates=(of_week.period, known))


def between_dates(found: Found) -> Meaning:
    """March and May are a range where words say so, and nothing is compared."""
    only_if(found.get("BETWEEN", "BETWEEN_POST") is not None or found.pieces[0].begins("across"))
    only_if(not found.near("compared"))
    return range_of_dates(found)


def range_from_number(found: Found) -> Meaning:
    """1到3月, 2025年1-3月, 5 to 18 May, 上月5到18号: the number is of the kind of the date behind it."""
    number = found.one("NUM", "ORD")
    *before, behind = found.all("P")
    last, value = given(behind.date), int(number.value)
    only_if(value == number.value and (number.symbol != "ORD" or last.day is not None) and found.joins)
    if before:
        return _within(before[0], value, last, found)
    return _between(_of_kind(value, last, behind.text), last, found)


def _within(whole: Piece, value: int, last: PartialDate, found: Found) -> Meaning:
    """2025年1-3月: both are in that year; 上月5到18号: both are days of that month."""
    if last.day is not None and last.month is None:
        month = given(whole.period(found.today))
        only_if(month.grain == "month")
        day = PartialDate(year=month.start.year, month=month.start.month)
        return _between(replace(day, day=value), replace(day, day=last.day), found)
    only_if(whole.symbol == "P_YEAR" and not last.year_named)
    year = given(whole.date).year
    return _between(replace(_of_kind(value, last, ""), year=year), replace(last, year=year), found)


def _of_kind(number: int, date: PartialDate, text: str) -> PartialDate:
    """The number as a date of the kind of another: 3 beside 4月 is 3月; in 3到5月15日 it is not of that month."""
    only_if(date.fixed is None and date.holiday is None and date.days is None and date.weekday is None)
    only_if(date.day is None or date.month is None or context_of("day_first").match(text))
    parts = (
        (date.day, 31, PartialDate(year=date.year, month=date.month, day=number)),
        (date.month, 12, PartialDate(year=date.year, month=number)),
        (date.quarter, 4, PartialDate(year=date.year, quarter=number)),
        (date.week, 53, PartialDate(year=date.year, week=number)),
    )
    for part, most, numbered in parts:
        if part is not None:
            only_if(1 <= number <= most)
            return numbered
    year = full_year(number) if number >= 15 else number
    only_if(date.year is not None and date.half is None and 1990 <= year <= 2099)
    return PartialDate(year=year)


def days_of_a_month(found: Found) -> Meaning:
    """March 1 to 15, March 1-15, 2026."""
    first, *rest = (given(piece.date) for piece in found.all("P"))
    last = found.all("NUM", "ORD")[-1].value
    only_if(last == int(last) and given(first.day) < last <= 31 and found.joins)
    return _between(replace(first, year=rest[0].year) if rest else first, PartialDate(day=int(last)), found)


def number_in_list(found: Found) -> Meaning:
    """3、4月, 24和25年, the first and second quarters: each number is of the kind of the date behind them."""
    number = found.one("NUM", "ORD")
    named = given(next((piece for piece in found.later if piece.date is not None), None))
    only_if(number.value == int(number.value) and (number.symbol != "ORD" or named.symbol == "P_QUARTER"))
    only_if(named.symbol != "P_YEAR" or not named.text.isascii())
    return _of_kind(int(number.value), given(named.date), named.text)


def neighbours(found: Found) -> Meaning:
    """三四月份, 一二季度: both of them."""
    first, unit = int(found.one("NEIGHBOURS").value), found.grain("UNIT")
    one = PartialDate(quarter=1) if unit == "quarter" else PartialDate(month=1)
    return PartialDate(fixed=given(date_range(_of_kind(first, one, ""), _of_kind(first + 1, one, ""), found.today)))
