"""SQL of our definitions as the specification's portable expression language has it, where it can be said there.

What a document says in its own terms, every tool may run: so nothing leaves here that the language does not list, and
today, which is the asker's with us, is `CURRENT_DATE` there.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

Parameters = Mapping[str, int | float | str]

_DIALECT = "snowflake"  # the portable language is a part of it, as dialects.py has it
_MONDAY = "1900-01-01"
_VALUES = (
    exp.Column,
    exp.Identifier,
    exp.Literal,
    exp.Boolean,
    exp.Null,
    exp.Star,
    exp.Var,
    exp.DataType,
    exp.Paren,
    exp.Case,
    exp.If,
    exp.Coalesce,
    exp.Nullif,
    exp.Cast,
    exp.CurrentDate,
    exp.Tuple,
)
_OPERATORS = (
    exp.Add,
    exp.Sub,
    exp.Mul,
    exp.Div,
    exp.Mod,
    exp.Neg,
    exp.EQ,
    exp.NEQ,
    exp.LT,
    exp.LTE,
    exp.GT,
    exp.GTE,
    exp.And,
    exp.Or,
    exp.Not,
    exp.Is,
    exp.Between,
    exp.In,
    exp.Like,
    exp.ILike,
    exp.DPipe,
    exp.Concat,
    exp.NullSafeEQ,
    exp.NullSafeNEQ,
)
_FUNCTIONS = (
    exp.Extract,
    exp.TimestampTrunc,
    exp.DateTrunc,
    exp.DateAdd,
    exp.DateDiff,
    exp.Year,
    exp.Quarter,
    exp.Month,
    exp.Day,
    exp.Lower,
    exp.Upper,
    exp.Trim,
    exp.Length,
    exp.Left,
    exp.Right,
    exp.Substring,
    exp.Replace,
    exp.Abs,
    exp.Round,
    exp.Floor,
    exp.Ceil,
    exp.Sign,
    exp.Pow,
    exp.Sqrt,
    exp.Exp,
    exp.Ln,
    exp.Greatest,
    exp.Least,
)
_AGGREGATES = (
    exp.Count,
    exp.Distinct,
    exp.Sum,
    exp.Avg,
    exp.Min,
    exp.Max,
    exp.Median,
    exp.Stddev,
    exp.StddevPop,
    exp.StddevSamp,
    exp.Variance,
    exp.VariancePop,
    exp.PercentileCont,
    exp.PercentileDisc,
    exp.WithinGroup,
    exp.Order,
    exp.Ordered,
)
_KNOWN = (*_VALUES, *_OPERATORS, *_FUNCTIONS, *_AGGREGATES)
_EXTRACTED = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DAYOFYEAR", "HOUR", "MINUTE", "SECOND")
_TRUNCATED_TO = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND")
_WRITTEN_AS = {"DOY": "DAYOFYEAR"}


def portable(tree: exp.Expr, parameters: Parameters) -> str | None:
    """The expression in the portable language, its parameters put in; None where that cannot say it.

    >>> import sqlglot
    >>> portable(sqlglot.parse_one("born > $as_of - INTERVAL 18 YEAR", dialect="duckdb"), {})
    'born > DATEADD(YEAR, -18, CURRENT_DATE)'
    >>> portable(sqlglot.parse_one("list_sum(a)", dialect="duckdb"), {}) is None
    True
    """
    said = _in_their_words(tree, parameters)
    for node in said.walk():
        if not isinstance(node, _KNOWN) or not _is_said(node):
            return None
    return str(said.sql(_DIALECT))


def portable_query(query: exp.Query, parameters: Parameters) -> str | None:
    """A dataset's query, its parameters put in; None where it asks for what each query has a value of its own for.

    The specification names no dialect for queries: whatever our own SQL holds beyond them stays as it is.
    """
    said = _in_their_words(query, parameters)
    return None if said.find(exp.Placeholder) else str(said.sql(_DIALECT, pretty=True))


def _in_their_words(tree: exp.Expr, parameters: Parameters) -> exp.Expr:
    def put_in(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Placeholder) and node.name == "as_of":
            return exp.CurrentDate()
        if isinstance(node, exp.Placeholder) and node.name in parameters:
            return exp.convert(parameters[node.name])
        return node

    def said(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Add | exp.Sub) and isinstance(node.expression, exp.Interval):
            return _moved(node)
        if isinstance(node, exp.Extract):
            return _extracted(node)
        return node

    filled = tree.copy().transform(put_in, copy=False)
    # inner nodes first, so that an interval added to a sum of another finds that one said already
    for node in reversed(list(filled.walk())):
        new = said(node)
        if new is not node:
            if node is filled:
                filled = new
            else:
                node.replace(new)
    return filled


def _moved(node: exp.Add | exp.Sub) -> exp.Expr:
    """A time moved by an interval: DATEADD, where the interval is a number of units."""
    interval = node.expression
    amount, unit = interval.this.unnest() if interval.this is not None else None, interval.args.get("unit")
    if not isinstance(amount, exp.Literal) or not amount.name.isdigit() or unit is None:
        return node
    count = int(amount.name) * (-1 if isinstance(node, exp.Sub) else 1)
    moved = node.this.unnest() if isinstance(node.this, exp.Paren) else node.this
    return exp.DateAdd(this=moved.copy(), expression=exp.convert(count), unit=exp.var(unit.name.upper().rstrip("S")))


def _extracted(node: exp.Extract) -> exp.Expr:
    """A part of a time; the weekday from Monday, which the language has no word for, by days since a Monday."""
    part = node.name.upper()
    if part == "ISODOW":
        day = exp.Cast(this=node.expression.copy(), to=exp.DataType.build("date"))
        monday = exp.Cast(this=exp.Literal.string(_MONDAY), to=exp.DataType.build("date"))
        days = exp.DateDiff(this=day, expression=monday, unit=exp.var("DAY"))
        weekday = exp.Add(this=exp.Mod(this=days, expression=exp.convert(7)), expression=exp.convert(1))
        return exp.Paren(this=weekday)
    node.set("this", exp.var(_WRITTEN_AS.get(part, part)))
    return node


def _is_said(node: exp.Expr) -> bool:
    """Whether the language has this form of the node."""
    match node:
        case exp.Extract():
            return node.name in _EXTRACTED
        case exp.TimestampTrunc() | exp.DateTrunc():
            return node.args["unit"].name.upper() in _TRUNCATED_TO
        case exp.Trim():
            return node.args.get("expression") is None
        case exp.In():
            return node.args.get("query") is None and node.args.get("unnest") is None
        case exp.Count():
            return not node.expressions
        case exp.Distinct():
            return len(node.expressions) == 1
        case _:
            return True
