"""The shipped model as an Ossie document and back: the same definitions and numbers; what it tells others is true."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar

import pytest
import yaml
from pydantic import BaseModel

from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.errors import DefinitionsError
from semantic_layer.interop.ossie import Choices, convert, export, load
from semantic_layer.interop.ossie.document import read_models
from semantic_layer.interop.ossie.export import exported
from semantic_layer.interop.ossie.schema import violations
from semantic_layer.interop.ossie.spec import OssieDocument, OssieMetric, OssieModel
from semantic_layer.interop.written import definition_yaml
from semantic_layer.layer import Layer
from semantic_layer.loading.build import definition_hash
from semantic_layer.loading.load import build_model, load_model, read_definition, shipped_model_path
from semantic_layer.loading.own_words import filled
from semantic_layer.model.definitions import ModelDefinition
from semantic_layer.query.requests import MetricQuery
from semantic_layer.sql.parsing import parse_expression
from semantic_layer.time.periods import Period
from tests.conftest import TODAY
from tests.structure.sources import REPOSITORY

_Part = TypeVar("_Part", bound=BaseModel)
HALF_YEAR = Period(date(2026, 1, 1), date(2026, 7, 1))
# what a document cannot say: at which time lines, contracts and gaps between orders happen
TIMES = {"order_items": "orders.ordered_at", "subscriptions": "term_start", "order_gaps": "ordered_at"}
MODELS = {
    "loyalty": shipped_model_path(),
    "online_retail": REPOSITORY / "examples" / "online_retail" / "model",
    "toy": REPOSITORY / "tests" / "layer" / "toy.yaml",
}
# metrics of which an aggregate would tell another number: a stock, a transition, a window before each bucket, a value
# for each customer first, a look at the bucket itself, another time than the dataset's
NOT_PLAIN = (
    "customers",
    "churn_rate",
    "points_balance",
    "repurchase_rate",
    "returning_customers",
    "renewal_rate",
    "churned_customers",
    "dormant_rate",
    "retention_rate",
    "active_subscriptions",
)


@pytest.fixture(scope="module")
def shipped() -> ModelDefinition:
    return read_definition(shipped_model_path())[0].definition


@pytest.fixture(scope="module")
def document(shipped: ModelDefinition, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "loyalty.yaml"
    path.write_text(export(shipped), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def told(document: Path) -> OssieModel:
    """What the document says to everybody, without our extension."""
    model = read_models(document)[0].model
    datasets = (
        _bare(each.model_copy(update={"fields": tuple(_bare(field) for field in each.fields)}))
        for each in model.datasets
    )
    update = {
        "datasets": tuple(datasets),
        "relationships": tuple(_bare(each) for each in model.relationships),
        "metrics": tuple(_bare(each) for each in model.metrics),
    }
    return _bare(model.model_copy(update=update))


def _bare(part: _Part) -> _Part:
    return part.model_copy(update={"custom_extensions": ()})


@pytest.fixture(scope="module")
def plain(told: OssieModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plain") / "loyalty.json"
    path.write_text(written(told), encoding="utf-8")
    return path


def written(model: OssieModel) -> str:
    document = OssieDocument(semantic_model=(model,))
    value = document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return json.dumps({"version": document.version, **value}, ensure_ascii=False)


@pytest.fixture(scope="module")
def engine(demo_database: Path) -> Iterator[DuckDBEngine]:
    opened = DuckDBEngine(demo_database)
    yield opened
    opened.close()


# ---- there and back ----


@pytest.mark.parametrize("name", MODELS)
def test_a_model_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    definition = filled(read_definition(MODELS[name])[0].definition)
    (tmp_path / "m.yaml").write_text(export(definition), encoding="utf-8")
    converted = convert(tmp_path / "m.yaml")
    assert converted.problems == () and converted.remarks == ()
    assert converted.definition == definition
    assert definition_hash(converted.definition) == definition_hash(definition)
    assert load(tmp_path / "m.yaml").hash == load_model(MODELS[name]).hash


@pytest.mark.parametrize("name", MODELS)
def test_a_document_is_what_the_schema_describes(name: str) -> None:
    value = yaml.safe_load(export(read_definition(MODELS[name])[0].definition))
    assert list(violations(value, lambda *part: str(part))) == []


@pytest.mark.parametrize("name", MODELS)
def test_written_as_yaml_of_ours_it_is_the_same(name: str, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(definition_yaml(read_definition(MODELS[name])[0].definition), encoding="utf-8")
    assert load_model(tmp_path / "m.yaml").hash == load_model(MODELS[name]).hash


def test_every_metric_compiles_to_the_same_statement(document: Path, engine: DuckDBEngine) -> None:
    ours, theirs = (Layer(model, engine, TODAY) for model in (load_model(shipped_model_path()), load(document)))
    for name, metric in ours.model.metrics.items():
        if not metric.definition.hidden:
            query = MetricQuery(metrics=(name,), period=Period(None, date(2026, 7, 1)))
            assert theirs.prepare(query).sql == ours.prepare(query).sql


# ---- what others read ----


def test_what_others_read_gives_our_numbers(plain: Path, told: OssieModel, engine: DuckDBEngine) -> None:
    ours = Layer(load_model(shipped_model_path()), engine, TODAY)
    theirs = Layer(load(plain, choices=Choices(times=TIMES)), engine, TODAY)
    assert len(told.metrics) > 80
    for metric in told.metrics:
        dated = any(ours.model.datasets[name].definition.time for name in ours.model.grouping_datasets(metric.name))
        queries = [MetricQuery(metrics=(metric.name,), period=Period(None, date(2026, 7, 1)))]
        queries += [MetricQuery(metrics=(metric.name,), period=HALF_YEAR, group_by=("month",))] if dated else []
        for query in queries:
            assert _same(ours.run(query).rows, theirs.run(query).rows), metric.name


def _same(one: tuple[tuple[object, ...], ...], other: tuple[tuple[object, ...], ...]) -> bool:
    left, right = ([value for row in rows for value in row] for rows in (one, other))
    return len(left) == len(right) and all(
        a == pytest.approx(b) if isinstance(a, int | float) and isinstance(b, int | float) else a == b
        for a, b in zip(left, right, strict=True)
    )


def test_metrics_that_an_aggregate_would_misstate_are_not_told(told: OssieModel) -> None:
    names = {each.name for each in told.metrics}
    assert not names & set(NOT_PLAIN)
    assert {"revenue", "orders", "aov", "complaint_rate", "units_sold", "csat"} <= names


def test_nothing_of_ours_is_left_in_what_others_read(told: OssieModel) -> None:
    texts = [each.expression.dialects[0].expression for each in told.metrics]
    texts += [each.expression.dialects[0].expression for dataset in told.datasets for each in dataset.fields]
    texts += [dataset.source for dataset in told.datasets]
    assert not [text for text in texts if "$" in text or "{" in text or "FILTER" in text]


def test_what_others_read_of_one_metric(told: OssieModel) -> None:
    aov = _metric(told, "aov")
    assert aov.expression.dialects[0].expression == (
        "1.0 * COALESCE(SUM(CASE WHEN orders.order_status = 'paid' THEN orders.net_amount END), 0) "
        "/ NULLIF(COUNT(CASE WHEN orders.order_status = 'paid' THEN orders.order_id END), 0)"
    )
    assert aov.ai_context is not None and not isinstance(aov.ai_context, str)
    assert aov.ai_context.instructions == "In CNY. Placed in time by orders.ordered_at."
    assert {"average order value", "笔单价"} <= set(aov.ai_context.synonyms)


def _metric(model: OssieModel, name: str) -> OssieMetric:
    return next(each for each in model.metrics if each.name == name)


def test_what_the_portable_language_cannot_say_is_in_the_extension_alone() -> None:
    definition = ModelDefinition.model_validate(
        {
            "name": "m",
            "datasets": [
                {
                    "name": "sales",
                    "table": "sales",
                    "primary_key": "id",
                    "time": "at",
                    "fields": [
                        {"name": "id", "role": "key"},
                        {"name": "at", "type": "date", "role": "time"},
                        {"name": "who", "role": "key"},
                        {"name": "x", "type": "number", "role": "fact"},
                        {"name": "lists", "expression": "list_sum([1, 2])", "type": "integer"},
                    ],
                },
                {"name": "people", "table": "people", "primary_key": "who", "fields": [{"name": "who", "role": "key"}]},
            ],
            "relationships": [{"from": "sales", "to": "people", "on": {"who": "who"}}],
            "metrics": [
                {"name": "total", "dataset": "sales", "expression": "sum(x)"},
                {"name": "seven_days", "dataset": "sales", "expression": "sum(x)", "window": {"last": "7 days"}},
                {"name": "share", "expression": "seven_days / total"},
                {"name": "ninth", "dataset": "sales", "expression": "quantile_cont(x, 0.9)"},
                {"name": "odd", "dataset": "sales", "expression": "bit_xor(id)"},
            ],
        }
    )
    model = exported(definition)
    assert [each.name for each in model.metrics] == ["total", "ninth"]
    ninth = _metric(model, "ninth").expression.dialects[0].expression
    assert ninth == "PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY sales.x)"
    assert "lists" not in {each.name for each in model.datasets[0].fields}


# ---- changed by others ----


def changed(document: Path, tmp_path: Path, *edits: tuple[str, str]) -> Path:
    text = document.read_text(encoding="utf-8")
    for pattern, new in edits:
        text, count = re.subn(pattern, new, text, count=1)
        assert count == 1, pattern
    path = tmp_path / "changed.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_new_words_are_put_into_our_definitions(document: Path, tmp_path: Path) -> None:
    old = r"description: Net amount \(list price[^\n]*\n(\s{6}[^\n]*\n)?"
    path = changed(document, tmp_path, (old, "description: Takings\n"))
    converted = convert(path)
    assert [each.code for each in converted.problems] == ["ossie_changed_since"]
    revenue = next(each for each in converted.definition.metrics if each.name == "revenue")
    assert revenue.description is not None and revenue.description.en == "Takings"
    assert revenue.label is not None and revenue.label.zh == "销售额" and revenue.filter == "order_status = 'paid'"


def test_another_expression_is_believed_by_all_that_stands_on_it(
    document: Path, tmp_path: Path, engine: DuckDBEngine
) -> None:
    path = changed(
        document,
        tmp_path,
        (r"SUM\(CASE WHEN orders.order_status = 'paid' THEN orders.net_amount END\)\n", "SUM(orders.net_amount)\n"),
    )
    converted = convert(path)
    assert {each.code for each in converted.problems} == {"ossie_changed_since"}
    ours, theirs = (
        Layer(model, engine, TODAY) for model in (load_model(shipped_model_path()), build_model(converted.definition))
    )
    query = MetricQuery(metrics=("revenue", "aov", "orders", "churn_rate"), period=HALF_YEAR)
    mine, other = ours.run(query).rows[0], theirs.run(query).rows[0]
    assert float(str(other[0])) > float(str(mine[0]))
    assert other[1:] == pytest.approx(mine[1:])  # aov says what it said: its own expression did not change
    with pytest.raises(DefinitionsError):
        load(path)


def test_what_others_added_and_took_away(document: Path, tmp_path: Path) -> None:
    value = yaml.safe_load(document.read_text(encoding="utf-8"))
    model = value["semantic_model"][0]
    model["metrics"] = [each for each in model["metrics"] if each["name"] != "csat_responses"]
    new = {"dialects": [{"dialect": "ANSI_SQL", "expression": "MAX(orders.net_amount) - MIN(customers.tall)"}]}
    model["metrics"].append({"name": "spread", "expression": new})
    tall = {"name": "tall", "expression": {"dialects": [{"dialect": "ANSI_SQL", "expression": "height"}]}}
    next(each for each in model["datasets"] if each["name"] == "customers")["fields"].append(tall)
    path = tmp_path / "edited.yaml"
    path.write_text(yaml.safe_dump(value, allow_unicode=True), encoding="utf-8")
    converted = convert(path)
    assert [each.code for each in converted.problems] == ["ossie_changed_since"]
    names = {each.name for each in converted.definition.metrics}
    assert "csat_responses" not in names and {"spread", "spread__1", "spread__2", "churn_rate"} <= names
    assert "tall" in build_model(converted.definition).datasets["customers"].fields


def test_what_stood_on_a_dataset_that_is_gone_is_named(document: Path, tmp_path: Path) -> None:
    value = yaml.safe_load(document.read_text(encoding="utf-8"))
    model = value["semantic_model"][0]
    model["datasets"] = [each for each in model["datasets"] if each["name"] != "subscriptions"]
    model["relationships"] = [each for each in model["relationships"] if each["from"] != "subscriptions"]
    model["metrics"] = [each for each in model["metrics"] if "subscriptions." not in str(each["expression"])]
    path = tmp_path / "edited.yaml"
    path.write_text(yaml.safe_dump(value, allow_unicode=True), encoding="utf-8")
    converted = convert(path)
    assert {each.code for each in converted.problems} == {"ossie_changed_since", "ossie_not_carried_over"}
    names = {each.name for each in converted.definition.metrics}
    assert not names & {"renewal_rate", "active_subscriptions"} and {"churn_rate", "revenue"} <= names
    assert "hold_subscription" not in build_model(converted.definition).behaviours


@pytest.mark.parametrize(
    ("pattern", "new"),
    [(r'"format": 1', '"format": 99'), (r'\{"format": 1', "{format: 1"), (r'"parameters": \{', '"parametres": {')],
)
def test_an_extension_that_cannot_be_read_is_named(pattern: str, new: str, document: Path, tmp_path: Path) -> None:
    converted = convert(changed(document, tmp_path, (pattern, new)))
    assert "ossie_bad_extension" in {each.code for each in converted.problems}
    assert "revenue" in {each.name for each in converted.definition.metrics}


def test_choices_are_followed_by_our_own_documents_too(document: Path) -> None:
    definition = convert(document, choices=Choices(schema="loyal", times={"orders": "ordered_at"})).definition
    datasets = {each.name: each for each in definition.datasets}
    assert datasets["orders"].table == "loyal.orders" and "FROM loyal.orders" in str(datasets["order_gaps"].sql)


def test_every_expression_of_ours_reads_back_as_itself(told: OssieModel) -> None:
    for metric in told.metrics:
        assert parse_expression(metric.expression.dialects[0].expression)
