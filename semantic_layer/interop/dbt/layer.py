"""A dbt project over a database: queries in dbt's own terms in, result tables out."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.engines.dialects import printed
from semantic_layer.engines.protocol import Engine
from semantic_layer.interop.dbt.project import DbtProject, Metric
from semantic_layer.interop.dbt.query import AskedMetric, DbtQuery
from semantic_layer.interop.dbt.reach import Reach
from semantic_layer.interop.dbt.resolve import resolve
from semantic_layer.interop.dbt.statement import compile_dbt
from semantic_layer.interop.dbt.templates import Item
from semantic_layer.query.result import Column, ColumnType, Label, ResultTable


class DbtLayer:
    """Answers dbt queries on one project. Holds no state but what it has learnt of the project's joins."""

    def __init__(self, project: DbtProject, engine: Engine) -> None:
        self.project = project
        self.engine = engine
        self._reach = Reach(project)

    def compile(self, query: DbtQuery) -> str:
        """The SQL of a query, in the engine's dialect. Raises QueryError."""
        return printed(self._statement(query), self.engine.dialect, pretty=True)

    def run(self, query: DbtQuery) -> ResultTable:
        """The query's rows: its groups, then its metrics. Raises QueryError, EngineError."""
        sql = self.compile(query)
        raw = self.engine.run(sql)
        metrics = self._metrics_of(query)
        columns = tuple(_column(name, kind, metrics.get(name)) for name, kind in zip(raw.names, raw.types, strict=True))
        return ResultTable(
            columns=columns,
            rows=raw.rows,
            total_rows=len(raw.rows),
            truncated=False,
            sql=sql,
            dialect=self.engine.dialect,
        )

    def _statement(self, query: DbtQuery) -> exp.Select:
        return compile_dbt(resolve(query, self.project, self._reach, self._metric_table))

    def _metric_table(self, item: Item) -> tuple[exp.Select, tuple[str, ...], str]:
        """A metric in a filter, by its entities."""
        resolved = resolve(
            DbtQuery(metrics=(item.name,), group_by=item.metric_group_by), self.project, self._reach, self._metric_table
        )
        return compile_dbt(resolved), resolved.keys, item.name

    def _metrics_of(self, query: DbtQuery) -> dict[str, Metric]:
        """The metrics that stand under a column's name."""
        aliases = {each.alias: each.name.lower() for each in query.metrics if isinstance(each, AskedMetric)}
        aliased = {alias: self.project.metrics[name] for alias, name in aliases.items() if alias is not None}
        return {**self.project.metrics, **aliased}


def _column(name: str, kind: ColumnType, metric: Metric | None) -> Column:
    if metric is None:
        return Column(name, "dimension", kind, Label(name, name))
    label = metric.label or name
    return Column(name, "metric", kind, Label(label, label), metric=metric.name)
