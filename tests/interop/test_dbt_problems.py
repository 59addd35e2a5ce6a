"""What is wrong with a project or a query on it: each by code, with file and line or the query's part."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlglot import parse_one

from semantic_layer.errors import DefinitionProblem, DefinitionsError, QueryError, QueryProblem
from semantic_layer.interop.dbt import AskedMetric, DbtLayer, DbtQuery, GroupBy, load_dbt
from semantic_layer.interop.dbt.query import read_dbt_query

MODEL = """semantic_models:
  - name: sales
    model: ref('orders')
    defaults: {agg_time_dimension: at}
    entities:
      - {name: order, type: primary}
      - {name: customer, type: foreign}
    dimensions: [{name: at, type: time, type_params: {time_granularity: day}}]
    measures: [{name: revenue, agg: sum, expr: amount}]
"""
SPINE = "project_configuration: {time_spine_table_configurations: [{location: d, column_name: day, grain: day}]}\n"

PROJECTS = [
    (
        "unknown measure",
        MODEL + "metrics:\n  - {name: a, type: simple, type_params: {measure: revenu}}\n",
        ("dbt_unknown_reference", "p.yml:11"),
    ),
    (
        "unknown metric",
        MODEL + "metrics:\n  - {name: a, type: ratio, type_params: {numerator: b, denominator: b}}\n",
        ("dbt_unknown_reference", "p.yml:11"),
    ),
    (
        "itself",
        MODEL + "metrics:\n  - {name: a, type: derived, type_params: {expr: a, metrics: [a]}}\n",
        ("dbt_metric_cycle", "p.yml:11"),
    ),
    (
        "a circle",
        MODEL + "metrics:\n  - {name: a, type: derived, type_params: {expr: b, metrics: [b]}}\n"
        "  - {name: b, type: derived, type_params: {expr: a, metrics: [a]}}\n",
        ("dbt_metric_cycle", "p.yml:11"),
    ),
    (
        "a name twice",
        MODEL + "metrics:\n  - {name: a, type: simple, type_params: {measure: revenue}}\n"
        "  - {name: a, type: simple, type_params: {measure: revenue}}\n",
        ("dbt_duplicate_name", "p.yml:12"),
    ),
    (
        "a measure's name twice",
        MODEL.replace("measures: [", "measures: [{name: revenue, agg: max, expr: amount}, "),
        ("dbt_duplicate_name", "p.yml:9"),
    ),
    ("no SQL", MODEL.replace("expr: amount", 'expr: "amount +"'), ("dbt_bad_expression", "p.yml:9")),
    ("a measure that is no aggregation", MODEL.replace("agg: sum", "agg: some"), ("dbt_bad_value", "p.yml:9")),
    ("an unknown key", MODEL.replace("agg: sum", "agg: sum, agregation: sum"), ("dbt_unknown_key", "p.yml:9")),
    (
        "an unknown grain of a dimension",
        MODEL.replace("time_granularity: day", "time_granularity: dya"),
        ("dbt_unknown_reference", "p.yml:8"),
    ),
    (
        "an unknown time",
        MODEL.replace("agg_time_dimension: at", "agg_time_dimension: when"),
        ("dbt_unknown_reference", "p.yml:9"),
    ),
    (
        "no time spine",
        MODEL + "metrics:\n  - {name: a, type: cumulative, type_params: {measure: revenue}}\n",
        ("dbt_missing_time_spine", "p.yml:11"),
    ),
    (
        "an unknown grain of an offset",
        MODEL + SPINE + "metrics:\n  - {name: r, type: simple, type_params: {measure: revenue}}\n"
        "  - {name: a, type: derived, type_params: {expr: r, metrics: [{name: r, offset_window: 1 fortnight}]}}\n",
        ("dbt_unknown_reference", "p.yml:13"),
    ),
    (
        "bad Jinja",
        MODEL + "metrics:\n  - name: a\n    type: simple\n    type_params: {measure: revenue}\n"
        "    filter: \"{{ Dimenson('order__x') }} = 1\"\n",
        ("dbt_bad_filter", "p.yml:14"),
    ),
    (
        "Jinja statements",
        MODEL + "metrics:\n  - name: a\n    type: simple\n    type_params: {measure: revenue}\n"
        '    filter: "{% if true %} 1 = 1 {% endif %}"\n',
        ("dbt_bad_filter", "p.yml:14"),
    ),
    (
        "an unknown name in a formula",
        MODEL + "metrics:\n  - {name: r, type: simple, type_params: {measure: revenue}}\n"
        "  - {name: a, type: derived, type_params: {expr: r + s, metrics: [r]}}\n",
        ("dbt_unknown_reference", "p.yml:12"),
    ),
    (
        "an unknown dimension in a filter",
        MODEL + "metrics:\n  - name: a\n    type: simple\n"
        "    type_params: {measure: revenue}\n    filter: \"{{ Dimension('order__x') }} = 1\"\n",
        ("dbt_bad_filter", "p.yml:14"),
    ),
    (
        "a start of validity without an end",
        MODEL.replace("{time_granularity: day}", "{time_granularity: day, validity_params: {is_start: true}}"),
        ("dbt_bad_value", "p.yml:8"),
    ),
    (
        "an unknown end of validity",
        MODEL.replace("{time_granularity: day}", "{time_granularity: day, validity_params: {is_begin: true}}"),
        ("dbt_unknown_key", "p.yml:8"),
    ),
    (
        "a semantic model that is neither on nor off",
        "models:\n  - name: a\n    semantic_model: sometimes\n",
        ("dbt_bad_value", "p.yml:3"),
    ),
    (
        "a kind of percentile that there is not",
        "models:\n  - name: a\n    semantic_model: true\n"
        "    agg_time_dimension: t\n    columns: [{name: t, granularity: day, dimension: {type: time}}]\n    metrics:\n"
        "      - {name: p, agg: percentile, expr: b, percentile: 0.5, percentile_type: rough}\n",
        ("dbt_bad_value", "p.yml:7"),
    ),
    (
        "an unknown metric in a filter",
        MODEL + "metrics:\n  - name: a\n    type: simple\n"
        "    type_params: {measure: revenue}\n    filter: \"{{ Metric('b', ['customer']) }} = 1\"\n",
        ("dbt_bad_filter", "p.yml:14"),
    ),
    (
        "a grain finer than the data in a filter",
        MODEL + "metrics:\n  - name: a\n    type: simple\n"
        "    type_params: {measure: revenue}\n"
        "    filter: \"{{ TimeDimension('metric_time', 'hour') }} > '2024-01-01'\"\n",
        ("dbt_bad_filter", "p.yml:14"),
    ),
    (
        "an unknown group of a saved query",
        MODEL.replace("expr: amount}", "expr: amount, create_metric: true}")
        + "saved_queries:\n  - {name: s, query_params: {metrics: [revenue], group_by: [\"Dimension('order__x')\"]}}\n",
        ("dbt_bad_saved_query", "p.yml:11"),
    ),
    (
        "an order of a saved query that is no name",
        MODEL.replace("expr: amount}", "expr: amount, create_metric: true}")
        + "saved_queries:\n  - {name: s, query_params: {metrics: [revenue], order_by: [\"Metrik('revenue')\"]}}\n",
        ("dbt_bad_saved_query", "p.yml:11"),
    ),
    ("no ref", MODEL.replace("ref('orders')", "orders"), ("dbt_bad_value", "p.yml:3")),
    ("no YAML", "semantic_models: {\n", ("yaml_syntax", "p.yml:2")),
]


@pytest.mark.parametrize(("text", "expected"), [each[1:] for each in PROJECTS], ids=[each[0] for each in PROJECTS])
def test_a_mistake_in_a_project(text: str, expected: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "p.yml").write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionsError) as raised:
        load_dbt(tmp_path)
    found = [(each.code, each.where) for each in raised.value.problems if isinstance(each, DefinitionProblem)]
    assert expected in found


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    text = MODEL.replace("agg: sum", "agg: some") + "metrics:\n  - {name: a, type: simpel, type_params: {}}\n"
    (tmp_path / "p.yml").write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionsError) as raised:
        load_dbt(tmp_path)
    assert len(raised.value.problems) == 2


@pytest.mark.parametrize("name", ["missing", "empty", "broken.json", "other.json"])
def test_what_is_no_project(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    (tmp_path / "other.json").write_text("{}", encoding="utf-8")
    with pytest.raises(DefinitionsError) as raised:
        load_dbt(tmp_path / name)
    assert raised.value.problems[0].code in ("dbt_no_project", "dbt_unreadable_json")


QUERIES = [
    (DbtQuery(metrics=("revenu",)), "unknown_name", "metrics[0]"),
    (DbtQuery(metrics=("revenue",), group_by=("tier_x",)), "unknown_name", "group_by[0]"),
    (DbtQuery(metrics=("events",), group_by=("customer__tier",)), "unreachable_dimension", "group_by[0]"),
    (DbtQuery(metrics=("revenue",), group_by=("tier",)), "ambiguous_path", "group_by[0]"),
    (DbtQuery(metrics=("revenue",), group_by=("metric_time__hour",)), "dbt_grain_too_fine", "group_by[0]"),
    (
        DbtQuery(metrics=("revenue",), group_by=(GroupBy(name="metric_time", grain="eon"),)),
        "dbt_unknown_grain",
        "group_by[0]",
    ),
    (DbtQuery(metrics=("revenue",), group_by=("Dimension('order__is_gift'",)), "dbt_bad_item", "group_by[0]"),
    (DbtQuery(metrics=("revenue",), group_by=("__import__('os')",)), "dbt_bad_item", "group_by[0]"),
    (DbtQuery(metrics=("revenue",), group_by=("order__is_gift__month",)), "unknown_name", "group_by[0]"),
    (DbtQuery(metrics=("revenue",), group_by=("Metric('orders', ['customer'])",)), "dbt_bad_item", "group_by[0]"),
    (DbtQuery(metrics=("yesterday",)), "dbt_needs_metric_time", "group_by"),
    (DbtQuery(metrics=("two_days",), group_by=("customer",)), "dbt_needs_metric_time", "group_by"),
    (
        DbtQuery(metrics=("ever",), group_by=(GroupBy(name="metric_time", date_part="month"),)),
        "dbt_not_together",
        "group_by",
    ),
    (
        DbtQuery(metrics=("at_start_of_month",), group_by=(GroupBy(name="metric_time", date_part="dow"),)),
        "dbt_not_together",
        "group_by",
    ),
    (DbtQuery(metrics=("revenue",), is_distinct=False), "dbt_not_together", "is_distinct"),
    (DbtQuery(metrics=("month_to_date",)), "dbt_needs_metric_time", "group_by"),
    (
        DbtQuery(metrics=(AskedMetric(name="revenue", alias="x"),), group_by=(GroupBy(name="customer", alias="x"),)),
        "dbt_not_together",
        "group_by",
    ),
    (DbtQuery(metrics=(AskedMetric(name="revenue", alias="x"), "revenue")), "dbt_not_together", "metrics[1]"),
    (
        DbtQuery(metrics=("revenue",), group_by=(GroupBy(name="customer", alias="x"), "customer")),
        "dbt_not_together",
        "group_by",
    ),
    (DbtQuery(metrics=("revenue",), where=("{{ Dimension('order__is_gift') ",)), "dbt_bad_where", "where[0]"),
    (DbtQuery(metrics=("revenue",), where=("{{ Dimension('order__is_gift') }} = ",)), "dbt_bad_where", "where[0]"),
    (DbtQuery(metrics=("revenue",), where=("{{ Metric('nothing', ['customer']) }} > 1",)), "unknown_name", "where[0]"),
    (
        DbtQuery(metrics=("events",), where=("{{ Metric('orders', ['customer']) }} > 1",)),
        "unreachable_dimension",
        "where",
    ),
    (DbtQuery(metrics=("revenue",), order_by=("orders",)), "unknown_name", "order_by[0]"),
    (DbtQuery(metrics=("revenue",), time_constraint=("soon", "later")), "dbt_bad_item", "time_constraint"),
    (
        DbtQuery(group_by=("customer__tier",), time_constraint=("2024-01-01", "2024-01-02")),
        "dbt_not_together",
        "time_constraint",
    ),
    (DbtQuery(metrics=("revenue",), group_by=("customer",), min_max_only=True), "dbt_not_together", "min_max_only"),
    (DbtQuery(saved_query="nothing"), "unknown_name", "saved_query"),
    (DbtQuery(group_by=("metric_time__minute",)), "dbt_no_spine_for_grain", "group_by"),
]


@pytest.mark.parametrize(("query", "code", "part"), QUERIES)
def test_a_mistake_in_a_query(query: DbtQuery, code: str, part: str, toy: DbtLayer) -> None:
    with pytest.raises(QueryError) as raised:
        toy.compile(query)
    found = [(each.code, each.part) for each in raised.value.problems if isinstance(each, QueryProblem)]
    assert (code, part) in found


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"metrics": ["a"], "x": 1}', '{"metrics": [1]}', '{"limit": 0}'])
def test_what_is_no_query(text: str) -> None:
    with pytest.raises(QueryError) as raised:
        read_dbt_query(text.encode(), "q.json")
    assert {each.code for each in raised.value.problems} == {"dbt_malformed_query"}


@pytest.mark.parametrize("dialect", ["postgres", "spark", "snowflake", "bigquery", "databricks", "trino", "redshift"])
def test_the_statement_parses_in_other_dialects(dialect: str, toy: DbtLayer) -> None:
    query = DbtQuery(
        metrics=("filled", "two_days", "change", "last_balance", "visit_to_order"),
        group_by=("metric_time__month",),
        where=("{{ TimeDimension('metric_time', 'half_month') }} > '2024-01-01'",),
    )
    tree = parse_one(toy.compile(query), dialect="duckdb")
    assert parse_one(tree.sql(dialect), dialect=dialect)
