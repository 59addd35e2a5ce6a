"""What always holds, over generated queries on the demo company: joins never change a total, groups add up, a period
split in two adds up, the order of words in a query does not matter."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model, shipped_model_path
from semantic_layer.model.placing import known_for_today
from semantic_layer.query.requests import AnyOf, FieldFilter, MetricQuery, Period
from tests.scheduling import TIMES

MODEL = load_model(shipped_model_path())
ADDITIVE = tuple(
    sorted(
        name
        for name, metric in MODEL.metrics.items()
        if metric.is_additive and not metric.definition.hidden and not any(known_for_today(metric, MODEL))
    )
)
FIRST, LAST = date(2023, 7, 1), date(2026, 6, 30)
DAYS = st.dates(FIRST, LAST)
relaxed = settings(
    max_examples=20 * TIMES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def layer(demo_database: Path) -> Iterator[Layer]:
    engine = DuckDBEngine(demo_database)
    yield Layer(MODEL, engine, LAST)
    engine.close()


@functools.cache
def _dimensions(metric: str) -> tuple[str, ...]:
    return tuple(name for name in MODEL.dimensions if MODEL.can_group(metric, name))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    first, last = sorted((draw(DAYS), draw(DAYS)))
    return Period(first, last + timedelta(days=1))


@st.composite
def grouped(draw: st.DrawFn) -> tuple[str, tuple[str, ...]]:
    metric = draw(st.sampled_from(ADDITIVE))
    dimensions = draw(st.lists(st.sampled_from(_dimensions(metric)), min_size=1, max_size=3, unique=True))
    return metric, tuple(dimensions)


def _total(layer: Layer, query: MetricQuery, metric: str) -> float:
    return float(sum(value for value in layer.run(query).column(metric) if isinstance(value, int | float)))


@relaxed
@given(choice=grouped(), period=periods())
def test_groups_of_an_additive_metric_add_up(layer: Layer, choice: tuple[str, tuple[str, ...]], period: Period) -> None:
    metric, dimensions = choice
    whole = _total(layer, MetricQuery(metrics=(metric,), period=period), metric)
    grouped_query = MetricQuery(metrics=(metric,), group_by=dimensions, period=period)
    if layer.run(grouped_query).truncated:
        return
    assert _total(layer, grouped_query, metric) == pytest.approx(whole, rel=1e-9, abs=1e-6)


@relaxed
@given(choice=grouped(), period=periods())
def test_a_joined_filter_that_holds_for_all_changes_nothing(
    layer: Layer, choice: tuple[str, tuple[str, ...]], period: Period
) -> None:
    metric, dimensions = choice
    whole = _total(layer, MetricQuery(metrics=(metric,), period=period), metric)
    filters = tuple(
        AnyOf(any=(FieldFilter(field=name, op="is null"), FieldFilter(field=name, op="is not null")))
        for name in dimensions
    )
    filtered = MetricQuery(metrics=(metric,), period=period, filters=filters)
    assert _total(layer, filtered, metric) == pytest.approx(whole, rel=1e-9, abs=1e-6)


@relaxed
@given(metric=st.sampled_from(ADDITIVE), period=periods(), data=st.data())
def test_splitting_a_period_adds_up(layer: Layer, metric: str, period: Period, data: st.DataObject) -> None:
    assert period.start is not None
    assert period.end is not None
    middle = data.draw(st.dates(period.start, period.end))
    parts = [each for each in (Period(period.start, middle), Period(middle, period.end)) if each.days]
    whole = _total(layer, MetricQuery(metrics=(metric,), period=period), metric)
    split = sum(_total(layer, MetricQuery(metrics=(metric,), period=part), metric) for part in parts)
    assert split == pytest.approx(whole, rel=1e-9, abs=1e-6)


@relaxed
@given(metric=st.sampled_from(ADDITIVE), period=periods(), grain=st.sampled_from(["day", "week", "month", "quarter"]))
def test_buckets_add_up_and_are_all_there(layer: Layer, metric: str, period: Period, grain: str) -> None:
    whole = _total(layer, MetricQuery(metrics=(metric,), period=period), metric)
    table = layer.run(MetricQuery(metrics=(metric,), group_by=(grain,), period=period))
    if table.truncated:
        return
    assert _total(layer, MetricQuery(metrics=(metric,), group_by=(grain,), period=period), metric) == pytest.approx(
        whole, rel=1e-9, abs=1e-6
    )
    days = table.column(grain)
    assert list(days) == sorted(set(days))  # type: ignore[type-var]


@relaxed
@given(metrics=st.lists(st.sampled_from(sorted(MODEL.metrics)), min_size=2, max_size=4, unique=True), period=periods())
def test_metrics_beside_each_other_keep_their_values(layer: Layer, metrics: list[str], period: Period) -> None:
    known = [name for name in metrics if not any(known_for_today(MODEL.metrics[name], MODEL))]
    if not known:
        return
    together = layer.run(MetricQuery(metrics=tuple(known), period=period))
    for name in known:
        alone = layer.run(MetricQuery(metrics=(name,), period=period))
        assert together.column(name) == pytest.approx(alone.column(name), nan_ok=True), name


@relaxed
@given(choice=grouped(), period=periods())
def test_asking_twice_gives_the_same_bytes(layer: Layer, choice: tuple[str, tuple[str, ...]], period: Period) -> None:
    metric, dimensions = choice
    query = MetricQuery(metrics=(metric,), group_by=dimensions, period=period)
    assert layer.run(query) == layer.run(query)
