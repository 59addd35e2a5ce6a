"""Queries of groups alone: the distinct values that some semantic model, with what it joins, has of all of them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from semantic_layer.errors import Phrase, nearest
from semantic_layer.interop.dbt.bounds import time_range
from semantic_layer.interop.dbt.names import Names, Scope
from semantic_layer.interop.dbt.problems import NO_TIME, BadItem, NoModelOfAll, NotTogether
from semantic_layer.interop.dbt.project import GRAINS, METRIC_TIME, DbtProject, SemanticModel
from semantic_layer.interop.dbt.query import DbtQuery
from semantic_layer.interop.dbt.reach import Element, Reach
from semantic_layer.interop.dbt.rows import MetricTable, RowsBuilder
from semantic_layer.interop.dbt.templates import Item, TemplateError, condition, item_of_name
from semantic_layer.query.problems import UnknownName
from semantic_layer.resolve.leaves import Rows

# a time can be asked for in about as many ways: by its grains and the parts of its dates
_WAYS_OF_TIME = 12


def distinct_rows(
    query: DbtQuery, asked: list[Item], project: DbtProject, reach: Reach, names: Names, metric_table: MetricTable
) -> tuple[tuple[Item, ...], Rows] | None:
    """The settled groups and the rows that have them; None with problems noted.

    Joins keep the rows of both sides: a value that nothing refers to is a value still. metric_time stands for the
    time spine, beside every row.
    """
    items = [*asked, *_items_of(query, names)]
    elements = [each for each in items if not _is_metric_time(each) and each.kind != "metric"]
    model = _best_model(elements, _entities_of(items), project, reach)
    if elements and model is None:
        _unknown(elements, project, reach, names)
        return None
    models = (model,) if model is not None else ()
    scope = Scope(models, GRAINS[0], "day")
    settled = [names.settled(each, scope, f"group_by[{index}]") for index, each in enumerate(asked)]
    where = [names.condition(each, scope, f"where[{index}]") for index, each in enumerate(query.where)]
    if names.has_problems:
        return None
    keys = names.each_once(settled)
    conditions = [each for each in where if each is not None]
    times = [each for each in (*keys, *(i for c in conditions for i in c.items)) if _is_metric_time(each)]
    grain = project.common_unit(each.grain or "day" for each in times)
    builder = RowsBuilder(
        project,
        reach,
        metric_table,
        model=project.models[model] if model is not None else None,
        time=None,
        grain=grain,
        is_outer=True,
        is_distinct=query.is_distinct,
    )
    if times and model is not None:
        builder.cross_spine()
    values = [builder.value(key) for key in keys]
    filters = [builder.condition(each) for each in conditions]
    if query.time_constraint is not None:
        if not times:
            reason = Phrase("时间限制针对 metric_time：请按它分组", "A time constraint bounds metric_time: group by it")
            names.note(NotTogether("time_constraint", reason))
            return None
        bounds = time_range(query.time_constraint, grain)
        if isinstance(bounds, str):
            names.note(BadItem("time_constraint", bounds, NO_TIME))
            return None
        filters += builder.within(bounds)
    return keys, builder.rows(values, filters, model or "time_spine")


def _is_metric_time(item: Item) -> bool:
    return item.name == METRIC_TIME and not item.links


def _items_of(query: DbtQuery, names: Names) -> Iterable[Item]:
    """The items of the query's conditions."""
    for template in query.where:
        try:
            parsed = condition(template, names.grains)
        except TemplateError:
            continue  # told when the condition is settled
        yield from parsed.items
        for column in parsed.tree.find_all(exp.Column):
            if not column.name.startswith("__item_"):
                yield item_of_name(column.name, names.grains)


def _entities_of(items: Iterable[Item]) -> list[str]:
    return [path.split("__")[-1] for item in items for path in item.metric_group_by]


def _best_model(elements: list[Item], entities: list[str], project: DbtProject, reach: Reach) -> str | None:
    """The model that has all of the groups by the fewest joins; of several, the one that is most about them alone."""
    best: tuple[tuple[int, ...], str] | None = None
    for model in project.models:
        found: list[Element] = []
        for item in elements:
            links = reach.full_links((model,), item.name, item.links)
            if links is None or (item.links and links != item.links):
                break
            element = reach.element(model, item.name, links)
            assert element is not None, "its links were found"
            found.append(element)
        else:
            if any(reach.full_links((model,), each, ()) is None for each in entities):
                continue
            joins = len({hop for each in found for hop in each.hops})
            links_count = sum(len(each.links) for each in found)
            rank = (joins, links_count, _breadth(project.models[model]))
            if (elements or entities) and (best is None or rank < best[0]):
                best = (rank, model)
    return best[1] if best is not None else None


def _breadth(model: SemanticModel) -> int:
    """How much there is to ask of a model's own rows."""
    ways = sum(_WAYS_OF_TIME if each.kind == "time" else 1 for each in model.dimensions)
    return (len(model.entities) + ways) * max(1, len(model.own_entities))


def _unknown(elements: list[Item], project: DbtProject, reach: Reach, names: Names) -> None:
    every = {path for model in project.models for path in reach.names((model,))}
    lost = [
        each
        for each in elements
        if all(reach.full_links((model,), each.name, each.links) is None for model in project.models)
    ]
    for each in lost:
        names.note(UnknownName("group_by", "dimension or entity", each.path, nearest(each.path, every)))
    if not lost:
        names.note(NoModelOfAll("group_by"))
