"""A request to its resolved form: names to definitions, joins, policies and defaults made explicit.

Every problem of the request is collected and raised at once as QueryError. Has no engine and no clock: today, the
reader, what tables are missing, where the data begins and the calendars are given (the last two look into the database
when they are first asked).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

from sqlglot import exp

from semantic_layer.errors import Phrase, Problem
from semantic_layer.model.metric_definitions import InputDefinition
from semantic_layer.model.model import Metric
from semantic_layer.model.placing import known_for_today, placed_by, placing_of
from semantic_layer.model.windows import rolling
from semantic_layer.query.problems import (
    MissingTable,
    NotAdditive,
    NotAShare,
    SeveralGrains,
)
from semantic_layer.query.requests import FieldFilter, Filter, MetricQuery
from semantic_layer.query.time_problems import GrainTooFine, NeedsPeriod, NoHistory, OutsideCalendar, TooManyBuckets
from semantic_layer.resolve.branches import (
    MAX_BUCKETS,
    Clock,
    Times,
    TooManyBucketsError,
    from_period_start,
    incomplete,
    times,
)
from semantic_layer.resolve.cautions import cautions_of
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.distinct_groups import distinct_groups
from semantic_layer.resolve.leaves import Branch, Bucket, Measure, Total
from semantic_layer.resolve.made import Made
from semantic_layer.resolve.mapped_days import UnmappedDayError, day_map, off_calendar
from semantic_layer.resolve.measures import MeasureMaker, has_division, renamed
from semantic_layer.resolve.names import unknown_names
from semantic_layer.resolve.of_buckets import settled_groups
from semantic_layer.resolve.output import filters_told, kept_conditions, result_columns, shown_values, sorts_of
from semantic_layer.resolve.parts import AS_DEFINED, Variant, earlier, mean, move, narrow, reads_elsewhere, runs
from semantic_layer.resolve.ranks import missing_groups, ranked, with_all_ranked
from semantic_layer.resolve.resolved import MetricColumn, ResolvedMetrics
from semantic_layer.resolve.result_columns import is_grain, key_column, metric_column, part_column
from semantic_layer.resolve.rows import QueryRows
from semantic_layer.resolve.sense import whole_unit
from semantic_layer.resolve.time_filters import TimeFilters
from semantic_layer.resolve.unreachable import NOT_BOUND, not_bound
from semantic_layer.resolve.windows_ahead import cut_ahead
from semantic_layer.time.periods import Period
from semantic_layer.time.units import OutsideCalendarError

RUNNING = "__running"
_WHOLE = "__among"


def resolve_metrics(query: MetricQuery, context: Context) -> ResolvedMetrics:
    """A metric query, resolved. Raises QueryError with every problem."""
    context.problems.extend(unknown_names(query, context))
    context.finish()
    return resolve_known(query, context, is_shown=True)


def resolve_known(query: MetricQuery, context: Context, *, is_shown: bool = False) -> ResolvedMetrics:
    """A metric query whose names were checked, resolved; one that `is_shown` is told of where it needs it. Raises
    QueryError with every problem."""
    resolver = _MetricResolver(query, context)
    resolved = resolver.resolve(is_shown=is_shown)
    context.finish()
    return resolved


class _MetricResolver:
    """Resolves one metric query; problems go to the context."""

    def __init__(self, query: MetricQuery, context: Context) -> None:
        self._query = query = with_all_ranked(query, context)
        self._context = context
        self._model = context.model
        grains = [name for name in query.group_by if is_grain(context.model, name)]
        self._grain: str | None = grains[0] if grains else None
        units = context.calendars[self._grain] if self._grain is not None else None
        named = query.period.grain if query.period is not None else None
        own = context.calendars[named] if named is not None else None
        self._clock = Clock(context.as_of, units, context.calendars, own)
        if len(grains) > 1:
            context.problems.append(SeveralGrains("group_by"))
        self._rows = QueryRows(context, query.filters, context.reader.policies)
        # other periods are read by branches of their own, other rows by measures of their own
        by_time = query.compare is not None and query.compare.to != "filters"
        self._compare = query.compare if by_time else None
        others = other_side(query)
        self._other_rows = QueryRows(context, others, context.reader.policies) if others is not None else None
        among = query.among
        self._whole_rows = QueryRows(context, among, context.reader.policies) if among is not None else None

    def resolve(self, *, is_shown: bool) -> ResolvedMetrics:
        query, context = self._query, self._context
        context.finish()
        keys = tuple(key_column(self._model, name) for name in query.group_by)
        metrics: list[MetricColumn] = []
        measures: dict[str, Measure] = {}
        others, other_totals = dict[str, Measure](), dict[str, Total]()
        totals: dict[str, Total] = {}
        shown: dict[str, Times] = {}
        for name in query.metrics or ("",):
            metric = self._model.metrics[name] if name else None
            try:
                spans = self._times(metric)
                if spans is None:
                    continue
                shown[name] = spans
                metrics.extend(self._metric(metric, spans, measures, totals) if metric else ())
                if metric is not None and self._other_rows is not None:
                    self._other_side(metric, spans, self._other_rows, Made(others, other_totals))
            except OutsideCalendarError as error:
                context.problems.append(OutsideCalendar("period", error.name, error.first, error.last))
            except UnmappedDayError as error:
                context.problems.append(off_calendar(error, self._grain))
            except TooManyBucketsError as error:
                context.problems.append(TooManyBuckets("group_by", error.grain, error.count, MAX_BUCKETS))
            else:
                if metric is None:
                    counted = distinct_groups(query, self._grain, self._rows, spans.branches, context)
                    measures |= {counted.alias: counted} if counted is not None else {}
        context.finish()
        every, whole = (*measures.values(), *others.values()), (*totals.values(), *other_totals.values())
        settled = settled_groups(context, self._clock.units, self._names(), shown.values(), every, whole)
        context.finish()
        open_buckets, ahead = cut_ahead(settled.measures, context, in_buckets=self._grain is not None)
        if is_shown and query.metrics:
            context.cautions.extend((*cautions_of(query, shown, self._clock, self._model), *ahead))
        first = next(iter(shown.values()), None)
        period = first.period if first is not None else None
        columns = result_columns(query, keys, self._model)
        return ResolvedMetrics(
            keys=keys,
            grain=self._grain,
            metrics=tuple(metrics),
            measures=settled.measures,
            totals=settled.totals,
            shares=query.shares,
            cumulative=query.cumulative,
            compared=query.compare is not None,
            spine=self._spine(shown.values()),
            shown=shown_values(query, keys, context),
            having=query.having,
            keep=kept_conditions("keep", query.keep, keys, context),
            sorts=sorts_of(query, keys, columns, context),
            limit=query.limit,
            limit_within=query.limit_within,
            columns=columns,
            filters=filters_told(query, metrics, context),
            period=period,
            previous_period=first.previous if first is not None else None,
            incomplete=tuple(sorted({*self._incomplete(period, shown.values()), *open_buckets})),
            of_buckets=settled.of_buckets,
        )

    # ---- time ----

    def _times(self, metric: Metric | None) -> Times | None:
        query, context = self._query, self._context
        period = whole_unit(query.period, context.as_of) if query.period is not None else None
        if period is None and metric is not None and metric.definition.default_period is not None:
            period = rolling(metric.definition.default_period, context.as_of, context.calendars)
        if period is None and self._grain is not None and metric is not None:
            starts = [context.data_start(name) for name in self._model.grouping_datasets(metric.name)]
            known = [day for day in starts if day is not None]
            period = Period(min(known), None) if known else Period()
        snapshots = known_for_today(metric, self._model) if metric is not None else ()
        if metric is not None and any(snapshots):
            if not self._snapshot_fits(query.period):
                context.problems.append(NoHistory("metrics", metric.name))
                return None
            if all(snapshots):
                return times(None, None, Clock(context.as_of, None, context.calendars))
        found = times(period, self._compare, self._clock)
        if found is None:
            context.problems.append(NeedsPeriod("compare", Phrase("比较", "A comparison")))
        return found

    def _snapshot_fits(self, period: Period | None) -> bool:
        if self._grain is not None or self._compare is not None:
            return False
        if period is None:
            return True
        known = period.cut_after(self._context.as_of)
        return known.end == self._context.as_of + timedelta(days=1) and known.start != known.end

    def _spine(self, shown: Iterable[Times]) -> tuple[Bucket, ...]:
        if self._grain is None or not self._query.fill:
            return ()
        found = {bucket.label: bucket for spans in shown for bucket in spans.branches[0].spine}
        limits = self._time_filters()
        return tuple(found[label] for label in sorted(found) if _is_left(found[label], limits))

    def _incomplete(self, period: Period | None, shown: Iterable[Times]) -> tuple[date, ...]:
        if self._clock.units is None or period is None or period.start is None:
            return ()
        found, limits = set(incomplete(self._clock.units, period, self._context.as_of)), self._time_filters()
        for bucket in (each for spans in shown for each in spans.branches[0].spine if limits):
            if not _is_left(bucket, limits):
                found.discard(bucket.label)
            elif all(each.cut(bucket) for each in limits):
                found.add(bucket.label)
        return tuple(sorted(found))

    def _time_filters(self) -> tuple[TimeFilters, ...]:
        """What the filters say of the times by which the metrics' rows are placed in buckets; nothing where one of
        them may count rows in other buckets than their own."""
        filters = (*self._query.filters, *self._context.reader.policies)
        if any(reads_elsewhere(self._model.metrics[name], self._model) for name in self._query.metrics):
            return ()
        found: list[TimeFilters] = []
        leaves = [leaf for name in self._query.metrics for leaf in self._model.leaves(name)] if filters else []
        for leaf in leaves:
            time = placed_by(leaf, self._model) if leaf.kind == "simple" else None
            if time is None or leaf.definition.window is not None:
                return ()
            found.append(TimeFilters(filters, time, leaf.definition.dataset or "", self._model.seen_by(leaf)))
        return tuple(found)

    # ---- metrics ----

    def _metric(
        self, metric: Metric, spans: Times, measures: dict[str, Measure], totals: dict[str, Total]
    ) -> Iterable[MetricColumn]:
        self._context.problems.extend(missing_groups(metric, self._query.group_by, self._model))
        formula = self._formula(metric, spans.branches, Made(measures, totals), AS_DEFINED)
        if formula is None:
            return
        yield MetricColumn(metric_column(self._model, metric), formula)
        if metric.name in self._query.shares:
            yield from self._share(metric, spans, measures, totals)
        if metric.name in self._query.cumulative:
            yield from self._running(metric, spans, measures, totals)

    def _other_side(self, metric: Metric, spans: Times, rows: QueryRows, others: Made) -> None:
        """The same measures over the rows of the other side of a comparison, under the names of another period's."""
        self._over(rows, metric, tuple(replace(branch, suffix="__previous") for branch in spans.branches), others)

    def _over(self, rows: QueryRows, metric: Metric, branches: tuple[Branch, ...], made: Made) -> exp.Expr | None:
        """The metric's formula over other rows than the request's."""
        own, self._rows = self._rows, rows
        formula = self._formula(metric, branches, made, AS_DEFINED)
        self._rows = own
        return formula

    def _formula(self, metric: Metric, branches: tuple[Branch, ...], made: Made, variant: Variant) -> exp.Expr | None:
        """The metric's formula over measure aliases, adding the measures that it needs. None if one cannot be made."""
        if metric.kind != "derived":
            measure = self._measure(metric, branches, made, variant)
            return exp.column(made.remember(measure)) if measure is not None else None
        assert metric.expression is not None, "derived metrics have a formula"
        failed = False

        def replace_name(node: exp.Expr) -> exp.Expr:
            nonlocal failed
            if isinstance(node, exp.Placeholder):
                return self._context.binder.literals[node.name].copy()
            if not isinstance(node, exp.Column):
                return node
            part = metric.definition.inputs.get(node.name)
            if part is None:
                tree = self._formula(self._model.metrics[node.name], branches, made, variant)
            else:
                tree = self._part(part, branches, made, variant)
            failed = failed or tree is None
            return tree if isinstance(tree, exp.Column) else exp.Paren(this=tree or exp.Null())

        found = metric.expression.copy().transform(replace_name, copy=False)
        if metric.definition.rank is not None and not failed:
            if made.whole is not None:
                self._context.problems.append(NotAShare("shares", metric.name))
                return None
            found = ranked(metric.definition.rank, found, self._query.group_by)
        return None if failed else found

    def _part(
        self, part: InputDefinition, branches: tuple[Branch, ...], made: Made, variant: Variant
    ) -> exp.Expr | None:
        """The formula of a metric as a part of another: narrowed, at another time, at a coarser level, or usually."""
        if part.average_of is not None:
            trees = [self._part(each, branches, made, variant) for each in earlier(part, self._clock)]
            known = [tree for tree in trees if tree is not None]
            return mean(known) if len(known) == len(trees) else None
        within = made if part.over is None else made.over(self._coarser(part.over))
        if part.on_day is not None and self._clock.units is None and any(each.start is None for each in branches):
            what = Phrase("由日历对应的日子", "A day that a calendar names")
            self._context.problems.append(NeedsPeriod("period", what))
            return None
        moved = move(branches, part, self._clock, lambda name: day_map(name, self._context))
        narrowed = narrow(variant, part, self._model)
        return self._formula(self._model.metrics[part.metric], moved, within, narrowed)

    def _coarser(self, over: Literal["all"] | tuple[str, ...]) -> tuple[str, ...]:
        """Those of the query's groups that a part keeps."""
        return () if over == "all" else tuple(name for name in self._names() if name in over)

    def _share(
        self, metric: Metric, spans: Times, measures: dict[str, Measure], totals: dict[str, Total]
    ) -> Iterable[MetricColumn]:
        if self._whole_rows is not None:
            total = self._over(self._whole_rows, metric, spans.branches[:1], Made(measures, totals, _WHOLE))
        else:
            total = self._formula(metric, spans.branches[:1], Made(measures, totals, whole=()), AS_DEFINED)
        if total is None:
            return
        known = measures | {alias: each.measure for alias, each in totals.items()}
        adds_up = all(known[node.name].when_empty == 0 for node in total.find_all(exp.Column))
        if has_division(total) or not adds_up:
            self._context.problems.append(NotAShare("shares", metric.name))
            return
        yield MetricColumn(part_column(self._model, metric, "share"), total)

    def _running(
        self, metric: Metric, spans: Times, measures: dict[str, Measure], totals: dict[str, Total]
    ) -> Iterable[MetricColumn]:
        if self._grain is None or not spans.branches[0].spine:
            self._context.problems.append(NeedsPeriod("cumulative", Phrase("累计", "A running total")))
            return
        kinds = {placing_of(leaf, self._model) for leaf in self._model.leaves(metric.name)}
        if kinds != {"flow"} or not runs(metric, self._model):
            self._context.problems.append(NotAdditive("cumulative", metric.name))
            return
        formula = self._formula(metric, spans.branches[:1], Made(measures, totals, RUNNING), AS_DEFINED)
        if formula is not None:
            yield MetricColumn(part_column(self._model, metric, "cumulative"), formula)

    def _measure(self, leaf: Metric, branches: tuple[Branch, ...], made: Made, variant: Variant) -> Measure | None:
        names = self._names() if made.whole is None else made.whole
        measure = self._placed(leaf, branches, MeasureMaker(self._context, self._rows, names, made.suffix), variant)
        return None if measure is None else renamed(measure, measure.alias + variant.name)

    def _placed(
        self, leaf: Metric, branches: tuple[Branch, ...], maker: MeasureMaker, variant: Variant
    ) -> Measure | None:
        if maker.suffix == RUNNING:
            branches = from_period_start(branches)
        missing = {table for dataset in leaf.datasets for table in self._context.unavailable.get(dataset, ())}
        if missing:
            self._context.problems.append(MissingTable("metrics", leaf.name, tuple(sorted(missing))))
            return None
        try:
            made = maker.make(leaf, branches, variant.conditions, variant.among)
        except NOT_BOUND as error:
            self._context.problems.append(not_bound(error, "group_by", leaf, self._model))
            return None
        too_fine = self._too_fine(leaf)
        if too_fine is not None:
            self._context.problems.append(too_fine)
            return None
        needed = {made.rows.dataset, *(step.target for step in made.rows.steps)}
        for dataset in sorted(needed & set(self._context.unavailable)):
            self._context.problems.append(MissingTable("group_by", dataset, self._context.unavailable[dataset]))
            return None
        return made

    def _too_fine(self, leaf: Metric) -> Problem | None:
        """Units of the clock for what happens on days, or changes by the day."""
        if self._clock.units is None or not self._clock.units.has_clock:
            return None
        for each in self._model.placed_leaves(leaf):
            time = placed_by(each, self._model)
            if time is not None and time.type == "date":
                return GrainTooFine("group_by", self._clock.units.name, time.qualified)
        return None

    def _names(self) -> tuple[str, ...]:
        """The groups of the query beside the grain."""
        return tuple(name for name in self._query.group_by if name != self._grain)


def other_side(query: MetricQuery) -> tuple[Filter, ...] | None:
    """The filters of the rows that a request compares with, if it compares with other rows."""
    if query.compare is None or query.compare.to != "filters":
        return None
    fields = {each.field for each in query.compare.filters}
    kept = (each for each in query.filters if not (isinstance(each, FieldFilter) and each.field in fields))
    return (*kept, *query.compare.filters)


def _is_left(bucket: Bucket, limits: tuple[TimeFilters, ...]) -> bool:
    """Whether the filters leave any day of the bucket to any of the metrics."""
    return not limits or any(each.leave(bucket) for each in limits)
