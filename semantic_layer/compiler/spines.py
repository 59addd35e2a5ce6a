"""Rows that find their buckets by the ends of these: stocks, overlapping windows, units that SQL cannot truncate to."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler.flows import SPINE, Reading, Shape, grouped_rows, valid_at, within_reach
from semantic_layer.compiler.rows import Sources, labels_table, spine_table
from semantic_layer.resolve.leaves import Branch, Measure
from semantic_layer.sql.nodes import aliased, all_of, day_literal, grouped, joined, select_from, subquery, truncated


def by_bucket(group: list[Measure], branch: Branch, shape: Shape, sources: Sources) -> exp.Select:
    """Rows joined to every bucket in whose days they count."""
    first = group[0]
    start, end = exp.column("bucket_start", table=SPINE), exp.column("bucket_end", table=SPINE)
    if first.kind == "stock":
        limits = valid_at(first, end)
    else:
        assert first.time is not None, "what happens has a time"
        limits = [exp.LT(this=first.time.copy(), expression=end.copy())]
        if all(bucket.start is not None for bucket in branch.spine):
            limits.insert(0, exp.GTE(this=first.time.copy(), expression=start.copy()))
    select = sources.along(
        first.rows.dataset,
        (step for measure in group for step in measure.rows.steps),
        lambda rows: joined(rows, spine_table(branch.spine, SPINE), all_of(limits)),
        end,
    )
    parameters = {"bucket_start": start, "bucket_end": end}
    label = exp.column("bucket", table=SPINE)
    conditions: list[exp.Expr | None] = [*sources.filters(first.rows), *within_reach(first, branch)]
    return grouped_rows(group, branch, shape, Reading(select, label, conditions, parameters))


def accumulated(group: list[Measure], branch: Branch, shape: Shape, sources: Sources) -> exp.Select:
    """Rows grouped once by the bucket in which they begin to count, then summed up to each bucket."""
    first = group[0]
    instant = first.since if first.kind == "stock" else first.time
    assert instant is not None and shape.grain is not None and branch.spine, "a spine needs a grain and an instant"
    bucket = truncated(instant, shape.grain)
    limits: list[exp.Expr] = [exp.LT(this=instant.copy(), expression=day_literal(branch.end))]
    start = branch.spine[0].start
    if first.kind == "running" and start is not None:
        limits.append(exp.GTE(this=instant.copy(), expression=day_literal(start)))
    select = sources.joined(first.rows.dataset, (step for measure in group for step in measure.rows.steps))
    reading = Reading(select, bucket, [*sources.filters(first.rows), *limits], {})
    steps = subquery(grouped_rows(group, branch, shape, reading), "steps")
    reached = exp.column("source" if branch.is_moved else "bucket", table=SPINE)
    on = exp.LTE(this=exp.column(shape.grain, table="steps"), expression=reached)
    outer = joined(select_from(steps), labels_table(branch.spine, SPINE, is_moved=branch.is_moved), on)
    outputs: list[exp.Expr] = [exp.column(name, table="steps") for name in shape.keys]
    outputs.append(aliased(exp.column("bucket", table=SPINE), shape.grain))
    for measure in group:
        alias = measure.alias + branch.suffix
        outputs.append(aliased(exp.Sum(this=exp.column(alias, table="steps")), alias))
    return grouped(outer.select(*outputs, copy=False), len(shape.names))
