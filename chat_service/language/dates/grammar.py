"""The machine under the grammar of dates: pieces of text with a symbol, and rules that join neighbours to a larger
piece.

A rule's pattern is a regular expression over the names of symbols: `LAST NUM UNIT POSS?`. Rules run in passes; within a
pass the longest match at the leftmost place wins, earlier rules before later ones, and a rule may decline what it
matched. Only neighbours match: words that the lexicon does not know stand between pieces as GAP. Knows no words and
no dates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date as Day  # noqa: N812
from functools import cache, lru_cache
from typing import TypeVar

from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.partial import PartialDate
from chat_service.language.dates.span import Span, span_of
from chat_service.language.dates.words import CLASSES, PIECES, context_of
from chat_service.language.folding import Folded
from semantic_layer import Grain

Example = tuple[str, str, str]
_Value = TypeVar("_Value")
Meaning = PartialDate | DateMention | None
_NEIGHBOURS, _MOST_PIECES = 8, 24
_NEAR, _FAR = 24, 60  # characters


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of folded text with the symbol that rules see; the other fields are its meaning so far.

    `readings` of a date in digits: the days that it can be, by the order in which they are written.
    """

    symbol: str
    fstart: int
    fend: int
    text: str
    value: float = 0
    grain: Grain | None = None
    date: PartialDate | None = None
    mention: DateMention | None = None
    readings: tuple[PartialDate, ...] = ()
    rules: tuple[str, ...] = ()

    def begins(self, context: str) -> bool:
        """Whether its words begin with what a context describes."""
        return context_of(context).match(self.text) is not None

    def period(self, today: Day) -> Span | None:
        """The days that it stands for, if it stands for any by itself."""
        if self.date is not None:
            return self.date.resolve(today)
        named = None if self.mention is None or self.mention.kind != "period" else self.mention.period
        return span_of(named)


@dataclass(frozen=True, slots=True)
class Situation:
    """What the reading of dates depends on beside the words. `fiscal_year_start` is a month, or None where unset."""

    folded: Folded
    today: Day
    fiscal_year_start: int | None


class Found:
    """The pieces that a rule matched, those around them, and the situation."""

    __slots__ = ("around", "at", "fend", "fstart", "pieces", "rule", "situation")

    def __init__(self, rule: Rule, around: list[Piece], at: int, end: int, situation: Situation) -> None:
        self.rule, self.around, self.at, self.situation = rule, around, at, situation
        self.pieces = tuple(around[at:end])
        self.fstart, self.fend = self.pieces[0].fstart, self.pieces[-1].fend

    @property
    def today(self) -> Day:
        return self.situation.today

    @property
    def text(self) -> str:
        """The folded text of the match."""
        return self.situation.folded.text[self.fstart : self.fend]

    @property
    def earlier(self) -> list[Piece]:
        """The pieces before the match, nearest first, as they were when this pass began."""
        return self.around[max(0, self.at - _NEIGHBOURS) : self.at][::-1]

    @property
    def later(self) -> list[Piece]:
        end = self.at + len(self.pieces)
        return self.around[end : end + _NEIGHBOURS]

    def all(self, *names: str) -> list[Piece]:
        """The pieces whose symbol is in one of these symbols or classes."""
        symbols = _symbols_of(names)
        return [piece for piece in self.pieces if piece.symbol in symbols]

    def get(self, *names: str) -> Piece | None:
        """The first of them."""
        symbols = _symbols_of(names)
        for piece in self.pieces:
            if piece.symbol in symbols:
                return piece
        return None

    def one(self, *names: str) -> Piece:
        piece = self.get(*names)
        assert piece is not None, f"the pattern asks for {names}"
        return piece

    def grain(self, *names: str) -> Grain:
        """The unit that the word counts."""
        grain = self.one(*names).grain
        assert grain is not None, "words of units have a grain"
        return grain

    def date(self, *names: str) -> PartialDate:
        """The date that the piece stands for."""
        date = self.one(*names).date
        assert date is not None, "pieces of dates carry one"
        return date

    def span(self, *names: str) -> Span:
        """The days that the first of these pieces stands for; declines where it stands for none."""
        return given(self.one(*names).period(self.today))

    @property
    def offset(self) -> int:
        """How many units from the current one the words are: last -1, this 0."""
        which = self.get("WHICH_ONE")
        return 0 if which is None else int(which.value)

    @property
    def joins(self) -> bool:
        """Whether the words join two ends: `and` does so only with `between`."""
        return self.get("AND") is None or self.get("BETWEEN", "BETWEEN_POST") is not None

    def told(self, option: str) -> str:
        """What the rule says to its maker under a name; nothing where it says nothing."""
        return self.rule.options.get(option, "")

    def before(self, context: str, length: int = _NEAR) -> bool:
        """Whether the text before ends with what a context describes."""
        start = max(0, self.fstart - length)
        return context_of(context, "$").search(self.situation.folded.text[start : self.fstart]) is not None

    def after(self, context: str) -> bool:
        """Whether the text behind begins with it."""
        return context_of(context).match(self.situation.folded.text[self.fend : self.fend + _NEAR]) is not None

    def says(self, context: str) -> bool:
        """Whether the text of the match has it."""
        return context_of(context).search(self.text) is not None

    def near(self, context: str, *, behind: bool = True) -> bool:
        """Whether the sentence around has it; or the text before, where what is behind does not count."""
        text = self.situation.folded.text
        sides = text[max(0, self.fstart - _FAR) : self.fstart], text[self.fend : self.fend + _FAR] if behind else ""
        return any(context_of(context).search(side) for side in sides)


Make = Callable[[Found], Meaning]


@dataclass(frozen=True)
class Rule:
    """`make` gives the meaning of the match, or None to decline it. `makes` is the symbol of the joined piece.

    `guards` are contexts that must or must not stand (before, after, in the text); where one fails the rule declines,
    or says `otherwise`. `finds` are (sentence, words claimed, what they mean as `str(DateMention)`) on the day of the
    conventions, Tuesday 2026-06-30; `leaves` are sentences in which the rule claims nothing.
    """

    name: str
    pattern: str
    makes: str
    make: Make
    guards: tuple[tuple[Callable[[Found, str], bool], str, bool], ...] = ()
    unit: Grain | None = None
    otherwise: DateMention | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    finds: tuple[Example, ...] = ()
    leaves: tuple[str, ...] = ()

    def meaning(self, found: Found) -> Meaning:
        """What the match means, None where it is declined."""
        if self.unit is not None and found.grain("UNIT") != self.unit:
            return None
        if not all(stands(found, context) is wanted for stands, context, wanted in self.guards):
            return self.otherwise
        try:
            return self.make(found)
        except DeclinedError:
            return None


class DeclinedError(Exception):
    """A rule makes nothing of what it matched."""


def given(value: _Value | None) -> _Value:
    """The value; declines where there is none."""
    if value is None:
        raise DeclinedError
    return value


def only_if(holds: object) -> None:
    """Declines where that does not hold."""
    if not holds:
        raise DeclinedError


# --- symbols and patterns ---

GAP = "GAP"
_LETTERS: dict[str, str] = {}
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_PIECE = re.compile(r"<([A-Z]+)>")
_TOKEN = re.compile(r"[A-Z][A-Z0-9_]*|\(\?<?[=!]|[()|?*+]")


@lru_cache(maxsize=512)
def symbols_of(name: str) -> frozenset[str]:
    """The symbols of a class, or the symbol itself."""
    members = CLASSES.get(name)
    return frozenset((name,)) if members is None else _symbols_of(tuple(members.split()))


@lru_cache(maxsize=512)
def _symbols_of(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*map(symbols_of, names))


def is_any(name: str, pieces: Iterable[Piece]) -> bool:
    """Whether the symbol of one of the pieces is in a class."""
    return any(piece.symbol in symbols_of(name) for piece in pieces)


def _in_letters(pattern: str) -> str:
    def one_of(match: re.Match[str]) -> str:
        letters = (_LETTERS.setdefault(each, chr(0x4E00 + len(_LETTERS))) for each in symbols_of(match.group()))
        return "[" + "".join(letters) + "]"

    return re.sub(r"\s", "", _NAME.sub(one_of, pattern))


@cache
def _compiled(letters: str) -> re.Pattern[str]:
    """Only where the first symbol of a rule has stood in a text: most texts have those of few."""
    return re.compile(letters)


def _first(tokens: list[str]) -> tuple[frozenset[str], bool]:
    """The symbols that a match can begin with, and whether it can be empty; takes the tokens off, up to its end."""
    first: frozenset[str] = frozenset()
    nullable, empty = False, True
    while tokens and (sign := tokens.pop()) != ")":
        if sign == "|":
            nullable, empty = nullable or empty, True
            continue
        part, can_be_empty = _first(tokens) if sign.startswith("(") else (symbols_of(sign), False)
        if "?" in sign:
            part, can_be_empty = frozenset(), True
        while tokens and tokens[-1] in ("?", "*", "+"):
            can_be_empty = tokens.pop() != "+" or can_be_empty
        first, empty = first | part if empty else first, empty and can_be_empty
    return first, nullable or empty


# Symbols of pieces that stand for a date; a year alone is always P_YEAR, and a meaning that is no date is DONE.
_DATED = symbols_of("P")


class Pass:
    """Rules that see the same pieces."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._by_first: dict[str, list[tuple[str, Rule]]] = {}
        for rule in rules:
            pattern = _PIECE.sub(lambda match: PIECES[match[1]], rule.pattern)
            letters, (first, nullable) = _in_letters(pattern), _first(_TOKEN.findall(pattern)[::-1])
            assert not nullable, f"pattern matches nothing at all: {pattern}"
            for symbol in first:
                self._by_first.setdefault(symbol, []).append((letters, rule))

    def run(self, pieces: list[Piece], situation: Situation) -> list[Piece]:
        """The pieces with every match joined to one piece."""
        by_first = self._by_first
        if not any(piece.symbol in by_first for piece in pieces):
            return pieces
        letters = "".join([_LETTERS.get(piece.symbol, "\0") for piece in pieces])
        result: list[Piece] = []
        at = 0
        while at < len(pieces):
            joined, end = pieces[at], at + 1
            if joined.symbol in by_first:
                joined, end = self._longest(pieces, letters, at, situation)
            result.append(joined)
            at = end
        return result

    def _longest(self, pieces: list[Piece], letters: str, at: int, situation: Situation) -> tuple[Piece, int]:
        rules = self._by_first[pieces[at].symbol]
        matches = [
            (match.end(), rule)
            for pattern, rule in rules
            if (match := _compiled(pattern).match(letters, at, at + _MOST_PIECES))
        ]
        matches.sort(key=lambda found: -found[0])
        for end, rule in matches:
            joined = _joined(rule, Found(rule, pieces, at, end, situation))
            if joined is not None:
                return joined, end
        return pieces[at], at + 1


def _joined(rule: Rule, found: Found) -> Piece | None:
    meaning = rule.meaning(found)
    if meaning is None:
        return None
    trail = (*(name for piece in found.pieces for name in piece.rules), rule.name)
    piece = Piece(rule.makes, found.fstart, found.fend, found.text, rules=trail)
    if isinstance(meaning, PartialDate):
        year_alone = replace(meaning, year=None) == PartialDate() and meaning.year is not None
        return replace(piece, date=meaning, symbol="P_YEAR" if year_alone and rule.makes in _DATED else rule.makes)
    if rule.makes not in _DATED:
        return replace(piece, mention=meaning)
    return replace(piece, mention=meaning, symbol="FISCAL_UNSET" if meaning.kind == "fiscal_unset" else "DONE")
