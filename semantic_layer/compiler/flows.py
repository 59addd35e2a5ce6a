"""Flows, snapshots, and stocks at one instant: rows in a period, grouped, in one SELECT."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.binding import substitute
from semantic_layer.calendars import CLOCK_GRAINS
from semantic_layer.compiler.aggregates import Parameters, aggregate, filtered
from semantic_layer.compiler.rows import Sources, spine_table, where
from semantic_layer.resolved import Branch, Measure
from semantic_layer.sql import (
    aliased,
    any_of,
    as_date,
    as_timestamp,
    day_literal,
    grouped,
    joined,
    select_from,
    subquery,
    truncated,
)

SPINE = "buckets"


@dataclass(frozen=True, eq=False)
class Pass:
    """A SELECT that yields the group keys, the bucket (named by the grain) and the measures in `aliases`."""

    name: str
    select: exp.Select
    aliases: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Shape:
    """The group columns of the query that a pass serves."""

    keys: tuple[str, ...]
    grain: str | None

    @property
    def names(self) -> tuple[str, ...]:
        """The keys, then the grain."""
        return (*self.keys, self.grain) if self.grain is not None else self.keys


@dataclass(frozen=True, eq=False)
class Reading:
    """The rows to group: a SELECT without outputs, the bucket's label, conditions, and what `$bucket_*` stand for."""

    select: exp.Select
    label: exp.Expr | None
    conditions: list[exp.Expr | None]
    parameters: Parameters


def flow(group: list[Measure], branch: Branch, shape: Shape, sources: Sources) -> exp.Select:
    """Measures over the branch's days; moved buckets are put under the labels that they are shown under."""
    first = group[0]
    bucket = truncated(first.time, shape.grain) if first.time is not None and shape.grain is not None else None
    reading = Reading(
        sources.read(first.rows, (step for measure in group for step in measure.rows.steps), day_literal(branch.end)),
        bucket,
        [*sources.filters(first.rows), *time_limits(first, branch)],
        _bucket_parameters(branch, bucket, shape.grain),
    )
    select = grouped_rows(group, branch, shape, reading)
    if not branch.is_moved or shape.grain is None:
        return select
    aliases = [measure.alias + branch.suffix for measure in group]
    return _relabelled(select, branch, shape, shape.grain, aliases)


def grouped_rows(group: list[Measure], branch: Branch, shape: Shape, reading: Reading) -> exp.Select:
    """The measures over rows, by the shape's groups: one stage, or two for measures per entity."""
    first = group[0]
    outputs = key_outputs(first, shape, reading.label)
    if first.per is not None:
        return _two_stages(group, branch, shape, reading, outputs)
    if first.latest is not None:
        return _latest(first, branch, shape, reading, outputs)
    conditions = list(reading.conditions)
    is_shared = all(measure.condition == first.condition for measure in group[1:])
    if is_shared:
        conditions.append(_with(first.condition, reading.parameters))
    elif all(measure.condition is not None for measure in group):
        conditions.append(any_of(substitute(m.condition, reading.parameters) for m in group if m.condition is not None))
    for measure in group:
        value = aggregate(measure, reading.parameters)
        if not is_shared and measure.condition is not None:
            value = filtered(value, substitute(measure.condition, reading.parameters))
        outputs.append(aliased(value, measure.alias + branch.suffix))
    select = where(reading.select.select(*outputs, copy=False), conditions)
    return grouped(select, len(shape.names))


def _two_stages(
    group: list[Measure], branch: Branch, shape: Shape, reading: Reading, outputs: list[exp.Expr]
) -> exp.Select:
    per = group[0].per
    assert per is not None, "called for measures per entity"
    outputs.append(aliased(per.key.copy(), "entity"))
    outputs += [aliased(substitute(tree, reading.parameters), name) for name, tree in per.values]
    bound = [_with(each, reading.parameters) for each in (*reading.conditions, group[0].condition)]
    inner = grouped(where(reading.select.select(*outputs, copy=False), bound), len(shape.names) + 1)
    columns: list[exp.Expr] = [exp.column(name) for name in shape.names]
    columns += [aliased(aggregate(m, reading.parameters), m.alias + branch.suffix) for m in group]
    outer = select_from(subquery(inner, "per_entity"))
    return grouped(outer.select(*columns, copy=False), len(shape.names))


def _latest(
    measure: Measure, branch: Branch, shape: Shape, reading: Reading, outputs: list[exp.Expr]
) -> exp.Select:
    """Rank rows within each bucket and each `per`, then aggregate over the first of them."""
    latest = measure.latest
    assert latest is not None, "called for semi-additive measures"
    value = aggregate(measure, reading.parameters)
    columns = list(dict.fromkeys(value.find_all(exp.Column)))
    names = {column: f"value_{index + 1}" for index, column in enumerate(columns)}
    order = exp.Ordered(this=latest.by.copy(), desc=latest.is_last, nulls_first=False)
    within = [each.copy() for each in latest.per]
    if reading.label is not None:
        within.append(reading.label.copy())
    place = exp.Window(this=exp.Rank(), partition_by=within, order=exp.Order(expressions=[order]))
    outputs += [aliased(column.copy(), name) for column, name in names.items()]
    outputs.append(aliased(place, "place"))
    conditions = [*reading.conditions, _with(measure.condition, reading.parameters)]
    conditions.append(exp.Not(this=exp.Is(this=latest.by.copy(), expression=exp.Null())))
    inner = where(reading.select.select(*outputs, copy=False), conditions)
    outer_value = value.transform(lambda node: exp.column(names[node]) if isinstance(node, exp.Column) else node)
    chosen: list[exp.Expr] = [exp.column(name) for name in shape.names]
    chosen.append(aliased(outer_value, measure.alias + branch.suffix))
    outer = select_from(subquery(inner, "ranked_rows")).select(*chosen, copy=False)
    outer = where(outer, [exp.EQ(this=exp.column("place"), expression=exp.Literal.number(1))])
    return grouped(outer, len(shape.names))


def _relabelled(select: exp.Select, branch: Branch, shape: Shape, grain: str, aliases: list[str]) -> exp.Select:
    on = exp.EQ(this=exp.column(grain, table="found"), expression=exp.column("source", table=SPINE))
    outer = joined(select_from(subquery(select, "found")), spine_table(branch.spine, SPINE, is_moved=True), on)
    outputs: list[exp.Expr] = [exp.column(key, table="found") for key in shape.keys]
    outputs.append(aliased(exp.column("bucket", table=SPINE), grain))
    outputs += [exp.column(alias, table="found") for alias in aliases]
    return outer.select(*outputs, copy=False)


def key_outputs(measure: Measure, shape: Shape, label: exp.Expr | None) -> list[exp.Expr]:
    """The group columns of rows, the bucket under the grain's name last."""
    outputs: list[exp.Expr] = [
        aliased(tree.copy(), name) for name, tree in zip(shape.keys, measure.rows.keys, strict=True)
    ]
    if label is not None and shape.grain is not None:
        outputs.append(aliased(label.copy(), shape.grain))
    return outputs


def time_limits(measure: Measure, branch: Branch) -> list[exp.Expr]:
    """The days of the branch, for a measure's rows."""
    end = day_literal(branch.end)
    if measure.kind == "snapshot":
        return []
    if measure.kind == "stock":
        return valid_at(measure, end)
    assert measure.time is not None, "flows have a time"
    found: list[exp.Expr] = []
    if branch.start is not None:
        found.append(exp.GTE(this=measure.time.copy(), expression=day_literal(branch.start)))
    found.append(exp.LT(this=measure.time.copy(), expression=end))
    return found


def valid_at(measure: Measure, instant: exp.Expr) -> list[exp.Expr]:
    """The rows of a stock that count at an instant."""
    assert measure.since is not None, "stocks have a beginning"
    found: list[exp.Expr] = [exp.LT(this=measure.since.copy(), expression=instant.copy())]
    if measure.until is not None:
        open_end = exp.Is(this=measure.until.copy(), expression=exp.Null())
        later = exp.GTE(this=measure.until.copy(), expression=instant.copy())
        found.append(any_of([open_end, later]))
    return found


def _bucket_parameters(branch: Branch, bucket: exp.Expr | None, grain: str | None) -> Parameters:
    start = day_literal(branch.start) if branch.start is not None else as_date(exp.Literal.string("0001-01-01"))
    end = day_literal(branch.end)
    if bucket is None or grain is None:
        return {"bucket_start": start, "bucket_end": end}
    one = exp.Interval(this=exp.Literal.string("1"), unit=exp.var(grain.upper()))
    following: exp.Expr = exp.Add(this=bucket.copy(), expression=one)
    following = as_timestamp(following) if grain in CLOCK_GRAINS else as_date(following)
    return {
        "bucket_start": exp.Greatest(this=bucket.copy(), expressions=[start], ignore_nulls=False),
        "bucket_end": exp.Least(this=following, expressions=[end], ignore_nulls=False),
    }


def _with(condition: exp.Expr | None, parameters: Parameters) -> exp.Expr | None:
    return substitute(condition, parameters) if condition is not None else None
