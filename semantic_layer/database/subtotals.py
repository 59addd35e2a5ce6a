"""A result with the subtotals that were run beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from semantic_layer.database.prepared import Prepared
from semantic_layer.errors import QueryError
from semantic_layer.query.cautions import SubtotalsOfAll
from semantic_layer.query.problems import TooManyCells
from semantic_layer.query.requests import MetricQuery
from semantic_layer.query.result import Column, ResultTable
from semantic_layer.query.subtotals import Row


def with_levels(found: ResultTable, prepared: Prepared, levels: Sequence[ResultTable]) -> ResultTable:
    """The result with the rows of its outer levels, the whole first, under its own columns. Raises QueryError
    (`too_many_cells`) where a level has more groups than are read."""
    for each in levels:
        if each.total_rows > len(each.rows):
            raise QueryError(TooManyCells("subtotals", each.total_rows, len(each.rows), "subtotals"))
    asked = prepared.request
    chooses = isinstance(asked, MetricQuery) and bool(asked.having or asked.keep)
    told = (SubtotalsOfAll("subtotals"),) if chooses or found.total_rows > len(found.rows) else ()
    more = (*found.cautions, *(caution for each in levels for caution in each.cautions), *told)
    rows = tuple(tuple(_under(found.columns, each)) for each in levels)
    return replace(found, subtotals=rows, cautions=tuple(dict.fromkeys(more)))


def _under(columns: Sequence[Column], level: ResultTable) -> Iterator[Row]:
    """The rows of a level under the columns of all groups; what it does not tell is nothing."""
    places = {column.name: place for place, column in enumerate(level.columns)}
    for row in level.rows:
        yield tuple(row[places[column.name]] if column.name in places else None for column in columns)
