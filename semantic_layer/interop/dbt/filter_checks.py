"""What the filters and saved queries of a project name: looked up as a query would, so that a mistake is told with file
and line before anyone asks. For projects whose references are sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from semantic_layer.errors import DefinitionProblem, QueryProblem
from semantic_layer.interop.dbt.names import Names, Scope
from semantic_layer.interop.dbt.problems import BadFilter, BadSavedQuery
from semantic_layer.interop.dbt.project import DbtProject, Filter, Metric, SavedQuery
from semantic_layer.interop.dbt.reach import Reach
from semantic_layer.interop.dbt.templates import TemplateError, item_of_call, order_of_call


def check_filters(project: DbtProject) -> Iterator[DefinitionProblem]:
    """Everything that the filters of metrics and the parts of saved queries name is known where they stand."""
    found: list[QueryProblem] = []
    names = Names(project, Reach(project), found)
    for metric in project.metrics.values():
        for scope, filters in _of_metric(metric, project, names):
            yield from _settled(filters, scope, names, found)
    for saved in project.saved_queries.values():
        yield from _saved(saved, project, names, found)


def _of_metric(metric: Metric, project: DbtProject, names: Names) -> Iterator[tuple[Scope, Iterable[Filter]]]:
    of_metric = list(metric.filters)
    if metric.measure is not None:
        of_metric += metric.measure.filters
    if metric.conversion is not None:
        of_metric += metric.conversion.base.filters
        event = project.measures[metric.conversion.event.measure]
        grain = names.time_grain(event)
        yield Scope((event.model,), grain, grain, f"'{metric.name}'"), metric.conversion.event.filters
    if of_metric:
        yield names.scope((metric,), f"'{metric.name}'"), of_metric
    for use in metric.inputs:
        if use.filters:
            yield names.scope((project.metrics[use.metric],), f"'{use.metric}'"), use.filters


def _settled(
    filters: Iterable[Filter], scope: Scope, names: Names, found: list[QueryProblem]
) -> Iterator[DefinitionProblem]:
    for each in filters:
        names.condition(each.template, scope, each.where)
        yield from (BadFilter(each.where, each.template.strip(), told.phrase()) for told in found)
        found.clear()


def _saved(
    saved: SavedQuery, project: DbtProject, names: Names, found: list[QueryProblem]
) -> Iterator[DefinitionProblem]:
    metrics = [project.metrics[name.lower()] for name in saved.metrics]
    scope = names.scope(metrics, f"'{saved.name}'") if metrics else None
    for text in saved.group_by:
        try:
            item = item_of_call(text, names.grains)
        except TemplateError as error:
            yield BadSavedQuery(saved.where, saved.name, text, error.reason)
            continue
        if scope is not None:
            names.settled(item, scope, "group_by")
        yield from (BadSavedQuery(saved.where, saved.name, text, told.phrase()) for told in found)
        found.clear()
    for text in saved.order_by:
        try:
            order_of_call(text, names.grains)
        except TemplateError as error:
            yield BadSavedQuery(saved.where, saved.name, text, error.reason)
    if scope is not None:
        yield from _settled(saved.filters, scope, names, found)
