"""What tests of engines ask: whether two give the same, which problems there are, rows as a case writes them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime

import pytest
from pydantic import TypeAdapter

from semantic_layer.database.prepared import Prepared
from semantic_layer.engines.protocol import Engine
from semantic_layer.errors import EngineError, QueryError
from semantic_layer.layer import Layer
from semantic_layer.query.requests import Request
from semantic_layer.query.result import ResultTable, Value
from semantic_layer.query.subtotals import with_subtotals

REQUESTS: TypeAdapter[Request] = TypeAdapter(Request)


def check_case(case: Mapping[str, object], layer: Layer) -> None:
    """The rows, and the columns' types, that the case says."""
    query = case["query"]
    assert isinstance(query, dict)
    table = with_subtotals(layer.run(REQUESTS.validate_python({"kind": "metrics", **query})))
    found = [tuple(plain(value) for value in row) for row in table.rows]
    rows = case["rows"]
    assert isinstance(rows, list)
    wanted = [tuple(plain(value) for value in row) for row in rows]
    if case.get("ordered"):
        assert found == wanted, table.sql
    else:
        assert sorted(found, key=str) == sorted(wanted, key=str), table.sql
    if "total_rows" in case:
        assert table.total_rows == case["total_rows"]
    if "types" in case:
        assert [column.type for column in table.columns] == case["types"]


def check_agree(layer: Layer, reference: Layer, query: Request) -> None:
    """The same rows, or the same problems."""
    one, other = ready(layer, query), ready(reference, query)
    if isinstance(one, Prepared) and isinstance(other, Prepared):
        check_rows(layer.execute(one), reference.execute(other))
    else:
        assert one == other


def check_same(layer: Layer, reference: Layer, query: Request) -> None:
    """The same rows, in whatever order equal ones come."""
    check_rows(layer.run(query), reference.run(query))


def check_rows(found: ResultTable, wanted: ResultTable) -> None:
    """The same rows, in whatever order equal ones come."""
    assert found.total_rows == wanted.total_rows, found.sql
    assert [column.type for column in found.columns] == [column.type for column in wanted.columns]
    if wanted.truncated:
        # which of equal rows come first is no engine's promise
        return
    for one, other in zip(_in_order(found), _in_order(wanted), strict=True):
        assert all(equal(a, b) for a, b in zip(one, other, strict=True)), (one, other, found.sql)


def codes(engine: Engine, sql: str) -> list[str]:
    """The problems with which the engine meets a statement."""
    with pytest.raises(EngineError) as raised:
        engine.run(sql)
    return [problem.code for problem in raised.value.problems]


def ready(layer: Layer, query: Request) -> Prepared | list[str]:
    """What would be run, or the problems of the request."""
    try:
        return layer.prepare(query)
    except QueryError as error:
        return [problem.code for problem in error.problems]


def equal(one: Value, other: Value) -> bool:
    """Whether two values are the same, numbers but for the last digits."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return type(one) is type(other) and one == other


def plain(value: Value) -> Value:
    """A value as YAML holds it."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return round(float(value), 6)


def _in_order(table: ResultTable) -> list[tuple[Value, ...]]:
    keys = [index for index, column in enumerate(table.columns) if column.role == "dimension"]
    return sorted(table.rows, key=lambda row: [str(row[index]) for index in keys])
