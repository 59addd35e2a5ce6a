"""What resolving a request stands on: the model, today, the reader, and what the deployment's data looks like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from sqlglot import exp

from semantic_layer.errors import Problem, QueryError
from semantic_layer.model.model import Metric, Model
from semantic_layer.query.cautions import Caution
from semantic_layer.query.reader import Reader
from semantic_layer.query.requests import MetricFilter, Scalar
from semantic_layer.query.result import Value
from semantic_layer.resolve.binding import Binder
from semantic_layer.resolve.leaves import Measure, OfBucket
from semantic_layer.resolve.resolved import WantedPopulation
from semantic_layer.time.units import STANDARD, Units


class KnownValues(Protocol):
    """Values of dimensions in the data."""

    def absent(self, name: str, values: tuple[Scalar, ...]) -> tuple[Scalar, ...]:
        """Those of the values that no row has."""

    def nearest(self, name: str, value: str) -> tuple[str, ...]:
        """Values in the data that look like this one."""


class KnownDays(Protocol):
    """What calendar tables tell of days."""

    def values(self, group: OfBucket) -> Mapping[date, frozenset[Value]] | None:
        """The values of each day that the table has; None where it has too many rows to be one of days."""

    def are_same(self, measure: Measure, day: exp.Expr) -> bool:
        """Whether every row of the measure finds a calendar's row of the very day on which it happens."""


@dataclass
class Context:
    """What resolving stands on: the model, today, the reader, and what the deployment's data looks like.

    `unavailable` maps datasets to the tables they miss; `data_start` gives a dataset's first day, or None; `calendars`
    hold all units of time by name, and may raise QueryError for one whose table is missing or broken.

    `values` looks values up in the data, where conditions are to be checked; `days` what calendar tables tell of days.
    With `via`, the model is that of rows that go this way.

    `problems` gathers what is wrong, `cautions` what is to be said of a result, `wanted` the populations that
    conditions speak of, each to be resolved after what speaks of it.
    """

    model: Model
    as_of: date
    reader: Reader
    unavailable: Mapping[str, tuple[str, ...]]
    binder: Binder
    data_start: Callable[[str], date | None]
    calendars: Mapping[str, Units] = field(default_factory=lambda: STANDARD)
    values: KnownValues | None = None
    days: KnownDays | None = None
    via: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    cautions: list[Caution] = field(default_factory=list)
    wanted: list[WantedPopulation] = field(default_factory=list)

    def of(self, metric: Metric) -> Context:
        """The same for what is computed over rows of a metric: their own ways, where it names one."""
        binder = self.binder.of(metric)
        if binder is self.binder:
            return self
        return replace(self, model=binder.model, binder=binder, via=metric.definition.via)

    def want(self, key: exp.Expr, condition: MetricFilter) -> exp.Placeholder:
        """What stands in a filter for the rows whose `key` is of an entity that the condition holds for."""
        name = f"population_{len(self.wanted) + 1}"
        self.wanted.append(WantedPopulation(name, key, condition))
        return exp.Placeholder(this=name)

    def finish(self) -> None:
        """Raise everything that was found wrong, once each. Raises QueryError."""
        if self.problems:
            raise QueryError(*dict.fromkeys(self.problems))
