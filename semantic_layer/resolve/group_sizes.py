"""How much is behind each group's rate: the rows, entities or events that its lower side counts.

Comes in: a metric query. Goes out: the same groups with counts in place of the metrics' values; None where none of
them is a fraction. A rate of three customers is told from one of three thousand by these alone.
"""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from semantic_layer.query.requests import MetricQuery
from semantic_layer.query.result import Column, Label
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.fractions import NotAFractionError, fraction_of, rows_behind
from semantic_layer.resolve.metrics import resolve_known
from semantic_layer.resolve.resolved import MetricColumn, ResolvedMetrics


def resolve_group_sizes(query: MetricQuery, context: Context) -> ResolvedMetrics | None:
    """The counts behind a query's metrics, each under its metric's name. Raises QueryError."""
    resolved = resolve_known(query, context)
    columns: list[MetricColumn] = []
    needed = {}
    for each in resolved.metrics:
        try:
            fraction, measures = fraction_of(each.formula, resolved.measures)
        except NotAFractionError:
            continue
        if fraction.below is None:
            continue
        parts = {measure.alias: measure for measure in measures}
        rows = rows_behind(parts[next(node.name for node in fraction.below.find_all(exp.Column))])
        needed[rows.alias] = rows
        counted = Column(each.column.name, "metric", "integer", Label("", ""))
        columns.append(MetricColumn(counted, exp.column(rows.alias)))
    if not columns:
        return None
    shown = (*resolved.keys, *(each.column for each in columns))
    return replace(resolved, metrics=tuple(columns), measures=tuple(needed.values()), columns=shown, sorts=())
