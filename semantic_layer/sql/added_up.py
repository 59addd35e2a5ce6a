"""Aggregates whose values of groups tell the value of all the groups together: sums, and counts that are not of
different values."""

from __future__ import annotations

from sqlglot import exp


def added_up(tree: exp.Expr) -> tuple[exp.Expr, ...] | None:
    """The sums and counts that an expression over aggregates is made of, each with its own FILTER, once each and in
    order. None where it has others, or none.

    >>> from semantic_layer.model.model import parse_expression
    >>> [each.sql() for each in added_up(parse_expression("sum(a) FILTER (WHERE b) / count(*)")) or ()]
    ['SUM(a) FILTER(WHERE b)', 'COUNT(*)']
    >>> added_up(parse_expression("sum(a) / avg(b)")), added_up(parse_expression("count(DISTINCT a)"))
    (None, None)
    """
    found: dict[exp.Expr, None] = {}
    for node in tree.find_all(exp.AggFunc, bfs=False):
        if not isinstance(node, exp.Sum | exp.Count) or isinstance(node.this, exp.Distinct):
            return None
        if node.find_ancestor(exp.AggFunc, exp.Window) is not None:
            return None
        found[node.parent if isinstance(node.parent, exp.Filter) else node] = None
    return tuple(found) or None
