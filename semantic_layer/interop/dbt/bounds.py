"""A time constraint as dbt reads it: both ends included, widened to whole units of a grain."""

from __future__ import annotations

from datetime import datetime, timedelta

from semantic_layer.interop.dbt.shifts import TimeRange
from semantic_layer.time.periods import add_months

_FIXED = {
    "microsecond": timedelta(microseconds=1),
    "millisecond": timedelta(milliseconds=1),
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_EPOCH = datetime(1, 1, 1)  # noqa: DTZ001 - a Monday; times in the data have no zone


def time_range(constraint: tuple[str | None, str | None], grain: str) -> TimeRange | str:
    """The half-open range of a constraint, or its first end that is no time. An end of None stays open.

    >>> time_range(("2020-01-15", "2020-01-22"), "week")
    TimeRange(start=datetime.datetime(2020, 1, 13, 0, 0), end=datetime.datetime(2020, 1, 27, 0, 0))
    """
    ends: list[datetime | None] = []
    for text in constraint:
        try:
            instant = datetime.fromisoformat(text).replace(tzinfo=None) if text is not None else None
        except ValueError:
            return text or ""
        ends.append(_unit_start(instant, grain) if instant is not None else None)
    return TimeRange(ends[0], _after(ends[1], grain) if ends[1] is not None else None)


def _unit_start(instant: datetime, grain: str) -> datetime:
    if grain in _MONTHS:
        size = _MONTHS[grain]
        month = (instant.month - 1) // size * size + 1
        return datetime(instant.year, month, 1)  # noqa: DTZ001 - as above
    size_of = _FIXED.get(grain, _FIXED["microsecond"])
    return instant - (instant - _EPOCH) % size_of


def _after(start: datetime, grain: str) -> datetime:
    if grain in _MONTHS:
        following = add_months(start.date(), _MONTHS[grain])
        return datetime(following.year, following.month, 1)  # noqa: DTZ001 - as above
    return start + _FIXED.get(grain, _FIXED["microsecond"])
