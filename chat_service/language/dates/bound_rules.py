"""Third pass: half-open times. Since, before, after, until a date; each takes the date itself along or leaves it out.

Every bound can stand beside a date in doubt (before 3/7/2017): the doubt is then between the bounded times.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from chat_service.language.dates.grammar import Found, Piece, Rule
from chat_service.language.dates.lengths import right_before
from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.partial import DAY, PartialDate
from chat_service.language.dates.range_rules import cut
from semantic_layer import Period, unit

_Bound = Callable[[Period], Period | None]


def _from_start(named: Period) -> Period | None:
    return Period(named.start, None)


def _from_end(named: Period) -> Period | None:
    return None if named.end is None else Period(named.end, None)


def _to_start(named: Period) -> Period | None:
    return Period(None, named.start)


def _to_end(named: Period) -> Period | None:
    return None if named.end is None else Period(None, named.end)


def _open(found: Found, bound: _Bound) -> DateMention | None:
    """The open time beside the date, cut at today."""
    piece = found.one("P", "P_DOUBT")
    if piece.date is None:
        return _in_doubt(piece.mention, found, bound)
    period = piece.date.resolve(found.today)
    opened = None if period is None or period.start is None else bound(period)
    return None if opened is None else cut(opened, found, kind="open", year_named=piece.date.year_named)


def _in_doubt(doubt: DateMention | None, found: Found, bound: _Bound) -> DateMention | None:
    if doubt is None:
        return None
    opened = (cut(each, found, kind="open") for one in doubt.candidates if (each := bound(one)) is not None)
    periods = tuple(each.period for each in opened if each is not None and each.period is not None)
    return DateMention("ambiguous", unit=doubt.unit, candidates=periods) if periods else None


def _since(found: Found) -> DateMention | None:
    """From the first day of the date to today. This unit so far is the unit itself."""
    meaning = found.one("P", "P_DOUBT").date
    period = None if meaning is None else meaning.resolve(found.today)
    if found.get("LAI") and not found.get("SINCE", "FROM") and _came(period, found):
        return None
    if (
        found.get("P_UNIT", "P_YEAR", "P_TO_DATE")
        and period is not None
        and period.grain
        and period.start is not None
        and period.start <= found.today < (period.end or found.today)
    ):
        return DateMention("period", period, unit=period.grain)
    return _open(found, _from_start)


def _came(period: Period | None, found: Found) -> bool:
    """昨天来了多少人, 上个月来的新客: they came then; 2024年来的走势 is since then."""
    short = period is None or period.grain != "year"
    return bool(re.match(r"的?[了过买下消逛几多人客店访]" + ("|的" if short else ""), found.after()))


def _from_on(found: Found) -> DateMention | None:
    """From March 5 on; orders from March on the app."""
    return _since(found) if found.pieces[-1].text == "on" and _ENDS.match(found.after()) else None


def _from_day(found: Found) -> DateMention | None:
    """Orders from March 5: that day, or since that day; orders from March are those of March."""
    if re.search(r"[改换切调]$", found.before()):
        return None
    meaning = found.one("P").date
    period = None if meaning is None or meaning.holiday is not None else meaning.resolve(found.today)
    if period is None or period.grain != "day" or period.start is None or period.start >= found.today:
        return None
    return DateMention("ambiguous", unit="day", candidates=(period, Period(period.start, found.today + DAY)))


def _since_start_of_unit(found: Found) -> DateMention:
    """Since the start of the year: the year that is running."""
    grain = found.one("COUNTED").grain
    assert grain is not None, "words of units have a grain"
    return DateMention("period", unit(grain, found.today), unit=grain)


def _before(found: Found) -> DateMention | None:
    """Before the end of March is up to that end; 3月31日之前（含） takes the day along."""
    meaning = found.one("P", "P_DOUBT").date
    included = found.get("INCLUDED") is not None or (meaning is not None and meaning.at_end)
    return _open(found, _to_end if included else _to_start)


def _after(found: Found) -> DateMention | None:
    return _open(found, _from_start if found.get("INCLUDED") is not None else _from_end)


def _until(found: Found) -> DateMention | None:
    """Everything up to the end of the date, included; until today is now."""
    meaning = found.one("P", "P_DOUBT").date
    period = None if meaning is None else meaning.resolve(found.today)
    if period is not None and period.start is not None:
        if period.start == found.today and found.get("P_DAY_WORD") is not None:
            return DateMention("now")
        if period.start > found.today:
            return None
    return _open(found, _to_end)


def _by(found: Found) -> DateMention | None:
    """Registered by March 31; by March 31's revenue sorts, and by March can group."""
    meaning = found.one("P").date
    period = None if meaning is None else meaning.resolve(found.today)
    if found.pieces[0].text not in ("by", "by the") or meaning is None or period is None:
        return None
    return _until(found) if period.grain == "day" or meaning.at_end else None


def _up_to(found: Found) -> DateMention | None:
    """到3月底 with nothing before it to begin from; 改到3月 changes the time."""
    if re.search(r"[改换切调转移挪推回拉看][成]?$|[a-z]$", found.before().rstrip()) or found.pieces[0].text == "到了":
        return None
    earlier = next((piece for piece in found.earlier if piece.symbol != "COMMA"), None)
    if earlier is not None and (earlier.date is not None or earlier.symbol in ("NUMBER", "DONE", "FROM")):
        return None
    over = found.one("P").date
    period = None if over is None else over.resolve(found.today)
    if period is None or period.end is None or (period.end > found.today + DAY and not (over and over.at_end)):
        return None  # 到今年: up to a time that is running is not said so
    return _until(found) if not found.pieces[0].text.isascii() else None


def _so_far(found: Found) -> DateMention | None:
    """this year so far: the unit that is running."""
    meaning = found.one("P").date
    period = None if meaning is None else meaning.resolve(found.today)
    if period is None or period.start is None or period.end is None:
        return None
    if period.grain is not None and period.start <= found.today < period.end:
        return DateMention("period", period, unit=period.grain)
    return _since(found)


def _before_length(found: Found) -> DateMention | None:
    """最近30天之前: everything before those days."""
    mention = found.one("ROLL").mention
    start = None if mention is None or mention.period is None else mention.period.start
    return None if start is None else DateMention("open", Period(None, start))


def _since_length(found: Found) -> DateMention | None:
    """Since 3 months: the last 3 months."""
    mention = found.one("ROLL", "DURATION").mention
    return None if mention is None or mention.period is None else replace(mention, kind="rolling")


def _before_that(found: Found) -> DateMention | PartialDate | None:
    """再之前30天, the 30 days before that: right before the period that was named, else before the main one."""
    mention = found.one("DURATION").mention
    if mention is None or mention.period is None or mention.unit is None or mention.count is None:
        return None
    named = next((period for piece in reversed(found.around[: found.at]) if (period := _period_of(piece, found))), None)
    start = mention.period.start if named is None else named.start
    if start is None:
        return None
    before = right_before(start, mention.count, mention.unit)
    if named is not None:
        return PartialDate(fixed=before)
    return replace(mention, kind="relative_previous", period=before, days=None, months=None)


def _period_of(piece: Piece, found: Found) -> Period | None:
    if piece.date is not None:
        return piece.date.resolve(found.today)
    kept = piece.mention is not None and piece.mention.kind in ("period", "rolling")
    return piece.mention.period if piece.mention is not None and kept else None


def _both(found: Found) -> DateMention | None:
    """After March 1 and before May 1: the time between."""
    mentions = [piece.mention for piece in found.all("DONE")]
    periods = [one.period for one in mentions if one is not None and one.kind == "open" and one.period is not None]
    if len(periods) != 2:
        return None
    one, other = sorted(periods, key=lambda period: period.start is None)
    tomorrow = found.today + DAY
    # the one that begins somewhere reaches to today, the other one has no beginning
    if one.start is None or one.end != tomorrow or other.start is not None or other.end is None:
        return None
    return DateMention("period", Period(one.start, other.end)) if one.start < other.end else None


def _all(found: Found) -> DateMention | None:
    return DateMention("all_history")


_ENDS = re.compile(r" ?(?:$|[,.;?!)]|(?:in|by|for|at|across|per|with|and|until|to|among)\b)")
_Q = "(P | P_DOUBT)"
_MARK = "(INCLUDED | EXCLUDED | WHOLE_UNIT)?"

RULES: tuple[Rule, ...] = (
    Rule(
        "since",
        f"SINCE IN? THE? {_Q} (ONWARD | SINCE_POST | TO_NOW)? | (SINCE | FROM)? {_Q} {_MARK} POSS? "
        "(SINCE_POST | LAI | TO_NOW | ONWARD) TO_NOW? | FROM THE? "
        f"{_Q} (ONWARD | SINCE_POST | TO_NOW) | {_Q} AND AFTER (?! THE? (P | NUM | ORD)) | "
        f"(FROM | BETWEEN | SINCE)? THE? {_Q} (TILL | AND) (NOW_DONE | NOW) | SINCE_START THE? {_Q}",
        "DONE",
        _since,
        (
            ("自3月以来的新客", "自3月以来", "open 2026-03-01/2026-07-01"),
            ("How has NPS moved since 2024", "since 2024", "open 2024-01-01/2026-07-01"),
            ("2024年至今的销售额", "2024年至今", "open 2024-01-01/2026-07-01"),
            ("本月以来的退款率", "本月以来", "period 2026-06-01/2026-07-01 month"),
            ("orders from March onwards", "from March onwards", "open 2026-03-01/2026-07-01"),
            ("从去年到现在", "从去年到现在", "open 2025-01-01/2026-07-01"),
            ("orders on or after March 1", "on or after March 1", "open 2026-03-01/2026-07-01"),
            ("3月1日及以后的订单", "3月1日及以后", "open 2026-03-01/2026-07-01"),
            ("between March 1 and now", "between March 1 and now", "open 2026-03-01/2026-07-01"),
        ),
        ("orders from March",),
    ),
    Rule(
        "from a date on",
        "FROM THE? P IN",
        "DONE",
        _from_on,
        (("orders from May 5 on", "from May 5 on", "open 2026-05-05/2026-07-01"),),
        ("orders from March on the app",),
    ),
    Rule(
        "from a day",
        "FROM THE? P",
        "DONE",
        _from_day,
        (("orders from March 5", "from March 5", "ambiguous day 2026-03-05/2026-03-06 2026-03-05/2026-07-01"),),
        ("orders from March", "from March 1 to March 15"),
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
        f"IN? (BEFORE THE? {_Q} {_MARK} | {_Q} {_MARK} DE? (BEFORE_POST | QIAN) {_MARK})",
        "DONE",
        _before,
        (
            ("3月之前注册的客户", "3月之前", "open ../2026-03-01"),
            ("registered before March", "before March", "open ../2026-03-01"),
            ("3月31日之前（含）的订单", "3月31日之前（含）", "open ../2026-04-01"),
            ("before the end of March", "before the end of March", "open ../2026-04-01"),
            ("orders before 3/7/2017", "before 3/7/2017", "ambiguous day ../2017-03-07 ../2017-07-03"),
        ),
    ),
    Rule(
        "after",
        f"IN? (AFTER THE? {_Q} {_MARK} | {_Q} {_MARK} DE? (AFTER_POST | HOU) {_MARK})",
        "DONE",
        _after,
        (
            ("3月之后的订单", "3月之后", "open 2026-04-01/2026-07-01"),
            ("orders after March", "after March", "open 2026-04-01/2026-07-01"),
        ),
    ),
    Rule(
        "until",
        f"(UP_TO | BY_END | UNTIL TO) THE? END_OF? THE? {_Q} POSS? {_MARK} (INSIDE | UNTIL_POST)? | "
        f"(UP_TO | TO)? {_Q} {_MARK} UNTIL_POST | {_Q} AND BEFORE (?! THE? (P | NUM | ORD))",
        "DONE",
        _until,
        (
            ("截止到3月底的会员数", "截止到3月底", "open ../2026-04-01"),
            ("customers through March", "through March", "open ../2026-04-01"),
            ("as of the end of 2025", "as of the end of 2025", "open ../2026-01-01"),
            ("截至昨天的会员数", "截至昨天", "open ../2026-06-30"),
            ("registered on or before March 31", "on or before March 31", "open ../2026-04-01"),
            ("3月31日及以前注册的", "3月31日及以前", "open ../2026-04-01"),
        ),
    ),
    Rule(
        "by a day",
        "EVERY THE? P (?! POSS)",
        "DONE",
        _by,
        (("registered by March 31", "by March 31", "open ../2026-04-01"),),
        ("orders by March", "sorted by yesterday's revenue"),
    ),
    Rule(
        "up to a date",
        "TO P (INSIDE | UNTIL_POST)?",
        "DONE",
        _up_to,
        (("到3月底的会员数", "到3月底", "open ../2026-04-01"),),
        ("改到上个月", "从1月到3月"),
    ),
    Rule(
        "before a length",
        "BEFORE ROLL | ROLL BEFORE_POST",
        "DONE",
        _before_length,
        (("最近30天之前买过", "最近30天之前", "open ../2026-06-01"),),
    ),
    Rule(
        "length before that",
        "IN? THE? DURATION BEFORE THAT | AGAIN_LENGTH DURATION",
        "P_FULL",
        _before_that,
        (
            ("上个月和再之前30天", "再之前30天", "period 2026-04-01/2026-05-01"),
            ("the 30 days before that", "the 30 days before that", "relative_previous 2026-05-02/2026-06-01 30 day"),
        ),
        ("30 days before the first order",),
    ),
    Rule(
        "since a length",
        "SINCE (ROLL | DURATION) (SINCE_POST | AGO)?",
        "DONE",
        _since_length,
        (("no order since 3 months", "since 3 months", "rolling 2026-03-31/2026-07-01 3 month"),),
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

BOTH: tuple[Rule, ...] = (
    Rule(
        "between two bounds",
        "DONE (AND | COMMA | BUT | DE)* DONE",
        "DONE",
        _both,
        (
            ("after March 1 and before May 1", "after March 1 and before May 1", "period 2026-03-02/2026-05-01"),
            ("3月1日之后5月1日之前", "3月1日之后5月1日之前", "period 2026-03-02/2026-05-01"),
        ),
        ("before March and before May",),
    ),
)
