"""A bucket of a trend is what the metric is over that bucket's days alone, for every kind of metric."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model
from semantic_layer.query.requests import FieldFilter, MetricQuery
from semantic_layer.resolve.ranks import missing_groups
from semantic_layer.time.periods import Period, unit

MODEL = load_model(Path(__file__).parent / "toy.yaml")
FIRST_QUARTER = Period(date(2026, 1, 1), date(2026, 4, 1))
# what is known as of today only has no trend, and the toy's trade calendar does not reach back far enough to look back;
# places are told among groups, so there are none without
ALONG_TIME = tuple(
    name
    for name, metric in MODEL.metrics.items()
    if "trade" not in name
    and not any(missing_groups(metric, (), MODEL))
    and all(
        leaf.kind != "simple"
        or leaf.is_stock
        or (leaf.definition.time or MODEL.datasets[leaf.definition.dataset or ""].definition.time)
        for leaf in MODEL.leaves(name)
    )
)


@pytest.mark.parametrize("metric", ALONG_TIME)
def test_a_month_of_a_trend_is_the_month_alone(metric: str, toy: Layer) -> None:
    trend = toy.run(MetricQuery(metrics=(metric,), group_by=("month",), period=FIRST_QUARTER))
    assert len(trend.rows) == 3
    for month, value in trend.rows:
        assert isinstance(month, date)
        alone = toy.run(MetricQuery(metrics=(metric,), period=unit("month", month)))
        assert alone.rows == ((value,),)


# what looks at all groups is another number where they are filtered away
OF_ITS_GROUP = tuple(
    name for name in ALONG_TIME if not any(each.over for each in MODEL.metrics[name].definition.inputs.values())
)


@pytest.mark.parametrize("metric", OF_ITS_GROUP)
def test_a_city_of_all_is_the_city_alone(metric: str, toy: Layer) -> None:
    if not MODEL.can_group(metric, "city"):
        return
    cities = toy.run(MetricQuery(metrics=(metric,), group_by=("city",), period=FIRST_QUARTER))
    for city, value in cities.rows:
        if not isinstance(city, str):
            continue
        condition = FieldFilter(field="city", values=(city,))
        alone = toy.run(MetricQuery(metrics=(metric,), period=FIRST_QUARTER, filters=(condition,)))
        assert alone.rows == ((value,),)


def test_a_bucket_cut_by_a_filter_is_incomplete(toy: Layer) -> None:
    cut = FieldFilter(field="sales.sold_at", op=">=", values=("2026-02-10",))
    weekday = FieldFilter(field="day_of_week", values=(1,))
    query = MetricQuery(metrics=("revenue",), group_by=("month",), filters=(cut,))
    assert toy.run(query).incomplete == (date(2026, 2, 1),)
    assert toy.run(query.model_copy(update={"filters": (weekday,)})).incomplete == (date(2026, 1, 1),)


def test_a_window_that_is_not_over_is_told_without_buckets_too(toy: Layer) -> None:
    query = MetricQuery(
        metrics=("revenue_next_30d", "revenue_2m_before"), period=Period(date(2026, 3, 10), date(2026, 3, 11))
    )
    table = toy.run(query)
    assert table.rows == ((300, 100),)
    assert [each.code for each in table.cautions] == ["window_not_over"]
