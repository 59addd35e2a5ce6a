"""A resolved dbt query to one SQL tree: the compiler's passes, each finished as its metric asks, stacked, computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from semantic_layer.compiler.finish import ordered
from semantic_layer.compiler.passes import Pass as MadePass
from semantic_layer.compiler.passes import Shape, passes
from semantic_layer.compiler.rows import where
from semantic_layer.compiler.stack import stacked
from semantic_layer.interop.dbt.listed import SOURCES, listed
from semantic_layer.interop.dbt.resolved import BASE_TIME, Pass, ResolvedDbt, SpineFill
from semantic_layer.resolve.leaves import Rows
from semantic_layer.sql.nodes import aliased, all_of, joined, select_from, subquery, table, with_ctes


def compile_dbt(resolved: ResolvedDbt) -> exp.Select:
    """The statement. Columns are the groups in their order, then the metrics in theirs."""
    select = _distinct(resolved, resolved.distinct) if resolved.distinct is not None else _metrics(resolved)
    select = ordered(select, resolved.sorts)
    return select.limit(resolved.limit, copy=False) if resolved.limit is not None else select


def _metrics(resolved: ResolvedDbt) -> exp.Select:
    shape = Shape(resolved.keys, None)
    made = passes([each.measure for each in resolved.passes if _is_plain(each)], shape, SOURCES)
    for each in resolved.passes:
        if not _is_plain(each):
            made.append(_finished(each, shape))
    untold = [each.measure.alias for each in resolved.passes if each.is_of_any_type]
    ctes, last = stacked(_named_apart(made), shape, (), untold=untold)
    columns = [_output(key, resolved) for key in resolved.keys]
    values = [aliased(tree, resolved.aliases.get(name, name)) for name, tree in resolved.formulas.items()]
    return with_ctes(select_from(table(last)).select(*columns, *values, copy=False), ctes)


def _output(key: str, resolved: ResolvedDbt) -> exp.Expr:
    column = exp.column(key)
    return aliased(column, resolved.aliases[key]) if key in resolved.aliases else column


def _is_plain(each: Pass) -> bool:
    return each.fill is None and each.period_agg is None


def _finished(each: Pass, shape: Shape) -> MadePass:
    alias = each.measure.alias
    inner = Shape((*shape.keys, BASE_TIME), None) if each.period_agg is not None else shape
    made = passes([each.measure], inner, SOURCES)[0]
    select = made.select
    if each.fill is not None:
        select = _spread(select, each.fill, inner, alias)
    if each.period_agg is not None:
        select = _one_of_each_period(select, each.period_agg, shape, alias)
    return MadePass(alias, select, (alias,))


def _spread(select: exp.Select, fill: SpineFill, shape: Shape, alias: str) -> exp.Select:
    """The measure's groups at every unit of the spine; units that it has no rows in stand with nulls."""
    spine = listed(fill.rows, fill.times).distinct(copy=False)
    on = all_of(
        exp.EQ(this=exp.column(name, table="spine"), expression=exp.column(name, table="found")) for name in fill.times
    )
    spread = joined(select_from(subquery(spine, "spine")), subquery(select, "found"), on, "LEFT")
    outputs: list[exp.Expr] = [
        exp.column(name, table="spine" if name in fill.times else "found") for name in shape.names
    ]
    spread = spread.select(*outputs, exp.column(alias, table="found"), copy=False)
    if not fill.again:
        return spread
    every = [*(exp.column(name) for name in shape.names), exp.column(alias)]
    return where(select_from(subquery(spread, "spread")).select(*every, copy=False), fill.again)


def _one_of_each_period(select: exp.Select, period_agg: str, shape: Shape, alias: str) -> exp.Select:
    """The first, last or average value over the base times of each group."""
    keys: list[exp.Expr] = [exp.column(name) for name in shape.names]
    value: exp.Expr = exp.column(alias)
    source = select_from(subquery(select, "by_base_time"))
    if period_agg == "average":
        outputs = [*keys, aliased(exp.Avg(this=value), alias)]
        chosen = source.select(*outputs, copy=False)
        chosen.set("group", exp.Group(expressions=[exp.Literal.number(index + 1) for index in range(len(keys))]))
        return chosen
    order = exp.Ordered(this=exp.column(BASE_TIME), desc=period_agg == "last", nulls_first=False)
    place = exp.Window(
        this=exp.RowNumber(), partition_by=[key.copy() for key in keys], order=exp.Order(expressions=[order])
    )
    ranked = source.select(*keys, value, aliased(place, "place"), copy=False)
    outer = select_from(subquery(ranked, "ranked")).select(*(key.copy() for key in keys), value.copy(), copy=False)
    return where(outer, [exp.EQ(this=exp.column("place"), expression=exp.Literal.number(1))])


def _named_apart(made: Sequence[MadePass]) -> list[MadePass]:
    seen: dict[str, int] = {}
    found = []
    for each in made:
        seen[each.name] = seen.get(each.name, 0) + 1
        found.append(each if seen[each.name] == 1 else replace(each, name=f"{each.name}_{seen[each.name]}"))
    return found


def _distinct(resolved: ResolvedDbt, rows: Rows) -> exp.Select:
    names = [resolved.aliases.get(key, key) for key in resolved.keys]
    select = listed(rows, names)
    if resolved.min_max_only:
        key = exp.column(names[0])
        ends = (aliased(exp.Min(this=key), f"{names[0]}__min"), aliased(exp.Max(this=key.copy()), f"{names[0]}__max"))
        return select_from(subquery(select, "every_value")).select(*ends, copy=False)
    return select.distinct(copy=False) if resolved.is_distinct else select
