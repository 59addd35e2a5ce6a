"""From when to when the data runs: the first and last day of each dataset with dated rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime

from sqlglot import exp

from semantic_layer.engines.problems import StatementFailed
from semantic_layer.engines.protocol import Engine
from semantic_layer.errors import EngineError
from semantic_layer.model.model import Dataset, Field, Model
from semantic_layer.query.result import Value
from semantic_layer.resolve.binding import Binder, substitute
from semantic_layer.sql.nodes import aliased, as_date, select_from, subquery

_LATEST = date(9999, 12, 30)


def data_ranges(
    model: Model, engine: Engine, unavailable: Collection[str], as_of: date | None
) -> Mapping[str, tuple[date, date]]:
    """First and last day by dataset, in one statement; without those whose time is none. Raises EngineError.

    Tables are read; datasets that are queries only repeat their rows, and are asked only where no table is dated.
    """
    dated = [
        (each, time)
        for each in model.datasets.values()
        if each.name not in unavailable and each.role_of is None and (time := _own_time(each)) is not None
    ]
    tables = [(dataset, time) for dataset, time in dated if dataset.definition.table is not None]
    selects = [_range(dataset, time, Binder(model, as_of or _LATEST)) for dataset, time in tables or dated]
    if not selects:
        return {}
    found: dict[str, tuple[date, date]] = {}
    for name, first, last in _rows(selects, engine):
        first_day, last_day = _day(first), _day(last)
        if first_day is not None and last_day is not None:
            found[str(name)] = (first_day, last_day)
    roles = {each.name: found[each.role_of] for each in model.datasets.values() if each.role_of in found}
    return {**found, **roles}


def _rows(selects: list[exp.Select], engine: Engine) -> Iterator[tuple[Value, ...]]:
    """The rows of all, or where they do not run together, of those that run by themselves: a time that is no time
    spoils what is asked of it and nothing else."""
    query: exp.Query = selects[0]
    for each in selects[1:]:
        query = exp.Union(this=query, expression=each, distinct=False)
    try:
        yield from engine.run(query).rows
    except EngineError as error:
        if not all(isinstance(each, StatementFailed) for each in error.problems):
            raise
        if len(selects) > 1:
            for each in selects:
                yield from _rows([each], engine)


def _own_time(dataset: Dataset) -> Field | None:
    """The time of a dataset's rows, if it stands in the rows themselves."""
    time = dataset.fields.get(dataset.definition.time or "")
    if time is None:
        return None
    columns = list(time.expression.find_all(exp.Column))
    return time if columns and not any(column.table for column in columns) else None


def _range(dataset: Dataset, time: Field, binder: Binder) -> exp.Select:
    source: exp.Expr | exp.Query
    if dataset.source is not None:
        source = subquery(substitute(dataset.source, binder.literals), dataset.name)
    else:
        source = exp.to_table(dataset.definition.table or dataset.name)
    first, last = (as_date(kind(this=substitute(time.expression, binder.literals))) for kind in (exp.Min, exp.Max))
    name = exp.Literal.string(dataset.name)
    outputs = (aliased(name, "dataset"), aliased(first, "first_day"), aliased(last, "last_day"))
    return select_from(source).select(*outputs, copy=False)


def _day(value: Value) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None
