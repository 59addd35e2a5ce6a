"""Makers of lengths of time: rolling periods that end today, durations, first and last units, times to come."""

from __future__ import annotations

from datetime import date

from chat_service.language.dates.grammar import Found, Meaning, given, only_if
from chat_service.language.dates.mention import DateMention, cut
from chat_service.language.dates.span import (
    DAY,
    MOST,
    Span,
    calendar,
    calendar_units,
    is_count,
    later,
    latest,
    length_of,
)
from semantic_layer import Grain, shift

_IN_ONE = ("ROLLING_SHORT", "SPAN_SHORT", "HALF_YEAR", "HALF_MONTH", "YEAR_AND_HALF")


def _length(found: Found) -> tuple[float, Grain]:
    short = found.get(*_IN_ONE)
    if short is not None and short.grain is not None:
        return short.value, short.grain
    number, fortnight = found.get("NUM"), found.get("FORTNIGHT")
    count = 1 if number is None else number.value
    if found.get("BAN", "COUNTED_HALF") is not None:
        count += 0.5
    return (count * 14, "day") if fortnight is not None else (count, found.grain("UNIT"))


def _rolled(count: float, grain: Grain, today: date) -> DateMention | None:
    """The mention of the last N units; one week is seven days and one year twelve months, as the conventions count."""
    if count == 1 and grain in ("week", "year"):
        count, grain = (7, "day") if grain == "week" else (12, "month")
    days, months = length_of(count, grain)
    if not 0 < count <= MOST or (days is not None and days < 1):
        return None
    units = calendar_units(int(count), grain, today).period if count == int(count) else None
    period = latest(count, grain, today).period
    return DateMention("rolling", period, units, unit=grain, count=count, days=days, months=months)


def _ranked(found: Found) -> DateMention | None:
    """销售额最高的前三个月 and the best 3 months rank months."""
    count, grain = _length(found)
    return DateMention("grain", unit=grain, count=count, asked=True) if found.before("ranked") else None


def rolling(found: Found) -> Meaning:
    """最近90天, over the last three months; 24年以来 is since 2024."""
    count, grain = _length(found)
    of_year = found.pieces[0].symbol in ("NUMBER", "YEAR4") and grain == "year" and count >= 15
    ranked = _ranked(found)
    return ranked or (None if of_year and found.get("ZH_YEAR") else _rolled(count, grain, found.today))


def rolling_hours(found: Found) -> Meaning:
    """Whole days only; the last 5 hours are no period that can be asked for."""
    hours = found.one("NUM").value
    return _rolled(hours / 24, "day", found.today) if hours % 24 == 0 and hours else DateMention("vague")


def length_of_same_unit(found: Found) -> Meaning:
    """Complained in the last 90 days but did not order in the last 30: the unit is that of the other length."""
    mentions = [piece.mention for piece in (*found.earlier, *found.later) if piece.mention is not None]
    units = {one.unit for one in mentions if one.kind == "rolling" and one.unit is not None}
    return _rolled(found.one("NUM").value, units.pop(), found.today) if len(units) == 1 else None


def full_units(found: Found) -> Meaning:
    """The last 3 full months: those that are over; a unit is over when today is its last day."""
    count, grain = found.one("NUM").value, found.grain("FULL_UNIT", "UNIT")
    only_if(is_count(count))
    current, tomorrow = calendar(grain, found.today), found.today + DAY
    over = current.end == tomorrow
    end = current.end if over else current.start
    full = Span(shift(grain, end, -int(count)), end)
    if over or found.get("FULL_UNIT", "WHOLE") is not None:
        return DateMention("period", full.period, unit=grain)
    # the last 3 calendar months, in the middle of one
    with_current = Span(shift(grain, full.start, 1), tomorrow)
    return DateMention("ambiguous", unit=grain, candidates=(full.period, with_current.period))


def coming(found: Found) -> Meaning:
    """The next N units begin tomorrow."""
    count, grain = _length(found)
    tomorrow = found.today + DAY
    only_if(0 < count <= MOST)
    return DateMention("future", Span(tomorrow, later(tomorrow, count, grain)).period, unit=grain, count=count)


def duration(found: Found) -> Meaning:
    """三个月没下单, 7-day activation: a length, and the rolling period of that length.

    One month after the first order is counted from it.
    """
    only_if(not (found.get("NUM") and found.before("nth_of")))
    only_if(found.get("INSIDE") or found.before("within") or not found.after("after_event"))
    count, grain = _length(found)
    days, months = length_of(count, grain)
    ranked = _ranked(found)
    if ranked is not None or not 0 < count <= MOST or (days is not None and days < 1):
        return ranked
    period = latest(count, grain, found.today).period
    return DateMention("duration", period, unit=grain, count=count, days=days, months=months)


def counted_back(found: Found) -> Meaning:
    """从今天往回数20天, the 20 days ending today: as the last 20 days; from another day, those that end with it."""
    day, length = found.get("P_DAY_WORD"), given(given(found.one("DURATION").mention).length)
    last = found.today if day is None else given(day.period(found.today)).start
    if last == found.today:
        return _rolled(*length, found.today)
    return cut(Span(last + DAY, last + DAY).before(*length).period, found.today)


def edge(found: Found) -> Meaning:
    """前三个月, 头三个月, the first 3 months, the nth unit: of what, the second pass knows."""
    nth = found.get("ORD") if found.told("nth") else None
    count, grain = _length(found) if nth is None else (nth.value, found.grain("UNIT"))
    only_if(0 < count <= MOST)
    return DateMention("duration", unit=grain, count=count)
