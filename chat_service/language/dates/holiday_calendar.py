"""Names of holidays and shopping days -> their days in a year.

Public holidays are the official days off in mainland China from the `holidays` package, with the weekends that they
join and that are not worked to make up for them, as the State Council announces them (春节 2026: 15 to 23 February).
Where two holidays share one block (国庆 and 中秋 2025), the longer one has it and the shorter one keeps its own days.
Thanksgiving and what follows from it come from the same package. Days that never move are a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from importlib import import_module
from typing import Protocol

from semantic_layer import Period, unit

FIXED_DAYS: dict[str, tuple[int, int]] = {
    "double_11": (11, 11),
    "double_12": (12, 12),
    "618": (6, 18),
    "christmas": (12, 25),
    "christmas_eve": (12, 24),
    "valentine": (2, 14),
    "women": (3, 8),
    "520": (5, 20),
    "children": (6, 1),
    "halloween": (10, 31),
    "new_year_eve": (12, 31),
    "teachers": (9, 10),
    "consumer_rights": (3, 15),
    "double_9": (9, 9),
}
# name of ours: name in the package
PUBLIC_HOLIDAYS: dict[str, str] = {
    "spring_festival": "Chinese New Year (Spring Festival)",
    "national_day": "National Day",
    "new_year": "New Year's Day",
    "qingming": "Tomb-Sweeping Day",
    "labor_day": "Labor Day",
    "dragon_boat": "Dragon Boat Festival",
    "mid_autumn": "Mid-Autumn Festival",
}
_AFTER_THANKSGIVING = {"thanksgiving": 0, "black_friday": 1, "cyber_monday": 4}
_NEW_YEAR_EVE = "Chinese New Year's Eve"
_DAY = timedelta(days=1)


class _Package(Protocol):
    def country_holidays(self, country: str, *, years: tuple[int, ...], language: str) -> Mapping[date, str]: ...


@lru_cache(maxsize=1)
def _package() -> _Package:
    # Loaded when the first holiday is named: it takes longer to load than everything else that reads a question.
    package: _Package = import_module("holidays")
    return package


@lru_cache(maxsize=64)
def _named_days(country: str, year: int) -> dict[date, tuple[str, ...]]:
    """The days off with their names; a day can have two."""
    days = _package().country_holidays(country, years=(year,), language="en_US")
    return {day: tuple(part.strip() for part in name.split(";")) for day, name in sorted(days.items())}


@lru_cache(maxsize=256)
def holiday_days(name: str, year: int) -> Period | None:
    """The days of a holiday in a year; None where the calendar does not know it.

    >>> str(holiday_days("national_day", 2025)), str(holiday_days("double_11", 2025))
    ('2025-10-01/2025-10-09', '2025-11-11/2025-11-12')
    """
    if name in FIXED_DAYS:
        month, day = FIXED_DAYS[name]
        return unit("day", date(year, month, day))
    if name in _AFTER_THANKSGIVING:
        thanksgiving = next(
            (day for day, names in _named_days("US", year).items() if "Thanksgiving Day" in names), None
        )
        return None if thanksgiving is None else unit("day", thanksgiving + _AFTER_THANKSGIVING[name] * _DAY)
    if name == "new_year_s_eve_zh":
        first = _first_day("spring_festival", year)
        return None if first is None else unit("day", first - _DAY)
    return _days_off(name, year)


def _first_day(name: str, year: int) -> date | None:
    return next((day for day, names in _named_days("CN", year).items() if PUBLIC_HOLIDAYS[name] in names), None)


def _is_called(names: tuple[str, ...], holiday: str) -> bool:
    own = PUBLIC_HOLIDAYS[holiday]
    eve = holiday == "spring_festival" and any(name.startswith(_NEW_YEAR_EVE) for name in names)
    return eve or any(name.removesuffix(" (observed)") == own for name in names)


def _days_off(holiday: str, year: int) -> Period | None:
    days = _named_days("CN", year)
    own = [day for day, names in days.items() if _is_called(names, holiday) and day.year == year]
    if not own:
        return None
    start, end = own[0], own[-1]
    worked = _worked_instead(days)
    while _is_off(start - _DAY, days, worked):
        start -= _DAY
    while _is_off(end + _DAY, days, worked):
        end += _DAY
    others = {
        other: [day for day, names in days.items() if _is_called(names, other) and start <= day <= end]
        for other in PUBLIC_HOLIDAYS
        if other != holiday
    }
    for found in filter(None, others.values()):
        if len(found) > len(own):
            return Period(own[0], own[-1] + _DAY)
        if found[0] < own[0]:
            start = own[0]
    return Period(start, end + _DAY, "day" if start == end else None)


def _is_off(day: date, days: dict[date, tuple[str, ...]], worked: frozenset[date]) -> bool:
    return day in days or (day.isoweekday() >= 6 and day not in worked)


def _worked_instead(days: dict[date, tuple[str, ...]]) -> frozenset[date]:
    """The weekend days that are worked: the package names them in `Day off (substituted from 02/14/2026)`."""
    found = set()
    for names in days.values():
        for name in names:
            _, mark, written = name.partition("(substituted from ")
            if mark:
                month, day, year = (int(part) for part in written.rstrip(")").split("/"))
                found.add(date(year, month, day))
    return frozenset(found)
