"""First pass: days in digits whose order is in doubt, and days with slashes that name no year.

The two days of a range are written in the same order: what only the one of them allows settles the other.
"""

from __future__ import annotations

import re

from chat_service.language.dates.grammar import Found, Piece, Rule
from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.partial import DAY, PartialDate, date_range
from semantic_layer import Period

_MONTH_FIRST = 0


def _range(found: Found) -> DateMention | None:
    """Both days are written in the same order; where two orders give a range, ask."""
    pieces = found.all("WRITTEN", "SLASH", "P_FULL")
    if all(piece.symbol == "P_FULL" for piece in pieces) or not all(piece.readings for piece in pieces):
        return None
    if found.get("AND") is not None and found.get("BETWEEN", "BETWEEN_POST") is None:
        return None
    if re.match(r" ?(?:of|的(?:客户|会员))\b", found.after()):
        return None
    first, last = (piece.readings for piece in pieces)
    orders = zip(first, last, strict=False)
    pairs = [(one, other) for one, other in orders if one and other and _is_near(one, found) and _is_near(other, found)]
    ranges = (date_range(one, other, found.today) for one, other in pairs)
    known = [one for one in ranges if one is not None and one.start is not None and one.start <= found.today]
    periods = tuple(
        dict.fromkeys(Period(one.start, min(one.end or DAY + found.today, found.today + DAY)) for one in known)
    )
    if len(periods) == 1:
        return DateMention("period", periods[0], year_named=any(one.year_named for pair in pairs for one in pair))
    return DateMention("ambiguous", unit="day", candidates=periods) if periods else None


def _doubt(found: Found) -> DateMention | None:
    return _choices(found, [one for one in found.one("WRITTEN").readings if one is not None])


def _choices(found: Found, readings: list[PartialDate]) -> DateMention | None:
    resolved = (reading.resolve(found.today) for reading in readings)
    periods = tuple(dict.fromkeys(one for one in resolved if one is not None))
    return DateMention("ambiguous", unit="day", candidates=periods) if periods else None


def _sure_slash(found: Found) -> PartialDate | None:
    """6/18 can only be one day; 26/3 is a day or a month; 24/7 is no date, nor is 1/3 of customers."""
    piece = found.one("SLASH")
    readings = _plausible(piece, found)
    return readings[0] if len(readings) == 1 and not _is_fraction(found) else None


def _slash_in_doubt(found: Found) -> DateMention | None:
    """Beside a word of time 3/7 can be two days; alone it is no date at all."""
    readings = _plausible(found.one("SLASH"), found)
    if len(readings) < 2 or _is_fraction(found):
        return None
    beside = found.get("IN") is not None or (found.earlier and found.earlier[0].symbol in _BESIDE)
    behind = found.later and found.later[0].symbol in _BEHIND
    by_year = readings[-1].day is None
    return _choices(found, readings) if beside or behind or by_year else None


def _plausible(piece: Piece, found: Found) -> list[PartialDate]:
    """The readings of the digits that can be meant today; a month of a year only where it is not long ago."""
    kept: list[PartialDate] = []
    for reading in piece.readings:
        period = None if reading is None else reading.resolve(found.today)
        if reading is None or period is None or period.start is None or reading in kept:
            continue
        if period.start <= found.today and _is_near(reading, found):
            kept.append(reading)
    return kept


def _is_near(reading: PartialDate, found: Found) -> bool:
    """Two digits for a year mean one of the last few; days are as near as they are."""
    return reading.year is None or found.today.year - 5 <= reading.year <= found.today.year


def _is_fraction(found: Found) -> bool:
    return re.match(r" ?(?:of\b|th\b)", found.after()) is not None or found.one("SLASH").text == "24/7"


_BESIDE = frozenset(("SINCE", "FROM", "UNTIL", "UNTIL_EN", "BEFORE", "AFTER", "VS", "BI", "COUNTED"))
_BEHIND = frozenset(("BEFORE_POST", "AFTER_POST", "SINCE_POST", "TO_NOW", "ONWARD", "UNTIL_POST", "WHOLE_UNIT"))
_ONE = "(WRITTEN | SLASH | P_FULL)"

RULES: tuple[Rule, ...] = (
    Rule(
        "days in digits",
        f"(FROM | IN | BETWEEN | SINCE)* {_ONE} (TILL | AND) (IN | THE)* {_ONE} (BETWEEN_POST | INSIDE)?",
        "DONE",
        _range,
        (
            ("orders between 3/1 and 3/15", "between 3/1 and 3/15", "period 2026-03-01/2026-03-16"),
            ("from 6/1/2026 to 6/15/2026", "from 6/1/2026 to 6/15/2026", "period 2026-06-01/2026-06-16"),
            ("6/1-6/15的订单", "6/1-6/15", "period 2026-06-01/2026-06-16"),
            ("3/1-3/7", "3/1-3/7", "ambiguous day 2026-03-01/2026-03-08 2026-01-03/2026-07-01"),
        ),
        ("24/7 and 1/3",),
    ),
    Rule(
        "day in doubt",
        "WRITTEN",
        "P_DOUBT",
        _doubt,
        (("orders of 3/7/2017", "3/7/2017", "ambiguous day 2017-03-07/2017-03-08 2017-07-03/2017-07-04"),),
        ("orders of 3/15/2017",),
    ),
    Rule(
        "day with a slash",
        "SLASH (ZH_DAY | HAO)? WHOLE_UNIT?",
        "P_FULL",
        _sure_slash,
        (
            ("orders on 3/15", "on 3/15", "period 2026-03-15/2026-03-16 day"),
            ("6/18卖了多少", "6/18", "period 2026-06-18/2026-06-19 day"),
        ),
        ("24/7 support", "1/3 of customers"),
    ),
    Rule(
        "day with a slash in doubt",
        "IN? SLASH",
        "P_DOUBT",
        _slash_in_doubt,
        (
            ("orders on 3/7", "on 3/7", "ambiguous day 2026-03-07/2026-03-08 2025-07-03/2025-07-04"),
            ("26/3的销售额", "26/3", "ambiguous day 2026-03-26/2026-03-27 2026-03-01/2026-04-01"),
        ),
        ("1/3 of customers", "1/2 price"),
    ),
)
