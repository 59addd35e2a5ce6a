"""Our metrics as aggregates over `dataset.field`: those of which such an expression tells the whole truth.

A stock, a transition, a value per customer first, a window, a metric that is placed at another time than its dataset's:
the aggregate alone would be another number in another tool's hands. These have no expression here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlglot import exp

from semantic_layer.interop.ossie.portable import portable
from semantic_layer.model.definitions import MetricDefinition
from semantic_layer.model.model import Metric, Model, Step
from semantic_layer.resolve.value_of_nothing import when_empty
from semantic_layer.sql.nodes import all_of

# the keys of a metric that an aggregate expression can follow, or that change no number
_FOLLOWED = frozenset(
    {
        "name",
        "label",
        "synonyms",
        "description",
        "unit",
        "format",
        "polarity",
        "dataset",
        "expression",
        "filter",
        "time",
        "default_period",
        "instead",
        "hidden",
        "owner",
        "source",
        "beside",
        "read_as",
        "shown_by",
        "empty",
    }
)
_OF_ONE_VALUE = (
    exp.Sum,
    exp.Avg,
    exp.Min,
    exp.Max,
    exp.Median,
    exp.Stddev,
    exp.StddevPop,
    exp.StddevSamp,
    exp.Variance,
    exp.VariancePop,
    exp.PercentileCont,
    exp.PercentileDisc,
)


class _UnsayableError(Exception):
    """An expression that would not tell the whole truth."""


@dataclass(frozen=True, eq=False)
class Expressions:
    """Expressions for the metrics of a model, of which the document says `fields` (as `dataset.field`) and `steps`."""

    model: Model
    fields: Collection[str]
    steps: Collection[Step]
    _known: dict[str, exp.Expr | None] = field(default_factory=dict)

    def text(self, metric: Metric) -> str | None:
        """The metric in the portable language; None where it cannot be said there, or is nobody's to ask for."""
        tree = None if metric.definition.hidden else self._tree(metric)
        return portable(tree, self.model.parameters) if tree is not None else None

    def _tree(self, metric: Metric) -> exp.Expr | None:
        if metric.name not in self._known:
            try:
                self._known[metric.name] = self._said(metric)
            except _UnsayableError:
                self._known[metric.name] = None
        return self._known[metric.name]

    def _said(self, metric: Metric) -> exp.Expr:
        if _given(metric.definition) - _FOLLOWED or metric.expression is None:
            raise _UnsayableError
        if metric.definition.dataset is None:
            return self._formula(metric.expression)
        dataset = self.model.datasets[metric.definition.dataset]
        if metric.definition.time not in (None, dataset.definition.time):
            raise _UnsayableError
        return _divided(self._aggregated(metric.expression, metric.filter, dataset.name))

    def _formula(self, formula: exp.Expr) -> exp.Expr:
        """A formula with the expressions of its metrics in place of their names."""

        def put_in(node: exp.Expr) -> exp.Expr:
            if not isinstance(node, exp.Column):
                return node
            metric = self.model.metrics[node.name]
            inner = self._tree(metric)
            if inner is None:
                raise _UnsayableError
            if isinstance(inner, exp.Sum) and when_empty(metric) == 0:
                # a sum of nothing is nothing for others, and 0 in our formulas
                return exp.Coalesce(this=inner.copy(), expressions=[exp.convert(0)])
            return inner.copy() if isinstance(inner, exp.AggFunc) else exp.Paren(this=inner.copy())

        return _divided(formula.copy()).transform(put_in, copy=False)

    # ---- over rows ----

    def _aggregated(self, tree: exp.Expr, condition: exp.Expr | None, dataset: str) -> exp.Expr:
        """The expression with every aggregate narrowed by CASE, and every field named with its dataset."""

        def narrowed(node: exp.Expr) -> exp.Expr:
            own = node.expression.this if isinstance(node, exp.Filter) else None
            inner = node.this if isinstance(node, exp.Filter) else node
            if not isinstance(inner, exp.AggFunc):
                return node
            conditions = [each.copy() for each in (condition, own) if each is not None]
            return self._narrowed(inner.copy(), conditions, dataset)

        return tree.copy().transform(narrowed, copy=False).transform(self._named, dataset, copy=False)

    def _narrowed(self, node: exp.AggFunc, conditions: list[exp.Expr], dataset: str) -> exp.Expr:
        if isinstance(node, exp.CountIf):
            return exp.Count(this=_case([*conditions, node.this], self._key(dataset)))
        if isinstance(node, exp.Count) and not isinstance(node.this, exp.Distinct):
            counts_rows = isinstance(node.this, exp.Star | exp.Literal)
            return exp.Count(this=_case(conditions, self._key(dataset) if counts_rows else node.this))
        if isinstance(node, exp.Count) and len(node.this.expressions) == 1:
            return exp.Count(this=exp.Distinct(expressions=[_case(conditions, node.this.expressions[0])]))
        if not isinstance(node, _OF_ONE_VALUE):
            raise _UnsayableError
        node.set("this", _case(conditions, node.this))
        return node

    def _key(self, dataset: str) -> exp.Expr:
        """A field that each row has a value of: one of the primary key."""
        found = self.model.datasets[dataset]
        for each in found.fields.values():
            tree = each.expression
            if isinstance(tree, exp.Column) and not tree.table and tree.name in found.primary_key:
                return exp.column(each.name)
        raise _UnsayableError

    def _named(self, node: exp.Expr, dataset: str) -> exp.Expr:
        if not isinstance(node, exp.Column):
            return node
        owner = node.table or dataset
        path = self.model.paths.get(dataset, {}).get(owner, ())
        is_reached = owner == dataset or (path and all(step in self.steps for step in path))
        if f"{owner}.{node.name}" not in self.fields or not is_reached:
            raise _UnsayableError
        return exp.column(node.name, table=owner)


def _given(definition: MetricDefinition) -> frozenset[str]:
    """The keys with a value other than the default."""
    return frozenset(definition.model_dump(exclude_defaults=True))


def _case(conditions: list[exp.Expr], value: exp.Expr) -> exp.Expr:
    if not conditions:
        return value
    return exp.Case(ifs=[exp.If(this=all_of(conditions), true=value)])


def _divided(tree: exp.Expr) -> exp.Expr:
    """The same tree, its divisions keeping the fraction between whole numbers and giving null for a zero divisor."""
    for node in list(tree.find_all(exp.Div)):
        below = node.expression
        if not (isinstance(below, exp.Literal) and "." in below.name):
            node.set("this", exp.Mul(this=exp.Literal.number("1.0"), expression=_kept_together(node.this)))
        if not isinstance(below, exp.Nullif | exp.Literal):
            inner = below.unnest() if isinstance(below, exp.Paren) else below
            node.set("expression", exp.Nullif(this=inner, expression=exp.convert(0)))
    return tree


def _kept_together(tree: exp.Expr) -> exp.Expr:
    return exp.Paren(this=tree) if isinstance(tree, exp.Binary) else tree
