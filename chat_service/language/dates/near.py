"""Makers of times that are counted from today: calendar units and days near it, so long ago, lengths of time."""

from __future__ import annotations

from datetime import date

from chat_service.language.dates.grammar import GAP, Found, Meaning, given, only_if
from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.named import year
from chat_service.language.dates.partial import PartialDate, part_of
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
from semantic_layer import Grain, Period

_YEARS = 15  # 15年 and more is the year 2015
_IN_ONE = ("ROLLING_SHORT", "SPAN_SHORT", "HALF_YEAR", "HALF_MONTH", "YEAR_AND_HALF")


def _units_away(offset: int, grain: Grain, today: date) -> PartialDate:
    return (
        PartialDate(year=today.year + offset) if grain == "year" else PartialDate(fixed=calendar(grain, today, offset))
    )


def near(found: Found) -> Meaning:
    """上个月, this week, yesterday, 前年: a calendar unit so many units from the current one; years too if `fixed`."""
    grain = next(piece.grain for piece in found.pieces if piece.grain is not None)
    if found.told("fixed"):
        return PartialDate(fixed=calendar(grain, found.today, found.offset))
    return _units_away(found.offset, grain, found.today)


def previous_unit(found: Found) -> Meaning:
    """前一周 is last week; 活动前一周 is a week before something that no calendar has."""
    before = next((piece.symbol for piece in found.earlier if piece.symbol != "HOLIDAY_TAIL"), GAP)
    return DateMention("vague") if before == GAP and found.before("event") else near(found)


def half_year(found: Found) -> Meaning:
    """上个半年: January to June or July to December; the last half could be the six months up to today."""
    index = 2 * found.today.year + (found.today.month > 6) + found.offset
    return PartialDate(year=index // 2, half=index % 2 + 1)


def year_to_date(found: Found) -> Meaning:
    """年初至今 is this year; 2025年初至今 begins with that one."""
    number = found.get("NUM")
    if number is None or number.value == found.today.year:
        return PartialDate(fixed=calendar("year", found.today))
    named = given(given(year(found)).year)
    only_if(named <= found.today.year)
    return DateMention("open", Period(date(named, 1, 1), found.today + DAY))


def weekday(found: Found) -> Meaning:
    """上周三 and Wednesday last week are of last week; 周三 and last Wednesday are the latest one before today."""
    day, which = int(found.one("WEEKDAY", "WEEKDAY_SHORT").value), found.get("WHICH_ONE")
    if found.get("COUNTED") is None and (which is None or which.begins("last")):
        return PartialDate(weekday=day)
    return PartialDate(fixed=calendar("day", calendar("week", found.today, found.offset).start, day - 1))


def weekend(found: Found) -> Meaning:
    """Saturday and Sunday of that week; of the one before where it is just gone."""
    which = found.get("LAST", "THIS", "NEXT", "LAST_LAST", "PAST", "PRIOR")
    weeks = -1 if which is None or which.symbol == "PAST" else int(which.value)
    monday = calendar("week", found.today, weeks).start
    return PartialDate(fixed=Span(monday + 5 * DAY, monday + 7 * DAY))


def part_of_near_month(found: Found) -> Meaning:
    """上月底."""
    return part_of(calendar("month", found.today, found.offset), found.one("PART_OF_MONTH").value)


# --- so long ago ---


def ago(found: Found) -> Meaning:
    """N天前 is that day, N个月前 that calendar month, N年前 that calendar year."""
    number = found.get("NUM", "COUPLE", "SPAN_SHORT", "HALF_YEAR")
    count = 1 if number is None else number.value
    whole = count == int(count) and count <= MOST
    return _units_away(-int(count), found.grain("UNIT", "SPAN_SHORT", "HALF_YEAR"), found.today) if whole else None


def longer_ago(found: Found) -> Meaning:
    """超过30天前, 30天以前, more than 30 days ago: everything before that day; 30天之前 can be the day as well."""
    amount, unit, behind = found.get("AMOUNT"), found.grain("LENGTH_UNIT"), found.get("BEFORE_POST")
    count = (amount or found.one("NUM")).value
    is_longer = found.before("more") if amount is None else amount.begins("rather_more")
    only_if(is_count(count) and (unit != "year" or count < _YEARS) and (is_longer or behind))
    if not is_longer and given(behind).begins("before_then"):
        return DateMention("vague")
    return DateMention("open", Period(None, latest(count, unit, found.today).start))


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


def length_of_same_unit(found: Found) -> Meaning:
    """Complained in the last 90 days but did not order in the last 30: the unit is that of the other length."""
    mentions = [piece.mention for piece in (*found.earlier, *found.later) if piece.mention is not None]
    units = {one.unit for one in mentions if one.kind == "rolling" and one.unit is not None}
    return _rolled(found.one("NUM").value, units.pop(), found.today) if len(units) == 1 else None


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
