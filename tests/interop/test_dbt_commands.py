"""A dbt project as the model of `ask` and `validate`, and imported with the types of its database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chat_service.channels.wire import ChatBody, TablePart
from chat_service.cli import app
from semantic_layer.engines.duckdb import DuckDBWriter
from semantic_layer.loading.load import load_model
from tests.interop.conftest import TOY


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def test_a_project_is_asked(toy_database: Path) -> None:
    asked = run("ask", "revenue by is known", "--json", "--model", TOY, "--db", toy_database)
    body = ChatBody.model_validate_json(asked.stdout)
    (table,) = (each for each in body.content if isinstance(each, TablePart))
    assert [tuple(row) for row in table.rows] == [(True, 100), (None, 50)]


def test_a_project_is_validated(toy_database: Path) -> None:
    told = run("validate", "--model", TOY, "--db", toy_database).stdout
    assert "dbt_not_carried_over" in told, "what our format cannot say is named"
    assert "does_not_run" not in told and "missing" not in told


def test_types_are_those_of_the_database(toy_database: Path, tmp_path: Path) -> None:
    run("import", "dbt", TOY, "--out", tmp_path / "guessed")
    run("import", "dbt", TOY, "--out", tmp_path / "known", "--db", toy_database)
    guessed, known = (load_model(tmp_path / each).fields for each in ("guessed", "known"))
    assert guessed["orders.order_id"].type == "text" and known["orders.order_id"].type == "integer"
    assert known["customers.is_known"].type == "boolean" and known["customers.rank"].type == "text"


ZONED = """
semantic_models:
  - name: calls
    model: ref('calls')
    defaults: {agg_time_dimension: called_at}
    entities: [{name: call, type: primary, expr: call_id}]
    dimensions: [{name: called_at, type: time, type_params: {time_granularity: hour}}]
    measures: [{name: calls, agg: count, expr: call_id, create_metric: true}]
models:
  - name: days
    time_spine: {standard_granularity_column: day}
    columns: [{name: day, granularity: day}]
"""
ASKED = """
from datetime import date
from pathlib import Path
from semantic_layer import Layer, MetricQuery, build_model, convert, load_dbt, open_engine
from chat_service.commands.dbt_query import run_dbt_query
from chat_service.settings import Settings
project, database = Path("project.yaml"), Path("calls.duckdb")
asked = Path("asked.json").read_bytes()
run_dbt_query(asked, "asked.json", project, Settings(database=database), explain=False, json=True)
model = build_model(convert(load_dbt(project)).definition)
layer = Layer(model, open_engine(database, timezone=model.timezone), date(2026, 7, 1))
print("|", [(str(day), calls) for day, calls in layer.run(MetricQuery(metrics=("calls",), group_by=("day",))).rows])
"""


@pytest.mark.parametrize("machine", ["Asia/Shanghai", "America/New_York"])
def test_days_are_those_of_the_model_on_any_machine(machine: str, tmp_path: Path) -> None:
    """Calls at 30 June 15:30 UTC and 23:59 UTC, and at 1 July 00:30 UTC."""
    with DuckDBWriter(tmp_path / "calls.duckdb") as writer:
        writer.execute(
            "CREATE TABLE calls (call_id INTEGER, called_at TIMESTAMPTZ); INSERT INTO calls VALUES "
            "(1, '2026-06-30 15:30:00+00'), (2, '2026-06-30 23:59:00+00'), (3, '2026-07-01 00:30:00+00');"
            "CREATE TABLE days AS SELECT unnest(generate_series(DATE '2026-06-01', DATE '2026-07-31', "
            "INTERVAL 1 DAY))::DATE AS day"
        )
    (tmp_path / "project.yaml").write_text(ZONED, encoding="utf-8")
    asked = {
        "metrics": ["calls"],
        "group_by": ["metric_time__day", "metric_time__hour"],
        "order_by": ["metric_time__hour"],
    }
    late = "{{ TimeDimension('metric_time', 'hour') }} >= '2026-06-30 20:00:00'"
    (tmp_path / "asked.json").write_text(json.dumps({**asked, "where": late}), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", ASKED],
        env={**os.environ, "TZ": machine, "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    in_dbt, _, in_ours = done.stdout.partition("|")
    assert json.loads(in_dbt)["rows"] == [
        ["2026-06-30T00:00:00", "2026-06-30T23:00:00", 1],
        ["2026-07-01T00:00:00", "2026-07-01T00:00:00", 1],
    ]
    assert in_ours.strip() == "[('2026-06-30', 2), ('2026-07-01', 1)]"
