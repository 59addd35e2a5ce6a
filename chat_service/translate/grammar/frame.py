"""A covering of a text -> a frame: its items by kind, with what stands between them. Decides nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from chat_service.language.grammar.ranking import Covering
from chat_service.language.grammar.rule import Edge
from chat_service.translate.senses import Ask
from chat_service.translate.words.lattice import UNKNOWN, Lattice


@dataclass(frozen=True, eq=False)
class Frame:
    """The items of a question from left to right, words without meaning left out."""

    lattice: Lattice
    covering: Covering

    @property
    def cost(self) -> float:
        return self.covering.cost

    @cached_property
    def items(self) -> tuple[Edge, ...]:
        return tuple(e for e in self.covering.edges if not e.is_empty and e.category != UNKNOWN)

    @cached_property
    def unknown(self) -> tuple[tuple[int, int], ...]:
        """Stretches that nothing explains, neighbours together."""
        found: list[tuple[int, int]] = []
        for edge in self.covering.edges:
            if edge.category == UNKNOWN:
                if found and found[-1][1] == edge.start:
                    found[-1] = (found[-1][0], edge.end)
                else:
                    found.append((edge.start, edge.end))
        return tuple(found)

    def of(self, kind: type) -> list[Edge]:
        """The items whose meaning is of a kind."""
        return [item for item in self.items if isinstance(item.meaning, kind)]

    @cached_property
    def _categories(self) -> frozenset[str]:
        return frozenset(key for item in self.items for key in item.keys)

    def said(self, *categories: str) -> list[Edge]:
        """The items of a category, or of a role."""
        if self._categories.isdisjoint(categories):
            return []
        return [item for item in self.items if not set(categories).isdisjoint(item.keys)]

    def asks(self, *what: str) -> list[Edge]:
        """The words that ask for one of several things."""
        return [i for i in self.items if isinstance(i.meaning, Ask) and set(i.meaning.what) & set(what)]

    def between(self, one: Edge, other: Edge) -> list[Edge]:
        """All edges between two items, words without meaning too."""
        first, last = min(one.end, other.end), max(one.start, other.start)
        return [e for e in self.covering.edges if e.start >= first and e.end <= last]

    def before(self, item: Edge) -> Edge | None:
        """The edge right before an item."""
        return self._ending.get(item.start)

    def after(self, item: Edge) -> Edge | None:
        """The edge right behind an item."""
        return self._beginning.get(item.end)

    @cached_property
    def _ending(self) -> Mapping[int, Edge]:
        return {edge.end: edge for edge in self.covering.edges}

    @cached_property
    def _beginning(self) -> Mapping[int, Edge]:
        return {edge.start: edge for edge in self.covering.edges}

    def spoken(self, item: Edge, *past: str, back: bool = False, until: Collection[str] = ()) -> Edge | None:
        """The nearest edge behind an item, or `back` before it, that says something and is none of `past`.

        A word of `until` ends the search.
        """
        step = self.before if back else self.after
        edge = step(item)
        while edge is not None and (edge.is_empty or set(edge.keys) & set(past)) and self.folded(edge) not in until:
            edge = step(edge)
        return edge

    def text(self, item: Edge) -> str:
        """What was typed for an item."""
        return self.lattice.typed(item.start, item.end)

    def folded(self, item: Edge) -> str:
        """An item as it stands in the folded text."""
        return self.lattice.text(item.start, item.end)
