"""Names of holidays and shopping days -> their days in a year.

Public holidays are the official days off in mainland China from the `holidays` package, with the weekends that they
join and that are not worked to make up for them, as the State Council announces them (春节 2026: 15 to 23 February).
Where two holidays share one block (国庆 and 中秋 2025), the longer one has it and the shorter one keeps its own days.
Thanksgiving and what follows from it come from the same package. Days that never move are a table (`holidays.toml`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from importlib import import_module
from importlib.resources import files
from typing import Protocol

from chat_service.language.dates.span import DAY, Span, calendar

_TABLE = tomllib.loads(files(__package__).joinpath("holidays.toml").read_text(encoding="utf-8"))
_FIXED_DAYS: dict[str, tuple[int, int]] = _TABLE["fixed"]
_PUBLIC_HOLIDAYS: dict[str, str] = _TABLE["public"]
_AFTER_THANKSGIVING: dict[str, int] = _TABLE["after_thanksgiving"]
_NEW_YEAR_EVE, _INSTEAD = "Chinese New Year's Eve", "(substituted from "
_Days = Mapping[date, tuple[str, ...]]


class _Package(Protocol):
    def country_holidays(self, country: str, *, years: tuple[int, ...], language: str) -> Mapping[date, str]: ...


@lru_cache(maxsize=1)
def _package() -> _Package:
    # Loaded when the first holiday is named: it takes longer to load than everything else that reads a question.
    package: _Package = import_module("holidays")
    return package


@lru_cache(maxsize=64)
def _named_days(country: str, year: int) -> _Days:
    """The days off with their names; a day can have two."""
    days = _package().country_holidays(country, years=(year,), language="en_US")
    return {day: tuple(part.strip() for part in name.split(";")) for day, name in sorted(days.items())}


def _first(country: str, year: int, holiday: str) -> date | None:
    return next((day for day, names in _named_days(country, year).items() if holiday in names), None)


@lru_cache(maxsize=256)
def holiday_days(name: str, year: int) -> Span | None:
    """The days of a holiday in a year; None where the calendar does not know it.

    >>> str(holiday_days("national_day", 2025).period), str(holiday_days("double_11", 2025).period)
    ('2025-10-01/2025-10-09', '2025-11-11/2025-11-12')
    """
    if name in _FIXED_DAYS:
        return calendar("day", date(year, *_FIXED_DAYS[name]))
    if name in _AFTER_THANKSGIVING:
        first, offset = _first("US", year, "Thanksgiving Day"), _AFTER_THANKSGIVING[name]
    elif name == "new_year_s_eve_zh":
        first, offset = _first("CN", year, _PUBLIC_HOLIDAYS["spring_festival"]), -1
    else:
        return _days_off(name, year)
    return None if first is None else calendar("day", first, offset)


def _is_called(names: tuple[str, ...], holiday: str) -> bool:
    eve = holiday == "spring_festival" and any(name.startswith(_NEW_YEAR_EVE) for name in names)
    return eve or any(name.removesuffix(" (observed)") == _PUBLIC_HOLIDAYS[holiday] for name in names)


def _days_off(holiday: str, year: int) -> Span | None:
    days = _named_days("CN", year)
    own = [day for day, names in days.items() if _is_called(names, holiday) and day.year == year]
    if not own:
        return None
    start, end, worked = own[0], own[-1] + DAY, _worked_instead(days)
    while _is_off(start - DAY, days, worked):
        start -= DAY
    while _is_off(end, days, worked):
        end += DAY
    for other in _PUBLIC_HOLIDAYS.keys() - {holiday}:
        shared = [day for day, names in days.items() if _is_called(names, other) and start <= day < end]
        if len(shared) > len(own):
            return Span(own[0], own[-1] + DAY)
        if shared and shared[0] < own[0]:
            start = own[0]
    return Span(start, end, "day" if end - start == DAY else None)


def _is_off(day: date, days: _Days, worked: frozenset[date]) -> bool:
    return day in days or (day.isoweekday() >= 6 and day not in worked)


def _worked_instead(days: _Days) -> frozenset[date]:
    """The weekend days that are worked: the package names them in `Day off (substituted from 02/14/2026)`."""
    written = (name.partition(_INSTEAD)[2].rstrip(")") for names in days.values() for name in names)
    return frozenset(datetime.strptime(day, "%m/%d/%Y").date() for day in written if day)  # noqa: DTZ007
