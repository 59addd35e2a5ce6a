"""One time said twice (去年（2025年）, Monday June 15) is one; where the two differ, it is asked about."""

from __future__ import annotations

from chat_service.language.dates.grammar import Found, Piece, Rule
from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.partial import PartialDate
from semantic_layer import Period


def _period_of(piece: Piece, found: Found) -> Period | None:
    if piece.date is not None:
        return piece.date.resolve(found.today)
    mention = piece.mention
    return None if mention is None or mention.kind != "period" else mention.period


def _same(found: Found) -> PartialDate | DateMention | None:
    first, last = found.all("P", "DONE")
    if "P_WEEKDAY" in (first.symbol, last.symbol) or (found.get("OPEN") is None) != (found.get("CLOSE") is None):
        return None
    one, other = _period_of(first, found), _period_of(last, found)
    if one is None or other is None:
        return None
    if one.cut_after(found.today) == other.cut_after(found.today) or (one.start, one.end) == (other.start, other.end):
        return PartialDate(fixed=one if one.grain is not None else other)
    # what stands in brackets, or is said to be the same, must be the same
    claimed = found.get("OPEN", "THAT_IS") is not None
    return DateMention("vague") if claimed and found.get("DONE") is None else None


def _weekday(found: Found) -> PartialDate | DateMention | None:
    """6月15日周一: the weekday must be that of the day."""
    weekday, day = found.one("P_WEEKDAY", "WEEKDAY_SHORT"), found.one("P_DAY", "P_FULL")
    named = int(weekday.value) if weekday.date is None else weekday.date.weekday
    period = _period_of(day, found)
    if period is None or period.grain != "day" or period.start is None or day.date is None or named is None:
        return None
    return day.date if period.start.isoweekday() == named else DateMention("vague")


_DAY = "(P_DAY | P_FULL)"

RULES: tuple[Rule, ...] = (
    Rule(
        "said twice",
        "(P | DONE) (COMMA | OPEN | THAT_IS | DE)* (P | DONE) WHOLE_UNIT? CLOSE?",
        "P_FULL",
        _same,
        (
            ("去年（2025年）的销售额", "去年（2025年）", "period 2025-01-01/2026-01-01 year"),
            ("last month, May", "last month, May", "period 2026-05-01/2026-06-01 month"),
        ),
        ("April, May",),
    ),
    Rule(
        "day with its weekday",
        f"{_DAY} COMMA? OPEN? P_WEEKDAY CLOSE? | (P_WEEKDAY | WEEKDAY_SHORT) COMMA? OPEN? {_DAY} CLOSE?",
        "P_FULL",
        _weekday,
        (
            ("6月15日（周一）的订单", "6月15日（周一）", "period 2026-06-15/2026-06-16 day"),
            ("Wednesday, June 15", "Wednesday, June 15", "vague"),
        ),
        ("June 15 and Monday",),
    ),
)
