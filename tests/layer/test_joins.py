"""Joins of every kind against rows added up by hand, and what must hold of any join."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from pydantic import TypeAdapter

from semantic_layer.database.checks import check_against
from semantic_layer.engines.duckdb import DuckDBEngine, DuckDBWriter
from semantic_layer.errors import QueryError
from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model
from semantic_layer.query.reader import Reader
from semantic_layer.query.requests import FieldFilter, MetricQuery, Period, Request
from semantic_layer.query.result import ResultTable, Value
from tests.layer.join_tables import JOIN_TABLES

HERE = Path(__file__).parent
CASES = yaml.safe_load((HERE / "join_cases.yaml").read_text(encoding="utf-8"))
REQUESTS: TypeAdapter[Request] = TypeAdapter(Request)
MODEL = load_model(HERE / "joins.yaml")
QUARTER = Period(date(2026, 1, 1), date(2026, 4, 1))
GROUPED = tuple(
    (metric, name)
    # distinct people may be in two groups, and the headcount is known of today only
    for metric in sorted(MODEL.metrics.keys() - {"bookers", "booking_guests", "headcount"})
    for name in MODEL.dimensions
    if MODEL.metrics[metric].kind == "simple" and MODEL.can_group(metric, name)
)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_rows(case: dict[str, object], joins: Layer) -> None:
    request = REQUESTS.validate_python({"kind": "metrics", **case["query"]})  # type: ignore[dict-item]
    if "problem" in case:
        assert _codes(joins, request) == {case["problem"]}
        return
    table = joins.run(request)
    found = [tuple(_plain(value) for value in row) for row in table.rows]
    wanted = [tuple(_plain(value) for value in row) for row in case["rows"]]  # type: ignore[attr-defined]
    if case.get("ordered"):
        assert found == wanted, table.sql
    else:
        assert sorted(found, key=str) == sorted(wanted, key=str), table.sql
    if "total_rows" in case:
        assert table.total_rows == case["total_rows"]


@pytest.mark.parametrize(("metric", "dimension"), GROUPED)
@pytest.mark.parametrize("grain", [(), ("month",)])
def test_a_dimension_never_changes_a_total(metric: str, dimension: str, grain: tuple[str, ...], joins: Layer) -> None:
    whole = joins.run(MetricQuery(metrics=(metric,), group_by=grain, period=QUARTER))
    split = joins.run(MetricQuery(metrics=(metric,), group_by=(*grain, dimension), period=QUARTER))
    for label in whole.column(grain[0]) if grain else (None,):
        assert _sum(split, metric, label) == _sum(whole, metric, label), split.sql


@pytest.mark.parametrize(
    ("metric", "dimension"), [each for each in GROUPED if MODEL.dimensions[each[1]].type != "boolean"]
)
def test_a_joined_filter_that_holds_for_all_changes_nothing(metric: str, dimension: str, joins: Layer) -> None:
    value: str | int = -1 if MODEL.dimensions[dimension].type == "integer" else "no such value"
    unlike = FieldFilter(field=dimension, op="!=", values=(value,))
    plain = MetricQuery(metrics=(metric,), period=QUARTER)
    assert joins.run(plain.model_copy(update={"filters": (unlike,)})).rows == joins.run(plain).rows


def test_the_choices_are_named(joins: Layer) -> None:
    for name, words in {
        "plan_name": ("guest_id", "host_id", "plans"),
        "home_state": ("guest_home_state", "host_home_state"),
        "user_id": ("guest_user_id", "host_user_id"),
    }.items():
        with pytest.raises(QueryError) as found:
            joins.prepare(MetricQuery(metrics=("booking_value",), group_by=(name,)))
        (problem,) = found.value.problems
        assert all(word in problem.message for word in words), problem.message


def test_dimensions_alone_do_not_depend_on_their_order(joins: Layer) -> None:
    for one, other in (("language", "home_state"), ("floor", "tier"), ("guest_home_state", "host_home_state")):
        found = joins.run(MetricQuery(group_by=(one, other))).rows
        turned = joins.run(MetricQuery(group_by=(other, one))).rows
        assert sorted(found, key=str) == sorted(((b, a) for a, b in turned), key=str)


def test_values_of_a_role_and_of_a_key(joins: Layer) -> None:
    assert joins.values("guest_home_state").values == ("CA", "NY")
    assert joins.values("booking_id").values == (1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("policies", "query", "expected"),
    [
        # what says nothing of the rows refuses them, rather than letting all through
        (["home_state=CA"], {"metrics": ["booking_value"]}, "needs_role"),
        (["guest_home_state=CA"], {"metrics": ["booking_value"]}, [(30,)]),
        (["guest_home_state=CA"], {"metrics": ["joined"]}, "unreachable_dimension"),
        # those in a role are limited as their base is where they are the rows
        (["home_state=CA"], {"group_by": ["guest_home_state"]}, [("CA",)]),
        # and refused where they are told of other rows
        (["grade=z"], {"metrics": ["headcount"]}, [(2,)]),
        (["grade=z"], {"metrics": ["headcount"], "group_by": ["boss_grade"]}, "policy_misses_role"),
        (
            ["grade=z"],
            {"metrics": ["headcount"], "filters": [{"field": "boss_grade", "values": ["x"]}]},
            "policy_misses_role",
        ),
        (["grade=z", "boss_grade=y"], {"metrics": ["headcount"], "group_by": ["boss_grade"]}, [("y", 2)]),
        (["region=west"], {"metrics": ["booking_value"]}, "needs_role"),
        # which way a metric goes does not say which rows a reader may see
        (["plan_name=plus"], {"metrics": ["guest_value"]}, "ambiguous_path"),
        (["guest_home_state=CA"], {"metrics": ["guest_value"], "group_by": ["plan_name"]}, [("plus", 30)]),
        (["guest_city_region=west"], {"metrics": ["booking_value"]}, [(30,)]),
    ],
)
def test_policies_and_roles(
    policies: list[str], query: dict[str, object], expected: str | list[tuple[Value, ...]], joins: Layer
) -> None:
    pairs = [each.split("=") for each in policies]
    reader = Reader("some", tuple(FieldFilter(field=name, values=(v,), origin="policy") for name, v in pairs))
    request = REQUESTS.validate_python({"kind": "metrics", **query})
    if isinstance(expected, str):
        assert _codes(joins, request, reader) == {expected}
    else:
        assert joins.run(request, reader).rows == tuple(expected)


def test_the_data_fits(joins: Layer) -> None:
    assert check_against(joins.model, joins.engine) == ()


@pytest.mark.parametrize(
    ("change", "where", "code"),
    [
        (
            "INSERT INTO tiers VALUES (1, 'x', '2026-01-05', '2026-01-06')",
            "relationships.13.valid",
            "overlapping_versions",
        ),
        ("INSERT INTO tiers VALUES (1, 'x', '2026-03-05', NULL)", "relationships.13.valid", "overlapping_versions"),
        (
            "INSERT INTO rates VALUES ('USD', '2026-02-15', '2026-02-16', 'x')",
            "relationships.16.valid",
            "overlapping_versions",
        ),
        ("INSERT INTO tiers VALUES (1, 'x', '2026-03-05', '2026-03-05'), (NULL, 'x', '2026-01-01', NULL)", "", ""),
        ("INSERT INTO rooms VALUES ('B1', 1, 7)", "datasets.rooms.primary_key", "not_unique"),
        (
            "INSERT INTO listing_days VALUES ('L1', '2026-01-15', 'x')",
            "datasets.listing_days.primary_key",
            "not_unique",
        ),
    ],
)
def test_data_that_would_multiply_is_told(change: str, where: str, code: str, tmp_path: Path) -> None:
    path = tmp_path / "joins.duckdb"
    with DuckDBWriter(path) as writer:
        writer.execute(JOIN_TABLES + change)
    engine = DuckDBEngine(path)
    found = [(each.where, each.code) for each in check_against(MODEL, engine)]
    engine.close()
    assert found == ([(where, code)] if code else [])


def test_a_role_in_words() -> None:
    dimension = MODEL.dimensions["guest_home_state"]
    assert (dimension.label.zh, dimension.label.en) == ("房客的家乡州", "guest home state")
    assert {"房客家乡州", "住客的老家"} <= set(dimension.synonyms.zh)
    assert {"home state of the guest", "visitor state of origin"} <= set(dimension.synonyms.en)
    assert dimension.home.definition.values.keys() == {"CA", "NY"}
    assert MODEL.fields["guest.phone"].definition.pii == "phone"


def _codes(layer: Layer, request: Request, reader: Reader | None = None) -> set[str]:
    with pytest.raises(QueryError) as found:
        layer.prepare(request, reader) if reader is not None else layer.prepare(request)
    assert all(problem.message for problem in found.value.problems)
    return {problem.code for problem in found.value.problems}


def _sum(table: ResultTable, metric: str, month: Value) -> float:
    """The sum of a metric over the rows of a month (None: over all)."""
    names = [column.name for column in table.columns]
    at = names.index(metric)
    rows = [row for row in table.rows if month is None or row[names.index("month")] == month]
    return float(sum(row[at] for row in rows if isinstance(row[at], int | float)))  # type: ignore[misc]


def _plain(value: Value) -> Value:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return round(float(value), 6)
