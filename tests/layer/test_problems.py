"""Requests that do not fit the model: every problem by its code, all at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.errors import QueryError
from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model
from semantic_layer.query.requests import CohortQuery, MetricQuery, Request

TOY = Path(__file__).parent / "toy.yaml"

REQUESTS: TypeAdapter[Request] = TypeAdapter(Request)
CASES: tuple[tuple[str, dict[str, object], set[str]], ...] = (
    ("a metric that is not there", {"metrics": ["revenu"]}, {"unknown_name"}),
    ("several at once", {"metrics": ["revenu", "orders"], "group_by": ["citty"]}, {"unknown_name"}),
    ("a dimension out of reach", {"metrics": ["calls"], "group_by": ["channel"]}, {"unreachable_dimension"}),
    ("a dimension that would multiply", {"metrics": ["revenue"], "group_by": ["product"]}, {"unreachable_dimension"}),
    (
        "a filter out of reach",
        {"metrics": ["calls"], "filters": [{"field": "channel", "values": ["app"]}]},
        {"unreachable_dimension"},
    ),
    (
        "text where a number is",
        {"metrics": ["orders"], "filters": [{"field": "sales.amount", "values": ["much"]}]},
        {"wrong_type"},
    ),
    (
        "a date that is none",
        {"metrics": ["joined"], "filters": [{"field": "people.joined_at", "op": ">", "values": ["soon"]}]},
        {"wrong_type"},
    ),
    (
        "a snapshot has no past",
        {"metrics": ["risky"], "period": {"start": "2026-01-01", "end": "2026-02-01"}},
        {"no_history"},
    ),
    ("a snapshot has no trend", {"metrics": ["risky"], "group_by": ["month"]}, {"no_history"}),
    ("the months before all of history", {"metrics": ["revenue_2m_before"]}, {"needs_period"}),
    ("nothing before everything", {"metrics": ["orders"], "compare": {"to": "previous"}}, {"needs_period"}),
    (
        "the names of weeks beside months, and those before",
        {
            "metrics": ["visits"],
            "group_by": ["month", "week_name"],
            "compare": {"to": "previous"},
            "period": {"start": "2026-03-01", "end": "2026-04-01"},
        },
        {"told_of_another_day"},
    ),
    (
        "holidays beside weeks, and those before",
        {
            "metrics": ["visits", "visits_before"],
            "group_by": ["week", "holiday"],
            "period": {"start": "2026-03-02", "end": "2026-03-16"},
        },
        {"told_of_another_day"},
    ),
    (
        "weeks of the year beside months, and those before",
        {
            "metrics": ["revenue"],
            "group_by": ["month", "week_of_year"],
            "compare": {"to": "previous"},
            "period": {"start": "2026-02-01", "end": "2026-04-01"},
        },
        {"told_of_another_day"},
    ),
    ("a share of a ratio", {"metrics": ["aov"], "group_by": ["city"], "shares": ["aov"]}, {"not_a_share"}),
    (
        "a running total of a stock",
        {"metrics": ["members"], "group_by": ["month"], "cumulative": ["members"]},
        {"not_additive"},
    ),
    ("a running total without time", {"metrics": ["orders"], "cumulative": ["orders"]}, {"needs_period"}),
    (
        "a sort by nothing there",
        {"metrics": ["orders"], "group_by": ["city"], "order_by": [{"column": "cities"}]},
        {"not_a_column"},
    ),
    (
        "having on nothing there",
        {"metrics": ["orders"], "group_by": ["city"], "having": [{"column": "revenue", "op": ">", "values": [1]}]},
        {"not_a_column"},
    ),
    (
        "having on a text",
        {"metrics": ["orders"], "group_by": ["city"], "having": [{"column": "city", "op": ">", "values": [1]}]},
        {"wrong_type"},
    ),
    (
        "a group kept by a value of another type",
        {"metrics": ["orders"], "group_by": ["city"], "keep": [{"field": "city", "values": [1]}]},
        {"wrong_type"},
    ),
    (
        "a group shown by a value of another type",
        {"metrics": ["orders"], "group_by": ["city"], "show": [{"field": "city", "values": [1]}]},
        {"wrong_type"},
    ),
    (
        "values of a dimension by a wrong type",
        {"group_by": ["city"], "filters": [{"field": "city", "values": [1]}]},
        {"wrong_type"},
    ),
    (
        "a number that contains a number",
        {"metrics": ["orders"], "filters": [{"field": "sales.amount", "op": "contains", "values": [1]}]},
        {"wrong_type"},
    ),
    (
        "an hour of what is known by the day",
        {"metrics": ["gifts"], "group_by": ["hour"], "period": {"start": "2026-01-01", "end": "2026-01-03"}},
        {"grain_too_fine"},
    ),
    ("the hour of the day of a day", {"metrics": ["gifts"], "group_by": ["hour_of_day"]}, {"grain_too_fine"}),
    ("a date cut to hours", {"metrics": ["gifts"], "group_by": ["gifts.given_on__hour"]}, {"grain_too_fine"}),
    ("a part of what is no time", {"metrics": ["orders"], "group_by": ["city__month"]}, {"unknown_name"}),
    ("the weekday of a state", {"metrics": ["members"], "group_by": ["day_of_week"]}, {"no_event_time"}),
    (
        "a filter on the weekday of a state",
        {"metrics": ["members"], "filters": [{"field": "day_of_week", "values": [7]}]},
        {"no_event_time"},
    ),
    (
        "customers by the weekday of nothing",
        {"kind": "list", "filters": [{"field": "day_of_week", "values": [7]}]},
        {"no_event_time"},
    ),
    ("weekdays alone", {"group_by": ["day_of_week"]}, {"unsupported"}),
    (
        "a weekday as text",
        {"metrics": ["orders"], "filters": [{"field": "day_of_week", "values": ["Sunday"]}]},
        {"wrong_type"},
    ),
    (
        "before a calendar begins",
        {"metrics": ["orders"], "group_by": ["trade_month"], "period": {"start": "2025-12-01", "end": "2026-02-01"}},
        {"outside_calendar"},
    ),
    (
        "an offset to before a calendar begins",
        {
            "metrics": ["trade_growth"],
            "group_by": ["trade_month"],
            "period": {"start": "2025-12-29", "end": "2026-02-01"},
        },
        {"outside_calendar"},
    ),
    ("a second for each of many days", {"metrics": ["orders"], "group_by": ["second"]}, {"too_many_buckets"}),
    (
        "a grain of the model and another",
        {"metrics": ["orders"], "group_by": ["fiscal_year", "month"]},
        {"unsupported"},
    ),
    ("two grains", {"metrics": ["orders"], "group_by": ["month", "week"]}, {"unsupported"}),
    (
        "a personal field",
        {"metrics": ["joined"], "filters": [{"field": "people.phone", "values": ["1"]}]},
        {"withheld"},
    ),
    (
        "a personal field that claims to be a policy",
        {"metrics": ["joined"], "filters": [{"field": "people.phone", "values": ["1"], "origin": "policy"}]},
        {"withheld"},
    ),
    (
        "a policy's claim deep in a behaviour",
        {
            "metrics": ["members"],
            "filters": [
                {
                    "metric": "orders",
                    "op": ">",
                    "values": [0],
                    "per": "customer",
                    "filters": [
                        {"not": {"field": "people.phone", "op": "starts with", "values": ["1"], "origin": "policy"}}
                    ],
                }
            ],
        },
        {"withheld"},
    ),
    (
        "a part of a personal field",
        {"metrics": ["joined"], "filters": [{"field": "people.phone", "op": "contains", "values": ["1"]}]},
        {"withheld"},
    ),
    (
        "a number that none holds",
        {"metrics": ["orders"], "filters": [{"field": "sales.amount", "op": ">", "values": [10**400]}]},
        {"wrong_type"},
    ),
    (
        "a range up to what none holds",
        {"metrics": ["orders"], "filters": [{"field": "sales.amount", "op": "between", "values": [10**400, 0]}]},
        {"empty_range"},
    ),
    ("more rows than any answer", {"metrics": ["orders"], "group_by": ["city"], "limit": 2**63}, {"limit_too_large"}),
    ("a list of more rows than any answer", {"kind": "list", "limit": 2**63}, {"limit_too_large"}),
    (
        "an unknown metric deep in filters",
        {"metrics": ["members"], "filters": [{"not": {"metric": "order", "op": ">", "values": [1]}}]},
        {"unknown_name"},
    ),
    (
        "a range that ends before it begins",
        {"metrics": ["orders"], "filters": [{"field": "sales.amount", "op": "between", "values": [50, 10]}]},
        {"empty_range"},
    ),
    (
        "a range of days that ends before it begins",
        {
            "metrics": ["orders"],
            "filters": [{"field": "people.joined_at", "op": "between", "values": ["2026-03-01", "2026-01-01"]}],
        },
        {"empty_range"},
    ),
    (
        "a behaviour in no range",
        {"metrics": ["orders"], "filters": [{"metric": "orders", "op": "between", "values": [5, 1]}]},
        {"empty_range"},
    ),
    (
        "text in a number",
        {"metrics": ["orders"], "filters": [{"field": "sales.amount", "op": "contains", "values": ["5"]}]},
        {"wrong_type"},
    ),
    ("a number in text", {"metrics": ["orders"], "filters": [{"field": "city", "values": [5]}]}, {"wrong_type"}),
    (
        "truth for a number",
        {"metrics": ["orders"], "filters": [{"field": "sales.amount", "values": [True]}]},
        {"wrong_type"},
    ),
    (
        "a day that no month has",
        {"metrics": ["orders"], "filters": [{"field": "people.joined_at", "op": ">", "values": ["2026-02-30"]}]},
        {"wrong_type"},
    ),
    (
        "a field of no dataset",
        {"metrics": ["orders"], "filters": [{"field": "nope.amount", "values": [5]}]},
        {"unknown_name"},
    ),
    (
        "a period before all years",
        {"metrics": ["orders"], "period": {"start": "0001-01-01", "end": "0002-01-01"}},
        {"period_out_of_range"},
    ),
    (
        "a running total of a window",
        {"metrics": ["revenue_30d"], "group_by": ["month"], "cumulative": ["revenue_30d"]},
        {"not_additive"},
    ),
    (
        "a running total of what begins each quarter",
        {"metrics": ["since_start"], "group_by": ["month"], "cumulative": ["since_start"]},
        {"not_additive"},
    ),
    (
        "two columns of one name",
        {"kind": "list", "measured": [{"name": "a", "metric": "orders"}, {"name": "a", "metric": "revenue"}]},
        {"repeated_column"},
    ),
    ("a list of nothing known", {"kind": "list", "entity": "robot"}, {"unknown_name"}),
    ("a column of nothing known", {"kind": "list", "columns": ["shoe_size"]}, {"unknown_name"}),
    ("a cohort of nothing known", {"kind": "cohort", "metric": "nope"}, {"unknown_name"}),
    ("a funnel of nothing known", {"kind": "funnel", "metric": "nope"}, {"unknown_name"}),
)


@pytest.mark.parametrize(("query", "codes"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_codes(query: dict[str, object], codes: set[str], toy: Layer) -> None:
    request = REQUESTS.validate_python({"kind": "metrics", **query})
    with pytest.raises(QueryError) as found:
        toy.prepare(request)
    assert {problem.code for problem in found.value.problems} == codes
    assert all(problem.message for problem in found.value.problems)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"metrics": ["orders"], "limit": 0},
        {"metrics": ["orders"], "colour": "red"},
        {"metrics": ["orders"], "filters": [{"field": "city", "op": "between", "values": ["A"]}]},
        {"metrics": ["orders"], "filters": [{"field": "city", "op": "like", "values": ["A"]}]},
        {"metrics": ["orders"], "compare": {"to": "period"}},
        {"metrics": ["orders"], "period": {"start": "2026-02-01", "end": "2026-01-01"}},
    ],
)
def test_shapes_that_no_request_has(query: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        REQUESTS.validate_python({"kind": "metrics", **query})


def test_all_problems_come_at_once(toy: Layer) -> None:
    query = MetricQuery(metrics=("revenu", "ordrs"), group_by=("citty",))
    with pytest.raises(QueryError) as found:
        toy.prepare(query)
    assert [problem.code for problem in found.value.problems] == ["unknown_name"] * 3


@pytest.mark.parametrize(
    "request_",
    [
        {"kind": "metrics", "metrics": ["orders"], "filters": [{"field": "city", "values": ["\ud800"]}]},
        {"kind": "metrics", "metrics": ["orders"], "filters": [{"field": "city", "values": ["a\x00"]}]},
        {"kind": "metrics", "metrics": ["\ud800"]},
        {"kind": "metrics", "metrics": [""]},
        {"kind": "list", "measured": [{"name": "", "metric": "orders"}]},
        {"kind": "list", "measured": [{"name": "\ud800", "metric": "orders"}]},
        {"kind": "funnel", "metric": "x\x00"},
    ],
)
def test_what_is_no_text_is_no_request(request_: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        REQUESTS.validate_python(request_)


def test_cohorts_before_the_first_event(toy_database: Path) -> None:
    engine = DuckDBEngine(toy_database)
    table = Layer(load_model(TOY), engine, date(1990, 1, 1)).run(CohortQuery(metric="comeback"))
    assert table.rows == ()
    engine.close()
