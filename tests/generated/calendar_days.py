"""Calendar units and lengths of time counted by hand, day by day, written apart from the layer's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from semantic_layer.time.periods import Grain

Instant = TypeVar("Instant", date, datetime)
_LONGEST: dict[str, int] = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}


@dataclass(frozen=True)
class Span:
    """The days of one value: from `start` (None: from the beginning) to before `end`."""

    start: date | None
    end: date


def floor(grain: Grain, day: date) -> date:
    """The first day of the unit that holds the day."""
    match grain:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.isoweekday() - 1)
        case "month":
            return date(day.year, day.month, 1)
        case "quarter":
            return date(day.year, {1: 1, 2: 4, 3: 7, 4: 10}[(day.month + 2) // 3], 1)
        case _:
            return date(day.year, 1, 1)


def following(grain: Grain, first: date) -> date:
    """The first day of the next unit."""
    return floor(grain, first + timedelta(days=_LONGEST[grain]))


def units(grain: Grain, span: Span) -> Iterator[date]:
    """The first days of the units that a closed span touches; none of one without days."""
    assert span.start is not None
    first = floor(grain, span.start)
    while span.start < span.end and first < span.end:
        yield first
        first = following(grain, first)


def earlier(when: Instant, length: str) -> Instant:
    """The same clock time that much earlier, on the month's last day where it has no such day."""
    count, unit = length.split()
    unit = unit.rstrip("s")
    if unit in ("day", "week"):
        return when - timedelta(days=int(count) * (7 if unit == "week" else 1))
    first = when.replace(day=1)
    for _ in range(int(count) * {"month": 1, "quarter": 3, "year": 12}[unit]):
        first = (first - timedelta(days=1)).replace(day=1)
    length_of_month = (following("month", date(first.year, first.month, 1)) - timedelta(days=1)).day
    return first.replace(day=min(when.day, length_of_month))


def later(day: date, length: str) -> date:
    """The same day that much later, the month's last where it has no such day."""
    count, unit = length.split()
    unit = unit.rstrip("s")
    if unit in ("day", "week"):
        return day + timedelta(days=int(count) * (7 if unit == "week" else 1))
    first = day.replace(day=1)
    for _ in range(int(count) * {"month": 1, "quarter": 3, "year": 12}[unit]):
        first = following("month", first)
    return first.replace(day=min(day.day, (following("month", first) - timedelta(days=1)).day))
