"""A result with what is needed to speak of it: the request, the table, the model's names, today.

Everything that shows a result (sentence, chart, terminal, suggestions) starts from this one value.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from chat_service.outcomes import Language
from chat_service.present.names import Names
from semantic_layer import (
    AppliedFilter,
    Column,
    ColumnPart,
    ListQuery,
    MetricQuery,
    Period,
    Request,
    ResultTable,
    Value,
    known_for_today,
)


@dataclass(frozen=True, eq=False)
class Finding:
    """One request and its result."""

    request: Request
    table: ResultTable
    names: Names
    today: date
    filters: tuple[AppliedFilter, ...] = ()

    @property
    def language(self) -> Language:
        return self.names.language

    @property
    def is_zh(self) -> bool:
        return self.names.language == "zh"

    @property
    def groups(self) -> tuple[Column, ...]:
        """The group columns, the time bucket among them."""
        return tuple(column for column in self.table.columns if column.role == "dimension")

    @property
    def time(self) -> Column | None:
        """The time bucket's column."""
        return next((column for column in self.groups if column.grain is not None), None)

    @property
    def categories(self) -> tuple[Column, ...]:
        """The group columns that are not time."""
        return tuple(column for column in self.groups if column.grain is None)

    @property
    def metrics(self) -> tuple[Column, ...]:
        """The columns of the metrics' own values."""
        return tuple(c for c in self.table.columns if c.role == "metric" and c.part == "value")

    @property
    def is_list(self) -> bool:
        return isinstance(self.request, ListQuery)

    @property
    def is_course(self) -> bool:
        """Whether the rows are a course of time: every bucket in order, not a ranking or a choice of buckets."""
        if self.time is None or not self.metrics or not isinstance(self.request, MetricQuery):
            return False
        by_time = all(order.column in [group.name for group in self.groups] for order in self.request.order_by)
        return by_time and not self.request.having and self.request.limit is None

    @property
    def is_all_stock(self) -> bool:
        """Whether every metric is a state at an instant, or known as of today only: a period has no beginning."""
        model = self.names.model
        known = [model.metrics.get(column.metric or "") for column in self.metrics]
        return bool(known) and all(
            each is not None and (each.is_stock or all(known_for_today(each, model))) for each in known
        )

    @property
    def period(self) -> Period | None:
        """The period as it was asked for, which may reach past today; else the one that was used."""
        return self.request.period or self.table.period

    def part(self, metric: str, part: ColumnPart) -> Column | None:
        """The column of that part of a metric, if the result has it."""
        return next((c for c in self.table.columns if c.metric == metric and c.part == part), None)

    def values(self, column: Column) -> tuple[Value, ...]:
        """A column's values in row order."""
        return self.table.column(column.name)

    def numbers(self, column: Column) -> tuple[float | None, ...]:
        """A column's values as numbers; what is not a number is None."""
        return tuple(
            value if isinstance(value, int | float) and not isinstance(value, bool) else None
            for value in self.values(column)
        )

    def group_name(self, row: int, columns: tuple[Column, ...] | None = None) -> str:
        """The group of a row in words: `华东·APP`."""
        chosen = self.groups if columns is None else columns
        return "·".join(self.names.value(column, self.cell(row, column)) for column in chosen)

    def cell(self, row: int, column: Column) -> Value:
        """The raw value of one row in one column."""
        return self.table.rows[row][self.table.columns.index(column)]
