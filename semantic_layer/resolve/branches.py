"""Periods to branches: which days each measure reads, for the main period and the one it is compared with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from semantic_layer.model.metric_definitions import Window
from semantic_layer.model.windows import tick_of, window_of
from semantic_layer.query.requests import Compare
from semantic_layer.resolve.leaves import Branch, Bucket, Suffix
from semantic_layer.time.lengths import Length, in_months
from semantic_layer.time.periods import Period, add_months, preceding, year_earlier
from semantic_layer.time.units import Units, back, day_of, following, midnight, start_of, starts, unit_count

MAX_BUCKETS = 20_000


class TooManyBucketsError(ValueError):
    """A period has more units of the grain than a query may ask for."""

    def __init__(self, grain: str, count: int) -> None:
        super().__init__(grain)
        self.grain, self.count = grain, count


@dataclass(frozen=True)
class Times:
    """The branches of a measure and the periods to show for them."""

    branches: tuple[Branch, ...]
    period: Period
    previous: Period | None


@dataclass(frozen=True)
class Clock:
    """Today, the grain that is asked for, all units of time that lengths may be given in, and the unit of time that the
    period is one of."""

    today: date
    units: Units | None
    calendars: Mapping[str, Units]
    period_units: Units | None = None


def times(period: Period | None, compare: Compare | None, clock: Clock) -> Times | None:
    """Branches for a period (None: everything up to today), cut at today. None if a comparison lacks a beginning.

    Raises TooManyBucketsError, OutsideCalendarError.
    """
    asked = period or Period()
    known = asked.cut_after(clock.today)
    assert known.end is not None, "a cut period has an end"
    units = clock.units
    main = Branch("", known.start, known.end)
    if units is not None:
        main = replace(main, spine=_spine(units, known), is_ranged=not units.is_truncated_to)
    if compare is None:
        return Times((main,), known, None)
    if units is None:
        other = _other(asked, compare, clock.today)
        if other is None or other.end is None:
            return None
        return Times((main, Branch("__previous", other.start, other.end)), known, other)
    if known.start is None or (compare.period is not None and compare.period.start is None):
        return None
    moved = _compared(main, compare, units, clock)
    return Times((main, moved), known, _days(moved))


def offset(branches: tuple[Branch, ...], by: Length, clock: Clock) -> tuple[Branch, ...]:
    """The same branches, reading that much earlier."""
    return tuple(_moved(branch, by, clock, branch.suffix) for branch in branches)


def at_start_of(branches: tuple[Branch, ...], unit: str, clock: Clock) -> tuple[Branch, ...]:
    """The same branches, each bucket reading the first bucket of its calendar unit. Without a grain, a period that is
    named as a unit of time is a bucket by itself, and any other reads the first day."""
    outer, units = clock.calendars[unit], clock.units

    def first(branch: Branch) -> Branch:
        if units is None:
            named, day = clock.period_units or clock.calendars["day"], day_of(branch.end) - timedelta(days=1)
            source = start_of(named, start_of(outer, day))
            return replace(branch, start=source, end=following(named, source))
        spine = tuple(
            _whole(units, bucket.label, start_of(units, start_of(outer, bucket.source))) for bucket in branch.spine
        )
        return _over(branch, spine, branch.suffix)

    return tuple(first(branch) for branch in branches)


def widened(
    branches: tuple[Branch, ...], window: Window, calendars: Mapping[str, Units], today: date
) -> tuple[Branch, ...]:
    """The same branches, each bucket (or the whole period) reading its window, cut at today."""

    def days(start: date | None, end: date) -> tuple[date | None, date]:
        first, last = window_of(window, start, end, calendars)
        tomorrow = today + timedelta(days=1)
        is_cut = window.next is not None and midnight(last) > midnight(tomorrow)
        last = (midnight(tomorrow) if isinstance(last, datetime) else tomorrow) if is_cut else last
        return (min(first, last, key=midnight) if first is not None else None), last

    def one(branch: Branch) -> Branch:
        spine = []
        for bucket in branch.spine:
            first, last = days(bucket.start, bucket.end)
            spine.append(replace(bucket, start=first, end=last))
        start, end = days(branch.start, branch.end)
        return replace(branch, start=start, end=end, spine=tuple(spine))

    return tuple(one(branch) for branch in branches)


def from_period_start(branches: tuple[Branch, ...]) -> tuple[Branch, ...]:
    """The same branches, each bucket reading everything since the period began."""
    return tuple(
        replace(branch, spine=tuple(replace(bucket, start=branch.start) for bucket in branch.spine))
        for branch in branches
    )


def incomplete(units: Units, period: Period, today: date) -> tuple[date, ...]:
    """The buckets that the period's ends or `today` cut off. A unit is over when today is its last day or later."""
    assert period.start is not None, "only closed periods have buckets"
    known = period.cut_after(today)
    assert known.end is not None, "cut periods are closed at the end"
    begin, end = midnight(period.start), midnight(known.end)
    return tuple(
        first for first in starts(units, known) if midnight(first) < begin or midnight(following(units, first)) > end
    )


# ---- the other period of a comparison ----


def _other(asked: Period, compare: Compare, today: date) -> Period | None:
    if compare.to == "period":
        assert compare.period is not None, "checked by the query"
        return compare.period.cut_after(today)
    if asked.start is None:
        if asked.end is None and compare.to == "year":
            return Period(None, add_months(today, -12) + timedelta(days=1))
        return None
    return preceding(asked, today) if compare.to == "previous" else year_earlier(asked, today)


def _compared(main: Branch, compare: Compare, units: Units, clock: Clock) -> Branch:
    """The branch that each bucket is compared with: its own predecessor, or its namesake a year earlier."""
    if compare.to == "year" and not units.is_truncated_to:
        return _over(main, tuple(_year_before(units, bucket) for bucket in main.spine), "__previous")
    by = Length(1, units.name)
    if compare.to == "year":
        by = Length(52, "week") if units.name == "week" else Length(1, "year")
    elif compare.to == "period":
        assert compare.period is not None and compare.period.start is not None, "checked by the caller"
        assert main.start is not None, "checked by the caller"
        by = Length(units.number(main.start) - units.number(compare.period.start), units.name)
    return _moved(main, by, clock, "__previous")


def _year_before(units: Units, bucket: Bucket) -> Bucket:
    """The unit that begins nearest to the same day a year before: units of a model's own need not divide a year."""
    same_day = add_months(day_of(bucket.source), -12)
    number = units.number(same_day)
    source = min((units.start(number), units.start(number + 1)), key=lambda start: abs(day_of(start) - same_day))
    assert bucket.start is not None, "windows are opened after buckets are moved"
    return _like(units, bucket, source, source + (bucket.start - bucket.source))


# ---- buckets moved in time ----


def _spine(units: Units, known: Period) -> tuple[Bucket, ...]:
    if known.start is None or known.end is None:
        return ()
    count = unit_count(units, known)
    if count > MAX_BUCKETS:
        raise TooManyBucketsError(units.name, count)
    begin, end = known.start, known.end
    if units.has_clock:
        begin, end = midnight(begin), midnight(end)
    return tuple(
        Bucket(label, max(label, begin), min(following(units, label), end), label) for label in starts(units, known)
    )


def _moved(branch: Branch, by: Length, clock: Clock, suffix: Suffix) -> Branch:
    """The branch that much earlier. Units move to whole units where the length makes a whole number of them (and
    days and hours by months, to the same one of the month); else each bucket is read by its own moved ends."""
    units = clock.units

    def earlier(at: date) -> date:
        return back(at, by, clock.calendars)

    if units is None:
        start = earlier(branch.start) if branch.start is not None else None
        return replace(branch, start=start, end=_moved_end(branch, earlier), suffix=suffix)
    steps = units.steps(by)
    if steps is not None:
        spine = tuple(
            _moved_bucket(units, each, units.start(units.number(each.source) - steps), earlier) for each in branch.spine
        )
    elif in_months(by) is not None and (units.name == "day" or units.has_clock):
        spine = tuple(
            _moved_bucket(units, each, start_of(units, earlier(each.source)), earlier) for each in branch.spine
        )
    else:
        spine = tuple(_cut_out(each, earlier) for each in branch.spine)
        branch = replace(branch, is_ranged=True)
    return _over(branch, spine, suffix)


def _moved_end(branch: Branch, earlier: Callable[[date], date]) -> date:
    last = branch.end - timedelta(days=1)
    # an end on a month's first day moves as a day, any other end moves by its last day
    return earlier(branch.end) if branch.end.day == 1 else earlier(last) + timedelta(days=1)


def _moved_bucket(units: Units, bucket: Bucket, source: date, earlier: Callable[[date], date]) -> Bucket:
    assert bucket.start is not None, "windows are opened after buckets are moved"
    return _like(units, bucket, source, earlier(bucket.start))


def _like(units: Units, bucket: Bucket, source: date, start: date) -> Bucket:
    """The bucket reading the unit that begins at `source`; like for like, an unfinished one as many days of it."""
    assert bucket.start is not None, "windows are opened after buckets are moved"
    if bucket.start == bucket.source and bucket.end == following(units, bucket.source):
        return _whole(units, bucket.label, source)
    start = max(start, source)
    return Bucket(bucket.label, start, min(start + (bucket.end - bucket.start), following(units, source)), source)


def _whole(units: Units, label: date, source: date) -> Bucket:
    return Bucket(label, source, following(units, source), source)


def _cut_out(bucket: Bucket, earlier: Callable[[date], date]) -> Bucket:
    """The bucket reading its own days moved, whatever units they lie in."""
    assert bucket.start is not None, "windows are opened after buckets are moved"
    tick = tick_of(bucket.end)
    start = earlier(bucket.start)
    return Bucket(bucket.label, start, earlier(bucket.end - tick) + tick, start)


def _over(branch: Branch, spine: tuple[Bucket, ...], suffix: Suffix) -> Branch:
    """The branch over another spine, from its first day to its last."""
    starts_read = [bucket.start for bucket in spine if bucket.start is not None]
    ends = [bucket.end for bucket in spine]
    start, end = (min(starts_read), max(ends)) if starts_read else (branch.start, branch.start or branch.end)
    return replace(branch, start=start, end=end, spine=spine, is_moved=True, suffix=suffix)


def _days(branch: Branch) -> Period:
    """The days that a branch reads."""
    start = day_of(branch.start) if branch.start is not None else None
    end = day_of(branch.end)
    return Period(start, end if midnight(end) == midnight(branch.end) else end + timedelta(days=1))
