"""The days after something: 首单后90天内, within 90 days of the first order, between days 91 and 270."""

from __future__ import annotations

from typing import Literal

from chat_service.language.grammar.rule import Found, Rule
from chat_service.translate.grammar.categories import Amount, Span
from chat_service.translate.senses import When

_DAYS = {"days": 1, "weeks": 7}
_LENGTHS = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
Side = Literal["before", "after", ""]


def _days(found: Found, name: str) -> int | None:
    """How many days an amount or a length of time is; a month is 30 of them."""
    amount, when = found.get(name, Amount), found.get(name, When)
    if when is not None:
        date = when.date
        size = _LENGTHS.get(date.unit or "")
        return round(date.count * size) if date.count is not None and size is not None else date.days
    if amount is None or amount.is_ordinal or amount.upto is not None:
        return None
    size = next((_DAYS[unit] for unit in amount.units if unit in _DAYS), None)
    return round(amount.value * size) if size is not None else None


def _side(found: Found) -> Side:
    return "before" if "b" in found.edges else "after" if "a" in found.edges else ""


def _within(found: Found) -> Span | None:
    days = _days(found, "n")
    return Span(0, days, _side(found)) if days is not None and days > 0 else None


_LENGTH = "n=amount|date.duration"
RULES = (
    Rule(
        "span",
        (
            f"b=window.behind {_LENGTH} i=window.inside?",
            f"w=window.within ~ {_LENGTH} a=window.after",
            f"{_LENGTH} a=window.after",
        ),
        _within,
        -1.3,
        "days after something",
        ("首单后90天内 -> 0 90 before", "within 90 days of -> 0 90 after"),
        ("后10名",),
    ),
    Rule(
        "span",
        ("n=amount i=window.inside", "w=window.within n=amount", "n=date.duration"),
        _within,
        0.3,
        "days after what is said elsewhere",
        ("90天内 -> 0 90",),
    ),
)
