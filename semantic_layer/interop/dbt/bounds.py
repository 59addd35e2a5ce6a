"""A time constraint as dbt reads it: both ends included, widened to whole units of a grain."""

from __future__ import annotations

from datetime import datetime, timedelta

from semantic_layer.interop.dbt.rows import TimeRange
from semantic_layer.periods import add_months

_FIXED = {
    "microsecond": timedelta(microseconds=1), "millisecond": timedelta(milliseconds=1), "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7),
}  # fmt: skip
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_EPOCH = datetime(1, 1, 1)  # noqa: DTZ001 - a Monday; times in the data have no zone


def time_range(constraint: tuple[str, str], grain: str) -> TimeRange | str:
    """The half-open range of a constraint, or its first end that is no time.

    >>> time_range(("2020-01-15", "2020-01-22"), "week")
    TimeRange(start=datetime.datetime(2020, 1, 13, 0, 0), end=datetime.datetime(2020, 1, 27, 0, 0))
    """
    ends = []
    for text in constraint:
        try:
            ends.append(datetime.fromisoformat(text).replace(tzinfo=None))
        except ValueError:
            return text
    return TimeRange(_unit_start(ends[0], grain), _after(_unit_start(ends[1], grain), grain))


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
