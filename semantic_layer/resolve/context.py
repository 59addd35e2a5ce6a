"""What resolving a request stands on: the model, today, the reader, and what the deployment's data looks like."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from semantic_layer.errors import Problem, QueryError
from semantic_layer.model.model import Model
from semantic_layer.query.reader import Reader
from semantic_layer.resolve.binding import Binder
from semantic_layer.time.units import STANDARD, Units


@dataclass
class Context:
    """What resolving stands on: the model, today, the reader, and what the deployment's data looks like.

    `unavailable` maps datasets to the tables they miss; `data_start` gives a dataset's first day, or None; `calendars`
    hold all units of time by name, and may raise QueryError for one whose table is missing or broken.
    """

    model: Model
    as_of: date
    reader: Reader
    unavailable: Mapping[str, tuple[str, ...]]
    binder: Binder
    data_start: Callable[[str], date | None]
    calendars: Mapping[str, Units] = field(default_factory=lambda: STANDARD)
    problems: list[Problem] = field(default_factory=list)
    population_count: int = 0

    def next_population(self) -> str:
        """A fresh placeholder name."""
        self.population_count += 1
        return f"population_{self.population_count}"

    def nearest(self, name: str, known: Iterable[str]) -> tuple[str, ...]:
        return tuple(difflib.get_close_matches(name, tuple(known), n=3, cutoff=0.6))

    def finish(self) -> None:
        """Raise everything that was found wrong, once each. Raises QueryError."""
        if self.problems:
            raise QueryError(*dict.fromkeys(self.problems))
