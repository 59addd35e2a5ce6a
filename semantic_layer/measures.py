"""Leaf metrics to measures: which rows, which aggregate, placed in time how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sqlglot import exp

from semantic_layer.binding import Binder, UnbindableError
from semantic_layer.calendars import Units
from semantic_layer.definitions import MetricDefinition
from semantic_layer.joins import AT_INSTANT
from semantic_layer.model import Field, Metric, Model, Step
from semantic_layer.references import parse_name
from semantic_layer.resolve_time import widened
from semantic_layer.resolved import (
    Branch,
    ConversionParts,
    LatestRows,
    Measure,
    MeasureKind,
    PerStage,
    Rows,
    TransitionParts,
)
from semantic_layer.result import Label
from semantic_layer.sql import all_of


@dataclass
class MeasureMaker:
    """Makes measures for one query. `rows` gives a dataset's rows, which happen at the time of the given field (None:
    at none), with the query's groups and filters; `calendars` hold all units of time; `suffix` is appended to aliases
    (`__total` without groups, `__running` from the period's start)."""

    model: Model
    binder: Binder
    rows: Callable[[str, Field | None], Rows]
    calendars: Mapping[str, Units]
    suffix: str = ""

    def kind_of(self, leaf: Metric) -> MeasureKind:
        """How the leaf is placed in time."""
        if leaf.kind == "transition" or leaf.kind == "conversion":
            return leaf.kind
        if leaf.definition.valid is not None:
            return "stock"
        return "snapshot" if self._time_name(leaf) is None else "flow"

    def make(self, leaf: Metric, branches: tuple[Branch, ...], extra: tuple[exp.Expr, ...] = ()) -> Measure:
        """The measure of a leaf over those branches, narrowed by `extra` conditions over dimensions and fields.

        Raises UnbindableError, TimePartError, BadValueError.
        """
        if leaf.kind == "transition":
            return self._transition(leaf, branches, extra)
        if leaf.kind == "conversion":
            return self._conversion(leaf, branches, extra)
        assert leaf.definition.dataset is not None and leaf.expression is not None, "simple metrics have both"
        dataset, kind = leaf.definition.dataset, self.kind_of(leaf)
        needs: set[str] = {dataset}
        per = self._per(leaf, dataset, needs)
        given: dict[str, exp.Expr] | None = None
        if per is not None:
            given = {name: exp.column(name) for name, _ in per.values}
        aggregate = self._bound(leaf.expression, dataset, needs, given)
        conditions = [self._bound(leaf.filter, dataset, needs)] if leaf.filter is not None else []
        conditions += [self._bound(self._qualified(each, dataset), dataset, needs) for each in extra]
        time = self._time(leaf, dataset, needs) if kind == "flow" else None
        since, until = self._validity(leaf, dataset, needs)
        latest = self._latest(leaf, dataset, needs)
        if leaf.definition.window is not None:
            branches = widened(branches, leaf.definition.window, self.calendars)
        overlaps = leaf.definition.window is not None or self.suffix == "__running"
        rows = self.rows(dataset, self.placed_by(leaf))
        needs |= {step.target for step in rows.steps}
        steps = self._steps(dataset, needs, tuple(each for each in (since, until) if each is not None))
        zero = {"zero": True, "null": False}.get(leaf.definition.empty or "", adds_up(leaf.expression))
        return Measure(
            alias=leaf.name + self.suffix, metric=leaf, kind="running" if overlaps and kind == "flow" else kind,
            rows=replace(rows, steps=steps), aggregate=aggregate,
            condition=all_of(conditions) if conditions else None, time=time, since=since, until=until, per=per,
            transition=None, branches=branches, zero_when_empty=zero, latest=latest,
        )  # fmt: skip

    def _steps(self, dataset: str, needs: set[str], valid: tuple[exp.Expr, ...]) -> tuple[Step, ...]:
        """The joins of a measure's rows. Rows that are counted at an instant (`valid` tells at which they are) find
        the versions of that instant, unless the relationship says which."""
        steps = self.binder.steps(dataset, needs)
        if not valid:
            return steps
        ends = {column.table for tree in valid for column in tree.find_all(exp.Column)}
        fixed = self.binder.steps(dataset, ends)
        return tuple(step if step in fixed else _as_of_instant(step) for step in steps)

    def _validity(
        self, leaf: Metric, dataset: str, needs: set[str]
    ) -> tuple[exp.Expr | None, exp.Expr | None]:
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
        """Names of dimensions as fields, by the nearest way from the dataset."""

        def replace_name(node: exp.Expr) -> exp.Expr:
            if isinstance(node, exp.Column) and not node.table and node.name in self.model.dimensions:
                found = self.model.field_on(self.model.dimensions[node.name], dataset)
                if found is None:
                    raise UnbindableError(dataset, node.name)
                return exp.column(found.name, table=found.dataset)
            return node

        return tree.copy().transform(replace_name, copy=False)

    def _transition(self, leaf: Metric, branches: tuple[Branch, ...], extra: tuple[exp.Expr, ...]) -> Measure:
        parts = leaf.definition.transition
        assert parts is not None, "checked by kind"
        base = self.make(self.model.metrics[parts.of], branches, extra)
        event = self._bare().make(self.model.metrics[parts.who], branches)
        base, base_key = self._with_fields(base, (parts.key,))
        event, event_key = self._with_fields(event, (parts.key,))
        return self._matched(leaf, base, branches, transition=TransitionParts(base, base_key[0], event, event_key[0]))

    def _conversion(self, leaf: Metric, branches: tuple[Branch, ...], extra: tuple[exp.Expr, ...]) -> Measure:
        parts = leaf.definition.conversion
        assert parts is not None, "checked by kind"
        base = self.make(self.model.metrics[parts.of], branches, extra)
        event = self._bare().make(self.model.metrics[parts.to], branches)
        base, of_base = self._with_fields(base, (parts.key, *parts.same))
        identity = self.model.datasets[event.rows.dataset].primary_key
        event, of_event = self._with_fields(event, (parts.key, *parts.same.values(), *identity))
        count = len(parts.same)
        within = parts.within.split() if parts.within is not None else None
        made = ConversionParts(
            base, of_base[0], event, of_event[0], of_event[count + 1 :],
            (int(within[0]), within[1].removesuffix("s")) if within is not None else None,
            tuple(zip(of_base[1:], of_event[1 : count + 1], strict=True)),
        )  # fmt: skip
        return replace(self._matched(leaf, base, branches, conversion=made), zero_when_empty=True)

    def _bare(self) -> MeasureMaker:
        # the second set of rows is looked up by key alone: groups and filters choose who is looked at
        return MeasureMaker(self.model, self.binder, lambda dataset, _: Rows(dataset, (), (), ()), self.calendars)

    def _matched(
        self, leaf: Metric, base: Measure, branches: tuple[Branch, ...],
        transition: TransitionParts | None = None, conversion: ConversionParts | None = None,
    ) -> Measure:  # fmt: skip
        return Measure(
            alias=leaf.name + self.suffix, metric=leaf, kind="transition" if transition is not None else "conversion",
            rows=base.rows, aggregate=None, condition=None, time=None, since=None, until=None, per=None,
            transition=transition, branches=branches, zero_when_empty=False, conversion=conversion,
        )  # fmt: skip

    def _with_fields(self, measure: Measure, names: tuple[str, ...]) -> tuple[Measure, tuple[exp.Expr, ...]]:
        """The measure with the joins that its rows need to know those fields, and the fields."""
        dataset = measure.rows.dataset
        needs = {dataset, *(step.target for step in measure.rows.steps)}
        found = tuple(self._parsed(name, dataset, needs) for name in names)
        valid = tuple(each for each in (measure.since, measure.until) if each is not None)
        return replace(measure, rows=replace(measure.rows, steps=self._steps(dataset, needs, valid))), found

    def _per(self, leaf: Metric, dataset: str, needs: set[str]) -> PerStage | None:
        if leaf.definition.per is None:
            return None
        values = tuple((name, self._parsed(text, dataset, needs)) for name, text in leaf.definition.per.values.items())
        return PerStage(self._parsed(leaf.definition.per.key, dataset, needs), values)

    def placed_by(self, leaf: Metric) -> Field | None:
        """The field of the time at which the rows of a simple metric happen; None for states."""
        name = self._time_name(leaf)
        column = parse_name(name) if name is not None and leaf.definition.valid is None else None
        if column is None:
            return None
        return self.model.datasets[column.table or leaf.definition.dataset or ""].fields[column.name]

    def _time_name(self, leaf: Metric) -> str | None:
        if leaf.definition.time is not None:
            return leaf.definition.time
        return self.model.datasets[leaf.definition.dataset or ""].definition.time

    def _time(self, leaf: Metric, dataset: str, needs: set[str]) -> exp.Expr:
        name = self._time_name(leaf)
        assert name is not None, "a flow has a time"
        return self._parsed(name, dataset, needs)

    def _parsed(self, text: str, dataset: str, needs: set[str]) -> exp.Expr:
        return self._bound(self.model.parsed(text), dataset, needs)

    def _bound(
        self, tree: exp.Expr, dataset: str, needs: set[str], given: dict[str, exp.Expr] | None = None
    ) -> exp.Expr:
        bound = self.binder.bind(tree, dataset, given)
        needs |= bound.datasets
        return bound.expression

    @staticmethod
    def distinct(model: Model, rows: Rows, branches: tuple[Branch, ...]) -> Measure:
        """A count of rows that only serves to find the groups there are."""
        del model
        definition = MetricDefinition(name="rows", dataset=rows.dataset, expression="count(*)")
        star = exp.Count(this=exp.Star(), big_int=True)
        metric = Metric(
            definition=definition, kind="simple", label=Label("行数", "rows"), expression=star, filter=None,
            inputs=(), datasets=frozenset({rows.dataset}), is_stock=False, is_additive=True,
        )  # fmt: skip
        return Measure(
            alias="rows", metric=metric, kind="snapshot", rows=rows, aggregate=star.copy(), condition=None, time=None,
            since=None, until=None, per=None, transition=None, branches=branches[:1], zero_when_empty=True,
        )  # fmt: skip


def _as_of_instant(step: Step) -> Step:
    if step.validity is None or not step.validity.is_default:
        return step
    return replace(step, validity=replace(step.validity, at=AT_INSTANT))


def adds_up(expression: exp.Expr | None) -> bool:
    """Whether the value over no rows is 0: counts and sums, and their sums and differences."""
    match expression:
        case exp.Filter() | exp.Paren():
            return adds_up(expression.this)
        case exp.Count() | exp.CountIf() | exp.Sum():
            return True
        case exp.Add() | exp.Sub():
            return adds_up(expression.this) and adds_up(expression.expression)
        case exp.Mul():
            sides = (expression.this, expression.expression)
            return any(adds_up(side) for side in sides) and any(isinstance(side, exp.Literal) for side in sides)
        case _:
            return False


def has_division(expression: exp.Expr) -> bool:
    """Whether a formula is a ratio."""
    return expression.find(exp.Div) is not None


def renamed(measure: Measure, alias: str) -> Measure:
    """The same measure under another alias."""
    return measure if measure.alias == alias else replace(measure, alias=alias)
