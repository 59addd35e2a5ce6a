"""Third pass: ranges and half-open periods between dates. Ranges are cut at today; what begins after today is
future.
"""

from __future__ import annotations

import re
from dataclasses import replace

from chat_service.language.dates.grammar import Found, Piece, Rule
from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.partial import DAY, PartialDate, date_range
from semantic_layer import Period, unit

# How did sales change from March to April: two periods, not one.
CHANGED = re.compile(
    r"\b(?:chang|ris|rose|grow|grew|increas|decreas|drop|fell|fall|declin|improv|differ|jump|shift)\w* "
    r"(?:[a-z]+ ){0,2}$"
)


def _dates(found: Found) -> list[Piece]:
    return found.all("P")


def _cut(period: Period, found: Found, *, kind: str = "period", year_named: bool = True) -> DateMention | None:
    """No range reaches past the end of today."""
    tomorrow = found.today + DAY
    if period.start is not None and period.start >= tomorrow:
        return DateMention("future", period, year_named=year_named)
    end = period.end
    if end is None or end > tomorrow:
        end = tomorrow
    cut = Period(period.start, end)
    return DateMention("open" if kind == "open" else "period", cut, year_named=year_named)


def _range(found: Found) -> DateMention | None:
    first, last = (piece.date for piece in _dates(found)[:2])
    if first is None or last is None:
        return None
    before = found.before(40)
    if CHANGED.search(
        before if found.get("FROM") is not None else before.removesuffix("from ") if before.endswith("from ") else ""
    ):
        return None
    period = date_range(first, last, found.today)
    return None if period is None else _cut(period, found, year_named=first.year_named or last.year_named)


def _number_range(found: Found) -> DateMention | None:
    """1到3月, 2025年1-3月: the number is of the kind of the date behind it."""
    number = found.one("NUM").value
    *years, last = (piece.date for piece in _dates(found))
    if last is None or number != int(number):
        return None
    first = _of_kind(int(number), last)
    if first is None:
        return None
    if years and years[0] is not None:
        if last.year_named:
            return None
        first, last = replace(first, year=years[0].year), replace(last, year=years[0].year)
    period = date_range(first, last, found.today)
    return None if period is None else _cut(period, found, year_named=first.year_named or last.year_named)


def _of_kind(number: int, date: PartialDate) -> PartialDate | None:
    if date.fixed is not None or date.holiday is not None or date.days is not None or date.weekday is not None:
        return None
    if date.day is not None and date.month is None:
        return PartialDate(day=number) if 1 <= number <= 31 else None
    if date.day is None and date.month is not None:
        return PartialDate(year=date.year, month=number) if 1 <= number <= 12 else None
    if date.quarter is not None:
        return PartialDate(year=date.year, quarter=number) if 1 <= number <= 4 else None
    if date.week is not None:
        return PartialDate(year=date.year, week=number) if 1 <= number <= 53 else None
    if date.year is not None and date.half is None and 1990 <= number <= 2099:
        return PartialDate(year=number)
    return None


def _day_range(found: Found) -> DateMention | None:
    """March 1 to 15, March 1-15, 2026."""
    first, *rest = (piece.date for piece in _dates(found))
    last = found.all("NUM", "ORD")[-1]
    if first is None or first.day is None or last.value != int(last.value) or not first.day < last.value <= 31:
        return None
    if rest and rest[0] is not None:
        first = replace(first, year=rest[0].year)
    period = date_range(first, PartialDate(day=int(last.value)), found.today)
    return None if period is None else _cut(period, found, year_named=first.year_named)


def _since(found: Found) -> DateMention | None:
    """From the first day of the date to today. This unit so far is the unit itself."""
    meaning = _dates(found)[0].date
    period = None if meaning is None else meaning.resolve(found.today)
    if meaning is None or period is None or period.start is None:
        return None
    if (
        found.get("P_UNIT", "P_YEAR", "P_TO_DATE")
        and period.grain
        and period.start <= found.today < (period.end or found.today)
    ):
        return DateMention("period", period, unit=period.grain)
    return _cut(Period(period.start, None), found, kind="open", year_named=meaning.year_named)


def _since_start_of_unit(found: Found) -> DateMention:
    """Since the start of the year: the year that is running."""
    grain = found.one("COUNTED").grain
    assert grain is not None, "words of units have a grain"
    return DateMention("period", unit(grain, found.today), unit=grain)


def _before(found: Found) -> DateMention | None:
    meaning = _dates(found)[0].date
    period = None if meaning is None else meaning.resolve(found.today)
    if meaning is None or period is None or period.start is None:
        return None
    return _cut(Period(None, period.start), found, kind="open", year_named=meaning.year_named)


def _after(found: Found) -> DateMention | None:
    meaning = _dates(found)[0].date
    period = None if meaning is None else meaning.resolve(found.today)
    if meaning is None or period is None or period.end is None:
        return None
    return _cut(Period(period.end, None), found, kind="open", year_named=meaning.year_named)


def _until(found: Found) -> DateMention | None:
    """Everything up to the end of the date, included; until today is now."""
    meaning = _dates(found)[0].date
    period = None if meaning is None else meaning.resolve(found.today)
    if meaning is None or period is None or period.end is None or period.start is None:
        return None
    if period.start == found.today and period.grain == "day":
        return DateMention("now")
    if period.start > found.today:
        return None
    return _cut(Period(None, period.end), found, kind="open", year_named=meaning.year_named)


def _so_far(found: Found) -> DateMention | None:
    """this year so far: the unit that is running."""
    meaning = _dates(found)[0].date
    period = None if meaning is None else meaning.resolve(found.today)
    if period is None or period.start is None or period.end is None:
        return None
    if period.grain is not None and period.start <= found.today < period.end:
        return DateMention("period", period, unit=period.grain)
    return _since(found)


def _all(found: Found) -> DateMention | None:
    return DateMention("all_history")


RULES: tuple[Rule, ...] = (
    Rule(
        "range",
        "(IN | FROM | SINCE | BETWEEN)* (THE)? P POSS? INSIDE? TILL (IN | THE | AND)* P (BETWEEN_POST | INSIDE "
        "| DE INSIDE)?",
        "DONE",
        _range,
        (
            ("2026年1月到5月，每个月", "2026年1月到5月", "period 2026-01-01/2026-06-01"),
            (
                "membership fee income per quarter from 2024 to 2025",
                "from 2024 to 2025",
                "period 2024-01-01/2026-01-01",
            ),
            ("May to October orders", "May to October", "period 2026-05-01/2026-07-01"),
            ("3月1日到3月15日的订单", "3月1日到3月15日", "period 2026-03-01/2026-03-16"),
            ("January to March 2026", "January to March 2026", "period 2026-01-01/2026-04-01"),
            ("去年11月到今年2月", "去年11月到今年2月", "period 2025-11-01/2026-03-01"),
        ),
    ),
    Rule(
        "between dates",
        "(IN? BETWEEN | IN) THE? P AND (IN | THE)* P | (FROM | IN | TO)? P AND P BETWEEN_POST",
        "DONE",
        lambda found: (
            _range(found) if found.get("BETWEEN", "BETWEEN_POST") or found.pieces[0].text == "across" else None
        ),
        (
            ("between March and May", "between March and May", "period 2026-03-01/2026-06-01"),
            ("across 2024 and 2025", "across 2024 and 2025", "period 2024-01-01/2026-01-01"),
        ),
        ("in March and May",),
    ),
    Rule(
        "range from a number",
        "(FROM | IN)? P_YEAR? DE? NUM TILL P",
        "DONE",
        _number_range,
        (
            ("1到3月的销售额", "1到3月", "period 2026-01-01/2026-04-01"),
            ("2025年1-3月", "2025年1-3月", "period 2025-01-01/2025-04-01"),
            ("一到三季度", "一到三季度", "period 2025-07-01/2025-10-01")
            if False
            else ("一到二季度", "一到二季度", "period 2026-01-01/2026-07-01"),
        ),
    ),
    Rule(
        "days of a month",
        "(IN | FROM | BETWEEN)* P_DAY (TILL | AND) THE? (NUM | ORD) COMMA? P_YEAR?",
        "DONE",
        _day_range,
        (
            ("March 1 to 15", "March 1 to 15", "period 2026-03-01/2026-03-16"),
            ("March 1-15, 2025", "March 1-15, 2025", "period 2025-03-01/2025-03-16"),
        ),
    ),
    Rule(
        "since",
        "SINCE THE? P (ONWARD | SINCE_POST)? | (SINCE | FROM)? P POSS? (SINCE_POST | LAI | TO_NOW) TO_NOW? | "
        "FROM THE? P (ONWARD | SINCE_POST | TO_NOW | TILL NOW_DONE | TILL NOW | TILL P_DAY_WORD)"
        "| SINCE_START THE? P",
        "DONE",
        _since,
        (
            ("自3月以来的新客", "自3月以来", "open 2026-03-01/2026-07-01"),
            ("How has NPS moved since 2024", "since 2024", "open 2024-01-01/2026-07-01"),
            ("2024年至今的销售额", "2024年至今", "open 2024-01-01/2026-07-01"),
            ("本月以来的退款率", "本月以来", "period 2026-06-01/2026-07-01 month"),
            ("orders from March onwards", "from March onwards", "open 2026-03-01/2026-07-01"),
            ("从去年到现在", "从去年到现在", "open 2025-01-01/2026-07-01"),
        ),
        ("orders from March",),
    ),
    Rule(
        "since the start of a unit",
        "SINCE_START THE? COUNTED",
        "DONE",
        _since_start_of_unit,
        (
            (
                "redemption since the start of the year",
                "since the start of the year",
                "period 2026-01-01/2027-01-01 year",
            ),
        ),
    ),
    Rule(
        "before",
        "IN? (BEFORE THE? P | P (BEFORE_POST | QIAN))",
        "DONE",
        _before,
        (
            ("3月之前注册的客户", "3月之前", "open ../2026-03-01"),
            ("registered before March", "before March", "open ../2026-03-01"),
        ),
    ),
    Rule(
        "after",
        "IN? (AFTER THE? P | P (AFTER_POST | HOU))",
        "DONE",
        _after,
        (
            ("3月之后的订单", "3月之后", "open 2026-04-01/2026-07-01"),
            ("orders after March", "after March", "open 2026-04-01/2026-07-01"),
        ),
    ),
    Rule(
        "until",
        "(UP_TO | BY_END | UNTIL TO) THE? END_OF? THE? P POSS? (INSIDE | UNTIL_POST)? | (UP_TO | TO)? P UNTIL_POST",
        "DONE",
        _until,
        (
            ("截止到3月底的会员数", "截止到3月底", "open ../2026-04-01"),
            ("customers through March", "through March", "open ../2026-04-01"),
            ("as of the end of 2025", "as of the end of 2025", "open ../2026-01-01"),
            ("截至昨天的会员数", "截至昨天", "open ../2026-06-30"),
        ),
    ),
    Rule(
        "so far",
        "TO_NOW (IN | THE)* P | P POSS? TO_NOW",
        "DONE",
        _so_far,
        (("customers lost so far this year", "so far this year", "period 2026-01-01/2027-01-01 year"),),
    ),
    Rule(
        "all so far",
        "TO_NOW",
        "DONE",
        _all,
        (("至今的销售额", "至今", "all_history"), ("revenue to date", "to date", "all_history")),
    ),
)
