"""What a metric is worth where there is nothing to count: its formula over what its measures are without any row."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

from sqlglot import exp

from semantic_layer.model.model import Metric
from semantic_layer.resolve.leaves import Number
from semantic_layer.resolve.ranks import is_ranked
from semantic_layer.resolve.resolved import ResolvedMetrics

_Known = Number | bool | None


def worth_of_nothing(query: ResolvedMetrics) -> exp.Expr:
    """The value of the query's first metric for a group without any row: a number, NULL, or where neither can be told
    beforehand the formula itself over such values."""
    # what all groups have together is not told by one of them: its part of nothing has no value
    values: dict[str, Number | None] = {each.measure.alias: None for each in query.totals}
    values |= {measure.alias: measure.when_empty for measure in query.measures}
    formula = query.metrics[0].formula
    if is_ranked(formula):
        return exp.Null()
    try:
        return _written(_folded(formula, values))
    except _UntoldError:
        return formula.transform(lambda node: _written(values[node.name]) if isinstance(node, exp.Column) else node)


def as_number(worth: exp.Expr) -> float | None:
    """The number that a worth is; None for one that is NULL or not told."""
    if isinstance(worth, exp.Neg):
        inner = as_number(worth.this)
        return None if inner is None else -inner
    return float(worth.name) if isinstance(worth, exp.Literal) else None


def when_empty(leaf: Metric) -> Number | None:
    """The value of a metric over no rows: as its definition says, or 0 for counts and sums."""
    match leaf.definition.empty:
        case "zero":
            return 0
        case "null":
            return None
        case None:
            return 0 if leaf.kind == "conversion" or adds_up(leaf.expression) else None
        case number:
            return number


def adds_up(expression: exp.Expr | None) -> bool:
    """Whether the value over no rows is 0: counts and sums, and their sums and differences."""
    match expression:
        case exp.Filter() | exp.Paren():
            return adds_up(expression.this)
        case exp.Count() | exp.CountIf() | exp.Sum():
            return True
        case exp.Add() | exp.Sub():
            return adds_up(expression.this) and adds_up(expression.expression)
        case exp.Mul():
            sides = (expression.this, expression.expression)
            return any(adds_up(side) for side in sides) and any(isinstance(side, exp.Literal) for side in sides)
        case exp.Coalesce():
            return expression.expressions == [exp.Literal.number(0)] and adds_up(expression.this)
        case _:
            return False


def parts_added_up(expression: exp.Expr) -> exp.Expr:
    """Sums and differences whose parts are 0 where they have no rows, as the whole is: else one part without rows
    would make nothing of the other. Anything else as it is."""
    match expression:
        case exp.Add() | exp.Sub():
            sides = (_zero_over_nothing(each) for each in (expression.this, expression.expression))
            return type(expression)(this=next(sides), expression=next(sides))
        case exp.Paren():
            return exp.Paren(this=parts_added_up(expression.this))
        case _:
            return expression


def _zero_over_nothing(part: exp.Expr) -> exp.Expr:
    counted = part.this if isinstance(part, exp.Filter) else part
    if isinstance(counted, exp.Sum):
        return exp.Coalesce(this=part, expressions=[exp.Literal.number(0)])
    if isinstance(part, exp.Mul):
        return type(part)(this=_zero_over_nothing(part.this), expression=_zero_over_nothing(part.expression))
    return parts_added_up(part)


class _UntoldError(ValueError):
    """A function whose value only a database knows."""


def _written(value: _Known) -> exp.Expr:
    if value is None:
        return exp.Null()
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    return exp.Literal.number(int(value) if float(value).is_integer() else value)


def _folded(tree: exp.Expr, values: Mapping[str, Number | None]) -> _Known:
    """The value of a formula. Raises _UntoldError."""
    match tree:
        case exp.Column():
            return values[tree.name]
        case exp.Null():
            return None
        case exp.Literal() if not tree.is_string:
            return float(tree.name)
        case exp.Paren():
            return _folded(tree.this, values)
        case exp.Coalesce():
            parts = (_folded(each, values) for each in (tree.this, *tree.expressions))
            return next((part for part in parts if part is not None), None)
        case exp.Case() if tree.this is None:
            chosen = next((each.args["true"] for each in tree.args["ifs"] if _folded(each.this, values) is True), None)
            other = chosen if chosen is not None else tree.args.get("default")
            return _folded(other, values) if other is not None else None
        case _:
            return _computed(tree, values)


def _computed(tree: exp.Expr, values: Mapping[str, Number | None]) -> _Known:
    """The value of a function of one or two values; nothing where one of them is nothing."""
    if type(tree) in _OF_ONE:
        one = _folded(tree.this, values)
        return None if one is None else _OF_ONE[type(tree)](one)
    if type(tree) not in _OF_TWO:
        raise _UntoldError(tree.sql())
    one, other = _folded(tree.this, values), _folded(tree.expression, values)
    return None if one is None or other is None else _OF_TWO[type(tree)](one, other)


def _divided(one: Number, other: Number) -> Number | None:
    return one / other if other else None


_OF_ONE: Mapping[type[exp.Expr], Callable[[Number], _Known]] = {exp.Neg: operator.neg, exp.Abs: abs}
_OF_TWO: Mapping[type[exp.Expr], Callable[[Number, Number], _Known]] = {
    exp.Add: operator.add,
    exp.Sub: operator.sub,
    exp.Mul: operator.mul,
    exp.Div: _divided,
    exp.Nullif: lambda one, other: None if one == other else one,
    exp.EQ: operator.eq,
    exp.NEQ: operator.ne,
    exp.LT: operator.lt,
    exp.LTE: operator.le,
    exp.GT: operator.gt,
    exp.GTE: operator.ge,
}
