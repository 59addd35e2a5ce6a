"""An explanation in one statement: the parts of a metric in all and by each dimension, what each group contributed to
the change, and the dimensions that explain most.

With N and D the sums above and below a ratio R = N / D (0 before, 1 now), a group's weight w = d / D, its rate r = n
/ d and M = (R0 + R1) / 2, the change is taken apart by mean weights, after Marshall (1923) and Edgeworth (1925), as
shift-share analysis and Kitagawa, "Components of a Difference Between Two Rates" (JASA 50, 1955) have it:

    rate effect   (w0 + w1) / 2 * (r1 - r0)            what happened within the group
    mix effect    (w1 - w0) * ((r0 + r1) / 2 - M)      what its gain or loss of weight did
    contribution  n1 / D1 - n0 / D0 - (w1 - w0) * M    their sum

As weights add up to 1 in both periods, contributions add up to R1 - R0, whatever the rates. A group without a rate in
one of the periods (d = 0) has no rate effect: all of its contribution is mix. A sum's contribution is n1 - n0.

Dimensions are ranked after Bhagwan et al., "Adtributor: Revenue Debugging in Advertising Systems" (NSDI 2014): groups
with a tenth of the change or more are taken in order of surprise, the Jensen-Shannon divergence of a group's share of
the whole now from its share before, until they explain two thirds; the dimension whose groups so taken surprise most
is first, of equals the one of fewer groups. What chance alone would do is no surprise: of all k groups that are
looked at, without any difference, the greatest |z| is about sqrt(2 ln k) (the universal threshold of Donoho and
Johnstone, Biometrika 81, 1994), which is a divergence of ln(k) / 4 * (1 / n0 + 1 / n1) with n rows in a period; that
much is taken off. Groups that do not add up to the whole (in some of them, one customer is counted twice) explain
nothing: such a dimension is returned as a row with 0 groups.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import sqlglot
from sqlglot import exp

from semantic_layer.compiler.by_dimension import DIMENSION, VALUE, ByDimension, as_text, at_once
from semantic_layer.compiler.read_once import read_once
from semantic_layer.compiler.rows import Sources
from semantic_layer.compiler.stack import Named
from semantic_layer.resolve.binding import substitute
from semantic_layer.resolve.resolved import ResolvedExplanation, ResolvedMetrics
from semantic_layer.sql.nodes import aliased, select_from, subquery, table, with_ctes

Computed = Callable[[ResolvedMetrics, Sources], tuple[list[Named], str]]
_Made = Callable[[ResolvedMetrics], tuple[list[Named], str]]
WHOLE, PARTS = "explained_whole", "explained_parts"
_SIDES = ("above", "above_rows", "below", "below_rows")
# whole: the values of all rows; dimensions: whether groups add up to them. Sums of floating point numbers differ by
# their order, in the last digits only.
_SUMMED = """
explained_sums AS (
  SELECT dimension, COUNT(*) AS group_count,
    SUM(above) AS above, SUM(above__previous) AS above__previous,
    SUM(below) AS below, SUM(below__previous) AS below__previous,
    SUM(ABS(above)) + SUM(ABS(above__previous)) AS above__size,
    SUM(ABS(below)) + SUM(ABS(below__previous)) AS below__size
  FROM explained_parts GROUP BY dimension
), explained_dimensions AS (
  SELECT s.dimension, s.group_count,
    ABS(s.above - w.above) + ABS(s.above__previous - w.above__previous) <= 0.000000001 * s.above__size
    AND ABS(s.below - w.below) + ABS(s.below__previous - w.below__previous) <= 0.000000001 * s.below__size AS adds_up
  FROM explained_sums AS s CROSS JOIN explained_whole AS w
), explained_portions AS (
  SELECT p.dimension, p.value, d.group_count, p.above, p.above__previous, p.below, p.below__previous,
    p.above_rows, p.above_rows__previous, p.below_rows, p.below_rows__previous,
    LN(k.looked_at) / 4 * (1.0 / NULLIF(w.above_rows, 0) + 1.0 / NULLIF(w.above_rows__previous, 0)) AS above_chance,
    LN(k.looked_at) / 4 * (1.0 / NULLIF(w.below_rows, 0) + 1.0 / NULLIF(w.below_rows__previous, 0)) AS below_chance,
    p.above / NULLIF(p.below, 0) AS rate, p.above__previous / NULLIF(p.below__previous, 0) AS rate__previous,
    COALESCE(p.above / NULLIF(w.above, 0), 0) AS of_above,
    COALESCE(p.above__previous / NULLIF(w.above__previous, 0), 0) AS of_above__previous,
    COALESCE(p.below / NULLIF(w.below, 0), 0) AS of_below,
    COALESCE(p.below__previous / NULLIF(w.below__previous, 0), 0) AS of_below__previous
  FROM explained_parts AS p
  JOIN explained_dimensions AS d ON d.dimension = p.dimension
  CROSS JOIN explained_whole AS w
  CROSS JOIN (SELECT SUM(group_count) AS looked_at FROM explained_dimensions WHERE adds_up) AS k
  WHERE d.adds_up AND d.group_count >= $least_groups
)"""
_RATIO = """
explained_change AS (
  SELECT above / NULLIF(below, 0) AS now, above__previous / NULLIF(below__previous, 0) AS before,
    below, below__previous
  FROM explained_whole
), explained_effects AS (
  SELECT p.*, c.now - c.before AS change,
    p.above / c.below - p.above__previous / c.below__previous
      - (p.of_below - p.of_below__previous) * (c.now + c.before) / 2 AS contribution,
    COALESCE((p.of_below + p.of_below__previous) / 2 * (p.rate - p.rate__previous), 0) AS rate_effect
  FROM explained_portions AS p CROSS JOIN explained_change AS c
  WHERE NOT (c.now - c.before) IS NULL
)"""
_SUM = """
explained_change AS (
  SELECT above AS now, above__previous AS before FROM explained_whole
), explained_effects AS (
  SELECT p.*, c.now - c.before AS change, p.above - p.above__previous AS contribution, 0 AS rate_effect
  FROM explained_portions AS p CROSS JOIN explained_change AS c
)"""
_RANKED = """
explained_surprises AS (
  SELECT e.*, contribution / NULLIF(change, 0) AS share_of_change,
    GREATEST(CASE WHEN of_above > 0 AND of_above__previous >= 0
      THEN of_above * LN(2 * of_above / (of_above + of_above__previous)) / 2 ELSE 0 END
    + CASE WHEN of_above__previous > 0 AND of_above >= 0
      THEN of_above__previous * LN(2 * of_above__previous / (of_above + of_above__previous)) / 2 ELSE 0 END
    - COALESCE(above_chance, 0), 0)
    + GREATEST(CASE WHEN of_below > 0 AND of_below__previous >= 0
      THEN of_below * LN(2 * of_below / (of_below + of_below__previous)) / 2 ELSE 0 END
    + CASE WHEN of_below__previous > 0 AND of_below >= 0
      THEN of_below__previous * LN(2 * of_below__previous / (of_below + of_below__previous)) / 2 ELSE 0 END
    - COALESCE(below_chance, 0), 0) AS surprise,
    CASE WHEN (rate - rate__previous) * change < 0 THEN 1
      WHEN (rate - rate__previous) * change >= 0 THEN 0 END AS is_against
  FROM explained_effects AS e
), explained_places AS (
  SELECT s.*,
    ROW_NUMBER() OVER (PARTITION BY dimension ORDER BY ABS(contribution) DESC, value NULLS LAST) AS place,
    COALESCE(SUM(CASE WHEN share_of_change >= 0.1 AND surprise > 0 THEN share_of_change ELSE 0 END) OVER (
      PARTITION BY dimension ORDER BY surprise DESC, value NULLS LAST ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), 0) AS explained_before,
    MIN(is_against) OVER (PARTITION BY dimension) = 1 AND COUNT(is_against) OVER (PARTITION BY dimension) > 1
      AS is_reversed
  FROM explained_surprises AS s
), explained_scores AS (
  SELECT p.*,
    CASE WHEN share_of_change >= 0.1 AND surprise > 0 AND explained_before < 0.67 THEN 1 ELSE 0 END AS is_main,
    SUM(CASE WHEN share_of_change >= 0.1 AND surprise > 0 AND explained_before < 0.67 THEN surprise ELSE 0 END) OVER (
      PARTITION BY dimension
    ) AS score
  FROM explained_places AS p
), explained_ranks AS (
  SELECT s.*, DENSE_RANK() OVER (ORDER BY score DESC, group_count, dimension) AS rank_of_dimension,
    CASE WHEN place > 12 THEN 13 ELSE place END AS seat
  FROM explained_scores AS s
), explained_rows AS (
  SELECT dimension, CASE WHEN COUNT(*) = 1 THEN MAX(value) END AS value, rank_of_dimension, seat,
    SUM(above) AS above, SUM(above__previous) AS above__previous,
    SUM(below) AS below, SUM(below__previous) AS below__previous,
    SUM(above_rows) AS above_rows, SUM(above_rows__previous) AS above_rows__previous,
    SUM(below_rows) AS below_rows, SUM(below_rows__previous) AS below_rows__previous,
    SUM(contribution) AS contribution, SUM(share_of_change) AS share_of_change, SUM(rate_effect) AS rate_effect,
    SUM(contribution - rate_effect) AS mix_effect, MAX(is_main) = 1 AND COUNT(*) = 1 AS is_main,
    MIN(CASE WHEN is_reversed THEN 1 ELSE 0 END) = 1 AS is_reversed, COUNT(*) AS group_count
  FROM explained_ranks WHERE rank_of_dimension <= $shown GROUP BY dimension, rank_of_dimension, seat
)"""
_RATIO_VALUES = "r.above / NULLIF(r.below, 0) AS now, r.above__previous / NULLIF(r.below__previous, 0) AS before"
_SUM_VALUES = "r.above AS now, r.above__previous AS before"
_RATIO_SMALL = "r.below_rows < $small OR r.below_rows__previous < $small"
_SUM_SMALL = "r.above_rows < $small AND r.above_rows__previous < $small"
_RESULT = """
SELECT r.dimension, r.value, [values], r.contribution, r.share_of_change, r.rate_effect, r.mix_effect, r.is_main,
  [small] AS is_small, r.is_reversed, r.group_count, r.rank_of_dimension, r.seat
FROM explained_rows AS r
UNION ALL
SELECT NULL, NULL, c.now, c.before, c.now - c.before, (c.now - c.before) / NULLIF(c.now - c.before, 0), NULL, NULL,
  NULL, NULL, NULL, NULL, 0, 0
FROM explained_change AS c
UNION ALL
SELECT d.dimension, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, $shown + 1, 0
FROM explained_dimensions AS d WHERE NOT d.adds_up
"""


def compile_explanation(query: ResolvedExplanation, sources: Sources, computed: Computed) -> exp.Select:
    """The statement of an explanation: the change itself first, then the dimensions with their groups by the size of
    their contributions, the smallest of many as one, then dimensions whose groups do not add up."""
    read, (whole, *parts), sources = read_once([query.whole, *(each for _, each in query.by_dimension)], sources)
    named_parts = tuple(zip(dict(query.by_dimension), parts, strict=True))
    by_dimension, sources = at_once(named_parts, [name for name, _ in read], sources)
    steps = _steps(is_ratio=query.is_ratio)
    values = {"shown": query.shown_dimensions, "least_groups": 1 if query.are_named else 2, "small": query.small}
    body = substitute(steps, {name: exp.Literal.number(value) for name, value in values.items()})

    def made(each: ResolvedMetrics) -> tuple[list[Named], str]:
        return computed(each, sources)

    named: list[tuple[str, exp.Query]] = [
        *read,
        (WHOLE, _parts(whole, (), made, is_ratio=query.is_ratio)),
        (PARTS, _every_part(whole, by_dimension, made, is_ratio=query.is_ratio)),
    ]
    with_ = body.args["with_"]
    rest = [(each.alias, each.this) for each in with_.expressions]
    body.set("with_", None)
    renamed = {"now": query.metric, "before": f"{query.metric}__previous", "group_count": "groups"}
    names = {name: inner for inner, name in renamed.items()}
    outputs: list[exp.Expr] = [
        aliased(exp.column(names.get(each.name, each.name)), each.name) for each in query.columns
    ]
    select = select_from(subquery(body, "explained")).select(*outputs, copy=False)
    order = [
        exp.Ordered(this=exp.column(name), nulls_first=False) for name in ("rank_of_dimension", "dimension", "seat")
    ]
    return with_ctes(select.order_by(*order, copy=False), [*named, *rest])


@lru_cache(maxsize=2)
def _steps(*, is_ratio: bool) -> exp.Query:
    small = _RATIO_SMALL if is_ratio else _SUM_SMALL
    result = _RESULT.replace("[values]", _RATIO_VALUES if is_ratio else _SUM_VALUES).replace("[small]", small)
    steps = ", ".join((_SUMMED, _RATIO if is_ratio else _SUM, _RANKED))
    found = sqlglot.parse_one(f"WITH {steps} {result}", dialect="duckdb")
    assert isinstance(found, exp.Query), "it is a query"
    return found


def _every_part(whole: ResolvedMetrics, by_dimension: ByDimension, made: _Made, *, is_ratio: bool) -> exp.Query:
    """The groups of all dimensions, below one another."""
    found: exp.Query | None = None
    for name, each in by_dimension:
        group: list[exp.Expr] = [exp.column(DIMENSION), exp.column(VALUE)]
        if name is not None:
            group = [exp.Literal.string(name), as_text(exp.column(each.keys[0].name) if each.keys else exp.Null())]
        select = _parts(each, group, made, is_ratio=is_ratio)
        found = select if found is None else exp.Union(this=found, expression=select, distinct=False)
    # without any dimension, none of the whole's rows
    nothing: list[exp.Expr] = [exp.Literal.string(""), as_text(exp.Null())]
    return found or _parts(whole, nothing, made, is_ratio=is_ratio).where(exp.false(), copy=False)


def _parts(query: ResolvedMetrics, group: Sequence[exp.Expr], made: _Made, *, is_ratio: bool) -> exp.Select:
    """Both sides in both periods: in all, or of each group, with its dimension and its value."""
    ctes, last = made(query)
    inner = with_ctes(select_from(table(last)).select(exp.Star(), copy=False), ctes)
    outputs: list[exp.Expr] = [aliased(tree, name) for name, tree in zip((DIMENSION, VALUE), group, strict=False)]
    for side in _SIDES:
        for name in (side, f"{side}__previous"):
            is_there = is_ratio or side.startswith("above")
            outputs.append(exp.column(name) if is_there else aliased(exp.Literal.number(0), name))
    return select_from(subquery(inner, "groups_of_one")).select(*outputs, copy=False)
