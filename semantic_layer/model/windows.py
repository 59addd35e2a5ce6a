"""Windows of time: where they begin and end. A metric's `default_period`, windows before, at and after a bucket."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from semantic_layer.model.metric_definitions import Window
from semantic_layer.time.lengths import Length, in_months, in_seconds, length
from semantic_layer.time.periods import Period
from semantic_layer.time.units import STANDARD, Units, back, day_of, midnight, start_of


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


def window_of(
    window: Window, start: date | None, end: date, calendars: Mapping[str, Units]
) -> tuple[date | None, date]:
    """The days that a window counts for a bucket from `start` to before `end`, whatever is known of them by now.

    >>> window_of(Window(last="3 months", current=False), date(2026, 3, 1), date(2026, 4, 1), STANDARD)
    (datetime.date(2025, 12, 1), datetime.date(2026, 3, 1))
    >>> window_of(Window(next="30 days"), date(2026, 3, 1), date(2026, 3, 2), STANDARD)
    (datetime.date(2026, 3, 1), datetime.date(2026, 3, 31))
    """
    if start is None and needs_start(window):
        raise ValueError("a window that begins or ends where its bucket begins needs to know where")
    if window.next is not None:
        first = start if window.current and start is not None else end
        return first, window_end(length(window.next, calendars), first, calendars)
    last = end if window.current or start is None else start
    if window.last is not None:
        return window_start(length(window.last, calendars), last, calendars), last
    if window.to_date is None:
        return None, last
    # a bucket that is longer than the unit has nothing of it before itself
    return min(start_of(calendars[window.to_date], end - tick_of(end)), last, key=midnight), last


def needs_start(window: Window) -> bool:
    """Whether what a window counts depends on where its bucket begins."""
    return not window.current if window.next is None else window.current


def window_end(size: Length, start: date, calendars: Mapping[str, Units]) -> date:
    """Where a window of that length ends that begins at `start`: at the same moment so many units later.

    >>> window_end(Length(1, "month"), date(2026, 1, 31), STANDARD)
    datetime.date(2026, 2, 28)
    """
    if in_seconds(size) is None and in_months(size) is None:
        units = calendars[size.unit]
        number = units.number(start)
        # a calendar that ends with the window has no unit that begins there
        if units.start(number) == start:
            return units.start(number + size.count)
    return back(start, Length(-size.count, size.unit), calendars)


def tick_of(at: date) -> timedelta:
    """The least time that a moment of its kind can differ by."""
    return timedelta(days=1) if at is day_of(at) else timedelta(seconds=1)
