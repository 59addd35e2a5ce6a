"""Makers of dates that are counted from today: calendar units, days, weekdays and weekends near it, so long ago."""

from __future__ import annotations

from datetime import date

from chat_service.language.dates.grammar import GAP, Found, Meaning, given, only_if
from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.named import year
from chat_service.language.dates.partial import PartialDate, part_of
from chat_service.language.dates.span import DAY, MOST, Span, calendar, is_count, latest
from semantic_layer import Grain, Period


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


def unit_with_parts(found: Found) -> Meaning:
    """The first half of the year; which day of the month asks for a part of every month."""
    grain, parts = found.grain("COUNTED"), [piece.symbol for piece in found.earlier[1:4]]
    if found.earlier[0].symbol == "BY_END":
        return PartialDate(fixed=calendar(grain, found.today))
    named = len(parts) > 1 and parts[0] in ("COUNTED", "HALF", "HALF_ORDINAL") and not {"WHICH", "EVERY"} & set(parts)
    return _units_away(0, grain, found.today) if named else None


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


def between_ago(found: Found) -> Meaning:
    """30 to 60 days ago: from the one day to the other."""
    grain, counts = found.grain("LENGTH_UNIT"), sorted(piece.value for piece in found.all("NUM"))
    only_if(found.joins)
    only_if(all(count == int(count) <= MOST for count in counts))
    last, first = (given(_units_away(-int(count), grain, found.today).resolve(found.today)) for count in counts)
    return DateMention("period", Period(first.start, last.end))


def _until_then(found: Found, count: float) -> Period:
    """What is not within the last N units."""
    only_if(is_count(count))
    return Period(None, latest(count, found.grain("LENGTH_UNIT"), found.today).start)


def longer_ago(found: Found) -> Meaning:
    """超过30天前, 30多天前, more than 30 days ago: everything before that day."""
    amount, count = found.get("AMOUNT"), found.one("NUM", "AMOUNT").value
    only_if(found.before("more") if amount is None else amount.begins("rather_more"))
    return DateMention("open", _until_then(found, count))


def ago_or_before(found: Found) -> Meaning:
    """30天以前 is all before the last 30 days, 30天之前 can be that day; 24年以前 is before 2024, 24年前 can be."""
    count, grain = found.one("NUM").value, found.grain("LENGTH_UNIT")
    only_if(count == int(count) <= MOST)
    is_day = found.get("QIAN") is not None
    named = year(found) if grain == "year" else None
    if named is not None and named.year is not None:
        before = Period(None, date(named.year, 1, 1))
        if not is_day or count > 1000:
            return DateMention("open", before)
        that = calendar("year", found.today, -int(count)).period
        return DateMention("ambiguous", unit="year", candidates=(before, that))
    only_if(not is_day)
    until, day = _until_then(found, count), _units_away(-int(count), grain, found.today).resolve(found.today)
    if not found.one("BEFORE_POST").begins("before_then") or day is None:
        return DateMention("open", until)
    return DateMention("ambiguous", unit=day.grain, candidates=(day.period, until))
