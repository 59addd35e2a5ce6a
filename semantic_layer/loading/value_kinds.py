"""Do the values in an expression go together? Numbers are added up and compared with numbers, texts with texts, times
with dates that there are; what is asked for is true or false. What cannot be told is let pass: the database tells."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Literal

from sqlglot import exp

from semantic_layer.errors import Phrase
from semantic_layer.query.result import ColumnType
from semantic_layer.sql.value_types import kind_of, of_kind

Group = Literal["number", "text", "true or false", "time"]
# the declared type of the field that a column names; None where it is not known
KindOfColumn = Callable[[exp.Column], ColumnType | None]
_GROUPS: dict[ColumnType, Group] = {
    "integer": "number",
    "number": "number",
    "text": "text",
    "boolean": "true or false",
    "date": "time",
    "timestamp": "time",
}
_NAMED: dict[Group, Phrase] = {
    "number": Phrase("数字", "a number"),
    "text": Phrase("文本", "text"),
    "time": Phrase("时间", "a time"),
    "true or false": Phrase("真假值", "true or false"),
}
_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.NullSafeEQ, exp.NullSafeNEQ)
_CALCULATIONS = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod)
_AVERAGES = (exp.Avg, exp.Median, exp.PercentileCont, exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Variance)
_COMPUTED: dict[type[exp.Expr], Callable[[float, float], float]] = {
    exp.Add: operator.add,
    exp.Sub: operator.sub,
    exp.Mul: operator.mul,
}
_UNORDERED = (exp.First, exp.Last, exp.AnyValue)
_QUANTILES = (exp.PercentileCont, exp.PercentileDisc, exp.Quantile, exp.ApproxQuantile)


def with_kinds(tree: exp.Expr, kind_of_column: KindOfColumn) -> exp.Expr:
    """A copy of the tree whose columns know of which kind they are."""
    copied = tree.copy()
    for column in copied.find_all(exp.Column):
        of_kind(column, kind_of_column(column))
    return copied


def group_of(tree: exp.Expr | None) -> Group | None:
    """The kind of the tree's values, coarsely; None where it cannot be told."""
    return None if isinstance(tree, exp.Null) else group(kind_of(tree))


def group(kind: ColumnType | None) -> Group | None:
    """What kinds are compared as."""
    return None if kind is None else _GROUPS[kind]


def mistakes(tree: exp.Expr) -> Iterator[tuple[exp.Expr, Phrase]]:
    """The parts of a tree (with kinds) that make no sense, each with the reason."""
    for node in tree.walk():
        reason = _reason(node)
        if reason is not None:
            yield node, reason


def constant(tree: exp.Expr) -> float | None:
    """The number that a tree of literals makes; None for any other."""
    if isinstance(tree, exp.Literal) and not tree.is_string:
        return float(tree.name)
    if isinstance(tree, exp.Paren):
        return constant(tree.this)
    if isinstance(tree, exp.Neg):
        inner = constant(tree.this)
        return None if inner is None else -inner
    if type(tree) not in _COMPUTED:
        return None
    one, other = constant(tree.this), constant(tree.expression)
    return None if one is None or other is None else float(_COMPUTED[type(tree)](one, other))


def _reason(node: exp.Expr) -> Phrase | None:
    if isinstance(node, _COMPARISONS):
        return _compared(node.this, node.expression)
    if isinstance(node, exp.Between):
        ends = (node.args["low"], node.args["high"])
        return _compared(node.this, ends[0]) or _compared(node.this, ends[1]) or _reversed(*ends)
    if isinstance(node, exp.In):
        return _listed(node)
    if isinstance(node, exp.Like | exp.ILike):
        return _like(node)
    if isinstance(node, _CALCULATIONS):
        return _calculated(node)
    if isinstance(node, exp.AggFunc | exp.Filter):
        return _aggregated(node)
    if isinstance(node, exp.And | exp.Or | exp.Not):
        sides = [node.this] if isinstance(node, exp.Not) else [node.this, node.expression]
        return next((reason for each in sides if (reason := not_a_condition(each))), None)
    return None


def not_a_condition(tree: exp.Expr) -> Phrase | None:
    """Why a tree does not tell whether something holds; None if it does, or cannot be told."""
    group = group_of(tree)
    if group is None or group == "true or false":
        return None
    told = named_group(group)
    return Phrase(f"“{_sql(tree)}”是{told.zh}，不是条件", f"'{_sql(tree)}' is {told.en}, not a condition")


def _compared(left: exp.Expr, right: exp.Expr) -> Phrase | None:
    one, other = group_of(left), group_of(right)
    if one is None or other is None or one == other:
        return None
    for this, that, group in ((left, right, one), (right, left, other)):
        if group == "time" and isinstance(that, exp.Literal) and that.is_string:
            if _is_moment(that.name):
                return None
            return Phrase(
                f"“{that.name}”不是日期，而“{_sql(this)}”是；请写成“2026-06-30”这样",
                f"'{that.name}' is no date, which '{_sql(this)}' is; write it like '2026-06-30'",
            )
    kinds = named_group(one), named_group(other)
    return Phrase(
        f"它拿{kinds[0].zh}“{_sql(left)}”和{kinds[1].zh} {_sql(right)} 比较",
        f"it compares '{_sql(left)}', {kinds[0].en}, with {_sql(right)}, {kinds[1].en}",
    )


def _reversed(low: exp.Expr, high: exp.Expr) -> Phrase | None:
    texts = [each.name for each in (low, high) if isinstance(each, exp.Literal) and each.is_string]
    numbers = [number for each in (low, high) if (number := constant(each)) is not None]
    is_reversed = (len(texts) == 2 and texts[0] > texts[1]) or (len(numbers) == 2 and numbers[0] > numbers[1])
    if not is_reversed:
        return None
    return Phrase("范围的终点在起点之前，里面什么也没有", "the range ends before it begins, so nothing is in it")


def _listed(node: exp.In) -> Phrase | None:
    if node.args.get("query") is None and node.args.get("unnest") is None and not node.expressions:
        return Phrase("IN 后面的列表是空的，里面什么也没有", "the list after IN is empty, so nothing is in it")
    return next((reason for each in node.expressions if (reason := _compared(node.this, each))), None)


def _like(node: exp.Expr) -> Phrase | None:
    for each in (node.this, node.expression):
        group = group_of(each)
        if group is not None and group != "text":
            told = named_group(group)
            return Phrase(
                f"LIKE 用于文本，而“{_sql(each)}”是{told.zh}", f"LIKE is about texts, and '{_sql(each)}' is {told.en}"
            )
    return None


def _calculated(node: exp.Expr) -> Phrase | None:
    if isinstance(node, exp.Div | exp.IntDiv | exp.Mod) and constant(node.expression) == 0:
        return Phrase("它除以零，得不到结果", "it divides by zero, which gives nothing")
    for each in (node.this, node.expression):
        group = group_of(each)
        if group == "text" or group == "true or false":
            told = named_group(group)
            return Phrase(
                f"它用“{_sql(each)}”计算，而那是{told.zh}", f"it calculates with '{_sql(each)}', which is {told.en}"
            )
    return None


def _aggregated(node: exp.Expr) -> Phrase | None:
    if isinstance(node, exp.Filter):
        return not_a_condition(node.expression.this)
    if isinstance(node, _UNORDERED):
        return Phrase(
            "它取某一行，却没有说是哪一行。请用 `latest`、min(...) 或 max(...)",
            "it takes some row, and which one is not said. Use `latest`, min(...) or max(...)",
        )
    if isinstance(node, exp.ArrayAgg):
        return Phrase("它得到一个列表，而不是数字", "it gives a list, not a number")
    inner = node.this.expressions[0] if isinstance(node.this, exp.Distinct) and node.this.expressions else node.this
    if isinstance(inner, exp.Star) and isinstance(node.this, exp.Distinct):
        return Phrase(
            "“*”代表许多字段；请对其中一个数不同的值", "'*' stands for many fields; count the distinct values of one"
        )
    group = group_of(inner) if isinstance(inner, exp.Expr) else None
    if isinstance(node, exp.Sum) and (group == "text" or group == "time"):
        told = named_group(group)
        return Phrase(f"它把“{_sql(inner)}”相加，而那是{told.zh}", f"it adds up '{_sql(inner)}', which is {told.en}")
    if isinstance(node, _AVERAGES) and group == "text":
        return Phrase(f"它对“{_sql(inner)}”求平均，而那是文本", f"it averages '{_sql(inner)}', which is text")
    return _quantile(node) if isinstance(node, _QUANTILES) else None


def _quantile(node: exp.Expr) -> Phrase | None:
    is_within = isinstance(node.parent, exp.WithinGroup)
    fraction = node.this if is_within else node.args.get("expression") or node.args.get("quantile")
    if fraction is None:
        return Phrase("没有写分位：中位数是 0.5", "it says no fraction: the median is 0.5")
    value = constant(fraction) if isinstance(fraction, exp.Expr) else None
    if value is None or 0 <= value <= 1:
        return None
    return Phrase("分位不在 0 和 1 之间：中位数是 0.5", "its fraction is not between 0 and 1: the median is 0.5")


def _is_moment(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        try:
            datetime.fromisoformat(text)
        except ValueError:
            return False
    return True


def named_group(group: Group) -> Phrase:
    """What sentences call values of a kind."""
    return _NAMED[group]


def _sql(tree: exp.Expr) -> str:
    return str(tree.sql("duckdb"))
