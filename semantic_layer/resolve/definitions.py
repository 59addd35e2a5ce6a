"""Conditions of a request against those of a metric's own definition: revenue, which counts paid orders, of refunded
ones. What can be told from values alone is told; ranges and formulas are left to the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.errors import Problem
from semantic_layer.model.date_parts import TimePartError
from semantic_layer.model.lookup import find_field
from semantic_layer.model.model import Field, Metric, Model
from semantic_layer.query.cautions import PartlyAgainstDefinition
from semantic_layer.query.problems import AgainstDefinition
from semantic_layer.query.requests import AllOf, FieldFilter, Filter
from semantic_layer.resolve.context import Context


@dataclass(frozen=True)
class _Values:
    """The values that a condition allows a field, or if `are_ruled_out` those that it does not."""

    values: frozenset[object]
    are_ruled_out: bool = False

    def excludes(self, other: _Values) -> bool:
        """Whether both can never hold of one row."""
        if self.are_ruled_out and other.are_ruled_out:
            return False
        if self.are_ruled_out:
            return other.values <= self.values
        return self.values <= other.values if other.are_ruled_out else not self.values & other.values


def against_definition(
    metrics: Iterable[str], filters: Iterable[Filter], part: str, context: Context
) -> Iterator[Problem]:
    """A problem for each metric of which nothing is left; a caution where that is so of a part of one."""
    asked = tuple(_together(filters))
    model = context.model
    for name in metrics if asked else ():
        if name not in model.metrics:
            continue
        parts = tuple(_parts(model.metrics[name], (), model))
        found = [(each, clash) for each in parts if (clash := _clash(each, asked, model)) is not None]
        if found and len(found) == len(parts):
            _, (field, definition) = found[0]
            yield AgainstDefinition(part, name, field, definition)
        for each, (field, definition) in found if len(found) < len(parts) else ():
            context.cautions.append(PartlyAgainstDefinition(part, name, each.leaf.name, field, definition))


@dataclass(frozen=True, eq=False)
class _Part:
    """A metric without a formula, with the conditions that formulas above it add to its own."""

    leaf: Metric
    narrowed_by: tuple[exp.Expr, ...]


def _parts(metric: Metric, narrowed_by: tuple[exp.Expr, ...], model: Model) -> Iterator[_Part]:
    if metric.kind != "derived" or metric.expression is None:
        yield _Part(metric, narrowed_by)
        return
    for name in dict.fromkeys(column.name for column in metric.expression.find_all(exp.Column)):
        given = metric.definition.inputs.get(name)
        more = (model.parsed(given.filter),) if given is not None and given.filter is not None else ()
        inner = model.metrics[given.metric if given is not None else name]
        yield from _parts(inner, (*narrowed_by, *more), model)


def _together(filters: Iterable[Filter]) -> Iterator[FieldFilter]:
    """The conditions on fields that hold of every row."""
    for each in filters:
        if isinstance(each, AllOf):
            yield from _together(each.all)
        elif isinstance(each, FieldFilter):
            yield each


def _clash(part: _Part, asked: Iterable[FieldFilter], model: Model) -> tuple[str, str] | None:
    """The field of the first condition that excludes the part's own, and that one as it is written."""
    counted = model.placed_leaves(part.leaf)[0]  # of a transition or conversion, what filters choose among
    dataset = counted.definition.dataset
    if dataset is None:
        return None
    model = model.seen_by(counted)
    trees = (*((counted.filter,) if counted.filter is not None else ()), *part.narrowed_by)
    own = [each for tree in trees for each in _own(tree, dataset, model)]
    for condition in asked:
        values = _asked(condition)
        field = _field(condition.field, dataset, model) if values is not None else None
        for home, defined, tree in own if field is not None else ():
            if values is not None and home is field and values.excludes(defined):
                return condition.field, str(tree.sql("duckdb"))
    return None


def _field(name: str, dataset: str, model: Model) -> Field | None:
    """The field that rows of the dataset have under a name; None where that is not known to be one."""
    try:
        return find_field(model, name, dataset)
    except (TimePartError, KeyError):
        return None


def _asked(condition: FieldFilter) -> _Values | None:
    match condition.op:
        case "=" | "in":
            return _Values(frozenset(condition.values))
        case "!=" | "not in":
            return _Values(frozenset(condition.values), are_ruled_out=True)
        case "is null":
            return _Values(frozenset({None}))
        case "is not null":
            return _Values(frozenset({None}), are_ruled_out=True)
    return None


def _own(tree: exp.Expr, dataset: str, model: Model) -> Iterator[tuple[Field, _Values, exp.Expr]]:
    """What a definition's condition allows each field, as far as it says so by values."""
    match tree:
        case exp.Paren():
            yield from _own(tree.this, dataset, model)
        case exp.And():
            for each in (tree.this, tree.expression):
                yield from _own(each, dataset, model)
        case exp.Not():
            for field, values, _ in _own(tree.this, dataset, model) if _is_single(tree.this) else ():
                # a row without the value meets neither condition, nor its opposite
                ruled_out = values.values | {None} if not values.are_ruled_out else values.values - {None}
                turned = _Values(frozenset(ruled_out), are_ruled_out=not values.are_ruled_out)
                yield field, turned, tree
        case exp.EQ() | exp.NEQ() | exp.In() | exp.Is() | exp.Column():
            yield from _compared(tree, dataset, model)


def _is_single(tree: exp.Expr) -> bool:
    while isinstance(tree, exp.Paren):
        tree = tree.this
    return isinstance(tree, exp.EQ | exp.NEQ | exp.In | exp.Is | exp.Column)


def _compared(tree: exp.Expr, dataset: str, model: Model) -> Iterator[tuple[Field, _Values, exp.Expr]]:
    column = tree if isinstance(tree, exp.Column) else tree.this
    if not isinstance(column, exp.Column):
        return
    owner = model.datasets.get(column.table or dataset)
    field = owner.fields.get(column.name) if owner is not None else None
    if field is None and not column.table:
        field = _field(column.name, dataset, model)  # what narrows a part names dimensions
    values = _values(tree)
    if field is not None and values is not None:
        ruled_out = isinstance(tree, exp.NEQ)
        yield field, _Values(values | {None} if ruled_out else values, ruled_out), tree


def _values(tree: exp.Expr) -> frozenset[object] | None:
    if isinstance(tree, exp.Column):
        return frozenset({True})
    found = [_value(each) for each in (tree.expressions if isinstance(tree, exp.In) else [tree.expression])]
    return None if not found or _UNTOLD in found else frozenset(found)


_UNTOLD = object()


def _value(tree: exp.Expr) -> object:
    match tree:
        case exp.Literal():
            return tree.name if tree.is_string else float(tree.name)
        case exp.Boolean():
            return bool(tree.this)
        case exp.Null():
            return None
    return _UNTOLD
