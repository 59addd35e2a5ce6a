"""What the agent stands on: the model and its catalogue, the layer of a day, and how the service itself reads words.

No rows are reached from here: a layer compiles requests for the agent and never runs one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from chat_service.language.folding import fold
from chat_service.outcomes import Language, Question
from chat_service.present.names import Names
from chat_service.present.restate import restate
from chat_service.translate.agent.catalogue import Catalogue
from chat_service.translate.agent.retrieval import Finder, finder_of
from chat_service.translate.senses import Mention
from chat_service.translate.words.values import ValueIndex
from semantic_layer import (
    Layer,
    Model,
    Prepared,
    Problem,
    QueryError,
    QueryProblem,
    Reader,
    Request,
    Scalar,
    UnknownName,
    of_entity,
)

# what an answer says of itself, and no reading would change
_SAID_ANYWAY = frozenset({"like_for_like"})


@dataclass(frozen=True, eq=False)
class Ground:
    """Shared by every question. `mentions` are the stretches of a question with all that they can mean."""

    model: Model
    catalogue: Catalogue
    layer_at: Callable[[date], Layer]
    reader: Reader
    values: ValueIndex
    mentions: Callable[[Question], tuple[Mention, ...]]

    def prepared(self, request: Request, today: date) -> Prepared:
        """The request compiled, unrun. Raises QueryError with everything that is wrong with it."""
        return self.layer_at(today).prepare(request, self.reader)

    def doubts(self, request: Request, today: date) -> tuple[str, ...]:
        """What the layer would caution against in a request that it answers; nothing of one that it does not."""
        try:
            return tuple(
                each.message for each in self.prepared(request, today).cautions if each.code not in _SAID_ANYWAY
            )
        except QueryError:
            return ()

    def problems(self, request: Request, today: date) -> tuple[str, ...]:
        """What is wrong with a request, a sentence each."""
        try:
            self.prepared(request, today)
        except QueryError as error:
            return tuple(self._said(each) for each in error.problems)
        return ()

    @cached_property
    def finder(self) -> Finder:
        """Names by meaning."""
        return finder_of(self.catalogue)

    def reaches(self, dimension: str, metric: str) -> bool:
        """Whether a metric can be filtered by a dimension."""
        entry = next((each for each in self.catalogue.metrics if each.name == metric), None)
        return entry is None or dimension in self.catalogue.reaches.get(entry.reach, ())

    def _said(self, problem: Problem) -> str:
        """A problem for a model: where, what, and what is near in meaning where a name is unknown."""
        said = f"{problem.part}: {problem.message}" if isinstance(problem, QueryProblem) else problem.message
        if isinstance(problem, UnknownName):
            near = ", ".join(each.name for each in self.finder.find(problem.name, limit=4))
            said += f" Near in meaning: {near}." if near else ""
        return said

    def restated(self, request: Request, language: Language, today: date) -> str:
        """The reading in words."""
        return restate(of_entity(request, next(iter(self.model.entities), "")), Names(self.model, language), today)

    @cached_property
    def known_values(self) -> Mapping[str, frozenset[Scalar]]:
        """The values of open sets of which the index holds all; the layer itself knows the closed ones."""
        found: dict[str, set[Scalar]] = {}
        for name, dimension in self.model.dimensions.items():
            for field in (each for each in dimension.fields if each.definition.open):
                found.setdefault(name, set()).update(field.definition.values)
        for _, sense in self.values.words():
            if sense.dimension not in self.values.incomplete:
                found.setdefault(sense.dimension, set()).add(sense.value)
        return {name: frozenset(values) for name, values in found.items()}

    def nearest_values(self, text: str, dimension: str | None = None, limit: int = 5) -> tuple[str, ...]:
        """`city 上海`: values by exact text, label, synonym, pinyin or likeness, best first."""
        found = [(sense.dimension, sense.value) for sense in self.values.sounding(fold(text).text)]
        found += [(sense.dimension, sense.value) for _, sense in self.values.nearest(text, limit * 4)]
        kept = dict.fromkeys(each for each in found if dimension in (None, each[0]))
        return tuple(f"{name} {value}" for name, value in kept)[:limit]
