"""Rows that a metric counts but that happen at no time: they are in no period, which is told beside every number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from semantic_layer.compiler.rows import Sources, where
from semantic_layer.engines.protocol import Engine
from semantic_layer.model.model import Model, Step
from semantic_layer.model.placing import placed_by
from semantic_layer.query.cautions import RowsWithoutTime
from semantic_layer.resolve.leaves import Measure
from semantic_layer.resolve.resolved import Resolved, ResolvedMetrics


@dataclass(frozen=True, eq=False)
class UndatedRows:
    """Counts the rows of a metric's dataset without their dataset's own time, once for each metric.

    A metric with a time of its own may well mean the rows that have one, and says nothing of others.
    """

    model: Model
    engine: Engine
    literals: Mapping[str, exp.Expr]
    finds: Callable[[Step], bool]
    _datasets: dict[str, int] = field(default_factory=dict)
    _metrics: dict[str, int] = field(default_factory=dict)

    def cautions(self, resolved: Resolved) -> Iterator[RowsWithoutTime]:
        """What to tell of the metrics of a request. Raises EngineError."""
        for measure in resolved.measures if isinstance(resolved, ResolvedMetrics) else ():
            metric = measure.metric
            time = placed_by(metric, self.model) if metric is not None and metric.kind == "simple" else None
            if metric is None or time is None or measure.time is None or metric.definition.time is not None:
                continue
            if metric.name not in self._metrics:
                self._metrics[metric.name] = self._counted(measure)
            if self._metrics[metric.name]:
                yield RowsWithoutTime("metrics", metric.name, time.qualified, self._metrics[metric.name])

    def _counted(self, measure: Measure) -> int:
        """How many rows that the metric counts have no time; none where the condition depends on the bucket."""
        home = measure.rows.dataset
        if home not in self._datasets:
            self._datasets[home] = self._count(measure, with_condition=False)
        condition = measure.condition
        if not self._datasets[home] or condition is None:
            return self._datasets[home]
        return 0 if condition.find(exp.Placeholder) else self._count(measure, with_condition=True)

    def _count(self, measure: Measure, *, with_condition: bool) -> int:
        assert measure.time is not None, "asked of what happens"
        conditions: list[exp.Expr | None] = [exp.Is(this=measure.time.copy(), expression=exp.Null())]
        trees = [measure.time, *([measure.condition] if with_condition and measure.condition is not None else [])]
        conditions += trees[1:]
        sources = Sources(self.model.datasets, self.literals, self.finds)
        tables = {column.table for tree in trees for column in tree.find_all(exp.Column)}
        select = sources.joined(measure.rows.dataset, measure.rows.steps if tables - {measure.rows.dataset} else ())
        counted = where(select.select(exp.Count(this=exp.Star()), copy=False), conditions)
        value = self.engine.run(counted).rows[0][0]
        return int(value) if isinstance(value, int | float) else 0
