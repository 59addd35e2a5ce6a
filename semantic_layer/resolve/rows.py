"""The rows of datasets for one metric query: its groups and filters bound to them, each dataset's once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from sqlglot import exp

from semantic_layer.errors import Problem
from semantic_layer.model.definitions import Among
from semantic_layer.model.model import Field, Metric
from semantic_layer.query.requests import MetricQuery
from semantic_layer.resolve.binding import UnbindableError
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.filters import FilterBinder, bound_name, fields_named
from semantic_layer.resolve.resolved import ResolvedMetrics, Rows
from semantic_layer.resolve.result_columns import is_event_part
from semantic_layer.resolve.unreachable import policies_that_miss, unbound

Population = Callable[[MetricQuery], ResolvedMetrics]
Narrowing = Callable[[Rows, tuple[Among, ...]], Rows]


class QueryRows:
    """The rows that a query's metrics count. `population` resolves a metric of each entity that filters choose by,
    `narrowing` keeps the rows of the entities among which a metric counts."""

    def __init__(self, query: MetricQuery, context: Context, population: Population, narrowing: Narrowing) -> None:
        self._query, self._context, self._model = query, context, context.model
        self._population, self._narrowing = population, narrowing
        self._known: dict[tuple[str, tuple[str, ...], Field | None], Rows] = {}
        self._known_narrowed: dict[tuple[Rows, tuple[Among, ...]], Rows] = {}

    def of(self, dataset: str, names: tuple[str, ...], event_time: Field | None) -> Rows:
        """The rows of a dataset with this query's groups and filters bound.

        The same object for the same dataset, so that measures over the same rows are computed in one pass.
        Raises UnbindableError, TimePartError, BadValueError.
        """
        known = (dataset, names, event_time if self._asks_for_event_parts else None)
        if known not in self._known:
            self._known[known] = self._bound_rows(dataset, names, event_time)
        return self._known[known]

    def narrowed(self, rows: Rows, among: tuple[Among, ...]) -> Rows:
        """Rows of those entities only that meet every condition: the same object for the same rows and conditions."""
        memory = (rows, among)
        if memory not in self._known_narrowed:
            self._known_narrowed[memory] = self._narrowing(rows, among)
        return self._known_narrowed[memory]

    @cached_property
    def _asks_for_event_parts(self) -> bool:
        """Whether a part of the time at which rows happen is grouped or filtered by: then rows differ by that time."""
        named = (*self._query.group_by, *fields_named((*self._query.filters, *self._context.reader.policies)))
        return any(is_event_part(self._model, name) for name in named)

    def _bound_rows(self, dataset: str, names: tuple[str, ...], event_time: Field | None) -> Rows:
        binder, needs = self._context.binder, {dataset}
        keys = []
        for name in names:
            keys.append(self._key(name, dataset, needs, event_time))
        filters = FilterBinder(
            self._model,
            binder,
            dataset,
            resolve_population=self._population,
            names=self._context.next_population,
            event_time=event_time,
        )
        policies = self._context.reader.policies
        conditions = tuple(filters.bind(each) for each in (*self._query.filters, *policies))
        steps = binder.steps(dataset, needs | filters.datasets)
        self._context.problems.extend(policies_that_miss(dataset, steps, policies, self._model, "group_by"))
        return Rows(
            dataset=dataset,
            steps=steps,
            keys=tuple(keys),
            filters=conditions,
            populations=tuple(filters.populations),
        )

    def _key(self, name: str, dataset: str, needs: set[str], event_time: Field | None) -> exp.Expr:
        bound, _ = bound_name(self._model, self._context.binder, name, dataset, event_time)
        needs |= bound.datasets
        return bound.expression

    def unreachable(self, leaf: Metric, error: UnbindableError) -> Problem:
        """What to tell of a group or filter that the rows of a metric do not have."""
        possible = tuple(name for name in self._model.dimensions if self._model.can_group(leaf.name, name))
        dimension = self._model.dimensions.get(error.target)
        reach = {error.target} | ({each.dataset for each in dimension.fields} if dimension is not None else set())
        instead = next((each.metric for each in leaf.definition.instead if each.dataset in self._behind(reach)), None)
        return unbound(error, "group_by", leaf.name, self._model, possible, instead)

    def _behind(self, datasets: set[str]) -> set[str]:
        """The datasets and those that they are reached from to-one: lines stand behind products."""
        return datasets | {each for each, paths in self._model.paths.items() if datasets & set(paths)}
