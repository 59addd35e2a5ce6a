"""Parts of a time as dimensions: the weekday, the month of the year, the hour of the day; and times cut to a grain.

Of the time at which a metric happens, a part is a group of its own (`group_by: [day_of_week]`); of any other time it is
asked for by that time's name, `joined_at__month_of_year`, and a time is cut to a grain likewise, `joined_at__month`.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Literal, get_args

from sqlglot import exp

from semantic_layer.model.definitions import FieldDefinition, FieldType
from semantic_layer.model.model import Field
from semantic_layer.query.result import Label
from semantic_layer.sql.nodes import truncated
from semantic_layer.time.periods import GRAINS
from semantic_layer.time.units import CLOCK_GRAINS, day_of, midnight

DatePart = Literal[
    "hour_of_day",
    "day_of_week",
    "day_of_month",
    "day_of_year",
    "week_of_year",
    "month_of_year",
    "quarter_of_year",
]
DATE_PARTS: tuple[DatePart, ...] = get_args(DatePart)
# what EXTRACT calls them; weekdays are numbered from Monday (1) to Sunday (7), weeks as in ISO 8601
_EXTRACTED: dict[str, str] = {
    "hour_of_day": "HOUR",
    "day_of_week": "ISODOW",
    "day_of_month": "DAY",
    "day_of_year": "DOY",
    "week_of_year": "WEEK",
    "month_of_year": "MONTH",
    "quarter_of_year": "QUARTER",
}
PART_LABELS: dict[str, Label] = {
    "hour_of_day": Label("小时", "hour of day"),
    "day_of_week": Label("星期", "day of week"),
    "day_of_month": Label("几号", "day of month"),
    "day_of_year": Label("年内第几天", "day of year"),
    "week_of_year": Label("年内第几周", "week of year"),
    "month_of_year": Label("月份（不分年）", "month of year"),
    "quarter_of_year": Label("季度（不分年）", "quarter of year"),
    "second": Label("秒", "second"),
    "minute": Label("分钟", "minute"),
    "hour": Label("小时", "hour"),
    "day": Label("日期", "day"),
    "week": Label("周", "week"),
    "month": Label("月份", "month"),
    "quarter": Label("季度", "quarter"),
    "year": Label("年份", "year"),
}
_OF_THE_DAY = ("hour_of_day", *CLOCK_GRAINS)
_SEPARATOR = "__"


class TimePartError(LookupError):
    """A part of a time that is not there: `field` holds days only, or, where it is '', nothing happens at a time."""

    def __init__(self, part: str, field: str = "") -> None:
        super().__init__(part)
        self.part, self.field = part, field


def split_name(name: str) -> tuple[str, str] | None:
    """A time's name and the part or grain that is asked of it; None for any other name.

    >>> split_name("customers.joined_at__month_of_year"), split_name("joined_at")
    (('customers.joined_at', 'month_of_year'), None)
    """
    time, _, part = name.rpartition(_SEPARATOR)
    return (time, part) if time and part in PART_LABELS else None


def extracted(time: exp.Expr, part: str) -> exp.Expr:
    """A part of a time as SQL, or the time cut to a grain."""
    if part in _EXTRACTED:
        return exp.Extract(this=exp.var(_EXTRACTED[part]), expression=time.copy())
    return truncated(time, part)


def part_of_day(part: str, at: date) -> int:
    """A part of a day or moment as SQL tells it."""
    day = day_of(at)
    match part:
        case "hour_of_day":
            return midnight(at).hour
        case "day_of_week":
            return day.isoweekday()
        case "day_of_month":
            return day.day
        case "day_of_year":
            return day.timetuple().tm_yday
        case "week_of_year":
            return day.isocalendar().week
        case "month_of_year":
            return day.month
        case _:
            return (day.month + 2) // 3


@lru_cache(maxsize=4096)
def part_of(field: Field, part: str) -> Field:
    """The dimension that a part of a time field is, or the field cut to a grain.

    Raises TimePartError. The same object for the same field and part.
    """
    if field.type == "date" and part in _OF_THE_DAY:
        raise TimePartError(part, field.qualified)
    kind: FieldType = "integer" if part in _EXTRACTED else "timestamp" if part in CLOCK_GRAINS else "date"
    name = field.name + _SEPARATOR + part
    words = PART_LABELS[part]
    return Field(
        definition=FieldDefinition(name=name, type=kind, pii="other" if field.definition.pii is not None else None),
        dataset=field.dataset,
        expression=extracted(field.expression, part),
        label=Label(f"{field.label.zh}的{words.zh}", f"{field.label.en}: {words.en}"),
    )


assert set(PART_LABELS) == {*DATE_PARTS, *CLOCK_GRAINS, *GRAINS}, "every part has a label"
