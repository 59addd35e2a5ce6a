"""Subtotals of every metric, whatever its kind: what each row is, what is told of it, and what is refused."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.errors import QueryError
from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model
from semantic_layer.query.reader import ANONYMOUS, Reader
from semantic_layer.query.requests import FieldFilter, MetricQuery
from semantic_layer.query.result import ResultTable, Value
from semantic_layer.query.subtotals import LEVEL, with_subtotals
from semantic_layer.time.periods import Period

HERE = Path(__file__).parent
MODEL = load_model(HERE / "toy.yaml")
QUARTER = Period(date(2026, 1, 1), date(2026, 4, 1))
SOUTH = Reader("south", (FieldFilter(field="city", values=("A",)),))
LEVELS = (("city", "channel"), ("month", "city"), ("city", "month"), ("product",))
GROUPED = [
    (name, groups)
    for name, groups in product(MODEL.metrics, LEVELS)
    if all(group == "month" or MODEL.can_group(name, group) for group in groups)
]


@cache
def ran(layer: Layer, query: MetricQuery) -> ResultTable | frozenset[str]:
    """The rows of a query, or its problems; of one that several have as a level once."""
    try:
        return layer.run(query)
    except QueryError as error:
        return frozenset(each.code for each in error.problems)


def codes(layer: Layer, query: MetricQuery) -> frozenset[str]:
    """The problems of a query; none where it runs."""
    found = ran(layer, query)
    return frozenset() if isinstance(found, ResultTable) else found


def rows(layer: Layer, query: MetricQuery, reader: Reader = ANONYMOUS) -> Counter[tuple[Value, ...]]:
    """The rows with subtotals, in any order."""
    return Counter(with_subtotals(layer.run(query, reader)).rows)


@pytest.mark.parametrize(("metric", "groups"), GROUPED)
def test_each_level_has_the_rows_that_it_has_by_itself(metric: str, groups: tuple[str, ...], toy: Layer) -> None:
    query = MetricQuery(metrics=(metric,), group_by=groups, period=QUARTER, subtotals=True)
    levels = [
        query.model_copy(update={"group_by": groups[:count], "subtotals": False}) for count in range(len(groups) + 1)
    ]
    of_levels, table, place = [ran(toy, each) for each in levels], ran(toy, query), len(groups)
    if not isinstance(table, ResultTable):
        refused = frozenset().union(*(codes(toy, each) for each in levels))
        assert table and table <= refused
        return
    found = with_subtotals(table).rows
    outer = {row[:count] for row in found if row[place] == place for count in range(place + 1)}
    for count, level in enumerate(of_levels):
        assert isinstance(level, ResultTable)
        told = Counter((*row[:count], *row[place + 1 :]) for row in found if row[place] == count)
        assert told == Counter(row for row in level.rows if row[:count] in outer)


def test_a_group_without_a_name_is_no_subtotal(toy: Layer) -> None:
    table = toy.run(MetricQuery(metrics=("orders",), group_by=("city",), subtotals=True))
    assert (table.total_rows, len(table.rows), [len(each) for each in table.subtotals]) == (3, 3, [1])
    told = with_subtotals(table)
    assert [column.name for column in told.columns] == ["city", LEVEL.name, "orders"]
    assert told.rows[-2:] == ((None, 1, 1), (None, 0, 8))
    assert with_subtotals(told) is told
    assert table.sql.count(";\n\n") == 1, "a statement for each level"


def test_rows_that_are_left_out_are_told_to_be_in_it(toy: Layer, toy_database: Path) -> None:
    query = MetricQuery(metrics=("revenue",), group_by=("city",), subtotals=True)
    of_all = [
        query.model_copy(update={"limit": 1}),
        query.model_copy(update={"keep": (FieldFilter(field="city", values=("A",)),)}),
    ]
    assert all([each.code for each in toy.run(query).cautions] == ["subtotals_of_all"] for query in of_all)
    assert not toy.run(query).cautions and not toy.run(query.model_copy(update={"limit": 9})).cautions
    engine = DuckDBEngine(toy_database)
    cut = Layer(MODEL, engine, date(2026, 3, 31), max_rows=2).run(query)
    assert cut.truncated and [each.code for each in cut.cautions] == ["subtotals_of_all"]
    assert with_subtotals(cut).rows == (("B", 1, 200), ("A", 1, 120), (None, 0, 410))
    engine.close()


def test_a_reader_is_told_of_no_more_than_their_rows(toy: Layer) -> None:
    query = MetricQuery(metrics=("revenue",), group_by=("city", "channel"), subtotals=True)
    told = {("A", "app", 2, 80): 1, ("A", "web", 2, 40): 1, ("A", None, 1, 120): 1, (None, None, 0, 120): 1}
    assert rows(toy, query, SOUTH) == told


def test_what_has_no_subtotals_is_refused(toy: Layer, monkeypatch: pytest.MonkeyPatch) -> None:
    query = MetricQuery(metrics=("revenue",), group_by=("city", "channel"), subtotals=True)
    refused = {
        "no_subtotals": MetricQuery(metrics=("revenue",), subtotals=True),
        "rank_needs_group": MetricQuery(metrics=("revenue_place",), group_by=("city",), subtotals=True),
        "unknown_name": query.model_copy(update={"group_by": ("citty",)}),
    }
    assert all(codes(toy, each) == {code} for code, each in refused.items())
    monkeypatch.setattr("semantic_layer.resolve.subtotals.MOST", 2)
    assert codes(toy, query) == {"too_many_cells"}, "three cities, two are read"
