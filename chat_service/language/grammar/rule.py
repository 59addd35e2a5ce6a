"""What a rule of grammar is: a name, patterns over categories, and what it makes of what it finds. Knows no words.

A pattern is a row of elements `[name=]category[|category...][?]`; between two elements `~` lets words without meaning
stand. `amount = "n=number ~ u=unit?"` finds a number with or without its unit. The category of a word is its role with
its meaning (`rank.top`), and an element may name the role alone. Word order of several languages is several patterns.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TypeVar

EMPTY = "function"
_Kind = TypeVar("_Kind")


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """A stretch of tokens (half-open) read as something. `parts` are what it was made of, words without meaning too."""

    start: int
    end: int
    category: str
    meaning: object
    cost: float
    parts: tuple[Edge, ...] = ()
    rule: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The categories that patterns may call it by: `rank.top` is a `rank` too."""
        return _keys(self.category)

    @property
    def is_empty(self) -> bool:
        """Whether it is a word without meaning, of whichever class: `function.particle`."""
        return _keys(self.category)[-1] == EMPTY

    def leaves(self) -> tuple[Edge, ...]:
        """The words that it was read from."""
        return tuple(leaf for part in self.parts for leaf in part.leaves()) if self.parts else (self,)


@lru_cache(maxsize=4096)
def _keys(category: str) -> tuple[str, ...]:
    role, dot, _ = category.partition(".")
    return (category, role) if dot else (category,)


@dataclass(frozen=True, slots=True)
class Piece:
    """What a stretch says only together with others, each from a token of its own: it is number `at` of them."""

    name: str
    at: int
    starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a pattern. `loose`: words without meaning may stand before it."""

    name: str
    categories: tuple[str, ...]
    loose: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What a pattern found, under the names of its elements."""

    edges: Mapping[str, Edge]
    parts: tuple[Edge, ...] = ()

    def passes(self, *texts: str) -> bool:
        """Whether one of these words without meaning stands between the elements."""
        return any(part.meaning in texts for part in self.parts if isinstance(part.meaning, str))

    def get(self, name: str, kind: type[_Kind]) -> _Kind | None:
        """The meaning under a name, if it was found and is of that kind."""
        edge = self.edges.get(name)
        return edge.meaning if edge is not None and isinstance(edge.meaning, kind) else None

    def one(self, name: str, kind: type[_Kind]) -> _Kind:
        """The meaning under a name that the pattern always has."""
        found = self.get(name, kind)
        assert found is not None, f"the pattern has an element {name} of that kind"
        return found

    def said(self, name: str) -> str:
        """The category of the word under a name without its role; empty if it was not found."""
        edge = self.edges.get(name)
        return edge.category.partition(".")[2] if edge is not None else ""


@dataclass(frozen=True)
class Rule:
    """How `category` is made. `make` may decline with None. `cost` below 0 prefers the whole to its parts.

    `finds` are texts with what the rule makes of them, `leaves` texts that it must not claim.
    """

    category: str
    patterns: tuple[str, ...]
    make: Callable[[Found], object | None]
    cost: float = -0.3
    name: str = ""
    finds: tuple[str, ...] = ()
    leaves: tuple[str, ...] = field(default=())

    @cached_property
    def rows(self) -> tuple[tuple[Element, ...], ...]:
        """Every pattern without optional elements: one row for each choice of them."""
        return tuple(row for text in self.patterns for row in _rows(text))


def _rows(text: str) -> list[tuple[Element, ...]]:
    """The rows of one pattern.

    >>> [[(e.name, e.loose) for e in row] for row in _rows("number ~ u=unit?")]
    [[('number', False), ('u', True)], [('number', False)]]
    """
    elements: list[tuple[Element, bool]] = []
    loose = False
    for word in text.split():
        if word == "~":
            loose = True
            continue
        name, _, symbols = word.rpartition("=")
        categories = tuple(symbols.rstrip("?").split("|"))
        elements.append((Element(name or categories[0], categories, loose), symbols.endswith("?")))
        loose = False
    choices = [((e,), ()) if optional else ((e,),) for e, optional in elements]
    return [tuple(e for part in row for e in part) for row in itertools.product(*choices) if any(row)]
