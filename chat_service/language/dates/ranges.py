"""Makers of ranges between dates, and of numbers that are dates only beside one. Ranges are cut at today; what begins
after today is future.
"""

from __future__ import annotations

from dataclasses import replace

from chat_service.language.dates.grammar import Found, Meaning, Piece
from chat_service.language.dates.mention import DateMention, cut
from chat_service.language.dates.partial import PartialDate, date_range
from chat_service.language.dates.span import DAY, Span, calendar
from chat_service.language.dates.words import context_of
from chat_service.language.dates.written import full_year


def _between(first: PartialDate, last: PartialDate, found: Found) -> Meaning:
    """From the start of the one to the end of the other."""
    span = date_range(first, last, found.today)
    return None if span is None else cut(span.period, found.today, year_named=first.year_named or last.year_named)


def _joins(found: Found) -> bool:
    """Whether the words join two ends: `and` does so only with `between`."""
    return found.get("AND") is None or found.get("BETWEEN", "BETWEEN_POST") is not None


def range_of_dates(found: Found) -> Meaning:
    """2026年1月到5月, from 2024 to 2025; how sales changed from March to April is about two periods."""
    first, last = (piece.date for piece in found.all("P")[:2])
    changed = found.before("changed" if found.get("FROM") else "changed_from", 40)
    if first is None or last is None or changed:
        return None
    if first.weekday is not None and last.weekday is not None and "last" in found.one("P").text:
        return _last_weekdays(first.weekday, last.weekday, found)
    return _between(first, last, found)


def _last_weekdays(first: int, last: int, found: Found) -> Meaning:
    """Last Monday to Friday: from the latest Monday, or those of last week."""
    latest = date_range(PartialDate(weekday=first), PartialDate(weekday=last), found.today)
    assert latest is not None, "weekdays are never far"
    known, monday = latest.period.cut_after(found.today), calendar("week", found.today, -1).start
    of_week = Span(monday + (first - 1) * DAY, monday + max(last, first) * DAY)
    if last < first or of_week == latest:
        return DateMention("period", known)
    return DateMention("ambiguous", unit="day", candidates=(of_week.period, known))


def between_dates(found: Found) -> Meaning:
    """March and May are a range where words say so, and nothing is compared."""
    said = found.get("BETWEEN", "BETWEEN_POST") is not None or found.pieces[0].text == "across"
    return range_of_dates(found) if said and not found.near("compared") else None


def range_from_number(found: Found) -> Meaning:
    """1到3月, 2025年1-3月, 5 to 18 May, 上月5到18号: the number is of the kind of the date behind it."""
    number = found.one("NUM", "ORD")
    *before, behind = found.all("P")
    last, value = behind.date, int(number.value)
    if last is None or value != number.value or (number.symbol == "ORD" and last.day is None) or not _joins(found):
        return None
    if before:
        return _within(before[0], value, last, found)
    first = _of_kind(value, last, behind.text)
    return None if first is None else _between(first, last, found)


def _within(whole: Piece, value: int, last: PartialDate, found: Found) -> Meaning:
    """2025年1-3月: both are in that year; 上月5到18号: both are days of that month."""
    if last.day is not None and last.month is None:
        month = whole.period(found.today)
        if month is None or month.grain != "month":
            return None
        day = PartialDate(year=month.start.year, month=month.start.month)
        return _between(replace(day, day=value), replace(day, day=last.day), found)
    first = _of_kind(value, last, "")
    if whole.date is None or whole.symbol != "P_YEAR" or last.year_named or first is None:
        return None
    return _between(replace(first, year=whole.date.year), replace(last, year=whole.date.year), found)


def _of_kind(number: int, date: PartialDate, text: str) -> PartialDate | None:
    """The number as a date of the kind of another: 3 beside 4月 is 3月; in 3到5月15日 it is not of that month."""
    if date.fixed is not None or date.holiday is not None or date.days is not None or date.weekday is not None:
        return None
    if date.day is not None and date.month is not None and context_of("day_first").match(text) is None:
        return None
    parts = (
        (date.day, 31, PartialDate(year=date.year, month=date.month, day=number)),
        (date.month, 12, PartialDate(year=date.year, month=number)),
        (date.quarter, 4, PartialDate(year=date.year, quarter=number)),
        (date.week, 53, PartialDate(year=date.year, week=number)),
    )
    for part, most, numbered in parts:
        if part is not None:
            return numbered if 1 <= number <= most else None
    year = full_year(number) if number >= 15 else number
    return PartialDate(year=year) if date.year is not None and date.half is None and 1990 <= year <= 2099 else None


def days_of_a_month(found: Found) -> Meaning:
    """March 1 to 15, March 1-15, 2026."""
    first, *rest = (piece.date for piece in found.all("P"))
    last = found.all("NUM", "ORD")[-1].value
    if first is None or first.day is None or last != int(last) or not first.day < last <= 31 or not _joins(found):
        return None
    dated = replace(first, year=rest[0].year) if rest and rest[0] is not None else first
    return _between(dated, PartialDate(day=int(last)), found)


def number_in_list(found: Found) -> Meaning:
    """3、4月, 24和25年, the first and second quarters: each number is of the kind of the date behind them."""
    number = found.one("NUM", "ORD")
    named = next((piece for piece in found.later if piece.date is not None), None)
    if named is None or named.date is None or number.value != int(number.value):
        return None
    if (number.symbol == "ORD" and named.symbol != "P_QUARTER") or (named.symbol == "P_YEAR" and named.text.isascii()):
        return None
    return _of_kind(int(number.value), named.date, named.text)


def neighbours(found: Found) -> Meaning:
    """三四月份, 一二季度: both of them."""
    first, unit = int(found.one("NEIGHBOURS").value), found.grain("UNIT")
    one, most = (PartialDate(quarter=1), 4) if unit == "quarter" else (PartialDate(month=1), 12)
    if first >= most:
        return None
    ends = (_of_kind(first, one, ""), _of_kind(first + 1, one, ""))
    span = None if ends[0] is None or ends[1] is None else date_range(ends[0], ends[1], found.today)
    return None if span is None else PartialDate(fixed=span)
