"""What calendar tables tell of days, and whether rows find a calendar by the day on which they happen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlglot import exp

from semantic_layer.compiler.rows import Sources, where
from semantic_layer.engines.protocol import Engine
from semantic_layer.model.model import Model
from semantic_layer.query.result import Value
from semantic_layer.resolve.leaves import Measure, OfBucket
from semantic_layer.sql.nodes import aliased, as_date

# more than two centuries and a half: what has more rows is no calendar of days
_MOST_DAYS = 100_000


class CalendarDays:
    """Values of days by the tables that tell them, each read when it is first asked for, and once."""

    def __init__(self, model: Model, engine: Engine, literals: Mapping[str, exp.Expr]) -> None:
        self._engine, self._sources = engine, Sources(model.datasets, literals)
        self._values: dict[str, Mapping[date, frozenset[Value]] | None] = {}
        self._same: dict[str, bool] = {}

    def values(self, group: OfBucket) -> Mapping[date, frozenset[Value]] | None:
        """The values of each day that the table has; None where it has too many rows to be one of days. Raises
        EngineError."""
        assert group.dataset is not None and group.day is not None, "asked of what a calendar tells"
        select = self._sources.joined(group.dataset, group.steps)
        day = as_date(group.day.copy())
        select = select.select(aliased(day, "day"), aliased(group.value.copy(), "told"), copy=False).distinct(
            copy=False
        )
        select = select.where(exp.Not(this=exp.Is(this=group.day.copy(), expression=exp.Null())), copy=False)
        select = select.limit(_MOST_DAYS + 1, copy=False)
        known = select.sql("duckdb")
        if known not in self._values:
            self._values[known] = _by_day(self._engine.run(select).rows)
        return self._values[known]

    def are_same(self, measure: Measure, day: exp.Expr) -> bool:
        """Whether every row of the measure finds a calendar's row of the very day on which it happens.
        Raises EngineError."""
        assert measure.time is not None, "asked of what happens in time"
        select = self._sources.joined(measure.rows.dataset, measure.rows.steps)
        differs = exp.NEQ(this=as_date(measure.time.copy()), expression=as_date(day.copy()))
        select = where(select.select(aliased(exp.Literal.number(1), "other_day"), copy=False), [differs])
        select = select.limit(1, copy=False)
        known = select.sql("duckdb")
        if known not in self._same:
            self._same[known] = not self._engine.run(select).rows
        return self._same[known]


def _by_day(rows: tuple[tuple[Value, ...], ...]) -> Mapping[date, frozenset[Value]] | None:
    if len(rows) > _MOST_DAYS:
        return None
    found: dict[date, set[Value]] = {}
    for at, told in rows:
        day = at.date() if isinstance(at, datetime) else at
        assert isinstance(day, date), "a cast to a date gives dates"
        found.setdefault(day, set()).add(told)
    return {day: frozenset(values) for day, values in found.items()}
