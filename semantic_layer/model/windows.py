"""Windows of time by their ends: where they begin. A metric's `default_period`, windows that end with a bucket."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from semantic_layer.time.lengths import Length, in_months, in_seconds, length
from semantic_layer.time.periods import Period
from semantic_layer.time.units import STANDARD, Units, back, day_of


def rolling(text: str, today: date, calendars: Mapping[str, Units] = STANDARD) -> Period:
    """The period of a metric's `default_period`, such as `last 90 days`, ending today. ValueError if malformed.

    >>> str(rolling("last 90 days", date(2026, 6, 30)))
    '2026-04-02/2026-07-01'
    """
    head, _, rest = text.strip().partition(" ")
    if head != "last":
        raise ValueError(f"'{text}' is not of the form 'last 90 days'")
    size, end = length(rest, calendars), today + timedelta(days=1)
    if size.unit in STANDARD and STANDARD[size.unit].has_clock:
        raise ValueError(f"'{text}' is no number of days")
    return Period(window_start(size, end, calendars), end)


def window_start(size: Length, end: date, calendars: Mapping[str, Units]) -> date:
    """Where a window of that length begins whose exclusive end is given: at the same moment so many units before.

    >>> window_start(Length(1, "month"), date(2026, 3, 1), STANDARD)
    datetime.date(2026, 2, 1)
    """
    if in_seconds(size) is None and in_months(size) is None:
        units = calendars[size.unit]
        last = units.number(end - tick_of(end))
        # a calendar that ends with the window has no unit that begins there
        if units.start(last + 1) == end:
            return units.start(last + 1 - size.count)
    return back(end, size, calendars)


def tick_of(at: date) -> timedelta:
    """The least time that a moment of its kind can differ by."""
    return timedelta(days=1) if at is day_of(at) else timedelta(seconds=1)
