"""The machine under the grammar of dates: pieces of text with a symbol, and rules that join neighbours to a larger
piece.

A rule's pattern is a regular expression over the names of symbols: `LAST NUM UNIT POSS?`. Rules run in passes; within a
pass the longest match at the leftmost place wins, earlier rules before later ones, and a rule may decline what it
matched. Only neighbours match: words that the lexicon does not know stand between pieces as GAP. Knows no words and
no dates.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.partial import PartialDate
from chat_service.language.dates.symbols import CLASSES
from chat_service.language.folding import Folded
from semantic_layer import Grain

Example = tuple[str, str, str]
# What digits can mean, by the order in which they are written: month first, day first, year first.
Readings = tuple[PartialDate | None, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of folded text with the symbol that rules see; the other fields are its meaning so far.

    `readings` of a date in digits, by the order in which they can be written: two dates of a range share the order.
    """

    symbol: str
    fstart: int
    fend: int
    text: str
    value: float = 0
    grain: Grain | None = None
    date: PartialDate | None = None
    mention: DateMention | None = None
    readings: Readings = ()
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """What the reading of dates depends on beside the words. `fiscal_year_start` is a month, or None where unset."""

    folded: Folded
    today: date
    fiscal_year_start: int | None


class Found:
    """The pieces that a rule matched, those around them, and the situation."""

    __slots__ = ("around", "at", "pieces", "situation")

    def __init__(self, around: list[Piece], at: int, end: int, situation: Situation) -> None:
        self.around = around
        self.at = at
        self.pieces = tuple(around[at:end])
        self.situation = situation

    @property
    def earlier(self) -> list[Piece]:
        """The pieces before the match, nearest first, as they were when this pass began."""
        return self.around[max(0, self.at - 8) : self.at][::-1]

    @property
    def later(self) -> list[Piece]:
        end = self.at + len(self.pieces)
        return self.around[end : end + 8]

    @property
    def today(self) -> date:
        return self.situation.today

    def get(self, *names: str) -> Piece | None:
        """The first piece whose symbol is in one of these symbols or classes."""
        symbols = frozenset().union(*(symbols_of(name) for name in names))
        return next((piece for piece in self.pieces if piece.symbol in symbols), None)

    def one(self, *names: str) -> Piece:
        piece = self.get(*names)
        assert piece is not None, f"the pattern asks for {names}"
        return piece

    def all(self, *names: str) -> list[Piece]:
        symbols = frozenset().union(*(symbols_of(name) for name in names))
        return [piece for piece in self.pieces if piece.symbol in symbols]

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

    def before(self, count: int = 12) -> str:
        """The folded text before the match."""
        start = self.pieces[0].fstart
        return self.situation.folded.text[max(0, start - count) : start]

    def after(self, count: int = 12) -> str:
        end = self.pieces[-1].fend
        return self.situation.folded.text[end : end + count]


Build = Callable[[Found], "PartialDate | DateMention | None"]


@dataclass(frozen=True)
class Rule:
    """`build` gives the meaning of the match, or None to decline it. `makes` is the symbol of the joined piece.

    `finds` are (sentence, words claimed, what they mean as `str(DateMention)`) on the day of the conventions, Tuesday
    2026-06-30; `leaves` are sentences in which the rule claims nothing. Tests and the documentation read both.
    """

    name: str
    pattern: str
    makes: str
    build: Build
    finds: tuple[Example, ...] = ()
    leaves: tuple[str, ...] = ()


# --- symbols ---

_LETTERS: dict[str, str] = {}
_CLASSES: dict[str, frozenset[str]] = {}
GAP = "GAP"


def symbols_of(name: str) -> frozenset[str]:
    """The symbols of a class, or the symbol itself."""
    found = _CLASSES.get(name)
    if found is None:
        found = _CLASSES[name] = frozenset((name,))
    return found


for _name, _symbols in CLASSES.items():
    _CLASSES[_name] = frozenset().union(*(symbols_of(symbol) for symbol in _symbols.split()))


def _letter(symbol: str) -> str:
    return _LETTERS.setdefault(symbol, chr(0x4E00 + len(_LETTERS)))


# Symbols of pieces that stand for a date; a year alone is always P_YEAR, and a meaning that is no date is DONE.
_DATED = symbols_of("P")

# --- patterns ---

_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_TOKEN = re.compile(r"[A-Z][A-Z0-9_]*|\(\?<?[=!]|[()|?*+]")


def _compiled(pattern: str) -> re.Pattern[str]:
    def one_of(match: re.Match[str]) -> str:
        return "[" + "".join(sorted(_letter(symbol) for symbol in symbols_of(match.group()))) + "]"

    return re.compile(_NAME.sub(one_of, pattern).replace(" ", ""))


def _first_symbols(pattern: str) -> frozenset[str]:
    """The symbols that a match can begin with."""
    tokens = _TOKEN.findall(pattern)
    first, nullable, _ = _first_of_choice(tokens, 0)
    assert not nullable, f"pattern matches nothing at all: {pattern}"
    return first


def _first_of_choice(tokens: list[str], at: int) -> tuple[frozenset[str], bool, int]:
    first: frozenset[str] = frozenset()
    nullable = False
    while True:
        branch, empty, at = _first_of_sequence(tokens, at)
        first, nullable = first | branch, nullable or empty
        if at >= len(tokens) or tokens[at] != "|":
            return first, nullable, at
        at += 1


def _first_of_sequence(tokens: list[str], at: int) -> tuple[frozenset[str], bool, int]:
    first: frozenset[str] = frozenset()
    nullable = True
    while at < len(tokens) and tokens[at] not in "|)":
        look = tokens[at].startswith("(?")
        if tokens[at] == "(" or look:
            part, empty, at = _first_of_choice(tokens, at + 1)
        else:
            part, empty = symbols_of(tokens[at]), False
        at += 1
        if look:
            part, empty = frozenset(), True
        while at < len(tokens) and tokens[at] in ("?", "*", "+"):
            empty, at = empty or tokens[at] != "+", at + 1
        if nullable:
            first = first | part
        nullable = nullable and empty
    return first, nullable, at


class Pass:
    """Rules that see the same pieces."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        self._by_first: dict[str, list[tuple[re.Pattern[str], Rule]]] = {}
        for rule in rules:
            regex = _compiled(rule.pattern)
            for symbol in _first_symbols(rule.pattern):
                self._by_first.setdefault(symbol, []).append((regex, rule))

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
        matches = [(match.end(), rule) for regex, rule in rules if (match := regex.match(letters, at, at + 24))]
        matches.sort(key=lambda found: -found[0])
        for end, rule in matches:
            joined = _joined(rule, Found(pieces, at, end, situation))
            if joined is not None:
                return joined, end
        return pieces[at], at + 1


def _joined(rule: Rule, found: Found) -> Piece | None:
    meaning, pieces = rule.build(found), found.pieces
    if meaning is None:
        return None
    fstart, fend = pieces[0].fstart, pieces[-1].fend
    trail = (*(name for piece in pieces for name in piece.rules), rule.name)
    piece = Piece(rule.makes, fstart, fend, found.situation.folded.text[fstart:fend], rules=trail)
    if isinstance(meaning, PartialDate):
        year_alone = replace(meaning, year=None) == PartialDate() and meaning.year is not None
        return replace(piece, date=meaning, symbol="P_YEAR" if year_alone and rule.makes in _DATED else rule.makes)
    if rule.makes not in _DATED:
        return replace(piece, mention=meaning)
    return replace(piece, mention=meaning, symbol="FISCAL_UNSET" if meaning.kind == "fiscal_unset" else "DONE")
