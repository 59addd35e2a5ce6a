"""Metrics to formulas over measures: what each is made of, from what time, over which rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sqlglot import exp

from semantic_layer.compiler.aggregates import safe_division
from semantic_layer.expressions import Unparsable, parse_expression
from semantic_layer.interop.dbt.checks import singular
from semantic_layer.interop.dbt.names import Names, Scope
from semantic_layer.interop.dbt.passes import Conditions, PassMaker, as_double
from semantic_layer.interop.dbt.problems import NeedsMetricTime
from semantic_layer.interop.dbt.project import Conversion, DbtProject, Filter, Metric, MetricUse, Span
from semantic_layer.interop.dbt.rows import Accumulation, Offset
from semantic_layer.interop.dbt.templates import Item
from semantic_layer.sql import division

# the conditions of a definition's filters, settled in a scope; the text says where they stand
Settle = Callable[[Iterable[Filter], Scope, str], Conditions]


@dataclass(frozen=True, eq=False)
class _Handed:
    """What a metric hands down to those that it is made of."""

    conditions: Conditions
    offsets: tuple[Offset, ...] = ()


class Formulas:
    """Makes the formulas of one query; the passes that they need gather in `passes`."""

    def __init__(self, project: DbtProject, names: Names, passes: PassMaker, settle: Settle) -> None:
        self._project, self._names, self._passes, self._settle = project, names, passes, settle

    def of(self, metric: Metric, conditions: Conditions) -> exp.Expr:
        """The metric over measure aliases, under the query's conditions."""
        return self._formula(metric, _Handed(conditions))

    def _formula(self, metric: Metric, handed: _Handed) -> exp.Expr:
        handed = replace(handed, conditions=(*self._filters(metric.filters, metric), *handed.conditions))
        match metric.kind:
            case "simple":
                return self._measured(metric, handed, None)
            case "cumulative":
                window = self._span(metric.window)
                return self._measured(metric, handed, Accumulation(window, self._grain(metric.grain_to_date)))
            case "ratio":
                above, below = (self._input(each, metric, handed) for each in metric.inputs)
                return division(as_double(above), as_double(below))
            case "conversion":
                assert metric.conversion is not None, "checked on loading"
                return self._conversion(metric, metric.conversion, handed)
            case "derived":
                return self._derived(metric, handed)

    def _measured(self, metric: Metric, handed: _Handed, accumulation: Accumulation | None) -> exp.Expr:
        assert metric.measure is not None, "checked on loading"
        conditions = (*self._filters(metric.measure.filters, metric), *handed.conditions)
        return self._passes.measured(metric, metric.measure, conditions, handed.offsets, accumulation)

    def _conversion(self, metric: Metric, parts: Conversion, handed: _Handed) -> exp.Expr:
        conditions = (*self._filters(parts.base.filters, metric), *handed.conditions)
        event = self._project.measures[parts.event.measure]
        scope = Scope((event.model,), self._names.time_grain(event), self._names.time_grain(event), f"'{metric.name}'")
        of_event = self._settle(parts.event.filters, scope, f"filter of '{metric.name}'")
        return self._passes.conversion(metric, parts, conditions, of_event, handed.offsets)

    def _derived(self, metric: Metric, handed: _Handed) -> exp.Expr:
        inputs = {each.alias: each for each in metric.inputs}
        parsed = parse_expression(metric.expr or "")
        assert not isinstance(parsed, Unparsable), "checked on loading"

        def put(node: exp.Expr) -> exp.Expr:
            if not isinstance(node, exp.Column):
                return node
            tree = self._input(inputs[node.name.lower()], metric, handed)
            return tree if isinstance(tree, exp.Column | exp.Coalesce) else exp.Paren(this=tree)

        return safe_division(parsed.tree.copy().transform(put, copy=False))

    def _input(self, use: MetricUse, owner: Metric, handed: _Handed) -> exp.Expr:
        inner = self._project.metrics[use.metric]
        conditions = (*self._filters(use.filters, inner), *handed.conditions)
        if use.offset_window is None and use.offset_to_grain is None:
            return self._formula(inner, replace(handed, conditions=conditions))
        times = [each for measure in self._names.measures(inner) for each in self._passes.times_of(measure)]
        if not times and not self._names.has_problems:
            self._names.note(NeedsMetricTime("group_by", owner.name))
        offset = self._offset(use, times)
        return self._formula(inner, _Handed(conditions, (*handed.offsets, offset)))

    def _offset(self, use: MetricUse, times: list[Item]) -> Offset:
        """An offset; one by a custom grain moves whole periods where nothing finer is asked for."""
        window = self._span(use.offset_window)
        is_custom = window is not None and window.grain in self._project.customs
        is_whole = is_custom and window is not None and all(each.grain == window.grain for each in times)
        return Offset(window, self._grain(use.offset_to_grain), is_whole)

    def _filters(self, filters: Iterable[Filter], metric: Metric) -> Conditions:
        every = tuple(filters)
        if not every:
            return ()
        owner = f"'{metric.name}'"
        return self._settle(every, self._names.scope((metric,), owner), f"filter of {owner}")

    def _span(self, span: Span | None) -> Span | None:
        return None if span is None else Span(span.count, self._grain(span.grain) or span.grain)

    def _grain(self, grain: str | None) -> str | None:
        return None if grain is None else singular(grain, self._names.grains)
