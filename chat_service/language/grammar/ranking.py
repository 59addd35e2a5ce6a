"""The cheapest ways to cover a text with edges from end to end: the n best paths through a chart.

Paths that say the same by the same stretches, and differ only in words without meaning, are one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nsmallest

from chat_service.language.grammar.rule import Edge


@dataclass(frozen=True, eq=False)
class Covering:
    """Edges from the first token to the last, and what they cost together."""

    cost: float
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Path:
    cost: float
    said: int
    edge: Edge | None
    before: _Path | None


def coverings(edges: Iterable[Edge], length: int, most: int) -> tuple[Covering, ...]:
    """The best paths, cheapest first; none where a token is in no edge."""
    ending: dict[int, list[Edge]] = {}
    for edge in edges:
        ending.setdefault(edge.end, []).append(edge)
    paths: list[list[_Path]] = [[_Path(0.0, 0, None, None)]]
    for at in range(1, length + 1):
        best: dict[int, _Path] = {}
        for edge in ending.get(at, ()):
            for before in paths[edge.start]:
                said = before.said
                if not edge.is_empty:
                    said = hash((said, edge.start, edge.end, edge.category, edge.meaning))
                cost = before.cost + edge.cost
                known = best.get(said)
                if known is None or cost < known.cost:
                    best[said] = _Path(cost, said, edge, before)
        paths.append(nsmallest(most, best.values(), key=lambda path: path.cost))
    return tuple(Covering(path.cost, _edges(path)) for path in paths[length])


def _edges(path: _Path) -> tuple[Edge, ...]:
    found: list[Edge] = []
    step: _Path | None = path
    while step is not None and step.edge is not None:
        found.append(step.edge)
        step = step.before
    return tuple(reversed(found))
