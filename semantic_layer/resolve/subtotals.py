"""Subtotals: the same query by fewer of its groups, so that each is computed as by itself and none is added up."""

from __future__ import annotations

from semantic_layer.errors import QueryError
from semantic_layer.model.model import Model
from semantic_layer.query.problems import NoSubtotals
from semantic_layer.query.requests import MetricQuery, Request
from semantic_layer.resolve.output import result_columns
from semantic_layer.resolve.ranks import missing_groups
from semantic_layer.resolve.result_columns import is_grain, key_column

MOST = 10_000  # groups of a level


def outer_levels(query: Request, model: Model) -> tuple[MetricQuery, ...]:
    """What tells a known query's subtotals: the query by none of its groups, by the first, the first two, and so on.

    What is asked of the groups that are shown (a limit, conditions on results, on the groups that are left out) does
    not hold for their sums. Places among groups, and along time running totals and the bucket before, are told where
    these groups are. Raises QueryError.
    """
    if not isinstance(query, MetricQuery) or not query.subtotals:
        return ()
    if not query.metrics or not query.group_by:
        raise QueryError(NoSubtotals("subtotals"))
    return tuple(_by(query.group_by[:count], query, model) for count in range(len(query.group_by)))


def _by(groups: tuple[str, ...], query: MetricQuery, model: Model) -> MetricQuery:
    untold = {name: tuple(missing_groups(model.metrics[name], groups, model)) for name in query.metrics}
    metrics = tuple(name for name, missing in untold.items() if not missing)
    if not metrics:
        raise QueryError(*(each for missing in untold.values() for each in missing))
    is_timeless = not any(is_grain(model, name) for name in groups)
    along_time = is_timeless and any(is_grain(model, name) for name in query.group_by)
    before = query.compare is not None and query.compare.to == "previous"
    level = query.model_copy(
        update={
            "metrics": metrics,
            "group_by": groups,
            "having": (),
            "keep": tuple(each for each in query.keep if each.field in groups),
            "show": tuple(each for each in query.show if each.field in groups),
            "compare": None if along_time and before else query.compare,
            "shares": tuple(name for name in query.shares if name in metrics),
            "cumulative": () if along_time else tuple(name for name in query.cumulative if name in metrics),
            "limit": MOST,
            "limit_within": (),
            "subtotals": False,
        }
    )
    names = {column.name for column in result_columns(level, tuple(key_column(model, name) for name in groups), model)}
    return level.model_copy(update={"order_by": tuple(each for each in query.order_by if each.column in names)})
