"""What resolving a request stands on: the model, today, the reader, and what the deployment's data looks like."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlglot import exp

from semantic_layer.errors import Problem, QueryError
from semantic_layer.model.model import Model
from semantic_layer.query.reader import Reader
from semantic_layer.query.requests import MetricFilter
from semantic_layer.resolve.binding import Binder
from semantic_layer.resolve.resolved import WantedPopulation
from semantic_layer.time.units import STANDARD, Units


@dataclass
class Context:
    """What resolving stands on: the model, today, the reader, and what the deployment's data looks like.

    `unavailable` maps datasets to the tables they miss; `data_start` gives a dataset's first day, or None; `calendars`
    hold all units of time by name, and may raise QueryError for one whose table is missing or broken.

    `problems` gathers what is wrong, `wanted` the populations that conditions speak of, each to be resolved after what
    speaks of it.
    """

    model: Model
    as_of: date
    reader: Reader
    unavailable: Mapping[str, tuple[str, ...]]
    binder: Binder
    data_start: Callable[[str], date | None]
    calendars: Mapping[str, Units] = field(default_factory=lambda: STANDARD)
    problems: list[Problem] = field(default_factory=list)
    wanted: list[WantedPopulation] = field(default_factory=list)

    def want(self, key: exp.Expr, condition: MetricFilter) -> exp.Placeholder:
        """What stands in a filter for the rows whose `key` is of an entity that the condition holds for."""
        name = f"population_{len(self.wanted) + 1}"
        self.wanted.append(WantedPopulation(name, key, condition))
        return exp.Placeholder(this=name)

    def nearest(self, name: str, known: Iterable[str]) -> tuple[str, ...]:
        return tuple(difflib.get_close_matches(name, tuple(known), n=3, cutoff=0.6))

    def finish(self) -> None:
        """Raise everything that was found wrong, once each. Raises QueryError."""
        if self.problems:
            raise QueryError(*dict.fromkeys(self.problems))
