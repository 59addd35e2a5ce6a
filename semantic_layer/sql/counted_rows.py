"""Aggregates that count rows: which rows one counts. Cohorts, funnels, transitions and conversions follow such rows."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.sql.nodes import all_of


def rows_counted(aggregate: exp.Expr, key: exp.Expr | None = None) -> tuple[exp.Expr, ...] | None:
    """The conditions on the rows that an aggregate counts; None for one that is not a single count.

    Rows where `key` is null need no condition: they are nobody's.

    >>> from semantic_layer.model.model import parse_expression
    >>> [each.sql() for each in rows_counted(parse_expression("count(note) FILTER (WHERE amount > 5)"))]
    ['amount > 5', 'NOT note IS NULL']
    >>> rows_counted(parse_expression("sum(amount)"))
    """
    conditions: list[exp.Expr] = []
    node = aggregate
    while isinstance(node, exp.Paren | exp.Filter):
        if isinstance(node, exp.Filter):
            conditions.append(node.expression.this)
        node = node.this
    if isinstance(node, exp.CountIf):
        return (*conditions, node.this)
    if isinstance(node, exp.Sum):
        chosen = _ones(node.this)
        return None if chosen is None else (*conditions, *chosen)
    if not isinstance(node, exp.Count):
        return None
    counted = node.this.expressions if isinstance(node.this, exp.Distinct) else [node.this, *node.expressions]
    for each in counted:
        if not isinstance(each, exp.Star | exp.Literal) and each != key:
            conditions.append(exp.Not(this=exp.Is(this=each.copy(), expression=exp.Null())))
    return tuple(conditions)


def counts_of_rows(tree: exp.Expr) -> exp.Expr:
    """The tree with every `count_if(x)` written as a count of the rows where x holds: 0 over none of them, where some
    engines have no value for `count_if`.

    >>> from semantic_layer.model.model import parse_expression
    >>> counts_of_rows(parse_expression("count_if(late) FILTER (WHERE amount > 5) / count(*)")).sql("duckdb")
    'COUNT(*) FILTER(WHERE amount > 5 AND late) / COUNT(*)'
    """
    if tree.find(exp.CountIf) is None:
        return tree

    def rewritten(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.CountIf):
            return _count_where([node.this])
        if isinstance(node, exp.Filter) and isinstance(node.this, exp.CountIf):
            return _count_where([node.expression.this, node.this.this])
        return node

    return tree.copy().transform(rewritten, copy=False)


def _count_where(conditions: list[exp.Expr]) -> exp.Expr:
    star = exp.Count(this=exp.Star(), big_int=True)
    return exp.Filter(this=star, expression=exp.Where(this=all_of(each.copy() for each in conditions)))


def _ones(value: exp.Expr) -> tuple[exp.Expr, ...] | None:
    """The conditions under which a summed value is 1, where it is else 0 or nothing; None for any other value."""
    if isinstance(value, exp.Literal) and value.name == "1":
        return ()
    if isinstance(value, exp.Case) and value.this is None and len(value.args["ifs"]) == 1:
        chosen, default = value.args["ifs"][0], value.args.get("default")
        is_nothing = default is None or isinstance(default, exp.Null) or default == exp.Literal.number(0)
        return (chosen.this,) if chosen.args["true"] == exp.Literal.number(1) and is_nothing else None
    return None
