"""What always holds: however an additive metric is split or joined, its groups add up to the whole."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semantic_layer.interop.dbt import DbtLayer, DbtQuery
from tests.scheduling import TIMES

ADDITIVE = {"orders": 5, "revenue": 150, "gifts": 2, "gift_revenue": 40, "hourly_revenue": 150}
GROUPS = (
    "metric_time__day",
    "metric_time__month",
    "metric_time__half_month",
    "order__ordered_on__year",
    "customer",
    "store",
    "order__page",
    "order__is_gift",
    "customer__tier",
    "referrer__tier",
    "customer__region__region_name",
    "referrer__region__region_name",
    "store__size",
    "customer__region",
    "customer__referrer",
)
ALWAYS = (
    "{{ Dimension('customer__tier') }} = 'gold' OR {{ Dimension('customer__tier') }} IS DISTINCT FROM 'gold'",
    "{{ Metric('visits', ['customer']) }} IS NULL OR {{ Metric('visits', ['customer']) }} > 0",
    "COALESCE({{ Dimension('referrer__region__region_name') }}, 'none') <> 'nowhere'",
    "{{ TimeDimension('metric_time', 'half_month') }} >= '2024-01-01'",
)


@settings(max_examples=30 * TIMES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    metric=st.sampled_from(sorted(ADDITIVE)),
    groups=st.lists(st.sampled_from(GROUPS), max_size=3, unique=True),
    where=st.lists(st.sampled_from(ALWAYS), max_size=2, unique=True),
)
def test_groups_add_up(metric: str, groups: list[str], where: list[str], toy: DbtLayer) -> None:
    table = toy.run(DbtQuery(metrics=(metric,), group_by=tuple(groups), where=tuple(where)))
    values = [value for value in table.column(metric) if isinstance(value, int | float)]
    assert sum(values) == ADDITIVE[metric], table.sql


@settings(max_examples=15 * TIMES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(groups=st.lists(st.sampled_from(GROUPS), min_size=1, max_size=3, unique=True))
def test_metrics_side_by_side_are_those_alone(groups: list[str], toy: DbtLayer) -> None:
    both = toy.run(DbtQuery(metrics=("revenue", "gift_share", "gifts"), group_by=tuple(groups)))
    alone = toy.run(DbtQuery(metrics=("revenue",), group_by=tuple(groups)))
    keys = [column.name for column in alone.columns[:-1]]
    found = {tuple(row[: len(keys)]): value for row, value in zip(both.rows, both.column("revenue"), strict=True)}
    assert found == {tuple(row[:-1]): row[-1] for row in alone.rows}
