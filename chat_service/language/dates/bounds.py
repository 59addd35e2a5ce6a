"""Makers of times with bounds: since, before, after, until a date, and ranges between dates.

Every half-open time can stand beside a date in doubt (before 3/7/2017): the doubt is then between the bounded times.
What is a range is cut at today.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chat_service.language.dates.grammar import Found, Meaning, Piece, given, only_if
from chat_service.language.dates.mention import DateMention, cut
from chat_service.language.dates.partial import PartialDate, date_range
from chat_service.language.dates.span import DAY, Span, calendar, span_of
from chat_service.language.dates.words import context_of
from chat_service.language.dates.written import full_year
from semantic_layer import Period


def _open(found: Found, bound: Callable[[Period], Period]) -> Meaning:
    """The open time beside the date, cut at today; beside a date in doubt, one for each that it can be."""
    piece = found.one("P_ANY")
    if piece.date is None and piece.mention is not None:
        opened = (cut(bound(each), found.today, "open").period for each in piece.mention.candidates)
        return DateMention("ambiguous", unit=piece.mention.unit, candidates=tuple(map(given, opened)))
    span = given(piece.period(found.today))
    return cut(bound(span.period), found.today, "open", year_named=given(piece.date).year_named)


def _running(span: Span | None, found: Found) -> DateMention | None:
    """A calendar unit that holds today is itself what has been of it so far."""
    holds = span is not None and span.grain is not None and span.holds(found.today)
    return DateMention("period", span.period, unit=span.grain) if span is not None and holds else None


def _named(found: Found) -> Span | None:
    """The days of the date, where it is not in doubt."""
    return found.one("P_ANY").period(found.today)


def since(found: Found) -> Meaning:
    """From the first day of the date to today. This unit so far is the unit itself; 昨天来了多少人 tells who came."""
    span = _named(found)
    if found.get("LAI") and not found.get("SINCE", "FROM"):
        year = span is not None and span.grain == "year"
        only_if(not found.after("came") and (year or not found.after("came_then")))
    running = _running(span, found) if found.get("P_UNIT", "P_YEAR", "P_TO_DATE") else None
    return running or _open(found, lambda named: Period(named.start, None))


def from_day(found: Found) -> Meaning:
    """Orders from March 5: that day, or since that day; orders from March are those of March."""
    date, span = found.date("P"), found.span("P")
    only_if(date.holiday is None and span.grain == "day" and span.start < found.today)
    return DateMention("ambiguous", unit="day", candidates=(span.period, Period(span.start, found.today + DAY)))


def before(found: Found) -> Meaning:
    """Before the end of March is up to that end; 3月31日之前（含） takes the day along."""
    date = found.one("P_ANY").date
    included = found.get("INCLUDED") is not None or (date is not None and date.at_end)
    return _open(found, lambda named: Period(None, named.end if included else named.start))


def after(found: Found) -> Meaning:
    """3月之后, after March; with the date itself where it is said to be included."""
    included = found.get("INCLUDED") is not None
    return _open(found, lambda named: Period(named.start if included else named.end, None))


def until(found: Found) -> Meaning:
    """Everything up to the end of the date, included; until today is now."""
    span = _named(found)
    if span is not None and span.start == found.today and found.get("P_DAY_WORD") is not None:
        return DateMention("now")
    only_if(span is None or span.start <= found.today)
    return _open(found, lambda named: Period(None, named.end))


def by_day(found: Found) -> Meaning:
    """Registered by March 31; by March can group."""
    only_if(found.span("P").grain == "day" or found.date("P").at_end)
    return until(found)


def up_to(found: Found) -> Meaning:
    """到3月底 with nothing before it to begin from; 改到3月 changes the time; 到今年 is not said of what is running."""
    earlier = next((piece for piece in found.earlier if piece.symbol != "COMMA"), None)
    begun = earlier is not None and (earlier.date is not None or earlier.symbol in ("NUMBER", "DONE", "FROM"))
    only_if(not begun)
    only_if(found.span("P").end <= found.today + DAY or found.date("P").at_end)
    return until(found)


def so_far(found: Found) -> Meaning:
    """this year so far: the unit that is running."""
    return _running(found.span("P"), found) or since(found)


def since_length(found: Found) -> Meaning:
    """Since 3 months: the last 3 months."""
    return replace(given(found.one("ROLL", "DURATION").mention), kind="rolling")


def before_that(found: Found) -> Meaning:
    """再之前30天, the 30 days before that: right before the period that was named, else before the main one."""
    mention = given(found.one("DURATION").mention)
    length = given(mention.length)
    for piece in reversed(found.around[: found.at]):
        rolled = None if piece.mention is None or piece.mention.kind != "rolling" else span_of(piece.mention.period)
        named = piece.period(found.today) or rolled
        if named is not None:
            return PartialDate(fixed=named.before(*length))
    period = given(span_of(mention.period)).before(*length).period
    return replace(mention, kind="relative_previous", period=period, days=None, months=None)


def between_bounds(found: Found) -> Meaning:
    """After March 1 and before May 1: the time between."""
    mentions = [piece.mention for piece in found.all("DONE")]
    opened = [one.period for one in mentions if one is not None and one.kind == "open" and one.period is not None]
    # the one that begins somewhere reaches to today, the other one has no beginning
    starts = [one.start for one in opened if one.start is not None and one.end == found.today + DAY]
    ends = [one.end for one in opened if one.start is None and one.end is not None]
    only_if(len(starts) == len(ends) == 1 and starts[0] < ends[0])
    return DateMention("period", Period(starts[0], ends[0]))


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
