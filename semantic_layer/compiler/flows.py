"""Flows, snapshots, and stocks at one instant: rows in a period, grouped, in one SELECT."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlglot import exp

from semantic_layer.compiler.aggregates import Parameters, aggregate, narrowed_values
from semantic_layer.compiler.rows import Sources, labels_table, where
from semantic_layer.resolve.binding import substitute
from semantic_layer.resolve.leaves import Branch, LatestRows, Measure, PerStage
from semantic_layer.resolve.measures import key_name
from semantic_layer.sql.nodes import (
    aliased,
    any_of,
    as_date,
    as_timestamp,
    day_literal,
    division,
    free_name,
    grouped,
    joined,
    select_from,
    subquery,
    truncated,
)
from semantic_layer.time.units import CLOCK_GRAINS

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
        bucket_parameters(branch, bucket, shape.grain),
    )
    select = grouped_rows(group, branch, shape, reading)
    if not branch.is_moved or shape.grain is None:
        return select
    aliases = [measure.alias + branch.suffix for measure in group]
    return _relabelled(select, branch, shape, shape.grain, aliases)


def grouped_rows(group: list[Measure], branch: Branch, shape: Shape, reading: Reading) -> exp.Select:
    """The measures over rows, by the shape's groups: one stage, or two for measures per entity."""
    first = group[0]
    if first.latest is not None:
        first, reading = _latest_only(first, first.latest, shape, reading)
        group = [first]
    outputs = key_outputs(first, shape, reading.label)
    if first.per is not None:
        return _two_stages(group, first.per, branch, shape, reading, outputs)
    values, conditions = narrowed_values(group, reading.parameters)
    for measure, value in zip(group, values, strict=True):
        outputs.append(aliased(value, measure.alias + branch.suffix))
    select = where(reading.select.select(*outputs, copy=False), [*reading.conditions, *conditions])
    return grouped(select, len(shape.names))


def _two_stages(
    group: list[Measure], per: PerStage, branch: Branch, shape: Shape, reading: Reading, outputs: list[exp.Expr]
) -> exp.Select:
    # inner values and groups may have the same name, as they are named apart by their authors
    own = (*map(key_name, range(len(per.keys))), *dict(per.values), *dict(per.above))
    names = {name: free_name(name, shape.names) for name in own}
    outputs += [aliased(key.copy(), names[key_name(place)]) for place, key in enumerate(per.keys)]
    outputs += [aliased(substitute(tree, reading.parameters), names[name]) for name, tree in per.values]
    conditions = [bound(each, reading.parameters) for each in (*reading.conditions, group[0].condition)]
    # rows of nobody are no entity of their own
    conditions += [exp.Not(this=exp.Is(this=key.copy(), expression=exp.Null())) for key in per.keys]
    inner = grouped(where(reading.select.select(*outputs, copy=False), conditions), len(shape.names) + len(per.keys))
    columns: list[exp.Expr] = [exp.column(name) for name in shape.names]
    columns += [aliased(_renamed(aggregate(m, reading.parameters), names), m.alias + branch.suffix) for m in group]
    outer = select_from(subquery(_with_places(inner, per, shape, names), "per_entity"))
    return grouped(outer.select(*columns, copy=False), len(shape.names))


def _with_places(inner: exp.Select, per: PerStage, shape: Shape, names: Mapping[str, str]) -> exp.Select:
    """The values of each entity with the share of those of its group and bucket that come before it; equal values by
    the keys."""
    if not per.above:
        return inner
    within = [exp.column(name) for name in shape.names]
    keys = [names[key_name(place)] for place in range(len(per.keys))]
    outputs: list[exp.Expr] = [exp.Star()]
    for name, value in per.above:
        order = [exp.Ordered(this=exp.column(names[value]), desc=True, nulls_first=False)]
        order += [exp.Ordered(this=exp.column(key), nulls_first=False) for key in keys]
        place = exp.Window(
            this=exp.RowNumber(), partition_by=[each.copy() for each in within], order=exp.Order(expressions=order)
        )
        many = exp.Window(this=exp.Count(this=exp.Star()), partition_by=[each.copy() for each in within])
        before = exp.Paren(this=exp.Sub(this=place, expression=exp.Literal.number(1)))
        outputs.append(aliased(division(exp.cast(before, "DOUBLE"), many), names[name]))
    return select_from(subquery(inner, "valued")).select(*outputs, copy=False)


def _renamed(tree: exp.Expr, names: Mapping[str, str]) -> exp.Expr:
    for column in list(tree.find_all(exp.Column)):
        column.set("this", exp.to_identifier(names.get(column.name, column.name)))
    return tree


def _latest_only(measure: Measure, latest: LatestRows, shape: Shape, reading: Reading) -> tuple[Measure, Reading]:
    """The measure over its latest rows only: ranked within each bucket and each `per`, and the first of them read."""
    names: dict[exp.Expr, str] = {}

    def named(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column):
            return node
        return exp.column(names.setdefault(node, free_name(f"value_{len(names) + 1}", shape.names)))

    def outer(tree: exp.Expr) -> exp.Expr:
        return substitute(tree, reading.parameters).transform(named)

    assert measure.aggregate is not None, "only matched measures have none"
    aggregated, per = measure.aggregate, measure.per
    if per is not None:
        values = tuple((name, outer(tree)) for name, tree in per.values)
        per = PerStage(tuple(outer(key) for key in per.keys), values)
    else:
        aggregated = outer(aggregated)
    order = exp.Ordered(this=latest.by.copy(), desc=latest.is_last, nulls_first=False)
    within = [each.copy() for each in latest.per]
    if reading.label is not None:
        within.append(reading.label.copy())
    place = exp.Window(this=exp.Rank(), partition_by=within, order=exp.Order(expressions=[order]))
    outputs = key_outputs(measure, shape, reading.label)
    outputs += [aliased(column.copy(), name) for column, name in names.items()]
    place_name = free_name("place", shape.names)
    outputs.append(aliased(place, place_name))
    conditions = [*reading.conditions, bound(measure.condition, reading.parameters)]
    conditions.append(exp.Not(this=exp.Is(this=latest.by.copy(), expression=exp.Null())))
    ranked = subquery(where(reading.select.select(*outputs, copy=False), conditions), "ranked_rows")
    rows = replace(measure.rows, keys=tuple(exp.column(name) for name in shape.keys))
    label = exp.column(shape.grain) if reading.label is not None and shape.grain is not None else None
    is_first: list[exp.Expr | None] = [exp.EQ(this=exp.column(place_name), expression=exp.Literal.number(1))]
    chosen = replace(measure, rows=rows, aggregate=aggregated, condition=None, per=per, latest=None)
    return chosen, Reading(select_from(ranked), label, is_first, reading.parameters)


def _relabelled(select: exp.Select, branch: Branch, shape: Shape, grain: str, aliases: list[str]) -> exp.Select:
    on = exp.EQ(this=exp.column(grain, table="found"), expression=exp.column("source", table=SPINE))
    outer = joined(select_from(subquery(select, "found")), labels_table(branch.spine, SPINE, is_moved=True), on)
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
        found.append(later if ends_with_row(measure) else any_of([open_end, later]))
    return found


def within_reach(measure: Measure, branch: Branch) -> list[exp.Expr]:
    """Limits to the rows that count in any of the branch's buckets, if it has some."""
    ends = [bucket.end for bucket in branch.spine]
    if not ends:
        return []
    if measure.kind == "stock":
        return held_within(measure, min(ends), max(ends))
    assert measure.time is not None, "what happens has a time"
    found: list[exp.Expr] = [exp.LT(this=measure.time.copy(), expression=day_literal(max(ends)))]
    starts = [bucket.start for bucket in branch.spine if bucket.start is not None]
    if len(starts) == len(branch.spine):
        found.insert(0, exp.GTE(this=measure.time.copy(), expression=day_literal(min(starts))))
    return found


def held_within(stock: Measure, earliest: date, latest: date) -> list[exp.Expr]:
    """The rows of a stock that count at any instant from `earliest` to `latest`, and perhaps others."""
    begun, *lasts = valid_at(stock, day_literal(latest))
    return [begun, *(valid_at(stock, day_literal(earliest))[1:] if lasts else ())]


def ends_with_row(stock: Measure) -> bool:
    """Whether every row that begins to count ends some time: its end is a fixed time after its beginning."""
    until = stock.until
    while isinstance(until, exp.Paren):
        until = until.this
    if not isinstance(until, exp.Add):
        return False
    is_fixed = isinstance(until.expression, exp.Interval) and until.expression.find(exp.Column) is None
    return until.this == stock.since and is_fixed


def bucket_parameters(branch: Branch, bucket: exp.Expr | None, grain: str | None) -> Parameters:
    """What `$bucket_start` and `$bucket_end` stand for in rows of the branch."""
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


def bound(condition: exp.Expr | None, parameters: Parameters) -> exp.Expr | None:
    """The condition with what its `$names` stand for."""
    return substitute(condition, parameters) if condition is not None else None
