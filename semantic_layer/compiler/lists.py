"""Lists of entities: one row each, their fields and measured values, and how many there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlglot import exp

from semantic_layer.compiler.aggregates import safe_division
from semantic_layer.compiler.finish import ordered, with_total
from semantic_layer.compiler.rows import Sources, where
from semantic_layer.compiler.stack import Named
from semantic_layer.model.model import Step
from semantic_layer.resolve.leaves import Measure, Rows
from semantic_layer.resolve.ranks import is_ranked
from semantic_layer.resolve.resolved import MeasuredJoin, ResolvedList, ResolvedMetrics
from semantic_layer.sql.nodes import aliased, joined, select_from, subquery, table, with_ctes

Computed = Callable[[ResolvedMetrics], tuple[list[Named], str]]


def compile_list(query: ResolvedList, sources: Sources, computed: Computed) -> exp.Select:
    """The statement of a list. Measured values are aggregated by key before they are joined."""
    rows = query.rows
    select = sources.joined(rows.dataset, rows.steps)
    key = next(tree for tree, column in zip(rows.keys, query.shown, strict=True) if column.name == query.key)
    # whose values nobody will see are not measured
    who = _listed(rows, key, sources) if query.filters else None
    aliases: dict[int, str] = {}
    for measured in query.measured:
        if id(measured.query) not in aliases:
            alias = aliases[id(measured.query)] = f"measured_{len(aliases) + 1}"
            inner = _values(_only(measured.query, who), measured.key, computed)
            on = exp.EQ(this=key.copy(), expression=exp.column(measured.key, table=alias))
            select = joined(select, subquery(inner, alias), on, "LEFT")
    outputs: list[exp.Expr] = [
        aliased(tree.copy(), column.name) for tree, column in zip(rows.keys, query.shown, strict=True)
    ]
    for measured in query.measured:
        outputs.append(aliased(_value(measured, aliases[id(measured.query)]), measured.column.name))
    select = where(select.select(*outputs, copy=False), sources.filters(rows))
    if query.limit is not None:
        select = with_total(select).limit(query.limit, copy=False)
    return ordered(select, query.sorts)


def _value(measured: MeasuredJoin, alias: str) -> exp.Expr:
    """The metric of the entity in this row; of one without any row, what the metric is then."""
    metric = next(each for each in measured.query.metrics if each.column.name == measured.column.metric)
    value = exp.column(metric.column.name, table=alias)
    if isinstance(measured.when_absent, exp.Null):
        return value
    absent = safe_division(measured.when_absent)
    if isinstance(metric.formula, exp.Column):
        return exp.Coalesce(this=value, expressions=[absent])
    is_absent = exp.Is(this=exp.column(measured.key, table=alias), expression=exp.Null())
    return exp.Case(ifs=[exp.If(this=is_absent, true=absent)], default=value)


def _values(query: ResolvedMetrics, key: str, computed: Computed) -> exp.Select:
    ctes, last = computed(query)
    names = [key, *(metric.column.name for metric in query.metrics)]
    return with_ctes(select_from(table(last)).select(*(exp.column(name) for name in names), copy=False), ctes)


def _listed(rows: Rows, key: exp.Expr, sources: Sources) -> exp.Select:
    """The keys of the entities that the list is of."""
    conditions = sources.filters(rows)
    select = sources.joined(rows.dataset, _needed(rows.steps, conditions))
    return where(select.select(key.copy(), copy=False), conditions)


def _needed(steps: Sequence[Step], conditions: Sequence[exp.Expr]) -> tuple[Step, ...]:
    """The joins that the conditions stand on."""
    tables = {column.table for condition in conditions for column in condition.find_all(exp.Column)}
    found: list[Step] = []
    for step in reversed(steps):
        if step.target in tables:
            found.append(step)
            tables.add(step.source)
    return tuple(reversed(found))


def _only(query: ResolvedMetrics, who: exp.Select | None) -> ResolvedMetrics:
    """The query over rows of those entities alone, wherever that cannot change what it says of them."""
    # places, and parts of all, are told among everybody
    if who is None or query.totals or any(is_ranked(metric.formula) for metric in query.metrics):
        return query
    known: dict[tuple[str, int], tuple[exp.Expr, ...]] = {}

    def narrowed(measure: Measure) -> Measure:
        rows = measure.rows
        if measure.kind in ("transition", "conversion") or measure.latest is not None or not rows.keys:
            return measure
        # measures over the same rows are still told by the same filters
        memory = (rows.dataset, id(rows.filters))
        if memory not in known:
            among = exp.In(this=rows.keys[0].copy(), query=exp.Subquery(this=who.copy()))
            known[memory] = (*rows.filters, among)
        return replace(measure, rows=replace(rows, filters=known[memory]))

    return replace(query, measures=tuple(narrowed(measure) for measure in query.measures))
