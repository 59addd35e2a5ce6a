"""Tables copied elsewhere, and which engine a database's name opens."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.engines.loading import copy_tables
from semantic_layer.engines.opening import open_engine, server_module
from semantic_layer.engines.protocol import Engine
from semantic_layer.errors import EngineError
from semantic_layer.layer import Layer
from semantic_layer.loading.load import build_model
from semantic_layer.model.definitions import ModelDefinition
from semantic_layer.query.requests import MetricQuery
from tests.conftest import TODAY
from tests.engines.servers import schema_on

_SHOP = {"orders": "orders", "tickets": "crm.tickets"}


def test_a_folder_of_parquet_reads_like_the_database(toy_file: Path, tmp_path: Path) -> None:
    copy_tables(toy_file, str(tmp_path / "toy"))
    original, copied = DuckDBEngine(toy_file), DuckDBEngine(tmp_path / "toy")
    assert copied.columns() == original.columns()
    for table in original.columns():
        sql = f"SELECT * FROM {table} ORDER BY ALL"
        assert copied.run(sql).rows == original.run(sql).rows
    original.close()
    copied.close()


def test_copying_twice_replaces(toy_file: Path, postgres_url: str) -> None:
    url = schema_on(postgres_url, "twice")
    copy_tables(toy_file, url)
    copy_tables(toy_file, url)
    engine = open_engine(url)
    assert engine.run("SELECT count(*), sum(amount) FROM sales").rows == ((10, 455.0),)
    engine.close()


def test_tables_of_others_stay(toy_file: Path, postgres_url: str) -> None:
    url = schema_on(postgres_url, "strangers")
    with server_module(url).PostgresWriter(url) as writer:
        writer.execute("CREATE TABLE sales (kept INTEGER)")
    assert _codes(lambda: copy_tables(toy_file, url)) == ["table_in_the_way"]
    engine = open_engine(url)
    assert _own(engine) == {"sales": ("kept",)}
    engine.close()


def test_a_failed_copy_leaves_nothing(toy_file: Path, postgres_url: str) -> None:
    url = schema_on(postgres_url, "halfway")

    def stop_at_sales(table: str, done: float) -> None:
        if table == "sales":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_tables(toy_file, url, stop_at_sales)
    engine = open_engine(url)
    assert _own(engine) == {}
    engine.close()


def test_an_unknown_target(toy_file: Path) -> None:
    assert _codes(lambda: copy_tables(toy_file, "mysql://localhost/shop")) == ["unknown_target"]


def test_an_unknown_engine() -> None:
    assert _codes(lambda: open_engine("mysql://localhost/shop")) == ["unknown_engine"]


@pytest.mark.parametrize("url", ["postgresql://huitou:secret@127.0.0.1:1/shop", "sc://127.0.0.1:1/;token=secret"])
def test_no_server_there(url: str) -> None:
    with pytest.raises(EngineError) as raised:
        open_engine(url)
    assert [problem.code for problem in raised.value.problems] == ["database_missing"]
    assert "secret" not in str(raised.value)


def test_a_server_that_refuses(postgres_url: str) -> None:
    assert _codes(lambda: open_engine(postgres_url.replace("/postgres", "/nowhere"))) == ["database_unreadable"]


def test_a_wrong_password(postgres_url: str) -> None:
    with server_module(postgres_url).PostgresWriter(postgres_url) as writer:
        writer.execute("CREATE ROLE locked LOGIN PASSWORD 'right'")
    url = postgres_url.replace("huitou@", "locked:wrong@")
    with pytest.raises(EngineError) as raised:
        open_engine(url)
    assert [problem.code for problem in raised.value.problems] == ["database_unreadable"]
    assert "wrong" not in str(raised.value)
    engine = open_engine(url.replace(":wrong@", ":right@"))
    assert engine.run("SELECT 1 AS one").rows == ((1,),)
    engine.close()


def test_a_connection_that_is_lost_is_made_anew(postgres_url: str) -> None:
    engine = open_engine(postgres_url)
    assert _codes(lambda: engine.run("SELECT pg_terminate_backend(pg_backend_pid())")) == ["database_unreadable"]
    assert engine.run("SELECT 1 AS one").rows == ((1,),)
    engine.close()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "notes.duckdb").write_text("not a database, however long it may be\n" * 100, encoding="utf-8")
    assert _codes(lambda: open_engine(tmp_path / "notes.duckdb")) == ["database_unreadable"]
    assert _codes(lambda: open_engine(tmp_path / "nowhere.duckdb")) == ["database_missing"]


@pytest.mark.parametrize(("url", "module"), [("postgresql://localhost/shop", "postgres"), ("sc://localhost", "spark")])
def test_a_library_that_is_not_installed(url: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, f"semantic_layer.engines.{module}", raising=False)
    for library in ("adbc_driver_manager", "pyspark", "pyspark.errors"):
        monkeypatch.setitem(sys.modules, library, None)
    assert _codes(lambda: open_engine(url)) == ["engine_not_installed"]


def _own(engine: Engine) -> dict[str, tuple[str, ...]]:
    """The tables on the search path; those of other schemas are named with them."""
    return {name: columns for name, columns in engine.columns().items() if "." not in name}


def _codes(action: object) -> list[str]:
    assert callable(action)
    with pytest.raises(EngineError) as raised:
        action()
    return [problem.code for problem in raised.value.problems]


def test_tables_of_other_schemas(spark_url: str) -> None:
    sessions = pytest.importorskip("pyspark.sql.connect.session")
    session = sessions.SparkSession.builder.remote(spark_url).create()
    for schema, table in (("shop", "orders"), ("crm", "tickets"), ("hr", "staff")):
        session.sql(f"CREATE DATABASE {schema}")
        session.sql(f"CREATE TABLE {schema}.{table} USING parquet AS SELECT 7 AS id UNION ALL SELECT 8")
    engine = open_engine(f"{spark_url}/;schema=shop,crm")
    assert engine.columns() == {"orders": ("id",), "crm.tickets": ("id",)}
    fields = [{"name": "id", "type": "integer", "role": "key"}]
    datasets = [{"name": name, "table": table, "primary_key": "id", "fields": fields} for name, table in _SHOP.items()]
    metrics = [{"name": f"n_{name}", "dataset": name, "expression": "sum(id)"} for name in _SHOP]
    model = build_model(ModelDefinition.model_validate({"datasets": datasets, "metrics": metrics}))
    assert Layer(model, engine, TODAY).run(MetricQuery(metrics=("n_orders", "n_tickets"))).rows == ((15, 15),)
    engine.close()
    session.stop()
