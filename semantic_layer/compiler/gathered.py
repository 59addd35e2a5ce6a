"""Rows gathered into units of time before they meet the buckets: a row that counts in many of them is read once.

What a stock or an overlapping window asks of a row is only in which units it begins and ends to count. So the rows are
first grouped by these, and the few groups are joined to the buckets in place of the rows.
"""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler.aggregates import narrowed_values
from semantic_layer.compiler.flows import SPINE, Shape, key_outputs, within_reach
from semantic_layer.compiler.partial import PARTS, Split
from semantic_layer.compiler.rows import Sources, is_moving, spine_table, where
from semantic_layer.resolve.leaves import Branch, Bucket, Measure
from semantic_layer.sql.nodes import (
    aliased,
    all_of,
    any_of,
    day_literal,
    grouped,
    joined,
    select_from,
    subquery,
    truncated,
)
from semantic_layer.time.units import STANDARD, day_of, following, midnight

_FIRST, _LAST = "counts_from", "counts_until"
_OWN_NAMES = ("counts_", "part_", "different_")


def gathers(group: list[Measure], branch: Branch, shape: Shape) -> bool:
    """Whether the measures (stocks, windows) come out the same from gathered rows."""
    first = group[0]
    if shape.grain is None or branch.is_ranged or not branch.spine or not _is_plain(group):
        return False
    if any(name.startswith(_OWN_NAMES) for name in shape.names):
        return False
    split = Split()
    if any(split.whole(value) is None for value in narrowed_values(group, {})[0]):
        return False
    if first.kind == "stock":
        # few rows fall together where each of the values that are counted must be kept
        return not split.keys and ends_whole(branch, shape.grain)
    return all(day is None or day is day_of(day) for bucket in branch.spine for day in (bucket.start, bucket.end))


def ends_whole(branch: Branch, grain: str) -> bool:
    """Whether each bucket ends where its unit ends, or within it with the branch."""
    units, end = STANDARD[grain], midnight(branch.end)

    def is_whole(bucket: Bucket) -> bool:
        at, whole = midnight(bucket.end), midnight(following(units, bucket.source))
        return at <= end and (at == whole or (at == end and midnight(bucket.source) < at < whole))

    return all(map(is_whole, branch.spine))


def gathered(group: list[Measure], branch: Branch, shape: Shape, sources: Sources) -> exp.Select:
    """The measures at the end of each bucket, or over its window, from rows gathered by the units they count in."""
    values, conditions = narrowed_values(group, {})
    split = Split()
    wholes = [split.whole(value) for value in values]
    first = group[0]
    units, on = _stock_units(first, branch, shape) if first.kind == "stock" else _window_units(first, branch)
    select = sources.joined(first.rows.dataset, (step for measure in group for step in measure.rows.steps))
    outputs = [*key_outputs(first, Shape(shape.keys, None), None), *units]
    outputs += [aliased(tree, name) for tree, name in split.keys.items()]
    outputs += [aliased(tree, name) for tree, name in split.parts.items()]
    rows = [*sources.filters(first.rows), *conditions, *within_reach(first, branch)]
    select = where(select.select(*outputs, copy=False), rows)
    parts = grouped(select, len(outputs) - len(split.parts))
    outer = joined(
        select_from(subquery(parts, PARTS)), spine_table(branch.spine, SPINE, is_moved=branch.is_moved), all_of(on)
    )
    columns: list[exp.Expr] = [exp.column(name, table=PARTS) for name in shape.keys]
    columns.append(aliased(exp.column("bucket", table=SPINE), shape.grain or ""))
    for measure, whole in zip(group, wholes, strict=True):
        assert whole is not None, "asked before"
        columns.append(aliased(whole, measure.alias + branch.suffix))
    return grouped(outer.select(*columns, copy=False), len(shape.names))


def _is_plain(group: list[Measure]) -> bool:
    """Whether nothing that is asked of the rows depends on the bucket, or on other rows of it."""
    first = group[0]
    if first.kind not in ("stock", "running") or first.per is not None or first.latest is not None:
        return False
    if any(is_moving(step) for measure in group for step in measure.rows.steps):
        return False
    trees = [tree for measure in group for tree in (measure.aggregate, measure.condition) if tree is not None]
    return all(tree.find(exp.Placeholder) is None for tree in trees)


def _stock_units(stock: Measure, branch: Branch, shape: Shape) -> tuple[list[exp.Expr], list[exp.Expr]]:
    """The units in which rows begin and end to count, and the condition that they count at the end of a bucket. What
    counts at the branch's end is as good as without an end."""
    assert stock.since is not None and shape.grain is not None, "stocks along time begin"
    units: list[exp.Expr] = [aliased(truncated(stock.since, shape.grain), _FIRST)]
    reached = exp.column("source" if branch.is_moved else "bucket", table=SPINE)
    on: list[exp.Expr] = [exp.LTE(this=exp.column(_FIRST, table=PARTS), expression=reached)]
    if stock.until is None:
        return units, on
    at_end = exp.GTE(this=stock.until.copy(), expression=day_literal(branch.end))
    until = exp.Case(ifs=[exp.If(this=at_end, true=exp.Null())], default=truncated(stock.until, shape.grain))
    last = exp.column(_LAST, table=PARTS)
    open_end = exp.Is(this=last, expression=exp.Null())
    on.append(any_of([open_end, exp.GT(this=last.copy(), expression=reached.copy())]))
    return [*units, aliased(until, _LAST)], on


def _window_units(window: Measure, branch: Branch) -> tuple[list[exp.Expr], list[exp.Expr]]:
    """The days of the rows, and the condition that a day lies in a bucket."""
    assert window.time is not None, "windows are over what happens"
    day = exp.column(_FIRST, table=PARTS)
    on: list[exp.Expr] = [exp.LT(this=day, expression=exp.column("bucket_end", table=SPINE))]
    if all(bucket.start is not None for bucket in branch.spine):
        on.insert(0, exp.GTE(this=day.copy(), expression=exp.column("bucket_start", table=SPINE)))
    return [aliased(truncated(window.time, "day"), _FIRST)], on
