"""A query in dbt's terms to its resolved form. Every problem is collected and raised at once as QueryError."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlglot import exp

from semantic_layer.compiler.aggregates import safe_division
from semantic_layer.errors import QueryError, QueryProblem
from semantic_layer.expressions import Unparsable, parse_expression
from semantic_layer.interop.dbt.aggregates import aggregate_of
from semantic_layer.interop.dbt.bounds import time_range
from semantic_layer.interop.dbt.checks import singular
from semantic_layer.interop.dbt.distinct import distinct_rows
from semantic_layer.interop.dbt.names import Names, Scope, SettledCondition
from semantic_layer.interop.dbt.problems import BadItem, NeedsMetricTime, NoSpine, NotTogether
from semantic_layer.interop.dbt.project import (
    METRIC_TIME,
    Conversion,
    DbtProject,
    Filter,
    MeasureUse,
    Metric,
    MetricUse,
    Span,
)
from semantic_layer.interop.dbt.project import (
    Measure as DbtMeasure,
)
from semantic_layer.interop.dbt.query import DbtQuery, GroupBy
from semantic_layer.interop.dbt.reach import AmbiguousElementError, Reach
from semantic_layer.interop.dbt.resolved import BASE_TIME, Pass, ResolvedDbt, SpineFill
from semantic_layer.interop.dbt.rows import (
    Accumulation,
    MetricTable,
    NoSpineError,
    Offset,
    RowsBuilder,
    Shift,
    TimeRange,
    UnknownEntityError,
    placed,
    truncated,
)
from semantic_layer.interop.dbt.templates import Item, TemplateError, item_of_call, order_of_call
from semantic_layer.nearest import nearest
from semantic_layer.query_problems import AmbiguousPath, UnknownName, Unreachable
from semantic_layer.resolved import Branch, ConversionParts, LatestRows, Measure, Sort
from semantic_layer.sql import division

# measures of these queries bound their rows by conditions of their own
_ALL_TIME = Branch("", None, date.max)


def resolve(query: DbtQuery, project: DbtProject, reach: Reach, metric_table: MetricTable) -> ResolvedDbt:
    """The query, resolved. `metric_table` compiles the metrics that stand in filters. Raises QueryError."""
    resolver = _Resolver(project, reach, metric_table)
    try:
        resolved = resolver.resolve(query)
    except NoSpineError as error:
        resolver.problems.append(NoSpine("group_by", str(error)))
    except UnknownEntityError as error:
        resolver.problems.append(Unreachable("where", error.args[1], error.args[0]))
    except AmbiguousElementError as error:
        resolver.problems.append(AmbiguousPath("group_by", "the query", error.ways[0].split(" > ")[-1], error.ways))
    if resolver.problems:
        raise QueryError(*dict.fromkeys(resolver.problems))
    return resolved


@dataclass(frozen=True, eq=False)
class _Part:
    """What a metric hands down to those that it is made of."""

    conditions: tuple[SettledCondition, ...]
    offsets: tuple[Offset, ...]


class _Resolver:
    """Resolves one query."""

    def __init__(self, project: DbtProject, reach: Reach, metric_table: MetricTable) -> None:
        self.problems: list[QueryProblem] = []
        self._project, self._reach, self._metric_table = project, reach, metric_table
        self._names = Names(project, reach, self.problems)
        self._passes: dict[str, Pass] = {}
        self._known: dict[object, str] = {}
        self._conditions: dict[tuple[str, Scope], SettledCondition | None] = {}
        self._keys: tuple[Item, ...] = ()
        self._range: TimeRange | None = None
        self._read_rows: dict[
            object, tuple[RowsBuilder, tuple[exp.Expr, ...], tuple[exp.Expr, ...]]
        ] = {}

    def resolve(self, query: DbtQuery) -> ResolvedDbt:
        query = self._with_saved(query)
        metrics = self._metrics(query)
        asked = [item for index, each in enumerate(query.group_by) if (item := self._item(each, f"group_by[{index}]"))]
        self._stop()
        if not metrics:
            return self._groups_alone(query, asked)
        if query.min_max_only:
            self.problems.append(NotTogether("min_max_only", "The least and greatest value are of one group, without metrics"))
        scope = self._names.scope(metrics)
        self._keys = self._settled(asked, scope)
        conditions = self._where(query, scope)
        self._stop()
        self._range = self._bounds(query, scope)
        self._stop()
        formulas = {metric.name: self._formula(metric, _Part(conditions, ())) for metric in metrics}
        keys = tuple(key.column for key in self._keys)
        return ResolvedDbt(
            keys=keys, passes=tuple(self._passes.values()), formulas=formulas, distinct=None, is_distinct=True,
            min_max_only=False, sorts=self._sorts(query, (*keys, *formulas)), limit=query.limit,
        )  # fmt: skip

    def _stop(self) -> None:
        if self.problems:
            raise QueryError(*dict.fromkeys(self.problems))

    # ---- what the query says ----

    def _with_saved(self, query: DbtQuery) -> DbtQuery:
        if query.saved_query is None:
            return query
        saved = self._project.saved_queries.get(query.saved_query.lower())
        if saved is None:
            found = nearest(query.saved_query, self._project.saved_queries)
            raise QueryError(UnknownName("saved_query", "saved query", query.saved_query, found))
        return query.model_copy(
            update={
                "metrics": (*saved.metrics, *query.metrics), "group_by": (*saved.group_by, *query.group_by),
                "where": (*(each.template for each in saved.filters), *query.where), "saved_query": None,
                "order_by": query.order_by or saved.order_by,
                "limit": query.limit if query.limit is not None else saved.limit,
            }
        )  # fmt: skip

    def _metrics(self, query: DbtQuery) -> list[Metric]:
        found: dict[str, Metric] = {}
        for index, name in enumerate(query.metrics):
            metric = self._project.metrics.get(name.lower())
            if metric is None:
                near = nearest(name, self._project.metrics)
                self.problems.append(UnknownName(f"metrics[{index}]", "metric", name, near))
            else:
                found[metric.name] = metric
        return list(found.values())

    def _item(self, given: str | GroupBy, part: str) -> Item | None:
        text = given if isinstance(given, str) else given.name
        try:
            item = item_of_call(text, self._names.grains)
        except TemplateError as error:
            self.problems.append(BadItem(part, text, str(error)))
            return None
        if isinstance(given, GroupBy) and given.grain is not None:
            item = replace(item, grain=given.grain.lower())
        if isinstance(given, GroupBy) and given.date_part is not None:
            item = replace(item, date_part=given.date_part.lower(), grain=None)
        return item

    def _settled(self, asked: Iterable[Item], scope: Scope) -> tuple[Item, ...]:
        found: dict[str, Item] = {}
        for index, item in enumerate(asked):
            settled = self._names.settled(item, scope, f"group_by[{index}]")
            if settled is not None:
                settled = replace(settled, kind="any")
                found[settled.column] = settled
        return tuple(found.values())

    def _where(self, query: DbtQuery, scope: Scope) -> tuple[SettledCondition, ...]:
        found = [self._condition(each, scope, f"where[{index}]") for index, each in enumerate(query.where)]
        return tuple(each for each in found if each is not None)

    def _condition(self, template: str, scope: Scope, part: str) -> SettledCondition | None:
        # the same object for the same filter, so that measures over the same rows are one pass
        if (template, scope) not in self._conditions:
            self._conditions[template, scope] = self._names.condition(template, scope, part)
        return self._conditions[template, scope]

    def _filters(self, filters: Iterable[Filter], metric: Metric) -> tuple[SettledCondition, ...]:
        every = tuple(filters)
        if not every:
            return ()
        scope = self._names.scope((metric,), f"'{metric.name}'")
        found = [self._condition(each.template, scope, f"filter of '{metric.name}' ({each.where})") for each in every]
        return tuple(each for each in found if each is not None)

    def _bounds(self, query: DbtQuery, scope: Scope) -> TimeRange | None:
        if query.time_constraint is None:
            return None
        asked = [key.grain for key in self._keys if key.name == METRIC_TIME and key.grain is not None]
        standard = [grain for grain in asked if grain not in self._project.customs]
        finest = min((*standard,) or (scope.finest,), key=self._project.grain_rank)
        found = time_range(query.time_constraint, finest)
        if isinstance(found, str):
            self.problems.append(BadItem("time_constraint", found, "it is no date or time"))
            return None
        return found

    def _sorts(self, query: DbtQuery, columns: tuple[str, ...]) -> tuple[Sort, ...]:
        found = []
        for index, text in enumerate(query.order_by):
            part = f"order_by[{index}]"
            try:
                order = order_of_call(text, self._names.grains)
            except TemplateError as error:
                self.problems.append(BadItem(part, text, str(error)))
                continue
            column = self._column(order.item, columns)
            if column is None:
                self.problems.append(UnknownName(part, "column", order.item.column, nearest(order.item.column, columns)))
            else:
                found.append(Sort(column, order.descending))
        return tuple(found)

    def _column(self, item: Item, columns: tuple[str, ...]) -> str | None:
        """The output column that an item to sort by means: the group of that name, at whatever grain it has."""
        if item.column in columns:
            return item.column
        for key in self._keys:
            same_grain = item.grain in (None, key.grain) and item.date_part in (None, key.date_part)
            ends_alike = not item.links or key.links[-len(item.links) :] == item.links
            if key.name == item.name and ends_alike and same_grain:
                return key.column
        return None

    # ---- groups without metrics ----

    def _groups_alone(self, query: DbtQuery, asked: list[Item]) -> ResolvedDbt:
        if query.min_max_only and (len(asked) != 1 or query.limit is not None or query.order_by):
            self.problems.append(NotTogether("min_max_only", "The least and greatest value are of one group, unordered"))
            self._stop()
        found = distinct_rows(query, asked, self._project, self._reach, self._names, self._metric_table)
        self._stop()
        assert found is not None, "a problem was noted"
        self._keys, rows = found
        keys = tuple(key.column for key in self._keys)
        return ResolvedDbt(
            keys=keys, passes=(), formulas={}, distinct=rows, is_distinct=query.is_distinct,
            min_max_only=query.min_max_only, sorts=self._sorts(query, keys), limit=query.limit,
        )  # fmt: skip

    # ---- metrics ----

    def _formula(self, metric: Metric, part: _Part) -> exp.Expr:
        """The metric over measure aliases, adding the passes that it needs."""
        part = replace(part, conditions=(*self._filters(metric.filters, metric), *part.conditions))
        match metric.kind:
            case "simple":
                assert metric.measure is not None, "checked on loading"
                return self._measured(metric, metric.measure, part, None)
            case "cumulative":
                assert metric.measure is not None, "checked on loading"
                accumulation = Accumulation(self._span(metric.window), metric.grain_to_date)
                return self._measured(metric, metric.measure, part, accumulation)
            case "ratio":
                above, below = (self._input(each, metric, part) for each in metric.inputs)
                return division(_double(above), _double(below))
            case "conversion":
                assert metric.conversion is not None, "checked on loading"
                return self._conversion(metric, metric.conversion, part)
            case "derived":
                return self._derived(metric, part)

    def _derived(self, metric: Metric, part: _Part) -> exp.Expr:
        inputs = {each.alias: each for each in metric.inputs}
        parsed = parse_expression(metric.expr or "")
        assert not isinstance(parsed, Unparsable), "checked on loading"

        def put(node: exp.Expr) -> exp.Expr:
            if not isinstance(node, exp.Column):
                return node
            tree = self._input(inputs[node.name.lower()], metric, part)
            return tree if isinstance(tree, exp.Column | exp.Coalesce) else exp.Paren(this=tree)

        return safe_division(parsed.tree.copy().transform(put, copy=False))

    def _input(self, use: MetricUse, owner: Metric, part: _Part) -> exp.Expr:
        inner = self._project.metrics[use.metric]
        if use.offset_window is not None or use.offset_to_grain is not None:
            if not any(key.name == METRIC_TIME or self._is_time_of(key, inner) for key in self._keys):
                self.problems.append(NeedsMetricTime("group_by", owner.name))
                self._stop()
            offset = Offset(self._span(use.offset_window), self._grain(use.offset_to_grain))
            part = replace(part, offsets=(*part.offsets, self._whole(offset, inner)))
        return self._formula(inner, replace(part, conditions=(*self._filters(use.filters, inner), *part.conditions)))

    def _whole(self, offset: Offset, metric: Metric) -> Offset:
        """An offset by a custom grain moves whole periods where nothing finer is asked for."""
        grain = offset.window.grain if offset.window is not None else ""
        if grain not in self._project.customs:
            return offset
        times = [key for key in self._keys if key.name == METRIC_TIME or self._is_time_of(key, metric)]
        return replace(offset, is_whole=all(key.grain == grain for key in times))

    def _is_time_of(self, key: Item, metric: Metric) -> bool:
        for measure in self._names.measures(metric):
            own = self._project.models[measure.model].own_entities
            if key.name == measure.time and len(key.links) == 1 and key.links[0] in own:
                return True
        return False

    def _span(self, span: Span | None) -> Span | None:
        return None if span is None else Span(span.count, self._grain(span.grain) or span.grain)

    def _grain(self, grain: str | None) -> str | None:
        return None if grain is None else singular(grain, self._names.grains)

    # ---- measures ----

    def _measured(
        self, metric: Metric, use: MeasureUse, part: _Part, accumulation: Accumulation | None
    ) -> exp.Expr:
        """A measure of a simple or cumulative metric, with its fill."""
        measure = self._project.measures[use.measure]
        conditions = (*self._filters(use.filters, metric), *part.conditions)
        conditions = tuple({id(each): each for each in conditions}.values())
        has_time = any(self._is_time_key(key, measure) for key in self._keys)
        shift = Shift(part.offsets, accumulation) if has_time and (part.offsets or accumulation) else None
        is_filled = use.join_to_timespine and has_time
        period_agg = metric.period_agg if accumulation is not None and has_time else None
        if period_agg is not None and self._has_base_time(measure):
            period_agg = None
        known = (measure.name, tuple(id(each) for each in conditions), shift, is_filled, period_agg)
        if known not in self._known:
            alias = self._alias(measure.name)
            builder, keys, filters = self._read(measure, conditions, shift, with_base=period_agg is not None)
            made = self._measure(alias, measure, builder, keys, filters)
            fill = self._fill(measure, conditions, with_base=period_agg is not None) if is_filled else None
            self._passes[alias] = Pass(made, fill, period_agg)
            self._known[known] = alias
        return _filled(exp.column(self._known[known]), use)

    def _read(
        self, measure: DbtMeasure, conditions: tuple[SettledCondition, ...], shift: Shift | None, *, with_base: bool
    ) -> tuple[RowsBuilder, tuple[exp.Expr, ...], tuple[exp.Expr, ...]]:
        """The rows of a measure; the same objects for the same rows, so that the compiler reads them once."""
        known = (measure.model, measure.time, tuple(id(each) for each in conditions), shift, with_base)
        if known not in self._read_rows:
            builder = RowsBuilder(
                self._project, self._reach, self._metric_table, model=self._project.models[measure.model],
                time=measure.time, grain=self._names.time_grain(measure), shift=shift,
            )  # fmt: skip
            keys = [builder.value(key) for key in self._keys]
            if with_base:
                assert builder.time is not None, "what accumulates has a time"
                keys.append(truncated(builder.time, builder.grain))
            filters = [builder.condition(each) for each in conditions]
            filters += self._time_filters(measure, builder, shift)
            self._read_rows[known] = (builder, tuple(keys), tuple(filters))
        return self._read_rows[known]

    def _time_filters(self, measure: DbtMeasure, builder: RowsBuilder, shift: Shift | None) -> list[exp.Expr]:
        """The time constraint, and the times shown that stand for a period where the time read is a grain's start."""
        found: list[exp.Expr] = []
        if self._range is not None and builder.time is not None:
            found += builder.within(self._range)
            if shift is not None and shift.accumulation is not None and shift.offsets:
                # dbt bounds what accumulates as well as what is shown of it
                found += builder.reached_within(self._range)
        if shift is not None and any(each.to_grain is not None for each in shift.offsets):
            grains = [key.grain for key in self._keys if self._is_time_key(key, measure) and key.grain is not None]
            standard = [grain for grain in grains if grain not in self._project.customs]
            if standard and builder.grain not in standard:
                found.append(builder.at_starts_of(standard))
        return found

    def _measure(
        self, alias: str, measure: DbtMeasure, builder: RowsBuilder, keys: tuple[exp.Expr, ...],
        filters: tuple[exp.Expr, ...],
    ) -> Measure:  # fmt: skip
        latest: LatestRows | None = None
        if measure.non_additive is not None:
            groups = [builder.own(name) for name in measure.non_additive.groupings]
            by = builder.instant(measure.non_additive.name)
            is_along = measure.non_additive.name == measure.time
            times = [keys[i] for i, key in enumerate(self._keys) if is_along and self._is_time_key(key, measure)]
            latest = LatestRows(by, measure.non_additive.is_last, tuple((*groups, *times)))
            known = [exp.Not(this=exp.Is(this=each.copy(), expression=exp.Null())) for each in groups]
            filters = (*filters, *known)
        rows = builder.rows(keys, filters, measure.model)
        return Measure(
            alias=alias, metric=None, kind="snapshot", rows=rows, condition=None, time=builder.time, since=None,
            aggregate=aggregate_of(measure, builder.measured(measure.expr)), until=None, per=None, transition=None,
            branches=(_ALL_TIME,), zero_when_empty=False, latest=latest,
        )  # fmt: skip

    def _is_time_key(self, key: Item, measure: DbtMeasure) -> bool:
        if key.name == METRIC_TIME and not key.links:
            return True
        own = self._project.models[measure.model].own_entities
        return key.name == measure.time and len(key.links) == 1 and key.links[0] in own

    def _has_base_time(self, measure: DbtMeasure) -> bool:
        grain = self._names.time_grain(measure)
        return any(key.grain == grain and self._is_time_key(key, measure) for key in self._keys)

    def _alias(self, name: str) -> str:
        taken = sum(1 for each in self._passes if each == name or each.startswith(f"{name}__"))
        return f"{name}__{taken + 1}"

    def _fill(self, measure: DbtMeasure, conditions: tuple[SettledCondition, ...], *, with_base: bool) -> SpineFill:
        """The spine's units for a measure: conditions on time alone choose among them; those on other groups are put
        again to what comes out."""
        times = [key for key in self._keys if self._is_time_key(key, measure)]
        grains = [each for key in times if (each := self._fill_grain(key)) is not None]
        base = self._names.time_grain(measure)
        finest = min([*grains, *([base] if with_base else [])], key=self._project.grain_rank, default="day")
        spine = RowsBuilder(
            self._project, self._reach, self._metric_table, model=None, time=None, grain=finest
        )
        values = [spine.value(_as_metric_time(key)) for key in times]
        names = [key.column for key in times]
        if with_base:
            assert spine.time is not None, "a spine has a time"
            values.append(truncated(spine.time, base))
            names.append(BASE_TIME)
        filters: list[exp.Expr] = []
        again: list[exp.Expr] = []
        columns = {key: exp.column(key.column) for key in self._keys}
        for each in conditions:
            if all(self._is_time_key(item, measure) for item in each.items):
                moved = SettledCondition(each.tree, tuple(_as_metric_time(item) for item in each.items))
                filters.append(spine.condition(moved))
            elif all(replace(item, kind="any") in columns for item in each.items):
                again.append(placed(each, lambda item: columns[replace(item, kind="any")].copy()))
        filters += spine.within(self._range) if self._range is not None else []
        return SpineFill(spine.rows(values, filters, "time_spine"), tuple(names), tuple(again))

    def _fill_grain(self, key: Item) -> str | None:
        if key.date_part is not None:
            return "day"
        spine = self._project.customs.get(key.grain or "")
        return spine.grain if spine is not None else key.grain

    # ---- conversions ----

    def _conversion(self, metric: Metric, parts: Conversion, part: _Part) -> exp.Expr:
        base = self._measured(metric, parts.base, part, None)
        conditions = (*self._filters(parts.base.filters, metric), *part.conditions)
        measures = [self._project.measures[use.measure] for use in (parts.base, parts.event)]
        has_time = any(self._is_time_key(key, measures[0]) for key in self._keys)
        shift = Shift(part.offsets) if part.offsets and has_time else None
        builder, keys, filters = self._read(measures[0], conditions, shift, with_base=False)
        other = self._event_rows(measures[1], metric, parts.event)
        earlier = self._measure("base", measures[0], builder, keys, filters)
        later = self._measure("event", measures[1], other[0], (), other[1])
        for index, (rows, one) in enumerate(((builder, earlier), (other[0], later))):
            time = rows.instant(measures[index].time or "")
            (earlier, later) = (replace(one, time=time), later) if index == 0 else (earlier, replace(one, time=time))
        same = tuple((builder.own(one), other[0].own(two)) for one, two in parts.same)
        within = (parts.window.count, parts.window.grain) if parts.window is not None else None
        made = ConversionParts(
            earlier, builder.own(parts.entity), later, other[0].own(parts.entity), (exp.Window(this=exp.RowNumber()),),
            within, same, other[0].measured(measures[1].expr),
        )  # fmt: skip
        alias = self._alias(f"{metric.name}_conversions")
        value = aggregate_of(measures[1], exp.column("value"))
        found = Measure(
            alias=alias, metric=None, kind="conversion", rows=earlier.rows, aggregate=value, condition=None, time=None,
            since=None, until=None, per=None, transition=None, branches=(_ALL_TIME,), zero_when_empty=False,
            conversion=made,
        )  # fmt: skip
        is_filled = parts.event.join_to_timespine and has_time
        fill = self._fill(measures[0], conditions, with_base=False) if is_filled else None
        self._passes[alias] = Pass(found, fill)
        events = _filled(exp.column(alias), parts.event)
        return division(_double(events), _double(base)) if parts.is_rate else events

    def _event_rows(
        self, measure: DbtMeasure, metric: Metric, use: MeasureUse
    ) -> tuple[RowsBuilder, tuple[exp.Expr, ...]]:
        builder = RowsBuilder(
            self._project, self._reach, self._metric_table, model=self._project.models[measure.model],
            time=measure.time, grain=self._names.time_grain(measure),
        )  # fmt: skip
        scope = Scope((measure.model,), self._names.time_grain(measure), "day", f"'{metric.name}'")
        conditions = [self._condition(each.template, scope, f"filter of '{metric.name}'") for each in use.filters]
        return builder, tuple(builder.condition(each) for each in conditions if each is not None)


def _as_metric_time(item: Item) -> Item:
    return replace(item, name=METRIC_TIME, links=(), kind="any")


def _filled(value: exp.Expr, use: MeasureUse) -> exp.Expr:
    if use.fill_nulls_with is None:
        return value
    number = int(use.fill_nulls_with) if float(use.fill_nulls_with).is_integer() else use.fill_nulls_with
    return exp.Coalesce(this=value, expressions=[exp.Literal.number(number)])


def _double(tree: exp.Expr) -> exp.Expr:
    return exp.Cast(this=tree, to=exp.DataType(this=exp.DataType.Type.DOUBLE, nested=False))
