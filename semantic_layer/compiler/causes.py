"""Causes in one statement: for each piece of evidence, how many had it of those who left and of those who stayed.

Those who do much meet much: whoever orders often has more refunds, and stays. So alike are compared with alike, in
strata by what they did before. With a of n1 who left among those with the evidence, c of n0 among those without, and n
in all of a stratum, the relative risk of all strata is RR = R / S with R = sum(a n0 / n) and S = sum(c n1 / n), after
Mantel and Haenszel (Journal of the National Cancer Institute 22, 1959); its 95 % interval is RR * exp(+-1.96 *
sqrt(sum((n1 n0 (a + c) - a c n) / n^2) / (R S))), after Greenland and Robins (Biometrics 41, 1985), with one stratum
that of Katz et al. (Biometrics 34, 1978). What share of those who left would not have, had the evidence never been, is
at most p * (1 - 1 / RR), with p the share of leavers who had it: the attributable share of Miettinen (American Journal
of Epidemiology 99, 1974). An evidence is clear where the interval lies above 1. Nothing here proves a cause: it is an
association in the right order of time.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import sqlglot
from sqlglot import exp

from semantic_layer.compiler.rows import Sources, where
from semantic_layer.resolve.binding import substitute
from semantic_layer.resolve.resolved import ResolvedCauses
from semantic_layer.sql.nodes import aliased, any_of, select_from, table, with_ctes

PEOPLE, SUMS, ROWS = "caused_people", "caused_sums", "caused_rows"
_LEFT, _STRATUM = "has_left", "stratum"
# of a stratum: `leavers` of `people` had the evidence; of everybody, `all_leavers` of `everybody`
_STEPS = """
WITH caused_cells AS (
  SELECT r.*, CAST(leavers AS DOUBLE) AS a, CAST(people AS DOUBLE) AS n1, CAST(all_leavers - leavers AS DOUBLE) AS c,
    CAST(everybody - people AS DOUBLE) AS n0, CAST(everybody AS DOUBLE) AS n
  FROM caused_rows AS r
), caused_groups AS (
  SELECT place, family, cause, is_cause, SUM(leavers) AS leavers, SUM(people) AS people,
    SUM(all_leavers) AS all_leavers, SUM(everybody) AS everybody,
    SUM(a * n0 / NULLIF(n, 0)) AS upper, SUM(c * n1 / NULLIF(n, 0)) AS lower,
    SUM((n1 * n0 * (a + c) - a * c * n) / NULLIF(n * n, 0)) AS spread
  FROM caused_cells GROUP BY place, family, cause, is_cause
), caused_risks AS (
  SELECT g.*, CASE WHEN is_cause = 1 AND upper > 0 AND lower > 0 THEN upper / NULLIF(lower, 0) END AS relative_risk,
    CASE WHEN is_cause = 1 AND upper > 0 AND lower > 0 AND spread >= 0
      THEN 1.959963984540054 * SQRT(spread / NULLIF(upper * lower, 0)) END AS width
  FROM caused_groups AS g
), caused_shares AS (
  SELECT k.*, relative_risk * EXP(-width) AS risk_low, relative_risk * EXP(width) AS risk_high,
    leavers / NULLIF(CAST(all_leavers AS DOUBLE), 0) AS share_of_leavers,
    (people - leavers) / NULLIF(CAST(everybody - all_leavers AS DOUBLE), 0) AS share_of_stayers
  FROM caused_risks AS k
), caused_told AS (
  SELECT s.*, CASE WHEN relative_risk > 1 THEN share_of_leavers * (1 - 1 / relative_risk)
      WHEN is_cause = 1 THEN 0 END AS attributable_share,
    CASE WHEN is_cause = 1 THEN COALESCE(risk_low > 1 AND leavers >= $small, FALSE) END AS is_clear,
    CASE WHEN is_cause = 1 THEN leavers < $small OR people - leavers < $small
      OR all_leavers - leavers < $small END AS is_small
  FROM caused_shares AS s
)
SELECT t.*, MAX(CASE WHEN cause = 'any' THEN attributable_share END) OVER (PARTITION BY family) AS of_family,
  CASE WHEN cause = 'any' THEN 0 ELSE 1 END AS within_family
FROM caused_told AS t
"""
_ORDER = (("place", False), ("of_family", True), ("family", False), ("within_family", False))
_LAST = (("attributable_share", True), ("cause", False))


def compile_causes(query: ResolvedCauses, sources: Sources) -> exp.Select:
    """The statement of causes: everybody first, then families by their share, each with its evidence, then those who
    left without any evidence."""
    body = substitute(_steps(), {"small": exp.Literal.number(query.small)})
    with_ = body.args["with_"]
    rest = [(each.alias, each.this) for each in with_.expressions]
    body.set("with_", None)
    last = "caused_ranked"
    outputs = [exp.column(each.name) for each in query.columns]
    select = select_from(table(last)).select(*outputs, copy=False)
    order = [
        exp.Ordered(this=exp.column(name), desc=is_descending, nulls_first=False)
        for name, is_descending in (*_ORDER, *_LAST)
    ]
    named: list[tuple[str, exp.Query]] = [
        (PEOPLE, _people(query, sources)),
        (SUMS, _sums(query)),
        (ROWS, _rows(query)),
        *rest,
        (last, body),
    ]
    return with_ctes(select.order_by(*order, copy=False), named)


@lru_cache(maxsize=1)
def _steps() -> exp.Select:
    found = sqlglot.parse_one(_STEPS, dialect="duckdb")
    assert isinstance(found, exp.Select), "it is a query"
    return found


def _people(query: ResolvedCauses, sources: Sources) -> exp.Select:
    """One row for each that is looked at: whether they left, and whether they had each piece of evidence."""
    rows = query.rows
    names = (_LEFT, *map(_sign, range(len(query.causes))))
    outputs = [aliased(_flag(tree.copy()), name) for tree, name in zip(rows.keys, names, strict=False)]
    stratum: exp.Expr = exp.Literal.number(0)
    for level in rows.keys[len(names) :]:
        stratum = exp.Add(this=stratum, expression=_flag(level.copy()))
    outputs.append(aliased(stratum, _STRATUM))
    select = sources.joined(rows.dataset, rows.steps).select(*outputs, copy=False)
    return where(select, sources.filters(rows))


def _sums(query: ResolvedCauses) -> exp.Select:
    """Of each group the people and those of them who left, one row a stratum."""
    outputs: list[exp.Expr] = [
        aliased(_sum(exp.column(_LEFT)), "all_leavers"),
        aliased(exp.Count(this=exp.Star()), "everybody"),
    ]
    for name, signs in _groups(query):
        has = _flag(any_of(exp.EQ(this=exp.column(sign), expression=exp.Literal.number(1)) for sign in signs))
        outputs += _pair(name, has)
    every = [_sign(index) for index in range(len(query.causes))]
    none = [exp.EQ(this=exp.column(sign), expression=exp.Literal.number(0)) for sign in every]
    outputs += _pair("none", _flag(exp.and_(*none, copy=False) if none else exp.true()))
    select = select_from(table(PEOPLE)).select(*outputs, copy=False)
    return select.group_by(exp.column(_STRATUM), copy=False)


def _pair(name: str, has: exp.Expr) -> list[exp.Expr]:
    left = exp.Mul(this=exp.Paren(this=has.copy()), expression=exp.column(_LEFT))
    return [aliased(_sum(has), f"people_{name}"), aliased(_sum(left), f"leavers_{name}")]


def _groups(query: ResolvedCauses) -> list[tuple[str, list[str]]]:
    """Families and single pieces of evidence, with the signs of each."""
    families = dict.fromkeys(family for family, _ in query.causes)
    found = [
        (f"family_{place}", [_sign(index) for index, (name, _) in enumerate(query.causes) if name == family])
        for place, family in enumerate(families)
    ]
    return [*found, *((f"cause_{index}", [_sign(index)]) for index in range(len(query.causes)))]


def _rows(query: ResolvedCauses) -> exp.Query:
    """The groups below one another: everybody, families, evidence, nothing."""
    families = list(dict.fromkeys(family for family, _ in query.causes))
    parts = [_row(0, "all", "all", "all_leavers", "everybody", is_cause=False)]
    for place, family in enumerate(families):
        parts.append(_row(1, family, "any", f"leavers_family_{place}", f"people_family_{place}"))
    for index, (family, cause) in enumerate(query.causes):
        parts.append(_row(1, family, cause, f"leavers_cause_{index}", f"people_cause_{index}"))
    parts.append(_row(2, "none", "none", "leavers_none", "people_none", is_cause=False))
    found: exp.Query = parts[0]
    for part in parts[1:]:
        found = exp.Union(this=found, expression=part, distinct=False)
    return found


def _row(place: int, family: str, cause: str, leavers: str, people: str, *, is_cause: bool = True) -> exp.Select:
    outputs: Sequence[exp.Expr] = (
        aliased(exp.Literal.number(place), "place"),
        aliased(exp.Literal.string(family), "family"),
        aliased(exp.Literal.string(cause), "cause"),
        aliased(exp.Literal.number(int(is_cause)), "is_cause"),
        aliased(_or_none(leavers), "leavers"),
        aliased(_or_none(people), "people"),
        aliased(_or_none("all_leavers"), "all_leavers"),
        exp.column("everybody"),
    )
    return select_from(table(SUMS)).select(*outputs, copy=False)


def _or_none(name: str) -> exp.Expr:
    return exp.Coalesce(this=exp.column(name), expressions=[exp.Literal.number(0)])


def _sum(tree: exp.Expr) -> exp.Expr:
    return exp.Sum(this=tree)


def _flag(condition: exp.Expr) -> exp.Expr:
    return exp.Case(ifs=[exp.If(this=condition, true=exp.Literal.number(1))], default=exp.Literal.number(0))


def _sign(index: int) -> str:
    return f"sign_{index}"
