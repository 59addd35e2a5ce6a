"""The types of a project's dimensions, which dbt does not say: conditions tell truth values and numbers from texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from sqlglot import exp

from semantic_layer.errors import QueryProblem
from semantic_layer.interop.dbt.names import Names
from semantic_layer.interop.dbt.project import DbtProject, Filter, Metric
from semantic_layer.interop.dbt.reach import AmbiguousElementError, Reach
from semantic_layer.interop.dbt.templates import PLACE
from semantic_layer.sql.parsing import Unparsable, parse_expression

_LOGICAL = (exp.And, exp.Or, exp.Not)
_COMPARISONS = (exp.Is, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between)
# a model and the expression of one of its dimensions
Known = tuple[str, str]
Told = Literal["boolean", "number"]


def types_of_dimensions(project: DbtProject, reach: Reach) -> dict[Known, Told]:
    """The dimensions that are a condition of their own in a filter or a CASE, are compared with true or false or added
    up as truth values, and those that are compared with a number."""
    found: dict[Known, Told] = {}
    for measure in project.measures.values():
        parsed = parse_expression(measure.expr)
        if not isinstance(parsed, Unparsable):
            found |= {(measure.model, name): told for name, told in _told(parsed.tree)}
    names = Names(project, reach, [])
    for metric in project.metrics.values():
        for each in _filters(metric):
            found.update(_in_filter(each, metric, project, reach, names))
    return found | {(m.model, m.expr): "boolean" for m in project.measures.values() if m.agg == "sum_boolean"}


def _filters(metric: Metric) -> Iterator[Filter]:
    yield from metric.filters
    uses = [metric.measure] if metric.measure is not None else []
    if metric.conversion is not None:
        uses += [metric.conversion.base, metric.conversion.event]
    for use in uses:
        yield from use.filters
    for each in metric.inputs:
        yield from each.filters


def _in_filter(
    each: Filter, metric: Metric, project: DbtProject, reach: Reach, names: Names
) -> Iterator[tuple[Known, Told]]:
    inner = [metric, *(project.metrics[use.metric] for use in metric.inputs)]
    for owner in inner:
        problems: list[QueryProblem] = []
        settled = Names(project, reach, problems).condition(each.template, names.scope((owner,)), each.where)
        if settled is None:
            continue
        for place, told in _told(settled.tree):
            item = settled.items[int(place.removeprefix(PLACE))]
            for model in names.scope((owner,)).models:
                try:
                    element = reach.element(model, item.name, item.links)
                except AmbiguousElementError:
                    continue
                if element is not None and element.dimension is not None:
                    yield (element.model.name, element.dimension.expr), told


def _told(tree: exp.Expr) -> Iterator[tuple[str, Told]]:
    """The names of columns that are conditions (alone, joined by AND, OR and NOT, or compared with a truth value), and
    of those that are compared with numbers."""
    for column in tree.find_all(exp.Column):
        node: exp.Expr = column
        while isinstance(node.parent, exp.Paren):
            node = node.parent
        parent = node.parent
        if parent is None:
            if column.name.startswith(PLACE):
                yield column.name, "boolean"
        elif isinstance(parent, _LOGICAL) or (isinstance(parent, exp.If) and parent.this is node):
            yield column.name, "boolean"
        elif isinstance(parent, _COMPARISONS):
            others = [each for each in parent.iter_expressions() if each is not node]
            if any(isinstance(each, exp.Boolean) for each in others):
                yield column.name, "boolean"
            elif any(isinstance(each, exp.Literal) and not each.is_string for each in others):
                yield column.name, "number"
