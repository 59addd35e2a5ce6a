"""`huitou import dbt` and `huitou query` on a dbt project: converted numbers are dbt's, what is left out is named."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chat_service.cli import app
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.interop.dbt import DbtLayer, DbtQuery, load_dbt
from semantic_layer.interop.dbt.convert import convert
from semantic_layer.interop.dbt.problems import NotCarriedOver
from semantic_layer.layer import Layer
from semantic_layer.load import build_model, load_model
from semantic_layer.periods import Period
from semantic_layer.query import MetricQuery

TOY = Path(__file__).parent / "toy"
YEAR = Period(date(2024, 1, 1), date(2024, 3, 1))
# metrics whose converted form means the same by month as dbt's
BY_MONTH = (
    "orders", "revenue", "smallest", "largest", "mean", "middle", "third", "third_value", "buyers", "gifts",
    "gift_revenue", "per_order", "gift_share", "month_to_date_at_end", "first_balance", "last_balance",
)  # fmt: skip


@pytest.fixture(scope="module")
def ours(engine: DuckDBEngine) -> Layer:
    return Layer(build_model(convert(load_dbt(TOY)).definition), engine, date(2024, 2, 29))


@pytest.mark.parametrize("metric", BY_MONTH)
def test_a_converted_metric_gives_the_same_numbers(metric: str, ours: Layer, toy: DbtLayer) -> None:
    found = ours.run(MetricQuery(metrics=(metric,), group_by=("month",), period=YEAR)).rows
    wanted = toy.run(DbtQuery(metrics=(metric,), group_by=("metric_time__month",), order_by=("metric_time",))).rows
    # our trends show the buckets that have no value too
    assert {str(day): value for day, value in found if value is not None} == pytest.approx(
        {str(day)[:10]: value for day, value in wanted if value is not None}
    )


def test_conversions_joined_groups_and_whole_days(ours: Layer, toy: DbtLayer) -> None:
    found = ours.run(MetricQuery(metrics=("visit_to_order", "orders_after_visits"), period=YEAR)).rows
    assert found == toy.run(DbtQuery(metrics=("visit_to_order", "orders_after_visits"))).rows == ((0.6, 4),)
    rows = ours.run(MetricQuery(metrics=("visits",), group_by=("region_name",), period=YEAR)).rows
    assert sorted(map(str, rows)) == ["('north', 3)", "('south', 2)"]


def test_what_is_left_out_is_named(tmp_path: Path) -> None:
    converted = convert(load_dbt(TOY))
    owners = {each.owner for each in converted.problems if isinstance(each, NotCarriedOver)}
    kept = {each.name for each in converted.definition.metrics}
    project = load_dbt(TOY)
    for name in project.metrics:
        assert name in kept or any(f"'{name}'" in owner for owner in owners)
    assert {"the saved query 'top_tiers'", "the grain 'half_month'", "the validity of 'stores'"} <= owners
    assert "the metric 'an_hour_ago'" in owners and "the metric 'revenue_of_regulars'" in owners


def test_the_command_writes_a_model_that_loads(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["import", "dbt", str(TOY), "--out", str(tmp_path / "out")])
    assert done.exit_code == 1 and "dbt_not_carried_over" in done.stderr
    assert "revenue" in load_model(tmp_path / "out").metrics


@pytest.fixture
def asked(tmp_path: Path, toy_database: Path) -> list[str]:
    query = {"metrics": ["revenue"], "group_by": ["customer__tier"], "order_by": ["-revenue"], "limit": 1}
    (tmp_path / "q.json").write_text(json.dumps(query), encoding="utf-8")
    return [str(tmp_path / "q.json"), "--model", str(TOY), "--db", str(toy_database)]


def test_a_dbt_query_from_the_command_line(asked: list[str]) -> None:
    shown = CliRunner().invoke(app, ["query", *asked])
    assert shown.exit_code == 0 and "customer__tier" in shown.stdout and "90" in shown.stdout
    body = json.loads(CliRunner().invoke(app, ["query", *asked, "--json"]).stdout)
    assert body["columns"] == ["customer__tier", "revenue"] and body["rows"] == [[None, 90]]
    assert "SELECT" in CliRunner().invoke(app, ["query", *asked, "--explain"]).stdout


def test_a_wrong_dbt_query_from_the_command_line(asked: list[str], tmp_path: Path) -> None:
    (tmp_path / "q.json").write_text('{"metrics": ["revenu"]}', encoding="utf-8")
    done = CliRunner().invoke(app, ["query", *asked])
    assert done.exit_code == 1 and "unknown_name" in done.stderr
