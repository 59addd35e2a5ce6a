"""Aggregate expressions: narrowed by a condition, safe to divide, or free to be summed up along time."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from semantic_layer.binding import substitute
from semantic_layer.compiler.rows import is_moving
from semantic_layer.measures import adds_up
from semantic_layer.resolved import Measure
from semantic_layer.sql import all_of, division

Parameters = Mapping[str, exp.Expr]


def aggregate(measure: Measure, parameters: Parameters) -> exp.Expr:
    """The measure's aggregate; division by zero in it gives null."""
    assert measure.aggregate is not None, "only matched measures have none"
    return safe_division(substitute(measure.aggregate, parameters))


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
    """A copy in which division by zero gives null."""

    def replace(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Div) and not isinstance(node.expression, exp.Nullif | exp.Literal):
            return division(node.this.copy(), node.expression.copy())
        return node

    return tree.transform(replace)


def accumulates(measure: Measure) -> bool:
    """Whether per-bucket values may be summed up instead of reading the rows again for each bucket: counts and sums
    that, once they count, count for good, and begin at one day."""
    is_plain = measure.per is None and measure.until is None and measure.latest is None
    # what is told of a row may be another at every instant
    is_plain = is_plain and not any(is_moving(step) for step in measure.rows.steps)
    if not is_plain or measure.kind not in ("stock", "running") or measure.aggregate is None:
        return False
    if measure.kind == "running" and any(
        bucket.start != branch.spine[0].start for branch in measure.branches for bucket in branch.spine
    ):
        return False
    tree = measure.aggregate
    return adds_up(tree) and tree.find(exp.Distinct) is None and tree.find(exp.Placeholder) is None
