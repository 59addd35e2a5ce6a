"""Joins are inner only where the database is sure that every row finds its partner; elsewhere null groups stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from semantic_layer.engines.duckdb import DuckDBEngine, DuckDBWriter
from semantic_layer.engines.protocol import KnowsReferences
from semantic_layer.layer import Layer
from semantic_layer.query import MetricQuery

TABLES = """
CREATE TABLE whole AS SELECT * FROM (VALUES (1), (2), (2)) AS t(owner);
CREATE TABLE orphaned AS SELECT * FROM (VALUES (1), (2), (9)) AS t(owner);
CREATE TABLE nameless AS SELECT * FROM (VALUES (1), (2), (NULL)) AS t(owner);
CREATE TABLE owners AS SELECT * FROM (VALUES (1), (2), (3)) AS t(id);
CREATE TABLE twice AS SELECT * FROM (VALUES (1), (1), (2)) AS t(id);
CREATE TABLE far AS SELECT * FROM (VALUES (1), (2), (5000000)) AS t(id);
CREATE TABLE words AS SELECT * FROM (VALUES ('1'), ('2')) AS t(id);
"""


@pytest.mark.parametrize(
    ("source", "target", "is_sure"),
    [
        ("whole", "owners", True),
        ("orphaned", "owners", False),
        ("nameless", "owners", False),
        # a partner too many and one too few, which the counts alone would not tell
        ("orphaned", "twice", False),
        ("whole", "far", False),
        ("whole", "words", False),
        ("whole", "missing", False),
    ],
)
def test_what_a_database_is_sure_of(tmp_path: Path, source: str, target: str, is_sure: bool) -> None:
    with DuckDBWriter(tmp_path / "owners.duckdb") as writer:
        writer.execute(TABLES)
    engine = DuckDBEngine(tmp_path / "owners.duckdb")
    assert isinstance(engine, KnowsReferences)
    assert engine.always_finds(source, target, "owner", "id") is is_sure
    engine.close()


def test_files_may_change(tmp_path: Path) -> None:
    (tmp_path / "whole.csv").write_text("owner\n1\n")
    (tmp_path / "owners.csv").write_text("id\n1\n")
    engine = DuckDBEngine(tmp_path)
    assert not engine.always_finds("whole", "owners", "owner", "id")
    engine.close()


def test_rows_of_nobody_keep_the_join_on_the_left(toy: Layer) -> None:
    every_sale_has_a_buyer = toy.compile(MetricQuery(metrics=("revenue",), group_by=("city",)))
    one_call_is_of_nobody = toy.compile(MetricQuery(metrics=("calls",), group_by=("city",)))
    assert "JOIN" in every_sale_has_a_buyer and "LEFT JOIN" not in every_sale_has_a_buyer
    assert "LEFT JOIN" in one_call_is_of_nobody
    assert (None, 1) in toy.run(MetricQuery(metrics=("calls",), group_by=("city",))).rows
