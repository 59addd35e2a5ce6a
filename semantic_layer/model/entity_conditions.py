"""Conditions of a metric on the entities behind its rows: `orders >= 2 AND revenue > 1000`, read as filters of a query.

They compare metrics of each entity with numbers, joined by AND, OR and NOT; the metrics have a period of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from sqlglot import exp

from semantic_layer.errors import Phrase
from semantic_layer.model.definitions import Among
from semantic_layer.model.windows import rolling
from semantic_layer.query.requests import AllOf, AnyOf, EntityOperator, Filter, MetricFilter, NotOf, NumberOperator
from semantic_layer.sql.parsing import Unparsable, parse_expression
from semantic_layer.time.periods import Period
from semantic_layer.time.units import STANDARD, Units

ALL = "all"
TOP_SHARE = "top_share"
Parameters = Mapping[str, int | float | str]
_OPERATORS: Mapping[type[exp.Expr], NumberOperator] = {
    exp.EQ: "=",
    exp.NEQ: "!=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_TURNED: Mapping[NumberOperator, NumberOperator] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


class BadConditionError(ValueError):
    """The part of a condition that is no comparison of a metric with a number, or is no SQL at all."""

    def __init__(self, text: str, reason: str | Phrase) -> None:
        super().__init__(text)
        self.text, self.reason = text, reason


def condition_of(
    among: Among, parameters: Parameters, today: date, calendars: Mapping[str, Units] = STANDARD
) -> Filter:
    """The filter that chooses the entities. Raises BadConditionError, ValueError (a period that cannot be read)."""
    period = None if among.period == ALL else rolling(among.period, today, calendars)
    return _filter(_tree(among.having), among.entity, period, parameters)


def metrics_of(among: Among) -> tuple[str, ...]:
    """The metrics that the condition names, once each; none of one that cannot be read."""
    sql = parse_expression(among.having)
    if isinstance(sql, Unparsable):
        return ()
    return tuple(dict.fromkeys(column.name for column in sql.columns if not column.table))


def _tree(text: str) -> exp.Expr:
    sql = parse_expression(text)
    if isinstance(sql, Unparsable):
        raise BadConditionError(" ".join(text.split())[:60], sql.reason)
    return sql.tree


def _filter(tree: exp.Expr, entity: str, period: Period | None, parameters: Parameters) -> Filter:
    match tree:
        case exp.Paren():
            return _filter(tree.this, entity, period, parameters)
        case exp.And():
            return AllOf(all=tuple(_filter(each, entity, period, parameters) for each in _flat(tree, exp.And)))
        case exp.Or():
            return AnyOf(any=tuple(_filter(each, entity, period, parameters) for each in _flat(tree, exp.Or)))
        case exp.Not():
            return NotOf(negated=_filter(tree.this, entity, period, parameters))
    metric, op, values = _top_share(tree, parameters) or _comparison(tree, parameters)
    return MetricFilter(metric=metric, per=entity, period=period, op=op, values=values, origin="metric")


def _flat(tree: exp.Expr, kind: type[exp.Connector]) -> Iterator[exp.Expr]:
    for each in (tree.this, tree.expression):
        if isinstance(each, kind):
            yield from _flat(each, kind)
        else:
            yield each


def _top_share(tree: exp.Expr, parameters: Parameters) -> tuple[str, EntityOperator, tuple[float, ...]] | None:
    """`top_share(revenue, 0.2)`: a metric, and a share above 0 and below 1."""
    if not isinstance(tree, exp.Anonymous) or tree.name.lower() != TOP_SHARE or len(tree.expressions) != 2:
        return None
    metric, share = tree.expressions
    number = _number(share, parameters)
    if not isinstance(metric, exp.Column) or metric.table or not 0 < number < 1:
        raise _bad(tree)
    return metric.name, "top share", (number,)


def _comparison(tree: exp.Expr, parameters: Parameters) -> tuple[str, NumberOperator, tuple[float, ...]]:
    if isinstance(tree, exp.Between) and isinstance(tree.this, exp.Column) and not tree.args.get("symmetric"):
        ends = tuple(_number(tree.args[key], parameters) for key in ("low", "high"))
        return tree.this.name, "between", ends
    op = _OPERATORS.get(type(tree))
    if op is not None:
        left, right = tree.this, tree.expression
        if isinstance(right, exp.Column):
            left, right, op = right, left, _TURNED.get(op, op)
        if isinstance(left, exp.Column) and not left.table:
            return left.name, op, (_number(right, parameters),)
    raise _bad(tree)


def _number(tree: exp.Expr, parameters: Parameters) -> float:
    if isinstance(tree, exp.Literal) and not tree.is_string:
        return float(tree.name)
    if isinstance(tree, exp.Neg):
        return -_number(tree.this, parameters)
    value = parameters.get(tree.name) if isinstance(tree, exp.Placeholder) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise _bad(tree)


def _bad(tree: exp.Expr) -> BadConditionError:
    reason = Phrase(
        "应该把一个指标和数字比较，如“orders >= 2”", "it should compare a metric with a number, as in 'orders >= 2'"
    )
    return BadConditionError(str(tree.sql("duckdb")), reason)
