"""A phrase in pieces with other words between: where its pieces stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import contains

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
        if places.keys().isdisjoint(self._last):
            return found
        for ways in self.pieces:
            stretch: tuple[int, int] | None = None
            for way in ways:
                starts = places.get(way[0], ()) if found else (at,)
                first = next((start for start in starts if start >= at and _stands(way, keys, start)), None)
                if first is not None and (stretch is None or first < stretch[0]):
                    stretch = first, first + len(way)
            if stretch is None:
                return []
            found.append(stretch)
            at = stretch[1]
        return found

    @cached_property
    def _last(self) -> frozenset[str]:
        """What the last piece may begin with."""
        return frozenset(way[0] for way in self.pieces[-1])


def places_of(keys: _Keys) -> Mapping[str, Sequence[int]]:
    """Where each key stands."""
    places: dict[str, list[int]] = defaultdict(list)
    for at, options in enumerate(keys):
        for key in options:
            places[key].append(at)
    return places


def _stands(piece: Phrase, keys: _Keys, start: int) -> bool:
    return start + len(piece) <= len(keys) and all(map(contains, keys[start:], piece))
