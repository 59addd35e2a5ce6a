"""Measures that match two sets of rows by entity: transitions (who of a stock) and conversions (what follows what)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Literal

from sqlglot import exp

from semantic_layer.compiler.flows import (
    SPINE,
    Shape,
    bound,
    bucket_parameters,
    held_within,
    key_outputs,
    time_limits,
    valid_at,
)
from semantic_layer.compiler.rows import Sources, spine_table, where
from semantic_layer.resolve.leaves import Branch, Measure
from semantic_layer.sql.nodes import (
    aliased,
    all_of,
    any_of,
    day_literal,
    division,
    free_name,
    grouped,
    joined,
    select_from,
    subquery,
    truncated,
)

# at least as many days as the unit ever has
_DAYS: Mapping[str, float] = {
    "second": 1 / 86400,
    "minute": 1 / 1440,
    "hour": 1 / 24,
    "day": 1,
    "week": 7,
    "month": 31,
    "quarter": 92,
    "year": 366,
}


def transition(measure: Measure, branch: Branch, shape: Shape, sources: Sources) -> exp.Select:
    """Of those whom the stock holds at the start of each bucket, the share with an event in it."""
    own = partial(free_name, taken=shape.names)
    pairs = [(own("entity"), "entity")]
    if shape.grain is not None:
        is_relabelled = branch.is_moved and not branch.is_ranged
        pairs.append((own("source") if is_relabelled else shape.grain, shape.grain))
    on = all_of(
        exp.EQ(this=exp.column(one, table="members"), expression=exp.column(other, table="events"))
        for one, other in pairs
    )
    select = select_from(subquery(_members(measure, branch, shape, sources), "members"))
    select = joined(select, subquery(_events(measure, branch, shape, sources), "events"), on, "LEFT")
    met = exp.Count(this=exp.column("entity", table="events"), big_int=True)
    there = exp.Count(this=exp.Star(), big_int=True)
    assert measure.transition is not None, "called for transitions"
    value = {"share": division(met, there), "event": met, "base": there}[measure.transition.told]
    outputs = [exp.column(name, table="members") for name in shape.names]
    select = select.select(*outputs, aliased(value, measure.alias + branch.suffix), copy=False)
    return grouped(select, len(shape.names))


def _members(measure: Measure, branch: Branch, shape: Shape, sources: Sources) -> exp.Select:
    """Who the stock holds at the start of each bucket."""
    parts = measure.transition
    assert parts is not None, "called for transitions"
    base, rows = parts.base, parts.base.rows
    label: exp.Expr | None = None
    limits: list[exp.Expr] = []
    instant = day_literal(branch.start) if branch.start is not None else day_literal(branch.end)
    if shape.grain is not None:
        instant = exp.column("bucket_start", table=SPINE)
        on = all_of(valid_at(base, instant))
        spine = spine_table(branch.spine, SPINE, is_moved=branch.is_moved)
        select = sources.along(rows.dataset, rows.steps, lambda each: joined(each, spine, on), instant)
        label = exp.column("bucket", table=SPINE)
        starts = [bucket.start for bucket in branch.spine if bucket.start is not None]
        limits = held_within(base, min(starts), max(starts)) if starts else []
    elif branch.start is not None:
        limits = valid_at(base, instant)
        select = sources.joined(rows.dataset, rows.steps, instant)
    else:
        # over all of history nobody was there at its start
        limits = [exp.false()]
        select = sources.joined(rows.dataset, rows.steps, day_literal(branch.end))
    outputs = key_outputs(base, shape, label)
    outputs.append(aliased(parts.base_key.copy(), free_name("entity", shape.names)))
    if shape.grain is not None and branch.is_moved:
        outputs.append(aliased(exp.column("source", table=SPINE), free_name("source", shape.names)))
    condition = bound(base.condition, {"bucket_end": instant})
    select = where(select.select(*outputs, copy=False), [*sources.filters(base.rows), condition, *limits])
    return select.distinct(copy=False)


def _events(measure: Measure, branch: Branch, shape: Shape, sources: Sources) -> exp.Select:
    parts = measure.transition
    assert parts is not None, "called for transitions"
    event = parts.event
    assert event.time is not None, "events happen at a time"
    select = sources.joined(event.rows.dataset, event.rows.steps)
    outputs: list[exp.Expr] = [aliased(parts.event_key.copy(), "entity")]
    bucket: exp.Expr | None = None
    if shape.grain is not None:
        bucket = truncated(event.time, shape.grain)
        if branch.is_ranged:
            select, bucket = _in_buckets(select, event.time, branch)
        outputs.append(aliased(bucket, shape.grain))
    condition = bound(event.condition, bucket_parameters(branch, bucket, shape.grain))
    limits = [*sources.filters(event.rows), condition, *time_limits(event, branch)]
    select = where(select.select(*outputs, copy=False), limits)
    return select.distinct(copy=False)


def _in_buckets(
    select: exp.Select, time: exp.Expr, branch: Branch, side: Literal["LEFT", ""] = ""
) -> tuple[exp.Select, exp.Expr]:
    """Rows joined to the buckets in whose ends they lie, and the label of those."""
    within: list[exp.Expr] = [
        exp.GTE(this=time.copy(), expression=exp.column("bucket_start", table=SPINE)),
        exp.LT(this=time.copy(), expression=exp.column("bucket_end", table=SPINE)),
    ]
    return joined(select, spine_table(branch.spine, SPINE), all_of(within), side), exp.column("bucket", table=SPINE)


def conversion(measure: Measure, branch: Branch, shape: Shape, sources: Sources) -> exp.Select:
    """How many later events follow earlier ones: each is counted for the nearest earlier one that fits. Or how many
    earlier ones are followed, each once.

    Whether that one is in the period and meets the request's filters is asked afterwards, so that periods and groups
    add up; rows with an origin of their own come chosen. With an event value, the measure's aggregate over the values
    of those events.
    """
    parts = measure.conversion
    assert parts is not None and parts.base.time is not None, "called for conversions"
    earlier, later = "earlier", "later"
    own = partial(free_name, taken=shape.names)
    happened = exp.column(own("happened_at"), table=earlier)
    followed = exp.column("followed_at", table=later)
    conditions: list[exp.Expr] = [
        exp.EQ(this=exp.column(own("entity"), table=earlier), expression=exp.column("entity", table=later)),
        exp.LTE(this=happened, expression=followed),
    ]
    if parts.within is not None:
        count, unit = parts.within
        size = exp.Interval(this=exp.Literal.string(str(count)), unit=exp.var(unit.upper()))
        limit = exp.Sub(this=followed.copy(), expression=size)
        conditions.append(exp.GT(this=happened.copy(), expression=limit))
    for index in range(len(parts.same)):
        agreed = exp.column(own(f"same_{index + 1}"), table=earlier)
        conditions.append(exp.EQ(this=agreed, expression=_at(later, "same", index)))
    if parts.is_of_same_rows:
        # no event follows itself
        conditions.append(
            any_of(
                exp.NEQ(this=exp.column(own(f"base_{i + 1}"), table=earlier), expression=_at(later, "event", i))
                for i in range(len(parts.base_id))
            )
        )
    order = [exp.Ordered(this=happened.copy(), desc=True, nulls_first=False)]
    for index in range(len(parts.base_id)):
        order.append(exp.Ordered(this=exp.column(own(f"base_{index + 1}"), table=earlier), nulls_first=False))
    identity = [_at(later, "event", index) for index in range(len(parts.event_id))]
    place = exp.Window(this=exp.RowNumber(), partition_by=identity, order=exp.Order(expressions=order))
    pairs = select_from(subquery(_earlier(measure, branch, shape, sources), earlier))
    pairs = joined(pairs, subquery(_later(measure, branch, sources), later), all_of(conditions))
    outputs: list[exp.Expr] = [exp.column(name, table=earlier) for name in shape.names]
    if parts.base.rows.origin is None:
        outputs.append(exp.column(own("is_asked"), table=earlier))
    if parts.event_value is not None:
        outputs.append(exp.column("value", table=later))
    value = measure.aggregate if measure.aggregate is not None else exp.Count(this=exp.Star(), big_int=True)
    count_all = aliased(value.copy(), measure.alias + branch.suffix)
    columns = [exp.column(name) for name in shape.names]
    chosen: list[exp.Expr] = [exp.column(own("is_asked"))] if parts.base.rows.origin is None else []
    if parts.counts_starts:
        starts = [exp.column(own(f"base_{index + 1}"), table=earlier) for index in range(len(parts.base_id))]
        pairs = where(pairs.select(*outputs, *starts, copy=False).distinct(copy=False), chosen)
    else:
        pairs = pairs.select(*outputs, aliased(place, own("place")), copy=False)
        chosen = [exp.EQ(this=exp.column(own("place")), expression=exp.Literal.number(1)), *chosen]
    select = select_from(subquery(pairs, "pairs"))
    if not parts.counts_starts:
        select = where(select, chosen)
    return grouped(select.select(*columns, count_all, copy=False), len(shape.names))


def _at(side: str, name: str, index: int) -> exp.Column:
    """One of the numbered columns of a side."""
    return exp.column(f"{name}_{index + 1}", table=side)


def _earlier(measure: Measure, branch: Branch, shape: Shape, sources: Sources) -> exp.Select:
    parts = measure.conversion
    assert parts is not None and parts.base.time is not None, "called for conversions"
    base, time = parts.base, parts.base.time
    select = sources.read(base.rows)
    label = truncated(time, shape.grain) if shape.grain is not None else None
    is_chosen_after = base.rows.origin is None
    asked: list[exp.Expr] = time_limits(base, branch)
    if shape.grain is not None and (branch.is_moved or branch.is_ranged):
        select, label = _in_buckets(select, time, branch, "LEFT" if is_chosen_after else "")
        asked.append(exp.Not(this=exp.Is(this=label.copy(), expression=exp.Null())))
    outputs = key_outputs(base, shape, label)
    own = partial(free_name, taken=shape.names)
    outputs += [aliased(parts.base_key.copy(), own("entity")), aliased(time.copy(), own("happened_at"))]
    outputs += [aliased(one.copy(), own(f"same_{index + 1}")) for index, (one, _) in enumerate(parts.same)]
    outputs += [aliased(tree.copy(), own(f"base_{index + 1}")) for index, tree in enumerate(parts.base_id)]
    condition = bound(base.condition, bucket_parameters(branch, label, shape.grain))
    conditions = [condition]
    if is_chosen_after:
        # entities are the same on both sides, and so may be chosen at once
        at_once = [each for each in base.rows.filters if each.find(exp.Placeholder) is not None]
        asked += [each.copy() for each in base.rows.filters if each not in at_once]
        conditions += sources.filters(replace(base.rows, filters=tuple(at_once)))
        outputs.append(aliased(all_of(asked), own("is_asked")))
    else:
        conditions += [*sources.filters(base.rows), *asked]
    return where(select.select(*outputs, copy=False), conditions)


def _later(measure: Measure, branch: Branch, sources: Sources) -> exp.Select:
    """What may follow, from the first day on, and not much later than it can."""
    parts = measure.conversion
    assert parts is not None and parts.event.time is not None, "called for conversions"
    event, time = parts.event, parts.event.time
    select = sources.read(event.rows)
    outputs: list[exp.Expr] = [aliased(parts.event_key.copy(), "entity"), aliased(time.copy(), "followed_at")]
    outputs += [aliased(tree.copy(), f"event_{index + 1}") for index, tree in enumerate(parts.event_id)]
    outputs += [aliased(other.copy(), f"same_{index + 1}") for index, (_, other) in enumerate(parts.same)]
    if parts.event_value is not None:
        outputs.append(aliased(parts.event_value.copy(), "value"))
    limits: list[exp.Expr] = []
    if branch.start is not None:
        limits.append(exp.GTE(this=time.copy(), expression=day_literal(branch.start)))
    latest = _latest(branch.end, *parts.within) if parts.within is not None else None
    if latest is not None:
        limits.append(exp.LT(this=time.copy(), expression=day_literal(latest)))
    return where(select.select(*outputs, copy=False), [*sources.filters(event.rows), event.condition, *limits])


def _latest(end: date, count: int, unit: str) -> date | None:
    """A day after all that begins before `end` and lasts so long, if there is one; months have days to spare, as their
    ends are cut."""
    days = math.ceil(count * _DAYS[unit]) + 1 if unit in _DAYS else None
    if days is None or end.toordinal() + days > date.max.toordinal():
        return None
    return end + timedelta(days=days)
