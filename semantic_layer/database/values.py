"""Values of dimensions in the data, as a reader sees them: whether they are there, and what looks like them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.engines.protocol import Engine
from semantic_layer.errors import QueryError, nearest
from semantic_layer.query.requests import FieldFilter, MetricQuery, Scalar
from semantic_layer.sql.nodes import select_from, subquery

_LOOKED_THROUGH = 2000


def every_value(of: exp.Select, name: str, search: str) -> exp.Select:
    """The values of a column of a statement in order, without null: those that have `search` in them, in any case."""
    column = exp.column(name)
    outer = select_from(subquery(of, "every_value")).select(column.copy())
    outer = outer.where(exp.Not(this=exp.Is(this=column.copy(), expression=exp.Null())))
    if search:
        text = exp.Lower(this=exp.cast(column.copy(), "TEXT"))
        place = exp.StrPosition(this=text, substr=exp.Literal.string(search.lower()))
        outer = outer.where(exp.GT(this=place, expression=exp.Literal.number(0)))
    return outer.order_by(column)


@dataclass(frozen=True)
class ValuesInData:
    """Looks values up by a query of the dimension alone, compiled for the reader. What was once found is remembered in
    `found` (a name and a value each) and not asked for again; what was not found may have come since."""

    engine: Engine
    compiled: Callable[[MetricQuery], exp.Select]
    found: set[tuple[str, Scalar]]

    def absent(self, name: str, values: tuple[Scalar, ...]) -> tuple[Scalar, ...]:
        """Those of the values that no row has, of a dimension, key or `dataset.field`; none where that cannot be told.
        Raises EngineError."""
        doubtful = tuple(each for each in values if (name, each) not in self.found)
        if doubtful:
            there = self._run(name, (FieldFilter(field=name, op="in", values=doubtful),), len(doubtful))
            if there is None:
                return ()
            self.found.update((name, each) for each in doubtful if each in there)
        return tuple(each for each in doubtful if (name, each) not in self.found)

    def nearest(self, name: str, value: str) -> tuple[str, ...]:
        """Values in the data that look like this one. Raises EngineError."""
        some = self._run(name, (), _LOOKED_THROUGH) or ()
        return nearest(value, (each for each in some if isinstance(each, str)))

    def _run(self, name: str, filters: tuple[FieldFilter, ...], most: int) -> tuple[object, ...] | None:
        try:
            statement = self.compiled(MetricQuery(group_by=(name,), filters=filters))
        except QueryError:
            return None  # what the dimension alone cannot tell, or this reader may not see
        return tuple(row[0] for row in self.engine.run(statement.limit(most)).rows)
