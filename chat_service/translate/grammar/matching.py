"""Patterns over mentions and nodes, written as one line each.

A pattern is a row of elements `[name=]symbol[|symbol...][?*+]`. A symbol is a kind of item (`number`, `value`,
`metric`, `amount`, `condition`, `when`), a role of the language's words (`rank`), or a role with a meaning
(`rank.top`); `date.<kind>` is a date mention of that kind. `~` stands for any number of words without meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from chat_service.translate.grammar.categories import Item, Items, Node, mentions_of
from chat_service.translate.senses import Mention, WordSense

Captured = Mapping[str, tuple[Item, ...]]
_KINDS: dict[str, Callable[[Mention], bool]] = {
    "metric": lambda m: bool(m.metrics()),
    "dimension": lambda m: bool(m.dimensions()),
    "value": lambda m: bool(m.values()),
    "weak_value": lambda m: bool(m.values(weak=True)),
    "behaviour": lambda m: bool(m.behaviours()),
    "list": lambda m: bool(m.lists()),
    "entity": lambda m: bool(m.entities()) or bool(m.words("entity")),
    "field": lambda m: bool(m.fields()),
    "number": lambda m: m.number is not None,
    "hours": lambda m: bool(m.hours()),
    "unknown": lambda m: not m.senses,
    "versus": lambda m: "versus" in m.words("comparison") or (m.date is not None and m.date.kind == "versus"),
}


@dataclass(frozen=True)
class Element:
    """One element of a pattern."""

    name: str
    symbols: tuple[str, ...]
    least: int
    most: int


@dataclass(frozen=True)
class Found:
    """Where a pattern stands (items `first` to `last`, half-open) and what its names hold."""

    first: int
    last: int
    captured: Captured

    def one(self, name: str) -> Item | None:
        """The first item under a name, if any."""
        items = self.captured.get(name, ())
        return items[0] if items else None


def is_a(item: Item, symbol: str) -> bool:
    """Whether an item can be what a symbol names."""
    if isinstance(item, Node):
        return type(item).__name__.lower() == symbol
    role, _, meaning = symbol.partition(".")
    if role == "date":
        return item.date is not None and (not meaning or item.date.kind == meaning)
    test = _KINDS.get(role) if not meaning else None
    if test is not None and test(item):
        return True
    return any(isinstance(s, WordSense) and s.role == role and meaning in ("", s.meaning) for s in item.senses)


def is_any(item: Item, *symbols: str) -> bool:
    """Whether an item can be one of several things."""
    return any(is_a(item, symbol) for symbol in symbols)


@lru_cache(maxsize=512)
def pattern(text: str) -> tuple[Element, ...]:
    """A pattern's elements.

    >>> [(e.name, e.symbols, e.least, e.most) for e in pattern("op=prefix ~ n=amount unit?")]
    [('op', ('prefix',), 1, 1), ('', ('filler',), 0, 99), ('n', ('amount',), 1, 1), ('', ('unit',), 0, 1)]
    """
    elements = []
    for word in text.split():
        name, _, symbols = word.rpartition("=")
        least, most = {"?": (0, 1), "*": (0, 99), "+": (1, 99)}.get(symbols[-1], (1, 1))
        if symbols == "~":
            elements.append(Element("", ("filler",), 0, 99))
        else:
            elements.append(Element(name, tuple(symbols.rstrip("?*+").split("|")), least, most))
    return tuple(elements)


def match_at(elements: tuple[Element, ...], items: Items, at: int) -> Found | None:
    """The pattern from one position on, taking as much as it can."""
    captured: dict[str, tuple[Item, ...]] = {}
    end = _step(elements, 0, items, at, captured)
    return None if end is None else Found(at, end, captured)


def _step(
    elements: tuple[Element, ...], index: int, items: Items, at: int, captured: dict[str, tuple[Item, ...]]
) -> int | None:
    if index == len(elements):
        return at
    element = elements[index]
    taken = 0
    while taken < element.most and at + taken < len(items) and is_any(items[at + taken], *element.symbols):
        taken += 1
    while taken >= element.least:
        end = _step(elements, index + 1, items, at + taken, captured)
        if end is not None:
            if element.name and taken:
                captured[element.name] = items[at : at + taken] + captured.get(element.name, ())
            return end
        taken -= 1
    return None


def rewrite(items: Items, texts: tuple[str, ...], build: Callable[[Found, Items], Node | None]) -> Items:
    """Replace every stretch where one of the patterns stands by the node that `build` makes of it, left to right.

    `build` may decline by returning None. The earlier pattern wins at a position.
    """
    result: list[Item] = []
    at = 0
    while at < len(items):
        for text in texts:
            found = match_at(pattern(text), items, at)
            node = build(found, items) if found is not None and found.last > at else None
            if node is not None and found is not None:
                result.append(node)
                at = found.last
                break
        else:
            result.append(items[at])
            at += 1
    return tuple(result)


def parts(items: Items) -> tuple[Mention, ...]:
    """The mentions behind a stretch of items."""
    return tuple(mention for item in items for mention in mentions_of(item))
