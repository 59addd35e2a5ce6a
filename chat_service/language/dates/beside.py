"""Makers of times beside a date: right before and after it, what is left of it, around it, the unit that holds it; and
of one time said twice (去年（2025年）, Monday June 15), which must be the same.

春节前一周 is the seven days before the holiday begins; the 7 days after June 15 begin with 16 June.
"""

from __future__ import annotations

from chat_service.language.dates.grammar import Found, Meaning
from chat_service.language.dates.mention import DateMention, cut
from chat_service.language.dates.partial import PartialDate, week_in_two_ways
from chat_service.language.dates.span import DAY, MONTHS_OF, Span, calendar, is_count
from semantic_layer import Grain

_SHORT = 15  # days: a day, a weekend, a holiday
_LONG = {"week": 7, "month": 28, "quarter": 90, "year": 365}
_LENGTHS = ("EDGE", "DURATION", "RELATIVE", "P_PRIOR", "COUNTED", "DAY_AFTER")


def _named(found: Found) -> Span | None:
    """The days of the date that the length is beside."""
    piece = next(one for one in found.pieces if one.date is not None and one.symbol not in ("P_PRIOR", "P_WEEK"))
    return piece.period(found.today)


def _length(found: Found) -> tuple[float, Grain] | None:
    """How long: 7天, one week, a month."""
    number = found.get("NUM")
    if number is not None:
        return number.value, found.grain("LENGTH_UNIT")
    piece = found.get(*_LENGTHS)
    if piece is None:
        return None
    if piece.mention is not None:
        return None if piece.mention.unit is None else (piece.mention.count or 1, piece.mention.unit)
    span = piece.period(found.today)
    grain = piece.grain if span is None else span.grain
    return None if grain is None else (1, grain)


def beside(found: Found) -> Meaning:
    """That length right beside the date; beside a calendar unit, the calendar unit of the same kind."""
    span, length = _named(found), _length(found)
    if span is None or length is None or not is_count(length[0]):
        return None
    count, grain = length
    is_before = found.told("side") != "after" and found.get("AFTER") is None
    if span.grain == grain and count == 1:
        return PartialDate(fixed=calendar(grain, span.start, -1 if is_before else 1))
    if span.days > _SHORT:
        return None
    return PartialDate(fixed=span.before(count, grain) if is_before else span.after(count, grain))


def so_many_beside(found: Found) -> Meaning:
    """The 7 days before June 15 are a stretch; 7 days before June 15 can be a day as well: ask."""
    stretch, length = beside(found), _length(found)
    if found.get("THE") is not None or found.says("lasting") or not isinstance(stretch, PartialDate):
        return stretch
    span = stretch.fixed
    assert span is not None and length is not None, "the stretch was made of them"
    if length[1] not in ("day", "week"):
        return None
    day = span.start if found.get("AFTER") is None else span.end - DAY
    return DateMention("ambiguous", unit="day", candidates=(calendar("day", day).period, span.period))


def nth_after(found: Found) -> Meaning:
    """春节后第一周: the first seven days after it, or the first calendar week."""
    span, edge = _named(found), found.one("EDGE_FIRST", "EDGE_NTH", "P_WEEK")
    if edge.symbol == "EDGE_FIRST":
        return beside(found)
    week = None if edge.date is None else edge.date.week
    count, grain = (_length(found) or (0, "day")) if week is None else (week, "week")
    if span is None or not is_count(count) or grain not in ("day", "week"):
        return None
    if grain == "day":
        return PartialDate(fixed=calendar("day", span.end, int(count) - 1))
    start = span.end + (int(count) - 1) * 7 * DAY
    return week_in_two_ways(Span(start, start + 7 * DAY), calendar("week", span.end + 6 * DAY, int(count) - 1))


def rest(found: Found) -> Meaning:
    """The rest of the year begins tomorrow; of what is over nothing is left."""
    span, unit, tomorrow = found.span("P"), found.get("COUNTED"), found.today + DAY
    if span is None and unit is not None and unit.grain is not None:
        span = calendar(unit.grain, found.today)
    if span is None or span.start > found.today:
        return None
    left = Span(tomorrow, max(span.end, tomorrow + DAY))
    return DateMention("vague") if span.end < tomorrow else DateMention("future", left.period)


# --- around a date ---


def around(found: Found) -> Meaning:
    """3月15日前后, around Christmas: how wide, only the asker knows."""
    span = found.span("P")
    if span is None or span.start > found.today:
        return None
    months = None if span.grain is None else MONTHS_OF.get(span.grain)
    grain: Grain = "day" if months is None else "month"
    widths = (3, 7) if months is None else (months,)
    spans = [span, *(Span(span.before(each, grain).start, span.after(each, grain).end) for each in widths)]
    cuts = dict.fromkeys(each.period.cut_after(found.today) for each in spans)
    return DateMention("ambiguous", unit=span.grain, candidates=tuple(cuts))


def unit_holding(found: Found) -> Meaning:
    """6月15日那一周, the week of June 15: the calendar unit that holds the date; where it touches two, ask."""
    span, grain = found.span("P"), _unit_of(found)
    if span is None or grain is None or span.days > _LONG[grain] + 3 or span.start > found.today:
        return None
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
            return piece.date.fixed.grain if piece.text[:1] in "当这" else None
        if piece.grain in _LONG and not (piece.text.isascii() and piece.text.endswith("s")):
            return piece.grain
    return None


def unit_beside_day(found: Found) -> Meaning:
    """The week starting June 15, w/c 15 June, the month ending May 20: that long a time from or to the day."""
    span, grain = found.span("P"), found.grain("COUNTED", "WEEK_FROM", "WEEK_TO")
    if span is None or grain == "day":
        return None
    if found.get("ENDING", "WEEK_TO") is not None:
        exact = Span(span.end, span.end).before(1, grain).named(grain)
    else:
        exact = Span(span.start, span.start).after(1, grain).named(grain)
    return cut(exact.period, found.today) if exact.grain is None else DateMention("period", exact.period, unit=grain)


def weekend_of_day(found: Found) -> Meaning:
    """6月27日那个周末, the weekend of June 27."""
    span, weekend = found.span("P"), found.one("DONE", "THAT_WEEKEND").mention
    if span is None or span.grain != "day" or weekend is None or weekend.weekdays != (6, 7):
        return None
    monday = calendar("week", span.start).start
    return cut(Span(monday + 5 * DAY, monday + 7 * DAY).period, found.today)


# --- one time said twice ---


def said_twice(found: Found) -> Meaning:
    """What stands in brackets, or is said to be the same, must be the same."""
    first, last = found.all("P", "DONE")
    if "P_WEEKDAY" in (first.symbol, last.symbol) or (found.get("OPEN") is None) != (found.get("CLOSE") is None):
        return None
    one, other = first.period(found.today), last.period(found.today)
    if one is None or other is None:
        return None
    if one.period.cut_after(found.today) == other.period.cut_after(found.today) or one[:2] == other[:2]:
        return PartialDate(fixed=one if one.grain is not None else other)
    claimed = found.get("OPEN", "THAT_IS") is not None and found.get("DONE") is None
    return DateMention("vague") if claimed else None


def day_with_weekday(found: Found) -> Meaning:
    """6月15日周一: the weekday must be that of the day."""
    weekday, day = found.one("P_WEEKDAY", "WEEKDAY_SHORT"), found.one("P_ONE_DAY")
    named = int(weekday.value) if weekday.date is None else weekday.date.weekday
    span = day.period(found.today)
    if span is None or span.grain != "day" or named is None:
        return None
    return day.date if span.start.isoweekday() == named else DateMention("vague")
