"""Conversions with several starts to choose from: the last before the event, and of those of one moment (a day, where
times are known by the day) the first by what tells them apart, whatever order the rows lie in; the model that we make
of the project chooses the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from semantic_layer.engines.duckdb import DuckDBEngine, DuckDBWriter
from semantic_layer.interop.dbt import DbtLayer, DbtQuery, load_dbt
from semantic_layer.interop.dbt.convert import convert
from semantic_layer.layer import Layer
from semantic_layer.loading.load import build_model
from semantic_layer.query.requests import MetricQuery
from semantic_layer.query.result import ResultTable, Value
from tests.conftest import TODAY

PROJECT = """
semantic_models:
  - name: visits
    model: ref('visits')
    defaults: {agg_time_dimension: day}
    entities:
      - {name: visit, type: primary, expr: visit_id}
      - {name: person, type: foreign, expr: person_id}
    dimensions:
      - {name: day, type: time, expr: seen_at, type_params: {time_granularity: day}}
      - {name: source, type: categorical}
    measures: [{name: visits, agg: count, expr: visit_id, create_metric: true}]
  - name: clicks
    model: ref('visits')
    primary_entity: click
    defaults: {agg_time_dimension: clicked_on}
    entities: [{name: person, type: foreign, expr: person_id}]
    dimensions:
      - {name: clicked_on, type: time, expr: seen_at, type_params: {time_granularity: day}}
      - {name: banner, type: categorical, expr: source}
    measures: [{name: clicks, agg: count, expr: "1", create_metric: true}]
  - name: orders
    model: ref('orders')
    defaults: {agg_time_dimension: ordered_on}
    entities:
      - {name: order, type: primary, expr: order_id}
      - {name: person, type: foreign, expr: person_id}
    dimensions: [{name: ordered_on, type: time, expr: ordered_at, type_params: {time_granularity: day}}]
    measures: [{name: orders, agg: count, expr: order_id, create_metric: true}]
metrics:
  - name: after_visits
    type: conversion
    type_params:
      conversion_type_params:
        {base_measure: visits, conversion_measure: orders, entity: person, calculation: conversions, window: 3 days}
  - name: after_clicks
    type: conversion
    type_params:
      conversion_type_params:
        {base_measure: clicks, conversion_measure: orders, entity: person, calculation: conversions, window: 3 days}
models:
  - name: days
    time_spine: {standard_granularity_column: day}
    columns: [{name: day, granularity: day}]
"""
# person 1: two visits on the day of the order, one with the lesser key, the other of an earlier hour; person 2: one two
# days before and one the day before; person 3: one at the first moment of the window, which is out of it; person 4:
# two of a day, and two orders; person 5: on the day of the order, but later in it
VISITS = (
    "(4, 1, '2026-01-05 20:00', 'mail'), (7, 1, '2026-01-05 08:00', 'ads'), (2, 2, '2026-01-03', 'mail'), "
    "(3, 2, '2026-01-04', 'web'), (5, 3, '2026-01-02', 'mail'), (6, 4, '2026-01-04', 'web'), "
    "(8, 4, '2026-01-04', NULL), (9, 5, '2026-01-05 23:00', 'web')"
)
ORDERS = "(1, 1, '2026-01-05 12:00'), (2, 2, '2026-01-05'), (3, 3, '2026-01-05'), (4, 4, '2026-01-05'), "
ORDERS += "(5, 4, '2026-01-06'), (6, 5, '2026-01-05 10:00')"
WANTED = {
    "after_visits": ("source", "visit__source", {"mail": 1, "web": 4}),
    "after_clicks": ("banner", "click__banner", {"ads": 1, "web": 4}),
}


@pytest.fixture(scope="module", params=["visit_id", "visit_id DESC", "source", "source DESC"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBEngine]:
    """The same rows, each time laid down in another order."""
    path = tmp_path_factory.mktemp("ties") / "ties.duckdb"
    with DuckDBWriter(path) as writer:
        writer.execute(
            f"CREATE TABLE visits AS SELECT visit_id, person_id, seen_at::TIMESTAMP AS seen_at, source "
            f"FROM (VALUES {VISITS}) AS v(visit_id, person_id, seen_at, source) ORDER BY {request.param};"
            f"CREATE TABLE orders AS SELECT order_id, person_id, ordered_at::TIMESTAMP AS ordered_at "
            f"FROM (VALUES {ORDERS}) AS o(order_id, person_id, ordered_at);"
            "CREATE TABLE days AS SELECT unnest(generate_series(TIMESTAMP '2026-01-01', TIMESTAMP '2026-01-31', "
            "INTERVAL 1 DAY)) AS day"
        )
    opened = DuckDBEngine(path)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("project") / "project.yaml"
    path.write_text(PROJECT, encoding="utf-8")
    return path


@pytest.mark.parametrize("metric", WANTED)
def test_one_start_is_chosen_whatever_the_order_of_rows(metric: str, engine: DuckDBEngine, project: Path) -> None:
    name, dbt_name, wanted = WANTED[metric]
    loaded = load_dbt(project)
    asked = DbtQuery(metrics=(metric,), group_by=(dbt_name,))
    assert counted(DbtLayer(loaded, engine).run(asked)) == wanted
    ours = Layer(build_model(convert(loaded).definition), engine, TODAY)
    assert counted(ours.run(MetricQuery(metrics=(metric,), group_by=(name,)))) == wanted


def counted(table: ResultTable) -> dict[Value, Value]:
    """The groups in which anything is counted."""
    return {group: count for group, count in table.rows if count}
