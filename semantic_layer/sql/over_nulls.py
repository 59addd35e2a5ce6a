"""What an expression is where all of its columns are null, as those of a row that a left join did not find are.

Only what the value surely is counts: a function that is not known here may make something of nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from sqlglot import exp

_Told = Literal["null", "true", "false", "unknown"]
# null as soon as one of their parts is, in every engine; concat() is not among them, as some pass over nulls
_STRICT = (
    exp.Add,
    exp.Sub,
    exp.Mul,
    exp.Div,
    exp.IntDiv,
    exp.Mod,
    exp.Pow,
    exp.DPipe,
    exp.EQ,
    exp.NEQ,
    exp.LT,
    exp.LTE,
    exp.GT,
    exp.GTE,
    exp.Like,
    exp.ILike,
    exp.RegexpLike,
    exp.Neg,
    exp.Cast,
    exp.Upper,
    exp.Lower,
    exp.Trim,
    exp.Substring,
    exp.Left,
    exp.Right,
    exp.Length,
    exp.Round,
    exp.Floor,
    exp.Ceil,
    exp.Abs,
    exp.Sqrt,
    exp.Ln,
    exp.Extract,
    exp.TimestampTrunc,
    exp.DateTrunc,
    exp.DateDiff,
    exp.TimeToStr,
    exp.Hour,
    exp.Year,
    exp.Month,
    exp.Quarter,
    exp.Day,
    exp.Dayname,
    exp.Monthname,
    exp.StrPosition,
)


def is_null_over_nulls(tree: exp.Expr) -> bool:
    """Whether the expression is null for sure where every column in it is null.

    >>> from semantic_layer.model.model import parse_expression
    >>> texts = ["price * 2", "upper(a) || b", "a > 5", "true", "coalesce(a, 'x')", "a IS NULL", "concat(a, b)"]
    >>> [is_null_over_nulls(parse_expression(text)) for text in texts]
    [True, True, True, False, False, False, False]
    >>> is_null_over_nulls(parse_expression("CASE WHEN a > 1 THEN 'big' WHEN a <= 1 THEN 'small' END"))
    True
    """
    return _told(tree) == "null"


def _told(tree: exp.Expr | None) -> _Told:
    match tree:
        case None | exp.Column() | exp.Null():
            return "null"
        case exp.Boolean():
            return "true" if tree.this else "false"
        case exp.Paren():
            return _told(tree.this)
        case exp.Not() | exp.And() | exp.Or() | exp.Is():
            return _of_truths(tree)
        case exp.Case() | exp.If():
            return _of_choices(tree)
        case _:
            return "null" if _is_null(tree) else "unknown"


def _is_null(tree: exp.Expr) -> bool:
    """Whether a function or comparison is surely null."""
    match tree:
        case exp.Coalesce() | exp.Greatest() | exp.Least():
            return all(_told(each) == "null" for each in (tree.this, *tree.expressions))
        case exp.Nullif() | exp.Between() | exp.In():
            return _told(tree.this) == "null" and not tree.args.get("query")
        case _:
            return isinstance(tree, _STRICT) and any(_is_null_part(each) for each in tree.iter_expressions())


def _of_truths(tree: exp.Expr) -> _Told:
    inner = _told(tree.this)
    match tree:
        case exp.Not():
            return _NEGATED[inner]
        case exp.And():
            return _joined("false", inner, _told(tree.expression))
        case exp.Or():
            return _joined("true", inner, _told(tree.expression))
        case _ if not isinstance(tree.expression, exp.Null) or inner == "unknown":
            return "unknown"
        case _:
            return "true" if inner == "null" else "false"


def _of_choices(tree: exp.Case | exp.If) -> _Told:
    if isinstance(tree, exp.If):
        return _of_branches([(tree.this, tree.args.get("true")), (exp.true(), tree.args.get("false"))])
    default = tree.args.get("default")
    if tree.this is not None:
        # nothing equals null, so that no branch is taken
        return _told(default) if _told(tree.this) == "null" else "unknown"
    return _of_branches([*((each.this, each.args.get("true")) for each in tree.args["ifs"]), (exp.true(), default)])


def _is_null_part(tree: exp.Expr) -> bool:
    return not isinstance(tree, exp.DataType | exp.Var) and _told(tree) == "null"


def _of_branches(branches: Iterable[tuple[exp.Expr | None, exp.Expr | None]]) -> _Told:
    """The value of the first branch whose condition holds; told only where no condition before it is in doubt."""
    for condition, value in branches:
        told = _told(condition)
        if told == "true":
            return _told(value)
        if told == "unknown":
            return "unknown"
    return "null"


def _joined(decides: Literal["true", "false"], one: _Told, other: _Told) -> _Told:
    """AND and OR: one part decides alone, else an unknown one leaves it open, else null does."""
    parts = (one, other)
    if decides in parts:
        return decides
    for each in ("unknown", "null"):
        if each in parts:
            return each
    return one


_NEGATED: dict[_Told, _Told] = {"null": "null", "true": "false", "false": "true", "unknown": "unknown"}
