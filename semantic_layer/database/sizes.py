"""How large a result could become, before it runs: a time spine fills every group with every bucket.

Comes in: a resolved metric query. Goes out: the problem that refuses it, or None. Groups of a dimension are counted
once for as long as the database stays the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

from sqlglot import exp

from semantic_layer.engines.protocol import Engine
from semantic_layer.model.date_parts import DATE_PARTS
from semantic_layer.query.problems import TooManyCells
from semantic_layer.query.requests import MetricQuery
from semantic_layer.resolve.resolved import Resolved, ResolvedMetrics
from semantic_layer.sql.nodes import select_from, subquery

MAX_CELLS = 1_000_000
_PART_VALUES = 60  # of a part of a time, such as an hour, at most
Compiled = Callable[[MetricQuery], exp.Select]


@dataclass
class ResultSizes:
    """Counts groups with statements of the engine. `most` is how many cells a result may have; `known` are the values
    of dimensions that were counted before."""

    engine: Engine
    most: int
    known: dict[str, int]

    def too_large(self, query: MetricQuery, resolved: ResolvedMetrics, compiled: Compiled) -> TooManyCells | None:
        """Why a query is not run, told by its groups, buckets and columns. `compiled` gives a query's statement.

        What the numbers of each dimension's values cannot rule out is counted for this very query. Raises EngineError.
        """
        groups = tuple(key.name for key in resolved.keys if key.grain is None)
        values = len(resolved.columns) - len(resolved.keys)
        if resolved.grain is None or not resolved.spine or not groups:
            return None
        cells = len(resolved.spine) * max(1, values)
        counts = tuple((name, self._values(name, compiled)) for name in groups)
        if prod(count for _, count in counts) * cells <= self.most:
            return None
        found = self._groups(_without_time(query, groups), self.most // cells, compiled)
        if found * cells <= self.most:
            return None
        factors = (*counts, (resolved.grain, len(resolved.spine)), ("columns", max(1, values)))
        return TooManyCells("group_by", prod(count for _, count in factors), self.most, _made_of(factors))

    def _values(self, name: str, compiled: Compiled) -> int:
        """How many values a dimension has, null included; no more than would be too many by themselves."""
        if name in DATE_PARTS:
            return _PART_VALUES
        if name not in self.known:
            self.known[name] = self._groups(MetricQuery(group_by=(name,)), self.most, compiled)
        return self.known[name]

    def _groups(self, query: MetricQuery, enough: int, compiled: Compiled) -> int:
        """How many groups a query has, counted up to one more than is enough."""
        return count_rows(compiled(query).limit(enough + 1), self.engine)


def count_rows(statement: exp.Select, engine: Engine) -> int:
    """How many rows a statement has. Raises EngineError."""
    bare = statement.copy()
    bare.set("order", None)
    counted = select_from(subquery(bare, "every_row")).select(exp.Count(this=exp.Star()))
    value = engine.run(counted).rows[0][0]
    return int(value) if isinstance(value, int | float) else 0


def too_many_asked(resolved: Resolved, most: int) -> TooManyCells | None:
    """Why the rows that are asked for by a limit are not fetched; without one they are cut, and that is told."""
    rows, columns = resolved.limit or 0, len(resolved.columns)
    if rows * columns <= most:
        return None
    return TooManyCells("limit", rows * columns, most, _made_of((("rows", rows), ("columns", columns))))


def _made_of(factors: tuple[tuple[str, int], ...]) -> str:
    return " × ".join(f"{name} ({count:,})" for name, count in factors)


def _without_time(query: MetricQuery, groups: tuple[str, ...]) -> MetricQuery:
    """The same groups over the same period, without buckets of time and what is done with finished rows."""
    bare = {"order_by": (), "limit": None, "limit_within": (), "cumulative": (), "shares": (), "having": ()}
    return query.model_copy(update={**bare, "group_by": groups, "keep": (), "show": (), "compare": None})
