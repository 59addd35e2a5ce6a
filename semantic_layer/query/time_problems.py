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


@problem(
    "no_history",
    zh="{metric:name}只有当前的值，没有历史、时间段或趋势。",
    en="{metric:name} is known as of today only; it has no past values, periods or trend.",
)
class NoHistory(QueryProblem):
    """A snapshot metric is known for today only."""

    metric: str


@problem(
    "needs_period",
    zh="{what}需要一个有头有尾的时间段。",
    en="{what} needs a period with a beginning and an end.",
)
class NeedsPeriod(QueryProblem):
    """A comparison or running total needs a closed period or a time grain."""

    what: Phrase


@problem(
    "grain_too_fine",
    zh="{field:name}只记到哪一天，没有时刻，不能按{grain:word}拆分。",
    en="{field:name} holds days without a time of day, so it cannot be split by {grain}.",
)
class GrainTooFine(QueryProblem):
    """A grain or part of the day of something that is known by the day only."""

    grain: str
    field: str


@problem(
    "day_not_mapped",
    zh="日历的 {field} 没有给 {day} 对应的日子，所以没有可比的数。请换一段时间，或补上日历。",
    en="The calendar's {field} names no day for {day}, so there is nothing to set beside it. Take another period, or "
    "complete the calendar.",
)
class DayNotMapped(QueryProblem):
    """A shift kept in a calendar that has nothing for a day."""

    field: str
    day: str


@problem(
    "days_scattered",
    zh="日历的 {field} 把一个{grain:word}里的日子对应到不相连（或重复）的日子，合不成一段。请按天看。",
    en="The calendar's {field} maps the days of a {grain} to days that do not follow one another, or to one twice, so "
    "that they make no time of their own. Ask by day.",
)
class DaysScattered(QueryProblem):
    """A shift kept in a calendar that tears a unit of time apart."""

    field: str
    grain: str


@problem(
    "told_of_another_day",
    zh="{name:name}是按事情发生的那一天算的，一个{grain:word}里不止一个值；别的{grain:word}里又大多是另一些值，"
    "所以没有一行能同时说两个{grain:word}。请去掉其中一项，或换更细的时间单位。",
    en="{name:name} is told of the day on which something happened, and has several values within a '{grain}', most of "
    "them others than in another {grain}: no row would be true of both. Leave out one of them, or take a finer unit of "
    "time.",
)
class ToldOfAnotherDay(QueryProblem):
    """A group told of days that differs within a unit of time, beside rows of another: names of weeks by month."""

    name: str
    grain: str


@problem(
    "no_event_time",
    zh="{metric:name}没有自己发生的时刻，不能按{name:name}拆分。",
    en="{metric:name} does not happen at a time of its own, so it cannot be split by {name:name}.",
)
class NoEvent(QueryProblem):
    """A part of the time (weekday, hour) of something that has no time at which it happens."""

    metric: str
    name: str
