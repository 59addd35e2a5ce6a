"""What follows an event on every engine: rows added up by hand; what is wrong with a request is told by code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from semantic_layer.engines.duckdb import DuckDBWriter
from semantic_layer.engines.opening import open_engine
from semantic_layer.errors import QueryError
from semantic_layer.layer import Layer
from semantic_layer.query.reader import Reader
from semantic_layer.query.requests import Deed, FieldFilter, FollowsQuery, MetricFilter, PathQuery
from semantic_layer.query.result import Value
from semantic_layer.time.periods import unit
from tests.engines.conftest import ENGINES
from tests.engines.loop_tables import LOOP_MODEL, LOOP_TABLES

TEN = Deed(metric="deeds", within=10)
LATER = Deed(metric="deeds", after=3, within=10)


@pytest.fixture(scope="module")
def loop_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("loop") / "loop.duckdb"
    with DuckDBWriter(path) as writer:
        writer.execute(LOOP_TABLES)
    return path


@pytest.fixture(scope="module", params=ENGINES)
def layer(request: pytest.FixtureRequest, placed: Callable[[str, str, Path], str], loop_file: Path) -> Iterator[Layer]:
    engine = open_engine(placed(request.param, "loop", loop_file))
    yield Layer(LOOP_MODEL, engine, date(2026, 3, 31))
    engine.close()


def counted(layer: Layer, query: FollowsQuery, reader: Reader | None = None) -> list[tuple[Value, ...]]:
    """Of each group: its events, how many were followed, and how many are not over yet."""
    table = layer.run(query) if reader is None else layer.run(query, reader)
    keys = [table.columns[0].name] if table.columns[0].role == "dimension" else []
    return list(zip(*(table.column(name) for name in (*keys, "events", "followed", "pending")), strict=True))


def test_a_deed_at_the_very_instant_does_not_follow_and_one_after_just_ten_days_does(layer: Layer) -> None:
    # call 1 with one deed at 10 days sharp, call 2 with one a minute too late, call 4 with two; call 3 is not over
    assert counted(layer, FollowsQuery(event="calls", then=TEN)) == [(3, 2, 1)]
    assert counted(layer, FollowsQuery(event="calls", then=TEN, negated=True)) == [(3, 1, 1)]
    assert counted(layer, FollowsQuery(event="calls", then=TEN, average=True)) == [(3, 3, 1)]
    assert counted(layer, FollowsQuery(event="calls", then=LATER)) == [(3, 1, 1)]


def test_the_days_until_the_deed_are_told_where_they_are_asked_for(layer: Layer) -> None:
    def days(query: FollowsQuery) -> list[Value]:
        table = layer.run(query)
        told = [column.name for column in table.columns if column.unit == "days"]
        assert told == ["days_median", "days_quarter", "days_three_quarters", "days_mean"]
        return [table.column(name)[0] for name in told]

    # 10 days sharp after call 1, 14 hours after call 4; of visits only the day is known: after 10 and 11 of them
    one, other = 10.0, 14 / 24
    apart = one - other
    waited = [other + apart / 2, other + apart / 4, one - apart / 4, (one + other) / 2]
    assert days(FollowsQuery(event="calls", then=TEN, times=True)) == pytest.approx(waited)
    visits = FollowsQuery(event="calls", then=Deed(metric="visits", within=11), times=True)
    assert days(visits) == pytest.approx([10.5, 10.25, 10.75, 10.5])


def test_entities_are_counted_once_however_often_it_happened_to_them(layer: Layer) -> None:
    # each deed with another within ten days: the first two of person 1, the first of 2, the first of 4
    table = layer.run(FollowsQuery(event="deeds", then=TEN))
    assert (table.column("events"), table.column("followed"), table.column("people")) == ((7,), (4,), (3,))


def test_events_are_told_apart_by_what_they_are(layer: Layer) -> None:
    assert counted(layer, FollowsQuery(event="calls", then=TEN, by="kind")) == [("a", 1, 1, 1), ("b", 2, 1, 0)]
    assert counted(layer, FollowsQuery(event="calls", then=TEN, by="city")) == [("B", 1, 1, 1), ("A", 2, 1, 0)]
    # 10 is the model's own bound; call 4 has no size
    by_size = FollowsQuery(event="calls", then=TEN, by="calls.size")
    assert counted(layer, by_size) == [("< 10", 1, 1, 0), ("≥ 10", 1, 0, 1), (None, 1, 1, 0)]
    assert counted(layer, by_size.model_copy(update={"bands": (6.0, 30.0)})) == [
        ("< 6", 1, 1, 0),
        ("6 – 30", 1, 0, 1),
        (None, 1, 1, 0),
    ]


def test_events_are_told_apart_by_when_they_happened(layer: Layer) -> None:
    table = counted(layer, FollowsQuery(event="calls", then=TEN, by="month"))
    assert table == [(date(2026, 1, 1), 3, 2, 0), (date(2026, 3, 1), 0, 0, 1)]


def test_those_that_meet_conditions_are_set_against_the_others(layer: Layer) -> None:
    large = FieldFilter(field="calls.size", op=">", values=(10,))
    query = FollowsQuery(event="calls", then=TEN, those=(large,))
    assert counted(layer, query) == [("those", 1, 0, 1), ("others", 1, 1, 0), (None, 1, 1, 0)]
    assert layer.run(query).column("difference") == (-1.0, 1.0, None)
    often = MetricFilter(metric="deeds", op=">=", values=(3,))
    assert counted(layer, FollowsQuery(event="calls", then=TEN, those=(often,))) == [
        ("those", 1, 1, 0),
        ("others", 2, 1, 1),
    ]


def test_events_are_told_apart_by_another_deed_after_them(layer: Layer) -> None:
    soon = FollowsQuery(event="calls", then=LATER, did=Deed(metric="deeds", within=2))
    assert counted(layer, soon) == [("those", 1, 0, 0), ("others", 2, 1, 1)]
    assert "windows_overlap" not in [each.code for each in layer.run(soon).cautions]
    overlapping = FollowsQuery(event="calls", then=TEN, did=Deed(metric="deeds", within=2))
    assert "windows_overlap" in [each.code for each in layer.run(overlapping).cautions]


def test_where_only_a_day_is_known_days_are_counted(layer: Layer) -> None:
    # a visit on the day of the call does not follow it, one ten days after does, one eleven days after does not
    assert counted(layer, FollowsQuery(event="calls", then=Deed(metric="visits", within=10))) == [(3, 1, 1)]
    assert counted(layer, FollowsQuery(event="calls", then=Deed(metric="visits", within=11))) == [(3, 2, 1)]


def test_filters_periods_and_policies_choose_the_events(layer: Layer) -> None:
    january = unit("month", date(2026, 1, 1))
    one = (FieldFilter(field="kind", values=("b",)),)
    assert counted(layer, FollowsQuery(event="calls", then=TEN, period=january, filters=one)) == [(2, 1, 0)]
    reader = Reader("r", policies=(FieldFilter(field="city", values=("A",), origin="policy"),))
    assert counted(layer, FollowsQuery(event="calls", then=TEN), reader) == [(2, 1, 0)]


WRONG = {
    "an event that is not there": (FollowsQuery(event="call", then=TEN), "unknown_name"),
    "a deed that is not there": (FollowsQuery(event="calls", then=Deed(metric="deed", within=1)), "unknown_name"),
    "a state": (FollowsQuery(event="headcount", then=TEN), "unsupported"),
    "a value of events": (FollowsQuery(event="longest_call", then=TEN), "unsupported"),
    "bands of no number": (FollowsQuery(event="calls", then=TEN, by="kind", bands=(1,)), "not_numbers"),
    "a group that is not there": (FollowsQuery(event="calls", then=TEN, by="king"), "unknown_name"),
    "a group out of reach": (FollowsQuery(event="visits", then=TEN, by="kind"), "unreachable_dimension"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_by_its_code(case: str, layer: Layer) -> None:
    query, code = WRONG[case]
    with pytest.raises(QueryError) as raised:
        layer.run(query)
    assert [problem.code for problem in raised.value.problems] == [code]


@pytest.mark.parametrize(
    "wrong",
    [
        {"by": "kind", "those": ({"field": "kind", "values": ("a",)},)},
        {"bands": (1,)},
        {"by": "calls.size", "bands": (2, 1)},
        {"negated": True, "average": True},
        {"then": {"metric": "deeds", "after": 5, "within": 5}},
    ],
)
def test_a_request_that_makes_no_sense_is_none(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="Value error"):
        FollowsQuery.model_validate({"event": "calls", "then": {"metric": "deeds", "within": 5}, **wrong})


def test_what_is_done_next_is_the_first_step_after_each_event(layer: Layer) -> None:
    # call 1: a deed after 240 hours; call 2: a visit on the tenth day, a minute before a deed; call 4: a deed after 14
    query = PathQuery(event="calls", among=("deeds", "visits"))
    table = layer.run(query)
    rows = list(zip(*(table.column(name) for name in ("step", "events", "median_hours")), strict=True))
    assert rows == [("deeds", 2, 127), ("visits", 1, 240)]
    assert table.column("share") == pytest.approx((2 / 3, 1 / 3))
    assert [each.code for each in table.cautions] == ["not_over_yet"]
    # within two days only call 4 has a next step, and call 3 has had its days
    soon = layer.run(query.model_copy(update={"within": 2}))
    assert list(zip(soon.column("step"), soon.column("events"), strict=True)) == [("deeds", 1), (None, 3)]


def test_a_next_step_of_nothing_known_is_a_problem(layer: Layer) -> None:
    for query in (PathQuery(event="calls"), PathQuery(event="call"), PathQuery(event="calls", among=("deed",))):
        with pytest.raises(QueryError) as raised:
            layer.run(query)
        assert {problem.code for problem in raised.value.problems} == {"unknown_name"}
