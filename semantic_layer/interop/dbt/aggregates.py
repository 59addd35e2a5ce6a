"""dbt's aggregations as SQL."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.interop.dbt.project import Measure

_PLAIN: dict[str, type[exp.AggFunc]] = {"sum": exp.Sum, "min": exp.Min, "max": exp.Max, "average": exp.Avg}


def aggregate_of(measure: Measure, value: exp.Expr) -> exp.Expr:
    """The measure's aggregate of a value. Counts are sums of ones, which are null where there are no rows at all."""
    match measure.agg:
        case "sum" | "min" | "max" | "average" as plain:
            return _PLAIN[plain](this=value)
        case "count":
            return exp.Sum(this=_one_if(exp.Not(this=exp.Is(this=value, expression=exp.Null()))))
        case "count_distinct":
            return exp.Count(this=exp.Distinct(expressions=[value]), big_int=True)
        case "sum_boolean":
            return exp.Sum(this=_one_if(value))
        case "median":
            return _percentile(value, 0.5, is_discrete=False)
        case "percentile":
            return _asked_percentile(measure, value)


def _asked_percentile(measure: Measure, value: exp.Expr) -> exp.Expr:
    assert measure.percentile is not None, "checked on loading"
    # no engine approximates a percentile that is one of the values
    if measure.is_approximate and not measure.is_discrete:
        return exp.ApproxQuantile(this=value, quantile=exp.Literal.number(measure.percentile))
    return _percentile(value, measure.percentile, is_discrete=measure.is_discrete)


def _one_if(condition: exp.Expr) -> exp.Expr:
    one, zero = exp.Literal.number(1), exp.Literal.number(0)
    return exp.Case(ifs=[exp.If(this=condition, true=one)], default=zero)


def _percentile(value: exp.Expr, share: float, *, is_discrete: bool) -> exp.Expr:
    kind = exp.PercentileDisc if is_discrete else exp.PercentileCont
    order = exp.Order(expressions=[exp.Ordered(this=value)])
    return exp.WithinGroup(this=kind(this=exp.Literal.number(share)), expression=order)
