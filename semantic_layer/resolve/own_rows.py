"""A policy's condition with what is known of the reader in its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.errors import Problem, QueryError
from semantic_layer.model.access import attributes_in, compared_with
from semantic_layer.model.definitions import PolicyDefinition
from semantic_layer.model.model import Field, Model
from semantic_layer.query.reader import Reader
from semantic_layer.query.reader_problems import AttributeMissing, AttributeUnfit
from semantic_layer.query.requests import FieldFilter, Scalar
from semantic_layer.resolve.filters import BadValueError, literals


@dataclass(frozen=True, eq=False)
class OwnRows:
    """The rows of a dataset that a reader sees by one policy: those that meet `condition`, over the dataset's fields;
    `text` is the condition as people are shown it."""

    policy: str
    dataset: str
    condition: exp.Expr
    text: str


def own_rows(model: Model, reader: Reader) -> tuple[OwnRows, ...]:
    """What each policy that limits the reader leaves, or one of their audience. Raises QueryError where that cannot be
    told: nothing is seen."""
    if reader.audience:
        every = (rows for each in reader.audience for rows in own_rows(model, each))
        return tuple({(rows.policy, rows.text): rows for rows in every}.values())
    found, problems = list[OwnRows](), list[Problem]()
    for policy in model.policies.values():
        if reader.roles & set(policy.exempt):
            continue
        try:
            tree = _filled(policy, model, reader)
        except QueryError as error:
            problems.extend(error.problems)
            continue
        found.append(OwnRows(policy.name, policy.dataset, tree, f"{policy.dataset}: {tree.sql('duckdb')}"))
    if problems:
        raise QueryError(*dict.fromkeys(problems))
    return tuple(found)


def _filled(policy: PolicyDefinition, model: Model, reader: Reader) -> exp.Expr:
    root = exp.Paren(this=model.parsed(policy.filter).copy())
    for attribute in tuple(attributes_in(root)):
        values = reader.attribute(attribute.name)
        if not values:
            raise QueryError(AttributeMissing("reader", policy.name, attribute.name))
        other = compared_with(attribute)
        assert other is not None, "checked when the model was loaded"
        field = model.datasets[other.table or policy.dataset].fields[other.name]
        try:
            _put_in(attribute, [*_literals(values, field)])
        except ValueError as error:
            raise QueryError(AttributeUnfit("reader", policy.name, attribute.name)) from error
    found: exp.Expr = root.this
    return found


def _put_in(attribute: exp.Column, values: list[exp.Expr]) -> None:
    """The values in the attribute's place; several of them are a list. ValueError where one is meant."""
    above = attribute.parent
    if isinstance(above, exp.In):
        at = next(place for place, each in enumerate(above.expressions) if each is attribute)
        above.set("expressions", [*above.expressions[:at], *values, *above.expressions[at + 1 :]])
    elif len(values) == 1:
        attribute.replace(values[0])
    elif isinstance(above, exp.EQ | exp.NEQ):
        other = above.expression if above.this is attribute else above.this
        found: exp.Expr = exp.In(this=other.copy(), expressions=values)
        above.replace(exp.Not(this=found) if isinstance(above, exp.NEQ) else found)
    else:
        raise ValueError("several values where one is compared")


def _literals(values: Iterable[Scalar], field: Field) -> Iterator[exp.Expr]:
    """The values as SQL of the field's type. ValueError for one that is none."""
    for value in values:
        condition = FieldFilter(field=field.qualified, values=(_typed(value, field.type),))
        try:
            yield from literals(condition, field.qualified, field.type)
        except BadValueError as error:
            raise ValueError(field.qualified) from error


def _typed(value: Scalar, kind: str) -> Scalar:
    """A value that was given as text, such as on the command line, as what the field holds."""
    if kind == "text" and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return value
    match kind:
        case "integer":
            return int(value)
        case "number":
            return float(value)
        case "boolean" if value.lower() in ("true", "false"):
            return value.lower() == "true"
    return value
