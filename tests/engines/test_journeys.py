"""Cohorts and funnels on every engine: groups, weeks, what is measured and time between steps, added up by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from semantic_layer.engines.duckdb import DuckDBWriter
from semantic_layer.engines.opening import open_engine
from semantic_layer.errors import QueryError
from semantic_layer.layer import Layer
from semantic_layer.query.reader import Reader
from semantic_layer.query.requests import CohortQuery, ExplainQuery, FieldFilter, FunnelQuery, MetricQuery
from semantic_layer.time.periods import Period, unit
from tests.engines.conftest import ENGINES
from tests.engines.loop_tables import LOOP_MODEL, LOOP_TABLES

ONLY_A = Reader("r", policies=(FieldFilter(field="city", values=("A",), origin="policy"),))
# persons 1 and 4 first did something on 1 and 2 January, person 2 on the 15th; weeks begin on Monday
FIRST, THIRD = date(2025, 12, 29), date(2026, 1, 12)


@pytest.fixture(scope="module")
def loop_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("journeys") / "journeys.duckdb"
    with DuckDBWriter(path) as writer:
        writer.execute(LOOP_TABLES)
    return path


@pytest.fixture(scope="module", params=ENGINES)
def layer(request: pytest.FixtureRequest, placed: Callable[[str, str, Path], str], loop_file: Path) -> Iterator[Layer]:
    engine = open_engine(placed(request.param, "journeys", loop_file))
    yield Layer(LOOP_MODEL, engine, date(2026, 3, 31))
    engine.close()


def rows(
    layer: Layer, query: CohortQuery | FunnelQuery | ExplainQuery, reader: Reader | None = None
) -> list[tuple[Any, ...]]:
    """The rows, numbers with a point rounded to the hundredth."""
    table = layer.run(query) if reader is None else layer.run(query, reader)
    return [
        tuple(round(float(v), 2) if not isinstance(v, int | str | date | None) else v for v in r) for r in table.rows
    ]


def cohorts(**parts: object) -> CohortQuery:
    return CohortQuery.model_validate({"metric": "coming_back", "grain": "week", "since": (0, 1), **parts})


def test_weekly_cohorts_are_followed_by_weeks(layer: Layer) -> None:
    assert rows(layer, cohorts()) == [(FIRST, 0, 2, 1), (FIRST, 1, 2, 0.5), (THIRD, 0, 1, 1), (THIRD, 1, 1, 1)]
    # the week that began on 30 March is the 13th of the one cohort and the 11th of the other
    known = rows(layer, cohorts(since=()))
    assert (len(known), known[13][:3], known[-1][:3]) == (14 + 12, (FIRST, 13, 2), (THIRD, 11, 1))


def test_groups_count_only_those_whose_week_is_over(layer: Layer) -> None:
    assert rows(layer, cohorts(by="city")) == [("A", 0, 2, 1), ("A", 1, 2, 1), ("B", 0, 1, 1), ("B", 1, 1, 0)]
    # of person 2 the 11th week is not over, of person 1 the 12th is the last
    assert rows(layer, cohorts(by="city", since=(10, 11, 12, 13), filters=())) == [
        ("A", 10, 2, 0),
        ("A", 11, 1, 0),
        ("A", 12, 1, 0),
        ("B", 10, 1, 0),
        ("B", 11, 1, 0),
        ("B", 12, 1, 0),
    ]


def test_groups_are_of_those_who_came_in_the_period_and_whom_the_reader_may_see(layer: Layer) -> None:
    late = Period(date(2026, 1, 12), date(2026, 1, 19))
    assert rows(layer, cohorts(by="city", period=late)) == [("A", 0, 1, 1), ("A", 1, 1, 1)]
    assert [row[0] for row in rows(layer, cohorts(by="city"), ONLY_A)] == ["A", "A"]
    assert rows(layer, cohorts(), ONLY_A) == [(FIRST, 0, 1, 1), (FIRST, 1, 1, 1), (THIRD, 0, 1, 1), (THIRD, 1, 1, 1)]


def test_what_cohorts_brought_is_told_in_all_each_and_so_far(layer: Layer) -> None:
    assert rows(layer, cohorts(measured="deeds")) == [
        (FIRST, 0, 2, 3, 1.5, 1.5),
        (FIRST, 1, 2, 2, 1, 2.5),
        (THIRD, 0, 1, 1, 1, 1),
        (THIRD, 1, 1, 1, 1, 2),
    ]
    # the call of person 2 came before their first deed
    assert rows(layer, cohorts(measured="call_size", since=(0,))) == [
        (FIRST, 0, 2, 5, 2.5, 2.5),
        (THIRD, 0, 1, 0, 0, 0),
    ]
    assert rows(layer, cohorts(measured="deeds", by="city", since=(1,))) == [
        ("A", 1, 2, 3, 1.5, 2.5),
        ("B", 1, 1, 0, 0, 2),
    ]


def test_a_funnel_tells_the_time_that_each_step_took(layer: Layer) -> None:
    way = FunnelQuery(metric="way", times=True)
    assert rows(layer, way) == [
        ("calls", 4, 1, 1, None, None),
        ("deeds", 3, 0.75, 0.75, 14, 14),
        ("visits", 1, 0.25, 0.33, 240, 254),
    ]


def test_a_funnel_of_groups_tells_also_of_steps_that_nobody_took(layer: Layer) -> None:
    by_city = FunnelQuery(metric="way", by="city")
    assert rows(layer, by_city) == [
        ("A", "calls", 2, 1, 1),
        ("A", "deeds", 2, 1, 1),
        ("A", "visits", 0, 0, 0),
        ("B", "calls", 2, 1, 1),
        ("B", "deeds", 1, 0.5, 0.5),
        ("B", "visits", 1, 0.5, 1),
    ]
    timed = rows(layer, by_city.model_copy(update={"times": True}))
    assert [row[5] for row in timed] == [None, 120.01, None, None, 14, 240]
    assert [row[6] for row in timed] == [None, 120.01, None, None, 14, 254]
    assert {row[0] for row in rows(layer, by_city, ONLY_A)} == {"A"}


def test_a_funnel_is_told_apart_by_two_things_at_once(layer: Layer) -> None:
    found = rows(layer, FunnelQuery(metric="way", by=("city", "who")))
    assert [row[:4] for row in found if row[2] == "deeds"] == [
        ("A", 1, "deeds", 1),
        ("A", 2, "deeds", 1),
        ("B", 3, "deeds", 0),
        ("B", 4, "deeds", 1),
    ]
    swapped = rows(layer, FunnelQuery(metric="way", by=("who", "city")))
    assert sorted((city, who, *rest) for who, city, *rest in swapped) == sorted(found)
    with pytest.raises(ValidationError):
        FunnelQuery(metric="way", by=("city", "city"))


def test_the_share_of_the_busiest_is_of_those_of_the_group_and_the_month(layer: Layer) -> None:
    # person 1 did three things, 2 and 4 two each: the busiest third and a bit are persons 1 and 2
    def share(**parts: object) -> list[float]:
        query = MetricQuery.model_validate({"metrics": ("share_of_busiest",), **parts})
        return [round(float(str(each)), 4) for each in layer.run(query).column("share_of_busiest")]

    assert share() == [0.7143]
    assert share(group_by=("city",), order_by=({"column": "city"},)) == [0.6, 1]
    # one thing by person 1, two by person 4
    assert share(period=Period(date(2026, 1, 1), date(2026, 1, 4))) == [0.6667]


def test_a_metric_has_any_number_that_it_may_have(layer: Layer) -> None:
    # of three persons the busiest 33 % is the first alone, who did three of the seven things; 67 % are all three
    shares = [layer.run(MetricQuery(metrics=(f"share_of_busiest_{n}",))).rows[0][0] for n in (33, 34, 67)]
    assert shares == [pytest.approx(3 / 7), pytest.approx(5 / 7), 1]
    assert list(layer.model.metrics).count("share_of_busiest") == 1
    for name in ("share_of_busiest_0", "share_of_busiest_100", "share_of_busiest_033", "calls_3"):
        with pytest.raises(QueryError) as caught:
            layer.run(MetricQuery(metrics=(name,)))
        assert [each.code for each in caught.value.problems] == ["unknown_name"]


def test_a_change_is_taken_apart_by_many_dimensions_at_once(layer: Layer) -> None:
    # four calls in January, none before: two from A, one from B, one of nobody; one of kind a, three of b
    why = ExplainQuery(metric="calls", dimensions=("city", "kind"), period=unit("month", date(2026, 1, 1)))
    whole, *parts = rows(layer, why)
    assert whole[2:6] == (4, 0, 4, 1)
    found = {(dimension, value): (now, before) for dimension, value, now, before, *_ in parts}
    assert found == {
        ("city", "A"): (2, 0),
        ("city", "B"): (1, 0),
        ("city", None): (1, 0),
        ("kind", "b"): (3, 0),
        ("kind", "a"): (1, 0),
    }


WRONG: dict[str, tuple[CohortQuery | FunnelQuery | ExplainQuery, str]] = {
    "a group that is not there": (cohorts(by="town"), "unknown_name"),
    "a group of events": (FunnelQuery(metric="way", by="kind"), "unreachable_dimension"),
    "nothing known": (cohorts(measured="call_sizes"), "unknown_name"),
    "a maximum": (cohorts(measured="longest_call"), "not_added_up"),
    "people counted once": (cohorts(measured="callers"), "not_added_up"),
    "a change of places": (
        ExplainQuery(metric="share_of_busiest", period=unit("month", date(2026, 2, 1))),
        "not_decomposable",
    ),
    "a state": (cohorts(measured="headcount"), "unsupported"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_by_its_code(case: str, layer: Layer) -> None:
    query, code = WRONG[case]
    with pytest.raises(QueryError) as raised:
        layer.run(query)
    assert [problem.code for problem in raised.value.problems] == [code]
