"""The cheapest ways to cover a text with edges from end to end: the n best paths through a chart.

Paths that say the same by the same stretches, and differ only in words without meaning, are one. A path has all pieces
of a name or none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import TypeAlias

from chat_service.language.grammar.rule import Edge, Piece

_Open = frozenset[Piece]  # those that must still come


@dataclass(frozen=True, eq=False)
class Covering:
    """Edges from the first token to the last, and what they cost together."""

    cost: float
    edges: tuple[Edge, ...]


# what it costs, what it says, and the pieces that it owes; its last edge, and the path before that
_Path: TypeAlias = "tuple[float, int, _Open, Edge | None, _Path | None]"


def coverings(edges: Iterable[Edge], length: int, most: int) -> tuple[Covering, ...]:
    """The best paths, cheapest first; none where a token is in no edge."""
    ending: dict[int, list[Edge]] = {}
    for edge in edges:
        ending.setdefault(edge.end, []).append(edge)
    paths: list[list[_Path]] = [[(0.0, 0, frozenset(), None, None)]]
    for at in range(1, length + 1):
        best: dict[int, _Path] = {}
        for edge in ending.get(at, ()):
            own = None if edge.is_empty else hash((edge.start, edge.end, edge.category, edge.meaning))
            is_piece = isinstance(edge.meaning, Piece)
            for before in paths[edge.start]:
                cost, said, owed, _, _ = before
                still_owed = _after(edge, owed) if is_piece or owed else owed
                if still_owed is None:
                    continue
                cost += edge.cost
                if own is not None:
                    said = hash((said, own))
                if said not in best or cost < best[said][0]:
                    best[said] = (cost, said, still_owed, edge, before)
        paths.append(_kept(best.values(), most))
    return tuple(Covering(path[0], _edges(path)) for path in paths[length] if not path[2])


def _kept(paths: Collection[_Path], most: int) -> list[_Path]:
    """The cheapest that owe no piece, and of those that owe some the cheapest: these never crowd out the others."""
    ordered = sorted(paths, key=itemgetter(0))
    whole, owing = [path for path in ordered if not path[2]], [path for path in ordered if path[2]]
    return [*whole[:most], *owing[:most]]


def _after(edge: Edge, before: _Open) -> _Open | None:
    """The pieces to come once an edge is taken; None where it is a piece whose others are missing."""
    piece = edge.meaning
    if any(edge.start <= each.starts[each.at] < edge.end and each != piece for each in before):
        return None
    if not isinstance(piece, Piece):
        return before
    if piece.at and piece not in before:
        return None
    more = piece.at + 1 < len(piece.starts)
    return (before - {piece}) | ({Piece(piece.name, piece.at + 1, piece.starts)} if more else set())


def _edges(path: _Path) -> tuple[Edge, ...]:
    found: list[Edge] = []
    _, _, _, edge, before = path
    while edge is not None and before is not None:
        found.append(edge)
        _, _, _, edge, before = before
    return tuple(reversed(found))
