"""What may mislead in an answer to a typed request is said with it, by a caution."""

from __future__ import annotations

import json
from typing import Any

import pytest

from semantic_layer.errors import Phrase
from semantic_layer.layer import Layer
from semantic_layer.query.cautions import Caution, ConditionOverAllHistory, OverlappingGroups, UnlikePeriods
from semantic_layer.query.door import read_request
from semantic_layer.query.reader import Reader
from semantic_layer.query.requests import FieldFilter, MetricQuery
from tests.layer.door_company import (
    JUNE,
    MAY,
    PARTLY,
    REFUNDED,
    YEAR,
    field,
    metrics,
    orders,
)


def _cautions(door: Layer, body: dict[str, Any]) -> tuple[Caution, ...]:
    return door.run(read_request(json.dumps(body))).cautions


SAID: tuple[tuple[str, dict[str, Any], set[str]], ...] = (
    ("a city of nobody", metrics("revenue", filters=[field("city", "Atlantis")]), {"value_not_in_data"}),
    (
        "a city of the model that nobody is in",
        metrics("revenue", filters=[field("city", "杭州")]),
        {"value_not_in_data"},
    ),
    ("a customer who is none", metrics("revenue", filters=[field("customer_id", 9)]), {"value_not_in_data"}),
    ("a code of the model", metrics("revenue", filters=[field("tier", "gold")]), set()),
    ("a code that only the data has", metrics("revenue", filters=[field("tier", "black")]), set()),
    ("a city that only the data has", metrics("revenue", filters=[field("city", "苏州")]), set()),
    ("what is to come", metrics("revenue", period={"start": "2026-07-01", "end": "2026-08-01"}), {"future_period"}),
    ("a period that is over", metrics("revenue", period=MAY), set()),
    (
        "orders at any time, revenue in June",
        metrics("revenue", period=JUNE, filters=[orders(2)]),
        {"condition_over_all_history"},
    ),
    ("orders in June", metrics("revenue", period=JUNE, filters=[orders(2, period=JUNE)]), set()),
    ("orders at any time, revenue too", metrics("revenue", filters=[orders(2)]), set()),
    (
        "part of a ratio",
        metrics("refunds_per_order", filters=[REFUNDED]),
        {"partly_against_definition"},
    ),
    ("the web's part of the app's", metrics("web_share", filters=[field("channel", "app")]), PARTLY),
    ("the web's part of the web's", metrics("web_share", filters=[field("channel", "web")]), set()),
    ("what it counts", metrics("revenue", filters=[field("status", "paid")]), set()),
    (
        "5 for 5 %, or 500 %",
        metrics("refund_rate", group_by=["city"], having=[{"column": "refund_rate", "op": "<", "values": [5]}]),
        {"large_fraction"},
    ),
    (
        "growth of 80 %",
        metrics(
            "revenue",
            period=JUNE,
            compare={"to": "previous"},
            having=[{"column": "revenue__change_pct", "op": "<", "values": [0.8]}],
        ),
        set(),
    ),
    ("unlike days", metrics("revenue", "recent_revenue"), {"unlike_periods"}),
    ("the same days", metrics("revenue", "recent_revenue", period=JUNE), set()),
    ("like days by default", metrics("revenue", "orders"), set()),
    ("buyers by channel", metrics("buyers", group_by=["channel"], shares=["buyers"]), {"overlapping_groups"}),
    ("buyers by city", metrics("buyers", group_by=["city"], shares=["buyers"]), set()),
    ("orders by channel", metrics("orders", group_by=["channel"], shares=["orders"]), set()),
)


@pytest.mark.parametrize(("body", "codes"), [each[1:] for each in SAID], ids=[each[0] for each in SAID])
def test_what_may_mislead_is_said(door: Layer, body: dict[str, Any], codes: set[str]) -> None:
    said = _cautions(door, body)
    assert {each.code for each in said} == codes
    for each in said:
        zh, en = each.sentence("zh"), each.sentence("en")
        assert "{" not in zh + en
        assert zh != en


def test_a_unit_up_to_today_is_compared_with_as_many_days(door: Layer) -> None:
    """Monday and Tuesday (40 + 50) against Monday and Tuesday of the week before (20 on the Tuesday)."""
    week = {"start": "2026-06-29", "end": "2026-07-01", "grain": "week"}
    table = door.run(read_request(json.dumps(metrics("revenue", period=week, compare={"to": "previous"}))))
    assert table.rows[0][:2] == (90, 20)
    assert [each.code for each in table.cautions] == ["like_for_like"]


@pytest.mark.parametrize(
    ("parts", "is_cut"),
    [
        ({"period": JUNE, "compare": {"to": "previous"}}, False),
        ({"period": YEAR, "compare": {"to": "year"}}, True),
        (
            {
                "period": YEAR,
                "compare": {"to": "year"},
                "group_by": ["month"],
            },
            False,
        ),
        (
            {
                "period": YEAR,
                "compare": {"to": "year"},
                "group_by": ["week"],
            },
            True,
        ),
        (
            {
                "period": YEAR,
                "compare": {"to": "period", "period": {"start": "2025-01-01", "end": "2026-01-01"}},
            },
            False,
        ),
    ],
    ids=["a month that is over", "half a year", "whole months", "a week that is not over", "a period by name"],
)
def test_sides_are_said_to_be_cut_where_they_are(door: Layer, parts: dict[str, Any], is_cut: bool) -> None:
    assert ("like_for_like" in {each.code for each in _cautions(door, metrics("revenue", **parts))}) == is_cut


def test_cautions_say_what_is_meant(door: Layer) -> None:
    assert _cautions(door, metrics("buyers", group_by=["channel", "city"], shares=["buyers"])) == (
        OverlappingGroups("shares", "buyers", ("channel",)),
    )
    assert _cautions(door, metrics("revenue", period=JUNE, filters=[{"any": [orders(2), orders(0, op="=")]}])) == (
        ConditionOverAllHistory("filters", "orders"),
    )
    assert _cautions(door, metrics("revenue", "recent_revenue")) == (
        UnlikePeriods(
            "period",
            ("revenue", "recent_revenue"),
            Phrase("全部历史；2026-06-01 至 2026-06-30", "all history; 2026-06-01 to 2026-06-30"),
        ),
    )


def test_a_condition_over_all_history_is_said_in_the_reading(door: Layer) -> None:
    prepared = door.prepare(read_request(json.dumps(metrics("revenue", period=JUNE, filters=[orders(2)]))))
    assert [each.text for each in prepared.filters if each.field == "orders"] == ["../.."]


def test_values_are_those_that_the_reader_may_see(door: Layer) -> None:
    """苏州 is in the data, but not in those of Shanghai."""
    reader = Reader("shanghai", (FieldFilter(field="city", values=("上海",), origin="policy"),))
    query = MetricQuery(metrics=("revenue",), filters=(FieldFilter(field="city", values=("苏州",)),))
    assert [each.code for each in door.prepare(query).cautions] == []
    assert [each.code for each in door.prepare(query, reader).cautions] == ["value_not_in_data"]
