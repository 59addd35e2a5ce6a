"""A metric's own text as it was read, and what problems call a metric."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.errors import Phrase, thing
from semantic_layer.model.definitions import MetricDefinition
from semantic_layer.model.model import Metric


@dataclass(frozen=True, eq=False)
class MetricText:
    """A metric's own text, parsed: as in `Metric`, but `datasets` are those that it reads itself."""

    expression: exp.Expr | None = None
    filter: exp.Expr | None = None
    inputs: tuple[str, ...] = ()
    datasets: frozenset[str] = frozenset()
    # metrics that choose the entities whose rows count
    conditions: tuple[str, ...] = ()


def metric_owner(metric: Metric | MetricDefinition) -> Phrase:
    """What a problem calls a metric."""
    return thing("metric", metric.name)
