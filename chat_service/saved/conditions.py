"""The condition of an alert, and the rows of a result that meet it, each by a key that stays the same between runs.

A number by itself is a row with the empty key. Buckets of time that are not over, and values that are not there, meet
nothing. A result that was cut is refused: what is not seen would seem to have left.
"""

from __future__ import annotations

import hashlib
import json
import operator
import statistics
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from chat_service.saved.schedule import SavedError
from semantic_layer import Column, Compare, ListQuery, MetricQuery, Model, Problem, Request, ResultTable, problem

_LEAST_BUCKETS = 8
_LONGEST_KEY = 500
_WHOLE = "[]"
# the median and the mean absolute deviation of a normal distribution, in its standard deviations
_NORMAL, _NORMAL_MEAN = 0.6745, 0.7979
_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
Side = Literal[">", ">=", "<", "<="]


class _Condition(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


class Threshold(_Condition):
    """A column's value is beyond a number; a rate is a fraction: 0.2 for 20%. `column` may be left out of one."""

    kind: Literal["threshold"] = "threshold"
    column: str = Field("", max_length=200)
    op: Side
    value: float


class Change(_Condition):
    """A metric has changed against the period before, or a year earlier, by more than a part of it: -0.1 for 10% less;
    `by` amount, by more than that."""

    kind: Literal["change"] = "change"
    metric: str = Field("", max_length=200)
    against: Literal["previous", "year"] = "previous"
    by: Literal["part", "amount"] = "part"
    op: Side
    value: float


class Unusual(_Condition):
    """The last whole bucket of a course of time is far from those before it: by over `far` of Iglewicz and Hoaglin's
    modified z-scores (How to Detect and Handle Outliers, 1993), which no single earlier outlier hides; with the mean
    deviation in the place of a median one that is nothing."""

    kind: Literal["unusual"] = "unusual"
    metric: str = Field("", max_length=200)
    far: float = Field(3.5, gt=0)


class NewRows(_Condition):
    """Rows that were not in the list the last time."""

    kind: Literal["new_rows"] = "new_rows"


class Every(_Condition):
    """No condition: what is found is told at each run, in words or as a file."""

    kind: Literal["every"] = "every"
    form: Literal["text", "html", "pdf"] = "text"


class Digest(_Condition):
    """No condition: how the numbers of a dashboard have moved since the week or month before, told at each run."""

    kind: Literal["digest"] = "digest"
    unit: Literal["week", "month"] = "week"


Watching = Threshold | Change | Unusual | NewRows
Condition = Annotated[Watching | Every | Digest, Field(discriminator="kind")]
CONDITIONS: TypeAdapter[Condition] = TypeAdapter(Condition)


@problem(
    "condition_does_not_fit",
    zh="条件不适合这个请求：“{column}”不是其中唯一可用的数字列。可用的列：{possible:list}。",
    en="The condition does not fit the request: '{column}' is not one column of numbers in it. "
    "Columns: {possible:list}.",
)
class ConditionDoesNotFit(Problem):
    """A condition on a column that the result does not have, or has several of."""

    column: str
    possible: tuple[str, ...]


@problem(
    "not_a_course",
    zh="异常值需要一个按时间分组、没有其他分组的请求，至少有 {least} 个完整的时间段。",
    en="An unusual value takes a request by a unit of time and nothing else, with {least} whole ones before the last.",
)
class NotACourse(Problem):
    """A condition on the course of time, on a request that has none or a short one."""

    least: int = _LEAST_BUCKETS


@problem(
    "alert_on_cut_rows",
    zh="这个请求只显示一部分行，没有显示的行无法比较。请去掉行数限制（`limit`），或缩小范围。",
    en="The request shows a part of its rows only, and those that it does not show cannot be watched. Save it without "
    "a limit, or narrow it.",
)
class AlertOnCutRows(Problem):
    """Rows of a table that was cut."""


def watched(request: Request, condition: Watching) -> Request:
    """The request that a condition looks at: with the comparison that a change is told by. Raises SavedError."""
    if request.limit is not None:
        raise SavedError(AlertOnCutRows())
    if isinstance(condition, Change):
        if not isinstance(request, MetricQuery):
            raise SavedError(ConditionDoesNotFit(condition.metric, ()))
        return request.model_copy(update={"compare": Compare(to=condition.against)})
    return request


def met(condition: Watching, request: Request, table: ResultTable, model: Model) -> dict[str, int]:
    """The rows that meet the condition: the place of each by its key. Raises SavedError."""
    if table.truncated:
        raise SavedError(AlertOnCutRows())
    rows = range(len(table.rows))
    match condition:
        case NewRows():
            chosen = list(rows)
        case Unusual():
            chosen = _unusual(condition, table)
        case Threshold() | Change():
            at, passes = table.columns.index(_column(condition, table.columns)), _OPERATORS[condition.op]
            over = _unfinished(table)
            values = ((row, table.rows[row][at]) for row in rows if row not in over)
            chosen = [row for row, value in values if isinstance(value, int | float) and passes(value, condition.value)]
    if isinstance(condition, Unusual):
        return {_WHOLE: chosen[0]} if chosen else {}  # unusual for days on end is one episode
    keys = _keys(request, table, model)
    return {keys[row]: row for row in chosen}


def check_fits(condition: Watching, columns: Sequence[Column]) -> None:
    """Raises SavedError (`condition_does_not_fit`, `not_a_course`) for a condition that no result of such columns is
    looked at by."""
    if isinstance(condition, Unusual):
        _course(columns)
    if not isinstance(condition, NewRows):
        _column(condition, columns)


def _column(condition: Threshold | Change | Unusual, columns: Sequence[Column]) -> Column:
    numbers = [each for each in columns if each.type in ("integer", "number") and each.role != "dimension"]
    wanted = condition.column if isinstance(condition, Threshold) else condition.metric
    if isinstance(condition, Change):
        part = "change_pct" if condition.by == "part" else "change"
        numbers = [each for each in numbers if each.part == part]
    elif not wanted:
        numbers = [each for each in numbers if each.part == "value"]
    name = "metric" if not isinstance(condition, Threshold) else "name"
    found = [each for each in numbers if not wanted or getattr(each, name) == wanted]
    if isinstance(condition, Unusual):
        found = [each for each in found if each.part == "value"]
    if len(found) != 1:
        raise SavedError(ConditionDoesNotFit(wanted, tuple(str(getattr(each, name)) for each in numbers)))
    return found[0]


def _course(columns: Sequence[Column]) -> Column:
    """The one column of groups, which is one of time."""
    dimensions = [each for each in columns if each.role == "dimension"]
    if len(dimensions) != 1 or dimensions[0].grain is None:
        raise SavedError(NotACourse())
    return dimensions[0]


def _unusual(condition: Unusual, table: ResultTable) -> list[int]:
    course, number = _course(table.columns), _column(condition, table.columns)
    when, at = table.columns.index(course), table.columns.index(number)
    over = _unfinished(table)
    values = [
        (str(each[when]), row, float(value))
        for row, each in enumerate(table.rows)
        if row not in over and isinstance(value := each[at], int | float)
    ]
    *before, (_, last, value) = sorted(values) or [("", 0, 0.0)]
    if len(before) < _LEAST_BUCKETS:
        raise SavedError(NotACourse())
    known = [each for _, _, each in before]
    middle = statistics.median(known)
    away = [abs(each - middle) for each in known]
    # where most are alike the median of the deviations is nothing, and their mean tells more
    spread = statistics.median(away) / _NORMAL or statistics.fmean(away) / _NORMAL_MEAN
    is_far = abs(value - middle) > condition.far * spread
    return [last] if is_far and value != middle else []


def _unfinished(table: ResultTable) -> set[int]:
    """The rows of buckets that the period or today cuts off."""
    when = next((place for place, each in enumerate(table.columns) if each.grain is not None), None)
    return set() if when is None else {row for row, each in enumerate(table.rows) if each[when] in table.incomplete}


def _keys(request: Request, table: ResultTable, model: Model) -> list[str]:
    """Of a list, what identifies its entity; else the groups of the row."""
    columns = [place for place, each in enumerate(table.columns) if each.role == "dimension"]
    if isinstance(request, ListQuery):
        key = model.entities[request.entity or next(iter(model.entities))].key
        columns = [place for place in columns if table.columns[place].name == key] or columns
    return [_key([_plain(each[place]) for place in columns]) for each in table.rows]


def _key(parts: list[object]) -> str:
    text = json.dumps(parts, ensure_ascii=False)
    return text if len(text) <= _LONGEST_KEY else hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
