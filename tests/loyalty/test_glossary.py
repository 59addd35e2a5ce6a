"""Every metric of the shipped model against hand-written SQL: in total over seven periods, by month, by dimensions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model, shipped_model_path
from semantic_layer.model.model import Model
from semantic_layer.model.windows import rolling
from semantic_layer.query.requests import FieldFilter, ListQuery, MetricQuery
from semantic_layer.query.result import Value
from semantic_layer.time.periods import Period, buckets, shift
from tests.loyalty.oracle import Number, Reference, agree, groups, number, references, total, with_dates

SHIPPED = load_model(shipped_model_path())
REFERENCES = references("metrics")
BY_PRODUCT = references("by_product")
TODAY = date(2026, 6, 30)
TOMORROW = TODAY + timedelta(days=1)
PERIODS = {
    "everything": None,
    "a_month": Period(date(2026, 5, 1), date(2026, 6, 1), "month"),
    "this_quarter": Period(date(2026, 4, 1), TOMORROW, "quarter"),
    "a_year": Period(date(2025, 1, 1), date(2026, 1, 1), "year"),
    "uneven_days": Period(date(2025, 11, 3), date(2026, 2, 18)),
    "a_week": Period(date(2026, 6, 15), date(2026, 6, 22), "week"),
    "open_at_the_start": Period(None, date(2025, 7, 1)),
}
MONTHS = Period(date(2026, 1, 1), TOMORROW)
SNAPSHOTS = {each.metric for each in REFERENCES if each.is_snapshot}
# cohort and funnel requests are of their own kind, and no metrics
NOT_METRICS = {"cohort_retention", "funnel_conversion"}


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(shipped_model_path())


@pytest.fixture(scope="module")
def layer(model: Model, demo_database: Path) -> Iterator[Layer]:
    engine = DuckDBEngine(demo_database)
    yield Layer(model, engine, TODAY)
    engine.close()


@pytest.fixture(scope="module")
def engine(layer: Layer) -> DuckDBEngine:
    assert isinstance(layer.engine, DuckDBEngine)
    return layer.engine


def period_meant(model: Model, metric: str, period: Period | None) -> Period:
    """What the conventions make of a question's period: cut at today; the metric's default, or all history."""
    default = model.metrics[metric].definition.default_period
    if period is None:
        return rolling(default, TODAY) if default is not None else Period(None, TOMORROW)
    return period


def is_known(model: Model, metric: str, meant: Period) -> bool:
    """Whether the metric has a value for the period: states of today (scores) have no past."""
    has_past = any(
        leaf.kind == "transition"
        or leaf.definition.valid
        or leaf.definition.time
        or model.datasets[leaf.definition.dataset or ""].definition.time
        for leaf in model.leaves(metric)
    )
    return has_past or meant.end == TOMORROW


def value_of(layer: Layer, metric: str, period: Period | None) -> Number:
    table = layer.run(MetricQuery(metrics=(metric,), period=period))
    return number(table.column(metric)[0])


def differences(got: dict[Value, Number], wanted: dict[Value, Number]) -> dict[Value, tuple[Number, Number]]:
    """The groups on which two tables disagree; a group that one lacks counts as nothing there."""
    keys = got.keys() | wanted.keys()
    return {key: (got.get(key), wanted.get(key)) for key in keys if not agree(got.get(key), wanted.get(key))}


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda each: each.metric)
def test_total_over_periods(layer: Layer, model: Model, engine: DuckDBEngine, reference: Reference) -> None:
    for name, period in PERIODS.items():
        meant = period_meant(model, reference.metric, period)
        if not is_known(model, reference.metric, meant):
            continue
        wanted = total(engine, reference, meant, TODAY)
        assert agree(value_of(layer, reference.metric, period), wanted), (reference.metric, name)


@pytest.mark.parametrize("reference", [r for r in REFERENCES if not r.is_snapshot], ids=lambda each: each.metric)
def test_by_month(layer: Layer, engine: DuckDBEngine, reference: Reference) -> None:
    table = layer.run(MetricQuery(metrics=(reference.metric,), group_by=("month",), period=MONTHS))
    got = dict(zip(table.column("month"), map(number, table.column(reference.metric)), strict=True))
    first_days = buckets("month", MONTHS)
    assert tuple(got) == first_days
    wanted: dict[Value, Number] = {
        first: total(engine, reference, Period(first, shift("month", first, 1)), TODAY) for first in first_days
    }
    assert not differences(got, wanted)


@pytest.mark.parametrize(
    ("reference", "dimension"),
    [(each, dimension) for each in (*REFERENCES, *BY_PRODUCT) for dimension in each.by],
    ids=lambda value: value if isinstance(value, str) else value.metric,
)
def test_by_dimension(layer: Layer, engine: DuckDBEngine, reference: Reference, dimension: str) -> None:
    period = PERIODS["a_year"]
    assert period is not None
    asked = None if reference.is_snapshot else period
    table = layer.run(MetricQuery(metrics=(reference.metric,), group_by=(dimension,), period=asked))
    got = dict(zip(table.column(dimension), map(number, table.column(reference.metric)), strict=True))
    assert len(got) == len(table.rows), "a group stands once"
    wanted = groups(engine, reference, reference.by[dimension], period, TODAY)
    assert any(wanted.values()), "the demo has something to compare"
    assert not differences(got, wanted)


def test_every_visible_metric_has_a_reference(model: Model) -> None:
    visible = {name for name, metric in model.metrics.items() if not metric.definition.hidden}
    named = {reference.metric for reference in REFERENCES}
    assert visible <= named
    # the others are metrics with another number than their usual one
    assert {name.rpartition("_")[0] for name in named - visible} <= model.numbers.keys()


def test_what_stands_in_by_product_has_a_reference(model: Model) -> None:
    every = (each for metric in model.metrics.values() for each in metric.definition.instead)
    named = {each.metric for each in every if each.dataset == "products"}
    assert named <= {reference.metric for reference in (*REFERENCES, *BY_PRODUCT)}
    assert all(model.can_group(name, "category") for name in named)


def glossary_metrics(shared_folder: Path) -> list[dict[str, str]]:
    text = yaml.safe_load((shared_folder / "contract" / "glossary.yaml").read_text(encoding="utf-8"))
    found: list[dict[str, str]] = text["metrics"]
    return found


def test_the_glossary_is_the_models(model: Model, shared_folder: Path) -> None:
    for each in glossary_metrics(shared_folder):
        if each["id"] in NOT_METRICS:
            continue
        metric = model.metrics[each["id"]]
        assert (metric.label.zh, metric.label.en, metric.unit) == (each["zh"], each["en"], each["unit"])
        assert metric.definition.default_period == each.get("default_period")
        if each["kind"] != "ratio" and each["id"] not in SNAPSHOTS:
            assert metric.is_stock == (each["kind"] == "stock"), each["id"]


@pytest.mark.parametrize("period_name", PERIODS)
def test_totals_equal_the_glossary(
    layer: Layer, model: Model, engine: DuckDBEngine, shared_folder: Path, period_name: str
) -> None:
    wrong = []
    for each in glossary_metrics(shared_folder):
        if each.get("sql") is None:
            continue
        meant = period_meant(model, each["id"], PERIODS[period_name])
        if not is_known(model, each["id"], meant):
            continue
        wanted = number(engine.run(with_dates(each["sql"], meant, TODAY)).rows[0][0])
        got = value_of(layer, each["id"], PERIODS[period_name])
        if not agree(got, wanted):
            wrong.append((each["id"], got, wanted))
    assert not wrong


def test_the_glossarys_words_are_the_models(model: Model, shared_folder: Path) -> None:
    text = yaml.safe_load((shared_folder / "contract" / "glossary.yaml").read_text(encoding="utf-8"))
    for each in text["metrics"]:
        if each["id"] not in NOT_METRICS:
            synonyms = model.metrics[each["id"]].definition.synonyms
            also = each.get("also", {})
            assert set(also.get("zh", ())) <= set(synonyms.zh), each["id"]
            assert set(also.get("en", ())) <= set(synonyms.en), each["id"]
    for group, names in text["dimensions"].items():
        if group != "time":
            assert set(names) <= set(model.dimensions)
    for dimension, codes in text["labels"].items():
        values = model.dimensions[dimension].home.definition.values
        for code, label in codes.items():
            assert (values[code].zh[0], values[code].en[0]) == (label["zh"], label["en"])


@pytest.mark.parametrize("name", ["may_churn", "inactive", "active"])
def test_a_named_population_is_what_its_metric_counts(name: str, layer: Layer) -> None:
    """Whoever is quiet has bought; who never bought is neither recent nor quiet."""
    definition = SHIPPED.lists[name]
    conditions = tuple(FieldFilter(field=field, op="in", values=values) for field, values in definition.filter.items())
    listed = layer.run(ListQuery(entity=definition.entity, filters=conditions, limit=1))
    counted = layer.run(MetricQuery(metrics=(definition.metric or "",)))
    assert listed.total_rows == counted.rows[0][0]
