"""The days of the data: from when to when its rows are, as far as they have been asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from semantic_layer.database.ranges import data_ranges
from semantic_layer.engines.protocol import Engine
from semantic_layer.model.model import Model
from semantic_layer.time.periods import Period


@dataclass(eq=False)
class DataDays:
    """First and last days of datasets up to `as_of`; where that is given, each is asked for by itself."""

    model: Model
    engine: Engine
    unavailable: Collection[str]
    as_of: date | None
    _by_itself: dict[str, tuple[date, date] | None] = field(default_factory=dict)

    @cached_property
    def all(self) -> Mapping[str, tuple[date, date]]:
        """First and last day by dataset; without those that have no dated row. Raises EngineError."""
        return data_ranges(self.model, self.engine, self.unavailable, self.as_of)

    @cached_property
    def range(self) -> Period:
        """From the first to the last day (end exclusive) of any dated row; open where there is no row at all."""
        ranges = self.all.values()
        if not ranges:
            return Period()
        return Period(min(first for first, _ in ranges), max(last for _, last in ranges) + timedelta(days=1))

    def first(self, dataset: str) -> date | None:
        """The first day with a row of that dataset; of one without, that of any; None where there is no row."""
        known = self.as_of is None or "all" in vars(self)
        found = self.all.get(dataset) if known else self._of(dataset)
        return found[0] if found is not None else self.range.start

    def _of(self, dataset: str) -> tuple[date, date] | None:
        if dataset not in self._by_itself:
            others = self.model.datasets.keys() - {dataset, self.model.datasets[dataset].role_of}
            found = data_ranges(self.model, self.engine, {*self.unavailable, *others}, self.as_of)
            self._by_itself[dataset] = found.get(dataset)
        return self._by_itself[dataset]
