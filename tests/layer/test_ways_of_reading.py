"""However rows are read, the values are the same: gathered, accumulated, over the groups, entity by entity.

What a metric says of a bucket is what it says of that bucket's last day alone, where no such way is taken; shares,
lists and groups of people are compared with SQL by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest

from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model
from semantic_layer.query.requests import Compare, FieldFilter, ListQuery, MeasuredColumn, MetricQuery
from semantic_layer.query.result import Value
from semantic_layer.time.periods import Period

MORE_METRICS = """
metrics:
  - {name: net_open, dataset: gaps, expression: "count(*) * 2 - count(DISTINCT person_id)",
     valid: {from: sold_at, until: next_at}}
  - {name: open_sales, dataset: gaps, expression: count(*), valid: {from: sold_at, until: next_at}}
  - {name: last_open, dataset: gaps, expression: max(sale_id) - min(sale_id) FILTER (WHERE sale_id > 3),
     valid: {from: sold_at, until: lapse_at}}
  - {name: app_gain, dataset: sales, expression: "sum(amount) - sum(amount) FILTER (WHERE channel = 'app')",
     valid: {from: sold_at}}
  - {name: average_30d, dataset: sales, expression: sum(amount) / count(*), window: {last: 30 days}}
  - {name: range_30d, dataset: sales, expression: max(amount) - min(amount), window: {last: 30 days}}
"""
METRICS = (
    "members",
    "active",
    "net_open",
    "open_sales",
    "last_open",
    "app_gain",
    "revenue_30d",
    "buyers_30d",
    "average_30d",
    "range_30d",
    "revenue_ever",
)
PERIODS = (Period(date(2026, 1, 1), date(2026, 4, 1)), Period(date(2026, 1, 10), date(2026, 3, 12)))


@pytest.fixture(scope="module")
def more(toy_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Layer]:
    """The toy company with stocks and windows of every shape."""
    folder = tmp_path_factory.mktemp("more")
    (folder / "toy.yaml").write_text((Path(__file__).parent / "toy.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "more.yaml").write_text(MORE_METRICS, encoding="utf-8")
    engine = DuckDBEngine(toy_database)
    yield Layer(load_model(folder), engine, date(2026, 3, 31))
    engine.close()


@pytest.mark.parametrize(("metric", "grain", "period"), list(product(METRICS, ("day", "week", "month"), PERIODS)))
def test_a_bucket_is_as_its_last_day_alone(more: Layer, metric: str, grain: str, period: Period) -> None:
    for groups in ((), ("city",)):
        trend = more.run(MetricQuery(metrics=(metric,), group_by=(*groups, grain), period=period))
        labels = sorted({row[len(groups)] for row in trend.rows}, key=str)
        ends = list(zip(labels, (*labels[1:], period.end), strict=True))
        # a few of the days are enough
        for label, following in ends[:: 17 if grain == "day" else 1]:
            assert isinstance(following, date), "labels are days"
            last = Period(following - timedelta(days=1), following)
            alone = more.run(MetricQuery(metrics=(metric,), group_by=groups, period=last))
            found = {row[:-2]: row[-1] for row in trend.rows if row[len(groups)] == label}
            assert _told(found) == _told({row[:-1]: row[-1] for row in alone.rows}), (label, trend.sql)


def test_a_bucket_cut_at_its_start_is_compared_like_for_like(more: Layer) -> None:
    query = MetricQuery(
        metrics=("members",),
        group_by=("month",),
        period=Period(date(2026, 2, 15), date(2026, 4, 1)),
        compare=Compare(to="previous"),
    )
    # the half of February is compared with as many days of January, which end on the 28th: two had joined by then
    assert [row[:3] for row in more.run(query).rows] == [(date(2026, 2, 1), 3, 2), (date(2026, 3, 1), 4, 3)]


def test_people_are_counted_before_they_are_told_apart(more: Layer) -> None:
    found = more.run(MetricQuery(metrics=("buyers", "repeaters"), group_by=("city",)))
    assert set(found.rows) == {("A", 2, 1), ("B", 1, 1), (None, 1, 0)}
    alone = more.run(MetricQuery(metrics=("buyers",), group_by=("city", "month")))
    by_hand = more.engine.run(
        "SELECT city, date_trunc('month', sold_at)::DATE, count(DISTINCT person_id) "
        "FROM sales JOIN people USING (person_id) WHERE state = 'paid' GROUP BY ALL"
    )
    assert {row for row in alone.rows if row[2]} == set(by_hand.rows)


def test_shares_are_of_all_groups_even_of_those_not_shown(more: Layer) -> None:
    query = MetricQuery(
        metrics=("revenue", "buyers"),
        group_by=("city", "month"),
        shares=("revenue",),
        keep=(FieldFilter(field="city", values=("B",)),),
        period=Period(date(2026, 2, 1), date(2026, 4, 1)),
    )
    rows = [(month, revenue, round(float(str(share)), 6)) for _, month, revenue, share, _ in more.run(query).rows]
    assert rows == [(date(2026, 2, 1), 50, 0.625), (date(2026, 3, 1), 150, 0.5)]


def test_a_list_measures_those_listed_alone(more: Layer) -> None:
    query = ListQuery(
        measured=(
            MeasuredColumn(name="spent", metric="revenue"),
            MeasuredColumn(name="bought", metric="orders"),
            MeasuredColumn(name="returned", metric="refund_rate"),
            MeasuredColumn(name="in_march", metric="orders", period=Period(date(2026, 3, 1), date(2026, 4, 1))),
            MeasuredColumn(name="called", metric="calls"),
        ),
        filters=(FieldFilter(field="city", values=("A",)),),
    )
    assert more.run(query).rows == ((1, 90, 3, 0, 1, 1), (2, 30, 1, 0.5, 0, 1))


def _told(values: dict[tuple[Value, ...], Value]) -> dict[tuple[Value, ...], Value]:
    """Groups with something to tell: a group that is filled in a trend has no row of its own alone."""
    return {key: round(float(str(value)), 6) for key, value in values.items() if value not in (None, 0)}
