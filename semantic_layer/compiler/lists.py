"""Lists of entities: one row each, their fields and measured values, and how many there are."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from semantic_layer.compiler.finish import ordered, with_total
from semantic_layer.compiler.rows import Sources, where
from semantic_layer.compiler.stack import Named
from semantic_layer.resolved import ResolvedList, ResolvedMetrics
from semantic_layer.sql import aliased, joined, select_from, subquery, table, with_ctes

Computed = Callable[[ResolvedMetrics], tuple[list[Named], str]]


def compile_list(query: ResolvedList, sources: Sources, computed: Computed) -> exp.Select:
    """The statement of a list. Measured values are aggregated by key before they are joined."""
    rows = query.rows
    select = sources.joined(rows.dataset, rows.steps)
    outputs: list[exp.Expr] = [
        aliased(tree.copy(), column.name) for tree, column in zip(rows.keys, query.shown, strict=True)
    ]
    for index, measured in enumerate(query.measured):
        alias = f"measured_{index + 1}"
        ctes, last = computed(measured.query)
        inner = select_from(table(last))
        metric = measured.query.metrics[0].column.name
        inner = inner.select(exp.column(measured.key), exp.column(metric), copy=False)
        inner = with_ctes(inner, ctes)
        key = next(tree for tree, column in zip(rows.keys, query.shown, strict=True) if column.name == query.key)
        on = exp.EQ(this=key.copy(), expression=exp.column(measured.key, table=alias))
        select = joined(select, subquery(inner, alias), on, "LEFT")
        value: exp.Expr = exp.column(metric, table=alias)
        if measured.zero_when_empty:
            value = exp.Coalesce(this=value, expressions=[exp.Literal.number(0)])
        outputs.append(aliased(value, measured.column.name))
    select = where(select.select(*outputs, copy=False), sources.filters(rows))
    if query.limit is not None:
        select = with_total(select).limit(query.limit, copy=False)
    return ordered(select, query.sorts)
