"""Whether a result is empty in the sense of the conventions, and which condition emptied it.

A count or sum of 0 because nothing happened is an answer. Empty are: a period wholly outside the data; groups, lists
and ratios without any row. The cause is found by asking again without each condition in turn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from chat_service.present.conditions import condition_words, having_words
from chat_service.present.dates import period_words
from chat_service.present.names import Names
from semantic_layer import (
    FollowsQuery,
    HuitouError,
    Layer,
    LiftQuery,
    ListQuery,
    MetricQuery,
    Model,
    PathQuery,
    Phrase,
    PlaybookQuery,
    ProfileQuery,
    Request,
    ResultTable,
)

_SPAN = Phrase("数据从 {first} 到 {last}。", "The data run from {first} to {last}.")
_OUTSIDE = Phrase("{period}没有数据。", "There are no data for {period}.")
_NOTHING = Phrase("没有符合条件的结果。", "Nothing matches.")
_ANYHOW = Phrase(
    "没有符合条件的结果，单独去掉任何一个条件也仍然没有。",
    "Nothing matches, and dropping any single condition does not change that.",
)
_BECAUSE = Phrase("没有符合条件的结果。{freed}。", "Nothing matches: {freed}.")
_FREED = Phrase("去掉“{condition}”后有 {rows:,} 条", "without “{condition}” there are {rows:,}")
Run = Callable[[Request], ResultTable]  # raises HuitouError
_TRIES = 6


@dataclass(frozen=True)
class Relaxed:
    """What the result would be without one condition: `rows` groups or entities."""

    condition: str
    rows: int


@dataclass(frozen=True)
class Emptiness:
    """Why there is nothing. `first_day` is the first day of the data behind the request, where it is known."""

    is_outside_data: bool
    first_day: date | None
    last_day: date
    relaxed: tuple[Relaxed, ...] = ()

    def words(self, request: Request, names: Names) -> str:
        """The cause and the data's range."""
        span = names.say(_SPAN, first=self.first_day, last=self.last_day) if self.first_day is not None else ""
        return names.sentences(self._cause(request, names), span)

    def widened(self, request: Request) -> Request:
        """The request without what emptied it: its period outside the data, or else its conditions."""
        if self.is_outside_data:
            return request.model_copy(update={"period": None})
        return request.model_copy(update={"filters": ()})

    def _cause(self, request: Request, names: Names) -> str:
        if self.is_outside_data:
            return names.say(_OUTSIDE, period=period_words(request.period, self.last_day, names.language))
        helpful = [each for each in self.relaxed if each.rows > 0]
        if not helpful:
            return names.say(_ANYHOW if self.relaxed else _NOTHING)
        freed = names.clauses(*(names.say(_FREED, condition=each.condition, rows=each.rows) for each in helpful))
        return names.say(_BECAUSE, freed=freed)


def is_empty(request: Request, table: ResultTable) -> bool:
    """Whether the result has no row, or no ratio has a value. Zero counts are answers, unless the
    period is outside the data."""
    if not table.rows or (isinstance(request, ListQuery) and table.total_rows == 0):
        return True
    values = [index for index, column in enumerate(table.columns) if column.role == "metric"]
    if isinstance(request, ListQuery) or not values:
        return False
    return all(row[index] is None for row in table.rows for index in values)


def is_idle(request: Request, table: ResultTable) -> bool:
    """Whether every metric is 0 or has no value, as it is for a period outside the data."""
    values = [index for index, column in enumerate(table.columns) if column.role == "metric"]
    if isinstance(request, ListQuery) or not values:
        return False
    return all(row[index] in (None, 0) for row in table.rows for index in values)


def is_outside(request: Request, first_day: date | None, today: date) -> bool:
    """Whether the asked period lies wholly before the first day of the data or after today."""
    period = request.period
    if period is None:
        return False
    if period.start is not None and period.start > today:
        return True
    return first_day is not None and period.end is not None and period.end <= first_day


def first_day_behind(request: Request, layer: Layer) -> date | None:
    """The first day on which anything that the request counts happened; None where that cannot be told."""
    days = [day for dataset in _datasets(request, layer.model) if (day := layer.first_day(dataset)) is not None]
    return min(days, default=layer.data_range.start)


def relax(request: Request, names: Names, today: date, run: Run) -> tuple[Relaxed, ...]:
    """The request without each of its conditions in turn, and how much it then finds."""
    found = []
    for words, looser in _looser(request, names, today)[:_TRIES]:
        try:
            table = run(looser)
        except HuitouError:
            continue
        found.append(Relaxed(words, 0 if is_empty(looser, table) else table.total_rows))
    return tuple(found)


def _looser(request: Request, names: Names, today: date) -> list[tuple[str, Request]]:
    found: list[tuple[str, Request]] = []
    asked = [each for each in request.filters if each.origin != "policy"]
    for condition in asked:
        rest = tuple(each for each in request.filters if each is not condition)
        found.append((condition_words(condition, names, today), request.model_copy(update={"filters": rest})))
    if isinstance(request, MetricQuery):
        for having in request.having:
            others = tuple(each for each in request.having if each is not having)
            found.append((having_words(having, names), request.model_copy(update={"having": others})))
        for keep in request.keep:
            others_kept = tuple(each for each in request.keep if each is not keep)
            found.append((condition_words(keep, names, today), request.model_copy(update={"keep": others_kept})))
    if request.period is not None and request.compare is None:
        found.append((period_words(request.period, today, names.language), request.model_copy(update={"period": None})))
    return found


def _datasets(request: Request, model: Model) -> tuple[str, ...]:
    if isinstance(request, ListQuery):
        entity = model.entities.get(request.entity)
        return () if entity is None else (entity.dataset,)
    match request:
        case MetricQuery():
            metrics = request.metrics
        case FollowsQuery() | PathQuery():
            metrics = (request.event,)
        case LiftQuery():
            return tuple(trial.dataset for name, trial in model.trials.items() if request.trial in ("", name))[:1]
        case ProfileQuery() | PlaybookQuery():
            return ()
        case _:
            metrics = (request.metric,)
    known = [name for name in metrics if name in model.metrics]
    return tuple(dict.fromkeys(dataset for name in known for dataset in model.grouping_datasets(name)))
