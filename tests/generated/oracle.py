"""What a query should answer, computed row by row in plain Python: one calendar unit at a time, one group at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

from semantic_layer.query.requests import Filter, MetricQuery
from semantic_layer.query.result import Value
from semantic_layer.time.periods import GRAINS, Grain, Period
from tests.generated.aggregates import aggregated, combined, over_entities
from tests.generated.calendar_days import Span, earlier, floor, following, later, units
from tests.generated.company import Company, EntitySpec, Row
from tests.generated.conditions import Junction, Ref, as_instant, is_less, same_value
from tests.generated.filters import Meets, speaks_of_behaviour
from tests.generated.metric_specs import Conversion, Derived, Expression, Input, MetricSpec, Simple, Transition, Window
from tests.generated.reach import Reach

Group = tuple[Value, ...]
Values = dict[Group, Value]


class UndecidedError(Exception):
    """The definitions leave open what the answer is, so there is nothing to compare with."""


@dataclass(frozen=True)
class Scope:
    """What a query asks of every metric: groups, filters, the grain; and what a formula adds to one of its parts."""

    names: tuple[str, ...]
    filters: tuple[Filter, ...] = ()
    grain: Grain | None = None
    extra: tuple[Junction, ...] = ()


@dataclass(frozen=True)
class Oracle:
    """Answers queries over one company."""

    company: Company
    reach: Reach = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reach", Reach(self.company))

    @cached_property
    def _meets(self) -> Meets:
        return Meets(self.company, self.reach, self._of_entities, self.empty)

    # ---- queries ----

    def answer(self, query: MetricQuery) -> dict[Group, tuple[Value, ...]]:
        """Every group with a value, with its metrics; buckets stand in the place of the grain."""
        found: dict[Group, dict[str, Value]] = {}
        grains = [name for name in query.group_by if name in GRAINS]
        grain: Grain | None = grains[0] if grains else None
        scope = Scope(tuple(n for n in query.group_by if n not in GRAINS), query.filters, grain)
        for name in query.metrics:
            for label, span in self.spans(name, query.period, grain):
                if not scope.names:
                    # a total and a bucket stand there even without rows
                    found.setdefault(_with_label((), label, query.group_by), {})
                for group, value in self.evaluate(name, span, scope).items():
                    full = _with_label(group, label, query.group_by)
                    found.setdefault(full, {})[name] = value
        empty = {name: self.empty(name) for name in query.metrics}
        return {group: tuple(values.get(n, empty[n]) for n in query.metrics) for group, values in found.items()}

    def spans(self, metric: str, period: Period | None, grain: Grain | None) -> list[tuple[date | None, Span]]:
        """The days of each value of the metric, with the bucket's label."""
        today = self.company.as_of
        spec = self.company.metric[metric]
        start, end = (period.start, period.end) if period is not None else (None, None)
        if period is None and isinstance(spec, Simple) and spec.default_period is not None:
            tomorrow = today + timedelta(days=1)
            start = earlier(today, spec.default_period.removeprefix("last ")) + timedelta(days=1)
            end = tomorrow
        end = today + timedelta(days=1) if end is None else min(end, today + timedelta(days=1))
        start = min(start, end) if start is not None else None
        whole = Span(start, end)
        if grain is None:
            return [(None, whole)]
        if start is None:
            raise UndecidedError("a grain without a beginning")
        return [(first, Span(max(first, start), min(following(grain, first), end))) for first in units(grain, whole)]

    def empty(self, metric: str) -> Value:
        """What a group without rows shows."""
        spec = self.company.metric[metric]
        match spec:
            case Simple():
                return 0 if spec.is_zero_when_empty else None
            case Transition():
                return None
            case Conversion():
                return 0
            case Derived():
                right = self.empty(spec.right.metric) if isinstance(spec.right, Input) else spec.right
                return combined(self.empty(spec.left.metric), spec.op, right)

    def _of_entities(self, metric: str, period: Period | None, filters: tuple[Filter, ...], key: str) -> Values:
        ((_, span),) = self.spans(metric, period, None)
        found = self.evaluate(metric, span, Scope((key,), filters))
        return {group: value for group, value in found.items() if group != (None,)}

    def members(self, entity: EntitySpec, filters: tuple[Filter, ...], metric: str) -> dict[Value, Value]:
        """The entities that meet the filters, each with its own value of the metric."""
        values = self._of_entities(metric, None, (), entity.key)
        return {
            row[entity.key]: values.get((row[entity.key],), self.empty(metric))
            for row in self.company.dataset[entity.dataset].rows
            if all(self._meets(each, entity.dataset, row) is True for each in filters)
        }

    # ---- metrics ----

    def evaluate(self, metric: str, span: Span, scope: Scope) -> Values:
        """The metric's value of each group that has rows."""
        spec: MetricSpec = self.company.metric[metric]
        match spec:
            case Simple():
                return self._simple(spec, span, scope)
            case Derived():
                return self._derived(spec, span, scope)
            case Transition():
                return self._transition(spec, span, scope)
            case Conversion():
                return self._conversion(spec, span, scope)

    def _derived(self, spec: Derived, span: Span, scope: Scope) -> Values:
        left = self._part(spec.left, span, scope)
        if isinstance(spec.right, int):
            return {group: combined(value, spec.op, spec.right) for group, value in left.items()}
        right = self._part(spec.right, span, scope)
        empty = self.empty(spec.left.metric), self.empty(spec.right.metric)
        return {
            group: combined(left.get(group, empty[0]), spec.op, right.get(group, empty[1]))
            for group in {**left, **right}
        }

    def _part(self, part: Input, span: Span, scope: Scope) -> Values:
        if part.condition is not None:
            scope = replace(scope, extra=(*scope.extra, part.condition))
        if part.offset is not None:
            span = _moved(span, part.offset, scope.grain)
        if part.at_start_of is not None:
            span = _at_start(span, part.at_start_of, scope.grain)
        return self.evaluate(part.metric, span, scope)

    def _simple(self, spec: Simple, span: Span, scope: Scope) -> Values:
        if spec.window is not None:
            span = _opened(spec.window, span, self.company.as_of)
        groups: dict[Group, list[Row]] = {}
        for row in self._rows(spec, span, scope):
            groups.setdefault(self._group(spec.dataset, row, scope.names), []).append(row)
        found: Values = {}
        for group, rows in groups.items():
            value = self._aggregate(spec, rows)
            found[group] = 0 if value is None and spec.is_zero_when_empty else value
        return found

    def _rows(self, spec: Simple, span: Span, scope: Scope) -> list[Row]:
        """The rows that count in those days."""
        rows = [row for row in self._filtered(spec, span, scope) if self._is_placed(spec, row, span)]
        if spec.latest is None:
            return rows
        latest = spec.latest
        chosen: dict[Group, list[Row]] = {}
        for row in rows:
            if self.reach.value(spec.dataset, row, latest.by) is not None:
                key = tuple(self.reach.value(spec.dataset, row, each) for each in latest.per)
                chosen.setdefault(key, []).append(row)
        return [row for rows in chosen.values() for row in self._extreme(spec, rows)]

    def _extreme(self, spec: Simple, rows: list[Row]) -> list[Row]:
        assert spec.latest is not None
        best: list[tuple[Value, Row]] = []
        for row in rows:
            value = self.reach.value(spec.dataset, row, spec.latest.by)
            is_last = spec.latest.choose == "last"
            if not best or (is_less(best[0][0], value) if is_last else is_less(value, best[0][0])):
                best = [(value, row)]
            elif same_value(value, best[0][0]):
                best.append((value, row))
        return [row for _, row in best]

    def _filtered(self, spec: Simple, span: Span, scope: Scope) -> Iterable[Row]:
        given: dict[str, Value] = {
            "$as_of": self.company.as_of,
            "$bucket_start": span.start or date.min,
            "$bucket_end": span.end,
            "$big": 2,
        }
        conditions = [*([spec.condition] if spec.condition is not None else []), *scope.extra]
        for row in self.company.dataset[spec.dataset].rows:

            def value_of(ref: Ref, row: Row = row) -> Value:
                return self.reach.value(spec.dataset, row, ref)

            is_counted = all(each.truth(value_of, given) is True for each in conditions)
            if is_counted and all(self._meets(each, spec.dataset, row) is True for each in scope.filters):
                yield row

    def _is_placed(self, spec: Simple, row: Row, span: Span) -> bool:
        if spec.since is not None:
            return self._is_valid(spec, row, span.end)
        time = self.time_of(spec)
        if time is None:
            return True
        value = self.reach.value(spec.dataset, row, time)
        if value is None:
            return False
        instant = as_instant(value)
        return (span.start is None or instant >= as_instant(span.start)) and instant < as_instant(span.end)

    def _is_valid(self, spec: Simple, row: Row, day: date) -> bool:
        assert spec.since is not None
        since = self.reach.value(spec.dataset, row, spec.since)
        until = self.reach.value(spec.dataset, row, spec.until) if spec.until is not None else None
        if since is None or as_instant(since) >= as_instant(day):
            return False
        return until is None or as_instant(until) >= as_instant(day)

    def time_of(self, spec: Simple) -> Ref | None:
        """The field that places the metric's rows in time."""
        return spec.time if spec.time is not None else self.company.dataset[spec.dataset].time

    def _group(self, dataset: str, row: Row, names: Sequence[str]) -> Group:
        return tuple(self._key(dataset, row, name) for name in names)

    def _key(self, dataset: str, row: Row, name: str) -> Value:
        if name in self.company.listed:
            return self._meets.is_on(self.company.listed[name], dataset, row)
        for entity in self.company.entities:
            if entity.key == name:
                return self.reach.key(dataset, row, entity)
        ref = Ref(*name.split(".")) if "." in name else self.reach.carrier(dataset, name)
        assert ref is not None, f"{dataset} sees {name}"
        return self.reach.value(dataset, row, ref)

    def _aggregate(self, spec: Simple, rows: list[Row]) -> Value:
        def value_of(row: Row, ref: Ref) -> Value:
            return self.reach.value(spec.dataset, row, ref)

        if spec.per is None:
            return aggregated(spec.expression, rows, value_of)
        entities: dict[Value, list[Row]] = {}
        for row in rows:
            entities.setdefault(value_of(row, spec.per.key), []).append(row)
        entities.pop(None, None)
        inner = Expression(spec.per.inner)
        return over_entities(spec.per, [aggregated(inner, each, value_of) for each in entities.values()])

    # ---- two sets of rows ----

    def _counted(self, spec: Simple, rows: Iterable[Row]) -> list[Row]:
        """Those of the rows that the metric's count counts."""
        return [row for row in rows if self._aggregate(spec, [row])]

    def _transition(self, spec: Transition, span: Span, scope: Scope) -> Values:
        stock, event = self.company.metric[spec.of], self.company.metric[spec.who]
        assert isinstance(stock, Simple) and isinstance(event, Simple)
        if span.start is None:
            return {}
        members: dict[Group, set[Value]] = {}
        for row in self._counted(stock, self._rows(stock, Span(None, span.start), scope)):
            key = self.reach.value(stock.dataset, row, Ref(stock.dataset, spec.key))
            if key is not None:
                members.setdefault(self._group(stock.dataset, row, scope.names), set()).add(key)
        happened = {
            self.reach.value(event.dataset, row, Ref(event.dataset, spec.key))
            for row in self._counted(event, self._rows(event, span, Scope(())))
        }
        return {group: len(keys & happened) / len(keys) for group, keys in members.items()}

    def _conversion(self, spec: Conversion, span: Span, scope: Scope) -> Values:
        base, event = self.company.metric[spec.of], self.company.metric[spec.to]
        assert isinstance(base, Simple) and isinstance(event, Simple)
        time, later_time = self.time_of(base), self.time_of(event)
        assert time is not None and later_time is not None
        key_of = self.company.dataset[base.dataset].primary_key
        # the nearest is looked for among all, and asked about afterwards; who is looked at is chosen at once
        chosen = tuple(each for each in scope.filters if speaks_of_behaviour(each, self.company))
        before = [
            (as_instant(value), row)
            for row in self._counted(base, self._filtered(base, span, Scope((), chosen, None, scope.extra)))
            if (value := self.reach.value(base.dataset, row, time)) is not None
        ]
        asked = [id(row) for row in self._rows(base, span, scope)]
        found: list[Row] = []
        for row in self._counted(event, self._filtered(event, span, Scope(()))):
            key, value = row[spec.other_key], self.reach.value(event.dataset, row, later_time)
            if key is None or value is None:
                continue
            when = as_instant(value)
            limit = earlier(when, spec.within) if spec.within is not None else None
            fits = [
                (then, other)
                for then, other in before
                if other[spec.key] == key and then <= when and (limit is None or then > limit) and other is not row
            ]
            if spec.of_starts:
                found += [other for _, other in fits if all(other is not each for each in found)]
                continue
            last = max((then for then, _ in fits), default=None)
            nearest = min(
                (other for then, other in fits if then == last),
                key=lambda other: [other[name] for name in key_of],
                default=None,
            )
            found += [nearest] if nearest is not None else []
        return dict(Counter(self._group(base.dataset, row, scope.names) for row in found if id(row) in asked))


def _with_label(group: Group, label: date | None, group_by: tuple[str, ...]) -> Group:
    values = iter(group)
    return tuple(label if name in GRAINS else next(values) for name in group_by)


def _opened(window: Window, span: Span, today: date) -> Span:
    if window.next is not None or not window.current:
        if span.start is None:
            raise UndecidedError("a window beside a bucket that has no beginning")
        if window.next is not None:
            first = span.start if window.current else span.end
            return Span(first, min(later(first, window.next), today + timedelta(days=1)))
        span = Span(None, span.start)
    if window.last is not None:
        return Span(earlier(span.end, window.last), span.end)
    first_day = floor(window.to_date, span.end - timedelta(days=1)) if window.to_date is not None else None
    return Span(first_day, span.end)


def _moved(span: Span, length: str, grain: Grain | None) -> Span:
    one = timedelta(days=1)
    if grain is None:
        start = earlier(span.start, length) if span.start is not None else None
        end = earlier(span.end, length) if span.end.day == 1 else earlier(span.end - one, length) + one
        return Span(start, end)
    assert span.start is not None
    label = floor(grain, span.start)
    source = floor(grain, earlier(label, length))
    if span == Span(label, following(grain, label)):
        return Span(source, following(grain, source))
    start = max(earlier(span.start, length), source)
    return Span(start, min(start + (span.end - span.start), following(grain, source)))


def _at_start(span: Span, unit: Grain, grain: Grain | None) -> Span:
    if grain is None:
        day = floor(unit, span.end - timedelta(days=1))
        return Span(day, day + timedelta(days=1))
    assert span.start is not None
    first = floor(grain, floor(unit, floor(grain, span.start)))
    return Span(first, following(grain, first))
