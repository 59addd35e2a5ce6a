"""Makers of what is not a period: groupings by time, filters on the weekday, comparisons by name, fiscal years."""

from __future__ import annotations

from datetime import date

from chat_service.language.dates.grammar import Found, Meaning, only_if
from chat_service.language.dates.mention import Against, DateMention
from chat_service.language.dates.partial import PartialDate
from chat_service.language.dates.span import Span, calendar
from chat_service.language.dates.written import full_year
from semantic_layer import Grain, add_months

_QUARTERS_BEGIN = (1, 4, 7, 10)


def weekdays(found: Found) -> Meaning:
    """On Mondays and Fridays."""
    return DateMention("weekday_filter", weekdays=tuple(sorted(set(_days(found)))))


def working_week(found: Found) -> Meaning:
    """周一到周五: the working days, not a range of dates."""
    only_if(_days(found) == [1, 5])
    return DateMention("weekday_filter", weekdays=(1, 2, 3, 4, 5))


def _days(found: Found) -> list[int]:
    return [int(piece.value) for piece in found.all("WEEKDAY", "WEEKDAYS", "WEEKDAY_SHORT")]


def same_period(found: Found) -> Meaning:
    """去年同期, the same month a year ago: a year earlier; 上月同期: the period before; 2024年同期: of that year."""
    word, number = found.get("YEAR_WORD"), found.get("NUM", "YEAR4")
    if found.get("YEAR_AGO") is not None or (word is not None and word.value == -1):
        return DateMention("comparison", against="year")
    if word is not None or number is not None:
        said = int((word or found.one("NUM", "YEAR4")).value)
        named = found.today.year + said if word is not None else full_year(said)
        only_if(2000 <= named <= 2099)
        return DateMention("same_period", calendar("year", date(named, 1, 1)).period, unit="year")
    grains = [piece.grain for piece in found.pieces if piece.grain is not None]
    grain = grains[-1] if found.get("SAME", "THIS") is not None else grains[0]
    against: Against = "year" if grain == "year" else "previous"
    return DateMention("comparison", against=against, unit=None if grain == "year" else grain)


def unit_before(found: Found) -> Meaning:
    """前一个月, the month before: resolved against the main period; `period` is before the current one."""
    grain = found.grain("UNIT", "DAY_BEFORE")
    return DateMention("relative_previous", calendar(grain, found.today, -1).period, unit=grain)


def running_unit(found: Found) -> Meaning:
    """全年, the latest month, since the start of the year: the unit that is running."""
    grain = found.grain("WHOLE_UNIT", "UNIT")
    return DateMention("period", calendar(grain, found.today).period, unit=grain)


def fiscal_year(found: Found) -> Meaning:
    """The fiscal year that holds today, so many before it, or by its number: that of the year in which it ends."""
    start = found.situation.fiscal_year_start
    if start is None:
        return DateMention("fiscal_unset", unit="year")
    label = found.get("FISCAL_LABEL", "NUM", "YEAR_SHORT", "ORD")
    year = found.today.year - (found.today.month < start) + found.offset
    if label is not None:
        year = full_year(int(label.value)) - (start != 1)
    only_if(1990 <= year <= 2098)
    first = date(year, start, 1)
    return PartialDate(fixed=Span(first, add_months(first, 12), "year" if start == 1 else None))


def fiscal_quarter(found: Found) -> Meaning:
    """The quarter of the fiscal year that holds today, or so many from it."""
    start = found.situation.fiscal_year_start
    if start is None:
        return DateMention("fiscal_unset", unit="quarter")
    first = add_months(found.today.replace(day=1), 3 * found.offset - (found.today.month - start) % 3)
    return PartialDate(fixed=Span(first, add_months(first, 3), "quarter" if start in _QUARTERS_BEGIN else None))


def fiscal_part(found: Found) -> Meaning:
    """The first quarter and the first half of a fiscal year begin with it."""
    start, part = found.situation.fiscal_year_start, found.date("P_QUARTER", "P_HALF")
    if start is None or found.get("FISCAL_UNSET") is not None:
        return DateMention("fiscal_unset", unit="quarter")
    months = 3 if part.quarter is not None else 6
    index, year = (part.quarter or part.half or 1) - 1, found.get("P_FISCAL")
    if year is not None and year.date is not None and year.date.fixed is not None:
        first = add_months(year.date.fixed.start, months * index)
    else:
        first = add_months(date(found.today.year, start, 1), months * index)
        while first > found.today:
            first = add_months(first, -12)
    grain: Grain | None = "quarter" if months == 3 and start in _QUARTERS_BEGIN else None
    return PartialDate(fixed=Span(first, add_months(first, months), grain))
