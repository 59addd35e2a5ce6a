"""The rows of datasets for one request: its groups and filters bound to them, each dataset's once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

from sqlglot import exp

from semantic_layer.model.definitions import Among
from semantic_layer.model.entity_conditions import condition_of
from semantic_layer.model.list_conditions import is_list, members
from semantic_layer.model.model import Field
from semantic_layer.query.requests import FieldFilter, Filter
from semantic_layer.resolve.binding import Binder, UnbindableError, wrapped
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.filters import FilterBinder, bound_name, fields_named
from semantic_layer.resolve.leaves import Rows
from semantic_layer.resolve.result_columns import is_event_part
from semantic_layer.resolve.unreachable import policies_that_miss


class QueryRows:
    """The rows that metrics count, with the groups that are asked for. Those of no filter and no policy are everything:
    what is looked up by its key alone."""

    def __init__(
        self, context: Context, filters: tuple[Filter, ...] = (), policies: tuple[FieldFilter, ...] = ()
    ) -> None:
        self._context, self._filters, self._policies = context, filters, policies
        self._known: dict[tuple[str, tuple[str, ...], Field | None, Binder], Rows] = {}
        self._known_narrowed: dict[tuple[Rows, tuple[Among, ...]], Rows] = {}

    def of(
        self, dataset: str, names: tuple[str, ...], event_time: Field | None, context: Context | None = None
    ) -> Rows:
        """The rows of a dataset with this query's filters, grouped by the dimensions of those names; they happen at
        the time of the given field (None: at none). The `context` is that of a metric which may name its way.

        The same object for the same dataset, so that measures over the same rows are computed in one pass.
        Raises UnbindableError, TimePartError, BadValueError.
        """
        asks_for_parts = self._filters_by_event_parts or self._has_event_parts(names)
        context = context or self._context
        known = (dataset, names, event_time if asks_for_parts else None, context.binder)
        if known not in self._known:
            self._known[known] = self._bound_rows(dataset, names, event_time, context)
        return self._known[known]

    def narrowed(self, rows: Rows, among: tuple[Among, ...], context: Context) -> Rows:
        """Rows of those entities only that meet every condition: the same object for the same rows and conditions.
        Raises UnbindableError."""
        memory = (rows, among)
        if memory not in self._known_narrowed:
            self._known_narrowed[memory] = _narrowed(rows, among, context)
        return self._known_narrowed[memory]

    @cached_property
    def _filters_by_event_parts(self) -> bool:
        return self._has_event_parts(fields_named((*self._filters, *self._policies)))

    def _has_event_parts(self, names: Iterable[str]) -> bool:
        """Whether a part of the time at which rows happen is among the names: then rows differ by that time."""
        return any(is_event_part(self._context.model, name) for name in names)

    def _bound_rows(self, dataset: str, names: tuple[str, ...], event_time: Field | None, context: Context) -> Rows:
        needs, keys = {dataset}, list[exp.Expr]()
        filters = FilterBinder(context, dataset, event_time)
        for name in names:
            if is_list(context.model, name):
                listed = members(context.model.lists[name], context.model, context.as_of, context.calendars)
                keys.append(exp.Coalesce(this=wrapped(filters.bind(listed)), expressions=[exp.false()]))
                continue
            bound, _ = bound_name(context.model, context.binder, name, dataset, event_time)
            needs |= bound.datasets
            keys.append(bound.expression)
        conditions = (*map(filters.bind, self._filters), *(self._of_policy(each, filters) for each in self._policies))
        steps = context.binder.steps(dataset, needs | filters.datasets)
        context.problems.extend(policies_that_miss(dataset, steps, self._policies, context.model, "group_by"))
        return Rows(dataset, steps, tuple(keys), conditions, via=context.via)

    def _of_policy(self, policy: FieldFilter, filters: FilterBinder) -> exp.Expr:
        """A policy speaks of what the model's own ways lead to. Raises UnbindableError where a metric goes another."""
        plain, own, dataset = self._context, filters.context, filters.dataset
        if own.model is not plain.model:
            found = FilterBinder(plain, dataset, filters.event_time)
            found.bind_policy(policy)
            for target in sorted(found.datasets):
                here, there = plain.binder.path(dataset, target), own.binder.path(dataset, target)
                if here != there:
                    raise UnbindableError(dataset, target, (here, there))
        return filters.bind_policy(policy)


def _narrowed(rows: Rows, among: tuple[Among, ...], context: Context) -> Rows:
    filters = FilterBinder(context, rows.dataset)
    conditions = [condition_of(each, context.model.parameters, context.as_of, context.calendars) for each in among]
    bound = tuple(filters.bind(each) for each in conditions)
    needs = {rows.dataset, *(step.target for step in rows.steps), *filters.datasets}
    steps = context.binder.steps(rows.dataset, needs)
    return replace(rows, steps=steps, filters=(*rows.filters, *bound))
