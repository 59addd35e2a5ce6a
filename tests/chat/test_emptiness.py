"""Empty as the conventions have it: zero is an answer, a period outside the data is not, and the cause is named."""

from __future__ import annotations

from datetime import date

import pytest

from semantic_layer.query.requests import FieldFilter, Having, ListQuery, MetricFilter, MetricQuery, Request
from semantic_layer.time.periods import Period, unit
from tests.chat.conftest import Show

TODAY = date(2026, 6, 30)
BEFORE = unit("year", date(2021, 1, 1))
MARS = FieldFilter(field="city", values=("火星",))
GOLD = FieldFilter(field="member_tier", values=("gold",))


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (MetricQuery(metrics=("orders",), period=unit("day", TODAY), filters=(MARS,)), "answered", None),
        (MetricQuery(metrics=("orders",), period=BEFORE), "empty", "outside_data"),
        (MetricQuery(metrics=("orders",), period=BEFORE, group_by=("month",)), "empty", "outside_data"),
        (MetricQuery(metrics=("revenue",), period=BEFORE, group_by=("region",)), "empty", "outside_data"),
        (MetricQuery(metrics=("aov",), period=BEFORE), "empty", "outside_data"),
        (MetricQuery(metrics=("customers",), period=BEFORE), "empty", "outside_data"),
        (MetricQuery(metrics=("orders",), period=Period(date(2027, 1, 1), date(2027, 2, 1))), "empty", "outside_data"),
        (MetricQuery(metrics=("aov",), filters=(MARS,)), "empty", "no_rows"),
        (MetricQuery(metrics=("revenue",), filters=(MARS,), group_by=("region",)), "empty", "no_rows"),
        (ListQuery(filters=(MARS, GOLD)), "empty", "no_rows"),
    ],
)
def test_status(show: Show, request_: Request, status: str, code: str | None) -> None:
    answer = show(request_)
    assert answer.status == status
    assert (answer.trouble.code if answer.trouble else None) == code
    assert answer.table is not None
    assert answer.chart is None


def test_the_condition_that_emptied_the_result_is_named(show: Show) -> None:
    answer = show(ListQuery(filters=(MARS, GOLD)))
    golden = show(ListQuery(filters=(GOLD,)))
    assert golden.table is not None
    assert f"去掉“城市为火星”后有 {golden.table.total_rows:,} 条" in answer.text
    assert "去掉“会员等级为金卡”" not in answer.text


def test_a_condition_on_the_result_can_be_the_cause(show: Show) -> None:
    having = (Having(column="orders", op=">", values=(1e9,)),)
    answer = show(MetricQuery(metrics=("orders",), group_by=("region",), having=having), "en")
    assert answer.status == "empty"
    assert "without “orders over 1,000,000,000”" in answer.text


def test_two_causes_together_are_said_to_be_two(show: Show) -> None:
    rich = MetricFilter(metric="orders", op=">", values=(1e6,))
    answer = show(ListQuery(filters=(MARS, rich)))
    assert "单独去掉任何一个条件" in answer.text


def test_the_range_of_the_data_is_said(show: Show) -> None:
    assert "2026-06-30" in show(MetricQuery(metrics=("aov",), period=BEFORE)).text
