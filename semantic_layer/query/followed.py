"""The counts of what follows events, as the statement gives them, made shares with intervals and differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from semantic_layer.query.cautions import Caution, FewInGroup, NotOverYet
from semantic_layer.query.result import Column, Value
from semantic_layer.query.statistics import (
    Estimate,
    Sample,
    difference_of_means,
    difference_of_shares,
    mean_of,
    share_of,
)

Row = tuple[Value, ...]
_COUNTS = 7  # a row's group and counts; behind them days


@dataclass(frozen=True)
class Asked:
    """How the counts are to be told: `bands` are the bounds of the groups, `days` those that an event must have had."""

    event: str
    bands: tuple[float, ...]
    is_negated: bool
    is_average: bool
    days: int
    small: int


@dataclass(frozen=True)
class _Group:
    value: Value
    events: float
    followed: float
    times: Sample
    people: float
    pending: float
    days: tuple[Value, ...] = ()


def followed(
    rows: Sequence[Row], asked: Asked, columns: Sequence[Column]
) -> tuple[tuple[Row, ...], tuple[Caution, ...]]:
    """A row for each group, those of most first unless bands or a pair give the order, and what is to be said."""
    has_groups = columns[0].role == "dimension"
    groups = [_read(row, asked) for row in rows]
    if columns[0].name == "group":
        groups.sort(key=lambda each: (each.value is None, each.value != "those"))
    elif has_groups and not asked.bands and columns[0].type == "text":
        groups.sort(key=lambda each: -_rate(each, asked))
    # what is in no group is none of the others that a group is held against
    known = [each for each in groups if each.value is not None or not has_groups]
    whole = _Group(
        None,
        sum(each.events for each in known),
        sum(each.followed for each in known),
        Sample(*(sum(getattr(each.times, part) for each in known) for part in ("count", "total", "squares"))),
        0.0,  # one and the same may be in several groups
        sum(each.pending for each in groups),
    )
    found = tuple(tuple(_cells(each, whole, asked, has_groups=has_groups)) for each in groups)
    return found, tuple(_cautions(groups, whole, asked))


def _read(row: Row, asked: Asked) -> _Group:
    value, *counts = row[:_COUNTS]
    events, done, times, squares, people, pending = (
        float(each) if isinstance(each, int | float) else 0.0 for each in counts
    )
    sample = Sample(events, times, squares)
    group = _Group(_band(value, asked.bands), events, done, sample, people, pending, row[_COUNTS:])
    return replace(group, followed=events - done) if asked.is_negated else group


def _band(value: Value, bands: tuple[float, ...]) -> Value:
    """The name of the band of a number."""
    if not bands or not isinstance(value, int | float):
        return value
    return band_names([f"{each:g}" for each in bands])[int(value)]


def band_names(bounds: Sequence[str]) -> tuple[str, ...]:
    """What the bands between written bounds are called.

    >>> band_names(["24", "48"])
    ('< 24', '24 – 48', '≥ 48')
    """
    between = (f"{one} – {other}" for one, other in pairwise(bounds))
    return f"< {bounds[0]}", *between, f"≥ {bounds[-1]}"


def _rate(group: _Group, asked: Asked) -> float:
    if not group.events:
        return -1.0
    return (group.times.total if asked.is_average else group.followed) / group.events


def _cells(group: _Group, whole: _Group, asked: Asked, *, has_groups: bool) -> Iterator[Value]:
    if has_groups:
        yield group.value
    yield group.events
    yield group.times.total if asked.is_average else group.followed
    own = mean_of(group.times) if asked.is_average else share_of(group.followed, group.events)
    yield from _told(own, (lambda each: each.value, lambda each: each.low, lambda each: each.high))
    if has_groups:
        apart = _difference(group, whole, asked) if group.value is not None else None
        parts = (lambda each: each.value, lambda each: each.low, lambda each: each.high, lambda each: each.p_value)
        yield from _told(apart, parts)
    yield group.people
    yield group.pending
    yield from group.days


def _difference(group: _Group, whole: _Group, asked: Asked) -> Estimate | None:
    if asked.is_average:
        return difference_of_means(group.times, whole.times - group.times)
    others = whole.events - group.events
    return difference_of_shares(group.followed, group.events, whole.followed - group.followed, others)


def _told(found: Estimate | None, parts: Sequence[Callable[[Estimate], float | None]]) -> Iterator[Value]:
    yield from (part(found) if found is not None else None for part in parts)


def _cautions(groups: list[_Group], whole: _Group, asked: Asked) -> Iterator[Caution]:
    if whole.pending:
        yield NotOverYet("event", asked.event, int(whole.pending), asked.days)
    if len(groups) > 1 and any(0 < each.events < asked.small for each in groups):
        yield FewInGroup("event", asked.small)


def next_steps(rows: Sequence[Row], event: str, days: int, shown: int) -> tuple[tuple[Row, ...], tuple[Caution, ...]]:
    """The commonest next steps with their shares of all events, then what nothing followed; and what is to be said."""
    steps = [_step(row) for row in rows]
    whole, pending = sum(each.count for each in steps), sum(each.pending for each in steps)
    found: list[Row] = []
    named = [each for each in steps if each.name is not None and each.count][:shown]
    for each in (*named, *(one for one in steps if one.name is None and one.count)):
        own = share_of(each.count, whole)
        share = (own.value, own.low, own.high) if own is not None else (None, None, None)
        found.append((each.name, each.count, *share, each.hours))
    told = (NotOverYet("event", event, int(pending), days),) if pending else ()
    return tuple(found), told


@dataclass(frozen=True)
class _Step:
    name: Value
    count: float
    hours: float | None
    pending: float


def _step(row: Row) -> _Step:
    name, *rest = row
    count, hours, pending = (float(each) if isinstance(each, int | float) else None for each in rest)
    return _Step(name, count or 0.0, hours, pending or 0.0)
