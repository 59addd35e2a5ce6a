"""Aggregates in each dialect: percentiles, the value beside the greatest, conditions on rows.

Trees come in plain words (plain_words.py). Exact percentiles stay exact where a dialect has them as aggregates.
"""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.engines.rewriting import Rewrite, call, refuse
from semantic_layer.sql.value_types import kind_of

_SHAPES = (exp.Skewness, exp.Kurtosis)
_STRANGE = frozenset({"entropy", "mad", "skewness", "kurtosis", "kurtosis_pop", "sem"})


def unlike(dialect: str) -> Rewrite:
    """Refuses measures of shape, which bear the same name in other databases and are another formula there."""

    def rewrite(node: exp.Expr) -> exp.Expr:
        is_strange = isinstance(node, exp.Anonymous) and node.name.lower() in _STRANGE
        if is_strange or isinstance(node, _SHAPES):
            raise refuse(node, dialect)
        return node

    return rewrite


def precise_mean(node: exp.Expr) -> exp.Expr:
    """For Spark: the mean and the quotient of decimals as doubles; it would round them to a few places."""
    is_mean = isinstance(node, exp.Avg) and not isinstance(node.this, exp.Cast | exp.Distinct)
    is_quotient = isinstance(node, exp.Div) and not isinstance(node.this, exp.Cast)
    if is_mean or is_quotient:
        double = exp.DataType(this=exp.DataType.Type.DOUBLE, nested=False)
        node.set("this", exp.Cast(this=node.this, to=double))
    return node


def percentile(dialect: str) -> Rewrite:
    """Percentiles as plain aggregates; Trino and BigQuery have approximate ones alone."""

    def rewrite(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Median) and dialect != "snowflake" and dialect != "redshift":
            node = exp.PercentileCont(this=node.this, expression=exp.Literal.number(0.5))
        if not isinstance(node, exp.PercentileCont | exp.PercentileDisc | exp.ApproxQuantile):
            return node
        share = node.args.get("expression") or node.args.get("quantile")
        return node if share is None else _percentile(node, share, dialect)

    return rewrite


def _percentile(node: exp.Expr, share: exp.Expr, dialect: str) -> exp.Expr:
    value, is_exact = node.this, not isinstance(node, exp.ApproxQuantile)
    match dialect:
        case "spark" if isinstance(node, exp.PercentileCont):
            return exp.Quantile(this=value, quantile=share)
        case "spark" if is_exact:
            return _within(exp.PercentileDisc(this=share), value)
        case "postgres" if not is_exact:
            return exp.PercentileCont(this=value, expression=share)
        case "clickhouse":
            if isinstance(node, exp.PercentileDisc):
                raise refuse(node, dialect)
            function = "quantileExactInclusive" if is_exact else "quantile"
            found = exp.ParameterizedAgg(this=function, expressions=[share])
            found.set("params", [value])
            return found
        case "bigquery" | "trino" if is_exact:
            return exp.ApproxQuantile(this=value, quantile=share)
        case _:
            return node


def _within(function: exp.Expr, value: exp.Expr) -> exp.WithinGroup:
    order = exp.Order(expressions=[exp.Ordered(this=value, nulls_first=True)])
    return exp.WithinGroup(this=function, expression=order)


def postgres_aggregate(node: exp.Expr) -> exp.Expr:
    """What PostgreSQL 15 has no function for, by those that it has. Distinct values are counted exactly there."""
    if isinstance(node, exp.ApproxDistinct):
        return exp.Count(this=exp.Distinct(expressions=[node.this]), big_int=True)
    if isinstance(node, exp.Mode) and isinstance(node.this, exp.Expr):
        order = exp.Order(expressions=[exp.Ordered(this=node.this, nulls_first=False)])
        return exp.WithinGroup(this=call("MODE"), expression=order)
    if isinstance(node, exp.Filter) and isinstance(node.this, exp.ArgMax | exp.ArgMin):
        return _first_of(node.this, node.expression.this)
    if isinstance(node, exp.ArgMax | exp.ArgMin) and not isinstance(node.parent, exp.Filter):
        return _first_of(node, None)
    return node


def _first_of(node: exp.ArgMax | exp.ArgMin, condition: exp.Expr | None) -> exp.Expr:
    """The first of the values in order of what they are chosen by."""
    by = exp.Ordered(this=node.expression, desc=isinstance(node, exp.ArgMax), nulls_first=False)
    values: exp.Expr = exp.ArrayAgg(this=exp.Order(this=node.this, expressions=[by]))
    is_known = exp.Not(this=exp.Is(this=node.expression.copy(), expression=exp.Null()))
    both = is_known if condition is None else exp.and_(condition, is_known, copy=False)
    values = exp.Filter(this=values, expression=exp.Where(this=both))
    return exp.Bracket(this=exp.Paren(this=values), expressions=[exp.Literal.number(1)], offset=1)


def any_value(node: exp.Expr) -> exp.Expr:
    """Any known value: the least, where ANY_VALUE is missing or may give null."""
    if not isinstance(node, exp.AnyValue):
        return node
    return exp.LogicalAnd(this=node.this) if kind_of(node.this) == "boolean" else exp.Min(this=node.this)


def spark_any_value(node: exp.Expr) -> exp.Expr:
    """Any known value: Spark takes null for one unless told."""
    return call("ANY_VALUE", node.this, exp.true()) if isinstance(node, exp.AnyValue) else node


def truths_as_numbers(node: exp.Expr) -> exp.Expr:
    """For ClickHouse, whose truths are numbers."""
    if isinstance(node, exp.LogicalOr):
        return exp.Max(this=node.this)
    return exp.Min(this=node.this) if isinstance(node, exp.LogicalAnd) else node


def filter_as_case(node: exp.Expr) -> exp.Expr:
    """Redshift has no FILTER: values of other rows become null, which aggregates leave out."""
    if not isinstance(node, exp.Filter):
        return node
    function: exp.Expr = node.this
    condition = node.expression.this
    if isinstance(function, exp.Count) and isinstance(function.this, exp.Star):
        function.set("this", _when(condition, exp.Literal.number(1)))
        return function
    if isinstance(function, exp.CountIf):
        function.set("this", exp.and_(condition, function.this, copy=False))
        return function
    holder = function.this if isinstance(function.this, exp.Distinct | exp.Order) else function
    if isinstance(function, exp.Count) and isinstance(holder, exp.Distinct):
        holder.set("expressions", [_when(condition.copy(), each) for each in holder.expressions])
    else:
        holder.set("this", _when(condition, holder.this))
    return function


def chosen_by_case(node: exp.Expr) -> exp.Expr:
    """Without FILTER the condition of `arg_max(a, b)` belongs to what is chosen by, b."""
    if isinstance(node, exp.Filter) and isinstance(node.this, exp.ArgMax | exp.ArgMin):
        function: exp.Expr = node.this
        function.set("expression", _when(node.expression.this, function.expression))
        return function
    return node


def _when(condition: exp.Expr, value: exp.Expr) -> exp.Case:
    return exp.Case(ifs=[exp.If(this=condition, true=value)])


def distinct_together(dialect: str) -> Rewrite:
    """Several columns counted together, where a row of them cannot be."""

    def rewrite(node: exp.Expr) -> exp.Expr:
        is_together = isinstance(node, exp.Distinct) and isinstance(node.parent, exp.Count)
        if not is_together or len(node.expressions) != 1 or not isinstance(node.expressions[0], exp.Tuple):
            return node
        columns = node.expressions[0].expressions
        if dialect == "redshift":
            raise refuse(node, dialect)
        function = call("ARRAY_CONSTRUCT", *columns)
        if dialect == "bigquery":
            function = call("TO_JSON_STRING", exp.Struct(expressions=columns))
        node.set("expressions", [function])
        return node

    return rewrite


def listed(node: exp.Expr) -> exp.Expr:
    """Redshift: the order of a LISTAGG stands behind it."""
    if isinstance(node, exp.GroupConcat) and isinstance(node.this, exp.Order):
        order = exp.Order(expressions=node.this.expressions)
        node.set("this", node.this.this)
        return exp.WithinGroup(this=node, expression=order)
    return node
