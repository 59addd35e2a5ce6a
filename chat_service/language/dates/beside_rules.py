"""Second pass: times right before and after a day or holiday that is named, and what is left of one.

春节前一周 is the seven days before the holiday begins; the 7 days after June 15 begin with 16 June.
"""

from __future__ import annotations

from chat_service.language.dates.grammar import Found, Piece, Rule
from chat_service.language.dates.lengths import length_of
from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.partial import DAY, PartialDate
from semantic_layer import Grain, Period, add_months, unit

_SHORT = 15  # days: a day, a weekend, a holiday


def _named(found: Found, *names: str) -> tuple[Period, Piece] | None:
    piece = next(one for one in found.pieces if one.date is not None and one.symbol not in ("P_PRIOR", "P_WEEK"))
    period = None if piece.date is None else piece.date.resolve(found.today)
    return None if period is None or period.start is None or period.end is None else (period, piece)


def _length(found: Found) -> tuple[float, Grain] | None:
    """How long: 7天, one week, a month."""
    number = found.get("NUM")
    if number is not None:
        return number.value, found.grain("LENGTH_UNIT")
    piece = found.get(
        "EDGE_ROLL", "EDGE_FIRST", "EDGE_NTH", "EDGE_LAST", "DURATION", "RELATIVE", "P_PRIOR", "COUNTED", "DAY_AFTER"
    )
    if piece is None:
        return None
    if piece.mention is not None:
        return None if piece.mention.unit is None else (piece.mention.count or 1, piece.mention.unit)
    if piece.date is not None and piece.date.fixed is not None and piece.date.fixed.grain is not None:
        return 1, piece.date.fixed.grain
    if piece.date is not None and piece.date.year is not None:
        return 1, "year"
    return None if piece.grain is None else (1, piece.grain)


def _moved(period: Period, count: float, grain: Grain, *, before: bool) -> Period | None:
    """That length right beside the period; beside a calendar unit, the calendar units of the same kind."""
    assert period.start is not None and period.end is not None, "the caller looked"
    if count != int(count) or not 0 < count <= 1200:
        return None
    if period.grain == grain and count == 1:
        return unit(grain, period.start, -1 if before else 1)
    if (period.end - period.start).days > _SHORT:
        return None
    days, months = length_of(count, grain)
    if before:
        start = period.start - (days or 0) * DAY if months is None else add_months(period.start, -months)
        return Period(start, period.start)
    end = period.end + (days or 0) * DAY if months is None else add_months(period.end, months)
    return Period(period.end, end)


def _beside(found: Found, *, before: bool) -> DateMention | PartialDate | None:
    named, length = _named(found), _length(found)
    if named is None or length is None:
        return None
    period = _moved(named[0], *length, before=before)
    return None if period is None else PartialDate(fixed=period)


def _before(found: Found) -> DateMention | PartialDate | None:
    return _beside(found, before=True)


def _after(found: Found) -> DateMention | PartialDate | None:
    return _beside(found, before=False)


def _one_unit(found: Found) -> DateMention | PartialDate | None:
    counted = found.get("COUNTED")
    if counted is not None and counted.text.endswith("s"):
        return None
    return _beside(found, before=found.get("AFTER") is None)


def _so_many_before(found: Found) -> DateMention | PartialDate | None:
    """The 7 days before June 15 are a stretch; 7 days before June 15 can be a day as well: ask."""
    before = found.get("AFTER") is None
    stretch = _beside(found, before=before)
    lasting = found.pieces[0].text.split(" ")[0] in _LASTING
    if found.get("THE") is not None or lasting or stretch is None or not isinstance(stretch, PartialDate):
        return stretch
    named, length = _named(found), _length(found)
    assert named is not None and length is not None and stretch.fixed is not None, "the stretch was made of them"
    start = stretch.fixed.start if before else stretch.fixed.last_day
    if start is None or length[1] not in ("day", "week"):
        return None
    return DateMention("ambiguous", unit="day", candidates=(unit("day", start), stretch.fixed))


def _nth_after(found: Found) -> DateMention | PartialDate | None:
    """春节后第一周: the first seven days after it, or the first calendar week."""
    named = _named(found)
    edge = found.one("EDGE_FIRST", "EDGE_NTH", "P_WEEK")
    if named is None or named[0].end is None:
        return None
    if edge.symbol == "EDGE_FIRST":
        return _after(found)
    count, grain = (edge.date.week, "week") if edge.date is not None else _length(found) or (None, "day")
    if count is None or count != int(count) or (grain not in ("day", "week")):
        return None
    start = named[0].end + (int(count) - 1) * (7 if grain == "week" else 1) * DAY
    if grain == "day":
        return PartialDate(fixed=unit("day", start))
    by_calendar = unit("week", named[0].end + 6 * DAY, int(count) - 1)
    by_days = Period(start, start + 7 * DAY)
    if by_calendar.start == start:
        return PartialDate(fixed=by_calendar)
    return DateMention("ambiguous", unit="week", candidates=(by_days, by_calendar))


def _rest(found: Found) -> DateMention | None:
    """The rest of the year begins tomorrow; of what is over nothing is left."""
    named = found.get("P")
    period = None if named is None or named.date is None else named.date.resolve(found.today)
    grain = None if found.get("COUNTED") is None else found.one("COUNTED").grain
    if period is None and grain is not None:
        period = unit(grain, found.today)
    tomorrow = found.today + DAY
    if period is None or period.end is None or (period.start is not None and period.start > found.today):
        return None
    if period.end < tomorrow:
        return DateMention("vague")
    return DateMention("future", Period(tomorrow, max(period.end, tomorrow + DAY)))


_LASTING = frozenset(("in", "within", "during", "over", "for", "throughout", "inside"))
_DAYLIKE = "(P_DAY | P_HOLIDAY | P_FULL | P_DAY_WORD | P_DOM | P_WEEKDAY | P_MONTH | P_QUARTER | P_UNIT | P_YEAR)"

RULES: tuple[Rule, ...] = (
    Rule(
        "time right before a date",
        f"{_DAYLIKE} DE? (EDGE_ROLL | EDGE_FIRST | P_PRIOR | RELATIVE | BEFORE_POST DE? DURATION) INSIDE?",
        "P_FULL",
        _before,
        (
            ("春节前一周的订单", "春节前一周", "period 2026-02-08/2026-02-15"),
            ("6月15日前7天", "6月15日前7天", "period 2026-06-08/2026-06-15"),
            ("3月的前一个月", "3月的前一个月", "period 2026-02-01/2026-03-01 month"),
        ),
        ("3月前10天",),
    ),
    Rule(
        "time right after a date",
        f"{_DAYLIKE} DE? (EDGE_LAST | AFTER_POST DE? DURATION | DAY_AFTER) INSIDE?",
        "P_FULL",
        _after,
        (
            ("双十一后三天", "双十一后三天", "period 2025-11-12/2025-11-15"),
            ("3月14日的第二天", "3月14日的第二天", "period 2026-03-15/2026-03-16 day"),
        ),
        ("2025年最后两个月",),
    ),
    Rule(
        "unit before or after a date",
        f"RELATIVE THE? {_DAYLIKE} | IN? THE? COUNTED AFTER THE? {_DAYLIKE}",
        "P_FULL",
        _one_unit,
        (
            ("the week before Chinese New Year", "the week before Chinese New Year", "period 2026-02-08/2026-02-15"),
            ("the month after March", "the month after March", "period 2026-04-01/2026-05-01 month"),
        ),
    ),
    Rule(
        "days before or after a date",
        f"THE? DURATION (BEFORE | AFTER) THE? {_DAYLIKE} | "
        f"IN? THE? NUM DASH? LENGTH_UNIT (BEFORE | AFTER) THE? {_DAYLIKE}",
        "P_FULL",
        _so_many_before,
        (
            ("the 7 days before June 15", "the 7 days before June 15", "period 2026-06-08/2026-06-15"),
            (
                "3 days before Christmas",
                "3 days before Christmas",
                "ambiguous day 2025-12-22/2025-12-23 2025-12-22/2025-12-25",
            ),
        ),
    ),
    Rule(
        "nth unit after a date",
        f"{_DAYLIKE} DE? (HOU | AFTER_POST) DE? (P_WEEK | EDGE_NTH) | (EDGE_NTH | EDGE_FIRST) AFTER THE? {_DAYLIKE}",
        "P_FULL",
        _nth_after,
        (
            ("春节后第一周", "春节后第一周", "ambiguous week 2026-02-24/2026-03-03 2026-03-02/2026-03-09"),
            ("the first 3 days after Christmas", "the first 3 days after Christmas", "period 2025-12-26/2025-12-29"),
        ),
        ("the first order after Christmas",),
    ),
    Rule(
        "rest of a time",
        "REST COUNTED? (OF | IN)? THE? (P | COUNTED) | P DE? REST",
        "DONE",
        _rest,
        (
            ("the rest of the year", "the rest of the year", "future 2026-07-01/2027-01-01"),
            ("今年剩下的时间", "今年剩下的时间", "future 2026-07-01/2027-01-01"),
        ),
        ("the rest of customers",),
    ),
)
