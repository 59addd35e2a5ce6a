"""A metric's value as one sum, or one sum divided by another: what a change can be taken apart by.

Comes in: a formula over measures. Goes out: the same value as two formulas over measures that add up over groups. What
is no such fraction (a median, a largest value, two ratios with different divisors) raises NotAFractionError.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlglot import exp

from semantic_layer.resolve.leaves import Measure

_ZERO = exp.Literal.number(0)


class NotAFractionError(ValueError):
    """A value that is neither a sum nor one sum divided by another."""


@dataclass(frozen=True, eq=False)
class Fraction:
    """`above` divided by `below`; a sum where there is nothing below."""

    above: exp.Expr
    below: exp.Expr | None = None

    def each(self, change: Callable[[exp.Expr], exp.Expr]) -> Fraction:
        """Both sides, changed."""
        return Fraction(change(self.above), None if self.below is None else change(self.below))


Atom = Callable[[exp.Expr], Fraction | None]


def fraction_of(formula: exp.Expr, measures: tuple[Measure, ...]) -> tuple[Fraction, tuple[Measure, ...]]:
    """The fraction that a formula over measures is, and the measures that it then stands on."""
    known = {measure.alias: measure for measure in measures}
    made: dict[str, Measure] = {}

    def atom(node: exp.Expr) -> Fraction | None:
        if not isinstance(node, exp.Column):
            return None
        fraction, parts = _of_measure(known[node.name])
        made.update((part.alias, part) for part in parts)
        return fraction

    return _fraction(formula, atom), tuple(made.values())


def rows_behind(measure: Measure) -> Measure:
    """How many rows, entities or events a part is made of: itself, where it counts them."""
    tree = measure.aggregate
    first = tree.find(exp.AggFunc) if tree is not None else None
    if first is None or (tree is first and not isinstance(first, exp.Sum)):
        return measure
    whole = first.parent if isinstance(first.parent, exp.Filter) else first
    counted: exp.Expr = exp.Count(this=first.this.copy(), big_int=True) if isinstance(first, exp.Sum) else first.copy()
    if whole is not first:
        counted = exp.Filter(this=counted, expression=whole.expression.copy())
    return replace(measure, alias=f"{measure.alias}__rows", aggregate=counted)


def _of_measure(measure: Measure) -> tuple[Fraction, tuple[Measure, ...]]:
    above, below = f"{measure.alias}__above", f"{measure.alias}__below"
    columns = Fraction(exp.column(above), exp.column(below))
    if measure.transition is not None:
        event, base = (replace(measure.transition, told=told) for told in ("event", "base"))
        return columns, (
            replace(measure, alias=above, transition=event, when_empty=0),
            replace(measure, alias=below, transition=base, when_empty=0),
        )
    if measure.per is not None and measure.per.above:
        raise NotAFractionError("places among others of a group are not those among all")
    if measure.aggregate is None:
        return Fraction(exp.column(measure.alias)), (replace(measure, when_empty=0),)
    found = _fraction(measure.aggregate, _aggregate)
    parts = (replace(measure, alias=above, aggregate=found.above, when_empty=0),)
    if found.below is None:
        return Fraction(exp.column(above)), parts
    return columns, (*parts, replace(measure, alias=below, aggregate=found.below, when_empty=0))


def _aggregate(node: exp.Expr) -> Fraction | None:
    """What adds up over groups that divide the rows; a mean is a sum divided by a count."""
    match node:
        case exp.Sum() | exp.Count() | exp.CountIf():
            return Fraction(node)
        case exp.Avg():
            counted = exp.Count(this=node.this.copy(), big_int=True)
            return Fraction(exp.Sum(this=node.this.copy()), counted)
        case exp.Filter():
            inner = _aggregate(node.this)
            return None if inner is None else inner.each(lambda side: _filtered(side, node))
        case _:
            return None


def _filtered(side: exp.Expr, by: exp.Filter) -> exp.Expr:
    return exp.Filter(this=side, expression=by.expression.copy())


def _fraction(tree: exp.Expr, atom: Atom) -> Fraction:
    found = atom(tree)
    if found is not None:
        return found
    match tree:
        case exp.Paren():
            return _fraction(tree.this, atom)
        case exp.Neg():
            inner = _fraction(tree.this, atom)
            return Fraction(exp.Neg(this=_closed(inner.above)), inner.below)
        case exp.Coalesce() if tree.expressions == [_ZERO]:
            return _fraction(tree.this, atom)
        case exp.Add() | exp.Sub():
            return _sum(tree, atom)
        case exp.Mul():
            return _product(tree, atom)
        case exp.Div():
            return _quotient(tree, atom)
        case _:
            raise NotAFractionError(tree.sql())


def _sum(tree: exp.Add | exp.Sub, atom: Atom) -> Fraction:
    """Of ratios with one divisor, `a / c + b / c` is `(a + b) / c`; a number beside a ratio is `(a + 1 * c) / c`."""
    if _is_number(tree.this) or _is_number(tree.expression):
        other = _fraction(tree.expression if _is_number(tree.this) else tree.this, atom)
        if other.below is None:
            raise NotAFractionError(tree.sql())  # a number in every group would count many times
        sides = [
            exp.Mul(this=_closed(side), expression=_closed(other.below)) if _is_number(side) else _closed(other.above)
            for side in (tree.this, tree.expression)
        ]
        return Fraction(type(tree)(this=sides[0], expression=sides[1]), other.below)
    one, two = _fraction(tree.this, atom), _fraction(tree.expression, atom)
    if one.below != two.below:
        raise NotAFractionError(tree.sql())
    return Fraction(type(tree)(this=_closed(one.above), expression=_closed(two.above)), one.below)


def _product(tree: exp.Mul, atom: Atom) -> Fraction:
    number, other = (tree.this, tree.expression) if _is_number(tree.this) else (tree.expression, tree.this)
    if not _is_number(number):
        raise NotAFractionError(tree.sql())
    inner = _fraction(other, atom)
    return Fraction(exp.Mul(this=_closed(number), expression=_closed(inner.above)), inner.below)


def _quotient(tree: exp.Div, atom: Atom) -> Fraction:
    below = tree.expression
    if isinstance(below, exp.Nullif) and below.expression == _ZERO:
        below = below.this
    one = _fraction(tree.this, atom)
    if _is_number(below):
        divided = exp.Div(this=_closed(one.above), expression=_closed(below), typed=False, safe=False)
        return Fraction(divided, one.below)
    other = _fraction(below, atom)
    if one.below != other.below:
        raise NotAFractionError(tree.sql())
    return Fraction(one.above, other.above)


def _is_number(tree: exp.Expr) -> bool:
    inner = tree.this if isinstance(tree, exp.Paren | exp.Neg) else tree
    return _is_number(inner) if inner is not tree else isinstance(tree, exp.Literal) and not tree.is_string


def _closed(tree: exp.Expr) -> exp.Expr:
    plain = isinstance(tree, exp.Column | exp.Literal | exp.Func | exp.Paren | exp.Filter)
    return tree.copy() if plain else exp.Paren(this=tree.copy())
