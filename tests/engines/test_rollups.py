"""Rollups in a PostgreSQL server: the same as its rows tell, gone out of use with the first write, theirs untouched."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from semantic_layer.engines.loading import copy_tables
from semantic_layer.engines.opening import open_engine, server_module
from semantic_layer.engines.protocol import NoticesChanges
from semantic_layer.errors import EngineError
from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model
from semantic_layer.model.definitions import RollupDefinition
from semantic_layer.model.model import Model
from semantic_layer.query.reader import ANONYMOUS
from semantic_layer.query.requests import MetricQuery
from semantic_layer.refreshing import refresh_rollups
from tests.engines.conftest import TOY_MODEL
from tests.engines.servers import postgres_server
from tests.generated.agreement import by_group, same
from tests.generated.engines import replaced
from tests.generated.metric_strategies import companies
from tests.generated.policies import limited_model, policies, reader_of
from tests.generated.rollups import rolled_up, rollups
from tests.generated.running import ALL_ROWS, tried, write_database, written_out
from tests.generated.test_policies import outcome

Place = Callable[[str, str, Path], str]
DAILY = RollupDefinition(name="sales_daily", metrics=("revenue", "orders"), dimensions=("channel", "city"))
MODEL = replace(load_model(TOY_MODEL), rollups={"sales_daily": DAILY})
TODAY = date(2026, 3, 31)
REVENUE = MetricQuery(metrics=("revenue",))
STATISTICS_SECONDS = 30  # that a server may take to count a write


def test_rollups_tell_what_rows_tell(placed: Place, tmp_path: Path) -> None:
    asked: list[bool] = []
    made: list[str] = []

    @settings(tried(8), phases=[Phase.generate])
    @given(st.data())
    def agree(data: st.DataObject) -> None:
        company = data.draw(companies(kinds=("flow", "flow", "window", "derived", "stock")))
        limits = data.draw(policies(company)) if data.draw(st.booleans()) else ()
        plain = limited_model(company, limits)
        found = data.draw(rollups(company, plain))
        model = limited_model(company, limits, rollups=found)
        names = [name for each in model.rollups.values() for name in each.metrics]
        reader = reader_of(limits) if limits else ANONYMOUS
        name = f"rollups_{len(made) + 1}"
        made.append(name)
        write_database(company, tmp_path / f"{name}.duckdb")
        url = placed("postgres", name, tmp_path / f"{name}.duckdb")
        built_when_counted(url, model, company.as_of)
        with closing(open_engine(url)) as engine:
            rows = Layer(plain, engine, company.as_of, max_rows=ALL_ROWS)
            cells = Layer(model, engine, company.as_of, max_rows=ALL_ROWS)
            for _ in range(4):
                query = replaced(data.draw(rolled_up(company, names)))
                mine, its = outcome(cells, query, reader), outcome(rows, query, reader)
                shown = f"{found}\n{limits}\n{written_out(company, query)}"
                if isinstance(mine, tuple) or isinstance(its, tuple):
                    assert mine == its, shown
                    continue
                asked.append(bool(cells.prepare(query, reader).rollups))
                groups, others = by_group(mine), by_group(its)
                assert groups.keys() == others.keys(), f"{shown}\n{mine.sql}"
                for group, values in others.items():
                    for column, value in values.items():
                        assert same(groups[group][column], value), f"{shown}\n{group} {column}\n{mine.sql}"

    agree()
    assert sum(asked) >= 5, f"{sum(asked)} of {len(asked)} read a rollup"


def built_when_counted(url: str, model: Model, as_of: date) -> None:
    """Rollups that are fresh: built anew until the server has counted what was written before."""
    until = time.monotonic() + STATISTICS_SECONDS
    while any(each.is_new for each in refresh_rollups(url, model, as_of)):
        assert time.monotonic() < until, "the server never counts the last write"
        time.sleep(0.2)


def test_cells_go_out_of_use_with_the_next_write(postgres_url: str, toy_file: Path) -> None:
    url = _own_schema(postgres_url, "rolled", toy_file)
    built_when_counted(url, MODEL, TODAY)
    with closing(open_engine(url)) as engine:
        layer = Layer(MODEL, engine, TODAY)
        assert _revenue(layer) == (("sales_daily",), 410)
        with server_module(url).PostgresWriter(url) as writer:
            writer.execute("INSERT INTO sales VALUES (11, 4, '2026-03-31 10:00', 1000, 'paid', 'web')")
        until = time.monotonic() + STATISTICS_SECONDS
        while _revenue(layer) == (("sales_daily",), 410):
            assert time.monotonic() < until, "the server never counts the write"
            time.sleep(0.1)
        assert _revenue(layer) == ((), 1410)
        assert isinstance(engine, NoticesChanges)
        assert engine.has_changed()


def test_cells_are_of_one_search_path(postgres_url: str, toy_file: Path) -> None:
    one, other = (_own_schema(postgres_url, name, toy_file) for name in ("here", "there"))
    with server_module(other).PostgresWriter(other) as writer:
        writer.execute("DELETE FROM sales")
    built_when_counted(one, MODEL, TODAY)
    with closing(open_engine(other)) as engine:
        assert _revenue(Layer(MODEL, engine, TODAY)) == ((), 0)


def test_a_schema_of_theirs_stays(toy_file: Path) -> None:
    with postgres_server() as url:
        copy_tables(toy_file, url)
        with server_module(url).PostgresWriter(url) as writer:
            writer.execute("CREATE SCHEMA huitou_rollups")
            writer.execute("CREATE TABLE huitou_rollups.theirs (kept INTEGER)")
        with pytest.raises(EngineError) as caught:
            refresh_rollups(url, MODEL, TODAY)
        assert [each.code for each in caught.value.problems] == ["schema_not_ours"]
        with closing(open_engine(url)) as engine:
            assert engine.columns()["huitou_rollups.theirs"] == ("kept",)
            assert _revenue(Layer(MODEL, engine, TODAY)) == ((), 410)


def _own_schema(server: str, name: str, file: Path) -> str:
    with server_module(server).PostgresWriter(server) as writer:
        writer.execute(f"CREATE SCHEMA {name}")
    url = f"{server}?options=-csearch_path%3D{name}"
    copy_tables(file, url)
    return url


def _revenue(layer: Layer) -> tuple[tuple[str, ...], float]:
    prepared = layer.prepare(REVENUE)
    ((found,),) = layer.execute(prepared).rows
    assert isinstance(found, int | float)
    return prepared.rollups, found
