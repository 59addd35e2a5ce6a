"""What a typed request must not get past silently: each is refused by its code, or answered with a caution."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlglot import exp

from semantic_layer.engines.duckdb import DuckDBEngine, DuckDBWriter
from semantic_layer.engines.protocol import RawTable
from semantic_layer.errors import Phrase, QueryError
from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model
from semantic_layer.query.cautions import Caution, ConditionOverAllHistory, OverlappingGroups, UnlikePeriods
from semantic_layer.query.door import read_request
from semantic_layer.query.problems import MalformedRequest, NotAColumn, UnknownName, UnknownValue
from semantic_layer.query.reader import Reader
from semantic_layer.query.requests import FieldFilter, MetricQuery
from semantic_layer.query.time_problems import NoHistory

TABLES = """
CREATE TABLE customers (customer_id INTEGER, customer_name VARCHAR, joined_on DATE, tier VARCHAR, city VARCHAR,
  churn_risk DOUBLE);
INSERT INTO customers VALUES (1, 'Ann', '2026-01-01', 'gold', '上海', 0.9),
  (2, 'Bo', '2026-01-02', 'silver', '苏州', 0.2), (3, 'Cy', '2026-01-03', 'black', '上海', 0.1);
CREATE TABLE orders (order_id INTEGER, customer_id INTEGER, ordered_on DATE, amount INTEGER, channel VARCHAR,
  status VARCHAR);
INSERT INTO orders VALUES (1, 1, '2026-01-10', 10, 'web', 'paid'), (2, 1, '2026-06-23', 20, 'app', 'paid'),
  (3, 2, '2026-06-24', 30, 'web', 'paid'), (4, 2, '2026-06-29', 40, 'web', 'paid'),
  (5, 3, '2026-06-30', 50, 'app', 'paid'), (6, 3, '2026-06-30', 60, 'app', 'refunded');
CREATE TABLE scores (customer_id INTEGER, points DOUBLE);
INSERT INTO scores VALUES (1, 1), (2, 2), (3, 3);
"""
TODAY = date(2026, 6, 30)
SUNDAYS = {"start": "2026-06-21", "end": "2026-06-28", "grain": "week"}
NO_DAY = {"start": "2026-05-01", "end": "2026-05-01"}
YEAR = {"start": "2026-01-01", "end": "2027-01-01", "grain": "year"}
REFUNDED = {"field": "status", "values": ["refunded"]}
LABEL = {"field": "tier", "values": ["金卡"]}
PARTLY = {"partly_against_definition"}
MAY = {"start": "2026-05-01", "end": "2026-06-01", "grain": "month"}
JUNE = {"start": "2026-06-01", "end": "2026-07-01", "grain": "month"}


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Layer]:
    path = tmp_path_factory.mktemp("door") / "door.duckdb"
    with DuckDBWriter(path) as writer:
        writer.execute(TABLES)
    engine = DuckDBEngine(path)
    yield Layer(load_model(Path(__file__).parent / "door.yaml"), engine, TODAY)
    engine.close()


def _metrics(*names: str, **parts: object) -> dict[str, Any]:
    return {"kind": "metrics", "metrics": list(names), **parts}


def _field(field: str, *values: object, op: str = "=") -> dict[str, Any]:
    return {"field": field, "op": op, "values": list(values)}


def _orders(*values: float, op: str = ">=", **parts: object) -> dict[str, Any]:
    return {"metric": "orders", "op": op, "values": list(values), **parts}


REFUSED: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("a label for a code", _metrics("revenue", filters=[_field("tier", "Gold")]), "unknown_value"),
    ("a Chinese label for a code", _metrics("revenue", filters=[LABEL]), "unknown_value"),
    ("no code at all", _metrics("revenue", filters=[_field("tier", "bronze")]), "unknown_value"),
    ("all but a code that is none", _metrics("revenue", filters=[_field("tier", "Gold", op="!=")]), "unknown_value"),
    ("one of several", _metrics("revenue", filters=[_field("tier", "gold", "Silver", op="in")]), "unknown_value"),
    ("a part of no code", _metrics("revenue", filters=[_field("tier", "卡", op="contains")]), "unknown_value"),
    ("an open set's label", _metrics("revenue", filters=[_field("city", "Shanghai")]), "unknown_value"),
    ("inside a composed filter", _metrics("revenue", filters=[{"not": _field("tier", "Gold")}]), "unknown_value"),
    (
        "inside a behaviour",
        _metrics("members", filters=[_orders(1, filters=[LABEL])]),
        "unknown_value",
    ),
    ("a group that is kept", _metrics("revenue", group_by=["tier"], keep=[_field("tier", "Gold")]), "unknown_value"),
    ("in a list", {"kind": "list", "filters": [_field("tier", "Gold")]}, "unknown_value"),
    (
        "in a measured column",
        {"kind": "list", "measured": [{"name": "n", "metric": "orders", "filters": [_field("tier", "Gold")]}]},
        "unknown_value",
    ),
    (
        "a month without its last day",
        _metrics("revenue", period={**MAY, "end": "2026-05-31"}),
        "period_not_a_unit",
    ),
    (
        "a week that begins on a Sunday",
        _metrics("revenue", period=SUNDAYS),
        "period_not_a_unit",
    ),
    ("two months as one", _metrics("revenue", period={**MAY, "end": "2026-07-01"}), "period_not_a_unit"),
    (
        "a period without a day",
        _metrics("revenue", period=NO_DAY),
        "empty_period",
    ),
    (
        "the other side without a day",
        _metrics("revenue", period=MAY, compare={"to": "period", "period": NO_DAY}),
        "empty_period",
    ),
    (
        "a behaviour in a month that is none",
        _metrics("members", filters=[_orders(1, period={**MAY, "end": "2026-05-31"})]),
        "period_not_a_unit",
    ),
    (
        "revenue of what it does not count",
        _metrics("revenue", filters=[REFUNDED]),
        "against_definition",
    ),
    (
        "revenue of all but what it counts",
        _metrics("revenue", filters=[_field("status", "paid", op="!=")]),
        "against_definition",
    ),
    ("refunds of what was paid", _metrics("refunds", filters=[_field("status", "paid")]), "against_definition"),
    (
        "a behaviour against its definition",
        _metrics("members", filters=[_orders(1, filters=[REFUNDED])]),
        "against_definition",
    ),
    (
        "80 for 80 %",
        _metrics("refund_rate", group_by=["city"], having=[{"column": "refund_rate", "op": ">", "values": [80]}]),
        "not_a_fraction",
    ),
    (
        "80 for 80 % of a field",
        {"kind": "list", "filters": [_field("customers.churn_risk", 80, op=">=")]},
        "not_a_fraction",
    ),
    (
        "80 for 80 % of a behaviour",
        _metrics("members", filters=[{"metric": "refund_rate", "op": ">", "values": [50]}]),
        "not_a_fraction",
    ),
    (
        "a share over 1",
        _metrics(
            "revenue",
            group_by=["city"],
            shares=["revenue"],
            having=[{"column": "revenue__share", "op": ">", "values": [5]}],
        ),
        "not_a_fraction",
    ),
)


@pytest.mark.parametrize(("body", "code"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED])
def test_what_makes_no_sense_is_refused(layer: Layer, body: dict[str, Any], code: str) -> None:
    with pytest.raises(QueryError) as caught:
        layer.prepare(read_request(json.dumps(body)))
    assert {each.code for each in caught.value.problems} == {code}


def _cautions(layer: Layer, body: dict[str, Any]) -> tuple[Caution, ...]:
    return layer.run(read_request(json.dumps(body))).cautions


SAID: tuple[tuple[str, dict[str, Any], set[str]], ...] = (
    ("a city of nobody", _metrics("revenue", filters=[_field("city", "Atlantis")]), {"value_not_in_data"}),
    (
        "a city of the model that nobody is in",
        _metrics("revenue", filters=[_field("city", "杭州")]),
        {"value_not_in_data"},
    ),
    ("a customer who is none", _metrics("revenue", filters=[_field("customer_id", 9)]), {"value_not_in_data"}),
    ("a code of the model", _metrics("revenue", filters=[_field("tier", "gold")]), set()),
    ("a code that only the data has", _metrics("revenue", filters=[_field("tier", "black")]), set()),
    ("a city that only the data has", _metrics("revenue", filters=[_field("city", "苏州")]), set()),
    ("what is to come", _metrics("revenue", period={"start": "2026-07-01", "end": "2026-08-01"}), {"future_period"}),
    ("a period that is over", _metrics("revenue", period=MAY), set()),
    (
        "orders at any time, revenue in June",
        _metrics("revenue", period=JUNE, filters=[_orders(2)]),
        {"condition_over_all_history"},
    ),
    ("orders in June", _metrics("revenue", period=JUNE, filters=[_orders(2, period=JUNE)]), set()),
    ("orders at any time, revenue too", _metrics("revenue", filters=[_orders(2)]), set()),
    (
        "part of a ratio",
        _metrics("refunds_per_order", filters=[REFUNDED]),
        {"partly_against_definition"},
    ),
    ("the web's part of the app's", _metrics("web_share", filters=[_field("channel", "app")]), PARTLY),
    ("the web's part of the web's", _metrics("web_share", filters=[_field("channel", "web")]), set()),
    ("what it counts", _metrics("revenue", filters=[_field("status", "paid")]), set()),
    (
        "5 for 5 %, or 500 %",
        _metrics("refund_rate", group_by=["city"], having=[{"column": "refund_rate", "op": "<", "values": [5]}]),
        {"large_fraction"},
    ),
    (
        "growth of 80 %",
        _metrics(
            "revenue",
            period=JUNE,
            compare={"to": "previous"},
            having=[{"column": "revenue__change_pct", "op": "<", "values": [0.8]}],
        ),
        set(),
    ),
    ("unlike days", _metrics("revenue", "recent_revenue"), {"unlike_periods"}),
    ("the same days", _metrics("revenue", "recent_revenue", period=JUNE), set()),
    ("like days by default", _metrics("revenue", "orders"), set()),
    ("buyers by channel", _metrics("buyers", group_by=["channel"], shares=["buyers"]), {"overlapping_groups"}),
    ("buyers by city", _metrics("buyers", group_by=["city"], shares=["buyers"]), set()),
    ("orders by channel", _metrics("orders", group_by=["channel"], shares=["orders"]), set()),
)


@pytest.mark.parametrize(("body", "codes"), [each[1:] for each in SAID], ids=[each[0] for each in SAID])
def test_what_may_mislead_is_said(layer: Layer, body: dict[str, Any], codes: set[str]) -> None:
    said = _cautions(layer, body)
    assert {each.code for each in said} == codes
    for each in said:
        zh, en = each.sentence("zh"), each.sentence("en")
        assert "{" not in zh + en
        assert zh != en


def test_a_unit_up_to_today_is_compared_with_as_many_days(layer: Layer) -> None:
    """Monday and Tuesday (40 + 50) against Monday and Tuesday of the week before (20 on the Tuesday)."""
    week = {"start": "2026-06-29", "end": "2026-07-01", "grain": "week"}
    table = layer.run(read_request(json.dumps(_metrics("revenue", period=week, compare={"to": "previous"}))))
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
def test_sides_are_said_to_be_cut_where_they_are(layer: Layer, parts: dict[str, Any], is_cut: bool) -> None:
    assert ("like_for_like" in {each.code for each in _cautions(layer, _metrics("revenue", **parts))}) == is_cut


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
def test_the_nearest_values_are_named(layer: Layer, field: str, value: str, nearest: tuple[str, ...]) -> None:
    with pytest.raises(QueryError) as caught:
        layer.prepare(MetricQuery(metrics=("revenue",), filters=(FieldFilter(field=field, values=(value,)),)))
    assert caught.value.problems == (UnknownValue("filters[0]", field, value, nearest),)


def test_cautions_say_what_is_meant(layer: Layer) -> None:
    assert _cautions(layer, _metrics("buyers", group_by=["channel", "city"], shares=["buyers"])) == (
        OverlappingGroups("shares", "buyers", ("channel",)),
    )
    assert _cautions(layer, _metrics("revenue", period=JUNE, filters=[{"any": [_orders(2), _orders(0, op="=")]}])) == (
        ConditionOverAllHistory("filters", "orders"),
    )
    assert _cautions(layer, _metrics("revenue", "recent_revenue")) == (
        UnlikePeriods(
            "period",
            ("revenue", "recent_revenue"),
            Phrase("全部历史；2026-06-01 至 2026-06-30", "all history; 2026-06-01 to 2026-06-30"),
        ),
    )


def test_a_condition_over_all_history_is_said_in_the_reading(layer: Layer) -> None:
    prepared = layer.prepare(read_request(json.dumps(_metrics("revenue", period=JUNE, filters=[_orders(2)]))))
    assert [each.text for each in prepared.filters if each.field == "orders"] == ["../.."]


def test_values_are_those_that_the_reader_may_see(layer: Layer) -> None:
    """苏州 is in the data, but not in those of Shanghai."""
    reader = Reader("shanghai", (FieldFilter(field="city", values=("上海",), origin="policy"),))
    query = MetricQuery(metrics=("revenue",), filters=(FieldFilter(field="city", values=("苏州",)),))
    assert [each.code for each in layer.prepare(query).cautions] == []
    assert [each.code for each in layer.prepare(query, reader).cautions] == ["value_not_in_data"]


def test_a_value_is_looked_up_until_it_is_found(layer: Layer) -> None:
    """One query for a condition on an open set, none where the model knows the code or the value was found before."""
    fresh, ran = Layer(layer.model, layer.engine, TODAY), list[exp.Query | str]()
    known, unknown = (
        MetricQuery(metrics=("revenue",), filters=(FieldFilter(field="city", values=(value,)),))
        for value in ("苏州", "Atlantis")
    )
    coded = MetricQuery(metrics=("revenue",), filters=(FieldFilter(field="tier", values=("gold",)),))
    run = layer.engine.run

    def counted(statement: exp.Query | str) -> RawTable:
        ran.append(statement)
        return run(statement)

    with pytest.MonkeyPatch.context() as watched:
        watched.setattr(layer.engine, "run", counted)
        for query, count in ((coded, 0), (known, 1), (known, 1), (unknown, 3), (unknown, 5)):
            fresh.prepare(query)
            assert sum("city" in str(each) for each in ran) == count


def test_a_metric_of_today_only_is_named_alone(layer: Layer) -> None:
    with pytest.raises(QueryError) as caught:
        layer.prepare(MetricQuery(metrics=("revenue", "average_points"), group_by=("month",)))
    assert caught.value.problems == (NoHistory("metrics", "average_points"),)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (_metrics("sales"), UnknownName("metrics[0]", "metric", "sales", ("revenue",))),
        (_metrics("营业额"), UnknownName("metrics[0]", "metric", "营业额", ("revenue",))),
        (
            _metrics("revenue", group_by=["member tier"]),
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
            _metrics("revenue", order_by=[{"column": "销售额"}]),
            NotAColumn("order_by", "销售额", ("revenue",)),
        ),
        (
            {"kind": "list", "measured": [{"name": "n", "metric": "sales"}]},
            UnknownName("measured[0].metric", "metric", "sales", ("revenue",)),
        ),
    ],
)
def test_right_names_are_offered_by_what_people_call_them(layer: Layer, body: dict[str, Any], problem: object) -> None:
    with pytest.raises(QueryError) as caught:
        layer.prepare(read_request(json.dumps(body)))
    assert caught.value.problems == (problem,)


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({"metrics": ["revenue"]}, {""}),
        (_metrics("revenue", filters=[{"field": "tier", "op": "between", "values": ["a"]}]), {"filters.0"}),
        (
            _metrics("revenue", filters=[{"field": "tier", "values": [{"a": 1}, None]}]),
            {"filters.0.values.0", "filters.0.values.1"},
        ),
        (
            _metrics("revenue", filters=[{"any": [_field("tier", "gold"), {"metric": "orders", "values": [1]}]}]),
            {"filters.0.any.1.op"},
        ),
        (_metrics("revenue", filters=[{"not": {**_field("tier", "gold"), "size": 1}}]), {"filters.0.not.size"}),
        (_metrics("revenue", period={"start": "June"}), {"period.start"}),
        ({"kind": "list", "period": MAY}, {"period"}),
    ],
)
def test_a_body_that_is_none_is_told_by_its_path(body: dict[str, Any], places: set[str]) -> None:
    with pytest.raises(QueryError) as caught:
        read_request(json.dumps(body))
    found = [each for each in caught.value.problems if isinstance(each, MalformedRequest)]
    assert {each.part for each in found} == places
    assert not [each for each in found if "function" in each.message or "FieldFilter" in each.message]


def test_where_a_condition_comes_from_is_not_the_clients_to_say(layer: Layer) -> None:
    claimed = {**_field("tier", "gold"), "origin": "policy"}
    request = read_request(json.dumps(_metrics("revenue", filters=[claimed, {"not": claimed}])))
    assert {each.origin for each in layer.prepare(request).filters if each.field == "tier"} == {"asked"}
