"""Lengths of time and the periods that they make with today: rolling ones and calendar units."""

from __future__ import annotations

from datetime import date

from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.partial import DAY
from semantic_layer import Grain, Period, add_months, shift, start_of

MONTHS_OF: dict[Grain, int] = {"month": 1, "quarter": 3, "year": 12}
DAYS_OF: dict[Grain, int] = {"day": 1, "week": 7}
MOST = 1200


def length_of(count: float, grain: Grain) -> tuple[int | None, int | None]:
    """(days, months): the one of the two that is exact; a year and a half is 18 months, half a month 15 days."""
    if grain in DAYS_OF:
        return round(count * DAYS_OF[grain]), None
    months = count * MONTHS_OF[grain]
    return (None, int(months)) if months == int(months) else (round(months * 30), None)


def right_before(start: date, count: float, grain: Grain) -> Period:
    """That length of time, up to the day before the start."""
    days, months = length_of(count, grain)
    return Period(start - (days or 0) * DAY if months is None else add_months(start, -months), start)


def rolling_period(days: int | None, months: int | None, today: date) -> Period:
    """N days ending today; or from the day after the same day N months ago to today.

    >>> str(rolling_period(None, 3, date(2026, 6, 30)))
    '2026-03-31/2026-07-01'
    """
    if months is not None:
        return Period(add_months(today, -months) + DAY, today + DAY)
    assert days is not None, "a length is in days or in months"
    return Period(today - (days - 1) * DAY, today + DAY)


def calendar_units(count: int, grain: Grain, today: date) -> Period:
    """The last `count` calendar units, the current one included, cut at nothing."""
    first = shift(grain, start_of(grain, today), 1 - count)
    return Period(first, shift(grain, start_of(grain, today), 1))


def rolling(count: float, grain: Grain, today: date) -> DateMention | None:
    """The mention of the last N units; one week is seven days and one year twelve months, as the conventions count."""
    if count == 1 and grain in ("week", "year"):
        count, grain = (7, "day") if grain == "week" else (12, "month")
    days, months = length_of(count, grain)
    if count <= 0 or count > MOST or (days is not None and days < 1):
        return None
    calendar = calendar_units(int(count), grain, today) if count == int(count) else None
    period = rolling_period(days, months, today)
    return DateMention("rolling", period, calendar, unit=grain, count=count, days=days, months=months)
