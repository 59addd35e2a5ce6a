"""What can be wrong with the time of a request, by code: its periods, and the calendars that cut them."""

from __future__ import annotations

from datetime import date

from semantic_layer.errors import Phrase, QueryProblem, problem


@problem(
    "too_many_buckets",
    zh="这个时间段按{grain:word}分有 {count:,} 段，最多可以有 {most:,} 段。请缩短时间段，或换更粗的时间单位。",
    en="The period has {count:,} units of '{grain}'; at most {most:,} can be asked for. "
    "Take a shorter period or a coarser grain.",
)
class TooManyBuckets(QueryProblem):
    """A period with more units of the grain than one query may ask for."""

    grain: str
    count: int
    most: int


@problem(
    "outside_calendar",
    zh="{grain:name}的日历从 {first} 到 {last}，这个时间段超出了它的范围。",
    en="The calendar of {grain:name} runs from {first} to {last}; the period reaches beyond it.",
)
class OutsideCalendar(QueryProblem):
    """A period that a calendar of the model's own does not cover whole."""

    grain: str
    first: date
    last: date


@problem(
    "period_out_of_range",
    zh="时间段 {period} 不在 {first_year} 年到 {last_year} 年之间。",
    en="The period {period} is not within the years {first_year} to {last_year}.",
)
class PeriodOutOfRange(QueryProblem):
    """A period in years that no data is of, from which none could be counted back."""

    period: str
    first_year: int
    last_year: int


@problem(
    "empty_period",
    zh="从 {day} 到 {day} 一天也没有：时间段的终点是最后一天的后一天。",
    en="A period from {day} to {day} has no day: its end is the day after its last one.",
)
class EmptyPeriod(QueryProblem):
    """A period that ends on the day on which it begins: it has no day."""

    day: date


@problem(
    "period_not_a_unit",
    zh="{period} 不是一个完整的{grain:word}：应为 {nearest}，终点是最后一天的后一天。其他起止的时间段不要写 `grain`。",
    en="{period} is not one whole {grain}: that would be {nearest}, the end being the day after the last. Leave out "
    "`grain` for any other range of days.",
)
class PeriodNotAUnit(QueryProblem):
    """A period that is said to be a unit of time, and is not one."""

    period: str
    grain: str
    nearest: str


@problem(
    "broken_calendar",
    zh="{grain:name}的日历有误：{day} {reason}。",
    en="The calendar of {grain:name} is broken: {day} {reason}.",
)
class BrokenCalendar(QueryProblem):
    """A calendar table that does not tell the unit of every day."""

    grain: str
    day: str | Phrase
    reason: Phrase
