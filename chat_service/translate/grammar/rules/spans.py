"""The days after something: 首单后90天内, within 90 days of the first order, between days 91 and 270."""

from __future__ import annotations

from typing import Literal

from chat_service.language.grammar.rule import Found, Rule
from chat_service.translate.grammar.categories import Amount, Span
from chat_service.translate.senses import Ask, NumberSense, When

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


def _between(found: Found) -> Span | None:
    """91到270天: the unit stands behind the second number, or before the first (days 91 to 270)."""
    first, last = found.get("n", NumberSense), found.get("m", NumberSense)
    days = _days(found, "m") if last is None else round(last.value)
    unit = found.get("u", Ask)
    if first is None or days is None or (last is not None and (unit is None or "days" not in unit.what)):
        return None
    return Span(round(first.value), days, _side(found)) if 0 < first.value < days else None


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
    Rule(
        "span",
        (
            "b=window.behind? x=window.nth? n=number t=range.to x2=window.nth? m=amount|date.duration i=window.inside?",
            "c=prefix.between n=number j=connective.and m=amount|date.duration a=window.after?",
            "w=window.within? n=number t=range.to m=amount|date.duration a=window.after?",
            "c=prefix.between? u=unit n=number j=connective.and|range.to u2=unit? m=number a=window.after?",
        ),
        _between,
        -1.6,
        "days from one to another after something",
        ("后91到270天内 -> 91 270 before", "between 91 and 270 days after -> 91 270 after"),
        ("10到20元",),
    ),
)
