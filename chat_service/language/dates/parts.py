"""Makers of dates that stand together: a year and a part of it, a part of a month, the first, last and nth units of a
period that was named.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from chat_service.language.dates.grammar import Found, Meaning, Piece, given, only_if
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
    year, decimal = given(found.date("P_YEAR").year), found.get("HOLIDAY_DECIMAL")
    part = PartialDate(holiday=HOLIDAY_DECIMALS[decimal.text]) if decimal else found.date("P_SUB")
    only_if(not part.year_named)
    if part.in_year(year) is None:
        return DateMention("no_day") if part.month and part.day else None  # 29 February 2025
    return replace(part, year=year)


def near_part(found: Found) -> Meaning:
    """this March is of this year; last March and last Christmas are the latest that are over; next March is to come."""
    which, part, tomorrow = found.one("LAST", "THIS", "NEXT", "PAST"), found.date("P_SUB"), found.today + DAY
    only_if(not part.year_named and (which.symbol != "PAST" or which.text.isascii()))
    for offset in {"THIS": (0,), "NEXT": (0, 1)}.get(which.symbol, (0, -1, -2)):
        span = part.in_year(found.today.year + offset)
        meant = span and {"THIS": True, "NEXT": span.start >= tomorrow}.get(which.symbol, span.end <= tomorrow)
        if meant:
            return replace(part, year=found.today.year + offset)
    return None


def unit_in_year(found: Found) -> Meaning:
    """去年今天, this month last year: that day or month in that year; weeks of years do not match."""
    now, year = given(found.date("P_DAY_WORD", "P_UNIT").fixed), given(found.date("P_YEAR").year)
    only_if(now.holds(found.today))
    if now.grain == "week":
        return DateMention("vague")
    return PartialDate(fixed=calendar(given(now.grain), add_months(now.start, 12 * (year - now.start.year))))


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
        dated = replace(part, year=named.date.year)
        span = None if dated.year is None else part.in_year(dated.year)
        if _kind(named.date) == _kind(part) and span is not None and dated != named.date:
            return dated if span.start <= found.today else None
    return None


def _kind(date: PartialDate) -> tuple[bool, ...]:
    return tuple(part is not None for part in (date.month, date.quarter, date.half, date.week, date.day))


def part_within(found: Found) -> Meaning:
    """上个月15号, the first half of June, last week's Wednesday, 3月第一周: the part that the rule tells."""
    piece = found.one(found.told("part"))
    part, whole = given(piece.date), next(given(each.date) for each in found.all("P") if each is not piece)
    span = given(whole.resolve(found.today))
    if part.weekday is not None:
        only_if(span.grain == "week")
        return PartialDate(fixed=calendar("day", span.start, part.weekday - 1))
    only_if(whole.is_month)
    if part.week is not None:
        return _nth(span, part.week, "week") if part.week <= 5 else None
    if part.half is not None:
        days = (1, 15) if part.half == 1 else (16, 0)
        return replace(whole, days=days) if whole.month else PartialDate(fixed=days_of_month(span, days))
    dated = PartialDate(year=span.start.year, month=span.start.month, day=given(part.day))
    return dated if dated.in_year(span.start.year) is not None else None


# --- parts of months and years by their names ---


def part_of_month(found: Found) -> Meaning:
    """6月上旬, 上个月中旬, early June, the end of last month; 去年底 and the end of 2025 are December."""
    part, piece = found.one(*_PARTS), found.one("CONTAINER", "P_TO_DATE")
    whole, year = given(piece.date), found.get("P_YEAR")
    if piece.symbol == "P_YEAR":
        return _edge_of_year(whole, part, found)
    span = given(whole.resolve(found.today))
    if span.grain == "quarter" and int(part.value) in (_BEGINNING, _END):
        # the end of Q1 is March, as the end of a year is December
        ends = part.value == _END
        return PartialDate(fixed=calendar("month", span.start, 2 if ends else 0), at_end=ends)
    if whole.month is not None and whole.is_month:
        return in_part(whole if year is None or year.date is None else replace(whole, year=year.date.year), part.value)
    if part.symbol == "EARLY" and span.grain in ("week", "day"):
        return DateMention("vague")
    return part_of(span, part.value) if whole.is_month else None


def _edge_of_year(whole: PartialDate, part: Piece, found: Found) -> Meaning:
    """The beginning of 2025 is January, its end December; how long early, mid and late 2025 are, nothing says."""
    only_if(part.symbol not in ("PART", "PART_OF_MONTH"))
    year, month = given(whole.year), {_BEGINNING: 1, _END: 12}.get(int(part.value))
    if month is not None and not found.says("wide_part"):
        return replace(whole, month=month, at_end=month == 12)
    ends = [(date(year, first, 1), date(year, last, 1)) for first, last in _WIDE_PARTS[int(part.value)]]
    spans = [Span(start, add_months(end, 1)) for start, end in ends if start <= found.today]
    named = tuple(dict.fromkeys(span.period.cut_after(found.today) for span in spans))
    return DateMention("ambiguous", unit="month", candidates=named) if named else None


def part_of_this_month(found: Found) -> Meaning:
    """月初, 中旬; end of the month, but not of the year."""
    unit = found.get("COUNTED")
    only_if(unit is None or unit.grain == "month")
    return part_of(calendar("month", found.today), found.one(*_PARTS).value or _BEGINNING)


# --- the first, last and nth units ---


def first_or_last(found: Found) -> Meaning:
    """2025年前三个月, the first 10 days of March, the last 3 months of 2025, the last quarter of 2025."""
    edge = found.one("EDGE", "ROLL")
    whole, (length, unit) = found.one("CONTAINER"), given(given(edge.mention).length)
    span, count = given(whole.period(found.today)), int(length)
    # 6月15日前7天 is not within that day; the past 3 months of 2025 is no part of it
    only_if(count == length and span.days > 1 and (edge.symbol != "ROLL" or edge.begins("last")))
    nth, is_first = edge.symbol == "EDGE_NTH", edge.symbol in ("EDGE_FIRST", "EDGE_ROLL")
    if unit == "week" and count == 1 and not nth and not is_first:
        return _last_week(span)
    if unit == "week" and whole.symbol == "P_YEAR" and (nth or count == 1):
        # the nth week of a year is its ISO week
        year = given(given(whole.date).year)
        return PartialDate(fixed=given(PartialDate(week=count).in_year(year)))
    if nth or (unit == "week" and count == 1):
        return _nth(span, count, unit)
    if is_first:
        part = Span(span.start, min(shift(unit, span.start, count), span.end))
    else:
        part = Span(max(shift(unit, span.end, -count), span.start), span.end)
    only_if(part[:2] != span[:2] or not edge.begins("behind"))  # 3月后一个月 is behind it
    return PartialDate(fixed=part.named(unit))


def _last_week(span: Span) -> Meaning:
    """The last week can be counted in two ways, where the period does not end with one."""
    by_days, by_calendar = Period(span.end - 7 * DAY, span.end), calendar("week", span.end - DAY)
    if by_calendar.end == span.end:
        return PartialDate(fixed=by_calendar)
    return DateMention("ambiguous", unit="week", candidates=(by_days, by_calendar.period))


def _nth(span: Span, count: int, grain: Grain) -> Meaning:
    """The nth unit of a period; the nth week of a month can be counted in two ways."""
    if grain == "week":
        start = span.start + timedelta(weeks=count - 1)
        return week_in_two_ways(Span(start, start + 7 * DAY), calendar("week", span.start + 6 * DAY, count - 1))
    unit = calendar(grain, span.start, count - 1)
    return PartialDate(fixed=unit) if span.holds(unit.start) else None


def last_unit(found: Found) -> Meaning:
    """The last quarter of 2025; the last week of a month can be counted in two ways."""
    pieces = found.all("CONTAINER")
    last = given(next((piece for piece in pieces if piece.symbol == "P_UNIT" and piece.begins("last")), None))
    whole = given(next((piece for piece in pieces if piece is not last), None))
    span = given(whole.period(found.today))
    grain: Grain = given(given(given(last.date).fixed).grain)
    return _last_week(span) if grain == "week" else PartialDate(fixed=calendar(grain, span.end - DAY))


def nth_weekday(found: Found) -> Meaning:
    """The second Monday of May, 5月最后一个周五."""
    day = found.one("P_WEEKDAY")
    only_if(found.span("CONTAINER").days >= 28)
    return _nth_day(found, given(given(day.date).weekday), 1, is_last=day.begins("last"))


def nth_weekend(found: Found) -> Meaning:
    """The last weekend of June, 6月第一个周末: by its Saturday."""
    weekend = found.one("DONE", "P_PART")
    named = weekend.mention is not None and weekend.mention.weekdays == (6, 7)
    only_if(named or weekend.begins("weekend"))
    return _nth_day(found, 6, 2, is_last=weekend.begins("last"))


def _nth_day(found: Found, weekday: int, days: int, *, is_last: bool) -> Meaning:
    """So many days from the nth such weekday of a period, or from the last one."""
    number, span = found.get("ORD", "ORD_ONE"), found.span("CONTAINER")
    only_if(number is not None or is_last or found.get("FINAL", "FINAL_ONE") is not None)
    if number is None:
        day = span.end - DAY
        day -= (day.isoweekday() - weekday) % 7 * DAY
    else:
        day = span.start + ((weekday - span.start.isoweekday()) % 7 + 7 * (int(number.value) - 1)) * DAY
    return PartialDate(fixed=Span(day, day + days * DAY, "day" if days == 1 else None)) if day < span.end else None


def first_of_year(found: Found) -> Meaning:
    """头三个月 and 前三季度 without a year are of this year."""
    count, unit = given(given(found.one("EDGE_FIRST").mention).length)
    start = date(found.today.year, 1, 1)
    only_if(unit != "day" and count <= 12)
    return PartialDate(fixed=Span(start, shift(unit, start, int(count))))
