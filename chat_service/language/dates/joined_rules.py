"""Second pass: dates that stand together become one. A year and a part of it, a month and a part of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from chat_service.language.dates.grammar import Found, Piece, Rule
from chat_service.language.dates.lengths import rolling
from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.partial import DAY, PartialDate, both_ends, days_code, days_of_month, in_part, is_end
from chat_service.language.dates.words import HOLIDAY_DECIMALS
from semantic_layer import Period, add_months, unit

# what can follow a number that leaves its unit to the length said before
_UNSAID = re.compile(r" ?(?:$|[,.;:?!、。]|(?:and|but|or|who|that|yet|while)\b|[又且而并但也没未无不有曾])")
_MONTH = "(P_MONTH | P_FULL | P_UNIT | P_PRIOR)"
# words that name a part of a year without its length
_WIDE = frozenset(("early", "mid", "late", "the latter part of", "the late part of", "the early part of"))


def _in_year(found: Found) -> PartialDate | None:
    """去年3月, March 2026, Q4 last year, Christmas 2024."""
    year = found.date("P_YEAR").year
    decimal = found.get("HOLIDAY_DECIMAL")
    part = PartialDate(holiday=HOLIDAY_DECIMALS[decimal.text]) if decimal else found.date("P_SUB")
    if year is None or part.year_named:
        return None
    dated = replace(part, year=year)
    return dated if dated.in_year(year) is not None else None


def _near(found: Found) -> PartialDate | None:
    """this March is of this year; last March and last Christmas are the latest that are over; next March is to come."""
    which = found.one("LAST", "THIS", "NEXT", "PAST")
    part = found.date("P_SUB")
    if part.year_named or (which.symbol == "PAST" and not which.text.isascii()):
        return None
    years = {"THIS": (0,), "NEXT": (0, 1)}.get(which.symbol, (0, -1, -2))
    for year in years:
        span = both_ends(part.in_year(found.today.year + year))
        if span is None:
            continue
        begun, over = span[0] <= found.today, span[1] <= found.today + DAY
        if (
            which.symbol == "THIS"
            or (which.symbol == "NEXT" and not begun)
            or (which.symbol in ("LAST", "PAST") and over)
        ):
            return replace(part, year=found.today.year + year)
    return None


def _same_unit(found: Found) -> DateMention | None:
    """Complained in the last 90 days but did not order in the last 30: the unit is that of the other length."""
    units = {
        piece.mention.unit
        for piece in (*found.earlier, *found.later)
        if piece.mention is not None and piece.mention.kind == "rolling" and piece.mention.unit is not None
    }
    if len(units) != 1 or not _UNSAID.match(found.after()):
        return None
    return rolling(found.one("NUM").value, units.pop(), found.today)


def month_of(found: Found, piece: Piece) -> Period | None:
    """The month that a piece stands for, if it is a month and no part of one."""
    meaning = piece.date
    if meaning is None or meaning.day is not None or meaning.days is not None:
        return None
    if meaning.month is None and (meaning.fixed is None or meaning.fixed.grain != "month"):
        return None
    return meaning.resolve(found.today)


def _part_of_month(found: Found) -> PartialDate | DateMention | None:
    """6月上旬, 上个月中旬, early June, the end of last month; 去年底 and the end of 2025 are December."""
    part = found.one("PART", "PART_OF_MONTH", "PART_SUFFIX", "MID_YEAR", "EARLY", "END_OF")
    piece = found.one("P_MONTH", "P_QUARTER", "P_UNIT", "P_FULL", "P_PRIOR", "P_YEAR", "P_TO_DATE")
    assert piece.date is not None, "pieces of dates carry one"
    if piece.symbol == "P_YEAR":
        return _edge_of_year(piece.date, part, found)
    quarter = _last_month_of_quarter(piece, part, found)
    if quarter is not None:
        return quarter
    if piece.date.month is not None and piece.date.day is None and piece.date.days is None:
        year = found.get("P_YEAR")
        dated = piece.date if year is None or year.date is None else replace(piece.date, year=year.date.year)
        return in_part(dated, part.value)
    period = piece.date.resolve(found.today)
    if part.symbol == "EARLY" and period is not None and period.grain in ("week", "day"):
        return DateMention("vague")
    month = month_of(found, piece)
    at_end = is_end(part.value)
    return None if month is None else PartialDate(fixed=days_of_month(month, days_code(part.value)), at_end=at_end)


def _edge_of_year(year: PartialDate, part: Piece, found: Found) -> PartialDate | DateMention | None:
    """The beginning of 2025 is January, its end December; how long early, mid and late 2025 are, nothing says."""
    if part.symbol in ("PART", "PART_OF_MONTH"):
        return None
    months = {110: 1, 2131: 12}.get(int(part.value))
    if part.text in _WIDE or months is None:
        spans = {110: ((1, 1), (1, 3)), 1120: ((6, 6), (5, 8)), 2100: ((12, 12), (10, 12))}[_end_code(part.value)]
        named = _months_of_year(year, spans, found)
        return DateMention("ambiguous", unit="month", candidates=named) if named else None
    return replace(year, month=months, at_end=months == 12)


def _end_code(code: float) -> int:
    return 2100 if is_end(code) else int(code)


def _months_of_year(year: PartialDate, spans: tuple[tuple[int, int], ...], found: Found) -> tuple[Period, ...]:
    """From month to month of that year, each cut at today."""
    if year.year is None:
        return ()
    ends = [(date(year.year, first, 1), add_months(date(year.year, last, 1), 1)) for first, last in spans]
    begun = [Period(start, min(end, found.today + DAY)) for start, end in ends if start <= found.today]
    return tuple(dict.fromkeys(begun))


def _last_month_of_quarter(piece: Piece, part: Piece, found: Found) -> PartialDate | None:
    """The end of Q1 is March, as the end of a year is December."""
    assert piece.date is not None, "pieces of dates carry one"
    period = piece.date.resolve(found.today)
    if period is None or period.grain != "quarter" or period.start is None or int(part.value) not in (110, 2131):
        return None
    first = period.start if int(part.value) == 110 else add_months(period.start, 2)
    return PartialDate(fixed=unit("month", first), at_end=int(part.value) == 2131)


def _part_of_this_month(found: Found) -> PartialDate | None:
    part = found.one("PART", "PART_OF_MONTH", "EARLY", "END_OF", "START_OF")
    unit_word = found.get("COUNTED")
    month = unit("month", found.today)
    if unit_word is not None and unit_word.grain != "month":
        return None
    return PartialDate(fixed=days_of_month(month, days_code(part.value or 110)), at_end=is_end(part.value))


def _half_of_month(found: Found) -> PartialDate | None:
    """The first half of June is its days 1 to 15."""
    half = found.date("P_HALF").half
    piece = found.one("P_MONTH", "P_FULL", "P_UNIT", "P_PRIOR")
    month = month_of(found, piece)
    if half is None or month is None or piece.date is None:
        return None
    days = (1, 15) if half == 1 else (16, 0)
    return replace(piece.date, days=days) if piece.date.month else PartialDate(fixed=days_of_month(month, days))


def _day_of_month(found: Found) -> PartialDate | None:
    """上个月15号, the 15th of last month."""
    month = both_ends(month_of(found, found.one("P_UNIT", "P_PRIOR", "P_FULL", "P_MONTH")))
    day = found.date("P_DOM").day
    if month is None or day is None:
        return None
    dated = PartialDate(year=month[0].year, month=month[0].month, day=day)
    return dated if dated.in_year(month[0].year) is not None else None


def _day_of_week(found: Found) -> PartialDate | None:
    """上个星期的周三, last week's Wednesday."""
    week = found.date("P_UNIT", "P_PRIOR", "P_WEEK", "P_FULL").resolve(found.today)
    day = found.date("P_WEEKDAY").weekday
    if week is None or week.grain != "week" or week.start is None or day is None:
        return None
    return PartialDate(fixed=unit("day", week.start + timedelta(days=day - 1)))


def _unit_in_year(found: Found) -> PartialDate | DateMention | None:
    """去年今天, this month last year: that day or month in that year; weeks of years do not match."""
    now = found.date("P_DAY_WORD", "P_UNIT").fixed
    year = found.date("P_YEAR").year
    if now is None or now.start is None or now.grain is None or year is None or not now.start <= found.today:
        return None
    if now.end is not None and now.end <= found.today:
        return None  # 去年上个月
    if now.grain == "week":
        return DateMention("vague")
    return PartialDate(fixed=unit(now.grain, add_months(now.start, 12 * (year - now.start.year))))


def _year_of_neighbour(found: Found) -> PartialDate | None:
    """2025年3月和4月, March and April 2025: the year of one holds for the other, where that is not to come."""
    part = found.date("P_SUB")
    if part.year_named:
        return None
    sides = ((found.earlier, True, ("AND", "COMMA", "VS", "BI")), (found.later, False, ("AND", "COMMA")))
    for pieces, is_earlier, joints in sides:
        if not pieces or pieces[0].symbol not in joints:
            continue
        named = next((one for one in pieces if one.date is not None and one.date.year_named), None)
        # only English puts the year behind both
        if named is None or named.date is None or (not is_earlier and not named.text.isascii()):
            continue
        dated = replace(part, year=named.date.year)
        period = None if dated.year is None else dated.in_year(dated.year)
        if _kind(named.date) == _kind(part) and period is not None and dated != named.date:
            return dated if period.start is not None and period.start <= found.today else None
    return None


def _kind(date: PartialDate) -> tuple[bool, ...]:
    return (
        date.month is not None,
        date.quarter is not None,
        date.half is not None,
        date.week is not None,
        date.day is not None,
    )


RULES: tuple[Rule, ...] = (
    Rule(
        "length of the same unit",
        "(IN | A)? THE? LATEST NUM",
        "ROLL",
        _same_unit,
        (
            (
                "complained in the last 90 days, no order in the last 30",
                "in the last 30",
                "rolling 2026-06-01/2026-07-01 30 day",
            ),
            ("最近90天投诉过、近30没下单", "近30", "rolling 2026-06-01/2026-07-01 30 day"),
        ),
        ("the last 3 orders", "近90天最近3次下单"),
    ),
    Rule(
        "part of a year",
        "P_YEAR POSS? DE? COMMA? (P_SUB | HOLIDAY_DECIMAL) | P_SUB POSS? (DASH | OF | IN | COMMA)? THE? P_YEAR",
        "P_FULL",
        _in_year,
        (
            ("今年618当天卖了多少", "今年618当天", "period 2026-06-18/2026-06-19 day"),
            ("2025年第三季度的毛利", "2025年第三季度", "period 2025-07-01/2025-10-01 quarter"),
            ("去年下半年的新客", "去年下半年", "period 2025-07-01/2026-01-01"),
            ("second half of last year", "second half of last year", "period 2025-07-01/2026-01-01"),
            ("换成去年四季度", "去年四季度", "period 2025-10-01/2026-01-01 quarter"),
            ("orders in March, 2026", "in March, 2026", "period 2026-03-01/2026-04-01 month"),
            ("Average order value on Singles' Day 2019", "on Singles' Day 2019", "period 2019-11-11/2019-11-12 day"),
            ("last year's Black Friday", "last year's Black Friday", "period 2025-11-28/2025-11-29 day"),
        ),
        ("去年销售额排名前五",),
    ),
    Rule(
        "near part of a year",
        "(LAST | THIS | NEXT | PAST) P_SUB",
        "P_FULL",
        _near,
        (
            ("orders last March", "last March", "period 2026-03-01/2026-04-01 month"),
            ("last Christmas", "last Christmas", "period 2025-12-25/2025-12-26 day"),
        ),
    ),
    Rule(
        "part of a month",
        f"{_MONTH} POSS? DE? (PART | PART_OF_MONTH | PART_SUFFIX) | (P_YEAR | P_QUARTER) (PART_SUFFIX | MID_YEAR) | "
        f"(EARLY | END_OF) (IN | DASH)? THE? (P_MONTH (COMMA | OF)? P_YEAR | P_MONTH | P_QUARTER | P_FULL | P_UNIT | "
        f"P_PRIOR | P_YEAR)",
        "P_FULL",
        _part_of_month,
        (
            ("6月的上旬的订单", "6月的上旬", "period 2026-06-01/2026-06-11"),
            ("sales in mid-June", "in mid-June", "period 2026-06-11/2026-06-21"),
            ("late May orders", "late May", "period 2026-05-21/2026-06-01"),
            ("customers at the end of March 2025", "the end of March 2025", "period 2025-03-21/2025-04-01"),
            ("去年底的会员数", "去年底", "period 2025-12-01/2026-01-01 month"),
            ("3月的上半月的订单", "3月的上半月", "period 2026-03-01/2026-03-16"),
        ),
        ("end of the year",),
    ),
    Rule(
        "part of this month",
        "PART | PART_OF_MONTH | (EARLY | END_OF) THE? COUNTED | START_OF COUNTED",
        "P_PART",
        _part_of_this_month,
        (
            ("月初的订单", "月初", "period 2026-06-01/2026-06-11"),
            ("中旬的订单", "中旬", "period 2026-06-11/2026-06-21"),
        ),
        ("end of the year",),
    ),
    Rule(
        "half of a month",
        f"P_HALF OF? THE? {_MONTH}",
        "P_FULL",
        _half_of_month,
        (("first half of June", "first half of June", "period 2026-06-01/2026-06-16"),),
    ),
    Rule(
        "day of a near month",
        f"{_MONTH} POSS? DE? P_DOM | P_DOM OF THE? {_MONTH}",
        "P_FULL",
        _day_of_month,
        (("上个月15号的订单", "上个月15号", "period 2026-05-15/2026-05-16 day"),),
    ),
    Rule(
        "day of a named week",
        "(P_UNIT | P_PRIOR | P_WEEK | P_FULL) POSS? DE? P_WEEKDAY",
        "P_FULL",
        _day_of_week,
        (("last week's Wednesday", "last week's Wednesday", "period 2026-06-24/2026-06-25 day"),),
    ),
    Rule(
        "day in another year",
        "P_YEAR DE? (P_DAY_WORD | P_UNIT) | (P_DAY_WORD | P_UNIT) (OF | IN)? P_YEAR",
        "P_FULL",
        _unit_in_year,
        (
            ("去年今天的订单", "去年今天", "period 2025-06-30/2025-07-01 day"),
            ("revenue this month last year", "this month last year", "period 2025-06-01/2025-07-01 month"),
        ),
        ("this month vs last year",),
    ),
)

# Between the second and the third pass, when the dates stand.
YEARS_CARRIED: tuple[Rule, ...] = (
    Rule(
        "year of a neighbour",
        "P_SUB",
        "P_FULL",
        _year_of_neighbour,
        (
            ("2025年3月和4月的退款率", "4月", "period 2025-04-01/2025-05-01 month"),
            ("March and April 2025", "March", "period 2025-03-01/2025-04-01 month"),
        ),
        ("2025年的销售额和3月的订单",),
    ),
)
