"""Makers of comparisons, with the date that they compare with, and of what else is no period: filters on the weekday,
fiscal years. Every date left becomes a mention.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from chat_service.language.dates.grammar import Found, Meaning, Piece, given, is_any, only_if
from chat_service.language.dates.mention import Against, DateMention
from chat_service.language.dates.partial import PartialDate
from chat_service.language.dates.span import Span, calendar
from chat_service.language.dates.written import full_year
from semantic_layer import Grain, add_months

_NAMED_BEFORE = frozenset(("relative unit", "year word", "ago", "a year ago"))
_BOUNDED = frozenset(("period", "rolling", "open", "ambiguous"))


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


def period(found: Found) -> Meaning:
    """A single date. A calendar unit keeps its full length; what is none is cut at today.

    Previous beside a period that is named, or in a comparison, is the one before that period.
    """
    piece = found.one("P")
    date, span = given(piece.date), found.span("P")
    if piece.rules[-1] == "previous unit" and _is_beside_another(found):
        return DateMention("relative_previous", span.period, unit=span.grain)
    future = span.start > found.today
    named = span.period if future or span.grain is not None else span.period.cut_after(found.today)
    month = date.month if not date.year_named and date.day is None and date.days is None else None
    mention = DateMention("period", named, unit=span.grain, month=month, year_named=date.year_named)
    return replace(mention, kind="future") if future else mention


def _is_beside_another(found: Found) -> bool:
    before = found.around[: found.at]
    if is_any("COMPARING", before[-3:]) or any(piece.symbol in ("BI", "DIFFERS") for piece in found.later[:2]):
        return True
    return any(
        piece.date is not None or (piece.mention is not None and piece.mention.period is not None) for piece in before
    )


def _unit_before(piece: Piece, found: Found) -> DateMention:
    """较上月, vs last month: the unit before; 比去年 and vs last year: a year earlier."""
    span = given(piece.period(found.today))
    grain: Grain = given(span.grain)
    only_if(_NAMED_BEFORE.intersection(piece.rules) and span == calendar(grain, found.today, -1))
    return DateMention(
        "comparison", span.period, unit=span.grain, against="year" if span.grain == "year" else "previous"
    )


def against_last_one(found: Found) -> Meaning:
    """More this month than last, this year vs last: the unit is that of the time named before."""
    spans = (p.period(found.today) for p in found.earlier if p.date is not None and _NAMED_BEFORE & {*p.rules})
    grain = next((span.grain for span in spans if span is not None and span.grain is not None), None)
    if grain is None:
        return None
    before = calendar(grain, found.today, -1).period
    return DateMention("comparison", before, unit=grain, against="year" if grain == "year" else "previous")


def against_unit_before(found: Found) -> Meaning:
    """这周的订单比上周多吗, revenue vs last month; 上个月和去年 compares nothing."""
    only_if(found.get("VERSUS_WORD", "CHANGE_VS", "DIFFERS"))
    return _unit_before(found.one("P_UNIT", "P_YEAR", "P_DAY_WORD"), found)


def compared(found: Found) -> Meaning:
    """A comparison with the words around it that say so (vs, 跟…比)."""
    return found.one("COMPARE", "COMPARE_WITH").mention


def against_time_before(found: Found) -> Meaning:
    """最近30天和之前30天比, vs the previous 90 days: as long a time right before."""
    piece = found.one("ROLL", "EDGE_ROLL", "DURATION")
    only_if(found.get("BEFORE_POST") or piece.symbol == "EDGE_ROLL" or found.says("prior"))
    only_if(found.get("VERSUS_WORD", "DIFFERS"))
    mention = given(piece.mention)
    return DateMention("comparison", against="previous", unit=mention.unit, count=mention.count)


def joining(found: Found) -> Meaning:
    """compare May with April; the difference between May and April; how did sales change from March to April."""
    changing = found.near("changing", behind=False)
    said = (
        changing if found.pieces[0].symbol == "TO" else found.near("compared", behind=False) or found.near("differing")
    )
    only_if(said)
    return DateMention("versus")


def with_compared(found: Found) -> Meaning:
    """4月的投诉量跟3月比; a question that begins with `and` goes on from the one before."""
    only_if(not found.says("just_and") or found.fstart > 0)
    return DateMention("versus")


def bound_left_over(found: Found) -> Meaning:
    """A word that bounds or divides the time beside it and that no rule could read: asked about, never dropped."""
    only_if(given(found.one("DATED").mention).kind in _BOUNDED)
    return DateMention("vague")
