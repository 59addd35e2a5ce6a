"""Passes over the data for the measures of one query: the rows of each, what they are moved and bounded by, and what
follows their aggregation. Measures over the same rows share them, so that the compiler reads the data once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlglot import exp

from semantic_layer.interop.dbt.aggregates import aggregate_of
from semantic_layer.interop.dbt.listed import listed
from semantic_layer.interop.dbt.names import Names, SettledCondition
from semantic_layer.interop.dbt.project import GRAINS, METRIC_TIME, Conversion, DbtProject, MeasureUse, Metric
from semantic_layer.interop.dbt.project import Measure as DbtMeasure
from semantic_layer.interop.dbt.reach import Reach
from semantic_layer.interop.dbt.resolved import BASE_TIME, Pass, SpineFill
from semantic_layer.interop.dbt.rows import MetricTable, RowsBuilder, placed
from semantic_layer.interop.dbt.shifts import Accumulation, Offset, Shift, Shown, TimeRange
from semantic_layer.interop.dbt.sql import truncated
from semantic_layer.interop.dbt.templates import Item
from semantic_layer.resolve.leaves import Branch, ConversionParts, LatestRows, Measure
from semantic_layer.sql.nodes import division

# measures of these queries bound their rows by conditions of their own
_ALL_TIME = Branch("", None, date.max)
Trees = tuple[exp.Expr, ...]
Conditions = tuple[SettledCondition, ...]


@dataclass(frozen=True, eq=False)
class Asked:
    """The query that passes are made for: its settled groups and the bounds of its time."""

    keys: tuple[Item, ...]
    bounds: TimeRange | None


@dataclass(frozen=True)
class Narrowed:
    """What narrows a measure: `own` by the definition of what is counted, `asked` by the query and the metrics in
    between. Units of time that are filled in must meet those that are asked."""

    own: Conditions
    asked: Conditions

    @property
    def every(self) -> Conditions:
        """All of them, each once."""
        return tuple(dict.fromkeys((*self.own, *self.asked)))


@dataclass(frozen=True, eq=False)
class _Read:
    """Rows that measures share: the builder, its groups and its conditions."""

    builder: RowsBuilder
    keys: Trees
    filters: Trees


class PassMaker:
    """Makes the passes of one query; `made` holds them by the alias of their measure."""

    def __init__(
        self, project: DbtProject, reach: Reach, names: Names, metric_table: MetricTable, asked: Asked
    ) -> None:
        self.made: dict[str, Pass] = {}
        self._project, self._reach, self._metric_table, self._names = project, reach, metric_table, names
        self._keys, self._bounds = asked.keys, asked.bounds
        self._known: dict[object, str] = {}
        self._reads: dict[object, _Read] = {}

    def is_time_of(self, item: Item, measure: DbtMeasure) -> bool:
        """Whether an item is the time by which a measure is placed, under either name."""
        if item.name == METRIC_TIME and not item.links:
            return True
        own = self._project.models[measure.model].own_entities
        return item.name == measure.time and len(item.links) == 1 and item.links[0] in own

    def times_of(self, measure: DbtMeasure) -> tuple[Item, ...]:
        """The groups of the query that are a measure's time."""
        return tuple(key for key in self._keys if self.is_time_of(key, measure))

    def measured(
        self,
        metric: Metric,
        use: MeasureUse,
        narrowed: Narrowed,
        offsets: tuple[Offset, ...],
        accumulation: Accumulation | None,
    ) -> exp.Expr:
        """The value of a measure, with its fill, adding the pass that it needs."""
        measure = self._project.measures[use.measure]
        times = self.times_of(measure)
        shift = Shift(offsets, accumulation) if times and (offsets or accumulation is not None) else None
        is_filled = use.join_to_timespine and bool(times)
        has_base = any(key.grain == self._names.time_grain(measure) for key in times)
        period_agg = metric.period_agg if accumulation is not None and times and not has_base else None
        asked = narrowed.asked if is_filled else ()
        known = (measure.name, narrowed.every, asked, shift, is_filled, period_agg)
        if known not in self._known:
            alias = self._alias(measure.name)
            read = self._read(measure, narrowed.every, shift, with_base=period_agg is not None)
            made = self._measure(alias, measure, read)
            fill = self._fill(measure, narrowed, with_base=period_agg is not None) if is_filled else None
            is_of_any_type = measure.agg in ("min", "max") or measure.is_discrete
            self.made[alias] = Pass(made, fill, period_agg, is_of_any_type)
            self._known[known] = alias
        return _filled(exp.column(self._known[known]), use)

    def _read(self, measure: DbtMeasure, conditions: Conditions, shift: Shift | None, *, with_base: bool) -> _Read:
        known = (measure.model, measure.time, conditions, shift, with_base)
        if known not in self._reads:
            shown: Shown | None = None
            of_time = tuple(each for each in conditions if self._is_of_time(each, measure))
            unit = self._whole_unit(measure, shift)
            if unit is not None:
                conditions = tuple(each for each in conditions if each not in of_time)
                shown = Shown(unit, self._units(unit, of_time))
            builder = self._builder(measure, shift, shown)
            keys = [builder.value(key) for key in self._keys]
            if with_base:
                assert builder.time is not None, "what accumulates has a time"
                keys.append(truncated(builder.time, builder.grain))
            filters = [builder.condition(each) for each in conditions]
            filters += self._time_filters(measure, builder, shift, with_base=with_base or shown is not None)
            self._reads[known] = _Read(builder, tuple(keys), tuple(filters))
        return self._reads[known]

    def _builder(self, measure: DbtMeasure, shift: Shift | None, shown: Shown | None = None) -> RowsBuilder:
        return RowsBuilder(
            self._project,
            self._reach,
            self._metric_table,
            model=self._project.models[measure.model],
            time=measure.time,
            grain=self._names.time_grain(measure),
            shift=shift,
            shown=shown,
        )

    # ---- offsets of whole units ----

    def _whole_unit(self, measure: DbtMeasure, shift: Shift | None) -> str | None:
        """The unit of time by which a metric of another time is moved as a whole, so that a month before March is all
        of February; None where rows are moved one by one."""
        if shift is None or shift.accumulation is not None:
            return None
        rank = self._project.grain_rank
        times = self.times_of(measure)
        if any(key.grain not in GRAINS for key in times):
            return None
        grains = [key.grain or "" for key in times]
        unit = min(grains, key=rank)
        others = [*grains, *(each.to_grain or (each.window.grain if each.window else "") for each in shift.offsets)]
        # weeks make up nothing but weeks
        coarser = GRAINS[rank(unit) + 1 :] if unit != "week" else ()
        is_nested = all(each in (unit, *coarser) for each in others)
        return unit if is_nested and rank(unit) > rank(self._names.time_grain(measure)) else None

    def _units(self, unit: str, conditions: Conditions) -> exp.Select:
        """The units of time that meet conditions on time alone, which may speak of finer ones."""
        spine = self._spine((unit, *(item.grain or "day" for each in conditions for item in each.items)))
        values = [spine.value(Item(METRIC_TIME, grain=unit))]
        filters = [spine.condition(_of_metric_time(each)) for each in conditions]
        return listed(spine.rows(values, filters, "time_spine"), ("label",)).distinct(copy=False)

    def _spine(self, grains: Iterable[str]) -> RowsBuilder:
        """The units of time that are in units of all these grains."""
        grain = self._project.common_unit(grains)
        return RowsBuilder(self._project, self._reach, self._metric_table, model=None, time=None, grain=grain)

    def _is_of_time(self, condition: SettledCondition, measure: DbtMeasure) -> bool:
        """Whether a condition is on nothing but the time by which a measure is placed."""
        return all(self.is_time_of(item, measure) for item in condition.items)

    def _time_filters(
        self, measure: DbtMeasure, builder: RowsBuilder, shift: Shift | None, *, with_base: bool
    ) -> list[exp.Expr]:
        """The bounds of time, and the times shown that stand for a period where the time read is a grain's start."""
        found: list[exp.Expr] = []
        if self._bounds is not None and builder.time is not None:
            found += builder.within(self._bounds)
            if shift is not None and shift.accumulation is not None and shift.offsets:
                # dbt bounds what accumulates as well as what is shown of it
                found += builder.reached_within(self._bounds)
        if shift is not None and not with_base and any(each.to_grain is not None for each in shift.offsets):
            grains = [key.grain for key in self.times_of(measure) if key.grain is not None]
            standard = [grain for grain in grains if grain not in self._project.customs]
            if standard and builder.grain not in standard:
                found.append(builder.at_starts_of(standard))
        return found

    def _measure(self, alias: str, measure: DbtMeasure, read: _Read) -> Measure:
        builder, filters = read.builder, read.filters
        latest: LatestRows | None = None
        if measure.non_additive is not None:
            latest = self._latest(measure, read)
            # a row without the entity is no state of any
            known = (exp.Not(this=exp.Is(this=each.copy(), expression=exp.Null())) for each in latest.per)
            filters = (*filters, *known)
        return Measure(
            alias=alias,
            metric=None,
            kind="snapshot",
            rows=builder.rows(read.keys, filters, measure.model),
            aggregate=aggregate_of(measure, builder.measured(measure.expr)),
            condition=None,
            time=builder.time,
            since=None,
            until=None,
            per=None,
            transition=None,
            branches=(_ALL_TIME,),
            when_empty=None,
            latest=latest,
        )

    def _latest(self, measure: DbtMeasure, read: _Read) -> LatestRows:
        """The rows of a state: last or first within each entity, and within each group of the same time."""
        assert measure.non_additive is not None, "called for what does not add up"
        groups = [read.builder.own(name) for name in measure.non_additive.groupings]
        times: list[exp.Expr] = []
        if measure.non_additive.name == measure.time:
            times = [tree for key, tree in zip(self._keys, read.keys, strict=False) if self.is_time_of(key, measure)]
        by = read.builder.instant(measure.non_additive.name)
        return LatestRows(by, measure.non_additive.is_last, (*groups, *times))

    def _alias(self, name: str) -> str:
        taken = sum(1 for each in self.made if each.startswith(f"{name}__"))
        return f"{name}__{taken + 1}"

    # ---- units of the time spine ----

    def _fill(self, measure: DbtMeasure, narrowed: Narrowed, *, with_base: bool) -> SpineFill:
        """The spine's units for a measure: conditions on time alone choose among them; those that are asked of other
        groups are put again to what comes out."""
        times = self.times_of(measure)
        base = self._names.time_grain(measure)
        of_time = [each for each in narrowed.every if self._is_of_time(each, measure)]
        grains = [item.grain or "day" for item in (*times, *(item for each in of_time for item in each.items))]
        spine = self._spine([*grains, *([base] if with_base else [])])
        values = [spine.value(_as_metric_time(key)) for key in times]
        names = [key.column for key in times]
        if with_base:
            assert spine.time is not None, "a spine has a time"
            values.append(truncated(spine.time, base))
            names.append(BASE_TIME)
        again = [
            placed(each, lambda item: exp.column(_as_key(item).column))
            for each in narrowed.asked
            if each not in of_time and all(_as_key(item) in self._keys for item in each.items)
        ]
        filters = [spine.condition(_of_metric_time(each)) for each in of_time]
        filters += spine.within(self._bounds) if self._bounds is not None else []
        return SpineFill(spine.rows(values, filters, "time_spine"), tuple(names), tuple(again))

    # ---- conversions ----

    def conversion(
        self,
        metric: Metric,
        parts: Conversion,
        narrowed: Narrowed,
        event_conditions: Conditions,
        offsets: tuple[Offset, ...],
    ) -> exp.Expr:
        """Events that follow base events, or their share of those; each is counted for the last base event before."""
        base = self.measured(metric, parts.base, narrowed, offsets, None)
        of_base, of_event = (self._project.measures[use.measure] for use in (parts.base, parts.event))
        times = self.times_of(of_base)
        read = self._read(of_base, narrowed.every, Shift(offsets) if offsets and times else None, with_base=False)
        other = self._builder(of_event, None)
        found = _Read(other, (), tuple(other.condition(each) for each in event_conditions))
        same = tuple((read.builder.own(one), other.own(two)) for one, two in parts.same)
        keys = read.builder.own(parts.entity), other.own(parts.entity)
        # events that are known by the month follow others in their month
        grain = max((self._names.time_grain(each) for each in (of_base, of_event)), key=self._project.grain_rank)
        times_of_both = (
            truncated(each.instant(of.time or ""), grain) for each, of in ((read.builder, of_base), (other, of_event))
        )
        earlier = replace(self._measure("base", of_base, read), time=next(times_of_both))
        later = replace(self._measure("event", of_event, found), time=next(times_of_both))
        made = ConversionParts(
            base=earlier,
            base_id=tuple(read.builder.own(each) for each in self._project.models[of_base.model].told_apart_by),
            base_key=keys[0],
            event=later,
            event_key=keys[1],
            event_id=(_row_number(later.time),),
            same=same,
            event_value=other.measured(of_event.expr),
            within=(parts.window.count, parts.window.grain) if parts.window is not None else None,
        )
        alias = self._alias(f"{metric.name}_conversions")
        matched = replace(
            earlier,
            alias=alias,
            kind="conversion",
            aggregate=aggregate_of(of_event, exp.column("value")),
            time=None,
            conversion=made,
            latest=None,
        )
        is_filled = parts.event.join_to_timespine and bool(times)
        self.made[alias] = Pass(matched, self._fill(of_base, narrowed, with_base=False) if is_filled else None)
        events = _filled(exp.column(alias), parts.event)
        return division(as_double(events), as_double(base)) if parts.is_rate else events


def _row_number(time: exp.Expr | None) -> exp.Expr:
    """What tells rows apart that have no key; some engines number rows only in an order."""
    assert time is not None, "events happen at a time"
    return exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=[exp.Ordered(this=time.copy())]))


def _as_metric_time(item: Item) -> Item:
    return replace(item, name=METRIC_TIME, links=(), kind="any")


def _of_metric_time(condition: SettledCondition) -> SettledCondition:
    return SettledCondition(condition.tree, tuple(_as_metric_time(item) for item in condition.items))


def _as_key(item: Item) -> Item:
    return replace(item, kind="any")


def _filled(value: exp.Expr, use: MeasureUse) -> exp.Expr:
    if use.fill_nulls_with is None:
        return value
    fill = float(use.fill_nulls_with)
    number = exp.Literal.number(int(fill) if fill.is_integer() else fill)
    return exp.Coalesce(this=value, expressions=[number])


def as_double(tree: exp.Expr) -> exp.Expr:
    """A number that divides into fractions in every engine."""
    return exp.Cast(this=tree, to=exp.DataType(this=exp.DataType.Type.DOUBLE, nested=False))
