"""Of which kind the values of an expression are, as far as its fields' types and its functions tell.

A column knows its field's type in an argument of its own, which no dialect prints. What cannot be told is None: nothing
is guessed from it.
"""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.query.result import ColumnType

_KIND = "kind"
_SAME_AS_THIS = (
    exp.Paren,
    exp.Filter,
    exp.IgnoreNulls,
    exp.RespectNulls,
    exp.Order,
    exp.WithinGroup,
    exp.Distinct,
    exp.Max,
    exp.Min,
    exp.AnyValue,
    exp.First,
    exp.Last,
    exp.FirstValue,
    exp.LastValue,
    exp.Lag,
    exp.Lead,
    exp.Mode,
    exp.ArgMax,
    exp.ArgMin,
    exp.PercentileDisc,
    exp.Quantile,
    exp.Nullif,
    exp.Window,
    exp.Neg,
    exp.Coalesce,
    exp.Greatest,
    exp.Least,
)
_TRUTHS = (exp.Predicate, exp.Connector, exp.Not, exp.Boolean, exp.LogicalOr, exp.LogicalAnd)
_COUNTS = (
    exp.Count,
    exp.CountIf,
    exp.ApproxDistinct,
    exp.DateDiff,
    exp.Extract,
    exp.IntDiv,
    exp.Length,
    exp.StrPosition,
)
_NUMBERS = (
    exp.Sum,
    exp.Avg,
    exp.Div,
    exp.Mul,
    exp.Mod,
    exp.Median,
    exp.PercentileCont,
    exp.ApproxQuantile,
    exp.Stddev,
    exp.StddevPop,
    exp.StddevSamp,
    exp.Variance,
    exp.VariancePop,
    exp.Round,
    exp.Floor,
    exp.Ceil,
    exp.Abs,
    exp.Sqrt,
    exp.Ln,
    exp.Log,
    exp.Exp,
    exp.Pow,
    exp.Corr,
)
_TEXTS = (
    exp.Upper,
    exp.Lower,
    exp.Concat,
    exp.ConcatWs,
    exp.DPipe,
    exp.Substring,
    exp.Trim,
    exp.Left,
    exp.Right,
    exp.Replace,
    exp.RegexpExtract,
    exp.RegexpReplace,
    exp.TimeToStr,
    exp.GroupConcat,
    exp.SplitPart,
    exp.Monthname,
    exp.Dayname,
    exp.MD5,
)
_OF_TYPES: tuple[tuple[ColumnType, frozenset[exp.DType]], ...] = (
    ("boolean", frozenset({exp.DataType.Type.BOOLEAN})),
    ("date", frozenset({exp.DataType.Type.DATE, exp.DataType.Type.DATE32})),
    (
        "timestamp",
        frozenset(exp.DataType.TEMPORAL_TYPES) - {exp.DataType.Type.DATE, exp.DataType.Type.DATE32},
    ),
    ("integer", frozenset(exp.DataType.INTEGER_TYPES)),
    ("number", frozenset(exp.DataType.NUMERIC_TYPES)),
    ("text", frozenset(exp.DataType.TEXT_TYPES)),
)
_DAYS_AND_LONGER = ("DAY", "DAYS", "WEEK", "WEEKS", "MONTH", "MONTHS", "QUARTER", "QUARTERS", "YEAR", "YEARS")


def of_kind(column: exp.Column, kind: ColumnType | None) -> exp.Column:
    """The column, with the kind of its values."""
    if kind is not None:
        column.set(_KIND, kind)
    return column


def without_kinds(tree: exp.Expr) -> exp.Expr:
    """A copy whose columns do not know theirs."""
    found = tree.copy()
    for column in found.find_all(exp.Column):
        column.set(_KIND, None)
    return found


def kind_of(tree: exp.Expr | None) -> ColumnType | None:
    """The kind of the expression's values; None where its parts do not tell.

    Days added to or taken from a date are still of the date's kind: an engine may say that this is a timestamp.
    """
    if isinstance(tree, exp.Column):
        found: ColumnType | None = tree.args.get(_KIND)
        return found
    if isinstance(tree, exp.Cast):
        return next((kind for kind, types in _OF_TYPES if tree.to.this in types), None)
    if isinstance(tree, exp.Literal):
        return "text" if tree.is_string else ("integer" if tree.is_int else "number")
    if isinstance(tree, exp.Case | exp.If):
        return _of_branches(tree)
    if isinstance(tree, exp.Coalesce | exp.Greatest | exp.Least):
        return next((kind for each in (tree.this, *tree.expressions) if (kind := kind_of(each)) is not None), None)
    if isinstance(tree, exp.Add | exp.Sub):
        return _of_sum(tree)
    return _of_function(tree)


def _of_function(tree: exp.Expr | None) -> ColumnType | None:
    if isinstance(tree, _SAME_AS_THIS):
        return kind_of(tree.this)
    if isinstance(tree, _TRUTHS):
        return "boolean"
    if isinstance(tree, _COUNTS):
        return "integer"
    if isinstance(tree, _NUMBERS):
        return "number"
    if isinstance(tree, _TEXTS):
        return "text"
    if isinstance(tree, exp.TimestampTrunc):
        return "timestamp"
    return "date" if isinstance(tree, exp.LastDay | exp.DateFromParts) else None


def _of_branches(tree: exp.Case | exp.If) -> ColumnType | None:
    if isinstance(tree, exp.If):
        branches = [tree.args.get("true"), tree.args.get("false")]
    else:
        branches = [each.args.get("true") for each in tree.args["ifs"]] + [tree.args.get("default")]
    return next((kind for each in branches if (kind := kind_of(each)) is not None), None)


def _of_sum(tree: exp.Add | exp.Sub) -> ColumnType | None:
    left, right = kind_of(tree.this), kind_of(tree.expression)
    moved = next((each for each in (left, right) if each in ("date", "timestamp")), None)
    if moved is None:
        return "integer" if left == right == "integer" else ("number" if left or right else None)
    if left in ("date", "timestamp") and right in ("date", "timestamp"):
        # days for dates, an interval for timestamps
        return "integer" if left == right == "date" else None
    interval = next((each for each in (tree.this, tree.expression) if isinstance(each, exp.Interval)), None)
    unit = interval.args.get("unit") if interval is not None else None
    if unit is not None and unit.name.upper() not in _DAYS_AND_LONGER:
        return "timestamp"
    return moved
