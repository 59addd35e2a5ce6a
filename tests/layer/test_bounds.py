"""What bounds a result: what the reader may see, a limit and its ties, units not over yet, cells counted before."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.errors import QueryError
from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model
from semantic_layer.query.problems import TooManyCells
from semantic_layer.query.reader import Reader
from semantic_layer.query.requests import FieldFilter, ListQuery, MetricQuery, Period, Request

REQUESTS: TypeAdapter[Request] = TypeAdapter(Request)


TOY = Path(__file__).parent / "toy.yaml"


def test_a_policy_is_part_of_every_request(toy: Layer) -> None:
    reader = Reader("south", (FieldFilter(field="city", values=("A",), origin="policy"),))
    assert toy.run(MetricQuery(metrics=("revenue",)), reader).rows == ((120,),)
    assert [f.origin for f in toy.prepare(MetricQuery(metrics=("members",)), reader).filters] == ["policy"]
    listed = toy.run(REQUESTS.validate_python({"kind": "list"}), reader)
    assert listed.total_rows == 2
    with pytest.raises(QueryError):
        toy.prepare(MetricQuery(metrics=("revenue",)), Reader("lost", (FieldFilter(field="product", values=("x",)),)))


def test_the_policy_of_a_reader_cannot_be_widened(toy: Layer) -> None:
    reader = Reader("south", (FieldFilter(field="city", values=("A",), origin="policy"),))
    query = MetricQuery(metrics=("members",), filters=(FieldFilter(field="city", values=("B",)),))
    assert toy.run(query, reader).rows == ((0,),)


def test_a_query_may_be_cut_and_says_so(toy_database: Path) -> None:
    engine = DuckDBEngine(toy_database)
    layer = Layer(load_model(TOY), engine, date(2026, 3, 31), max_rows=2)
    table = layer.run(MetricQuery(metrics=("revenue",), group_by=("city",)))
    assert (len(table.rows), table.total_rows, table.truncated) == (2, 3, True)
    asked = layer.run(MetricQuery(metrics=("revenue",), group_by=("city",), limit=2))
    assert (len(asked.rows), asked.total_rows, asked.truncated) == (2, 3, False)
    engine.close()


def test_a_tie_at_the_limit_is_told(toy: Layer) -> None:
    query = MetricQuery(
        metrics=("orders",),
        group_by=("person_id",),
        order_by=({"column": "orders", "descending": True},),
        limit=1,
    )
    table = toy.run(query)
    assert table.rows == ((1, 3),)
    assert table.tied_at_limit


def test_unfinished_periods_are_marked_and_compared_like_for_like(toy_database: Path) -> None:
    engine = DuckDBEngine(toy_database)
    layer = Layer(load_model(TOY), engine, date(2026, 3, 15))
    march = Period(date(2026, 3, 1), date(2026, 4, 1), "month")
    table = layer.run(MetricQuery(metrics=("revenue",), period=march, compare={"to": "previous"}))
    assert table.rows[0][:2] == (130, 30)
    assert str(table.previous_period) == "2026-02-01/2026-02-16"
    trend = layer.run(
        MetricQuery(metrics=("revenue",), group_by=("month",), period=Period(date(2026, 2, 1), date(2026, 4, 1)))
    )
    assert trend.incomplete == (date(2026, 3, 1),)
    engine.close()


def test_a_result_is_measured_before_it_runs(toy_database: Path) -> None:
    engine = DuckDBEngine(toy_database)
    layer = Layer(load_model(TOY), engine, date(2026, 3, 31), max_cells=400)
    period = Period(date(2026, 1, 1), date(2026, 4, 1))
    # 90 days of the values A, B and none: 270; with the channels app, web and none beside them up to 810, and 7 in fact
    assert layer.run(MetricQuery(metrics=("orders",), group_by=("city", "day"), period=period)).total_rows == 270
    with pytest.raises(QueryError) as found:
        layer.run(MetricQuery(metrics=("orders",), group_by=("city", "channel", "day"), period=period))
    (problem,) = found.value.problems
    assert isinstance(problem, TooManyCells)
    assert problem.made == "city (3) × channel (3) × day (90) × columns (1)"
    january = Period(date(2026, 1, 1), date(2026, 2, 1))
    few = layer.run(MetricQuery(metrics=("orders",), group_by=("person_id", "city", "channel", "day"), period=january))
    assert few.total_rows == 2 * 31, "what cannot be ruled out by the values is counted: one customer, two channels"
    with pytest.raises(QueryError) as wide:
        layer.run(ListQuery(columns=("city",), limit=1000))
    assert [each.code for each in wide.value.problems] == ["too_many_cells"]
    engine.close()
