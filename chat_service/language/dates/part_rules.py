"""Second pass: the first, last and nth units of a period that was named, and parts of fiscal years."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from chat_service.language.dates.grammar import Found, Piece, Rule
from chat_service.language.dates.joined_rules import month_of
from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.partial import DAY, PartialDate, both_ends
from semantic_layer import Grain, Period, add_months, shift, start_of, unit

_MONTH = "(P_MONTH | P_FULL | P_UNIT | P_PRIOR)"
_WHOLE = "(P_YEAR | P_MONTH | P_FULL | P_UNIT | P_PRIOR | P_QUARTER | P_HALF)"
_CONTAINERS = ("P_YEAR", "P_MONTH", "P_FULL", "P_UNIT", "P_PRIOR", "P_QUARTER", "P_HALF")
_IS_LAST = re.compile("(?:in )?(?:the )?(?:last|final)")
_EDGES = "(EDGE_FIRST | EDGE_ROLL | EDGE_LAST | EDGE_NTH)"


def _first_of(found: Found) -> PartialDate | DateMention | None:
    """2025年前三个月, the first 10 days of March, the last 3 months of 2025, the last quarter of 2025."""
    edge = found.one("EDGE_FIRST", "EDGE_ROLL", "EDGE_LAST", "EDGE_NTH", "ROLL")
    whole = found.all(*_CONTAINERS)
    container = next((piece for piece in whole if piece is not edge), None)
    span = None if container is None or container.date is None else both_ends(container.date.resolve(found.today))
    length = edge.mention
    if (
        span is None
        or length is None
        or length.unit is None
        or length.count is None
        or length.count != int(length.count)
    ):
        return None
    if edge.symbol == "ROLL" and not re.match("(?:in |over |during )?(?:the )?last", edge.text):
        return None
    count = int(length.count)
    if (span[1] - span[0]).days <= 1:
        return None  # 6月15日前7天 is not within that day
    if length.unit == "week" and (edge.symbol == "EDGE_NTH" or count == 1):
        return _nth_week(span, count, edge, container)
    if edge.symbol == "EDGE_NTH":
        return _nth_of(span, count, length.unit)
    if edge.symbol in ("EDGE_FIRST", "EDGE_ROLL"):
        period = Period(span[0], min(shift(length.unit, span[0], count), span[1]))
    else:
        period = Period(max(shift(length.unit, span[1], -count), span[0]), span[1])
    assert period.start is not None, "both ends are set"
    if (period.start, period.end) == span and edge.text.startswith("后"):
        return None  # 3月后一个月 is behind it
    whole_unit = unit(length.unit, period.start)
    return PartialDate(fixed=whole_unit if (whole_unit.start, whole_unit.end) == (period.start, period.end) else period)


def _nth_week(
    span: tuple[date, date], count: int, edge: Piece, whole: Piece | None
) -> PartialDate | DateMention | None:
    """The nth week of a year is its ISO week; that of a month, and the last one, can be counted in two ways."""
    if edge.symbol in ("EDGE_LAST", "ROLL"):
        return _last_week(span)
    if whole is not None and whole.date is not None and whole.symbol == "P_YEAR":
        period = replace(whole.date, week=count).resolve(span[0])
        return None if period is None else PartialDate(fixed=period)
    return _nth_of(span, count, "week")


def _last_week(span: tuple[date, date]) -> PartialDate | DateMention:
    end = span[1] - DAY
    if end.isoweekday() != 7:
        return DateMention("ambiguous", unit="week", candidates=(Period(end - 6 * DAY, end + DAY), unit("week", end)))
    return PartialDate(fixed=unit("week", end))


def _nth_weekday(found: Found) -> PartialDate | None:
    """The second Monday of May, 5月最后一个周五."""
    day = found.one("P_WEEKDAY")
    month = next(piece for piece in found.all(*_CONTAINERS) if piece is not day)
    span = None if month.date is None else both_ends(month.date.resolve(found.today))
    weekday = None if day.date is None else day.date.weekday
    number = found.get("ORD", "ORD_ONE")
    last = found.get("FINAL", "FINAL_ONE") is not None or day.text.startswith("last")
    if span is None or weekday is None or (number is None and not last) or (span[1] - span[0]).days < 28:
        return None
    if number is None:
        end = span[1] - DAY
        return PartialDate(fixed=unit("day", end - timedelta(days=(end.isoweekday() - weekday) % 7)))
    first = span[0] + timedelta(days=(weekday - span[0].isoweekday()) % 7)
    found_day = first + timedelta(weeks=int(number.value) - 1)
    return PartialDate(fixed=unit("day", found_day)) if found_day < span[1] else None


def _nth_weekend(found: Found) -> PartialDate | None:
    """The last weekend of June, 6月第一个周末: by its Saturday."""
    month = found.one(*_CONTAINERS)
    span = None if month.date is None else both_ends(month.date.resolve(found.today))
    weekend, number = found.one("DONE", "P_PART"), found.get("ORD", "ORD_ONE")
    is_last = found.get("FINAL", "FINAL_ONE") is not None or weekend.text.startswith("last")
    named = weekend.mention is not None and weekend.mention.weekdays == (6, 7)
    if span is None or (number is None and not is_last) or not (named or weekend.text.endswith("weekend")):
        return None
    first = span[0] + timedelta(days=(6 - span[0].isoweekday()) % 7)
    last = span[1] - DAY - timedelta(days=((span[1] - DAY).isoweekday() - 6) % 7)
    saturday = last if number is None else first + timedelta(weeks=int(number.value) - 1)
    return PartialDate(fixed=Period(saturday, saturday + 2 * DAY)) if saturday < span[1] else None


def _week_of_month(found: Found) -> PartialDate | DateMention | None:
    """3月第一周."""
    span = both_ends(month_of(found, found.one("P_MONTH", "P_FULL", "P_UNIT")))
    week = found.date("P_WEEK").week
    return None if span is None or week is None or week > 5 else _nth_of(span, week, "week")


def _last_unit_of(found: Found) -> PartialDate | DateMention | None:
    """The last quarter of 2025; the last week of a month can be counted in two ways."""
    pieces = found.all(*_CONTAINERS)
    last = next((piece for piece in pieces if piece.symbol == "P_UNIT" and _IS_LAST.match(piece.text)), pieces[0])
    container = next((piece.date for piece in pieces if piece is not last), None)
    span = None if container is None else both_ends(container.resolve(found.today))
    period = None if last.date is None else last.date.fixed
    if span is None or period is None or period.grain is None or not _IS_LAST.match(last.text):
        return None
    return _last_week(span) if period.grain == "week" else PartialDate(fixed=unit(period.grain, span[1] - DAY))


def _nth_of(span: tuple[date, date], count: int, grain: Grain) -> PartialDate | DateMention | None:
    """The nth unit of a period; the nth week of a month can be counted in two ways."""
    if grain == "week":
        by_days = Period(span[0] + timedelta(weeks=count - 1), span[0] + timedelta(weeks=count))
        monday = start_of("week", span[0] + 6 * DAY)
        candidates = (by_days, unit("week", monday, count - 1))
        if by_days.start == candidates[1].start:
            return PartialDate(fixed=candidates[1])
        return DateMention("ambiguous", unit="week", candidates=candidates)
    start = shift(grain, start_of(grain, span[0]), count - 1)
    return PartialDate(fixed=unit(grain, start)) if span[0] <= start < span[1] else None


def _first_of_year(found: Found) -> PartialDate | None:
    """头三个月 and 前三季度 without a year are of this year."""
    length = found.one("EDGE_FIRST").mention
    if length is None or length.unit is None or length.count is None or not re.match("[头开]|前", found.pieces[0].text):
        return None
    if length.unit == "day" or length.count > 12:
        return None
    start = date(found.today.year, 1, 1)
    return PartialDate(fixed=Period(start, shift(length.unit, start, int(length.count))))


def _fiscal_part(found: Found) -> PartialDate | DateMention | None:
    """The first quarter and the first half of a fiscal year begin with it."""
    unset = found.get("FISCAL_UNSET")
    if unset is not None or found.situation.fiscal_year_start is None:
        return DateMention("fiscal_unset", unit="quarter")
    part = found.date("P_QUARTER", "P_HALF")
    year = found.get("P_FISCAL")
    start = found.situation.fiscal_year_start
    months = 3 if part.quarter is not None else 6
    index = (part.quarter or part.half or 1) - 1
    if year is not None and year.date is not None and year.date.fixed is not None and year.date.fixed.start is not None:
        first = add_months(year.date.fixed.start, months * index)
    else:
        first = add_months(date(found.today.year, start, 1), months * index)
        while first > found.today:
            first = add_months(first, -12)
    grain: Grain | None = "quarter" if months == 3 and start % 3 == 1 else None
    return PartialDate(fixed=Period(first, add_months(first, months), grain))


RULES: tuple[Rule, ...] = (
    Rule(
        "first and last of a period",
        f"{_WHOLE} POSS? DE? {_EDGES} | ({_EDGES} | ROLL) (OF | IN) THE? {_WHOLE}",
        "P_FULL",
        _first_of,
        (
            ("2025年前三个月的订单", "2025年前三个月", "period 2025-01-01/2025-04-01"),
            ("the first 10 days of March", "the first 10 days of March", "period 2026-03-01/2026-03-11"),
            ("the last 3 months of 2025", "the last 3 months of 2025", "period 2025-10-01/2026-01-01"),
        ),
    ),
    Rule(
        "nth weekday of a month",
        f"THE? (ORD | ORD_ONE | FINAL) P_WEEKDAY (OF | IN) THE? {_WHOLE} | P_WEEKDAY (OF | IN) THE? {_WHOLE} | "
        f"{_WHOLE} POSS? DE? (ORD | ORD_ONE | FINAL_ONE | FINAL) P_WEEKDAY",
        "P_FULL",
        _nth_weekday,
        (
            ("orders on the second Monday of May", "on the second Monday of May", "period 2026-05-11/2026-05-12 day"),
            ("5月最后一个周五的订单", "5月最后一个周五", "period 2026-05-29/2026-05-30 day"),
        ),
        ("5月的周一", "the sixth Monday of May"),
    ),
    Rule(
        "nth weekend of a month",
        f"THE? (ORD | FINAL)? (DONE | P_PART) (OF | IN) THE? {_WHOLE} | "
        f"{_WHOLE} POSS? DE? (ORD | ORD_ONE | FINAL_ONE | FINAL) GE? DONE",
        "P_FULL",
        _nth_weekend,
        (
            ("the last weekend of June", "the last weekend of June", "period 2026-06-27/2026-06-29"),
            ("6月第一个周末的订单", "6月第一个周末", "period 2026-06-06/2026-06-08"),
        ),
        ("weekends in June",),
    ),
    Rule(
        "week of a month",
        f"{_MONTH} DE? P_WEEK",
        "P_FULL",
        _week_of_month,
        (("3月第一周的订单", "3月第一周", "ambiguous week 2026-03-01/2026-03-08 2026-03-02/2026-03-09"),),
    ),
    Rule(
        "last unit of a period",
        f"P_UNIT (OF | IN) THE? {_WHOLE} | {_WHOLE} POSS P_UNIT",
        "P_FULL",
        _last_unit_of,
        (("the last quarter of 2025", "the last quarter of 2025", "period 2025-10-01/2026-01-01 quarter"),),
    ),
    Rule(
        "first of this year",
        "EDGE_FIRST",
        "P_FULL",
        _first_of_year,
        (("前三季度的毛利", "前三季度", "period 2026-01-01/2026-07-01"),),
        ("首单后第3个月",),
    ),
    Rule(
        "part of a fiscal year",
        "(P_FISCAL | FISCAL_UNSET) POSS? DE? (P_QUARTER | P_HALF) | "
        "(P_QUARTER | P_HALF) (OF | IN)? THE? (P_FISCAL | FISCAL_UNSET) | FISCAL_WORD (P_QUARTER | P_HALF)",
        "P_UNIT",
        _fiscal_part,
        (("FY25 Q1 revenue", "FY25 Q1", "fiscal_unset quarter"),),
    ),
)
