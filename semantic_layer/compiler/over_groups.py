"""Totals of all groups, and running totals, had from the groups themselves where these add up: no row is read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from semantic_layer.compiler.aggregates import adds_over_groups
from semantic_layer.resolve.leaves import Measure, MeasureKind
from semantic_layer.resolve.ranks import is_ranked
from semantic_layer.resolve.resolved import ResolvedMetrics


def over_groups(query: ResolvedMetrics) -> Mapping[str, exp.Expr]:
    """The measures that need no pass of their own, by alias, as expressions over the columns of all groups."""
    found: dict[str, exp.Expr] = {}
    if any(is_ranked(each.formula) for each in query.metrics):
        # what looks at all groups cannot stand on what does so too
        return found
    within = [exp.column(query.grain)] if query.grain is not None else []
    for total in query.totals:
        whole = total.measure
        # the groups of the other period of a comparison are not all among those of the main one
        part = _part_of(whole, query.measures, whole.kind) if len(whole.branches) == 1 else None
        if part is not None:
            level = [*(exp.column(name) for name in total.over), *within]
            found[whole.alias] = exp.Window(this=exp.Sum(this=exp.column(part.alias)), partition_by=level)
    for running in query.measures:
        part = _part_of(running, query.measures, "flow") if running.kind == "running" else None
        if part is not None and query.grain is not None and _runs_along(running, part, query):
            keys = [exp.column(name) for name in query.row_keys]
            by_time = exp.Order(expressions=[exp.Ordered(this=exp.column(query.grain), nulls_first=False)])
            so_far = exp.Sum(this=exp.column(part.alias))
            found[running.alias] = exp.Window(this=so_far, partition_by=keys, order=by_time)
    return found


def _part_of(whole: Measure, measures: Sequence[Measure], kind: MeasureKind) -> Measure | None:
    """The measure of that kind whose groups add up to `whole`: the same metric over the same days."""
    if not adds_over_groups(whole):
        return None
    span = whole.branches[0]
    for each in measures:
        days = each.branches[0]
        is_same = each.metric is whole.metric and each.condition == whole.condition and each.kind == kind
        is_same = is_same and (days.start, days.end, days.is_moved) == (span.start, span.end, span.is_moved)
        # running totals read other days in each bucket, all else the same
        if is_same and (each.kind != whole.kind or days.spine == span.spine):
            return each
    return None


def _runs_along(running: Measure, part: Measure, query: ResolvedMetrics) -> bool:
    """Whether each bucket's value is that of all buckets up to it, and all of them have a row in every group."""
    branch, shown = running.branches[0], part.branches[0]
    begins = all(bucket.start == branch.start for bucket in branch.spine)
    ends = [bucket.end for bucket in branch.spine] == [bucket.end for bucket in shown.spine]
    labels = [bucket.label for bucket in shown.spine]
    return begins and ends and bool(labels) and labels == [bucket.label for bucket in query.spine]
