"""Days that a calendar itself puts beside others: the same trading day last year, the holiday of the year before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlglot import exp

from semantic_layer.errors import Problem
from semantic_layer.model.lookup import day_field
from semantic_layer.query.time_problems import DayNotMapped, DaysScattered
from semantic_layer.resolve.branches import Clock
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.leaves import Branch, Bucket, OfBucket
from semantic_layer.time.units import CLOCK_GRAINS, day_of, midnight

_ONE_DAY = timedelta(days=1)


class UnmappedDayError(LookupError):
    """A calendar puts no day beside one, or not one after another beside days that follow one another."""

    def __init__(self, field: str, day: date, *, is_missing: bool) -> None:
        super().__init__(field)
        self.field, self.day, self.is_missing = field, day, is_missing


def day_map(name: str, context: Context) -> Mapping[date, date]:
    """The day that the field of a calendar names, by the calendar's own day; without those that have none or several.
    Raises EngineError."""
    field = context.model.fields[name]
    day = day_field(context.model.datasets[field.dataset], context.model.grains.values())
    assert day is not None and context.days is not None, "checked when the model was loaded"
    bound = context.binder.field(field, field.dataset)
    steps = context.binder.steps(field.dataset, bound.datasets)
    told = OfBucket(name, bound.expression, field.dataset, exp.column(day.expression.name, table=field.dataset), steps)
    known = context.days.values(told) or {}
    return {at: _as_day(next(iter(named))) for at, named in known.items() if len(named) == 1 and _is_day(named)}


def mapped(branches: tuple[Branch, ...], name: str, days: Mapping[date, date], clock: Clock) -> tuple[Branch, ...]:
    """The same branches, each day reading the one that it is mapped to. The days of a bucket, or of a period without
    buckets, must be mapped to days that follow one another. Raises UnmappedDayError."""

    def moved(start: date, end: date) -> tuple[date, date]:
        first, last = day_of(start), day_of(end - timedelta(seconds=1) if end is not day_of(end) else end - _ONE_DAY)
        found: list[date] = []
        for count in range((last - first).days + 1):
            at = first + timedelta(days=count)
            if at not in days:
                raise UnmappedDayError(name, at, is_missing=True)
            found.append(days[at])
        # a bucket of the clock is the same part of another day
        if clock.units is not None and clock.units.name in CLOCK_GRAINS:
            by = midnight(found[0]) - midnight(first)
            return start + by, end + by
        for before, after in zip(sorted(found), sorted(found)[1:], strict=False):
            if after - before != _ONE_DAY:
                raise UnmappedDayError(name, first, is_missing=False)
        return min(found), max(found) + _ONE_DAY

    def bucket(each: Bucket) -> Bucket:
        assert each.start is not None, "windows are opened after buckets are moved"
        start, end = moved(each.start, each.end)
        return Bucket(each.label, start, end, start)

    def one(branch: Branch) -> Branch:
        if clock.units is None:
            assert branch.start is not None, "checked by the caller"
            first, last = moved(branch.start, branch.end)
            return replace(branch, start=first, end=last)
        spine = tuple(map(bucket, branch.spine))
        starts, ends = [each.start for each in spine if each.start is not None], [each.end for each in spine]
        start, end = (min(starts), max(ends)) if starts else (branch.start, branch.end)
        is_by_day = clock.units.is_truncated_to and (clock.units.has_clock or clock.units.name == "day")
        return replace(
            branch, start=start, end=end, spine=spine, is_moved=True, is_ranged=branch.is_ranged or not is_by_day
        )

    return tuple(one(branch) for branch in branches)


def off_calendar(error: UnmappedDayError, grain: str | None) -> Problem:
    """What to say of a day that is mapped to none, or of days that do not stay together."""
    if error.is_missing:
        return DayNotMapped("period", error.field, str(error.day))
    return DaysScattered("group_by" if grain is not None else "period", error.field, grain or "period")


def _is_day(named: frozenset[object]) -> bool:
    return isinstance(next(iter(named)), date)


def _as_day(value: object) -> date:
    assert isinstance(value, date), "asked before"
    return value.date() if isinstance(value, datetime) else value
