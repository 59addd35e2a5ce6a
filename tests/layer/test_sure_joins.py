"""Joins are inner only where the database is sure that every row finds its partner; elsewhere null groups stay."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from semantic_layer.engines.duckdb import DuckDBEngine, DuckDBWriter
from semantic_layer.engines.protocol import KnowsReferences
from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model
from semantic_layer.query.requests import MetricQuery

ROWS = 1_000_000
TABLES = f"""
CREATE TABLE whole AS SELECT 1 + i % 2 AS owner FROM range({ROWS}) AS t(i);
CREATE TABLE orphaned AS SELECT CASE i WHEN 0 THEN 9 ELSE 1 END AS owner FROM range({ROWS}) AS t(i);
CREATE TABLE nameless AS SELECT CASE i WHEN 0 THEN NULL ELSE 1 END AS owner FROM range({ROWS}) AS t(i);
CREATE TABLE missed AS SELECT CASE WHEN i * 2 < {ROWS} THEN 1 ELSE 9 END AS owner FROM range({ROWS}) AS t(i);
CREATE TABLE few AS SELECT 1 AS owner;
CREATE TABLE owners AS SELECT * FROM (VALUES (1, 'A'), (2, 'B'), (3, 'C')) AS t(id, city);
CREATE TABLE twice AS SELECT * FROM (VALUES (1), (1), (2)) AS t(id);
CREATE TABLE far AS SELECT * FROM (VALUES (1), (2), (5000000)) AS t(id);
CREATE TABLE words AS SELECT * FROM (VALUES ('1'), ('2')) AS t(id);
"""
MODEL = """
datasets:
  - {name: whole, table: whole, fields: [{name: owner, type: integer, role: key}]}
  - {name: orphaned, table: orphaned, fields: [{name: owner, type: integer, role: key}]}
  - {name: owners, table: owners, primary_key: id, fields: [{name: id, type: integer, role: key}, {name: city}]}
relationships:
  - {from: whole, to: owners, on: {owner: id}}
  - {from: orphaned, to: owners, on: {owner: id}}
metrics:
  - {name: all_owned, dataset: whole, expression: count(*)}
  - {name: some_owned, dataset: orphaned, expression: count(*)}
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Large tables whose rows all have owners, or not."""
    path = tmp_path_factory.mktemp("owners") / "owners.duckdb"
    with DuckDBWriter(path) as writer:
        writer.execute(TABLES)
    return path


@pytest.mark.parametrize(
    ("source", "target", "is_sure"),
    [
        ("whole", "owners", True),
        ("orphaned", "owners", False),
        ("nameless", "owners", False),
        # a partner too many and one too few, which the counts alone would not tell
        ("missed", "twice", False),
        # not worth finding out
        ("few", "owners", False),
        ("whole", "far", False),
        ("whole", "words", False),
        ("whole", "missing", False),
    ],
)
def test_what_a_database_is_sure_of(database: Path, source: str, target: str, is_sure: bool) -> None:
    engine = DuckDBEngine(database)
    assert isinstance(engine, KnowsReferences)
    assert engine.always_finds(source, target, "owner", "id") is is_sure
    engine.close()


def test_files_may_change(tmp_path: Path) -> None:
    (tmp_path / "whole.csv").write_text("owner\n1\n")
    (tmp_path / "owners.csv").write_text("id\n1\n")
    engine = DuckDBEngine(tmp_path)
    assert not engine.always_finds("whole", "owners", "owner", "id")
    engine.close()


def test_rows_of_nobody_keep_the_join_on_the_left(database: Path, tmp_path: Path) -> None:
    (tmp_path / "owners.yaml").write_text(MODEL, encoding="utf-8")
    engine = DuckDBEngine(database)
    layer = Layer(load_model(tmp_path), engine, date(2026, 3, 31))
    sure = layer.run(MetricQuery(metrics=("all_owned",), group_by=("city",)))
    unsure = layer.run(MetricQuery(metrics=("some_owned",), group_by=("city",)))
    assert "JOIN" in sure.sql and "LEFT JOIN" not in sure.sql
    assert set(sure.rows) == {("A", ROWS // 2), ("B", ROWS // 2)}
    assert "LEFT JOIN" in unsure.sql
    assert set(unsure.rows) == {("A", ROWS - 1), (None, 1)}
    engine.close()
