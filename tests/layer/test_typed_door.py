"""What a typed request must not get past silently: each is refused by its code, or answered with a caution."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlglot import exp

from semantic_layer.engines.protocol import RawTable
from semantic_layer.errors import QueryError
from semantic_layer.layer import Layer
from semantic_layer.query.door import read_request
from semantic_layer.query.problems import MalformedRequest, NotAColumn, UnknownName, UnknownValue
from semantic_layer.query.requests import FieldFilter, MetricQuery
from semantic_layer.query.time_problems import NoHistory
from tests.layer.door_company import (
    LABEL,
    MAY,
    NO_DAY,
    REFUNDED,
    SUNDAYS,
    TODAY,
    field,
    metrics,
    orders,
)

REFUSED: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("a label for a code", metrics("revenue", filters=[field("tier", "Gold")]), "unknown_value"),
    ("a Chinese label for a code", metrics("revenue", filters=[LABEL]), "unknown_value"),
    ("no code at all", metrics("revenue", filters=[field("tier", "bronze")]), "unknown_value"),
    ("all but a code that is none", metrics("revenue", filters=[field("tier", "Gold", op="!=")]), "unknown_value"),
    ("one of several", metrics("revenue", filters=[field("tier", "gold", "Silver", op="in")]), "unknown_value"),
    ("a part of no code", metrics("revenue", filters=[field("tier", "卡", op="contains")]), "unknown_value"),
    ("an open set's label", metrics("revenue", filters=[field("city", "Shanghai")]), "unknown_value"),
    ("inside a composed filter", metrics("revenue", filters=[{"not": field("tier", "Gold")}]), "unknown_value"),
    (
        "inside a behaviour",
        metrics("members", filters=[orders(1, filters=[LABEL])]),
        "unknown_value",
    ),
    ("a group that is kept", metrics("revenue", group_by=["tier"], keep=[field("tier", "Gold")]), "unknown_value"),
    ("in a list", {"kind": "list", "filters": [field("tier", "Gold")]}, "unknown_value"),
    (
        "in a measured column",
        {"kind": "list", "measured": [{"name": "n", "metric": "orders", "filters": [field("tier", "Gold")]}]},
        "unknown_value",
    ),
    (
        "a month without its last day",
        metrics("revenue", period={**MAY, "end": "2026-05-31"}),
        "period_not_a_unit",
    ),
    (
        "a week that begins on a Sunday",
        metrics("revenue", period=SUNDAYS),
        "period_not_a_unit",
    ),
    ("two months as one", metrics("revenue", period={**MAY, "end": "2026-07-01"}), "period_not_a_unit"),
    (
        "a period without a day",
        metrics("revenue", period=NO_DAY),
        "empty_period",
    ),
    (
        "the other side without a day",
        metrics("revenue", period=MAY, compare={"to": "period", "period": NO_DAY}),
        "empty_period",
    ),
    (
        "a behaviour in a month that is none",
        metrics("members", filters=[orders(1, period={**MAY, "end": "2026-05-31"})]),
        "period_not_a_unit",
    ),
    (
        "revenue of what it does not count",
        metrics("revenue", filters=[REFUNDED]),
        "against_definition",
    ),
    (
        "revenue of all but what it counts",
        metrics("revenue", filters=[field("status", "paid", op="!=")]),
        "against_definition",
    ),
    ("refunds of what was paid", metrics("refunds", filters=[field("status", "paid")]), "against_definition"),
    (
        "a behaviour against its definition",
        metrics("members", filters=[orders(1, filters=[REFUNDED])]),
        "against_definition",
    ),
    (
        "80 for 80 %",
        metrics("refund_rate", group_by=["city"], having=[{"column": "refund_rate", "op": ">", "values": [80]}]),
        "not_a_fraction",
    ),
    (
        "80 for 80 % of a field",
        {"kind": "list", "filters": [field("customers.churn_risk", 80, op=">=")]},
        "not_a_fraction",
    ),
    (
        "80 for 80 % of a behaviour",
        metrics("members", filters=[{"metric": "refund_rate", "op": ">", "values": [50]}]),
        "not_a_fraction",
    ),
    (
        "a share over 1",
        metrics(
            "revenue",
            group_by=["city"],
            shares=["revenue"],
            having=[{"column": "revenue__share", "op": ">", "values": [5]}],
        ),
        "not_a_fraction",
    ),
)


@pytest.mark.parametrize(("body", "code"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED])
def test_what_makes_no_sense_is_refused(door: Layer, body: dict[str, Any], code: str) -> None:
    with pytest.raises(QueryError) as caught:
        door.prepare(read_request(json.dumps(body)))
    assert {each.code for each in caught.value.problems} == {code}


@pytest.mark.parametrize(
    ("field", "value", "nearest"),
    [
        ("tier", "Gold", ("gold",)),
        ("tier", "金卡", ("gold",)),
        ("tier", "gold members", ("gold",)),
        ("tier", "sliver", ("silver",)),
        ("tier", "platinum", ()),
        ("city", "Shanghai", ("上海",)),
        ("city", "上海市", ("上海",)),
    ],
)
def test_the_nearest_values_are_named(door: Layer, field: str, value: str, nearest: tuple[str, ...]) -> None:
    with pytest.raises(QueryError) as caught:
        door.prepare(MetricQuery(metrics=("revenue",), filters=(FieldFilter(field=field, values=(value,)),)))
    assert caught.value.problems == (UnknownValue("filters[0]", field, value, nearest),)


def test_a_value_is_looked_up_until_it_is_found(door: Layer) -> None:
    """One query for a condition on an open set, none where the model knows the code or the value was found before."""
    fresh, ran = Layer(door.model, door.engine, TODAY), list[exp.Query | str]()
    known, unknown = (
        MetricQuery(metrics=("revenue",), filters=(FieldFilter(field="city", values=(value,)),))
        for value in ("苏州", "Atlantis")
    )
    coded = MetricQuery(metrics=("revenue",), filters=(FieldFilter(field="tier", values=("gold",)),))
    run = door.engine.run

    def counted(statement: exp.Query | str) -> RawTable:
        ran.append(statement)
        return run(statement)

    with pytest.MonkeyPatch.context() as watched:
        watched.setattr(door.engine, "run", counted)
        for query, count in ((coded, 0), (known, 1), (known, 1), (unknown, 3), (unknown, 5)):
            fresh.prepare(query)
            assert sum("city" in str(each) for each in ran) == count


def test_a_metric_of_today_only_is_named_alone(door: Layer) -> None:
    with pytest.raises(QueryError) as caught:
        door.prepare(MetricQuery(metrics=("revenue", "average_points"), group_by=("month",)))
    assert caught.value.problems == (NoHistory("metrics", "average_points"),)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (metrics("sales"), UnknownName("metrics[0]", "metric", "sales", ("revenue",))),
        (metrics("营业额"), UnknownName("metrics[0]", "metric", "营业额", ("revenue",))),
        (
            metrics("revenue", group_by=["member tier"]),
            UnknownName("group_by[0]", "dimension", "member tier", ("tier",)),
        ),
        (
            {"kind": "list", "columns": ["name"]},
            UnknownName("columns[0]", "column", "name", ("customer_name",)),
        ),
        (
            {"kind": "list", "columns": ["revenue"]},
            UnknownName("columns[0]", "column", "revenue", (), "measured"),
        ),
        (
            metrics("revenue", order_by=[{"column": "销售额"}]),
            NotAColumn("order_by", "销售额", ("revenue",)),
        ),
        (
            {"kind": "list", "measured": [{"name": "n", "metric": "sales"}]},
            UnknownName("measured[0].metric", "metric", "sales", ("revenue",)),
        ),
    ],
)
def test_right_names_are_offered_by_what_people_call_them(door: Layer, body: dict[str, Any], problem: object) -> None:
    with pytest.raises(QueryError) as caught:
        door.prepare(read_request(json.dumps(body)))
    assert caught.value.problems == (problem,)


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({"metrics": ["revenue"]}, {""}),
        (metrics("revenue", filters=[{"field": "tier", "op": "between", "values": ["a"]}]), {"filters.0"}),
        (
            metrics("revenue", filters=[{"field": "tier", "values": [{"a": 1}, None]}]),
            {"filters.0.values.0", "filters.0.values.1"},
        ),
        (
            metrics("revenue", filters=[{"any": [field("tier", "gold"), {"metric": "orders", "values": [1]}]}]),
            {"filters.0.any.1.op"},
        ),
        (metrics("revenue", filters=[{"not": {**field("tier", "gold"), "size": 1}}]), {"filters.0.not.size"}),
        (metrics("revenue", period={"start": "June"}), {"period.start"}),
        ({"kind": "list", "period": MAY}, {"period"}),
    ],
)
def test_a_body_that_is_none_is_told_by_its_path(body: dict[str, Any], places: set[str]) -> None:
    with pytest.raises(QueryError) as caught:
        read_request(json.dumps(body))
    found = [each for each in caught.value.problems if isinstance(each, MalformedRequest)]
    assert {each.part for each in found} == places
    assert not [each for each in found if "function" in each.message or "FieldFilter" in each.message]


def test_where_a_condition_comes_from_is_not_the_clients_to_say(door: Layer) -> None:
    claimed = {**field("tier", "gold"), "origin": "policy"}
    request = read_request(json.dumps(metrics("revenue", filters=[claimed, {"not": claimed}])))
    assert {each.origin for each in door.prepare(request).filters if each.field == "tier"} == {"asked"}
