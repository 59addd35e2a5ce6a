"""The words of the grammar of dates, read from `language/words/{zh,en}/dates.toml`, and what its patterns name.

A word has a symbol, which is what rules see, a value and a unit of time; earlier tables win where two have a word.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from chat_service.language.formats import joined_lines
from semantic_layer import Grain

GAP = "GAP"
_AROUND = 4  # characters
KEY = re.compile(r"[a-z]+|[0-9]+[a-z]*")


class Entry(NamedTuple):
    """A word with what it means; `phrase` is as it stands in folded text, hyphens as spaces, `says` what it stands for.

    `before`, `not_before` and `not_behind` are contexts that must, or must not, stand beside it.
    """

    phrase: str
    symbol: str
    value: float = 0
    grain: Grain | None = None
    before: str = ""
    not_before: str = ""
    not_behind: str = ""
    says: str = ""

    def stands(self, text: str, start: int, end: int) -> bool:
        """Whether the words around it let it be that word."""
        before = text[max(0, start - _AROUND) : start]
        if self.not_behind and context_of(self.not_behind).match(text, end):
            return False
        if self.not_before and context_of(self.not_before, "$").search(before):
            return False
        return not self.before or context_of(self.before, "$").search(before) is not None


def _table(package: str, *path: str) -> dict[str, Any]:
    return tomllib.loads(files(package).joinpath(*path).read_text(encoding="utf-8"))


# in the order in which they are read
_TABLES = tuple(_table("chat_service.language.words", language, "dates.toml") for language in ("zh", "en"))
_SYMBOLS = _table(__package__, "symbols.toml")
CLASSES: dict[str, str] = _SYMBOLS["classes"]
PIECES: dict[str, str] = _SYMBOLS["pieces"]
# what can stand around the words of a rule: each language's pattern
CONTEXTS: dict[str, tuple[str, ...]] = {
    name: tuple(joined_lines(table["around"][name]) for table in _TABLES if name in table["around"])
    for name in {name for table in _TABLES for name in table["around"]}
}
# Numbers that name a day (618), and the days that are written like decimals (11.11): the holiday of each.
HOLIDAY_NUMBERS: dict[str, str] = {key: name for table in _TABLES for key, name in table.get("numbers", {}).items()}
HOLIDAY_DECIMALS: dict[str, str] = {key: name for table in _TABLES for key, name in table.get("decimals", {}).items()}


@lru_cache(maxsize=256)
def context_of(name: str, end: str = "") -> re.Pattern[str]:
    """A context of the languages as a pattern: one of theirs. What is no name of one is a pattern itself."""
    return re.compile(f"(?:{'|'.join(CONTEXTS.get(name, (name,)))}){end}")


def _entries() -> Iterator[Entry]:
    for table in _TABLES:
        yield from (Entry(word, GAP) for word in table["other"]["not_dates"])
        yield from (Entry(word, GAP, not_before="pointed") for word in table["other"].get("not_dates_uncounted", ()))
    for symbol, row in ((symbol, row) for table in _TABLES for symbol, rows in table["words"].items() for row in rows):
        said: dict[str, Any] = {"words": [row]} if isinstance(row, str) else row
        meaning: dict[str, Any] = {key: value for key, value in said.items() if key != "words"}
        yield from (Entry(word, symbol, **meaning) for word in said["words"])
    for table in _TABLES:
        yield from _calendar(table.get("calendar", {}))
    for table in _TABLES:
        yield from (Entry(word, "HOLIDAY", says=name) for name, words in table["holidays"].items() for word in words)


def _calendar(names: dict[str, Any]) -> Iterator[Entry]:
    """Months and weekdays by name; the month that is also a verb has a symbol of its own."""
    for index, words in enumerate(names.get("months", ())):
        yield from (Entry(word, "MAY" if words == ["may"] else "MONTH_NAME", index + 1, "month") for word in words)
    for index, word in enumerate(names.get("weekdays", ())):
        yield Entry(word, "WEEKDAY", index + 1, "day")
        yield from (Entry(each, "WEEKDAYS", index + 1, "day") for each in (f"{word}s", f"{word}'s"))
    for index, words in enumerate(names.get("weekdays_short", ())):
        yield from (Entry(word, "WEEKDAY_SHORT", index + 1, "day") for word in words)
    for index, days in enumerate(names.get("days_of_week", ())):
        for word in (f"{week}{day}" for week in names["weeks"] for day in days):
            entry = Entry(word, "WEEKDAY", index + 1, "day", not_behind="counted_weekday")
            yield from (entry, entry._replace(phrase=f"{names['measure']}{word}", before="nth"))


def month_names() -> dict[str, int]:
    """The names that months have in Latin letters, for dates written like 05-Jun-2026."""
    found = (entry for entry in _entries() if entry.symbol in ("MONTH_NAME", "MAY") and entry.phrase.isalpha())
    return {entry.phrase: int(entry.value) for entry in found}


def by_beginning() -> tuple[dict[str, list[Entry]], dict[str, list[Entry]]]:
    """Latin words by their first word, others by their first character, longest first."""
    first = {entry.phrase: entry for entry in reversed(tuple(_entries()))}
    latin: dict[str, list[Entry]] = {}
    others: dict[str, list[Entry]] = {}
    for phrase, entry in sorted(first.items(), key=lambda item: -len(item[0])):
        key = KEY.match(phrase)
        if key is None:
            others.setdefault(phrase[0], []).append(entry)
        else:
            latin.setdefault(key.group(), []).append(entry)
    return latin, others
