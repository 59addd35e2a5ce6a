"""The last step: conditions on finished groups, order, limits, and the count of rows before the limit."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from semantic_layer.compiler.stack import Named
from semantic_layer.query.requests import Having
from semantic_layer.resolve.filters import comparison
from semantic_layer.resolve.resolved import ResolvedMetrics
from semantic_layer.resolve.shown import KeepCondition, Sort
from semantic_layer.sql.nodes import aliased, free_name, select_from, subquery, table, with_ctes

TOTAL_ROWS = "total_rows"


def finished(query: ResolvedMetrics, ctes: Sequence[Named], last: str) -> exp.Select:
    """The whole statement of a metric query."""
    columns = [exp.column(column.name) for column in query.columns]
    conditions = [*(_having(each) for each in query.having), *(_keep(each) for each in query.keep)]
    select = select_from(table(last)).select(*columns, copy=False)
    if conditions:
        select = select.where(*conditions, copy=False)
    if query.limit is not None and query.limit_within:
        select = _within(query, select)
    elif query.limit is not None:
        select = with_total(select).limit(query.limit + 1, copy=False)
    select = ordered(select, query.sorts)
    return with_ctes(select, ctes)


def with_total(select: exp.Select) -> exp.Select:
    """Add the count of all rows before any limit."""
    count = exp.Window(this=exp.Count(this=exp.Star(), big_int=True))
    return select.select(aliased(count, TOTAL_ROWS), copy=False)


def ordered(select: exp.Select, sorts: Sequence[Sort]) -> exp.Select:
    """ORDER BY with nulls last in both directions."""
    return select.order_by(*(_sort(each) for each in sorts), copy=False) if sorts else select


def _sort(each: Sort) -> exp.Expr:
    return exp.Ordered(this=exp.column(each.column), desc=each.descending, nulls_first=False)


def _within(query: ResolvedMetrics, select: exp.Select) -> exp.Select:
    """Keep the first rows of each group of `limit_within`."""
    inside = [each for each in query.sorts if each.column not in query.limit_within]
    number = exp.Window(
        this=exp.RowNumber(),
        partition_by=[exp.column(name) for name in query.limit_within],
        order=exp.Order(expressions=[_sort(each) for each in inside or query.sorts]),
    )
    place = free_name("place", [column.name for column in query.columns])
    ranked = select.select(aliased(number, place), copy=False)
    ranked = with_total(ranked)
    outer = select_from(subquery(ranked, "ranked"))
    outer = outer.select(*(exp.column(c.name) for c in query.columns), exp.column(TOTAL_ROWS), copy=False)
    limit = exp.Literal.number(query.limit or 0)
    return outer.where(exp.LTE(this=exp.column(place), expression=limit), copy=False)


def _having(each: Having) -> exp.Expr:
    return comparison(exp.column(each.column), each.op, [exp.convert(value) for value in each.values])


def _keep(each: KeepCondition) -> exp.Expr:
    return comparison(exp.column(each.column), each.op, [value.copy() for value in each.values])
