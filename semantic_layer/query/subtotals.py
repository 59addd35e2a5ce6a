"""Rows of coarser groups beside those of a result: each under the rows that it holds, the whole last."""

from __future__ import annotations

from dataclasses import replace

from semantic_layer.query.result import Column, Label, ResultTable, Value

LEVEL = Column("subtotal_level", "dimension", "integer", Label("层级", "level"))
Row = tuple[Value, ...]
Told = tuple[int | None, int, Row]


def blocks(table: ResultTable) -> tuple[Told, ...]:
    """The rows in blocks of their outer groups, which stand in the order that they have among themselves: the place
    of each among the table's own, None for a subtotal; of how many of the groups it is; and the row."""
    count = len(table.subtotals)
    found: list[tuple[Row, list[Told]]] = [(row[:count], [(at, count, row)]) for at, row in enumerate(table.rows)]
    for level in reversed(range(count)):
        inner: dict[Row, list[Told]] = {}
        for key, rows in found:
            inner.setdefault(key[:level], []).extend(rows)
        told = [row for row in table.subtotals[level] if row[:level] in inner]
        found = [(row[:level], [*inner.pop(row[:level]), (None, level, row)]) for row in told]
    return tuple(each for _, rows in found for each in rows)


def with_subtotals(table: ResultTable) -> ResultTable:
    """The table with its subtotals among its rows, and a column after the groups that says of how many of these each
    row is: of all, of some (a subtotal, without the others), or of none (the whole). Itself where it has none."""
    count = len(table.subtotals)
    if not count:
        return table
    rows = tuple((*row[:count], level, *row[count:]) for _, level, row in blocks(table))
    columns = (*table.columns[:count], LEVEL, *table.columns[count:])
    return replace(table, columns=columns, rows=rows, subtotals=())
