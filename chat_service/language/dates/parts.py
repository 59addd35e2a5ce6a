"""Makers of dates that stand together: a year and a part of it, a part of a month, one time said twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from chat_service.language.dates.grammar import Found, Meaning, Piece, given, only_if
from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.partial import PartialDate, days_of_month, in_part, part_of
from chat_service.language.dates.span import DAY, Span, calendar, is_count, later
from chat_service.language.dates.words import HOLIDAY_DECIMALS
from semantic_layer import Grain, add_months

# the longest time that a unit holds
_LONG: dict[Grain, int] = {"day": 1, "week": 10, "month": 31, "quarter": 93, "year": 368}
_PARTS = ("PART", "PART_OF_MONTH", "PART_SUFFIX", "MID_YEAR", "EARLY", "END_OF", "START_OF")
_BEGINNING, _END = 110, 2131  # codes of days, as in `days_code`
_WIDE_PARTS = {110: ((1, 1), (1, 3)), 1120: ((6, 6), (5, 8)), 2100: ((12, 12), (10, 12)), 2131: ((12, 12), (10, 12))}


def in_year(found: Found) -> Meaning:
    """去年3月, March 2026, Q4 last year, Christmas 2024."""
    year, decimal = given(found.date("P_YEAR").year), found.get("HOLIDAY_DECIMAL")
    part = PartialDate(holiday=HOLIDAY_DECIMALS[decimal.text]) if decimal else found.date("P_SUB")
    only_if(not part.year_named and part.in_year(year))
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
    """上个月15号, the first half of June, last week's Wednesday: the part that the rule tells."""
    piece = found.one(found.told("part"))
    part, whole = given(piece.date), next(given(each.date) for each in found.all("P") if each is not piece)
    span = given(whole.resolve(found.today))
    if part.weekday is not None:
        only_if(span.grain == "week")
        return PartialDate(fixed=calendar("day", span.start, part.weekday - 1))
    only_if(whole.is_month)
    if part.half is not None:
        days = (1, 15) if part.half == 1 else (16, 0)
        return replace(whole, days=days) if whole.month else PartialDate(fixed=days_of_month(span, days))
    dated = PartialDate(year=span.start.year, month=span.start.month, day=given(part.day))
    return dated if dated.in_year(span.start.year) is not None else None


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


def unit_holding(found: Found) -> Meaning:
    """6月15日那一周, the week of June 15: the calendar unit that holds the date; where it touches two, ask."""
    span, grain = found.span("P"), given(_unit_of(found))
    only_if(span.days <= _LONG[grain] and span.start <= found.today)
    first, last = calendar(grain, span.start).period, calendar(grain, span.end - DAY).period
    if first != last:
        return DateMention("ambiguous", unit=grain, candidates=(first, last))
    return DateMention("period", first, unit=grain)


def _unit_of(found: Found) -> Grain | None:
    """The unit that the words beside the date name; 当周 and 这一周 stand for it as well as 那一周."""
    for piece in found.pieces:
        if piece is found.get("P"):
            continue
        if piece.mention is not None and piece.symbol == "THAT_UNIT":
            return piece.mention.unit
        if piece.symbol == "P_UNIT" and piece.date is not None and piece.date.fixed is not None:
            return piece.date.fixed.grain if piece.begins("that_unit") else None
        if piece.grain not in (None, "day") and not piece.begins("plural"):
            return piece.grain
    return None


def said_twice(found: Found) -> Meaning:
    """What stands in brackets, or is said to be the same, must be the same."""
    first, last = found.all("P", "DONE")
    only_if("P_WEEKDAY" not in (first.symbol, last.symbol))
    only_if((found.get("OPEN") is None) == (found.get("CLOSE") is None))
    one, other = given(first.period(found.today)), given(last.period(found.today))
    if one.period.cut_after(found.today) == other.period.cut_after(found.today) or one[:2] == other[:2]:
        return PartialDate(fixed=one if one.grain is not None else other)
    claimed = found.get("OPEN", "THAT_IS") is not None and found.get("DONE") is None
    return DateMention("vague") if claimed else None


def all_its_parts(found: Found) -> Meaning:
    """2024年至2025年两年间, 端午假期三天: all the units that a time has, as one, are that time."""
    span = given(found.one("P", "DONE").period(found.today))
    count, grain = given(given(found.one("DURATION").mention).length)
    only_if(span.grain is None)  # 2025年四个季度 may be each of them
    only_if(is_count(count) and later(span.start, count, grain) == span.end)
    return PartialDate(fixed=span)
