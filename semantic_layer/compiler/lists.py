"""Lists of entities: one row each, their fields and measured values, and how many there are."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from semantic_layer.compiler.finish import ordered, with_total
from semantic_layer.compiler.rows import Sources, where
from semantic_layer.compiler.stack import Named
from semantic_layer.resolved import ResolvedList, ResolvedMetrics

Computed = Callable[[ResolvedMetrics], tuple[list[Named], str]]


def compile_list(query: ResolvedList, sources: Sources, computed: Computed) -> exp.Select:
    """The statement of a list. Measured values are aggregated by key before they are joined."""
    rows = query.rows
    select = sources.joined(rows.dataset, rows.steps)
    outputs: list[exp.Expression] = [
        exp.alias_(tree.copy(), column.name, copy=False) for tree, column in zip(rows.keys, query.shown, strict=True)
    ]
    for index, measured in enumerate(query.measured):
        alias = f"measured_{index + 1}"
        ctes, last = computed(measured.query)
        inner = exp.Select().from_(exp.to_table(last), copy=False)
        metric = measured.query.metrics[0].column.name
        inner = inner.select(exp.column(measured.key), exp.column(metric), copy=False)
        for name, body in ctes:
            inner = inner.with_(name, as_=body, copy=False)
        key = next(tree for tree, column in zip(rows.keys, query.shown, strict=True) if column.name == query.key)
        on = exp.EQ(this=key.copy(), expression=exp.column(measured.key, table=alias))
        select = select.join(inner.subquery(alias, copy=False), on=on, join_type="left", copy=False)
        value: exp.Expression = exp.column(metric, table=alias)
        if measured.zero_when_empty:
            value = exp.Coalesce(this=value, expressions=[exp.Literal.number(0)])
        outputs.append(exp.alias_(value, measured.column.name, copy=False))
    select = where(select.select(*outputs, copy=False), sources.filters(rows))
    if query.limit is not None:
        select = with_total(select).limit(query.limit, copy=False)
    return ordered(select, query.sorts)
