"""Which days a request's own filters leave: a bucket without one of them is not asked for, and shows no 0.

Only what conditions say of the time by which a metric's rows are placed, and of parts of it, is looked at; whatever
else they say may hold on any day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from semantic_layer.model.date_parts import DATE_PARTS, TimePartError, part_of, part_of_day, split_name
from semantic_layer.model.lookup import find_field
from semantic_layer.model.model import Field, Model
from semantic_layer.query.requests import AllOf, AnyOf, FieldFilter, Filter, NotOf, Scalar
from semantic_layer.resolve.leaves import Bucket
from semantic_layer.time.periods import GRAINS
from semantic_layer.time.units import STANDARD, day_of, midnight, start_of

_Truth = bool | None


@dataclass(frozen=True, eq=False)
class TimeFilters:
    """The filters of a request, as far as they speak of the time `time` at which rows of `dataset` happen."""

    filters: tuple[Filter, ...]
    time: Field
    dataset: str
    model: Model

    def leave(self, bucket: Bucket) -> bool:
        """Whether any day of the bucket may be left."""
        return any(self._holds(day, with_parts=True) is not False for day in _days(bucket))

    def cut(self, bucket: Bucket) -> bool:
        """Whether some of the bucket's days are left and others are not, by bounds on the time itself."""
        found = {self._holds(day, with_parts=False) is not False for day in _days(bucket)}
        return len(found) > 1

    def _holds(self, day: date, *, with_parts: bool) -> _Truth:
        return _all(self._of(each, day, with_parts=with_parts) for each in self.filters)

    def _of(self, condition: Filter, day: date, *, with_parts: bool) -> _Truth:
        match condition:
            case AllOf():
                return _all(self._of(each, day, with_parts=with_parts) for each in condition.all)
            case AnyOf():
                return _not(_all(_not(self._of(each, day, with_parts=with_parts)) for each in condition.any))
            case NotOf():
                return _not(self._of(condition.negated, day, with_parts=with_parts))
            case FieldFilter():
                return self._field(condition, day, with_parts=with_parts)
            case _:
                return None

    def _field(self, condition: FieldFilter, day: date, *, with_parts: bool) -> _Truth:
        part = self._part_named(condition.field)
        if part is None or (part and not with_parts):
            return None
        if condition.op in ("is null", "is not null"):
            # what has no time is in no bucket
            return condition.op == "is not null"
        if part in DATE_PARTS:
            found = None if part == "hour_of_day" else part_of_day(part, day)
            return None if found is None else _compared(condition, lambda value: _order(found, value))
        if part and part not in GRAINS:
            return None
        at = day_of(start_of(STANDARD[part], day)) if part else day
        return _compared(condition, lambda value: _order_of_day(at, value))

    def _part_named(self, name: str) -> str | None:
        """The part of the time that a name means, '' for the time itself; None for anything else."""
        try:
            found = find_field(self.model, name, self.dataset, self.time)
        except TimePartError:
            return None
        if found is self.time:
            return ""
        part = name if name in DATE_PARTS else (split_name(name) or ("", ""))[1]
        return part if part and found is part_of(self.time, part) else None


def _days(bucket: Bucket) -> Iterable[date]:
    first = day_of(bucket.start) if bucket.start is not None else day_of(bucket.label)
    last = day_of(midnight(bucket.end) - timedelta(seconds=1))
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _order(found: int, value: Scalar) -> int | None:
    return (found > value) - (found < value) if isinstance(value, int | float) else None


def _order_of_day(day: date, value: Scalar) -> int | None:
    """Whether the day is before (-1), at (0) or after (1) a value; None where the value is a moment of the day."""
    at = datetime.fromisoformat(str(value))
    if at.date() != day:
        return 1 if day > at.date() else -1
    return 0 if at == midnight(day) and len(str(value)) <= len("2026-01-01") else None


def _compared(condition: FieldFilter, order: Callable[[Scalar], int | None]) -> _Truth:
    """Whether all of what is compared, none of it (False), or perhaps some of it (None) meets the condition."""
    places = [order(value) for value in condition.values]
    match condition.op:
        case "=" | "in":
            return True if 0 in places else (None if None in places else False)
        case "!=" | "not in":
            return False if 0 in places else (None if None in places else True)
        case "between":
            return _all([_at_least(places[0]), _at_most(places[1])])
        case ">=":
            return _at_least(places[0])
        case "<=":
            return _at_most(places[0])
        case ">":
            return _not(_at_most(places[0]))
        case "<":
            return _not(_at_least(places[0]))
        case _:
            return None


def _at_least(place: int | None) -> _Truth:
    return None if place is None else place >= 0


def _at_most(place: int | None) -> _Truth:
    return None if place is None else place <= 0


def _not(truth: _Truth) -> _Truth:
    return None if truth is None else not truth


def _all(truths: Iterable[_Truth]) -> _Truth:
    found = list(truths)
    return False if False in found else (None if None in found else True)
