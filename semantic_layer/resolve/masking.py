"""Personal values as readers without the right to them see them. Done in SQL, so that they never leave the database."""

from __future__ import annotations

from sqlglot import exp

_HIDDEN = "***"


def masked(tree: exp.Expr, kind: str | None) -> exp.Expr:
    """The value with all but what tells rows apart left out: 张**, 138****5678, a***@example.com, the year
    of a birth; null stays null."""
    match kind:
        case "name":
            parts = [_left(tree, 1), exp.Literal.string("**")]
        case "phone":
            parts = [_left(tree, 3), exp.Literal.string("****"), exp.Right(this=tree.copy(), expression=_number(4))]
        case "email":
            domain = exp.SplitPart(this=tree.copy(), delimiter=exp.Literal.string("@"), part_index=_number(2))
            parts = [_left(tree, 1), exp.Literal.string("***@"), domain]
        case "birth_date":
            parts = [_left(exp.cast(tree.copy(), "TEXT"), 4)]
        case _:
            parts = [exp.Literal.string(_HIDDEN)]
    text: exp.Expr = parts[0]
    for part in parts[1:]:
        text = exp.DPipe(this=text, expression=part, safe=True)
    is_null = exp.Is(this=tree.copy(), expression=exp.Null())
    return exp.Case(ifs=[exp.If(this=exp.Not(this=is_null), true=text)])


def _left(tree: exp.Expr, count: int) -> exp.Expr:
    return exp.Left(this=tree.copy(), expression=_number(count))


def _number(value: int) -> exp.Expr:
    return exp.Literal.number(value)
