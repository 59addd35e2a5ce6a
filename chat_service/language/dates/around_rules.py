"""Third pass: the calendar unit that holds a date, units that begin or end with a day, and the time around a date."""

from __future__ import annotations

from chat_service.language.dates.grammar import Found, Rule
from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.partial import DAY
from chat_service.language.dates.range_rules import cut
from semantic_layer import Grain, Period, add_months, unit

_LONG = {"week": 7, "month": 28, "quarter": 90, "year": 365}


def _around(found: Found) -> DateMention | None:
    """3月15日前后, around Christmas: how wide, only the asker knows."""
    meaning = found.one("P").date
    period = None if meaning is None else meaning.resolve(found.today)
    if period is None or period.start is None or period.end is None or period.start > found.today:
        return None
    wider = []
    if period.grain in ("month", "quarter", "year"):
        months = {"month": 1, "quarter": 3, "year": 12}[period.grain]
        wider.append(Period(add_months(period.start, -months), add_months(period.end, months)))
    else:
        wider.extend(Period(period.start - days * DAY, period.end + days * DAY) for days in (3, 7))
    cuts = (one.cut_after(found.today) for one in (period, *wider))
    return DateMention("ambiguous", unit=period.grain, candidates=tuple(dict.fromkeys(cuts)))


def _unit_around(found: Found) -> DateMention | None:
    """6月15日那一周, the week of June 15: the calendar unit that holds the date; where it touches two, ask."""
    meaning = found.one("P").date
    period = None if meaning is None else meaning.resolve(found.today)
    grain = _unit_of(found)
    if period is None or period.start is None or period.end is None or grain is None:
        return None
    if (period.end - period.start).days > _LONG[grain] + 3 or period.start > found.today:
        return None
    first, last = unit(grain, period.start), unit(grain, period.end - DAY)
    if first != last:
        return DateMention("ambiguous", unit=grain, candidates=(first, last))
    return DateMention("period", first, unit=grain)


def _unit_of(found: Found) -> Grain | None:
    """The unit that the words beside the date name; 当周 and 这一周 stand for it as well as 那一周."""
    pieces = [piece for piece in found.pieces if piece is not found.get("P")]
    for piece in pieces:
        if piece.mention is not None and piece.symbol == "THAT_UNIT":
            return piece.mention.unit
        if piece.symbol == "P_UNIT" and piece.date is not None and piece.date.fixed is not None:
            return piece.date.fixed.grain if piece.text[:1] in "当这" else None
        if piece.grain in _LONG and not (piece.text.isascii() and piece.text.endswith("s")):
            return piece.grain
    return None


def _unit_from(found: Found) -> DateMention | None:
    """The week starting June 15, w/c 15 June, the month ending May 20: that long a time from or to the day."""
    meaning = found.one("P").date
    period = None if meaning is None else meaning.resolve(found.today)
    grain = found.one("COUNTED", "WEEK_FROM", "WEEK_TO").grain
    if period is None or period.start is None or period.end is None or grain is None:
        return None
    months = {"month": 1, "quarter": 3, "year": 12}.get(grain)
    if found.get("ENDING", "WEEK_TO") is not None:
        end = period.end
        start = end - 7 * DAY if months is None else add_months(end, -months)
    else:
        start = period.start
        end = start + 7 * DAY if months is None else add_months(start, months)
    if grain == "day":
        return None
    whole = unit(grain, start)
    exact = Period(start, end, grain) if (whole.start, whole.end) == (start, end) else Period(start, end)
    return cut(exact, found) if exact.grain is None else DateMention("period", exact, unit=grain)


def _weekend_of(found: Found) -> DateMention | None:
    """6月27日那个周末, the weekend of June 27."""
    meaning = found.one("P").date
    period = None if meaning is None else meaning.resolve(found.today)
    weekend = found.one("DONE", "THAT_WEEKEND").mention
    if period is None or period.start is None or period.grain != "day" or weekend is None:
        return None
    if weekend.weekdays != (6, 7):
        return None
    monday = unit("week", period.start).start
    assert monday is not None, "a week is closed"
    return cut(Period(monday + 5 * DAY, monday + 7 * DAY), found)


_HOLDS = "((HOLDING DE? | DE)? (THAT_UNIT | DANG (ZH_UNIT | COUNTED)) | HOLDING DE? (ZH_UNIT | COUNTED))"

RULES: tuple[Rule, ...] = (
    Rule(
        "around a date",
        "IN? (AROUND THE? P | P POSS? AROUND_POST)",
        "DONE",
        _around,
        (
            (
                "3月15日前后的订单",
                "3月15日前后",
                "ambiguous day 2026-03-15/2026-03-16 2026-03-12/2026-03-19 2026-03-08/2026-03-23",
            ),
            ("around March", "around March", "ambiguous month 2026-03-01/2026-04-01 2026-02-01/2026-05-01"),
        ),
        ("around 500 orders",),
    ),
    Rule(
        "unit that holds a date",
        f"CONTAINING? P {_HOLDS} | CONTAINING? P (HOLDING DE?)? P_UNIT | "
        "IN? THE? COUNTED (OF | IN | CONTAINING | IN WHICH) (IN | THE)* P FALLS?",
        "DONE",
        _unit_around,
        (
            ("6月15日那一周的订单", "6月15日那一周", "period 2026-06-15/2026-06-22 week"),
            ("orders in the week of June 17", "in the week of June 17", "period 2026-06-15/2026-06-22 week"),
            ("6月15日所在的月", "6月15日所在的月", "period 2026-06-01/2026-07-01 month"),
        ),
        ("weeks of June", "去年本月"),
    ),
    Rule(
        "unit from or to a day",
        "IN? THE? COUNTED (SINCE | ENDING) IN? THE? P | (WEEK_FROM | WEEK_TO) THE? P",
        "DONE",
        _unit_from,
        (
            ("the week starting June 15", "the week starting June 15", "period 2026-06-15/2026-06-22 week"),
            ("the week ending June 20", "the week ending June 20", "period 2026-06-14/2026-06-21"),
        ),
    ),
    Rule(
        "weekend of a day",
        "P DE? THAT_WEEKEND | DONE OF THE? P",
        "DONE",
        _weekend_of,
        (("the weekend of June 27", "the weekend of June 27", "period 2026-06-27/2026-06-29"),),
        ("orders on weekends of June",),
    ),
)
