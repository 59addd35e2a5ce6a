"""A request as the words that the network writes, and read back: its parts in order, with places for what was named.

>>> said = (Named("period", ("2026-05-01", "2026-06-01", "month"), "date period month", "last month"),)
>>> request = {"kind": "metrics", "metrics": ["revenue"],
...            "period": {"start": "2026-05-01", "end": "2026-06-01", "grain": "month"}}
>>> words = Script(said, (), date(2026, 6, 30)).written(request)
>>> " ".join(words)
'<metrics> metrics: [ =revenue ] period: @0 <end>'
>>> Script(said, (), date(2026, 6, 30)).read(words) == request
True
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import chain, repeat
from typing import Any

from pydantic import JsonValue

from chat_service.translate.learned.literals import UNSAID, Days, Named, days_of, is_period

START, END, REFUSED, ASKED = "<start>", "<end>", "<refuse>", "<ask>"
KEPT = "^"
"""The sign of what the request before named."""
LOST, _BY = "@?", "grain="
_CLOSE = 1e-9
_SIMPLE: Mapping[str, JsonValue] = {"~True": True, "~False": False, "~None": None}


class UnreadableError(ValueError):
    """The words are no request."""


@dataclass(frozen=True)
class Script:
    """How requests are written where a question names `here` and the request before it held `before`."""

    here: Sequence[Named]
    before: Sequence[Named]
    today: date

    def written(self, request: Mapping[str, Any]) -> tuple[str, ...]:
        """The words of a request that is plain data without its defaults."""
        return (f"<{request['kind']}>", *self._parts(request), END)

    def read(self, words: Sequence[str]) -> dict[str, Any]:
        """The request that the words write, as plain data. Raises UnreadableError."""
        rest = chain(words, repeat(""))
        try:
            kind = next(rest)
            found = dict(self._read_parts(rest, END))
        except (IndexError, KeyError, TypeError, ValueError) as error:
            raise UnreadableError(" ".join(words)) from error
        return {"kind": kind.strip("<>"), **found}

    # --- writing ---

    def _parts(self, parts: Mapping[str, Any]) -> Iterator[str]:
        for name, each in parts.items():
            if name not in UNSAID:
                yield f"{name}:"
                yield from self._part(each, name)

    def _part(self, part: object, place: str) -> Iterator[str]:
        match part:
            case Mapping() if is_period(part):
                yield from self._period(days_of(part))
            case Mapping():
                yield from ("{", *self._parts(part), "}")
            case list() | tuple():
                yield "["
                for each in part:
                    yield from self._part(each, place)
                yield "]"
            case None | bool():
                yield f"~{part}"
            case int() | float():
                yield from self._number(part, place)
            case _:
                found = self._place("value", part) if place == "values" else None
                yield found or f"={part}"

    def _places(self, kind: str) -> Iterator[tuple[str, Any]]:
        for sign, named in (("@", self.here), (KEPT, self.before)):
            for number, each in enumerate(named):
                if each.kind == kind:
                    yield f"{sign}{number}", each.value

    def _place(self, kind: str, value: object) -> str | None:
        return next((at for at, own in self._places(kind) if own == value and type(own) is type(value)), None)

    def _number(self, number: float, place: str) -> tuple[str, ...]:
        for at, value in self._places("number"):
            if abs(value - number) < _CLOSE:
                return (at,)
        for at, value in self._places("number"):
            if abs(value / 100 - number) < _CLOSE:
                return "%", at
        found = self._place("value", number) if place == "values" else None
        return (found or f"#{number:g}",)

    def _period(self, days: Days) -> tuple[str, ...]:
        """The place of a period; of one with another grain; a standing one; or its ends out of others."""
        at = self._place("period", days)
        if at is not None:
            return (at,)
        standing = next((name for name, own in self._standing.items() if own == days), None)
        if standing is not None:
            return (standing,)
        for at, own in self._places("period"):
            if own[:2] == days[:2]:
                return f"{_BY}{days[2]}", at
        start, end = self._end(days[0], first="start"), self._end(days[1], first="end")
        return ("(", start, end, ")") if start and end else (LOST,)

    def _end(self, day: str | None, *, first: str) -> str | None:
        if day is None:
            return ".."
        order = ("start", "end") if first == "start" else ("end", "start")
        for which in order:
            for at, own in self._places("period"):
                if own[0 if which == "start" else 1] == day:
                    return f"{at}.{which}"
        return None

    @cached_property
    def _standing(self) -> dict[str, Days]:
        """Periods that requests hold without a word for them."""
        year, month, tomorrow = self.today.year, self.today.month, self.today + timedelta(days=1)
        first = (month - 1) // 3 * 3 + 1

        def of(start: date, end: date, grain: str | None) -> Days:
            return str(start), str(end), grain

        def at(month: int, year: int = year) -> date:
            return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)

        return {
            "P:last12": of(at(month - 11), at(month + 1), None),
            "P:month": of(at(month), at(month + 1), "month"),
            "P:month-1": of(at(month - 1), at(month), "month"),
            "P:month-2": of(at(month - 2), at(month - 1), "month"),
            "P:quarter": of(at(first), at(first + 3), "quarter"),
            "P:quarter-1": of(at(first - 3), at(first), "quarter"),
            "P:year": of(at(1), at(13), "year"),
            "P:year-1": of(at(-11), at(1), "year"),
            "P:today": of(self.today, tomorrow, "day"),
            "P:yesterday": of(self.today - timedelta(days=1), self.today, "day"),
            "P:ytd": of(at(1), tomorrow, None),
            "P:last30": of(tomorrow - timedelta(days=30), tomorrow, None),
            "P:last90": of(tomorrow - timedelta(days=90), tomorrow, None),
        }

    # --- reading ---

    def _read_parts(self, words: Iterator[str], close: str) -> Iterator[tuple[str, JsonValue]]:
        while (word := next(words)) != close:
            if not word.endswith(":"):
                raise UnreadableError(word)
            yield word[:-1], self._read(next(words), words)

    def _read(self, word: str, words: Iterator[str]) -> JsonValue:
        days = self._read_days(word, words)
        if days is not None:
            return _period(days)
        match word[0], word:
            case _, "{":
                return dict(self._read_parts(words, "}"))
            case _, "[":
                return list(self._read_list(words))
            case _, "%":
                return round(float(self._named(next(words)).value) / 100, 6)
            case "@" | "^", _:
                return _plain(self._named(word))
            case "#", _:
                return _whole(float(word[1:]))
            case "~", _:
                return _SIMPLE[word]
            case "=", _:
                return word[1:]
        raise UnreadableError(word)

    def _read_days(self, word: str, words: Iterator[str]) -> Days | None:
        """What a period that stands in no place is: between two ends, a standing one, or one with another grain."""
        if word == "(":
            ends = self._day(next(words)), self._day(next(words))
            next(words)
            return (*ends, None)
        if word.startswith(_BY):
            start, end, _ = self._named(next(words)).value
            grain = word.removeprefix(_BY)
            return start, end, None if grain == "None" else grain
        return self._standing.get(word)

    def _read_list(self, words: Iterator[str]) -> Iterator[JsonValue]:
        while (word := next(words)) != "]":
            yield self._read(word, words)

    def _named(self, place: str) -> Named:
        return (self.here if place[0] == "@" else self.before)[int(place[1:])]

    def _day(self, end: str) -> str | None:
        place, _, which = end.partition(".")
        if not place:
            return None
        start, last, _ = self._named(place).value
        day = start if which == "start" else last
        return None if day is None else str(day)


def _period(days: Days) -> dict[str, JsonValue]:
    return {name: each for name, each in zip(("start", "end", "grain"), days, strict=True) if each is not None}


def _plain(named: Named) -> JsonValue:
    if named.kind == "period":
        return _period(named.value)
    return _whole(named.value) if named.kind == "number" else named.value


def _whole(number: float) -> float | int:
    return int(number) if float(number).is_integer() else number


__all__ = ["ASKED", "END", "KEPT", "LOST", "REFUSED", "START", "Script", "UnreadableError"]
