"""Measures that match two sets of rows by entity: transitions (who of a stock) and conversions (what follows what)."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler.flows import SPINE, Shape, key_outputs, time_limits, valid_at
from semantic_layer.compiler.rows import Sources, spine_table, where
from semantic_layer.resolved import Branch, Measure
from semantic_layer.sql import (
    aliased,
    all_of,
    day_literal,
    division,
    grouped,
    joined,
    select_from,
    subquery,
    truncated,
)


def transition(measure: Measure, branch: Branch, shape: Shape, sources: Sources) -> exp.Select:
    """Of those whom the stock holds at the start of each bucket, the share with an event in it."""
    pairs = [("entity", "entity")]
    if shape.grain is not None:
        is_relabelled = branch.is_moved and not branch.is_ranged
        pairs.append(("source" if is_relabelled else shape.grain, shape.grain))
    on = all_of(
        exp.EQ(this=exp.column(one, table="members"), expression=exp.column(other, table="events"))
        for one, other in pairs
    )
    select = select_from(subquery(_members(measure, branch, shape, sources), "members"))
    select = joined(select, subquery(_events(measure, branch, shape, sources), "events"), on, "LEFT")
    met = exp.Count(this=exp.column("entity", table="events"), big_int=True)
    share = division(met, exp.Count(this=exp.Star(), big_int=True))
    outputs = [exp.column(name, table="members") for name in shape.names]
    select = select.select(*outputs, aliased(share, measure.alias + branch.suffix), copy=False)
    return grouped(select, len(shape.names))


def _members(measure: Measure, branch: Branch, shape: Shape, sources: Sources) -> exp.Select:
    """Who the stock holds at the start of each bucket."""
    parts = measure.transition
    assert parts is not None, "called for transitions"
    base, rows = parts.base, parts.base.rows
    label: exp.Expr | None = None
    limits: list[exp.Expr] = []
    if shape.grain is not None:
        start = exp.column("bucket_start", table=SPINE)
        on = all_of(valid_at(base, start))
        spine = spine_table(branch.spine, SPINE, is_moved=branch.is_moved)
        select = sources.along(rows.dataset, rows.steps, lambda each: joined(each, spine, on), start)
        label = exp.column("bucket", table=SPINE)
    elif branch.start is not None:
        limits = valid_at(base, day_literal(branch.start))
        select = sources.joined(rows.dataset, rows.steps, day_literal(branch.start))
    else:
        # over all of history nobody was there at its start
        limits = [exp.false()]
        select = sources.joined(rows.dataset, rows.steps, day_literal(branch.end))
    outputs = key_outputs(base, shape, label)
    outputs.append(aliased(parts.base_key.copy(), "entity"))
    if shape.grain is not None and branch.is_moved:
        outputs.append(exp.column("source", table=SPINE))
    select = where(select.select(*outputs, copy=False), [*sources.filters(base.rows), base.condition, *limits])
    return select.distinct(copy=False)


def _events(measure: Measure, branch: Branch, shape: Shape, sources: Sources) -> exp.Select:
    parts = measure.transition
    assert parts is not None, "called for transitions"
    event = parts.event
    assert event.time is not None, "events happen at a time"
    select = sources.joined(event.rows.dataset, event.rows.steps)
    outputs: list[exp.Expr] = [aliased(parts.event_key.copy(), "entity")]
    if shape.grain is not None:
        label = truncated(event.time, shape.grain)
        if branch.is_ranged:
            select, label = _in_buckets(select, event.time, branch)
        outputs.append(aliased(label, shape.grain))
    select = where(select.select(*outputs, copy=False), [event.condition, *time_limits(event, branch)])
    return select.distinct(copy=False)


def _in_buckets(select: exp.Select, time: exp.Expr, branch: Branch) -> tuple[exp.Select, exp.Expr]:
    """Rows joined to the buckets in whose ends they lie, and the label of those."""
    within: list[exp.Expr] = [
        exp.GTE(this=time.copy(), expression=exp.column("bucket_start", table=SPINE)),
        exp.LT(this=time.copy(), expression=exp.column("bucket_end", table=SPINE)),
    ]
    return joined(select, spine_table(branch.spine, SPINE), all_of(within)), exp.column("bucket", table=SPINE)


def conversion(measure: Measure, branch: Branch, shape: Shape, sources: Sources) -> exp.Select:
    """How many later events follow earlier ones: each is counted for the nearest earlier one that fits.

    With an event value, the measure's aggregate over the values of those events.
    """
    parts = measure.conversion
    assert parts is not None and parts.base.time is not None, "called for conversions"
    earlier, later = "earlier", "later"
    happened = exp.column("happened_at", table=earlier)
    followed = exp.column("followed_at", table=later)
    conditions: list[exp.Expr] = [
        exp.EQ(this=exp.column("entity", table=earlier), expression=exp.column("entity", table=later)),
        exp.LTE(this=happened, expression=followed),
    ]
    if parts.within is not None:
        count, unit = parts.within
        size = exp.Interval(this=exp.Literal.string(str(count)), unit=exp.var(unit.upper()))
        limit = exp.Sub(this=followed.copy(), expression=size)
        conditions.append(exp.GT(this=happened.copy(), expression=limit))
    for index in range(len(parts.same)):
        name = f"same_{index + 1}"
        conditions.append(exp.EQ(this=exp.column(name, table=earlier), expression=exp.column(name, table=later)))
    latest_first = exp.Ordered(this=happened.copy(), desc=True, nulls_first=False)
    identity = [exp.column(f"event_{index + 1}", table=later) for index in range(len(parts.event_id))]
    place = exp.Window(
        this=exp.RowNumber(), partition_by=identity, order=exp.Order(expressions=[latest_first])
    )  # fmt: skip
    pairs = select_from(subquery(_earlier(measure, branch, shape, sources), earlier))
    pairs = joined(pairs, subquery(_later(measure, sources), later), all_of(conditions))
    outputs: list[exp.Expr] = [exp.column(name, table=earlier) for name in shape.names]
    if parts.event_value is not None:
        outputs.append(exp.column("value", table=later))
    pairs = pairs.select(*outputs, aliased(place, "place"), copy=False)
    nearest = exp.EQ(this=exp.column("place"), expression=exp.Literal.number(1))
    value = measure.aggregate if measure.aggregate is not None else exp.Count(this=exp.Star(), big_int=True)
    count_all = aliased(value.copy(), measure.alias + branch.suffix)
    select = select_from(subquery(pairs, "pairs"))
    columns = [exp.column(name) for name in shape.names]
    return grouped(where(select.select(*columns, count_all, copy=False), [nearest]), len(shape.names))


def _earlier(measure: Measure, branch: Branch, shape: Shape, sources: Sources) -> exp.Select:
    parts = measure.conversion
    assert parts is not None and parts.base.time is not None, "called for conversions"
    base, time = parts.base, parts.base.time
    select = sources.read(base.rows)
    label = truncated(time, shape.grain) if shape.grain is not None else None
    if shape.grain is not None and (branch.is_moved or branch.is_ranged):
        select, label = _in_buckets(select, time, branch)
    outputs = key_outputs(base, shape, label)
    outputs += [aliased(parts.base_key.copy(), "entity"), aliased(time.copy(), "happened_at")]
    outputs += [aliased(one.copy(), f"same_{index + 1}") for index, (one, _) in enumerate(parts.same)]
    conditions = [*sources.filters(base.rows), base.condition, *time_limits(base, branch)]
    return where(select.select(*outputs, copy=False), conditions)


def _later(measure: Measure, sources: Sources) -> exp.Select:
    parts = measure.conversion
    assert parts is not None and parts.event.time is not None, "called for conversions"
    event, time = parts.event, parts.event.time
    select = sources.read(event.rows)
    outputs: list[exp.Expr] = [aliased(parts.event_key.copy(), "entity"), aliased(time.copy(), "followed_at")]
    outputs += [aliased(tree.copy(), f"event_{index + 1}") for index, tree in enumerate(parts.event_id)]
    outputs += [aliased(other.copy(), f"same_{index + 1}") for index, (_, other) in enumerate(parts.same)]
    if parts.event_value is not None:
        outputs.append(aliased(parts.event_value.copy(), "value"))
    return where(select.select(*outputs, copy=False), [*sources.filters(event.rows), event.condition])
