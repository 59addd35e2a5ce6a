"""Names of a catalogue by meaning: what a phrase, in either language, is most likely about.

Names, labels, synonyms and descriptions are broken into pieces (English words, pairs of Chinese characters); rare
pieces count more, and a name's own words more than its description's. Deterministic: ties fall in the order of the
model.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from chat_service.language.folding import fold
from chat_service.language.words.lemma import lemma
from chat_service.translate.agent.catalogue import Catalogue
from chat_service.translate.agent.catalogue_text import dimension_line, field_line, metric_line

_PIECES = re.compile(r"[a-z]+|\d+|[\u3400-\u9fff]+")
_OF_NAME, _OF_SYNONYM, _OF_DESCRIPTION = 3.0, 2.0, 1.0


@dataclass(frozen=True)
class Entry:
    """Something that can be found: its kind, its line for a model, and its words by weight."""

    kind: str
    name: str
    line: str
    words: tuple[tuple[str, float], ...]


@dataclass(frozen=True, eq=False)
class Finder:
    """Finds the entries of one catalogue."""

    entries: tuple[Entry, ...]

    def find(self, phrase: str, kinds: Sequence[str] = (), limit: int = 8) -> tuple[Entry, ...]:
        """The entries nearest to a phrase, best first; none that shares no piece with it."""
        scores: dict[int, float] = {}
        for piece in set(_pieces(phrase)):
            for at, weight in self._index.get(piece, ()):
                scores[at] = scores.get(at, 0.0) + weight * self._rarity[piece]
        ranked = sorted(scores, key=lambda at: (-scores[at] / self._length[at], at))
        found = (self.entries[at] for at in ranked)
        return tuple(each for each in found if not kinds or each.kind in kinds)[:limit]

    @cached_property
    def _weights(self) -> tuple[dict[str, float], ...]:
        found = []
        for entry in self.entries:
            weights: dict[str, float] = {}
            for text, weight in entry.words:
                for piece in _pieces(text):
                    weights[piece] = max(weights.get(piece, 0.0), weight)
            found.append(weights)
        return tuple(found)

    @cached_property
    def _index(self) -> dict[str, list[tuple[int, float]]]:
        found: dict[str, list[tuple[int, float]]] = {}
        for at, weights in enumerate(self._weights):
            for piece, weight in weights.items():
                found.setdefault(piece, []).append((at, weight))
        return found

    @cached_property
    def _rarity(self) -> dict[str, float]:
        return {piece: math.log(1 + len(self.entries) / len(where)) for piece, where in self._index.items()}

    @cached_property
    def _length(self) -> tuple[float, ...]:
        """How long an entry is: one that says much shares pieces with everything."""
        return tuple(1 + 0.15 * math.log(1 + len(weights)) for weights in self._weights)


def finder_of(catalogue: Catalogue) -> Finder:
    """The finder over everything that a catalogue names."""
    found: list[Entry] = []
    for metric in catalogue.metrics:
        described = (metric.description.zh, metric.description.en)
        words = _words((metric.name, metric.label.zh, metric.label.en), metric.synonyms, described)
        found.append(Entry("metric", metric.name, metric_line(metric), words))
    for dimension in catalogue.dimensions:
        values = tuple(text for _, label in dimension.values for text in (label.zh, label.en))
        words = _words((dimension.name, dimension.label.zh, dimension.label.en), dimension.synonyms, values)
        found.append(Entry("dimension", dimension.name, dimension_line(dimension), words))
    for each in catalogue.fields:
        words = _words((each.name, each.label.zh, each.label.en), (), ())
        found.append(Entry("field", each.name, field_line(each), words))
    for behaviour in catalogue.behaviours:
        line = f"{behaviour.label.zh}/{behaviour.label.en}: metric {behaviour.metric}"
        amount = f", amount {behaviour.amount}" if behaviour.amount else ""
        words = _words((behaviour.name, behaviour.label.zh, behaviour.label.en), behaviour.synonyms, ())
        found.append(Entry("behaviour", behaviour.name, line + amount, words))
    for population in catalogue.populations:
        made = " and ".join(f"{field} in {list(codes)}" for field, codes in population.filter)
        words = _words((population.name, population.label.zh, population.label.en), population.synonyms, ())
        found.append(Entry("list", population.name, f"{population.label.zh}/{population.label.en}: {made}", words))
    return Finder(tuple(found))


def _words(names: Iterable[str], synonyms: Iterable[str], described: Iterable[str]) -> tuple[tuple[str, float], ...]:
    return (
        *((text, _OF_NAME) for text in names),
        *((text, _OF_SYNONYM) for text in synonyms),
        *((text, _OF_DESCRIPTION) for text in described),
    )


def _pieces(text: str) -> list[str]:
    """`repurchase rates` -> repurchase, rate; `复购率` -> 复购, 购率.

    >>> _pieces("复购率 by member_tiers")
    ['复购', '购率', 'by', 'member', 'tier']
    """
    found: list[str] = []
    for run in _PIECES.findall(fold(text).text.replace("_", " ").replace(".", " ")):
        if run[0] < "\u3400":
            found.append(lemma(run))
        elif len(run) == 1:
            found.append(run)
        else:
            found.extend(run[at : at + 2] for at in range(len(run) - 1))
    return found
