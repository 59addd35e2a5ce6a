"""dbt's metrics to ours: each kind in our words, filters as SQL over fields. What has no words here is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from sqlglot import exp

from semantic_layer.errors import DefinitionProblem, Phrase, QueryProblem, thing
from semantic_layer.interop.dbt.aggregates import aggregate_of
from semantic_layer.interop.dbt.convert_joins import join_of
from semantic_layer.interop.dbt.convert_names import (
    both,
    column_of,
    common_grain,
    dimension_field,
    grained_field,
    own_field,
    usual_time,
    value_field,
)
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
from semantic_layer.interop.dbt.reach import AmbiguousElementError, Element, Hop, Reach
from semantic_layer.interop.dbt.rows import placed
from semantic_layer.interop.dbt.sql import truncated
from semantic_layer.interop.dbt.templates import Item
from semantic_layer.model.definitions import (
    Conversion,
    InputDefinition,
    Latest,
    MetricDefinition,
    Window,
)
from semantic_layer.sql.parsing import Unparsable, parse_expression

_WHOLE_DAYS = ("day", "week", "month", "quarter", "year")
_CALENDAR = ("week", "month", "quarter", "year")


class _UnsayableError(Exception):
    """What our format has no words for."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.reason = Phrase(zh, en)


class MetricConverter:
    """Converts the metrics of one project; problems go to the list given."""

    def __init__(self, project: DbtProject, targets: Mapping[Hop, str], problems: list[DefinitionProblem]) -> None:
        """`targets` are the datasets that the project's hops lead to."""
        self._project, self._targets, self._problems = project, targets, problems
        self._reach = Reach(project)
        self._found: dict[str, MetricDefinition] = {}

    def metrics(self) -> tuple[MetricDefinition, ...]:
        """The metrics that our format can say, and the hidden ones that they are made of."""
        for metric in self._project.metrics.values():
            try:
                made = self._metric(metric)
            except _UnsayableError as error:
                self._leave_out(metric, error.reason)
            except AmbiguousElementError as error:
                ways = "; ".join(error.ways)
                reason = Phrase(
                    f"有几条路径通往它的筛选字段：{ways}", f"several ways lead to a field of its filter: {ways}"
                )
                self._leave_out(metric, reason)
            else:
                self._found[metric.name] = made
        return tuple(self._found.values())

    def _leave_out(self, metric: Metric, reason: Phrase) -> None:
        self._problems.append(NotCarriedOver(metric.where, thing("metric", metric.name), reason))

    def _metric(self, metric: Metric) -> MetricDefinition:
        if metric.grain is not None:
            self._note(
                metric,
                Phrase("自带的时间单位", "its own grain"),
                Phrase("时间单位由查询给出", "a query names the grain"),
            )
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

    def _note(self, metric: Metric, part: Phrase, reason: Phrase) -> None:
        owner = Phrase(f"指标“{metric.name}”的{part.zh}", f"{part.en} of metric '{metric.name}'")
        self._problems.append(NotCarriedOver(metric.where, owner, reason))

    # ---- over rows ----

    def _simple(self, metric: Metric, use: MeasureUse, window: Window | None) -> MetricDefinition:
        measure = self._project.measures[use.measure]
        return self._counted(metric, metric.name, measure, (*metric.filters, *use.filters), use, window=window)

    def _counted(
        self,
        metric: Metric,
        name: str,
        measure: Measure,
        filters: Iterable[Filter],
        use: MeasureUse,
        *,
        window: Window | None = None,
        is_hidden: bool = False,
    ) -> MetricDefinition:
        model = self._project.models[measure.model]
        latest: Latest | None = None
        if measure.non_additive is not None:
            choose: Literal["last", "first"] = "last" if measure.non_additive.is_last else "first"
            per = tuple(own_field(self._project, model, each) for each in measure.non_additive.groupings)
            latest = Latest(by=measure.non_additive.name, choose=choose, per=per)
        usual = usual_time(self._project, model)
        adds_up = measure.agg in ("sum", "count", "sum_boolean", "count_distinct")
        return MetricDefinition(
            name=name,
            dataset=model.name,
            expression=aggregate_of(measure, self._value(measure)).sql("duckdb"),
            filter=self._filter(filters, metric, model.name),
            time=measure.time if measure.time != usual else None,
            window=window,
            latest=latest,
            description=both(metric.description),
            label=both(metric.label),
            empty=_empty(use.fill_nulls_with) if adds_up or use.fill_nulls_with is not None else None,
            hidden=is_hidden,
        )

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
            told = f"period_agg: {metric.period_agg}"
            self._note(
                metric,
                Phrase(f"“{told}”", f"'{told}'"),
                Phrase("这里较粗的时间段显示其结尾的值", "a coarser bucket shows the value at its end here"),
            )
        if metric.grain_to_date is not None:
            if self._unit(metric.grain_to_date) is None:
                raise _UnsayableError(
                    f"这里的窗口不能从每个 {metric.grain_to_date} 的开头算起",
                    f"windows here do not begin with each {metric.grain_to_date}",
                )
            return Window(to_date=metric.grain_to_date)
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
                start = self._unit(use.offset_to_grain)
                if start is None:
                    raise _UnsayableError(
                        f"这里的部分不能取每个 {use.offset_to_grain} 开头的值",
                        f"parts here are not taken at the start of each {use.offset_to_grain}",
                    )
            if use.alias != use.metric or narrowed or offset or start:
                inputs[use.alias] = InputDefinition(
                    metric=use.metric, filter=narrowed, offset=offset, at_start_of=start
                )
        return MetricDefinition(
            name=metric.name,
            expression=expr,
            inputs=inputs,
            description=both(metric.description),
            label=both(metric.label),
        )

    def _conversion(self, metric: Metric) -> MetricDefinition:
        parts = metric.conversion
        assert parts is not None, "checked on loading"
        base, event = (self._project.measures[use.measure] for use in (parts.base, parts.event))
        if event.agg != "count" and not (event.agg == "sum" and event.expr == "1"):
            raise _UnsayableError(
                "这里的转化只数事件，而这一个对事件做聚合",
                "conversions here count events, and this one aggregates them",
            )
        names = [f"{metric.name}__base", f"{metric.name}__event"]
        made = [
            self._counted(metric, names[0], base, (*metric.filters, *parts.base.filters), parts.base, is_hidden=True),
            self._counted(metric, names[1], event, parts.event.filters, parts.event, is_hidden=True),
        ]
        grain = common_grain(self._project, base, event)
        for index, each in enumerate((base, event)):
            time = self._project.models[each.model].dimension[each.time or ""]
            made[index] = made[index].model_copy(update={"time": grained_field(time, grain)})
        if made[1].latest is not None or made[0].latest is not None:
            raise _UnsayableError(
                "这里的转化是事件之间的，不是状态之间的", "conversions here are between events, not states"
            )
        same = {self._own(base, one): self._own(event, two) for one, two in parts.same}
        keys = {self._own(each, parts.entity) for each in (base, event)}
        if len(keys) != 1:
            raise _UnsayableError(
                f"两个事件应该以同一列名拥有实体“{parts.entity}”",
                f"both events should have the entity '{parts.entity}' under one column's name",
            )
        counts = MetricDefinition(
            name=f"{metric.name}__conversions" if parts.is_rate else metric.name,
            hidden=parts.is_rate,
            conversion=Conversion(
                of=names[0],
                to=names[1],
                key=keys.pop(),
                same=same,
                within=self._length(parts.window) if parts.window is not None else None,
            ),
            empty=_empty(parts.event.fill_nulls_with),
            description=both(metric.description),
            label=both(metric.label),
        )
        self._found |= {each.name: each for each in (*made, counts)}
        if not parts.is_rate:
            return counts
        return MetricDefinition(
            name=metric.name,
            expression=f"{counts.name} / {names[0]}",
            description=both(metric.description),
            label=both(metric.label),
        )

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
                raise _UnsayableError(
                    "；".join(problem.sentence("zh") for problem in problems),
                    "; ".join(problem.message for problem in problems),
                )
            tree = placed(settled, lambda item: self._field(item, measures[0], dataset))
            found.append(tree.sql("duckdb"))
        if not found:
            return None
        return found[0] if len(found) == 1 else " AND ".join(f"({each})" for each in found)

    def _field(self, item: Item, measure: Measure, dataset: str | None) -> exp.Expr:
        if item.kind == "metric":
            raise _UnsayableError(
                "按实体的指标筛选的条件不转换", "a filter by a metric of its entities is not converted"
            )
        if item.grain in self._project.customs or item.date_part is not None:
            raise _UnsayableError(f"这里的筛选条件没有“{item.column}”", f"filters here know no '{item.column}'")
        if item.name == METRIC_TIME:
            field, owner = measure.time or "", measure.model
        else:
            element = self._reach.element(measure.model, item.name, item.links)
            assert element is not None, "settled items are known"
            owner = self._reached(element, measure)
            field = own_field(self._project, element.model, item.name)
        column = exp.column(field) if owner == dataset else exp.column(field, table=owner)
        return column if item.grain is None else truncated(column, item.grain)

    def _reached(self, element: Element, measure: Measure) -> str:
        """The dataset of an element, in its role. Raises _UnsayableError where the way there was not carried over."""
        owner = measure.model
        for hop in element.hops:
            if hop not in self._targets:
                told = join_of(hop.left, hop.right, hop.entity)
                raise _UnsayableError(f"{told.zh}没有转换", f"{told.en} is not")
            is_versioned = self._project.models[hop.right].validity("start") is not None
            if is_versioned and measure.time != usual_time(self._project, self._project.models[measure.model]):
                raise _UnsayableError(
                    f"“{hop.right}”的版本按另一个时间来找，不是指标的时间",
                    f"versions of '{hop.right}' are found by another time than the metric's",
                )
            owner = self._targets[hop]
        if len(element.hops) > 1 and self._ways(measure.model, owner, len(element.hops)) > 1:
            raise _UnsayableError(
                f"从“{measure.model}”到“{owner}”，“{element.path}”不是唯一的路径",
                f"'{element.path}' is not the only way from '{measure.model}' to '{owner}'",
            )
        return owner

    def _ways(self, start: str, end: str, most: int) -> int:
        """How many ways of at most so many joins lead from a dataset to another."""
        found, ends = 0, [(start, start)]
        for _ in range(most):
            # a dataset and the model whose joins it has: a role has those of its base
            ends = [(self._targets[hop], hop.right) for _, model in ends for hop in self._targets if hop.left == model]
            found += sum(1 for dataset, _ in ends if dataset == end)
        return found

    def _length(self, span: Span) -> str:
        if span.grain in self._own_grains():
            return f"{span.count} {span.grain}"
        if span.grain not in _WHOLE_DAYS:
            told = f"{span.count} {span.grain}"
            raise _UnsayableError(
                f"不是整天的时长“{told}”不转换",
                f"a length of time that is not of whole days, '{told}', is not converted",
            )
        return f"{span.count} {span.grain}{'s' if span.count != 1 else ''}"

    def _own_grains(self) -> tuple[str, ...]:
        """The custom grains that are carried over."""
        return tuple(name for name, spine in self._project.customs.items() if spine.grain == "day")

    def _unit(self, grain: str) -> str | None:
        """A unit that holds buckets, if there is one here."""
        return grain if grain in (*_CALENDAR, *self._own_grains()) else None


def _empty(fill: float | None) -> Literal["zero", "null"] | int | float:
    """What a bucket without rows shows."""
    if fill is None:
        return "null"
    if fill == 0:
        return "zero"
    return int(fill) if float(fill).is_integer() else float(fill)
