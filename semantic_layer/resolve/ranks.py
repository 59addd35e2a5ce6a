"""Places: which of its kind each group is by a metric, among the groups that stand beside it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from semantic_layer.model.metric_definitions import Rank
from semantic_layer.model.model import Metric, Model
from semantic_layer.query.problems import RankedIsFiltered, RankNeedsGroup
from semantic_layer.query.requests import FieldFilter, MetricQuery
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.filters import fields_named


def ranked(rank: Rank, value: exp.Expr, groups: tuple[str, ...]) -> exp.Expr:
    """The place of each value among those of the same other groups; none for what has no value, or is unnamed.

    Groups stand in formulas as placeholders, as columns there are measures.
    """
    of = exp.Placeholder(this=rank.of)
    is_unnamed = exp.Is(this=of, expression=exp.Null())
    others: list[exp.Expr] = [exp.Placeholder(this=name) for name in groups if name != rank.of]
    apart = exp.Case(ifs=[exp.If(this=is_unnamed.copy(), true=exp.Literal.number(1))], default=exp.Literal.number(0))
    order = exp.Ordered(this=exp.Paren(this=value.copy()), desc=not rank.lowest, nulls_first=False)
    place = exp.Window(this=exp.Rank(), partition_by=[*others, apart], order=exp.Order(expressions=[order]))
    nothing = exp.Or(this=is_unnamed, expression=exp.Is(this=exp.Paren(this=value.copy()), expression=exp.Null()))
    return exp.Case(ifs=[exp.If(this=nothing, true=exp.Null())], default=place)


def is_ranked(formula: exp.Expr) -> bool:
    """Whether a formula looks at other groups, to tell a place among them."""
    return formula.find(exp.Window) is not None


def with_all_ranked(query: MetricQuery, context: Context) -> MetricQuery:
    """The query whose places are those among all: conditions on what is ranked choose among the finished places.
    Problems go to the context."""
    ranks = {rank.of for name in query.metrics for _, rank in _ranks(context.model.metrics[name], context.model)}
    if not ranks:
        return query
    rows, places = [], list(query.keep)
    for each in query.filters:
        name = _ranked_name(each.field, ranks, context.model) if isinstance(each, FieldFilter) else None
        if name is not None and isinstance(each, FieldFilter) and name in query.group_by:
            places.append(each.model_copy(update={"field": name}))
            continue
        inner = [found for field in fields_named((each,)) if (found := _ranked_name(field, ranks, context.model))]
        context.problems.extend(RankedIsFiltered("filters", found) for found in inner if found in query.group_by)
        rows.append(each)
    return query.model_copy(update={"filters": tuple(rows), "keep": tuple(places)})


def missing_groups(metric: Metric, groups: tuple[str, ...], model: Model) -> Iterator[RankNeedsGroup]:
    """The groups without which places of the metric tell nothing."""
    for named, rank in _ranks(metric, model):
        for group in (*rank.within, rank.of):
            if group not in groups:
                yield RankNeedsGroup("group_by", named, group)


def _ranks(metric: Metric, model: Model) -> Iterator[tuple[str, Rank]]:
    """The metric, or the parts of its formula, that are places."""
    if metric.definition.rank is not None:
        yield metric.name, metric.definition.rank
    for name in metric.inputs if metric.kind == "derived" else ():
        yield from _ranks(model.metrics[name], model)


def _ranked_name(field: str, ranks: set[str], model: Model) -> str | None:
    """The name by which what is ranked is filtered."""
    for name in ranks:
        homes = model.dimensions[name].fields if name in model.dimensions else model.keys.get(name, ())
        if field == name or field in {each.qualified for each in homes}:
            return name
    return None
