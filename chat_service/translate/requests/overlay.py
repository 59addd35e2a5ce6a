"""A question that goes on from the one before -> the previous request, changed.

那北京呢, what about Beijing: another value; 按城市看, by city: another grouping; 上个月呢: another period
换成订单数, revenue instead: another metric; 只看金卡, only gold: one more filter; 去掉上海, without Shanghai
前五个, top 5; 占比呢: shares; 和去年同期比: a comparison; how many is that: a count; 手机号也给我: a column
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from chat_service.outcomes import Previous
from chat_service.translate.grammar.categories import Values
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.meaning.choices import Chooser
from chat_service.translate.requests.assembly import Assembly, said, value_filter
from chat_service.translate.requests.completeness import about_before, is_complete
from chat_service.translate.requests.conditions import entity_filters
from chat_service.translate.requests.journeys import changed_journey
from chat_service.translate.requests.lists import qualified_column
from chat_service.translate.requests.metrics import count_metrics
from chat_service.translate.requests.ordering import is_descending
from chat_service.translate.requests.timing import period_of
from chat_service.translate.stops import Denial, StopError
from semantic_layer import (
    GRAINS,
    Compare,
    FieldFilter,
    Filter,
    Grain,
    ListQuery,
    MetricFilter,
    MetricQuery,
    Order,
    Period,
    Request,
    Scalar,
    add_months,
    preceding,
    unit,
)

_MONTHS = {"month": 1, "quarter": 3, "year": 12}
# 'for all tiers', 所有等级: no longer only those picked before
_EVERY = ("for all", "across all", "over all", "all", "every", "each", "所有", "全部", "各", "每")


def follow_up(frame: Frame, previous: Previous, assembly: Assembly) -> Request | None:
    """The changed request, or None where the question stands on its own."""
    before = previous.request
    frame = about_before(frame, before, assembly)
    if is_complete(frame):
        return None
    if isinstance(before, MetricQuery):
        return _Edit(frame, assembly).metrics(before)
    if isinstance(before, ListQuery):
        return _Edit(frame, assembly).people(before)
    return changed_journey(before, frame, assembly)


@dataclass(frozen=True)
class _Edit:
    frame: Frame
    assembly: Assembly

    # --- a query of metrics ---

    def metrics(self, before: MetricQuery) -> MetricQuery:
        """The previous query of metrics with what the question says changed."""
        frame = self.frame
        query = self._metric(before)
        query = self._period(query)
        query = self._groups(query)
        query = self._values(query)
        query = self._compare(query)
        query = self._share(query)
        query = self._rank(query)
        if query == before and not self._only_form(frame):
            raise StopError(Denial("no_metric"))
        self.assembly.assume("kept_from_before")
        return query

    def _only_form(self, frame: Frame) -> bool:
        return any(flag.startswith("chart.") or flag == "intent.export" for flag in frame.flags)

    def _metric(self, query: MetricQuery) -> MetricQuery:
        if not self.frame.measures:
            return query
        names = tuple(self.assembly.metric(measure) for measure in self.frame.measures)
        for measure, name in zip(self.frame.measures, names, strict=True):
            self.assembly.use(measure, "metric", name)
        adds = bool(self.frame.said("follow.also")) and not self.frame.said("follow.instead")
        metrics = tuple(dict.fromkeys((*query.metrics, *names))) if adds else names
        used = self._dimensions(query)
        metrics = tuple(
            Chooser(self.assembly.scope.structure, (m,)).stand_in(m, used) or self._unreachable(m, used)
            for m in metrics
        )
        swap = dict(zip(query.metrics, metrics, strict=False)) if not adds else {}

        def renamed(column: str) -> str:
            name, mark, part = column.partition("__")
            return swap.get(name, name) + mark + part

        return query.model_copy(
            update={
                "metrics": metrics,
                "order_by": tuple(
                    order.model_copy(update={"column": renamed(order.column)}) for order in query.order_by
                ),
                "shares": self._summable(swap.get(m, m) for m in query.shares),
                "cumulative": self._summable(swap.get(m, m) for m in query.cumulative),
                "having": () if not adds else query.having,
            }
        )

    def _summable(self, metrics: Iterable[str]) -> tuple[str, ...]:
        """Each once, without rates and means: those have no shares and no running total."""
        return tuple(m for m in dict.fromkeys(metrics) if not self.assembly.scope.structure.is_ratio(m))

    def _unreachable(self, metric: str, used: Sequence[str]) -> str:
        raise StopError(
            Denial(
                "unreachable_dimension", self.assembly.dimension_label(used[0]), (self.assembly.metric_label(metric),)
            )
        )

    def _dimensions(self, query: MetricQuery) -> tuple[str, ...]:
        model = self.assembly.scope.model
        fields = [f.field for f in (*query.filters, *query.keep) if isinstance(f, FieldFilter)]
        return tuple(dict.fromkeys(name for name in (*query.group_by, *fields) if name in model.dimensions))

    def _period(self, query: MetricQuery) -> MetricQuery:
        grains = tuple(name for name in GRAINS if name in query.group_by)
        before_that = (
            self.frame.against
            and self.frame.against[0].to == "previous"
            and not self.frame.whens
            and _is_shift(self.frame)
        )
        if before_that:
            return self._shifted(query)
        if not self.frame.whens:
            return query
        found = self.frame.whens[0]
        period = period_of(found.date, grains, self.assembly.scope.today, said(found))
        self.assembly.use(found, "period", str(period))
        update: dict[str, object] = {"period": period}
        if query.compare is not None and query.compare.to == "period":
            update["compare"] = Compare(to="previous")
        return query.model_copy(update=update)

    def _shifted(self, query: MetricQuery) -> MetricQuery:
        """'And the week before that?': the period one unit earlier."""
        period = query.period
        if period is None or period.start is None or period.end is None:
            raise StopError(Denial("comparison_without_period", said(self.frame.against[0])))
        named: Grain | None = self.frame.against[0].unit
        earlier = (
            unit(named, period.start, -1)
            if named is not None and period.grain == named
            else preceding(Period(period.start, period.end, period.grain), self.assembly.scope.today)
        )
        self.assembly.use(self.frame.against[0], "period", str(earlier))
        return query.model_copy(update={"period": earlier})

    def _groups(self, query: MetricQuery) -> MetricQuery:
        if not self.frame.groups:
            return query
        chooser = Chooser(self.assembly.scope.structure, query.metrics)
        names: list[str] = []
        for group in self.frame.groups:
            name: str = group.grain or self.assembly.dimension(group, group.dimensions, chooser)
            self.assembly.use(group, "grouping", name)
            names.append(name)
        adds = bool(self.frame.said("follow.also")) and not self.frame.said("follow.instead")
        time = [name for name in query.group_by if name in GRAINS]
        other = [name for name in query.group_by if name not in GRAINS]
        new_time = [name for name in names if name in GRAINS]
        new_other = [name for name in names if name not in GRAINS]
        group_by = [*(new_other if new_other and not adds else [*other, *new_other]), *(new_time or time)]
        metrics = tuple(
            Chooser(self.assembly.scope.structure, (m,)).stand_in(m, tuple(new_other)) or m for m in query.metrics
        )
        every = {
            name
            for group, name in zip(self.frame.groups, names, strict=True)
            if any(part.text.startswith(_EVERY) for part in group.parts)
        }
        period = query.period
        if new_time and not self.frame.whens:
            period = _in_units(period, new_time[0], self.assembly.scope.today)
        return query.model_copy(
            update={
                "period": period,
                "group_by": tuple(dict.fromkeys(group_by)),
                "limit_within": (),
                "metrics": metrics,
                "filters": tuple(f for f in query.filters if not (isinstance(f, FieldFilter) and f.field in every)),
                "show": tuple(f for f in query.show if f.field not in every),
            }
        )

    def _values(self, query: MetricQuery) -> MetricQuery:
        chooser = Chooser(self.assembly.scope.structure, query.metrics)
        more = (*self.frame.narrowed, *entity_filters(self.frame, self.assembly, query.period))
        filters = [*query.filters, *(each for each in more if each not in query.filters)]
        group_by, show = list(query.group_by), list(query.show)
        metrics = query.metrics
        for values in self.frame.values:
            if any(values in clause.values for clause in self.frame.clauses):
                continue
            if (grouped := _grouped_already(values, query.group_by)) is not None:
                self.assembly.use(values, "grouping", grouped)
                continue
            dimension, found = self.assembly.values(values, values.words, chooser)
            self.assembly.use(values, "value", f"{dimension}: {', '.join(map(str, found))}")
            metrics = tuple(
                Chooser(self.assembly.scope.structure, (m,)).stand_in(m, (dimension,)) or m for m in metrics
            )
            if values.negated:
                filters = _without(filters, dimension, found)
                continue
            kept = [f for f in filters if not (isinstance(f, FieldFilter) and f.field == dimension)]
            found = (*self._set_beside(dimension, query), *found)
            one = value_filter(dimension, tuple(dict.fromkeys(found)))
            place = next(
                (i for i, f in enumerate(filters) if isinstance(f, FieldFilter) and f.field == dimension), len(kept)
            )
            filters = [*kept[:place], one, *kept[place:]]
            show = [each for each in show if each.field != dimension]
            if len(found) > 1:
                show.append(one)
                if dimension not in group_by:
                    group_by = [dimension, *list(group_by)]
        return query.model_copy(
            update={"filters": tuple(filters), "group_by": tuple(group_by), "show": tuple(show), "metrics": metrics}
        )

    def _set_beside(self, dimension: str, query: MetricQuery) -> tuple[Scalar, ...]:
        """和北京比一下: the values before stay beside the one that they are compared with."""
        if self.frame.against or not self.frame.has("comparison.versus"):
            return ()
        same = (f for f in query.filters if isinstance(f, FieldFilter) and f.field == dimension)
        return tuple(value for f in same if f.op in ("=", "in") for value in f.values)

    def _compare(self, query: MetricQuery) -> MetricQuery:
        if not self.frame.against or _is_shift(self.frame):
            return query
        against = self.frame.against[0]
        self.assembly.use(against, "comparison", against.to)
        if against.to != "period":
            return query.model_copy(update={"compare": Compare(to=against.to)})
        assert against.date is not None, "a named period has a date"
        other = period_of(against.date, (), self.assembly.scope.today, said(against))
        if other is None:
            return query
        named = query.period if query.period is not None and query.period.grain is not None else None
        if named is not None and named.grain is not None and named.start is not None:
            before = unit(named.grain, named.start, -1)
            compare = Compare(to="previous") if other == before else Compare(to="period", period=other)
            return query.model_copy(update={"compare": compare})
        return query.model_copy(update={"compare": Compare(to="period", period=other)})

    def _share(self, query: MetricQuery) -> MetricQuery:
        if not self.frame.has("share.share"):
            return query
        if not [name for name in query.group_by if name not in GRAINS]:
            raise StopError(Denial("share_of_nothing", self.frame.said("share.share")[0].text))
        for mention in self.frame.said("share.share"):
            self.assembly.use(mention, "share", "share")
        additive = tuple(m for m in query.metrics if not self.assembly.scope.structure.is_ratio(m))
        if not additive:
            raise StopError(Denial("share_of_ratio", self.assembly.metric_label(query.metrics[0])))
        return query.model_copy(update={"shares": additive})

    def _rank(self, query: MetricQuery) -> MetricQuery:
        count = self._count()
        if not self.frame.ranks and count is None:
            return query
        metric = query.metrics[0]
        order = query.order_by
        if not query.group_by and not self.frame.ranks:
            raise StopError(Denial("rank_of_nothing", said(self.frame.amounts[0])))
        if self.frame.ranks:
            rank = self.frame.ranks[0]
            self.assembly.use(rank, "order", rank.direction)
            if not query.group_by:
                raise StopError(Denial("rank_of_nothing", said(rank)))
            order = (Order(column=metric, descending=is_descending(rank, metric, self.assembly)),)
            stated = any(part.number for part in rank.parts)
            count = rank.count if stated or count is None else count
        return query.model_copy(
            update={"order_by": order or (Order(column=metric, descending=True),), "limit": count or query.limit}
        )

    def _count(self) -> int | None:
        """'Make it 5', 'the first 10': how many rows; a place alone ('the first') is no count."""
        counts = [a for a in self.frame.amounts if 1 <= a.value <= 10_000 and not a.is_ordinal]
        if len(counts) != 1 or not set(counts[0].units) <= {"people", "place", "each"}:
            return None
        for amount in self.frame.amounts:
            if amount is counts[0] or (amount.value == 1 and amount.end <= counts[0].start <= amount.end + 1):
                self.assembly.use(amount, "limit", str(int(counts[0].value)))
        return int(counts[0].value)

    # --- a list of customers ---

    def people(self, before: ListQuery) -> Request:
        """The previous list with what the question says changed, or its count."""
        self.assembly.assume("kept_from_before")
        query = self._narrowed(before)
        columns = [qualified_column(mention.fields()[0], self.assembly) for mention in self.frame.columns]
        for values in self._fields():
            named = [part.fields()[0] for part in values.parts if part.fields()]
            columns.extend(qualified_column(name, self.assembly) for name in named)
            self.assembly.use(values, "dimension", ", ".join(named))
        columns.extend(self._added_dimensions())
        for mention in self.frame.columns:
            self.assembly.use(mention, "dimension", mention.fields()[0])
        chooser = Chooser(self.assembly.scope.structure, count_metrics(self.frame, self.assembly))
        if self.frame.groups and not self._adds_columns():
            name = self.frame.groups[0].grain or self.assembly.dimension(
                self.frame.groups[0], self.frame.groups[0].dimensions, chooser
            )
            self.assembly.use(self.frame.groups[0], "grouping", name)
            return MetricQuery(
                metrics=count_metrics(self.frame, self.assembly), group_by=(name,), filters=query.filters
            )
        if self.frame.measures and not self.frame.ranks:
            return self._measured(query)
        if self.frame.has("question.how_many", "intent.count", "quantity.people") and not self.frame.has("intent.list"):
            return MetricQuery(metrics=count_metrics(self.frame, self.assembly), filters=query.filters)
        if columns:
            query = query.model_copy(update={"columns": tuple(dict.fromkeys((*query.columns, *columns)))})
        count = next((rank.count for rank in self.frame.ranks if rank.count), None) or self._count()
        if count:
            query = query.model_copy(update={"limit": count})
        if query == before and not self._only_form(self.frame):
            raise StopError(Denial("no_metric"))
        return query

    def _fields(self) -> tuple[Values, ...]:
        """'Add their phone and email': a word for a value that also names a column, where columns are asked for."""
        if not self.frame.said("follow.also") and not self.frame.said("follow.those") and not self.frame.columns:
            return ()
        return tuple(
            values
            for values in self.frame.values
            if not values.negated and all(part.fields() for part in values.parts if part.values())
        )

    def _adds_columns(self) -> bool:
        """'Add their city', 加上所在城市: beside a list a dimension is one more column, unless it is grouped by."""
        groups = self.frame.groups
        return (
            bool(groups)
            and bool(self.frame.said("follow.also") or self.frame.columns)
            and not any(group.marked or group.grain for group in groups)
        )

    def _added_dimensions(self) -> list[str]:
        if not self._adds_columns():
            return []
        chooser = Chooser(self.assembly.scope.structure, count_metrics(self.frame, self.assembly))
        names = []
        for group in self.frame.groups:
            names.append(self.assembly.dimension(group, group.dimensions, chooser))
            self.assembly.use(group, "dimension", names[-1])
        return [qualified_column(name, self.assembly) for name in names]

    def _measured(self, query: ListQuery) -> MetricQuery:
        """A metric of the listed customers together: their average order value."""
        names = tuple(self.assembly.metric(measure) for measure in self.frame.measures)
        period = None
        for measure, name in zip(self.frame.measures, names, strict=True):
            self.assembly.use(measure, "metric", name)
        if self.frame.whens:
            period = period_of(self.frame.whens[0].date, (), self.assembly.scope.today, said(self.frame.whens[0]))
        return MetricQuery(metrics=names, filters=query.filters, period=period)

    def _narrowed(self, query: ListQuery) -> ListQuery:
        chooser = Chooser(self.assembly.scope.structure, count_metrics(self.frame, self.assembly))
        more = entity_filters(self.frame, self.assembly, None)
        filters: list[Filter] = [*query.filters, *(each for each in more if each not in query.filters)]
        for values in self.frame.values:
            if values in self._fields() or any(values in clause.values for clause in self.frame.clauses):
                continue
            dimension, found = self.assembly.values(values, values.words, chooser)
            self.assembly.use(values, "value", f"{dimension}: {', '.join(map(str, found))}")
            filters = [f for f in filters if not (isinstance(f, FieldFilter) and f.field == dimension)]
            filters.append(value_filter(dimension, found, negated=values.negated))
        if self.frame.whens and not self.frame.clauses:
            period = period_of(self.frame.whens[0].date, (), self.assembly.scope.today, said(self.frame.whens[0]))
            self.assembly.use(self.frame.whens[0], "period", str(period))
            filters = [
                f.model_copy(update={"period": period}) if isinstance(f, MetricFilter) and f.period is not None else f
                for f in filters
            ]
        return query.model_copy(update={"filters": tuple(filters)})


def _grouped_already(values: Values, group_by: tuple[str, ...]) -> str | None:
    """只要上海的门店 of a table by store: the word for one channel is the word for the rows shown."""
    if len(values.parts) != 1 or values.negated or values.named:
        return None
    return next((name for name in values.parts[0].dimensions() if name in group_by), None)


def _in_units(period: Period | None, grain: str, today: date) -> Period | None:
    """按月看 after 最近6个月: so many months to today, grouped by the month, are so many months of the calendar."""
    length = _MONTHS.get(grain)
    if period is None or length is None or period.grain is not None or period.end != today + timedelta(days=1):
        return period
    for count in range(1, 37):
        if period.start == add_months(today, -count * length) + timedelta(days=1):
            named = next(each for each in GRAINS if each == grain)
            return Period(unit(named, today, 1 - count).start, unit(named, today).end)
    return period


def _is_shift(frame: Frame) -> bool:
    """'The week before that' asks for that week, not for a comparison with it."""
    against = frame.against[0]
    return (
        against.to == "previous"
        and against.unit is not None
        and not frame.has("comparison.versus", "change.change", "change.up", "change.down")
        and all(part.date is None or part.date.kind == "relative_previous" for part in against.parts)
    )


def _without(filters: list[Filter], dimension: str, found: tuple[object, ...]) -> list[Filter]:
    """Filters after values are taken out: a filter on just these goes, others get the values left out."""
    same = next(
        (f for f in filters if isinstance(f, FieldFilter) and f.field == dimension and f.op in ("=", "in")), None
    )
    if same is not None:
        left = tuple(value for value in same.values if value not in found)
        rest = [f for f in filters if f is not same]
        return [*rest, value_filter(dimension, left)] if left else rest
    typed = tuple(value for value in found if isinstance(value, (str, int, float, bool)))
    return [*filters, value_filter(dimension, typed, negated=True)]
