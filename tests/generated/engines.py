"""Generated companies and queries on another engine beside DuckDB: the same refusals, the same rows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from semantic_layer.database.prepared import Prepared
from semantic_layer.engines.opening import open_engine
from semantic_layer.query.requests import MetricQuery
from semantic_layer.query.result import ResultTable
from tests.engines.comparing import ready
from tests.generated.agreement import by_group, same
from tests.generated.metric_strategies import companies
from tests.generated.query_strategies import full_queries
from tests.generated.running import layer_of, tried, write_database, written_out

Place = Callable[[str, str, Path], str]


def check_generated(engine: str, place: Place, folder: Path, examples: int, queries: int) -> None:
    """Try so many companies with so many queries each on the engine; `place` copies a database file to it."""
    made: list[str] = []

    # looking for the smallest of companies that differ would take a slow engine minutes
    @settings(tried(examples), phases=[Phase.generate])
    @given(st.data())
    def agree(data: st.DataObject) -> None:
        company = data.draw(companies().filter(lambda each: len(each.metrics) > 2 and len(each.tables) > 2))
        name = f"generated_{len(made) + 1}"
        made.append(name)
        write_database(company, folder / f"{name}.duckdb")
        url = place(engine, name, folder / f"{name}.duckdb")
        with closing(open_engine(folder / f"{name}.duckdb")) as duckdb, closing(open_engine(url)) as other:
            here, there = layer_of(company, duckdb), layer_of(company, other)
            for _ in range(queries):
                query = replaced(data.draw(full_queries(company)))
                shown = written_out(company, query)
                mine, theirs = ready(here, query), ready(there, query)
                if isinstance(mine, Prepared) and isinstance(theirs, Prepared):
                    check_same(here.execute(mine), there.execute(theirs), shown)
                else:
                    assert mine == theirs, shown

    agree()


def replaced(query: MetricQuery) -> MetricQuery:
    """The query without limits: which of equal rows come first is no engine's promise."""
    return query.model_copy(update={"limit": None, "limit_within": (), "having": ()})


def check_same(wanted: ResultTable, found: ResultTable, shown: str) -> None:
    """The same groups and values."""
    rows, others = by_group(wanted), by_group(found)
    assert rows.keys() == others.keys(), f"{shown}\n{found.sql}"
    for group, values in rows.items():
        for name, value in values.items():
            assert same(others[group][name], value), f"{shown}\n{group} {name}\n{found.sql}"
