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
from semantic_layer.loading.load import build_model, load_model
from semantic_layer.query.requests import MetricQuery
from semantic_layer.time.periods import Period

TOY = Path(__file__).parent / "toy"
YEAR = Period(date(2024, 1, 1), date(2024, 3, 1))
# metrics whose converted form means the same by month as dbt's
BY_MONTH = (
    "orders",
    "revenue",
    "smallest",
    "largest",
    "mean",
    "middle",
    "third",
    "third_value",
    "buyers",
    "gifts",
    "gift_revenue",
    "per_order",
    "gift_share",
    "month_to_date_at_end",
    "first_balance",
    "last_balance",
    "hourly_revenue",
    "monthly_orders",
    "a_month_ago",
    "balance_a_month_ago",
    "at_start_of_month",
    "visit_to_order",
    "visit_to_order_of_the_month",
)


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
    names = ("visit_to_order", "orders_after_visits", "orders_on_the_page")
    found = ours.run(MetricQuery(metrics=names, period=YEAR)).rows
    assert found == toy.run(DbtQuery(metrics=names)).rows == ((0.6, 4, 3),)
    rows = ours.run(MetricQuery(metrics=("visits",), group_by=("region_name",), period=YEAR)).rows
    assert sorted(map(str, rows)) == ["('north', 3)", "('south', 2)"]


GROUPED = [
    ("revenue", "tier", "customer__tier"),  # one hop
    ("revenue", "referrer_tier", "referrer__tier"),  # the same dataset in a second role
    ("revenue", "size", "store__size"),  # versions by their interval
    ("events", "level", "member__level"),  # partitions beside keys
    ("visits", "region_name", "customer__region__region_name"),  # two hops
    ("revenue", "half_month", "metric_time__half_month"),  # a custom grain
]


@pytest.mark.parametrize(("metric", "group", "dbt_group"), GROUPED)
def test_a_converted_dimension_has_the_same_groups(
    metric: str, group: str, dbt_group: str, ours: Layer, toy: DbtLayer
) -> None:
    found = ours.run(MetricQuery(metrics=(metric,), group_by=(group,), period=YEAR)).rows
    wanted = toy.run(DbtQuery(metrics=(metric,), group_by=(dbt_group,))).rows
    kept = {str(name).removesuffix(" 00:00:00"): value for name, value in found if value is not None}
    assert kept == {str(name).removesuffix(" 00:00:00"): value for name, value in wanted if value is not None}


def test_a_converted_custom_grain_moves_whole_units(ours: Layer) -> None:
    later = Period(date(2024, 1, 16), date(2024, 3, 1))
    found = ours.run(MetricQuery(metrics=("half_month_ago",), group_by=("half_month",), period=later)).rows
    assert [value for _, value in found] == [100, None, 50]


REFUSED = """semantic_models:
  - name: orders
    model: ref('orders')
    defaults: {agg_time_dimension: ordered_at}
    entities: [{name: order, type: primary, expr: order_id}, {name: customer, type: foreign, expr: customer_id}]
    dimensions: [{name: ordered_at, type: time, type_params: {time_granularity: day}}]
    measures: [{name: revenue, agg: sum, expr: amount, create_metric: true}]
  - name: customers
    model: ref('customers')
    entities: [{name: customer, type: primary, expr: customer_id}, {name: region, type: foreign, expr: region_id}]
    dimensions: [{name: tier, type: categorical}]
  - name: regions
    model: ref('regions')
    entities: [{name: region, type: primary, expr: region_id}, {name: city, type: foreign, expr: name}]
    dimensions: [{name: name, type: categorical}]
  - name: cities
    model: ref('cities')
    entities: [{name: city, type: primary, expr: name}, {name: customer, type: foreign, expr: mayor}]
  - name: bad name
    model: ref('visits')
    defaults: {agg_time_dimension: visited_on}
    entities: [{name: visit, type: primary, expr: visit_id}]
    dimensions: [{name: visited_on, type: time, type_params: {time_granularity: day}}]
    measures: [{name: visits, agg: count, expr: visit_id, create_metric: true}]
metrics:
  - {name: per_visit, type: ratio, type_params: {numerator: revenue, denominator: visits}}
"""


def test_what_is_refused_goes_with_all_that_depends_on_it(tmp_path: Path) -> None:
    (tmp_path / "project.yml").write_text(REFUSED, encoding="utf-8")
    done = CliRunner().invoke(app, ["import", "dbt", str(tmp_path), "--out", str(tmp_path / "out")])
    assert done.exit_code == 1
    model = load_model(tmp_path / "out")
    assert set(model.metrics) == {"revenue"} and set(model.datasets) == {"orders", "customers", "regions", "cities"}
    told = [each for each in convert(load_dbt(tmp_path / "project.yml")).problems if isinstance(each, NotCarriedOver)]
    assert {(str(each.owner), each.where) for each in told} == {
        ("the join of 'cities' to 'customers'", "project.yml:18"),
        ("semantic model 'bad name'", "project.yml:19"),
        ("metric 'visits'", "project.yml:24"),
        ("metric 'per_visit'", "project.yml:26"),
    }


def test_what_is_left_out_is_named(tmp_path: Path) -> None:
    converted = convert(load_dbt(TOY))
    owners = {str(each.owner) for each in converted.problems if isinstance(each, NotCarriedOver)}
    kept = {each.name for each in converted.definition.metrics}
    project = load_dbt(TOY)
    for name in project.metrics:
        assert name in kept or any(f"'{name}'" in owner for owner in owners)
    assert {"saved query 'top_tiers'", "the join of 'badges' to 'profiles' by 'member'"} <= owners
    assert "metric 'an_hour_ago'" in owners


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
