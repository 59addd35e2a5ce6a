"""How likely a request is what a question asks for, given the concepts of the question.

    concepts -> logistic regressions, one for each trait -> how surprising the request's traits are -> right or wrong?

A reading of rules is either right or not, and nothing in its derivation tells which: a word that was taken for another,
or for nothing, leaves no mark there. What is unlike all that such words asked for before does. The weights are data
(`weights.json`, written by `python -m benchmarks.expecting`), of one model; of another nothing is known.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from functools import lru_cache
from heapq import nlargest
from importlib.resources import files
from typing import Any

from chat_service.translate.expected.concepts import NAMED, WORD
from semantic_layer import Model

MOST = 3  # of the traits of a request these surprise most, and count: whatever its length
_TENTHS, _LIST, _MOSTLY = 10, "kind=list", 0.5
_CLIP = 9.2  # a trait that was never seen beside such words surprises as one of ten thousand


class Expectation:
    """What is expected of questions about one model."""

    def __init__(self, model: Model) -> None:
        names = names_of(model)
        learned = _learned()
        self._bias: list[float] = learned["bias"]
        self._weights: dict[str, list[list[int]]] = learned["concepts"]
        self._traits = [
            (number, trait)
            for number, trait in enumerate(learned["traits"])
            if trait not in learned["named"] or trait.partition("=")[2] in names
        ]
        self._chance: dict[str, list[float]] = learned["chance"]
        kept = {trait for _, trait in self._traits}
        self.fits = sum(each in kept for each in learned["named"]) >= _MOSTLY * len(learned["named"])
        """Whether the model is the one that was learned from, or mostly so: what is asked of others is not known."""
        self._by_name: dict[str, float] = learned["by_name"]

    def odds(self, said: Collection[str]) -> dict[str, float]:
        """The log-odds of each trait beside such concepts."""
        odds = [*self._bias]
        for concept in said:
            for number, weight in self._weights.get(concept, ()):
                odds[number] += weight / _TENTHS
        named = {each.removeprefix(NAMED) for each in said if each.startswith(NAMED)}
        return {trait: odds[number] + self._of_name(trait, named) for number, trait in self._traits}

    def _of_name(self, trait: str, named: Collection[str]) -> float:
        """What it adds to a trait that the question names what the trait does."""
        place, _, name = trait.partition("=")
        return self._by_name.get(place, 0.0) if name in named else 0.0

    def right(self, said: Collection[str], shown: Collection[str], *, follows: bool) -> float:
        """How likely a request with such traits is right (0..1); of a question that follows, what it changes."""
        plain, weight, each = self._chance["follows" if follows else "first"]
        new = sum(concept.startswith(WORD) and concept not in self._weights for concept in said)
        return 1 / (1 + math.exp(plain + weight * self._surprise(said, shown) + each * new))

    def _surprise(self, said: Collection[str], shown: Collection[str]) -> float:
        told = {trait: odds for trait, odds in self.odds(said).items() if not (is_cut(trait) and _LIST in shown)}
        signed = (-odds if trait in shown else odds for trait, odds in told.items())
        found = (min(_CLIP, math.log1p(math.exp(min(each, _CLIP)))) for each in signed)
        return sum(nlargest(MOST, found))


def is_cut(trait: str) -> bool:
    """Whether a trait says how many are shown: a list always does, whoever asked for it."""
    return trait.partition("=")[0] == "limit"


def names_of(model: Model) -> frozenset[str]:
    """The names of a model that a trait may hold."""
    parts = (model.metrics, model.dimensions, model.fields, model.behaviours, model.lists, model.entities)
    return frozenset(name for part in parts for name in part)


@lru_cache(maxsize=1)
def _learned() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files(__package__).joinpath("weights.json").read_text(encoding="utf-8"))
    return found


__all__ = ["MOST", "Expectation", "is_cut", "names_of"]
