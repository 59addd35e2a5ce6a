"""A saved request on another day: its periods moved by whole units of time, so that "last month" stays last month.

A typed request holds absolute dates. Whoever saves one with a period says whether the period stands or moves with the
day by days, weeks, months, quarters or years; nothing is guessed. Dates in conditions on fields are values, and stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal, TypeVar

from pydantic import BaseModel

from chat_service.saved.schedule import SavedError
from semantic_layer import Grain, Period, Problem, Request, problem, shift, start_of

Moves = Literal["stands", "day", "week", "month", "quarter", "year"]
Part = TypeVar("Part")


@problem(
    "stands_or_moves",
    zh="这个请求写明了日期。请说明它们固定不变（`stands`），还是随日期移动"
    "（`day`、`week`、`month`、`quarter` 或 `year`）。",
    en="This request names dates. Say whether they stand ('stands'), or move with the day by 'day', 'week', 'month', "
    "'quarter' or 'year'.",
)
class StandsOrMoves(Problem):
    """A request with a period, saved without saying whether that moves."""


def moved(request: Request, moves: Moves | None, saved_on: date, today: date) -> Request:
    """The request as it would have been saved today.

    A period moves by as many units as lie between the two days: one of the month before, saved in June and run in
    August, is that of July. Raises SavedError (`stands_or_moves`) where it has a period and nothing is said of it.
    """
    if moves is None:
        if any(_periods(request)):
            raise SavedError(StandsOrMoves())
        return request
    if moves == "stands":
        return request
    count = _units(moves, saved_on, today)
    return _moved(request, moves, count) if count else request


def unit_of(request: Request) -> Grain | None:
    """The unit that a request's periods are made of, by which they can follow the day; None where it has none."""
    periods = list(_periods(request))
    if not periods:
        return None
    named = {each.grain for each in periods}
    if len(named) == 1 and (grain := named.pop()) is not None:
        return grain
    days = [day for each in periods for day in (each.start, each.end) if day is not None]
    for whole in ("month", "week"):
        if all(start_of(whole, day) == day for day in days):
            return whole
    return "day"


def _units(grain: Grain, first: date, last: date) -> int:
    """How many units lie between the units of two days."""
    one, other = start_of(grain, first), start_of(grain, last)
    if grain in ("day", "week"):
        return (other - one).days // (1 if grain == "day" else 7)
    months = (other.year - one.year) * 12 + other.month - one.month
    return months // {"month": 1, "quarter": 3, "year": 12}[grain]


def _moved(part: Part, grain: Grain, count: int) -> Part:
    found: object = part
    match part:
        case Period():
            start, end = (None if each is None else shift(grain, each, count) for each in (part.start, part.end))
            found = Period(start, end, part.grain)
        case BaseModel():
            update = {name: _moved(getattr(part, name), grain, count) for name in type(part).model_fields}
            found = part.model_copy(update=update)
        case tuple():
            found = tuple(_moved(each, grain, count) for each in part)
    return found  # type: ignore[return-value]


def _periods(part: object) -> Iterator[Period]:
    match part:
        case Period():
            yield part
        case BaseModel():
            for name in type(part).model_fields:
                yield from _periods(getattr(part, name))
        case tuple():
            for each in part:
                yield from _periods(each)
