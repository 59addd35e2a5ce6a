"""Tables and columns that a database misses are told by their names."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from semantic_layer.engines.duckdb import DuckDBEngine, DuckDBWriter
from semantic_layer.errors import QueryError
from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model
from semantic_layer.query.requests import MetricQuery, Request

REQUESTS: TypeAdapter[Request] = TypeAdapter(Request)
TOY = Path(__file__).parent / "toy.yaml"


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with DuckDBWriter(tmp_path / "less.duckdb") as writer:
        writer.execute("CREATE TABLE people (person_id INTEGER, joined_at TIMESTAMP, city VARCHAR, phone VARCHAR)")
    engine = DuckDBEngine(tmp_path / "less.duckdb")
    layer = Layer(load_model(TOY), engine, date(2026, 3, 31))
    for request in (
        MetricQuery(metrics=("orders",)),
        REQUESTS.validate_python({"kind": "list", "columns": ["risk"]}),
        REQUESTS.validate_python({"kind": "cohort", "metric": "comeback"}),
    ):
        with pytest.raises(QueryError) as found:
            layer.prepare(request)
        assert {problem.code for problem in found.value.problems} == {"missing_table"}
    assert layer.run(MetricQuery(metrics=("members",))).rows == ((0,),)
    engine.close()


def test_a_missing_column_is_told_by_its_name(tmp_path: Path) -> None:
    with DuckDBWriter(tmp_path / "odd.duckdb") as writer:
        writer.execute("CREATE TABLE people (person_id INTEGER)")
    engine = DuckDBEngine(tmp_path / "odd.duckdb")
    with pytest.raises(QueryError) as found:
        Layer(load_model(TOY), engine, date(2026, 3, 31)).run(MetricQuery(metrics=("members",)))
    engine.close()
    assert [problem.code for problem in found.value.problems] == ["missing_table"]
    assert "people.joined_at" in str(found.value)
