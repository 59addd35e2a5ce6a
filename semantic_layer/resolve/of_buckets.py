"""Groups that are told of days, beside a unit of time: the weekday of a day, the name of a week, a holiday.

A group that has one value in each bucket is told of the bucket, and no group of rows: each bucket stands once, also
where rows of another time are shown in it (the day before, the last 30 days). One that has several is of the rows
themselves; then most of its values must be there in the other time too (Mondays of this month and of the last), else
no row would be true of both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

from sqlglot import exp

from semantic_layer.model.date_parts import extracted, part_of_day
from semantic_layer.model.lookup import day_field
from semantic_layer.model.model import Field, Model, Step
from semantic_layer.model.placing import placed_by
from semantic_layer.query.result import Value
from semantic_layer.query.time_problems import ToldOfAnotherDay
from semantic_layer.resolve.branches import Times
from semantic_layer.resolve.context import Context, KnownDays
from semantic_layer.resolve.leaves import Bucket, Measure, OfBucket, Rows, Total
from semantic_layer.resolve.result_columns import is_event_part
from semantic_layer.time.units import Units, day_of, following

_BUCKET = exp.Placeholder(this="bucket")
_ONE_DAY = timedelta(days=1)
# of each day the values that it has: one of a calendar, several of what differs by something else too
Days = Callable[[date], frozenset[Value]]


@dataclass(frozen=True, eq=False)
class Settled:
    """The measures without the groups that are told of buckets, and these."""

    measures: tuple[Measure, ...]
    totals: tuple[Total, ...]
    of_buckets: tuple[OfBucket, ...] = ()


def settled_groups(
    context: Context,
    units: Units | None,
    names: tuple[str, ...],
    shown: Iterable[Times],
    measures: tuple[Measure, ...],
    totals: tuple[Total, ...],
) -> Settled:
    """The measures without those of the groups that are told of the buckets that are shown; problems go to the
    context."""
    buckets = {bucket.label: bucket for spans in shown for bucket in spans.branches[0].spine}
    if not names or units is None or not buckets:
        return Settled(measures, totals)
    return BucketGroups(context, units, names, tuple(buckets.values())).settle(measures, totals)


@dataclass(frozen=True, eq=False)
class BucketGroups:
    """Decides which of the groups `names` are told of the buckets that are `shown`; problems go to the context."""

    context: Context
    units: Units
    names: tuple[str, ...]
    shown: Sequence[Bucket]

    def settle(self, measures: tuple[Measure, ...], totals: tuple[Total, ...]) -> Settled:
        """The groups told of buckets taken out of all measures."""
        found = {name: self._told(name, measures, totals) for name in self.names}
        told = {name: each for name, each in found.items() if each is not None}
        strip = _Stripped(told)
        return Settled(
            tuple(strip.measure(each, self.names) for each in measures),
            tuple(map(strip.total, totals)),
            tuple(told.values()),
        )

    def _told(self, name: str, measures: tuple[Measure, ...], totals: tuple[Total, ...]) -> OfBucket | None:
        """The group as it is told of buckets; None where it is one of rows."""
        place = self.names.index(name)
        users = [(each, each.rows.keys[place]) for each in measures]
        for total in totals:
            if name in total.over:
                users.append((total.measure, total.measure.rows.keys[total.over.index(name)]))
        ways = [self._way(name, measure, key) for measure, key in users]
        first = ways[0] if ways else None
        if first is not None and all(way is not None and way.bound == first.bound for way in ways):
            days = self._days(first)
            if days is not None and self._is_single(first, days):
                return first
        for (measure, _), way in zip(users, ways, strict=True):
            if way is not None and not self._recurs(name, measure, self._days(way)):
                self.context.problems.append(ToldOfAnotherDay("group_by", name, self.units.name))
                break
        return None

    # ---- how a group hangs on the day of a row ----

    def _way(self, name: str, measure: Measure, key: exp.Expr) -> OfBucket | None:
        """The group as a calendar tells it of the day on which the measure's rows happen, or as a part of that day."""
        happens, time = _happening(measure), self._time(measure)
        if time is None or happens.time is None:
            return None
        if is_event_part(self._model, name):
            return OfBucket(name, extracted(_BUCKET, name))
        tables = {column.table for column in key.find_all(exp.Column)}
        own = time.expression
        elsewhere = time.dataset != happens.rows.dataset and self._day_field(time.dataset) is not None
        if isinstance(own, exp.Column) and tables and elsewhere:
            # rows that happen on the day that a calendar tells them
            found = self._by_calendar(name, key, time, happens)
            if found is not None:
                return found
        for step in happens.rows.steps:
            day = self._day_field(step.target)
            found = self._by_calendar(name, key, day, happens) if day is not None and step.validity is None else None
            if found is not None and found.day is not None:
                is_joined = step.source == time.dataset and isinstance(own, exp.Column)
                pair = (own.name, found.day.name)
                if (is_joined and pair in step.on) or self._known_days.are_same(happens, found.day):
                    return found
        return None

    def _by_calendar(self, name: str, key: exp.Expr, day: Field, measure: Measure) -> OfBucket | None:
        """The group by the calendar of that day; None where it reads anything else."""
        found, steps = {day.dataset}, list[Step]()
        for step in measure.rows.steps:
            if step.source in found and step.validity is None:
                found.add(step.target)
                steps.append(step)
        tables = {column.table for column in key.find_all(exp.Column)}
        if not tables or not tables <= found:
            return None
        read = tuple(step for step in steps if step.target in tables or any(step.target == s.source for s in steps))
        return OfBucket(name, key, day.dataset, exp.column(day.expression.name, table=day.dataset), read)

    def _day_field(self, dataset: str) -> Field | None:
        """The field by which a dataset is one of days, if it is."""
        found = self._model.datasets[dataset]
        is_of_days = not self._told_of & {dataset, found.role_of or dataset}
        return day_field(found, self._model.grains.values(), is_of_days=is_of_days)

    @cached_property
    def _told_of(self) -> frozenset[str | None]:
        """The datasets that metrics and entities are of."""
        homes = {each.definition.dataset for each in self._model.metrics.values()}
        return frozenset((*homes, *(each.dataset for each in self._model.entities.values())))

    # ---- what days tell ----

    def _days(self, way: OfBucket) -> Days | None:
        """The values of days; None where the calendar is none."""
        if way.dataset is None:
            return lambda day: frozenset([part_of_day(way.name, day)])
        known = self._known_days.values(way)
        nothing = frozenset[Value]([None])
        return None if known is None else lambda day: known.get(day, nothing)

    def _is_single(self, way: OfBucket, days: Days) -> bool:
        """Whether each bucket has one value."""
        home = self._model.datasets[way.dataset] if way.dataset is not None else None
        if home is not None and len(home.primary_key) > 1:
            return False
        if self.units.has_clock or (self.units.name == "day" and way.name != "hour_of_day"):
            return all(len(days(day_of(bucket.label))) == 1 for bucket in self.shown)
        if way.name == "hour_of_day":
            return False
        return all(len(_values(days, bucket.label, bucket.end)) == 1 for bucket in self.shown)

    def _recurs(self, name: str, measure: Measure, days: Days | None) -> bool:
        """Whether most values of what is shown are in what is read there too, and the reverse."""
        if days is None or name == "hour_of_day":
            return days is not None
        has_window = measure.metric is not None and measure.metric.definition.window is not None
        for branch in measure.branches if has_window else [each for each in measure.branches if each.is_moved]:
            for bucket in branch.spine:
                if bucket.start is None:
                    continue
                shown = _values(days, bucket.label, following(self.units, bucket.label))
                whole = bucket.source + (following(self.units, bucket.label) - bucket.label)
                read = _values(days, bucket.start, bucket.end if has_window else max(bucket.end, whole))
                shown, read = shown - {None}, read - {None}
                if shown and read and 2 * len(shown & read) <= max(len(shown), len(read)):
                    return False
        return True

    def _time(self, measure: Measure) -> Field | None:
        """The field of the time at which rows happen."""
        metric = measure.metric
        return placed_by(self._model.placed_leaves(metric)[0], self._model) if metric is not None else None

    @property
    def _model(self) -> Model:
        return self.context.model

    @property
    def _known_days(self) -> KnownDays:
        assert self.context.days is not None, "a request with groups of time has a database"
        return self.context.days


@dataclass(frozen=True, eq=False)
class _Stripped:
    """Takes groups out of measures; what shared its groups shares those that are left."""

    told: Mapping[str, OfBucket]
    _known: dict[int, tuple[tuple[exp.Expr, ...], tuple[exp.Expr, ...]]] = field(default_factory=dict)

    def measure(self, each: Measure, names: tuple[str, ...]) -> Measure:
        """The measure without them."""
        if not self.told:
            return each
        found = replace(each, rows=self._rows(each.rows, names))
        if each.transition is not None:
            base = replace(each.transition.base, rows=self._rows(each.transition.base.rows, names))
            found = replace(found, transition=replace(each.transition, base=base))
        if each.conversion is not None:
            base = replace(each.conversion.base, rows=self._rows(each.conversion.base.rows, names))
            found = replace(found, conversion=replace(each.conversion, base=base))
        return found

    def total(self, each: Total) -> Total:
        """The total without them."""
        over = tuple(name for name in each.over if name not in self.told)
        return Total(self.measure(each.measure, each.over), over)

    def _rows(self, rows: Rows, names: tuple[str, ...]) -> Rows:
        memory = id(rows.keys)
        if memory not in self._known:
            pairs = zip(names, rows.keys, strict=True)
            self._known[memory] = (rows.keys, tuple(key for name, key in pairs if name not in self.told))
        return replace(rows, keys=self._known[memory][1])


def _happening(measure: Measure) -> Measure:
    """The measure whose rows have the time and the groups."""
    return measure.conversion.base if measure.conversion is not None else measure


def _values(days: Days, start: date, end: date) -> frozenset[Value]:
    """All values of the days from one to before another; of none, those of the first."""
    first, last = day_of(start), day_of(end - _ONE_DAY if end is day_of(end) else end)
    count = max((last - first).days, 0) + 1
    return frozenset().union(*(days(first + timedelta(days=each)) for each in range(count)))
