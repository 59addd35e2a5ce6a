"""Periods to branches: which days each measure reads, for the main period and the one it is compared with."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from semantic_layer.definitions import Window
from semantic_layer.periods import Grain, Period, add_months, buckets, preceding, shift, start_of, year_earlier
from semantic_layer.query import Compare
from semantic_layer.resolved import Branch, Bucket, Suffix

_LENGTH = re.compile(r"(\d+) (day|week|month|quarter|year)s?")
_MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Length:
    """A length of time: months and days (one of them 0)."""

    months: int = 0
    days: int = 0

    def before(self, day: date) -> date:
        """The day that much earlier; month ends clamped."""
        return add_months(day, -self.months) - timedelta(days=self.days)


def length(text: str) -> Length:
    """A length such as `7 days` or `1 month`. ValueError if malformed.

    >>> length("2 weeks"), length("1 quarter")
    (Length(months=0, days=14), Length(months=3, days=0))
    """
    found = _LENGTH.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"'{text}' is not a length of time such as '7 days' or '1 month'")
    count, unit = int(found[1]), found[2]
    if unit in _MONTHS:
        return Length(months=count * _MONTHS[unit])
    return Length(days=count * (7 if unit == "week" else 1))


def rolling(text: str, today: date) -> Period:
    """The period of a metric's `default_period`, such as `last 90 days`, ending today. ValueError if malformed.

    >>> str(rolling("last 90 days", date(2026, 6, 30)))
    '2026-04-02/2026-07-01'
    """
    head, _, rest = text.strip().partition(" ")
    if head != "last":
        raise ValueError(f"'{text}' is not of the form 'last 90 days'")
    return Period(_window_start(length(rest), today + timedelta(days=1)), today + timedelta(days=1))


@dataclass(frozen=True)
class Times:
    """The branches of a measure and the periods to show for them."""

    branches: tuple[Branch, ...]
    period: Period
    previous: Period | None


def times(period: Period | None, compare: Compare | None, grain: Grain | None, today: date) -> Times | None:
    """Branches for a period (None: everything up to today), cut at today. None if a comparison lacks a beginning."""
    asked = period or Period()
    known = asked.cut_after(today)
    assert known.end is not None, "a cut period has an end"
    spine = _spine(grain, known) if grain is not None else ()
    main = Branch("", known.start, known.end, spine)
    if compare is None:
        return Times((main,), known, None)
    if grain is None:
        other = _other(asked, compare, today)
        if other is None or other.end is None:
            return None
        return Times((main, Branch("__previous", other.start, other.end)), known, other)
    if known.start is None or (compare.period is not None and compare.period.start is None):
        return None
    moved = _moved(main, grain, _offset(grain, compare, known.start).before, "__previous")
    return Times((main, moved), known, Period(moved.start, moved.end))


def offset(branches: tuple[Branch, ...], grain: Grain | None, by: Length) -> tuple[Branch, ...]:
    """The same branches, reading that much earlier."""
    return tuple(_moved(branch, grain, by.before, branch.suffix) for branch in branches)


def at_start_of(branches: tuple[Branch, ...], grain: Grain | None, unit: Grain) -> tuple[Branch, ...]:
    """The same branches, each bucket reading the first bucket of its calendar unit; without a grain, its first day."""

    def first(branch: Branch) -> Branch:
        if grain is None:
            day = start_of(unit, branch.end - timedelta(days=1))
            return replace(branch, start=day, end=day + timedelta(days=1))
        spine = tuple(_first_of(bucket, grain, unit) for bucket in branch.spine)
        return _over(branch, spine, branch.suffix)

    return tuple(first(branch) for branch in branches)


def widened(branches: tuple[Branch, ...], window: Window) -> tuple[Branch, ...]:
    """The same branches, each bucket (or the whole period) reading the window that ends with it."""

    def start(end: date) -> date | None:
        if window.last is not None:
            return _window_start(length(window.last), end)
        return start_of(window.to_date, end - timedelta(days=1)) if window.to_date is not None else None

    return tuple(
        replace(
            branch,
            start=start(branch.end),
            spine=tuple(replace(bucket, start=start(bucket.end)) for bucket in branch.spine),
        )
        for branch in branches
    )


def from_period_start(branches: tuple[Branch, ...]) -> tuple[Branch, ...]:
    """The same branches, each bucket reading everything since the period began."""
    return tuple(
        replace(branch, spine=tuple(replace(bucket, start=branch.start) for bucket in branch.spine))
        for branch in branches
    )


def _window_start(size: Length, end: date) -> date:
    # the day after the same day so many months ago, as people count "the last 3 months"
    return size.before(end - timedelta(days=1)) + timedelta(days=1)


def _other(asked: Period, compare: Compare, today: date) -> Period | None:
    if compare.to == "period":
        assert compare.period is not None, "checked by the query"
        return compare.period.cut_after(today)
    if asked.start is None:
        if asked.end is None and compare.to == "year":
            return Period(None, add_months(today, -12) + timedelta(days=1))
        return None
    return preceding(asked, today) if compare.to == "previous" else year_earlier(asked, today)


def _spine(grain: Grain, known: Period) -> tuple[Bucket, ...]:
    if known.start is None or known.end is None:
        return ()
    return tuple(
        Bucket(label, max(label, known.start), min(shift(grain, label, 1), known.end), label)
        for label in buckets(grain, known)
    )


def _offset(grain: Grain, compare: Compare, start: date) -> Length:
    """How far the compared buckets lie before the main ones."""
    if compare.to == "period":
        assert compare.period is not None, "checked by the query"
        assert compare.period.start is not None, "checked before the spine is moved"
        here, there = start_of(grain, start), start_of(grain, compare.period.start)
        if grain in _MONTHS:
            return Length(months=(here.year - there.year) * 12 + here.month - there.month)
        return Length(days=(here - there).days)
    if compare.to == "year":
        return Length(days=364) if grain == "week" else Length(months=12)
    return Length(months=_MONTHS[grain]) if grain in _MONTHS else Length(days=7 if grain == "week" else 1)


def _moved(branch: Branch, grain: Grain | None, back: Callable[[date], date], suffix: Suffix) -> Branch:
    if grain is None:
        start = back(branch.start) if branch.start is not None else None
        return replace(branch, start=start, end=_moved_end(branch, back), suffix=suffix)
    return _over(branch, tuple(_moved_bucket(grain, bucket, back) for bucket in branch.spine), suffix)


def _moved_end(branch: Branch, back: Callable[[date], date]) -> date:
    last = branch.end - timedelta(days=1)
    # an end on a month's first day moves as a day, any other end moves by its last day
    return back(branch.end) if branch.end.day == 1 else back(last) + timedelta(days=1)


def _moved_bucket(grain: Grain, bucket: Bucket, back: Callable[[date], date]) -> Bucket:
    assert bucket.start is not None, "windows are opened after buckets are moved"
    source = start_of(grain, back(bucket.source))
    following = shift(grain, source, 1)
    is_whole = bucket.start == bucket.source and bucket.end == shift(grain, bucket.source, 1)
    if is_whole:
        return Bucket(bucket.label, source, following, source)
    # like for like: an unfinished bucket is compared with as many days of the other one
    start = max(back(bucket.start), source)
    return Bucket(bucket.label, start, min(start + (bucket.end - bucket.start), following), source)


def _first_of(bucket: Bucket, grain: Grain, unit: Grain) -> Bucket:
    source = start_of(grain, start_of(unit, bucket.source))
    return Bucket(bucket.label, source, shift(grain, source, 1), source)


def _over(branch: Branch, spine: tuple[Bucket, ...], suffix: Suffix) -> Branch:
    """The branch over another spine, from its first day to its last."""
    starts = [bucket.start for bucket in spine if bucket.start is not None]
    ends = [bucket.end for bucket in spine]
    start, end = (min(starts), max(ends)) if starts else (branch.start, branch.start or branch.end)
    return replace(branch, start=start, end=end, spine=spine, is_moved=True, suffix=suffix)
