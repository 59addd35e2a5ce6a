"""Makers of dates that stand together: a year and a part of it, a part of a month, the first, last and nth units of a
period that was named.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from chat_service.language.dates.grammar import Found, Meaning, Piece
from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.partial import PartialDate, days_of_month, in_part, part_of, week_in_two_ways
from chat_service.language.dates.span import DAY, Span, calendar
from chat_service.language.dates.words import HOLIDAY_DECIMALS
from semantic_layer import Grain, Period, add_months, shift

_PARTS = ("PART", "PART_OF_MONTH", "PART_SUFFIX", "MID_YEAR", "EARLY", "END_OF", "START_OF")
_BEGINNING, _END = 110, 2131  # codes of days, as in `days_code`
_WIDE_PARTS = {110: ((1, 1), (1, 3)), 1120: ((6, 6), (5, 8)), 2100: ((12, 12), (10, 12)), 2131: ((12, 12), (10, 12))}


def in_year(found: Found) -> Meaning:
    """去年3月, March 2026, Q4 last year, Christmas 2024."""
    year, decimal = found.date("P_YEAR").year, found.get("HOLIDAY_DECIMAL")
    part = PartialDate(holiday=HOLIDAY_DECIMALS[decimal.text]) if decimal else found.date("P_SUB")
    if year is None or part.year_named or part.in_year(year) is None:
        return None
    return replace(part, year=year)


def near_part(found: Found) -> Meaning:
    """this March is of this year; last March and last Christmas are the latest that are over; next March is to come."""
    which, part = found.one("LAST", "THIS", "NEXT", "PAST"), found.date("P_SUB")
    if part.year_named or (which.symbol == "PAST" and not which.text.isascii()):
        return None
    tomorrow = found.today + DAY
    for offset in {"THIS": (0,), "NEXT": (0, 1)}.get(which.symbol, (0, -1, -2)):
        span = part.in_year(found.today.year + offset)
        if span is None:
            continue
        meant = {"THIS": True, "NEXT": span.start >= tomorrow}.get(which.symbol, span.end <= tomorrow)
        if meant:
            return replace(part, year=found.today.year + offset)
    return None


def unit_in_year(found: Found) -> Meaning:
    """去年今天, this month last year: that day or month in that year; weeks of years do not match."""
    now, year = found.date("P_DAY_WORD", "P_UNIT").fixed, found.date("P_YEAR").year
    if now is None or now.grain is None or year is None or not now.holds(found.today):
        return None
    if now.grain == "week":
        return DateMention("vague")
    return PartialDate(fixed=calendar(now.grain, add_months(now.start, 12 * (year - now.start.year))))


def year_of_neighbour(found: Found) -> Meaning:
    """2025年3月和4月, March and April 2025: the year of one holds for the other, where that is not to come."""
    part = found.date("P_SUB")
    sides = ((found.earlier, True, ("AND", "COMMA", "VS", "BI")), (found.later, False, ("AND", "COMMA")))
    for pieces, is_earlier, joints in sides:
        if part.year_named or not pieces or pieces[0].symbol not in joints:
            continue
        named = next((one for one in pieces if one.date is not None and one.date.year_named), None)
        # only English puts the year behind both
        if named is None or named.date is None or not (is_earlier or named.text.isascii()):
            continue
        year = named.date.year
        span = None if year is None else part.in_year(year)
        dated = replace(part, year=year)
        if _kind(named.date) == _kind(part) and span is not None and dated != named.date:
            return dated if span.start <= found.today else None
    return None


def _kind(date: PartialDate) -> tuple[bool, ...]:
    parts = (date.month, date.quarter, date.half, date.week, date.day)
    return tuple(part is not None for part in parts)


# --- parts of months and years ---


def part_of_month(found: Found) -> Meaning:
    """6月上旬, 上个月中旬, early June, the end of last month; 去年底 and the end of 2025 are December."""
    part = found.one(*_PARTS)
    piece = found.one("P_MONTH", "P_QUARTER", "P_UNIT", "P_FULL", "P_PRIOR", "P_YEAR", "P_TO_DATE")
    whole = piece.date
    assert whole is not None, "pieces of dates carry one"
    if piece.symbol == "P_YEAR":
        return _edge_of_year(whole, part, found)
    span = whole.resolve(found.today)
    if span is not None and span.grain == "quarter" and int(part.value) in (_BEGINNING, _END):
        # the end of Q1 is March, as the end of a year is December
        ends = part.value == _END
        return PartialDate(fixed=calendar("month", span.start, 2 if ends else 0), at_end=ends)
    if whole.month is not None and whole.day is None and whole.days is None:
        year = found.get("P_YEAR")
        return in_part(whole if year is None or year.date is None else replace(whole, year=year.date.year), part.value)
    if part.symbol == "EARLY" and span is not None and span.grain in ("week", "day"):
        return DateMention("vague")
    return None if span is None or not whole.is_month else part_of(span, part.value)


def _edge_of_year(year: PartialDate, part: Piece, found: Found) -> Meaning:
    """The beginning of 2025 is January, its end December; how long early, mid and late 2025 are, nothing says."""
    if part.symbol in ("PART", "PART_OF_MONTH") or year.year is None:
        return None
    month = {_BEGINNING: 1, _END: 12}.get(int(part.value))
    if month is not None and not found.says("wide_part"):
        return replace(year, month=month, at_end=month == 12)
    spans = [
        Span(date(year.year, first, 1), add_months(date(year.year, last, 1), 1))
        for first, last in _WIDE_PARTS[int(part.value)]
    ]
    named = tuple(dict.fromkeys(span.period.cut_after(found.today) for span in spans if span.start <= found.today))
    return DateMention("ambiguous", unit="month", candidates=named) if named else None


def part_of_this_month(found: Found) -> Meaning:
    """月初, 中旬; end of the month, but not of the year."""
    unit, part = found.get("COUNTED"), found.one(*_PARTS)
    other = unit is not None and unit.grain != "month"
    return None if other else part_of(calendar("month", found.today), part.value or _BEGINNING)


def half_of_month(found: Found) -> Meaning:
    """The first half of June is its days 1 to 15."""
    half, month = found.date("P_HALF").half, found.date("MONTHLIKE")
    span = month.resolve(found.today)
    if half is None or span is None or not month.is_month:
        return None
    days = (1, 15) if half == 1 else (16, 0)
    return replace(month, days=days) if month.month else PartialDate(fixed=days_of_month(span, days))


def day_of_month(found: Found) -> Meaning:
    """上个月15号, the 15th of last month."""
    month, day = found.date("MONTHLIKE"), found.date("P_DOM").day
    span = month.resolve(found.today)
    if span is None or not month.is_month or day is None:
        return None
    dated = PartialDate(year=span.start.year, month=span.start.month, day=day)
    return dated if dated.in_year(span.start.year) is not None else None


def day_of_week(found: Found) -> Meaning:
    """上个星期的周三, last week's Wednesday."""
    week, day = found.span("P_UNIT", "P_PRIOR", "P_WEEK", "P_FULL"), found.date("P_WEEKDAY").weekday
    if week is None or week.grain != "week" or day is None:
        return None
    return PartialDate(fixed=calendar("day", week.start, day - 1))


# --- the first, last and nth units ---


def first_or_last(found: Found) -> Meaning:
    """2025年前三个月, the first 10 days of March, the last 3 months of 2025, the last quarter of 2025."""
    edge = found.one("EDGE", "ROLL")
    whole = next((piece for piece in found.all("CONTAINER") if piece is not edge), None)
    span, length = None if whole is None else whole.period(found.today), edge.mention
    if whole is None or span is None or length is None or length.unit is None or length.count is None:
        return None
    nth, unit, count = edge.symbol == "EDGE_NTH", length.unit, int(length.count)
    # 6月15日前7天 is not within that day; the past 3 months of 2025 is no part of it
    if count != length.count or span.days <= 1 or (edge.symbol == "ROLL" and not _says_last(edge)):
        return None
    is_first = edge.symbol in ("EDGE_FIRST", "EDGE_ROLL")
    if nth or (unit == "week" and count == 1):
        if not nth and not is_first:
            return _last_week(span)
        return (
            _nth_week_of_year(whole, count) if unit == "week" and whole.symbol == "P_YEAR" else _nth(span, count, unit)
        )
    if is_first:
        part = Span(span.start, min(shift(unit, span.start, count), span.end))
    else:
        part = Span(max(shift(unit, span.end, -count), span.start), span.end)
    behind = part[:2] == span[:2] and edge.text.startswith("后")  # 3月后一个月 is behind it
    return None if behind else PartialDate(fixed=part.named(unit))


def _says_last(piece: Piece) -> bool:
    words = piece.text.removeprefix("in ").removeprefix("over ").removeprefix("during ").removeprefix("the ")
    return words.startswith(("last", "final"))


def _nth_week_of_year(whole: Piece, count: int) -> Meaning:
    """The nth week of a year is its ISO week."""
    year = None if whole.date is None else whole.date.year
    week = None if year is None else PartialDate(week=count).in_year(year)
    return None if week is None else PartialDate(fixed=week)


def _last_week(span: Span) -> Meaning:
    """The last week can be counted in two ways, where the period does not end with one."""
    end = span.end - DAY
    calendar_week = calendar("week", end)
    if calendar_week.end == span.end:
        return PartialDate(fixed=calendar_week)
    return DateMention("ambiguous", unit="week", candidates=(Period(end - 6 * DAY, end + DAY), calendar_week.period))


def _nth(span: Span, count: int, grain: Grain) -> Meaning:
    """The nth unit of a period; the nth week of a month can be counted in two ways."""
    if grain == "week":
        by_days = Span(span.start + timedelta(weeks=count - 1), span.start + timedelta(weeks=count))
        return week_in_two_ways(by_days, calendar("week", span.start + 6 * DAY, count - 1))
    unit = calendar(grain, span.start, count - 1)
    return PartialDate(fixed=unit) if span.holds(unit.start) else None


def last_unit(found: Found) -> Meaning:
    """The last quarter of 2025; the last week of a month can be counted in two ways."""
    pieces = found.all("CONTAINER")
    last = next((piece for piece in pieces if piece.symbol == "P_UNIT" and _says_last(piece)), None)
    whole = next((piece for piece in pieces if piece is not last), None)
    span = None if whole is None or last is None else whole.period(found.today)
    unit = None if last is None or last.date is None else last.date.fixed
    if span is None or unit is None or unit.grain is None:
        return None
    return _last_week(span) if unit.grain == "week" else PartialDate(fixed=calendar(unit.grain, span.end - DAY))


def week_of_month(found: Found) -> Meaning:
    """3月第一周."""
    month, week = found.date("P_MONTH", "P_FULL", "P_UNIT"), found.date("P_WEEK").week
    span = month.resolve(found.today)
    return None if span is None or not month.is_month or week is None or week > 5 else _nth(span, week, "week")


def nth_weekday(found: Found) -> Meaning:
    """The second Monday of May, 5月最后一个周五."""
    day = found.one("P_WEEKDAY")
    span, weekday = found.span("CONTAINER"), None if day.date is None else day.date.weekday
    return None if weekday is None else _nth_day(found, span, weekday, 1, is_last=day.text.startswith("last"))


def nth_weekend(found: Found) -> Meaning:
    """The last weekend of June, 6月第一个周末: by its Saturday."""
    weekend = found.one("DONE", "P_PART")
    named = weekend.mention is not None and weekend.mention.weekdays == (6, 7)
    if not named and not weekend.text.endswith("weekend"):
        return None
    return _nth_day(found, found.span("CONTAINER"), 6, 2, is_last=weekend.text.startswith("last"))


def _nth_day(found: Found, span: Span | None, weekday: int, days: int, *, is_last: bool) -> Meaning:
    """So many days from the nth such weekday of a period, or from the last one."""
    number = found.get("ORD", "ORD_ONE")
    is_last = is_last or found.get("FINAL", "FINAL_ONE") is not None
    if span is None or (number is None and not is_last) or (days == 1 and span.days < 28):
        return None
    if number is None:
        day = span.end - DAY
        day -= (day.isoweekday() - weekday) % 7 * DAY
    else:
        day = span.start + ((weekday - span.start.isoweekday()) % 7 + 7 * (int(number.value) - 1)) * DAY
    return PartialDate(fixed=Span(day, day + days * DAY, "day" if days == 1 else None)) if day < span.end else None


def first_of_year(found: Found) -> Meaning:
    """头三个月 and 前三季度 without a year are of this year."""
    length = found.one("EDGE_FIRST").mention
    if length is None or length.unit in (None, "day") or length.count is None or length.count > 12:
        return None
    start = date(found.today.year, 1, 1)
    return PartialDate(fixed=Span(start, shift(length.unit, start, int(length.count))))
