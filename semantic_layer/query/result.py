"""What a request comes back as: columns with role, unit and label, and rows of plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pydantic import Field

from semantic_layer.query.cautions import Caution
from semantic_layer.query.parts import Frozen
from semantic_layer.time.periods import Period

Value = None | bool | int | float | str | date | datetime
ColumnRole = Literal["dimension", "metric", "comparison"]
ColumnType = Literal["text", "integer", "number", "boolean", "date", "timestamp"]
ColumnPart = Literal["value", "previous", "change", "change_pct", "share", "cumulative"]


@dataclass(frozen=True)
class Label:
    """A name for people, in Chinese and in English."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """The name in `zh` or `en`; any other language reads English."""
        return {"zh": self.zh}.get(language, self.en)


class Format(Frozen):
    """How the numbers of a metric are written, in tables, sentences, drawings and files: always with so many
    `decimals`, amounts then in full. `compact: true` shortens them in both languages (1.2M, 120万), as many together as
    have one scale; `false` never does. An amount of money has the `symbol` or the `code` of its `currency`. What is not
    said is as the unit and the language have it: a fraction is told in percent by `unit: percent`, money by its code.
    """

    decimals: int | None = Field(default=None, ge=0, le=6)
    compact: bool | None = None
    currency: Literal["symbol", "code"] | None = None


AS_USUAL = Format()


@dataclass(frozen=True)
class Column:
    """One column. A metric's is named by its id, a time bucket's by its grain, a comparison's `<metric>__<part>`.

    `metric` is the id of the metric that a metric or comparison column comes from; `unit` is the metric's
    (`count`, `CNY`, `percent`, ...: a percent is held as a fraction); `grain` is set on time buckets, whose values
    are the date of their first day (with units of the clock, the moment at which they begin). `field` is the
    `dataset.field` that a dimension column shows, whose coded values have labels in the model; `value_labels` names
    values that no field holds (the steps of a funnel).
    """

    name: str
    role: ColumnRole
    type: ColumnType
    label: Label
    unit: str | None = None
    metric: str | None = None
    part: ColumnPart = "value"
    grain: str | None = None
    field: str | None = None
    is_sensitive: bool = False
    value_labels: tuple[tuple[str | bool, Label], ...] = ()
    format: Format = AS_USUAL


@dataclass(frozen=True)
class ResultTable:
    """Rows of a request, in order, with what a reader must know to trust them.

    `total_rows` counts the rows before any limit; `truncated` says that a limit the asker did not name cut them.
    `period` and `previous_period` are what was used, absolute; `incomplete` holds the first days of buckets that
    the period's end or today cuts off; `tied_at_limit` says that a row beyond an asked limit equals the last one
    shown; `cautions` are what else is to be said of it. Numbers are int or float (decimals become float), dates are
    date. `subtotals` are rows of the same columns by none of the groups, by the first, the first two, and so on, with
    null where they tell nothing; `with_subtotals` puts them in place.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    total_rows: int
    truncated: bool
    sql: str
    dialect: str
    period: Period | None = None
    previous_period: Period | None = None
    incomplete: tuple[date, ...] = ()
    tied_at_limit: bool = False
    cautions: tuple[Caution, ...] = ()
    subtotals: tuple[tuple[tuple[Value, ...], ...], ...] = ()

    def column(self, name: str) -> tuple[Value, ...]:
        """The values of the column of that name, in row order; KeyError if there is none."""
        for index, column in enumerate(self.columns):
            if column.name == name:
                return tuple(row[index] for row in self.rows)
        raise KeyError(name)
