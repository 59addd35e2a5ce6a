"""A query of dimensions alone: which groups there are."""

from __future__ import annotations

from semantic_layer.errors import Problem
from semantic_layer.model.date_parts import TimePartError
from semantic_layer.query.problems import GrainOfNothing, MissingTable, NotTogetherAnywhere, PartOfNothing
from semantic_layer.query.requests import MetricQuery
from semantic_layer.resolve.binding import UnbindableError
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.leaves import Branch, Measure
from semantic_layer.resolve.measures import distinct_rows, renamed
from semantic_layer.resolve.names import homes_of
from semantic_layer.resolve.rows import QueryRows
from semantic_layer.resolve.unreachable import NOT_BOUND, not_bound
from semantic_layer.sql.nodes import free_name


def distinct_groups(
    query: MetricQuery, grain: str | None, found: QueryRows, branches: tuple[Branch, ...], context: Context
) -> Measure | None:
    """The distinct rows of a dataset that reaches all of the dimensions; None with a problem in the context.

    Of several such, one that is home to one of them comes first, then the one nearest to all.
    """
    model = context.model
    if grain is not None:
        times = (f"{each.name}.{each.definition.time}" for each in model.datasets.values())
        named = next((name for name in times if name in model.fields), "dataset.time")
        context.problems.append(GrainOfNothing("group_by", grain, f"{named}__{grain}"))
        return None
    names = query.group_by
    problem: Problem = NotTogetherAnywhere("group_by")
    for dataset in homes_of(names, model):
        try:
            rows = found.of(dataset, names, None)
        except TimePartError as error:
            problem = PartOfNothing("group_by", error.part)
            break
        except NOT_BOUND as error:
            if not isinstance(error, UnbindableError) or error.ways:
                problem = not_bound(error, "group_by", dataset, model)
            continue
        read = sorted({dataset, *(step.target for step in rows.steps)} & set(context.unavailable))
        if read:
            problem = MissingTable("group_by", read[0], context.unavailable[read[0]])
            continue
        # a dimension may be called so too
        return renamed(distinct_rows(rows, branches), free_name("rows", names))
    context.problems.append(problem)
    return None
