"""Filters of a request to bound conditions on the rows of one dataset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from sqlglot import exp

from semantic_layer.binding import Binder, UnbindableError
from semantic_layer.definitions import EntityDefinition
from semantic_layer.model import Field, Model
from semantic_layer.query import AllOf, AnyOf, FieldFilter, Filter, MetricFilter, MetricQuery, NotOf, Scalar
from semantic_layer.resolved import AppliedFilter, Population, ResolvedMetrics
from semantic_layer.sql import all_of, any_of, day_literal

_COMPARISONS: dict[str, type[exp.Binary]] = {
    "=": exp.EQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE,
}  # fmt: skip


class BadValueError(ValueError):
    """A value does not fit the field's type."""

    def __init__(self, field_name: str, type_name: str, value: Scalar) -> None:
        super().__init__(field_name)
        self.field_name, self.type_name, self.value = field_name, type_name, value


@dataclass
class FilterBinder:
    """Binds filters for rows of one dataset, gathering what they need to be joined or computed beside."""

    model: Model
    binder: Binder
    dataset: str
    resolve_population: Callable[[MetricQuery], ResolvedMetrics]
    names: Callable[[], str]
    datasets: set[str] = field(default_factory=set)
    populations: list[Population] = field(default_factory=list)

    def bind(self, condition: Filter) -> exp.Expr:
        """One bound boolean expression. Raises UnbindableError, BadValueError, KeyError (unknown name)."""
        if isinstance(condition, FieldFilter):
            return self._field(condition)
        if isinstance(condition, MetricFilter):
            return self._population(condition)
        if isinstance(condition, AllOf):
            return exp.Paren(this=all_of(self.bind(each) for each in condition.all))
        if isinstance(condition, AnyOf):
            return any_of(self.bind(each) for each in condition.any)
        # unknown counts as not holding, so that its negation keeps the row
        inner = exp.Coalesce(this=exp.Paren(this=self.bind(condition.negated)), expressions=[exp.false()])
        return exp.Not(this=inner)

    def _field(self, condition: FieldFilter) -> exp.Expr:
        found = find_field(self.model, condition.field, self.dataset)
        if found is None:
            raise UnbindableError(self.dataset, condition.field)
        bound = self.binder.field(found, self.dataset)
        self.datasets |= bound.datasets
        return compare(bound.expression, condition, found)

    def _population(self, condition: MetricFilter) -> exp.Expr:
        entity = self.model.entities[condition.per]
        key = self.binder.key(self.dataset, entity.dataset, entity.key)
        self.datasets |= key.datasets
        query = MetricQuery(
            metrics=(condition.metric,),
            group_by=(entity.key,),
            period=condition.period,
            filters=condition.filters,
        )
        resolved = self.resolve_population(query)
        empty_counts = all(measure.zero_when_empty for measure in resolved.measures)
        # entities without any row have the value 0: if 0 meets the condition, leave out those that do not meet it
        negated = empty_counts and holds(0.0, condition.op, condition.values)
        name = self.names()
        self.populations.append(
            Population(
                name=name, key=key.expression, query=resolved, key_column=entity.key, column=condition.metric,
                op=condition.op, values=condition.values, negated=negated,
            )
        )  # fmt: skip
        return exp.Placeholder(this=name)


def find_field(model: Model, name: str, dataset: str) -> Field | None:
    """The field that a filter or group names, for rows of `dataset`; None if it cannot be reached.

    Raises KeyError for a name that the model does not have.
    """
    if "." in name:
        return model.fields[name]
    if name in model.dimensions:
        return model.field_on(model.dimensions[name], dataset)
    entity = entity_of_key(model, name)
    if entity is None:
        raise KeyError(name)
    return model.datasets[entity.dataset].fields[name]


def entity_of_key(model: Model, name: str) -> EntityDefinition | None:
    """The entity whose key has that name."""
    return next((entity for entity in model.entities.values() if entity.key == name), None)


def holds(value: float, op: str, values: tuple[float, ...]) -> bool:
    """Whether a number meets a condition.

    >>> holds(0, "between", (0, 2)), holds(0, ">", (0,))
    (True, False)
    """
    first = values[0]
    match op:
        case "=":
            return value == first
        case "!=":
            return value != first
        case "<":
            return value < first
        case "<=":
            return value <= first
        case ">":
            return value > first
        case ">=":
            return value >= first
        case _:
            return first <= value <= values[1]


def compare(left: exp.Expr, condition: FieldFilter, found: Field) -> exp.Expr:
    """The SQL of one comparison; values are checked against the field's type. Raises BadValueError."""
    literals = [literal(value, found) for value in condition.values]
    match condition.op:
        case "is null":
            return exp.Is(this=left, expression=exp.Null())
        case "is not null":
            return exp.Not(this=exp.Is(this=left, expression=exp.Null()))
        case "!=":
            return exp.NullSafeNEQ(this=left, expression=literals[0])
        case "in":
            return exp.In(this=left, expressions=literals)
        case "not in":
            outside = exp.Not(this=exp.In(this=left, expressions=literals))
            return exp.Paren(this=exp.Or(this=outside, expression=exp.Is(this=left.copy(), expression=exp.Null())))
        case "between":
            return exp.Between(this=left, low=literals[0], high=literals[1])
        case "contains" | "not contains" | "starts with" | "ends with":
            return _like(left, condition)
        case op:
            return _COMPARISONS[op](this=left, expression=literals[0])


def _like(left: exp.Expr, condition: FieldFilter) -> exp.Expr:
    text = str(condition.values[0]).lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    before = "" if condition.op == "starts with" else "%"
    after = "" if condition.op == "ends with" else "%"
    like = exp.Escape(
        this=exp.Like(this=exp.Lower(this=left), expression=exp.Literal.string(before + text + after)),
        expression=exp.Literal.string("!"),
    )
    if condition.op != "not contains":
        return like
    return exp.Not(this=exp.Coalesce(this=exp.Paren(this=like), expressions=[exp.false()]))


def literal(value: Scalar, found: Field) -> exp.Expr:
    """A value as SQL of the field's type. Raises BadValueError."""
    kind = found.type
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind in ("integer", "number") and is_number:
        return exp.Literal.number(value)
    if kind == "boolean" and isinstance(value, bool):
        return exp.true() if value else exp.false()
    if kind == "text" and isinstance(value, str):
        return exp.Literal.string(value)
    if kind in ("date", "timestamp") and isinstance(value, str):
        try:
            return day_literal(date.fromisoformat(value))
        except ValueError:
            raise BadValueError(found.qualified, kind, value) from None
    raise BadValueError(found.qualified, kind, value)


def applied(condition: Filter) -> tuple[AppliedFilter, ...]:
    """The condition as people are shown it: one entry for each field comparison, one text for anything composed."""
    if isinstance(condition, FieldFilter):
        return (AppliedFilter(condition.field, condition.op, condition.values, condition.origin),)
    if isinstance(condition, MetricFilter):
        text = str(condition.period) if condition.period is not None else ""
        return (AppliedFilter(condition.metric, condition.op, condition.values, condition.origin, text),)
    if isinstance(condition, AllOf):
        return tuple(each for part in condition.all for each in applied(part))
    parts = condition.any if isinstance(condition, AnyOf) else (condition.negated,)
    word = "or" if isinstance(condition, AnyOf) else "not"
    inner = [each for part in parts for each in applied(part)]
    text = f" {word} ".join(_written(each) for each in inner)
    origin = inner[0].origin if inner else "asked"
    field_name = inner[0].field if inner else ""
    return (AppliedFilter(field_name, word, (), origin, f"not ({text})" if isinstance(condition, NotOf) else text),)


def _written(each: AppliedFilter) -> str:
    return each.text if each.op in ("or", "not") else f"{each.field} {each.op} {', '.join(map(str, each.values))}"
