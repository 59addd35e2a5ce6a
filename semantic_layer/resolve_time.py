"""Periods to branches: which days each measure reads, for the main period and the one it is compared with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from semantic_layer.periods import Grain, Period, add_months, buckets, preceding, shift, start_of, year_earlier
from semantic_layer.query import Compare
from semantic_layer.resolved import Branch, Bucket

_DEFAULT_PERIOD = re.compile(r"last (\d+) (day|week|month|year)s?")
_MONTHS: dict[Grain, int] = {"month": 1, "quarter": 3, "year": 12}

Shift = tuple[int, Literal["day", "month"]]


def rolling(text: str, today: date) -> Period:
    """The period of a metric's `default_period`, such as `last 90 days`, ending today. ValueError if malformed.

    >>> str(rolling("last 90 days", date(2026, 6, 30)))
    '2026-04-02/2026-07-01'
    """
    found = _DEFAULT_PERIOD.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"'{text}' is not of the form 'last 90 days'")
    count, unit = int(found[1]), found[2]
    end = today + timedelta(days=1)
    if unit in ("day", "week"):
        return Period(end - timedelta(days=count * (7 if unit == "week" else 1)), end)
    return Period(add_months(today, -count * (12 if unit == "year" else 1)) + timedelta(days=1), end)


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
    moved = _moved_spine(grain, spine, _offset(grain, compare, known.start))
    first, last = (moved[0].start, moved[-1].end) if moved else (known.start, known.start)
    count, unit = _offset(grain, compare, known.start)
    branch = Branch("__previous", first, last, moved, (count, unit))
    return Times((main, branch), known, Period(first, last))


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
        Bucket(label, max(label, known.start), min(shift(grain, label, 1), known.end))
        for label in buckets(grain, known)
    )


def _offset(grain: Grain, compare: Compare, start: date) -> Shift:
    """How far the other branch's buckets move to land on the main ones."""
    if compare.to == "period":
        assert compare.period is not None, "checked by the query"
        assert compare.period.start is not None, "checked before the spine is moved"
        here, there = start_of(grain, start), start_of(grain, compare.period.start)
        if grain in _MONTHS:
            return (here.year - there.year) * 12 + here.month - there.month, "month"
        return (here - there).days, "day"
    if compare.to == "year":
        return (364, "day") if grain == "week" else (12, "month")
    if grain in _MONTHS:
        return _MONTHS[grain], "month"
    return (7 if grain == "week" else 1), "day"


def _moved_spine(grain: Grain, spine: tuple[Bucket, ...], offset: Shift) -> tuple[Bucket, ...]:
    return tuple(_moved(grain, bucket, offset) for bucket in spine)


def _moved(grain: Grain, bucket: Bucket, offset: Shift) -> Bucket:
    following = _back(shift(grain, bucket.label, 1), offset)
    start = _back(bucket.start, offset)
    if bucket.start == bucket.label and bucket.end == shift(grain, bucket.label, 1):
        return Bucket(bucket.label, start, following)
    # like for like: an unfinished bucket is compared with as many days of the other one
    return Bucket(bucket.label, start, min(start + (bucket.end - bucket.start), following))


def _back(day: date, offset: Shift) -> date:
    count, unit = offset
    return day - timedelta(days=count) if unit == "day" else add_months(day, -count)
