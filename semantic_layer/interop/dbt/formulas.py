"""Metrics to formulas over measures: what each is made of, from what time, over which rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sqlglot import exp

from semantic_layer.compiler.aggregates import safe_division
from semantic_layer.errors import Phrase
from semantic_layer.interop.dbt.checks import singular
from semantic_layer.interop.dbt.names import Names, Scope
from semantic_layer.interop.dbt.passes import Conditions, Narrowed, PassMaker, as_double
from semantic_layer.interop.dbt.problems import NeedsMetricTime, NotTogether
from semantic_layer.interop.dbt.project import Conversion, DbtProject, Filter, Metric, MetricUse, Span
from semantic_layer.interop.dbt.shifts import Accumulation, Offset
from semantic_layer.interop.dbt.templates import Item
from semantic_layer.sql.nodes import division
from semantic_layer.sql.parsing import Unparsable, parse_expression

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
        if metric.kind == "simple":
            return self._measured(metric, handed, None)
        handed = replace(handed, conditions=(*self._filters(metric.filters, metric), *handed.conditions))
        match metric.kind:
            case "cumulative":
                window = self._span(metric.window)
                return self._measured(metric, handed, Accumulation(window, self._grain(metric.grain_to_date)))
            case "ratio":
                above, below = (self._input(each, metric, handed) for each in metric.inputs)
                return division(as_double(above), as_double(below))
            case "conversion":
                assert metric.conversion is not None, "checked on loading"
                return self._conversion(metric, metric.conversion, handed)
        return self._derived(metric, handed)

    def _measured(self, metric: Metric, handed: _Handed, accumulation: Accumulation | None) -> exp.Expr:
        assert metric.measure is not None, "checked on loading"
        # a simple metric's own filters are of its rows alone; all others hold for what comes out too
        own = metric.filters if metric.kind == "simple" else ()
        narrowed = Narrowed(self._filters((*own, *metric.measure.filters), metric), handed.conditions)
        is_all_time = accumulation is None or (accumulation.window is None and accumulation.grain_to_date is None)
        times = self._passes.times_of(self._project.measures[metric.measure.measure])
        if not is_all_time and not times and not self._names.has_problems:
            self._names.note(NeedsMetricTime("group_by", metric.name))
        if accumulation is not None or any(each.to_grain is not None for each in handed.offsets):
            self._refuse_parts(metric, times)
        return self._passes.measured(metric, metric.measure, narrowed, handed.offsets, accumulation)

    def _refuse_parts(self, metric: Metric, times: Iterable[Item]) -> None:
        for each in times:
            if each.date_part is not None:
                reason = Phrase(
                    f"“{metric.name}”针对一段时间，而“{each.column}”看不出是哪一段：请按时间单位分组",
                    f"'{metric.name}' is of a stretch of time that '{each.column}' does not tell: group by a grain",
                )
                self._names.note(NotTogether("group_by", reason))

    def _conversion(self, metric: Metric, parts: Conversion, handed: _Handed) -> exp.Expr:
        conditions = Narrowed(self._filters(parts.base.filters, metric), handed.conditions)
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
