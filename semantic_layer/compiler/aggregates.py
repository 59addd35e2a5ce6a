"""Aggregate expressions: narrowed by a condition, safe to divide, or free to be summed up along time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from semantic_layer.compiler.rows import is_moving
from semantic_layer.resolve.binding import substitute
from semantic_layer.resolve.leaves import Measure
from semantic_layer.resolve.value_of_nothing import adds_up
from semantic_layer.sql.nodes import all_of, any_of, divided_safely

Parameters = Mapping[str, exp.Expr]


def aggregate(measure: Measure, parameters: Parameters) -> exp.Expr:
    """The measure's aggregate; division by zero in it gives null."""
    assert measure.aggregate is not None, "only matched measures have none"
    return safe_division(substitute(measure.aggregate, parameters))


def narrowed_values(group: Sequence[Measure], parameters: Parameters) -> tuple[list[exp.Expr], list[exp.Expr]]:
    """The aggregates of measures over the same rows, each over those that meet its own condition, and the conditions
    that all of the rows meet."""
    first = group[0].condition
    values = [aggregate(measure, parameters) for measure in group]
    if all(measure.condition == first for measure in group[1:]):
        return values, [substitute(first, parameters)] if first is not None else []
    own = [None if each.condition is None else substitute(each.condition, parameters) for each in group]
    narrowed = [
        value if condition is None else filtered(value, condition) for value, condition in zip(values, own, strict=True)
    ]
    needed = [condition for condition in own if condition is not None]
    return narrowed, [any_of(needed)] if len(needed) == len(own) else []


def filtered(tree: exp.Expr, condition: exp.Expr) -> exp.Expr:
    """Every aggregate function in the expression, over only the rows that meet the condition."""

    def replace(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Filter):
            both = all_of([node.expression.this, condition.copy()])
            return exp.Filter(this=node.this, expression=exp.Where(this=both))
        if isinstance(node, exp.AggFunc) and not isinstance(node.parent, exp.Filter):
            return exp.Filter(this=node.copy(), expression=exp.Where(this=condition.copy()))
        return node

    return tree.transform(replace)


def safe_division(tree: exp.Expr) -> exp.Expr:
    """A copy in which division by zero gives null, also within what is divided."""
    return divided_safely(tree.copy())


def adds_over_groups(measure: Measure) -> bool:
    """Whether values of groups that divide the rows among them add up to the value of all the rows: counts and their
    sums and differences, or one sum. (Of two sums one may be null in a group, and with it their difference.)"""
    tree = measure.aggregate
    if tree is None or measure.per is not None or measure.latest is not None or not adds_up(tree):
        return False
    looks_at_bucket = any(each.find(exp.Placeholder) for each in (tree, measure.condition) if each is not None)
    if tree.find(exp.Distinct) is not None or looks_at_bucket:
        return False
    return tree.find(exp.Sum) is None or len(list(tree.find_all(exp.AggFunc))) == 1


def accumulates(measure: Measure) -> bool:
    """Whether per-bucket values may be summed up instead of reading the rows again for each bucket: counts and sums
    that, once they count, count for good, and begin at one day."""
    if measure.until is not None or measure.kind not in ("stock", "running") or not adds_over_groups(measure):
        return False
    # what is told of a row may be another at every instant
    if any(is_moving(step) for step in measure.rows.steps):
        return False
    return measure.kind == "stock" or all(
        bucket.start == branch.spine[0].start for branch in measure.branches for bucket in branch.spine
    )
