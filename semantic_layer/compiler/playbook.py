"""What to do in one statement: a row for each play, with its words, the group's numbers and what came of it before."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from semantic_layer.compiler.stack import Named
from semantic_layer.resolve.resolved import ResolvedMetrics, ResolvedPlay, ResolvedPlaybook
from semantic_layer.sql.nodes import aliased, joined, select_from, subquery, table, with_ctes

Computed = Callable[[ResolvedMetrics], tuple[list[Named], str]]


def compile_playbook(query: ResolvedPlaybook, computed: Computed) -> exp.Select:
    """The statement of a playbook, its plays in the model's order."""
    found: exp.Query | None = None
    for place, play in enumerate(query.plays):
        select = _play(play, place, computed)
        found = select if found is None else exp.Union(this=found, expression=select, distinct=False)
    assert found is not None, "a playbook has plays"
    outer = select_from(subquery(found, "plays")).select(*(exp.column(c.name) for c in query.columns), copy=False)
    return outer.order_by(exp.column("place"), copy=False)


def _play(play: ResolvedPlay, place: int, computed: Computed) -> exp.Select:
    group, tried = play.group.metrics, play.tried
    select = select_from(subquery(_numbers(play.group, computed), "group_of_it"))
    outputs: list[exp.Expr] = [aliased(exp.Literal.string(text), name) for name, text in play.words]
    outputs.append(aliased(exp.column(group[0].column.name, table="group_of_it"), "members"))
    value = exp.column(group[1].column.name, table="group_of_it") if len(group) > 1 else _nothing()
    outputs.append(aliased(value, "value"))
    if tried is not None:
        select = joined(select, subquery(_numbers(tried, computed), "tried_before"), exp.true(), "LEFT")
        outputs.append(aliased(exp.column(tried.metrics[0].column.name, table="tried_before"), "tried"))
    else:
        outputs.append(aliased(_nothing(), "tried"))
    return select.select(*outputs, aliased(exp.Literal.number(place), "place"), copy=False)


def _numbers(query: ResolvedMetrics, computed: Computed) -> exp.Select:
    ctes, last = computed(query)
    return with_ctes(select_from(table(last)).select(exp.Star(), copy=False), ctes)


def _nothing() -> exp.Expr:
    return exp.Cast(this=exp.Null(), to=exp.DataType.build("DOUBLE", dialect="duckdb"))
