"""The words of the grammar of dates, read from `language/words/{zh,en}/dates.toml`.

A word has a symbol, which is what rules see, a value and a unit of time; earlier tables win where two have a word.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from importlib.resources import files
from typing import Any, NamedTuple

from semantic_layer import Grain

GAP = "GAP"
# The order in which the tables of the languages are read.
LANGUAGES = ("zh", "en")
_KEY = re.compile(r"[a-z]+|[0-9]+[a-z]*")


class Entry(NamedTuple):
    """A word with what it means; `phrase` is as it stands in folded text, hyphens as spaces."""

    phrase: str
    symbol: str
    value: float = 0
    grain: Grain | None = None


def _table(language: str) -> dict[str, Any]:
    text = files("chat_service.language.words").joinpath(language, "dates.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


_TABLES = tuple(_table(language) for language in LANGUAGES)
# Numbers that name a day (618), and the days that are written like decimals (11.11): the holiday of each.
HOLIDAY_NUMBERS: dict[str, str] = {key: name for table in _TABLES for key, name in table.get("numbers", {}).items()}
HOLIDAY_DECIMALS: dict[str, str] = {key: name for table in _TABLES for key, name in table.get("decimals", {}).items()}


def _entries() -> dict[str, Entry]:
    entries: dict[str, Entry] = {}

    def add(words: list[str], symbol: str, value: float = 0, grain: Grain | None = None) -> None:
        for word in words:
            entries.setdefault(word, Entry(word, symbol, value, grain))

    for table in _TABLES:
        add(table["other"]["not_dates"], GAP)
    for table in _TABLES:
        _symbols(table["words"], add)
    for table in _TABLES:
        _calendar(table.get("calendar", {}), add)
    for table in _TABLES:
        for name, words in table["holidays"].items():
            add(words, f"HOLIDAY:{name}")
    return entries


def _symbols(symbols: dict[str, Any], add: Callable[..., None]) -> None:
    """The words of each symbol: alone, or with a value and a unit."""
    for symbol, rows in symbols.items():
        for row in rows:
            if isinstance(row, str):
                add([row], symbol)
            else:
                add(row["words"], symbol, row.get("value", 0), row.get("grain"))


def _calendar(names: dict[str, Any], add: Callable[..., None]) -> None:
    """Months and weekdays by name; the month that is also a verb has a symbol of its own."""
    for index, words in enumerate(names.get("months", ())):
        add(words, "MAY" if words == ["may"] else "MONTH_NAME", index + 1, "month")
    for index, word in enumerate(names.get("weekdays", ())):
        add([word], "WEEKDAY", index + 1, "day")
        add([f"{word}s", f"{word}'s"], "WEEKDAYS", index + 1, "day")
    for index, words in enumerate(names.get("weekdays_short", ())):
        add(words, "WEEKDAY_SHORT", index + 1, "day")


def month_names() -> dict[str, int]:
    """The names that months have in Latin letters, for dates written like 05-Jun-2026."""
    names = (table.get("calendar", {}).get("months", ()) for table in _TABLES)
    return {word: index + 1 for table in names for index, words in enumerate(table) for word in words if word.isalpha()}


def by_beginning() -> tuple[dict[str, list[Entry]], dict[str, list[Entry]]]:
    """Latin words by their first word, others by their first character, longest first."""
    latin: dict[str, list[Entry]] = {}
    others: dict[str, list[Entry]] = {}
    for phrase, entry in sorted(_entries().items(), key=lambda item: -len(item[0])):
        key = _KEY.match(phrase)
        if key is None:
            others.setdefault(phrase[0], []).append(entry)
        else:
            latin.setdefault(key.group(), []).append(entry)
    return latin, others
