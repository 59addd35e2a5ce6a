"""Results that are given again: the same to the byte, to nobody else, and never more of them than may be kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter

from semantic_layer.database.results import KnownResults
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model
from semantic_layer.query.reader import ANONYMOUS, Reader
from semantic_layer.query.requests import FieldFilter, MetricQuery, Request
from semantic_layer.query.result import Column, Label, ResultTable

TODAY = date(2026, 3, 31)
REQUESTS: TypeAdapter[Request] = TypeAdapter(Request)
QUERY = MetricQuery(metrics=("revenue",), group_by=("city",))
SOUTH = Reader("south", (FieldFilter(field="city", values=("A",)),))


def keeping(database: Path, cells: int | None) -> Layer:
    return Layer(
        load_model(Path(__file__).parent / "toy.yaml"), DuckDBEngine(database, threads=1), TODAY, kept_cells=cells
    )


def test_what_was_computed_is_given_again_to_whom_it_is_the_same(toy_database: Path) -> None:
    layer = keeping(toy_database, 1000)
    first = layer.prepare(QUERY)
    table = layer.execute(first)
    again = layer.prepare(QUERY, Reader("another name"))
    assert (first.known, again.known) == (None, table)
    assert layer.execute(again) is table and again.reader.name == "another name"
    assert layer.prepare(QUERY, SOUTH).known is None and layer.run(QUERY, SOUTH) != table
    assert layer.run(QUERY, SOUTH).rows == (("A", 120),)
    assert layer.prepare(QUERY.model_copy(update={"limit": 1})).known is None
    layer.engine.close()


def test_what_is_behind_a_rate_is_given_again_in_the_order_of_each_table(toy_database: Path) -> None:
    layer = keeping(toy_database, 1000)
    query = MetricQuery(metrics=("refund_rate",), group_by=("city",))
    table = layer.run(query)
    (sizes,) = layer.group_sizes(query, table).values()
    south = layer.group_sizes(query, layer.run(query, SOUTH), SOUTH)
    turned = replace(table, rows=table.rows[::-1])
    layer.engine.close()
    assert layer.group_sizes(query, turned)["refund_rate"] == sizes[::-1] and len(set(sizes)) > 1
    assert len(south["refund_rate"]) == 1


def test_values_that_are_equal_in_python_are_not_one_request(toy_database: Path) -> None:
    layer = keeping(toy_database, 1000)
    one = {"kind": "metrics", "metrics": ["revenue"], "filters": [{"field": "people.person_id", "values": [1]}]}
    request = REQUESTS.validate_python(one)
    layer.run(request)
    true = MetricQuery(metrics=("revenue",), filters=(FieldFilter(field="people.person_id", values=(True,)),))
    assert layer.prepare(request).known is not None
    assert layer._key(true, ANONYMOUS) != layer._key(request, ANONYMOUS)
    layer.engine.close()


def test_statements_alone_are_kept_where_no_cells_are(toy_database: Path) -> None:
    layer = keeping(toy_database, 0)
    first = layer.prepare(QUERY)
    rows, again = layer.execute(first).rows, layer.prepare(QUERY, Reader("another name"))
    assert (again.known, again.statement is first.statement, again.reader.name) == (None, True, "another name")
    assert layer.execute(again).rows == rows
    assert layer.prepare(QUERY, SOUTH).statement is not first.statement
    layer.engine.close()


def test_nothing_is_kept_unless_asked_for(toy_database: Path) -> None:
    layer = keeping(toy_database, None)
    first = layer.prepare(QUERY)
    layer.execute(first)
    again = layer.prepare(QUERY)
    assert (again.known, again.statement is first.statement) == (None, False)
    layer.engine.close()


def test_the_oldest_give_way() -> None:
    kept = KnownResults[str](100)
    for name, count in (("a", 10), ("b", 20), ("c", 20)):
        kept.put(name, name, table(count))
    assert kept.get("a") is not None
    kept.put("d", "d", table(24))
    kept.put("e", "e", table(24))
    # 11 + 21 + 25 + 25 cells are within a hundred; b was asked for before all of these
    assert [each for each in "abcde" if kept.get(each) is not None] == ["a", "c", "d", "e"]
    kept.put("large", "large", table(60))
    # its statement is kept all the same
    assert kept.get("large") == ("large", None) and kept.get("e") is not None


def table(rows: int) -> ResultTable:
    """A table of so many rows of one cell."""
    column = Column("n", "metric", "integer", Label("n", "n"))
    return ResultTable((column,), ((1,),) * rows, rows, False, "", "duckdb")
