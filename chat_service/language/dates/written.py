"""Dates written in digits and labels: 2026-03-15, 3/7/2017, Q3'25, 25Q3, 1H25, W23, FY25, L30D (`written.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from importlib.resources import files

from chat_service.language.dates.grammar import Piece, Readings
from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.partial import PartialDate
from chat_service.language.dates.span import calendar
from chat_service.language.dates.words import month_names
from chat_service.language.formats import Formats
from semantic_layer import Grain

_TABLE = tomllib.loads(files(__package__).joinpath("written.toml").read_text(encoding="utf-8"))
_MONTHS = month_names()
_UNITS: dict[str, Grain] = {letters: grain for grain, row in _TABLE["units"].items() for letters in row}
_PARTS: dict[str, str] = {
    **_TABLE["parts"],
    "NAME": "|".join(sorted(_MONTHS, key=len, reverse=True)),
    "UNIT": "|".join(letters for letters in _UNITS if letters != "q"),
}
_YEAR_MONTHS = 12  # the last twelve months
_LATEST_SHORT_YEAR, _LEAP_YEAR = 35, 2024


_DIGITS, _LETTERS = Formats(_TABLE["digits"], _PARTS), Formats(_TABLE["letters"], _PARTS)


def written_at(text: str, at: int) -> Piece | None:
    """The date in digits or in short that begins there; None where there is none."""
    found = (_DIGITS if text[at].isdigit() else _LETTERS).match(text, at)
    if found is None:
        return None
    piece = Piece(found.kind, at, found.end, text[at : found.end], rules=("written",))
    return _meant(piece, found.groups)


def full_year(written: str | int) -> int:
    """Two digits are of this century.

    >>> full_year("25"), full_year("2019")
    (2025, 2019)
    """
    year = int(str(written).strip("'"))
    return year + 2000 if year < 100 else year


def _meant(piece: Piece, said: Mapping[str, str]) -> Piece | None:
    """The piece with the meaning of its parts, or None where the digits are no date."""
    numbers = {part: int(value) for part, value in said.items() if part in "abdhmnqw"}
    month = _MONTHS[said["name"]] if "name" in said else numbers.get("m")
    year = full_year(said["y"]) if "y" in said else None
    match piece.symbol:
        case "SLASH":
            readings = _without_year(numbers, month)
            return replace(piece, readings=readings) if any(readings) else None
        case "DAY":
            return _in_digits(piece, _with_year(numbers, month, year, said["y"]))
        case "SPAN_SHORT" | "ROLLING_SHORT":
            count = numbers.get("n", _YEAR_MONTHS)
            return replace(piece, value=count, grain=_UNITS[said.get("u", "m")])
    week = numbers.get("w")
    if week is not None and not 1 <= week <= 53:
        return None
    named = PartialDate(year=year, half=numbers.get("h"), quarter=numbers.get("q"), month=month, week=week)
    return replace(piece, value=year or 0, date=None if piece.symbol == "FISCAL_LABEL" else named)


def _with_year(numbers: dict[str, int], month: int | None, year: int | None, written: str) -> Readings:
    """3/7/2017: month and day in doubt unless only one order gives a date; 26.3.15 can begin with the year."""
    assert year is not None, "the formats of days have one"
    if "a" not in numbers:
        return (_day(year, month or 0, numbers["d"]),)
    first, second = numbers["a"], numbers["b"]
    year_first = len(written) == 2 and 10 <= first <= _LATEST_SHORT_YEAR
    return (
        _day(year, first, second),
        _day(year, second, first),
        _day(full_year(first), second, int(written)) if year_first else None,
    )


def _in_digits(piece: Piece, readings: Readings) -> Piece:
    """A day in digits: sure where every order in which it can be written gives the same day; 31/04/2026 is none."""
    days = {reading for reading in readings if reading is not None}
    if len(days) == 1:
        return replace(piece, symbol="P_FULL", date=days.pop(), readings=readings)
    none = replace(piece, symbol="DATED", mention=DateMention("no_day"))
    return replace(piece, symbol="WRITTEN", readings=readings) if days else none


def _day(year: int, month: int, day: int) -> PartialDate | None:
    try:
        return PartialDate(fixed=calendar("day", date(year, month, day)))
    except ValueError:
        return None


def _without_year(numbers: dict[str, int], month: int | None) -> Readings:
    """3/15: month and day, day and month, or year and month (26/3); Mar-26 is a day of March, or March of a year."""
    if "d" in numbers:
        return (_month_and_day(month, numbers["d"]),)
    if month is not None:
        number = numbers["n"]
        return (_month_and_day(month, number), PartialDate(year=2000 + number, month=month) if number > 12 else None)
    first, second = numbers["a"], numbers["b"]
    year_month = PartialDate(year=2000 + first, month=second) if first > 12 and 1 <= second <= 12 else None
    return (_month_and_day(first, second), _month_and_day(second, first), year_month)


def _month_and_day(month: int | None, day: int) -> PartialDate | None:
    found = PartialDate(month=month, day=day)
    valid = month is not None and 1 <= month <= 12 and day
    return found if valid and found.in_year(_LEAP_YEAR) is not None else None
