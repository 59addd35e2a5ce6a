"""Dates written in digits and labels: 2026-03-15, 3/7/2017, Q3'25, 25Q3, 1H25, W23, FY25, L30D (`written.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from importlib.resources import files

from chat_service.language.dates.grammar import Piece
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
_LATEST_SHORT_YEAR = 35


_DIGITS, _LETTERS = Formats(_TABLE["digits"], _PARTS), Formats(_TABLE["letters"], _PARTS)


def written_at(text: str, at: int) -> Piece | None:
    """The date in digits or in short that begins there; None where there is none (2026-13-40)."""
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
            return piece
        case "DAY":
            return _in_digits(piece, _days(numbers, month, full_year(said["y"]), said["y"]))
        case "SPAN_SHORT" | "ROLLING_SHORT":
            count = numbers.get("n", _YEAR_MONTHS)
            return replace(piece, value=count, grain=_UNITS[said.get("u", "m")])
    week = numbers.get("w")
    if week is not None and not 1 <= week <= 53:
        return None
    named = PartialDate(year=year, half=numbers.get("h"), quarter=numbers.get("q"), month=month, week=week)
    return replace(piece, value=year or 0, date=None if piece.symbol == "FISCAL_LABEL" else named)


def _days(numbers: dict[str, int], month: int | None, year: int, written: str) -> tuple[PartialDate, ...]:
    """3/7/2017 can be two days, unless only one order gives a date; 26.3.15 can begin with the year."""
    orders = [(year, month or 0, numbers["d"])] if "a" not in numbers else []
    if "a" in numbers:
        first, second = numbers["a"], numbers["b"]
        orders = [(year, first, second), (year, second, first)]
        if len(written) == 2 and 10 <= first <= _LATEST_SHORT_YEAR:
            orders.append((full_year(first), second, int(written)))
    return tuple(dict.fromkeys(day for order in orders if (day := _day(*order)) is not None))


def _in_digits(piece: Piece, days: tuple[PartialDate, ...]) -> Piece | None:
    """A day in digits: sure where every order in which it can be written gives the same day."""
    if len(days) == 1:
        return replace(piece, symbol="P_FULL", date=days[0])
    return replace(piece, symbol="WRITTEN", readings=days) if days else None


def _day(year: int, month: int, day: int) -> PartialDate | None:
    try:
        return PartialDate(fixed=calendar("day", date(year, month, day)))
    except ValueError:
        return None
