"""Whatever is asked of the layer: rows, or named problems of the request; never another exception."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from semantic_layer.errors import QueryError, QueryProblem
from semantic_layer.layer import Layer
from semantic_layer.query.requests import Request

REQUESTS: TypeAdapter[Request] = TypeAdapter(Request)
UNHURRIED = settings(
    deadline=None, max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
METRICS = st.sampled_from(
    [
        "orders",
        "revenue",
        "buyers",
        "aov",
        "refund_rate",
        "repeaters",
        "repeat_rate",
        "quantity",
        "calls",
        "members",
        "active",
        "lapsed",
        "lapse_rate",
        "regulars",
        "risky",
        "revenue_30d",
        "revenue_ytd",
        "growth",
        "since_start",
        "app_share",
        "last_amount",
        "ordered_after_call",
        "call_rate",
        "median_amount",
        "balance",
        "regular_revenue",
        "quiet_members",
        "revenue_per_call",
        "mean_or_seven",
        "nothing",
    ]
)
GROUPS = st.sampled_from(
    [
        "city",
        "city",
        "person_id",
        "city",
        "channel",
        "state",
        "product",
        "risk",
        "person_id",
        "sales.amount",
        "people.phone",
        "people.joined_at",
        "day",
        "week",
        "month",
        "quarter",
        "year",
        "hour",
        "day_of_week",
        "people.joined_at__month_of_year",
        "nothing",
    ]
)
SCALARS = (
    st.sampled_from(["A", "B", "web", "paid", "2026-02-01", "2026-02-30", "", "'", "%", "100", "中"])
    | st.integers(-3, 10**12)
    | st.floats(allow_nan=True)
    | st.booleans()
    | st.none()
    | st.text(max_size=3)
)
NUMBERS = st.lists(st.integers(-2, 200) | st.floats(), max_size=3)
OPERATORS = st.sampled_from(
    [
        "=",
        "!=",
        "in",
        "not in",
        "<",
        "<=",
        ">",
        ">=",
        "between",
        "contains",
        "not contains",
        "starts with",
        "ends with",
        "is null",
        "is not null",
        "like",
    ]
)
DAYS = st.sampled_from(
    ["2026-01-01", "2026-02-01", "2026-02-15", "2026-03-01", "2026-04-01", "2030-01-01", "0001-01-01", "9999-12-31"]
)
PERIODS = st.none() | st.fixed_dictionaries(
    {}, optional={"start": DAYS | st.none(), "end": DAYS | st.none(), "grain": st.sampled_from(["month", "day", "era"])}
)
FIELD_FILTERS = st.fixed_dictionaries({"field": GROUPS, "op": OPERATORS, "values": st.lists(SCALARS, max_size=3)})
FILTERS = st.recursive(
    FIELD_FILTERS,
    lambda inner: (
        st.fixed_dictionaries({"all": st.lists(inner, max_size=2)})
        | st.fixed_dictionaries({"any": st.lists(inner, max_size=2)})
        | st.fixed_dictionaries({"not": inner})
        | st.fixed_dictionaries(
            {"metric": METRICS, "op": OPERATORS, "values": NUMBERS},
            optional={
                "period": PERIODS,
                "filters": st.lists(inner, max_size=1),
                "per": st.sampled_from(["customer", "robot"]),
            },
        )
    ),
    max_leaves=4,
)
MANY = st.lists(FILTERS, max_size=2)
ORDERS = st.lists(st.fixed_dictionaries({"column": METRICS | GROUPS, "descending": st.booleans()}), max_size=2)
METRIC_QUERIES = st.fixed_dictionaries(
    {"kind": st.just("metrics")},
    optional={
        "metrics": st.lists(METRICS, max_size=3),
        "group_by": st.lists(GROUPS, max_size=3),
        "period": PERIODS,
        "filters": MANY,
        "having": st.lists(st.fixed_dictionaries({"column": METRICS, "op": OPERATORS, "values": NUMBERS}), max_size=1),
        "keep": st.lists(FIELD_FILTERS, max_size=1),
        "show": st.lists(FIELD_FILTERS, max_size=1),
        "compare": st.none()
        | st.fixed_dictionaries(
            {"to": st.sampled_from(["previous", "year", "period", "never"])}, optional={"period": PERIODS}
        ),
        "shares": st.lists(METRICS, max_size=1),
        "cumulative": st.lists(METRICS, max_size=1),
        "order_by": ORDERS,
        "limit": st.integers(-1, 3) | st.none(),
        "limit_within": st.lists(GROUPS, max_size=1),
        "fill": st.booleans(),
    },
)
LISTS = st.fixed_dictionaries(
    {"kind": st.just("list")},
    optional={
        "entity": st.sampled_from(["customer", "robot"]),
        "columns": st.lists(GROUPS, max_size=3),
        "measured": st.lists(
            st.fixed_dictionaries(
                {"name": st.sampled_from(["spend", "city", "a b"]), "metric": METRICS},
                optional={"period": PERIODS, "filters": MANY},
            ),
            max_size=2,
        ),
        "filters": MANY,
        "order_by": ORDERS,
        "limit": st.integers(-1, 3) | st.none(),
    },
)
JOURNEYS = st.fixed_dictionaries(
    {"kind": st.sampled_from(["cohort", "funnel"]), "metric": st.sampled_from(["comeback", "path", "orders"])},
    optional={
        "period": PERIODS,
        "filters": MANY,
        "since": st.lists(st.integers(-1, 3), max_size=2),
        "order_by": ORDERS,
    },
)


def _ask(request: object, toy: Layer) -> None:
    try:
        parsed = REQUESTS.validate_python(request)
    except ValidationError:
        return
    try:
        table = toy.run(parsed)
    except QueryError as error:
        for problem in error.problems:
            assert isinstance(problem, QueryProblem)
            assert problem.message
            assert problem.part
        return
    assert all(len(row) == len(table.columns) for row in table.rows)


@UNHURRIED
@given(request=METRIC_QUERIES)
def test_any_metric_query(request: object, toy: Layer) -> None:
    _ask(request, toy)


@UNHURRIED
@given(request=LISTS | JOURNEYS)
def test_any_list_cohort_or_funnel(request: object, toy: Layer) -> None:
    _ask(request, toy)
