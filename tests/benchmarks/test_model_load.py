"""The generated model loads and every sampled query of it runs. No time is asserted."""

from __future__ import annotations

from pathlib import Path

from benchmarks.generated_model import make_tables, write_model
from benchmarks.model_load import AS_OF, measure, sampled_queries
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model


def test_every_sampled_query_runs(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    write_model(tmp_path / "model", 1)
    make_tables(tmp_path / "data.duckdb", 1)
    model = load_model(tmp_path / "model")
    assert (len(model.metrics), len(model.datasets)) == (100, 11)
    layer = Layer(model, DuckDBEngine(tmp_path / "data.duckdb"), AS_OF)
    queries = sampled_queries(model, 60)
    assert len({query.metrics for query in queries}) > 30
    assert max(len(query.group_by) for query in queries) >= 3
    tables = [layer.run(query) for query in queries]
    assert any(table.rows for table in tables)
    layer.engine.close()


def test_each_query_is_timed_new_and_again() -> None:
    times = measure(100, repeats=1, queries=5)
    assert (times.metrics, times.datasets) == (100, 11)
    assert len(times.first_ms) == len(times.again_ms) == 4
