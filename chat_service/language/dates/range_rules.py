"""Third pass: ranges between dates. They are cut at today; what begins after today is future."""

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
# The difference between March and April: two periods as well.
COMPARED = re.compile(r"\bcompar|\bdiffer|\bgap\b|对比|比较|相比|对照|相差|差距|差异|差额|差多少")
_COUNTED_BEFORE = re.compile(
    r"(?:top|best|worst|first|last|bottom|than|least|most|over|above|under|超过|高于|低于|前|满) ?$"
)


def cut(period: Period, found: Found, *, kind: str = "period", year_named: bool = True) -> DateMention | None:
    """No range reaches past the end of today."""
    tomorrow = found.today + DAY
    if period.start is not None and period.start >= tomorrow:
        return DateMention("future", period, year_named=year_named)
    end = period.end
    if end is None or end > tomorrow:
        end = tomorrow
    return DateMention("open" if kind == "open" else "period", Period(period.start, end), year_named=year_named)


def between(first: PartialDate, last: PartialDate, found: Found) -> DateMention | None:
    """From the start of the one to the end of the other."""
    period = date_range(first, last, found.today)
    return None if period is None else cut(period, found, year_named=first.year_named or last.year_named)


def _range(found: Found) -> DateMention | None:
    first, last = (piece.date for piece in found.all("P")[:2])
    if first is None or last is None or _is_change(found):
        return None
    if first.weekday is not None and last.weekday is not None and "last" in found.one("P").text:
        return _last_weekdays(first.weekday, last.weekday, found)
    return between(first, last, found)


def _last_weekdays(first: int, last: int, found: Found) -> DateMention:
    """Last Monday to Friday: from the latest Monday, or those of last week."""
    latest = date_range(PartialDate(weekday=first), PartialDate(weekday=last), found.today)
    monday = unit("week", found.today, -1).start
    assert latest is not None and monday is not None, "weekdays are never far"
    of_week = Period(monday + (first - 1) * DAY, monday + last * DAY)
    if last < first or of_week == latest:
        return DateMention("period", latest.cut_after(found.today))
    return DateMention("ambiguous", unit="day", candidates=(of_week, latest.cut_after(found.today)))


def _is_change(found: Found) -> bool:
    before = found.before(40)
    if found.get("FROM") is None:
        before = before.removesuffix("from ") if before.endswith("from ") else ""
    return CHANGED.search(before) is not None


def _between(found: Found) -> DateMention | None:
    """March and May are a range where words say so."""
    said = found.get("BETWEEN", "BETWEEN_POST") is not None or found.pieces[0].text == "across"
    return _range(found) if said and not COMPARED.search(found.before(60) + "." + found.after(40)) else None


def _number_range(found: Found) -> DateMention | None:
    """1到3月, 2025年1-3月, 5 to 18 May, 上月5到18号: the number is of the kind of the date behind it."""
    number = found.one("NUM", "ORD")
    *before, last_piece = found.all("P")
    last, value = last_piece.date, number.value
    if last is None or value != int(value) or (number.symbol == "ORD" and last.day is None):
        return None
    if found.get("AND") is not None and found.get("BETWEEN", "BETWEEN_POST") is None:
        return None
    if before and before[0].date is not None:
        return _within(before[0], int(value), last, found)
    first = of_kind(int(value), last_piece)
    return None if first is None else between(first, last, found)


def _within(whole: Piece, value: int, last: PartialDate, found: Found) -> DateMention | None:
    """2025年1-3月: both are in that year; 上月5到18号: both are days of that month."""
    assert whole.date is not None, "dates have a meaning"
    if last.day is not None and last.month is None:
        month = whole.date.resolve(found.today)
        if month is None or month.start is None or month.grain != "month":
            return None
        days = [PartialDate(year=month.start.year, month=month.start.month, day=day) for day in (value, last.day)]
        return between(days[0], days[1], found)
    first = of_kind(value, Piece("P", 0, 0, "", date=last))
    if whole.date.year is None or whole.symbol != "P_YEAR" or last.year_named or first is None:
        return None
    return between(replace(first, year=whole.date.year), replace(last, year=whole.date.year), found)


def of_kind(number: int, piece: Piece) -> PartialDate | None:
    """The number as a date of the kind of that piece: 3 beside 4月 is 3月."""
    date = piece.date
    if date is None or date.fixed is not None or date.holiday is not None or date.days is not None:
        return None
    if date.weekday is not None:
        return None
    if date.day is not None:
        # 5 to 18 May; in 3到5月15日 the number is not of that month
        behind = date.month is not None and not re.match(r"(?:the )?(?:\d|[a-z-]+(?:st|nd|rd|th)\b)", piece.text)
        return PartialDate(year=date.year, month=date.month, day=number) if 1 <= number <= 31 and not behind else None
    if date.month is not None:
        return PartialDate(year=date.year, month=number) if 1 <= number <= 12 else None
    if date.quarter is not None:
        return PartialDate(year=date.year, quarter=number) if 1 <= number <= 4 else None
    if date.week is not None:
        return PartialDate(year=date.year, week=number) if 1 <= number <= 53 else None
    if date.year is not None and date.half is None:
        year = number + 2000 if 15 <= number < 100 else number
        return PartialDate(year=year) if 1990 <= year <= 2099 else None
    return None


def _day_range(found: Found) -> DateMention | None:
    """March 1 to 15, March 1-15, 2026."""
    first, *rest = (piece.date for piece in found.all("P"))
    last = found.all("NUM", "ORD")[-1]
    if first is None or first.day is None or last.value != int(last.value) or not first.day < last.value <= 31:
        return None
    if found.get("AND") is not None and found.get("BETWEEN") is None:
        return None
    if rest and rest[0] is not None:
        first = replace(first, year=rest[0].year)
    return between(first, PartialDate(day=int(last.value)), found)


def _of_same_kind(found: Found) -> PartialDate | None:
    """3、4月, 24和25年, the first and second quarters: each number is of the kind of the date behind them."""
    number = found.one("NUM", "ORD")
    named = next((piece for piece in found.later if piece.date is not None), None)
    if named is None or number.value != int(number.value) or _COUNTED_BEFORE.search(found.before()):
        return None
    if (number.symbol == "ORD" and named.symbol != "P_QUARTER") or (named.symbol == "P_YEAR" and named.text.isascii()):
        return None
    return of_kind(int(number.value), named)


def _neighbours(found: Found) -> PartialDate | None:
    """三四月份, 一二季度: both of them."""
    first = int(found.one("NEIGHBOURS").value)
    kind = "quarter" if found.grain("UNIT") == "quarter" else "month"
    if first + 1 > (4 if kind == "quarter" else 12):
        return None
    one, other = (
        PartialDate(quarter=number) if kind == "quarter" else PartialDate(month=number) for number in (first, first + 1)
    )
    period = date_range(one, other, found.today)
    return None if period is None else PartialDate(fixed=period)


_MARK = "INCLUDED?"
_KIND = "(P_MONTH | P_QUARTER | P_DOM | P_YEAR | P_WEEK)"

# When the dates stand alone, before they are joined.
LISTS: tuple[Rule, ...] = (
    Rule(
        "number in a list of months",
        f"NUM (?= (COMMA | AND)+ (NUM (COMMA | AND)+)* {_KIND})",
        "P_FULL",
        _of_same_kind,
        (("3、4月的订单", "3", "period 2026-03-01/2026-04-01 month"),),
        ("买了3件、4月没买",),
    ),
    Rule(
        "number in a list of quarters",
        "THE? ORD (?= (COMMA | AND)+ P_QUARTER)",
        "P_FULL",
        _of_same_kind,
        (("the first and second quarters", "the first", "period 2026-01-01/2026-04-01 quarter"),),
        ("the first and second order",),
    ),
    Rule(
        "neighbouring months",
        "NEIGHBOURS (ZH_MONTH | ZH_QUARTER)",
        "P_FULL",
        _neighbours,
        (("三四月份的销售额", "三四月份", "period 2026-03-01/2026-05-01"),),
        ("三四个月没来",),
    ),
)

RULES: tuple[Rule, ...] = (
    Rule(
        "range",
        f"(IN | FROM | SINCE | BETWEEN)* (THE)? P {_MARK} SINCE_POST? POSS? INSIDE? (AND? (TILL | UNTIL | BY_END))"
        f" (IN | THE | AND | FOLLOWING_YEAR)* P {_MARK} (BETWEEN_POST | INSIDE | DE INSIDE | UNTIL_POST)? {_MARK}",
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
            ("自3月1日起至5月1日止的订单", "自3月1日起至5月1日止", "period 2026-03-01/2026-05-02"),
            ("January to March 2026", "January to March 2026", "period 2026-01-01/2026-04-01"),
            ("去年11月到今年2月", "去年11月到今年2月", "period 2025-11-01/2026-03-01"),
        ),
    ),
    Rule(
        "between dates",
        f"(IN? BETWEEN | IN) THE? P {_MARK} AND (IN | THE)* P {_MARK} BETWEEN_POST? {_MARK} | "
        "(FROM | IN | TO)? P AND P BETWEEN_POST",
        "DONE",
        _between,
        (
            ("between March and May", "between March and May", "period 2026-03-01/2026-06-01"),
            ("across 2024 and 2025", "across 2024 and 2025", "period 2024-01-01/2026-01-01"),
            ("介于3月1日和5月1日之间", "介于3月1日和5月1日之间", "period 2026-03-01/2026-05-02"),
        ),
        ("in March and May",),
    ),
    Rule(
        "range from a number",
        "(FROM | IN | BETWEEN)* (P_YEAR | P_MONTH | P_UNIT | P_FULL)? DE? THE? (NUM | ORD) (TILL | AND) THE? P "
        f"(BETWEEN_POST | INSIDE)? {_MARK}",
        "DONE",
        _number_range,
        (
            ("1到3月的销售额", "1到3月", "period 2026-01-01/2026-04-01"),
            ("2025年1-3月", "2025年1-3月", "period 2025-01-01/2025-04-01"),
            ("一到二季度", "一到二季度", "period 2026-01-01/2026-07-01"),
            ("between 5 and 18 of May", "between 5 and 18 of May", "period 2026-05-05/2026-05-19"),
        ),
        ("top 5 and 18 May",),
    ),
    Rule(
        "days of a month",
        f"(IN | FROM | BETWEEN)* P_DAY (TILL | AND) THE? (NUM | ORD) COMMA? P_YEAR? {_MARK}",
        "DONE",
        _day_range,
        (
            ("March 1 to 15", "March 1 to 15", "period 2026-03-01/2026-03-16"),
            ("March 1-15, 2025", "March 1-15, 2025", "period 2025-03-01/2025-03-16"),
        ),
        ("on March 1 and 15",),
    ),
)
