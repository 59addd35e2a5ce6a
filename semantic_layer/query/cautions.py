"""What a reader must know to trust a result that is given all the same: typed, coded, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from semantic_layer.errors import Phrase, Problem, problem


@dataclass(frozen=True)
class Caution(Problem):
    """One thing to know of a result. `part` names the part of the request that it is about."""

    part: str


@problem(
    "value_not_in_data",
    zh="数据里没有{field:name}为“{value}”的记录。{nearest:offer}",
    en="Nothing in the data has '{value}' as {field:name}.{nearest:offer}",
)
class ValueNotInData(Caution):
    """A value of an open set that no row has: the condition holds for nothing."""

    field: str
    value: str
    nearest: tuple[str, ...] = ()


@problem(
    "rows_without_time",
    zh="{metric:name}统计的记录中有 {rows} 条没有{time:name}，不属于任何时间段，没有算在内。",
    en="{rows} rows that {metric:name} counts have no {time:name}: they are in no period, and left out.",
)
class RowsWithoutTime(Caution):
    """Rows that a metric counts whose time is not known."""

    metric: str
    time: str
    rows: int


@problem(
    "future_period",
    zh="时间段 {period} 在今天（{today}）之后开始，还没有发生任何事。",
    en="The period {period} begins after today, {today}: nothing has happened in it yet.",
)
class FuturePeriod(Caution):
    """A period of which no day has come."""

    period: str
    today: str


@problem(
    "condition_over_all_history",
    zh="关于{metric:name}的条件没有自己的时间段，按全部历史计算，不只看所问的时间段。",
    en="The condition on {metric:name} has no period of its own: it looks at all history, not at the period asked for.",
)
class ConditionOverAllHistory(Caution):
    """A condition on behaviour that does not take over the period of the request around it."""

    metric: str


@problem(
    "partly_against_definition",
    zh="{metric:name}里的{counted:name}只统计 {definition} 的记录，与对{field:name}的条件不能同时成立，这一部分为空。",
    en="In {metric:name}, {counted:name} counts only rows with {definition}, which the condition on {field:name} rules "
    "out: that part is nothing.",
)
class PartlyAgainstDefinition(Caution):
    """A condition that a part of a metric's own definition excludes."""

    metric: str
    counted: str
    field: str
    definition: str


@problem(
    "large_fraction",
    zh="{name:name}以小数表示：{value} 就是 {percent}%。",
    en="{name:name} is held as a fraction: {value} is {percent}%.",
)
class LargeFraction(Caution):
    """A number over 1 beside a rate: perhaps meant in percent."""

    name: str
    value: str
    percent: str


@problem(
    "unlike_periods",
    zh="没有指定时间段，{metrics:list}各按默认的时间段统计，互不相同，依次是：{periods}。",
    en="Without a period, {metrics:list} are shown each over its own, and these differ: {periods}, in this order.",
)
class UnlikePeriods(Caution):
    """Metrics side by side that do not speak of the same days."""

    metrics: tuple[str, ...]
    periods: Phrase


@problem(
    "overlapping_groups",
    zh="同一个对象可以出现在{groups:list}的好几组里，各组{metric:name}的占比加起来会超过 100%。",
    en="One and the same may be in several groups of {groups:list}, so the shares of {metric:name} add up to more than "
    "100%.",
)
class OverlappingGroups(Caution):
    """Shares of what is counted once in the whole and once in each of several groups."""

    metric: str
    groups: tuple[str, ...]


@problem(
    "like_for_like",
    zh="本期尚未结束，两期都只取已过的天数，对比期为 {previous}。",
    en="The period is not over, so both sides are cut to the days elapsed: {previous}.",
)
class LikeForLike(Caution):
    """A comparison of a unit of time that is not over with as many days of another."""

    previous: str
