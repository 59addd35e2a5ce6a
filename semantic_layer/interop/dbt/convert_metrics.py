"""dbt's metrics to ours: each kind in our words, filters as SQL over fields. What has no words here is named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from sqlglot import exp

from semantic_layer.definitions import (
    Conversion,
    InputDefinition,
    Latest,
    MetricDefinition,
    Window,
)
from semantic_layer.errors import DefinitionProblem, QueryProblem
from semantic_layer.expressions import Unparsable, parse_expression
from semantic_layer.interop.dbt.aggregates import aggregate_of
from semantic_layer.interop.dbt.convert_names import both, column_of, dimension_field, own_field, value_field
from semantic_layer.interop.dbt.names import Names
from semantic_layer.interop.dbt.problems import NotCarriedOver
from semantic_layer.interop.dbt.project import (
    METRIC_TIME,
    DbtProject,
    Filter,
    Measure,
    MeasureUse,
    Metric,
    MetricUse,
    Span,
)
from semantic_layer.interop.dbt.reach import AmbiguousElementError, Reach
from semantic_layer.interop.dbt.rows import placed
from semantic_layer.interop.dbt.sql import truncated
from semantic_layer.interop.dbt.templates import Item

_WHOLE_DAYS = ("day", "week", "month", "quarter", "year")
_CALENDAR: dict[str, Literal["week", "month", "quarter", "year"]] = {
    "week": "week", "month": "month", "quarter": "quarter", "year": "year",
}  # fmt: skip


class _UnsayableError(Exception):
    """What our format has no words for."""


class MetricConverter:
    """Converts the metrics of one project; problems go to the list given."""

    def __init__(self, project: DbtProject, problems: list[DefinitionProblem]) -> None:
        self._project, self._problems = project, problems
        self._reach = Reach(project)
        self._found: dict[str, MetricDefinition] = {}

    def metrics(self) -> tuple[MetricDefinition, ...]:
        """The metrics that our format can say, and the hidden ones that they are made of."""
        for metric in self._project.metrics.values():
            try:
                made = self._metric(metric)
            except _UnsayableError as error:
                self._leave_out(metric, str(error))
            except AmbiguousElementError as error:
                self._leave_out(metric, f"several ways lead to a field of its filter: {'; '.join(error.ways)}")
            else:
                self._found[metric.name] = made
        return tuple(self._found.values())

    def _leave_out(self, metric: Metric, reason: str) -> None:
        self._problems.append(NotCarriedOver(metric.where, f"the metric '{metric.name}'", reason))

    def _metric(self, metric: Metric) -> MetricDefinition:
        if metric.grain is not None:
            self._note(metric, "its own grain", "a query names the grain")
        match metric.kind:
            case "simple":
                assert metric.measure is not None, "checked on loading"
                return self._simple(metric, metric.measure, None)
            case "cumulative":
                assert metric.measure is not None, "checked on loading"
                return self._simple(metric, metric.measure, self._window(metric))
            case "ratio":
                above, below = metric.inputs
                names = (above.alias, below.alias if below.alias != above.alias else f"{below.alias}_below")
                inputs = (above, replace(below, alias=names[1]))
                return self._formula(metric, f"{names[0]} / {names[1]}", inputs)
            case "derived":
                return self._formula(metric, metric.expr or "", metric.inputs)
            case "conversion":
                return self._conversion(metric)

    def _note(self, metric: Metric, part: str, reason: str) -> None:
        self._problems.append(NotCarriedOver(metric.where, f"{part} of the metric '{metric.name}'", reason))

    # ---- over rows ----

    def _simple(self, metric: Metric, use: MeasureUse, window: Window | None) -> MetricDefinition:
        measure = self._project.measures[use.measure]
        return self._counted(metric, metric.name, measure, (*metric.filters, *use.filters), use, window=window)

    def _counted(
        self, metric: Metric, name: str, measure: Measure, filters: Iterable[Filter], use: MeasureUse, *,
        window: Window | None = None, is_hidden: bool = False,
    ) -> MetricDefinition:  # fmt: skip
        if use.fill_nulls_with not in (None, 0):
            raise _UnsayableError(f"empty buckets show zero or nothing here, not {use.fill_nulls_with}")
        model = self._project.models[measure.model]
        latest: Latest | None = None
        if measure.non_additive is not None:
            choose: Literal["last", "first"] = "last" if measure.non_additive.is_last else "first"
            per = tuple(own_field(self._project, model, each) for each in measure.non_additive.groupings)
            latest = Latest(by=measure.non_additive.name, choose=choose, per=per)
        times = [each.time for each in self._project.measures.values() if each.model == model.name and each.time]
        usual = max(times, key=times.count) if times else None
        adds_up = measure.agg in ("sum", "count", "sum_boolean", "count_distinct")
        return MetricDefinition(
            name=name, dataset=model.name, expression=aggregate_of(measure, self._value(measure)).sql("duckdb"),
            filter=self._filter(filters, metric, model.name), time=measure.time if measure.time != usual else None,
            window=window, latest=latest, description=both(metric.description), label=both(metric.label),
            empty="null" if adds_up and use.fill_nulls_with is None else "zero" if use.fill_nulls_with == 0 else None,
            hidden=is_hidden,
        )  # fmt: skip

    def _value(self, measure: Measure) -> exp.Expr:
        """What a measure aggregates, over the fields that its dataset is given."""
        parsed = parse_expression(measure.expr)
        assert not isinstance(parsed, Unparsable), "checked on loading"
        if not parsed.columns:
            return parsed.tree.copy()
        model = self._project.models[measure.model]
        name = column_of(measure.expr)
        known = model.dimension.get(name) if name is not None else None
        if name is not None and (known is None or column_of(known.expr) == name):
            return exp.column(name if known is None else dimension_field(self._project, model, name))
        return exp.column(value_field(measure))

    def _window(self, metric: Metric) -> Window:
        if metric.period_agg != "last":
            told = f"'period_agg: {metric.period_agg}'"
            self._note(metric, told, "a coarser bucket shows the value at its end here")
        if metric.grain_to_date is not None:
            if metric.grain_to_date not in _CALENDAR:
                raise _UnsayableError(f"windows here do not begin with each {metric.grain_to_date}")
            return Window(to_date=_CALENDAR[metric.grain_to_date])
        return Window(last=self._length(metric.window) if metric.window is not None else None)

    # ---- over metrics ----

    def _formula(self, metric: Metric, expr: str, uses: Iterable[MetricUse]) -> MetricDefinition:
        inputs: dict[str, InputDefinition] = {}
        for use in uses:
            filters = (*metric.filters, *use.filters)
            inner = self._project.metrics[use.metric]
            narrowed = self._filter(filters, inner, None)
            offset = self._length(use.offset_window) if use.offset_window is not None else None
            start = None
            if use.offset_to_grain is not None:
                start = _CALENDAR.get(use.offset_to_grain)
                if start is None:
                    raise _UnsayableError(f"parts here are not taken at the start of each {use.offset_to_grain}")
            if use.alias != use.metric or narrowed or offset or start:
                inputs[use.alias] = InputDefinition(
                    metric=use.metric, filter=narrowed, offset=offset, at_start_of=start
                )
        return MetricDefinition(
            name=metric.name, expression=expr, inputs=inputs, description=both(metric.description),
            label=both(metric.label),
        )  # fmt: skip

    def _conversion(self, metric: Metric) -> MetricDefinition:
        parts = metric.conversion
        assert parts is not None, "checked on loading"
        base, event = (self._project.measures[use.measure] for use in (parts.base, parts.event))
        if event.agg != "count" and not (event.agg == "sum" and event.expr == "1"):
            raise _UnsayableError("conversions here count events, and this one aggregates them")
        names = [f"{metric.name}__base", f"{metric.name}__event"]
        made = [
            self._counted(metric, names[0], base, (*metric.filters, *parts.base.filters), parts.base, is_hidden=True),
            self._counted(metric, names[1], event, parts.event.filters, parts.event, is_hidden=True),
        ]
        if made[1].latest is not None or made[0].latest is not None:
            raise _UnsayableError("conversions here are between events, not states")
        same = {self._own(base, one): self._own(event, two) for one, two in parts.same}
        keys = {self._own(each, parts.entity) for each in (base, event)}
        if len(keys) != 1:
            raise _UnsayableError(f"both events should have the entity '{parts.entity}' under one column's name")
        counts = MetricDefinition(
            name=f"{metric.name}__conversions" if parts.is_rate else metric.name, hidden=parts.is_rate,
            conversion=Conversion(
                of=names[0], to=names[1], key=keys.pop(), same=same,
                within=self._length(parts.window) if parts.window is not None else None,
            ),
            empty="zero" if parts.event.fill_nulls_with == 0 else "null", description=both(metric.description),
            label=both(metric.label),
        )  # fmt: skip
        self._found |= {each.name: each for each in (*made, counts)}
        if not parts.is_rate:
            return counts
        return MetricDefinition(
            name=metric.name, expression=f"{counts.name} / {names[0]}", description=both(metric.description),
            label=both(metric.label),
        )  # fmt: skip

    def _own(self, measure: Measure, name: str) -> str:
        return own_field(self._project, self._project.models[measure.model], name)

    # ---- filters ----

    def _filter(self, filters: Iterable[Filter], metric: Metric, dataset: str | None) -> str | None:
        """Conditions as SQL over fields: of `dataset` by name alone, of others (or of all) as `dataset.field`."""
        problems: list[QueryProblem] = []
        names = Names(self._project, self._reach, problems)
        measures = names.measures(metric)
        scope = names.scope((metric,))
        found = []
        for each in filters:
            settled = names.condition(each.template, scope, each.where)
            if settled is None:
                raise _UnsayableError("; ".join(problem.message for problem in problems))
            tree = placed(settled, lambda item: self._field(item, measures[0], dataset))
            found.append(tree.sql("duckdb"))
        if not found:
            return None
        return found[0] if len(found) == 1 else " AND ".join(f"({each})" for each in found)

    def _field(self, item: Item, measure: Measure, dataset: str | None) -> exp.Expr:
        if item.kind == "metric":
            raise _UnsayableError("definitions here are not narrowed by metrics of their entities")
        if item.grain in self._project.customs or item.date_part is not None:
            raise _UnsayableError(f"filters here know no '{item.column}'")
        if item.name == METRIC_TIME:
            field, owner = measure.time or "", measure.model
        else:
            element = self._reach.element(measure.model, item.name, item.links)
            assert element is not None, "settled items are known"
            owner = element.model.name
            field = own_field(self._project, element.model, item.name)
        column = exp.column(field) if owner == dataset else exp.column(field, table=owner)
        return column if item.grain is None else truncated(column, item.grain)

    def _length(self, span: Span) -> str:
        if span.grain not in _WHOLE_DAYS:
            raise _UnsayableError(f"lengths of time here are of whole days, not '{span.count} {span.grain}'")
        return f"{span.count} {span.grain}{'s' if span.count != 1 else ''}"
