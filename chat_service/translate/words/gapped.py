"""A phrase in pieces with other words between: where its pieces stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chat_service.translate.senses import Sense
from chat_service.translate.words.vocabulary import Phrase

_Keys = Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class Gapped:
    """The pieces in order, each in any of several ways; with a sense for the whole."""

    pieces: tuple[tuple[Phrase, ...], ...]
    sense: Sense

    def find(self, keys: _Keys, at: int, places: Mapping[str, Sequence[int]]) -> list[tuple[int, int]]:
        """The pieces from there on, each the first behind the one before; nothing where one is missing."""
        found: list[tuple[int, int]] = []
        for ways in self.pieces:
            starts = ((way, places.get(way[0], ()) if found else (at,)) for way in ways)
            firsts = (next((s for s in each if s >= at and _stands(way, keys, s)), None) for way, each in starts)
            stretch = min(((s, n) for n, s in enumerate(firsts) if s is not None), default=None)
            if stretch is None:
                return []
            at = stretch[0] + len(ways[stretch[1]])
            found.append((stretch[0], at))
        return found


def places_of(keys: _Keys) -> Mapping[str, Sequence[int]]:
    """Where each key stands."""
    places: dict[str, list[int]] = defaultdict(list)
    for at, options in enumerate(keys):
        for key in options:
            places[key].append(at)
    return places


def _stands(piece: Phrase, keys: _Keys, start: int) -> bool:
    return start + len(piece) <= len(keys) and all(key in keys[start + i] for i, key in enumerate(piece))
