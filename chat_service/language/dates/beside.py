"""Makers of times beside a date: right before and after it, what is left of it, around it, the unit that holds it; and
of one time said twice (去年（2025年）, Monday June 15), which must be the same.

春节前一周 is the seven days before the holiday begins; the 7 days after June 15 begin with 16 June.
"""

from __future__ import annotations

from dataclasses import replace

from chat_service.language.dates.grammar import Found, Meaning, given, only_if
from chat_service.language.dates.mention import DateMention, cut
from chat_service.language.dates.partial import PartialDate, week_in_two_ways
from chat_service.language.dates.span import DAY, MONTHS_OF, Span, calendar, is_count, later, span_of
from semantic_layer import Grain

_SHORT = 15  # days: a day, a weekend, a holiday
# the longest time that a unit holds
_LONG = {"day": 1, "week": 10, "month": 31, "quarter": 93, "year": 368}
_LENGTHS = ("EDGE", "DURATION", "RELATIVE", "P_PRIOR", "COUNTED", "DAY_AFTER")


def _named(found: Found) -> Span:
    """The days of the date that the length is beside."""
    piece = next(one for one in found.pieces if one.date is not None and one.symbol not in ("P_PRIOR", "P_WEEK"))
    return given(piece.period(found.today))


def _length(found: Found) -> tuple[float, Grain]:
    """How long: 7天, one week, a month."""
    number = found.get("NUM")
    if number is not None:
        return number.value, found.grain("LENGTH_UNIT")
    piece = given(found.get(*_LENGTHS))
    if piece.mention is not None:
        return piece.mention.length or (1, given(piece.mention.unit))
    span = piece.period(found.today)
    return 1, given(piece.grain if span is None else span.grain)


def beside(found: Found) -> Meaning:
    """That length right beside the date; beside a calendar unit, the calendar unit of the same kind."""
    span, (count, grain) = _named(found), _length(found)
    is_before = found.told("side") != "after" and found.get("AFTER") is None
    if span.grain == grain and count == 1:
        return PartialDate(fixed=calendar(grain, span.start, -1 if is_before else 1))
    only_if(is_count(count) and span.days <= _SHORT)
    return PartialDate(fixed=span.before(count, grain) if is_before else span.after(count, grain))


def so_many_beside(found: Found) -> Meaning:
    """The 7 days before June 15 are a stretch; 7 days before June 15 can be a day as well: ask."""
    stretch, (_, grain) = beside(found), _length(found)
    if found.get("THE") is not None or found.says("lasting") or not isinstance(stretch, PartialDate):
        return stretch
    span = given(stretch.fixed)
    only_if(grain in ("day", "week"))
    day = span.start if found.get("AFTER") is None else span.end - DAY
    return DateMention("ambiguous", unit="day", candidates=(calendar("day", day).period, span.period))


def nth_after(found: Found) -> Meaning:
    """春节后第一周: the first seven days after it, or the first calendar week."""
    span, edge = _named(found), found.one("EDGE_FIRST", "EDGE_NTH", "P_WEEK")
    if edge.symbol == "EDGE_FIRST":
        return beside(found)
    week = None if edge.date is None else edge.date.week
    count, grain = _length(found) if week is None else (week, "week")
    only_if(is_count(count) and grain in ("day", "week"))
    if grain == "day":
        return PartialDate(fixed=calendar("day", span.end, int(count) - 1))
    start = span.end + (int(count) - 1) * 7 * DAY
    return week_in_two_ways(Span(start, start + 7 * DAY), calendar("week", span.end + 6 * DAY, int(count) - 1))


def rest(found: Found) -> Meaning:
    """The rest of the year begins tomorrow; of what is over nothing is left."""
    tomorrow = found.today + DAY
    span = found.span("P") if found.get("P") else calendar(found.grain("COUNTED"), found.today)
    only_if(span.start <= found.today)
    left = Span(tomorrow, max(span.end, tomorrow + DAY))
    return DateMention("vague") if span.end < tomorrow else DateMention("future", left.period)


# --- around a date ---


def around(found: Found) -> Meaning:
    """3月15日前后, around Christmas: how wide, only the asker knows."""
    span = found.span("P")
    only_if(span.start <= found.today)
    months = None if span.grain is None else MONTHS_OF.get(span.grain)
    grain: Grain = "day" if months is None else "month"
    widths = (3, 7) if months is None else (months,)
    spans = [span, *(Span(span.before(each, grain).start, span.after(each, grain).end) for each in widths)]
    cuts = dict.fromkeys(each.period.cut_after(found.today) for each in spans)
    return DateMention("ambiguous", unit=span.grain, candidates=tuple(cuts))


def unit_holding(found: Found) -> Meaning:
    """6月15日那一周, the week of June 15: the calendar unit that holds the date; where it touches two, ask."""
    span = found.span("P")
    grain: Grain = given(_unit_of(found))
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


def unit_beside_day(found: Found) -> Meaning:
    """The week starting June 15, w/c 15 June, the month ending May 20: that long a time from or to the day."""
    span, grain = found.span("P"), found.grain("COUNTED", "WEEK_FROM", "WEEK_TO")
    only_if(grain != "day")
    if found.get("ENDING", "WEEK_TO") is not None:
        exact = Span(span.end, span.end).before(1, grain).named(grain)
    else:
        exact = Span(span.start, span.start).after(1, grain).named(grain)
    return cut(exact.period, found.today) if exact.grain is None else DateMention("period", exact.period, unit=grain)


def weekend_of_day(found: Found) -> Meaning:
    """6月27日那个周末, the weekend of June 27."""
    span, weekend = found.span("P"), found.one("DONE", "THAT_WEEKEND").mention
    only_if(span.grain == "day" and given(weekend).weekdays == (6, 7))
    monday = calendar("week", span.start).start
    return cut(Span(monday + 5 * DAY, monday + 7 * DAY).period, found.today)


# --- one time said twice ---


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


def holds_already(found: Found) -> Meaning:
    """The last 10 days, including today: of a time that holds the other one, nothing more is said."""
    whole, part = found.pieces[0], [*found.all("P", "NOW_DONE")][-1]
    mention = whole.mention
    days = span_of(mention.period) if mention is not None else whole.period(found.today)
    inner = given(part.period(found.today)) if part.symbol != "NOW_DONE" else Span(found.today, found.today + DAY)
    only_if((found.get("OPEN") is None) == (found.get("CLOSE") is None) and days is not None and part is not whole)
    only_if(given(days).start <= inner.start and min(inner.end, found.today + DAY) <= given(days).end)
    return (
        replace(mention, kind="rolling")
        if mention is not None and mention.kind == "duration"
        else mention or whole.date
    )


def all_its_parts(found: Found) -> Meaning:
    """2025年四个季度合在一块儿, 2024年至2025年两年间: all the units that a time has, as one, are that time."""
    span = given(found.one("P", "DONE").period(found.today))
    count, grain = given(given(found.one("DURATION").mention).length)
    only_if(found.told("summed") or span.grain is None)  # 2025年四个季度 may be each of them
    only_if(is_count(count) and later(span.start, count, grain) == span.end)
    return PartialDate(fixed=span)


def day_with_weekday(found: Found) -> Meaning:
    """6月15日周一: the weekday must be that of the day."""
    weekday, day = found.one("P_WEEKDAY", "WEEKDAY_SHORT"), found.one("P_ONE_DAY")
    named = int(weekday.value) if weekday.date is None else given(weekday.date.weekday)
    span = given(day.period(found.today))
    only_if(span.grain == "day")
    return day.date if span.start.isoweekday() == named else DateMention("vague")
