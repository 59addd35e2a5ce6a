"""The forms of a dbt project: older and newer YAML, one document an object, compiled manifests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.interop.dbt import DbtLayer, DbtQuery, load_dbt
from semantic_layer.interop.forms import is_dbt
from semantic_layer.loading.load import shipped_model_path

TOY = Path(__file__).parent / "toy"

NEWER = """
models:
  - name: orders
    semantic_model: {enabled: true, name: sales}
    agg_time_dimension: ordered_on
    columns:
      - name: order_id
        entity: {type: primary, name: order}
        data_tests: [unique]
      - name: customer_id
        entity: {type: foreign, name: customer}
      - name: ordered_at
        granularity: day
        dimension: {type: time, name: ordered_on}
      - name: is_gift
        dimension: {type: categorical}
    derived_semantics:
      dimensions:
        - {name: is_large, type: categorical, expr: "amount >= 30"}
    metrics:
      - {name: orders, type: simple, agg: count, expr: 1}
      - {name: revenue, type: simple, agg: sum, expr: amount}
      - {name: filled, type: simple, agg: sum, expr: amount, fill_nulls_with: 0, join_to_timespine: true}
      - {name: gifts, type: simple, agg: sum, expr: amount, filter: "{{ Dimension('order__is_gift') }}"}
      - {name: third, type: simple, agg: percentile, expr: amount, percentile: 25.0, percentile_type: continuous}
      - {name: gifts_ever, type: cumulative, input_metric: gifts}
      - {name: two_days, type: cumulative, input_metric: revenue, window: 2 days}
  - name: visits
    semantic_model: true
    agg_time_dimension: visited_on
    columns:
      - {name: visit_id, entity: {type: primary, name: visit}}
      - {name: customer_id, entity: {type: foreign, name: customer}}
      - {name: visited_on, granularity: day, dimension: time}
    metrics:
      - {name: visits, agg: count, expr: visit_id, type: simple}
  - name: customers
    semantic_model: {enabled: true}
    columns:
      - {name: customer_id, entity: {type: primary, name: customer}}
      - {name: tier, dimension: categorical}
  - name: days
    time_spine: {standard_granularity_column: day}
    columns: [{name: day, granularity: day}]
  - name: nothing_semantic
    columns: [{name: x, data_type: int}]
metrics:
  - {name: per_visits, type: ratio, numerator: nothing, denominator: nothing, config: {enabled: false}}
  - {name: per_visit, type: ratio, numerator: orders, denominator: {name: visits}}
  - name: change
    type: derived
    expr: revenue - before
    input_metrics: [{name: revenue}, {name: revenue, alias: before, offset_window: 1 day}]
  - name: converted
    type: conversion
    entity: customer
    calculation: conversions
    base_metric: visits
    conversion_metric: {name: orders}
    window: 7 days
"""


@pytest.fixture
def newer(tmp_path: Path, engine: DuckDBEngine) -> DbtLayer:
    (tmp_path / "dbt_project.yml").write_text("name: toy\n", encoding="utf-8")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "all.yml").write_text(NEWER, encoding="utf-8")
    return DbtLayer(load_dbt(tmp_path), engine)


def test_the_newer_form_gives_the_same_numbers(newer: DbtLayer, toy: DbtLayer) -> None:
    for query in (
        DbtQuery(metrics=("orders", "two_days", "change", "filled"), group_by=("metric_time__day",)),
        DbtQuery(metrics=("orders",), group_by=("customer__tier",), order_by=("customer__tier",)),
        DbtQuery(metrics=("third",)),
    ):
        found, wanted = (sorted(map(str, layer.run(query).rows)) for layer in (newer, toy))
        assert found and found == wanted


def test_the_newer_form_narrows_what_it_accumulates_and_matches(newer: DbtLayer) -> None:
    assert newer.run(DbtQuery(metrics=("gifts_ever", "gifts", "per_visit", "converted"))).rows == ((40, 40, 1.0, 3),)
    assert newer.run(DbtQuery(metrics=("orders",), where=("{{ Dimension('order__is_large') }}",))).rows == ((3,),)


def test_one_document_an_object(tmp_path: Path, engine: DuckDBEngine) -> None:
    text = """---
semantic_model:
  name: sales
  node_relation: {schema_name: main, alias: orders}
  defaults: {agg_time_dimension: at}
  primary_entity: order
  dimensions: [{name: at, type: time, expr: ordered_at, type_params: {time_granularity: day}}]
  measures: [{name: revenue, agg: SUM, expr: amount}]
---
metric: {name: revenue, type: SIMPLE, type_params: {measure: revenue}}
---
project_configuration:
  time_spines:
    - node_relation: {schema_name: main, alias: days}
      primary_column: {name: day, time_granularity: day}
"""
    (tmp_path / "all.yaml").write_text(text, encoding="utf-8")
    layer = DbtLayer(load_dbt(tmp_path / "all.yaml"), engine)
    assert layer.run(DbtQuery(metrics=("revenue",))).rows == ((150,),)
    assert layer.project.metrics["revenue"].where == "all.yaml:10"


def test_a_compiled_manifest(tmp_path: Path, engine: DuckDBEngine) -> None:
    own = {"semantic_model": "sales", "agg": "sum", "agg_params": None, "agg_time_dimension": "at"}
    manifest = {
        "semantic_models": [
            {
                "name": "sales",
                "node_relation": {"alias": "orders", "schema_name": None, "relation_name": '"orders"'},
                "defaults": None,
                "primary_entity": "order",
                "entities": [],
                "measures": [],
                "dimensions": [
                    {"name": "at", "type": "time", "expr": "ordered_at", "type_params": {"time_granularity": "day"}},
                ],
            }
        ],
        "metrics": [
            {
                "name": "revenue",
                "type": "simple",
                "filter": None,
                "type_params": {"measure": None, "expr": "amount", "metric_aggregation_params": own},
            },
            {
                "name": "before",
                "type": "derived",
                "filter": None,
                "type_params": {
                    "expr": "revenue",
                    "metrics": [{"name": "revenue", "offset_window": {"count": 1, "granularity": "day"}}],
                },
            },
        ],
        "project_configuration": {
            "time_spines": [
                {
                    "node_relation": {"alias": "days", "schema_name": "main"},
                    "primary_column": {"name": "day", "time_granularity": "day"},
                }
            ]
        },
        "saved_queries": [],
    }
    path = tmp_path / "semantic_manifest.json"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    layer = DbtLayer(load_dbt(path), engine)
    query = DbtQuery(metrics=("revenue", "before"), group_by=("metric_time__month",), order_by=("metric_time",))
    assert [row[1:] for row in layer.run(query).rows] == [(100, 100), (50, 50)]


def test_the_schema_of_models_may_be_named(engine: DuckDBEngine) -> None:
    layer = DbtLayer(load_dbt(TOY, schema="main"), engine)
    assert layer.run(DbtQuery(metrics=("revenue",))).rows == ((150,),)


def test_a_dbt_project_is_told_from_a_model_of_ours(tmp_path: Path) -> None:
    assert is_dbt(TOY)
    assert not is_dbt(shipped_model_path())
    assert not is_dbt(tmp_path)
