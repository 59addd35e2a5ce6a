"""Names to columns: an expression over fields becomes one over table columns, with the to-one joins that it needs.

In a bound tree every column is qualified by its dataset's name, which is also its alias in the FROM clause.
`$bucket_start` and `$bucket_end` stay, for they depend on the bucket; all other `$names` become literals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar, cast

from sqlglot import exp

from semantic_layer.model import Field, JoinPath, Model, Step
from semantic_layer.sql import day_literal

BUCKET_PARAMETERS = ("bucket_start", "bucket_end")
_ATOMS = (exp.Column, exp.Func, exp.Literal, exp.Paren, exp.Cast, exp.Boolean, exp.Case)


class UnbindableError(LookupError):
    """A needed dataset cannot be reached to-one, or only in several equally short ways."""

    def __init__(self, dataset: str, target: str, ways: tuple[JoinPath, ...] = ()) -> None:
        super().__init__(f"{dataset} to {target}")
        self.dataset, self.target, self.ways = dataset, target, ways


@dataclass(frozen=True, eq=False)
class Bound:
    """A bound expression and the datasets that it speaks of."""

    expression: exp.Expr
    datasets: frozenset[str]


class Binder:
    """Binds expressions for one model on one day."""

    def __init__(self, model: Model, as_of: date) -> None:
        self._model = model
        self.literals: dict[str, exp.Expr] = {
            name: exp.Literal.number(value) if isinstance(value, int | float) else exp.Literal.string(value)
            for name, value in model.parameters.items()
        }
        self.literals["as_of"] = day_literal(as_of)
        # trees are never changed once bound, so the same expression is bound once in a binder's life
        self._bound: dict[tuple[int, str], Bound] = {}

    def bind(
        self, expression: exp.Expr, dataset: str, given: Mapping[str, exp.Expr] | None = None
    ) -> Bound:
        """`expression` over fields of `dataset` (unqualified) and of its neighbours. Names in `given` stay as they
        are given. Raises UnbindableError."""
        memory = (id(expression), dataset)
        if given is None and memory in self._bound:
            return self._bound[memory]
        needs: set[str] = {dataset}

        def replace(node: exp.Expr) -> exp.Expr:
            if isinstance(node, exp.Column):
                if given is not None and not node.table and node.name in given:
                    return given[node.name].copy()
                owner = self._model.datasets[node.table or dataset]
                return _wrapped(self._field_tree(owner.fields[node.name], needs))
            if isinstance(node, exp.Placeholder) and node.name not in BUCKET_PARAMETERS:
                return self.literals[node.name].copy()
            return node

        tree = expression.copy().transform(replace, copy=False)
        bound = Bound(tree, self._checked(dataset, needs))
        if given is None:
            self._bound[memory] = bound
        return bound

    def field(self, field: Field, dataset: str) -> Bound:
        """A field's own expression, for rows of `dataset`. Raises UnbindableError."""
        memory = (id(field), dataset)
        if memory not in self._bound:
            needs: set[str] = {dataset}
            tree = self._field_tree(field, needs)
            self._bound[memory] = Bound(tree, self._checked(dataset, needs))
        return self._bound[memory]

    def key(self, dataset: str, entity_dataset: str, key: str) -> Bound:
        """The key of an entity for rows of `dataset`, taken from the foreign key where there is one."""
        if dataset == entity_dataset:
            return self.field(self._model.datasets[dataset].fields[key], dataset)
        path = self.path(dataset, entity_dataset)
        last = path[-1]
        for source_column, target_column in last.on:
            if target_column == key:
                tree = exp.column(source_column, table=last.source)
                return Bound(tree, self._checked(dataset, {dataset, last.source}))
        return self.field(self._model.datasets[entity_dataset].fields[key], dataset)

    def path(self, dataset: str, target: str) -> JoinPath:
        """The one to-one path; empty to itself. Raises UnbindableError."""
        if dataset == target:
            return ()
        found = self._model.paths.get(dataset, {}).get(target)
        if found is None:
            raise UnbindableError(dataset, target, self._model.ambiguous.get((dataset, target), ()))
        return found

    def steps(self, dataset: str, targets: Iterable[str]) -> tuple[Step, ...]:
        """Every hop needed to join `targets` to rows of `dataset`, in joining order, each once."""
        found: dict[Step, None] = {}
        for target in sorted(targets):
            for step in self.path(dataset, target):
                found[step] = None
        return tuple(sorted(found, key=lambda step: len(self.path(dataset, step.target))))

    def _field_tree(self, field: Field, needs: set[str]) -> exp.Expr:
        needs.add(field.dataset)

        def replace(node: exp.Expr) -> exp.Expr:
            if isinstance(node, exp.Column):
                if node.table:
                    neighbour = self._model.datasets[node.table].fields[node.name]
                    return _wrapped(self._field_tree(neighbour, needs))
                return exp.column(node.name, table=field.dataset)
            if isinstance(node, exp.Placeholder) and node.name not in BUCKET_PARAMETERS:
                return self.literals[node.name].copy()
            return node

        return field.expression.copy().transform(replace, copy=False)

    def _checked(self, dataset: str, needs: set[str]) -> frozenset[str]:
        for target in sorted(needs):
            self.path(dataset, target)
        return frozenset(needs)


Tree = TypeVar("Tree", bound=exp.Expr)


def substitute(tree: Tree, values: Mapping[str, exp.Expr]) -> Tree:
    """A copy with `$name` placeholders replaced."""
    found = tree.copy().transform(
        lambda node: values[node.name].copy() if isinstance(node, exp.Placeholder) and node.name in values else node,
        copy=False,
    )
    return cast("Tree", found)  # a placeholder at the root is replaced by an expression like any other


def _wrapped(tree: exp.Expr) -> exp.Expr:
    return tree if isinstance(tree, _ATOMS) else exp.Paren(this=tree)
