"""Leaf metrics to measures: which rows, which aggregate, placed in time how."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlglot import exp

from semantic_layer.errors import Phrase
from semantic_layer.model.definitions import Among, MetricDefinition, Window
from semantic_layer.model.joins import AT_INSTANT
from semantic_layer.model.lookup import find_field, ways_in_doubt
from semantic_layer.model.model import Metric, Model, Step
from semantic_layer.model.placing import placed_by, placing_of, time_name
from semantic_layer.model.windows import needs_start
from semantic_layer.query.result import Label
from semantic_layer.query.time_problems import NeedsPeriod
from semantic_layer.resolve.binding import UnbindableError
from semantic_layer.resolve.branches import widened
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.leaves import Branch, ConversionParts, LatestRows, Measure, PerStage, Rows, TransitionParts
from semantic_layer.resolve.rows import QueryRows
from semantic_layer.resolve.value_of_nothing import adds_up, parts_added_up, when_empty
from semantic_layer.sql.counted_rows import counts_of_rows, rows_counted
from semantic_layer.sql.nodes import all_of, day_literal
from semantic_layer.sql.value_types import kind_of, of_kind


@dataclass(frozen=True)
class MeasureMaker:
    """Makes measures over rows grouped by the dimensions of those `names`; `suffix` is appended to aliases (`__total`
    without groups, `__running` from the period's start)."""

    context: Context
    rows: QueryRows
    names: tuple[str, ...] = ()
    suffix: str = ""

    @property
    def _model(self) -> Model:
        return self.context.model

    def make(
        self,
        leaf: Metric,
        branches: tuple[Branch, ...],
        extra: tuple[exp.Expr, ...] = (),
        among: tuple[Among, ...] = (),
    ) -> Measure:
        """The measure of a leaf over those branches, narrowed by `extra` conditions over dimensions and fields, and to
        entities that are `among` some.

        Raises UnbindableError, TimePartError, BadValueError.
        """
        if leaf.kind == "transition":
            return self._transition(leaf, branches, extra, among)
        if leaf.kind == "conversion":
            return self._conversion(leaf, branches, extra, among)
        own = self._of(leaf)
        if own is not self:
            return own.make(leaf, branches, extra, among)
        assert leaf.definition.dataset is not None and leaf.expression is not None, "simple metrics have both"
        dataset, kind = leaf.definition.dataset, placing_of(leaf, self._model)
        needs: set[str] = {dataset}
        per = self._per(leaf, dataset, needs)
        given: dict[str, exp.Expr] | None = None
        if per is not None and leaf.definition.per is not None:
            given = {name: of_kind(exp.column(name), kind_of(tree)) for name, tree in per.values}
            given |= {name: exp.column(key_name(place)) for place, name in enumerate(leaf.definition.per.key)}
            given |= {name: of_kind(exp.column(name), "number") for name, _ in per.above}
        aggregate = counts_of_rows(self._bound(leaf.expression, dataset, needs, given))
        if leaf.definition.empty in (None, "zero") and adds_up(leaf.expression):
            aggregate = parts_added_up(aggregate)
        conditions = [self._bound(leaf.filter, dataset, needs)] if leaf.filter is not None else []
        conditions += [self._bound(self._qualified(each, dataset), dataset, needs) for each in extra]
        time = self._time(leaf, dataset, needs) if kind == "flow" else None
        since, until = self._validity(leaf, dataset, needs)
        latest = self._latest(leaf, dataset, needs)
        if leaf.definition.window is not None:
            branches = self._widened(leaf, leaf.definition.window, branches)
        overlaps = leaf.definition.window is not None or self.suffix == "__running"
        among = (leaf.definition.among, *among) if leaf.definition.among is not None else among
        rows = self.rows.of(dataset, self.names, placed_by(leaf, self._model), self.context)
        if among:
            rows = self.rows.narrowed(rows, among, self.context)
        needs |= {step.target for step in rows.steps}
        steps = self._steps(dataset, needs, tuple(each for each in (since, until) if each is not None))
        return Measure(
            alias=leaf.name + self.suffix,
            metric=leaf,
            kind="running" if overlaps and kind == "flow" else kind,
            rows=replace(rows, steps=steps),
            aggregate=aggregate,
            condition=all_of(conditions) if conditions else None,
            time=time,
            since=since,
            until=until,
            per=per,
            transition=None,
            branches=branches,
            when_empty=when_empty(leaf),
            latest=latest,
        )

    def _of(self, leaf: Metric) -> MeasureMaker:
        context = self.context.of(leaf)
        return self if context is self.context else replace(self, context=context)

    def _widened(self, leaf: Metric, window: Window, branches: tuple[Branch, ...]) -> tuple[Branch, ...]:
        """The branches with each bucket's window. Over all of history, nothing is before the beginning."""
        if needs_start(window) and any(branch.start is None for branch in branches):
            named = (leaf.label.zh, leaf.label.en)
            self.context.problems.append(NeedsPeriod("period", Phrase(*named)))
            return branches
        return widened(branches, window, self.context.calendars, self.context.as_of)

    def _steps(self, dataset: str, needs: set[str], valid: tuple[exp.Expr, ...]) -> tuple[Step, ...]:
        """The joins of a measure's rows. Rows that are counted at an instant (`valid` tells at which they are) find
        the versions of that instant, unless the relationship says which."""
        steps = self.context.binder.steps(dataset, needs)
        if not valid:
            return steps
        ends = {column.table for tree in valid for column in tree.find_all(exp.Column)}
        fixed = self.context.binder.steps(dataset, ends)
        return tuple(step if step in fixed else _as_of_instant(step) for step in steps)

    def _validity(self, leaf: Metric, dataset: str, needs: set[str]) -> tuple[exp.Expr | None, exp.Expr | None]:
        valid = leaf.definition.valid
        if valid is None:
            return None, None
        until = self._parsed(valid.until, dataset, needs) if valid.until is not None else None
        return self._parsed(valid.since, dataset, needs), until

    def _latest(self, leaf: Metric, dataset: str, needs: set[str]) -> LatestRows | None:
        latest = leaf.definition.latest
        if latest is None:
            return None
        per = tuple(self._parsed(name, dataset, needs) for name in latest.per)
        return LatestRows(self._parsed(latest.by, dataset, needs), latest.choose == "last", per)

    def _qualified(self, tree: exp.Expr, dataset: str) -> exp.Expr:
        """Names of dimensions and keys as fields, by the nearest way from the dataset."""

        def replace_name(node: exp.Expr) -> exp.Expr:
            if not isinstance(node, exp.Column) or node.table:
                return node
            is_key = node.name in self._model.keys and node.name not in self._model.datasets[dataset].fields
            if node.name not in self._model.dimensions and not is_key:
                return node
            found = find_field(self._model, node.name, dataset)
            if found is None:
                raise UnbindableError(dataset, node.name, ways_in_doubt(self._model, node.name, dataset))
            return exp.column(found.name, table=found.dataset)

        return tree.copy().transform(replace_name, copy=False)

    def _transition(
        self, leaf: Metric, branches: tuple[Branch, ...], extra: tuple[exp.Expr, ...], among: tuple[Among, ...]
    ) -> Measure:
        parts = leaf.definition.transition
        assert parts is not None, "checked by kind"
        base = self.make(self._model.metrics[parts.of], branches, extra, among)
        event = self._bare().make(self._model.metrics[parts.who], branches)
        base, base_key = self._with_fields(base, (parts.key,))
        event, event_key = self._with_fields(event, (parts.key,))
        base, event = counting(base, base_key[0]), counting(event, event_key[0])
        return self._matched(leaf, base, branches, transition=TransitionParts(base, base_key[0], event, event_key[0]))

    def _conversion(
        self, leaf: Metric, branches: tuple[Branch, ...], extra: tuple[exp.Expr, ...], among: tuple[Among, ...]
    ) -> Measure:
        parts = leaf.definition.conversion
        assert parts is not None, "checked by kind"
        base = self.make(self._model.metrics[parts.of], branches, extra, among)
        event = self._bare().make(self._model.metrics[parts.to], branches)
        identity = self._model.datasets[event.rows.dataset].primary_key
        base_identity = self._model.datasets[base.rows.dataset].primary_key
        base, of_base = self._with_fields(base, (parts.key, *parts.same, *base_identity))
        event, of_event = self._with_fields(event, (parts.key, *parts.same.values(), *identity))
        base, event = (self._until_today(each) for each in (counting(base, of_base[0]), counting(event, of_event[0])))
        count = len(parts.same)
        within = parts.within.split() if parts.within is not None else None
        made = ConversionParts(
            base,
            of_base[0],
            event,
            of_event[0],
            of_event[count + 1 :],
            (int(within[0]), within[1].removesuffix("s")) if within is not None else None,
            tuple(zip(of_base[1 : count + 1], of_event[1 : count + 1], strict=True)),
            base_id=of_base[count + 1 :],
            is_of_same_rows=base.rows.dataset == event.rows.dataset,
            counts_starts=parts.count == "starts",
        )
        return replace(self._matched(leaf, base, branches, conversion=made), when_empty=when_empty(leaf))

    def _until_today(self, measure: Measure) -> Measure:
        """The measure without rows of later days, whatever period is asked for."""
        assert measure.time is not None, "events happen at a time"
        end = day_literal(self.context.as_of + timedelta(days=1))
        limit = exp.LT(this=measure.time.copy(), expression=end)
        return replace(measure, condition=all_of([*([measure.condition] if measure.condition else []), limit]))

    def _bare(self) -> MeasureMaker:
        # the second set of rows is looked up by key alone: groups and filters choose who is looked at
        return MeasureMaker(self.context, QueryRows(self.context))

    def _matched(
        self,
        leaf: Metric,
        base: Measure,
        branches: tuple[Branch, ...],
        transition: TransitionParts | None = None,
        conversion: ConversionParts | None = None,
    ) -> Measure:
        return Measure(
            alias=leaf.name + self.suffix,
            metric=leaf,
            kind="transition" if transition is not None else "conversion",
            rows=base.rows,
            aggregate=None,
            condition=None,
            time=None,
            since=None,
            until=None,
            per=None,
            transition=transition,
            branches=branches,
            when_empty=when_empty(leaf),
            conversion=conversion,
        )

    def _with_fields(self, measure: Measure, names: tuple[str, ...]) -> tuple[Measure, tuple[exp.Expr, ...]]:
        """The measure with the joins that its rows need to know those fields, and the fields."""
        dataset = measure.rows.dataset
        needs = {dataset, *(step.target for step in measure.rows.steps)}
        maker = self if measure.metric is None else self._of(measure.metric)
        found = tuple(maker._parsed(name, dataset, needs) for name in names)
        valid = tuple(each for each in (measure.since, measure.until) if each is not None)
        return replace(measure, rows=replace(measure.rows, steps=maker._steps(dataset, needs, valid))), found

    def _per(self, leaf: Metric, dataset: str, needs: set[str]) -> PerStage | None:
        if leaf.definition.per is None:
            return None
        inner = ((name, self._parsed(text, dataset, needs)) for name, text in leaf.definition.per.values.items())
        values = tuple((name, counts_of_rows(tree)) for name, tree in inner)
        keys = tuple(self._parsed(each, dataset, needs) for each in leaf.definition.per.key)
        return PerStage(keys, values, tuple(leaf.definition.per.above.items()))

    def _time(self, leaf: Metric, dataset: str, needs: set[str]) -> exp.Expr:
        name = time_name(leaf, self._model)
        assert name is not None, "a flow has a time"
        return self._parsed(name, dataset, needs)

    def _parsed(self, text: str, dataset: str, needs: set[str]) -> exp.Expr:
        return self._bound(self._model.parsed(text), dataset, needs)

    def _bound(
        self, tree: exp.Expr, dataset: str, needs: set[str], given: dict[str, exp.Expr] | None = None
    ) -> exp.Expr:
        bound = self.context.binder.bind(tree, dataset, given)
        needs |= bound.datasets
        return bound.expression


def distinct_rows(rows: Rows, branches: tuple[Branch, ...]) -> Measure:
    """A count of rows that only serves to find the groups there are."""
    definition = MetricDefinition(name="rows", dataset=rows.dataset, expression="count(*)")
    star = exp.Count(this=exp.Star(), big_int=True)
    metric = Metric(
        definition=definition,
        kind="simple",
        label=Label("行数", "rows"),
        expression=star,
        filter=None,
        inputs=(),
        datasets=frozenset({rows.dataset}),
        is_stock=False,
        is_additive=True,
    )
    return Measure(
        alias="rows",
        metric=metric,
        kind="snapshot",
        rows=rows,
        aggregate=star.copy(),
        condition=None,
        time=None,
        since=None,
        until=None,
        per=None,
        transition=None,
        branches=branches[:1],
        when_empty=0,
    )


def counting(measure: Measure, key: exp.Expr) -> Measure:
    """The measure whose condition tells every row that it counts, whatever its aggregate says of them."""
    assert measure.aggregate is not None, "only matched measures have none"
    rows = rows_counted(measure.aggregate, key)
    assert rows is not None, "checked when the model was loaded"
    conditions = [*([measure.condition] if measure.condition is not None else []), *rows]
    return replace(measure, condition=all_of(conditions) if conditions else None)


def _as_of_instant(step: Step) -> Step:
    if step.validity is None or not step.validity.is_default:
        return step
    return replace(step, validity=replace(step.validity, at=AT_INSTANT))


def has_division(expression: exp.Expr) -> bool:
    """Whether a formula is a ratio."""
    return expression.find(exp.Div) is not None


def key_name(place: int) -> str:
    """The column of an inner stage that holds one of its keys."""
    return "entity" if place == 0 else f"entity_{place + 1}"


def renamed(measure: Measure, alias: str) -> Measure:
    """The same measure under another alias."""
    return measure if measure.alias == alias else replace(measure, alias=alias)
