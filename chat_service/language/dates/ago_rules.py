"""First pass: so many units ago, or so long ago and longer."""

from __future__ import annotations

import re
from datetime import date

from chat_service.language.dates.calendar_rules import year_of
from chat_service.language.dates.grammar import Found, Rule
from chat_service.language.dates.lengths import rolling
from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.partial import PartialDate
from semantic_layer import Grain, Period, shift, start_of, unit


def _ago(found: Found) -> PartialDate | None:
    """N天前 is that day, N个月前 that calendar month, N年前 that calendar year."""
    if found.get("HALF_YEAR") is not None:
        return PartialDate(fixed=unit("month", found.today, -6))
    year_ago = found.get("YEAR_AGO")
    if year_ago is not None:
        by_month = year_ago.text.startswith(("12", "twelve"))
        return (
            PartialDate(fixed=unit("month", found.today, -12)) if by_month else PartialDate(year=found.today.year - 1)
        )
    number = found.get("NUM", "COUPLE", "SPAN_SHORT")
    count = 1 if number is None else number.value
    grain = found.grain("UNIT", "SPAN_SHORT")
    if count != int(count) or count > 1200 or _MORE.search(found.before()):
        return None
    return _so_long_ago(int(count), grain, found)


def _so_long_ago(count: int, grain: Grain, found: Found) -> PartialDate | None:
    if grain == "year":
        return PartialDate(year=found.today.year - int(count))
    if grain == "week":
        return PartialDate(fixed=unit("week", shift("week", found.today, -int(count))))
    return PartialDate(fixed=unit(grain, start_of(grain, found.today), -int(count)))


def _before_ago(found: Found) -> DateMention | None:
    """超过30天前, more than 30 days ago: everything before that day."""
    if found.get("AMOUNT") is None and not _MORE.search(found.before()):
        return None
    count, grain = found.one("NUM", "AMOUNT").value, found.grain("UNIT")
    if (
        count != int(count)
        or count > 1200
        or (found.get("AMOUNT") and not re.search("[多几来]$", found.one("AMOUNT").text))
    ):
        return None
    return _until_then(count, grain, found)


def _between_ago(found: Found) -> DateMention | None:
    """30 to 60 days ago: from the one day to the other."""
    near, far = sorted(piece.value for piece in found.all("NUM"))
    grain = found.grain("LENGTH_UNIT")
    if near != int(near) or far != int(far) or far > 1200 or (found.get("AND") and not found.get("BETWEEN")):
        return None
    periods = [day.resolve(found.today) for count in (far, near) if (day := _so_long_ago(int(count), grain, found))]
    if len(periods) != 2 or periods[0] is None or periods[1] is None:
        return None
    return DateMention("period", Period(periods[0].start, periods[1].end))


def _until_then(count: float, grain: Grain, found: Found) -> DateMention | None:
    """What is not within the last N units."""
    within = rolling(count, grain, found.today)
    return None if within is None or within.period is None else DateMention("open", Period(None, within.period.start))


def _ago_or_before(found: Found) -> DateMention | PartialDate | None:
    """30天以前 is all before the last 30 days, 30天之前 can be that day; 24年以前 is before 2024, 24年前 can be."""
    number = found.one("NUM")
    if number.value != int(number.value) or number.value > 1200 or _MORE.search(found.before()):
        return None
    year = year_of(found) if found.grain("LENGTH_UNIT") == "year" else None
    if year is not None and year.year is not None:
        before = Period(None, date(year.year, 1, 1))
        if found.get("QIAN") is None or number.value > 1000:
            return DateMention("open", before)
        return DateMention("ambiguous", unit="year", candidates=(before, unit("year", found.today, -int(number.value))))
    if found.get("QIAN") is not None:
        return None
    day = _so_long_ago(int(number.value), found.grain("LENGTH_UNIT"), found)
    period = None if day is None else day.resolve(found.today)
    until = _until_then(number.value, found.grain("LENGTH_UNIT"), found)
    if found.one("BEFORE_POST").text != "之前" or period is None or until is None or until.period is None:
        return until
    return DateMention("ambiguous", unit=period.grain, candidates=(period, until.period))


# more than 30 days ago, 超过30天前
_MORE = re.compile("(?:more than|over|longer than|at least|超过|多于|大于|至少) ?$")

RULES: tuple[Rule, ...] = (
    Rule(
        "ago",
        "(NUM | A)? (LENGTH_UNIT | SPAN_SHORT) AGO | NUM LENGTH_UNIT QIAN | YEAR_AGO",
        "P_UNIT",
        _ago,
        (
            ("30天前的会员数", "30天前", "period 2026-05-31/2026-06-01 day"),
            ("3个月前的订单", "3个月前", "period 2026-03-01/2026-04-01 month"),
            ("orders two weeks ago", "two weeks ago", "period 2026-06-15/2026-06-22 week"),
        ),
        ("3个月没买",),
    ),
    Rule(
        "so long to so long ago",
        "(BETWEEN | FROM)? NUM (TILL | AND | OR) NUM LENGTH_UNIT (QIAN | BEFORE_POST | AGO)",
        "DONE",
        _between_ago,
        (("orders 30 to 60 days ago", "30 to 60 days ago", "period 2026-05-01/2026-06-01"),),
        ("30 days ago",),
    ),
    Rule(
        "longer ago",
        "(NUM | AMOUNT) LENGTH_UNIT (QIAN | AGO | BEFORE_POST)",
        "DONE",
        _before_ago,
        (
            ("orders more than 30 days ago", "30 days ago", "open ../2026-06-01"),
            ("30多天前的订单", "30多天前", "open ../2026-06-01"),
        ),
        ("30天前的订单",),
    ),
    Rule(
        "ago or before",
        "NUM LENGTH_UNIT (BEFORE_POST | QIAN)",
        "DONE",
        _ago_or_before,
        (
            ("30天以前的订单", "30天以前", "open ../2026-06-01"),
            ("30天之前的订单", "30天之前", "ambiguous day 2026-05-31/2026-06-01 ../2026-06-01"),
            ("24年以前的客户", "24年以前", "open ../2024-01-01"),
        ),
        ("30天前的订单",),
    ),
    Rule(
        "half a year ago",
        "HALF_YEAR (QIAN | BEFORE_POST | AGO)",
        "P_UNIT",
        _ago,
        (("半年前注册的客户", "半年前", "period 2025-12-01/2026-01-01 month"),),
    ),
)
