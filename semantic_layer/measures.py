"""Leaf metrics to measures: which rows, which aggregate, placed in time how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlglot import exp

from semantic_layer.binding import Binder
from semantic_layer.definitions import MetricDefinition
from semantic_layer.model import Metric, Model
from semantic_layer.resolved import Branch, Measure, MeasureKind, PerStage, Rows, TransitionParts
from semantic_layer.result import Label


@dataclass
class MeasureMaker:
    """Makes measures for one query. `rows` gives a dataset's rows with the query's groups and filters; `suffix` is
    appended to aliases (`__total` without groups, `__running` from the period's start)."""

    model: Model
    binder: Binder
    rows: Callable[[str], Rows]
    suffix: str = ""

    def kind_of(self, leaf: Metric) -> MeasureKind:
        """How the leaf is placed in time."""
        if leaf.kind == "transition":
            return "transition"
        if leaf.definition.valid is not None:
            return "stock"
        return "snapshot" if self._time_name(leaf) is None else "flow"

    def make(self, leaf: Metric, branches: tuple[Branch, ...]) -> Measure:
        """The measure of a leaf over those branches. Raises UnbindableError, BadValue."""
        if leaf.kind == "transition":
            return self._transition(leaf, branches)
        assert leaf.definition.dataset is not None and leaf.expression is not None, "simple metrics have both"
        dataset, kind = leaf.definition.dataset, self.kind_of(leaf)
        needs: set[str] = set()
        per = self._per(leaf, dataset, needs)
        given = {name: exp.column(name) for name, _ in per.values} if per is not None else None
        aggregate = self._bound(leaf.expression, dataset, needs, given)
        condition = self._bound(leaf.filter, dataset, needs) if leaf.filter is not None else None
        time = self._time(leaf, dataset, needs) if kind == "flow" else None
        since = until = None
        if leaf.definition.valid is not None:
            since = self._parsed(leaf.definition.valid.since, dataset, needs)
            if leaf.definition.valid.until is not None:
                until = self._parsed(leaf.definition.valid.until, dataset, needs)
        rows = self.rows(dataset)
        needs |= {step.target for step in rows.steps}
        return Measure(
            alias=leaf.name + self.suffix, metric=leaf, kind="running" if self.suffix == "__running" else kind,
            rows=replace(rows, steps=self.binder.steps(dataset, needs | {dataset})), aggregate=aggregate,
            condition=condition, time=time, since=since, until=until, per=per, transition=None,
            branches=branches, zero_when_empty=adds_up(leaf.expression),
        )  # fmt: skip

    def _transition(self, leaf: Metric, branches: tuple[Branch, ...]) -> Measure:
        parts = leaf.definition.transition
        assert parts is not None, "checked by kind"
        base = self.make(self.model.metrics[parts.of], branches)
        # the events of a transition are looked up by key alone: groups and filters choose who is looked at
        bare = MeasureMaker(self.model, self.binder, lambda dataset: Rows(dataset, (), (), ()))
        event = bare.make(self.model.metrics[parts.who], branches)
        needs: set[str] = set()
        base_key = self._key(parts.key, base.rows.dataset, needs)
        event_key = self._key(parts.key, event.rows.dataset, needs)
        return Measure(
            alias=leaf.name + self.suffix, metric=leaf, kind="transition", rows=base.rows, aggregate=None,
            condition=None, time=None, since=None, until=None, per=None,
            transition=TransitionParts(base, base_key, event, event_key), branches=branches, zero_when_empty=False,
        )  # fmt: skip

    def _key(self, key: str, dataset: str, needs: set[str]) -> exp.Expression:
        bound = self.binder.field(self.model.datasets[dataset].fields[key], dataset)
        needs |= bound.datasets
        return bound.expression

    def _per(self, leaf: Metric, dataset: str, needs: set[str]) -> PerStage | None:
        if leaf.definition.per is None:
            return None
        values = tuple((name, self._parsed(text, dataset, needs)) for name, text in leaf.definition.per.values.items())
        return PerStage(self._parsed(leaf.definition.per.key, dataset, needs), values)

    def _time_name(self, leaf: Metric) -> str | None:
        if leaf.definition.time is not None:
            return leaf.definition.time
        return self.model.datasets[leaf.definition.dataset or ""].definition.time

    def _time(self, leaf: Metric, dataset: str, needs: set[str]) -> exp.Expression:
        name = self._time_name(leaf)
        assert name is not None, "a flow has a time"
        return self._parsed(name, dataset, needs)

    def _parsed(self, text: str, dataset: str, needs: set[str]) -> exp.Expression:
        return self._bound(self.model.parsed(text), dataset, needs)

    def _bound(
        self, tree: exp.Expression, dataset: str, needs: set[str], given: dict[str, exp.Expression] | None = None
    ) -> exp.Expression:
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


def adds_up(expression: exp.Expression | None) -> bool:
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


def has_division(expression: exp.Expression) -> bool:
    """Whether a formula is a ratio."""
    return expression.find(exp.Div) is not None


def renamed(measure: Measure, alias: str) -> Measure:
    """The same measure under another alias."""
    return measure if measure.alias == alias else replace(measure, alias=alias)
