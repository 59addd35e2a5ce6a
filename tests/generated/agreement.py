"""Whether two answers are the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, time

from semantic_layer.query.result import ResultTable, Value

Row = Sequence[Value]


def same(one: Value, other: Value) -> bool:
    """Equality of values; numbers within what sums of fractions may differ by."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return _instant(one) == _instant(other)


def _instant(value: Value) -> Value:
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time())
    return value


def same_rows(one: Sequence[Row], other: Sequence[Row]) -> bool:
    """The same rows in the same order."""
    pairs = zip(one, other, strict=False)
    return len(one) == len(other) and all(
        len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True)) for a, b in pairs
    )


def by_group(table: ResultTable) -> dict[Row, dict[str, Value]]:
    """The rows of a table by its group columns, without those columns; no group stands twice."""
    keys = [index for index, column in enumerate(table.columns) if column.role == "dimension"]
    found: dict[Row, dict[str, Value]] = {}
    for row in table.rows:
        group = tuple(row[index] for index in keys)
        assert group not in found, f"{group} stands twice\n{table.sql}"
        found[group] = {c.name: row[i] for i, c in enumerate(table.columns) if i not in keys}
    return found


def in_order(table: ResultTable) -> list[Row]:
    """The rows sorted by their groups, for tables whose own order is not the point."""
    keys = [index for index, column in enumerate(table.columns) if column.role == "dimension"]
    return sorted(table.rows, key=lambda row: [(row[i] is None, str(row[i])) for i in keys])


def total(table: ResultTable, column: str) -> float:
    """The sum of a column."""
    return float(sum(value for value in table.column(column) if isinstance(value, int | float)))
