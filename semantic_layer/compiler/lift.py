"""A trial in one statement: the rows of each arm counted and added up within each trial, then over the trials.

What the treated brought more is summed trial by trial, each against its own control: with n treated of mean m and
variance s2 (and n', m', s2' of the control), n * (m - m'), whose variance is n * s2 + n * n * s2' / n'. Trials without
one of the arms tell nothing and are counted apart.
"""

from __future__ import annotations

import sqlglot
from sqlglot import exp

from semantic_layer.compiler.rows import Sources, where
from semantic_layer.resolve.binding import substitute
from semantic_layer.resolve.resolved import ResolvedLift
from semantic_layer.sql.nodes import aliased, day_literal, with_ctes

_STEPS = """
WITH arms AS (SELECT apart, trial, [sums], MAX(cost) AS cost FROM members GROUP BY apart, trial)
SELECT apart, [told] FROM arms GROUP BY apart ORDER BY apart NULLS LAST"""

_COUNTS = ("n", "won", "n_c", "won_c", "won_both")


def compile_lift(query: ResolvedLift, sources: Sources) -> exp.Select:
    """The statement: one row for each group."""
    body = sqlglot.parse_one(_text(len(query.amounts)), dialect="duckdb")
    assert isinstance(body, exp.Select), "it is a query"
    with_ = body.args["with_"]
    rest = [(each.alias, each.this) for each in with_.expressions]
    body.set("with_", None)
    return with_ctes(body, [("members", _members(query, sources)), *rest])


def _members(query: ResolvedLift, sources: Sources) -> exp.Select:
    def flag(condition: exp.Expr, name: str) -> exp.Alias:
        case = exp.Case(ifs=[exp.If(this=condition.copy(), true=exp.Literal.number(1))], default=exp.Literal.number(0))
        return aliased(case, name)

    def number(tree: exp.Expr) -> exp.Expr:
        return exp.Cast(this=tree.copy(), to=exp.DataType(this=exp.DataType.Type.DOUBLE, nested=False))

    def amount(tree: exp.Expr) -> exp.Expr:
        return exp.Coalesce(this=number(tree), expressions=[exp.Literal.number(0)])

    key = query.key if query.key is not None else exp.Null()
    outputs: list[exp.Expr] = [aliased(key.copy(), "apart"), aliased(query.within.copy(), "trial")]
    outputs += [flag(query.treated, "treated"), flag(query.others, "control"), flag(query.success, "won")]
    outputs.append(flag(query.others_success if query.others_success is not None else query.success, "other_won"))
    outputs += [aliased(amount(tree), f"amount_{place}") for place, tree in enumerate(query.amounts)]
    outputs.append(aliased(number(query.cost if query.cost is not None else exp.Null()), "cost"))
    select = sources.joined(query.dataset, query.steps)
    limits: list[exp.Expr | None] = [substitute(each, sources.populations) for each in query.conditions]
    if query.time is not None:
        end = query.period.end or query.end
        limits.append(exp.LT(this=query.time.copy(), expression=day_literal(min(end, query.end))))
        if query.period.start is not None:
            limits.append(exp.GTE(this=query.time.copy(), expression=day_literal(query.period.start)))
    return where(select.select(*outputs, copy=False), limits)


def _text(amounts: int) -> str:
    sums = ["SUM(treated) AS n", "SUM(control) AS n_c", "SUM(treated * won) AS won"]
    sums += ["SUM(control * other_won) AS won_c", "SUM(treated * control * won * other_won) AS won_both"]
    outer = ["COUNT(*) AS trials", "SUM(CASE WHEN [ok] THEN 0 ELSE 1 END) AS lacking"]
    outer += [f"SUM(CASE WHEN [ok] THEN {name} ELSE 0 END) AS {name}" for name in _COUNTS]
    outer.append("SUM(CASE WHEN [ok] THEN won - n * (1.0 * won_c / n_c) ELSE 0 END) AS extra")
    outer.append("SUM(CASE WHEN [ok] THEN cost END) AS cost")
    for place in range(amounts):
        name = f"amount_{place}"
        for arm, flag in (("", "treated"), ("_c", "control")):
            sums.append(f"SUM({flag} * {name}) AS {name}{arm}")
            sums.append(f"SUM({flag} * {name} * {name}) AS {name}_squares{arm}")
        outer.append(f"SUM(CASE WHEN [ok] THEN {name} - n * ({name}_c / n_c) ELSE 0 END) AS extra_{place}")
        own, their = (
            f"GREATEST({name}_squares{arm} - {name}{arm} * {name}{arm} / n{arm}, 0) / NULLIF(n{arm} - 1, 0)"
            for arm in ("", "_c")
        )
        variance = f"SUM(CASE WHEN [ok] THEN n * {own} + 1.0 * n * n * {their} / n_c ELSE 0 END)"
        # an arm of one has no spread, nor have sums with it
        least = "MIN(CASE WHEN [ok] THEN LEAST(n, n_c) END)"
        outer.append(f"CASE WHEN {least} > 1 THEN {variance} END AS variance_{place}")
    told = ", ".join(outer).replace("[ok]", "n > 0 AND n_c > 0")
    return _STEPS.replace("[sums]", ", ".join(sums)).replace("[told]", told)
