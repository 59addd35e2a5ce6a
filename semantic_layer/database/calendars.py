"""All units of time of a model over a database: everyone's, those counted from a day, those that a table lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from sqlglot import exp

from semantic_layer.engines.protocol import Engine
from semantic_layer.errors import QueryError
from semantic_layer.loading.grains import calendar_fields, listed_units, repeated_units
from semantic_layer.model.definitions import GrainDefinition
from semantic_layer.model.model import Model
from semantic_layer.query.problems import MissingTable
from semantic_layer.query.result import Value
from semantic_layer.resolve.binding import Binder, substitute
from semantic_layer.sql.nodes import aliased, as_date, select_from, subquery
from semantic_layer.time.units import STANDARD, ListedUnits, Units


class ModelCalendars(Mapping[str, Units]):
    """Units of time by name. A calendar's table is read when one of its units is first asked for, and once."""

    def __init__(
        self, model: Model, engine: Engine, unavailable: Mapping[str, tuple[str, ...]], binder: Binder
    ) -> None:
        self._model, self._engine, self._unavailable, self._binder = model, engine, unavailable, binder
        self._known: dict[str, Units] = dict(STANDARD)

    def __getitem__(self, name: str) -> Units:
        """The units of that name. Raises KeyError, EngineError, QueryError for a table that is missing or broken."""
        if name not in self._known:
            grain = self._model.grains[name]
            self._known[name] = repeated_units(grain) if grain.every else self._read(grain)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter((*STANDARD, *self._model.grains))

    def __len__(self) -> int:
        return len(STANDARD) + len(self._model.grains)

    def __contains__(self, name: object) -> bool:
        return name in STANDARD or name in self._model.grains

    def _read(self, grain: GrainDefinition) -> ListedUnits:
        day, unit = calendar_fields(self._model, grain)
        dataset = self._model.datasets[day.dataset]
        if dataset.name in self._unavailable:
            raise QueryError(MissingTable("group_by", grain.name, self._unavailable[dataset.name]))
        source: exp.Expr | exp.Query
        if dataset.source is not None:
            source = subquery(substitute(dataset.source, self._binder.literals), dataset.name)
        else:
            source = exp.to_table(dataset.definition.table or dataset.name, dialect="duckdb")
        days, units = (substitute(each.expression, self._binder.literals) for each in (day, unit))
        select = select_from(source).select(aliased(as_date(days), "day"), aliased(units, "unit"), copy=False)
        select = select.order_by(exp.Ordered(this=exp.column("day"), nulls_first=False), copy=False)
        rows = [(found, row[1]) for row in self._engine.run(select).rows if (found := _day(row[0])) is not None]
        units_found = listed_units(grain.name, rows)
        if not isinstance(units_found, ListedUnits):
            raise QueryError(units_found)
        return units_found


def _day(value: Value) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None
