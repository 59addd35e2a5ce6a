"""A result with what is needed to speak of it: the request, the table, the model's names, today.

Everything that shows a result (sentence, chart, terminal, suggestions) starts from this one value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from chat_service.outcomes import Language
from chat_service.present.dates import grain_word, period_head
from chat_service.present.figures import Scale, scale_of
from chat_service.present.names import Names, part_unit
from semantic_layer import (
    SMALL,
    STANDARD,
    AppliedFilter,
    Column,
    ColumnPart,
    FieldFilter,
    ListQuery,
    MetricQuery,
    Period,
    Phrase,
    Request,
    ResultTable,
    Value,
    blocks,
    known_for_today,
    with_subtotals,
)

_EACH, _BEFORE = Phrase("当{unit}", "the {unit}"), Phrase("前一{unit}", "the {unit} before")
_YEAR_EARLIER = Phrase("上年同期", "a year earlier")
_THIS, _COMPARED = Phrase("本期", "this period"), Phrase("对比期", "compared with")
_WEIGHED = ("percent", "points", "points of 5", "points of 100")  # units of rates and scores: how many are behind one


@dataclass(frozen=True, eq=False)
class Finding:
    """One request and its result. `sizes` are, by metric, how many rows or entities each value is made of."""

    request: Request
    table: ResultTable
    names: Names
    today: date
    filters: tuple[AppliedFilter, ...] = ()
    sizes: Mapping[str, tuple[int | None, ...]] = field(default_factory=dict)

    @property
    def language(self) -> Language:
        return self.names.language

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

    def from_row(self, first: int) -> Finding:
        """The same without the rows before that one."""
        if not first:
            return self
        sizes = {metric: known[first:] for metric, known in self.sizes.items()}
        return replace(self, table=replace(self.table, rows=self.table.rows[first:]), sizes=sizes)

    @property
    def with_subtotals(self) -> Finding:
        """The same with its subtotals among the rows, as tables show them; sentences and drawings are of the groups."""
        if not self.table.subtotals:
            return self
        places = [place for place, _, _ in blocks(self.table)]
        sizes = {
            metric: tuple(None if place is None else known[place] for place in places)
            for metric, known in self.sizes.items()
        }
        return replace(self, table=with_subtotals(self.table), sizes=sizes)

    def scale(self, *columns: Column, scaled: bool = True) -> Scale:
        """How the numbers of columns of one unit are written, so that all have one scale."""
        first = columns[0]
        values = [value for column in columns for value in self.values(column)]
        is_change = first.part == "change"
        return scale_of(values, part_unit(first), self.language, first.format, is_change=is_change, scaled=scaled)

    def say(self, phrase: Phrase, **parts: object) -> str:
        """A sentence in the language of the result."""
        return self.names.say(phrase, **parts)

    @property
    def previous(self) -> Column | None:
        """The first metric's value in the other period, where one is compared with."""
        return next((c for c in self.table.columns if c.part == "previous"), None)

    @property
    def period_names(self) -> tuple[str, str]:
        """What the two periods of a comparison are called: each by its name, in a course of time by how far back."""
        compare, time = self.request.compare, self.time
        if self.compares_rows and compare is not None:
            fields = {each.field for each in compare.filters}
            own = [f for f in self.request.filters if isinstance(f, FieldFilter) and f.field in fields]
            return self._side(own), self._side(compare.filters)
        if time is not None and compare is not None and compare.to == "previous":
            grain = time.grain or ""
            unit = grain_word(grain, self.language) if grain in STANDARD else self.names.column(time)
            return self.say(_EACH, unit=unit), self.say(_BEFORE, unit=unit)
        now = period_head(self.table.period, self.today, self.language)
        before = period_head(self.table.previous_period, self.today, self.language)
        if not now or not before or now == before:
            return self.say(_THIS), self.say(_COMPARED)
        return now, before

    @property
    def compares_rows(self) -> bool:
        """Whether other rows of the same time are compared with, and not another time."""
        return self.request.compare is not None and bool(self.request.compare.filters)

    def _side(self, filters: Sequence[FieldFilter]) -> str:
        """One of two sides by the values that tell it: `官网`, `web`."""
        names = self.names
        return names.listed(names.code(names.field(each.field), value) for each in filters for value in each.values)

    @property
    def other_period(self) -> str:
        """What a value is compared with: a period by its name, in a course of time how far back."""
        compare = self.request.compare
        if self.time is not None and compare is not None and compare.to == "year":
            return self.say(_YEAR_EARLIER)
        return self.period_names[1]

    @property
    def weighed(self) -> tuple[str, ...]:
        """The rates and scores by groups, of which it matters how many are behind each."""
        is_by_groups = isinstance(self.request, MetricQuery) and bool(self.groups)
        return tuple(c.metric for c in self.metrics if is_by_groups and c.metric is not None and c.unit in _WEIGHED)

    def shown_sizes(self, column: Column) -> tuple[int | None, ...]:
        """How many are behind each value of a rate by groups; empty for anything else."""
        is_weighed = column.part == "value" and column.unit in _WEIGHED
        return self.sizes.get(column.metric or column.name, ()) if is_weighed else ()

    def is_small(self, row: int, column: Column) -> bool:
        """Whether so few are behind a value that it says little."""
        sizes = self.sizes.get(column.metric or column.name, ())
        size = sizes[row] if row < len(sizes) else None
        return size is not None and size < SMALL and self.cell(row, column) is not None
