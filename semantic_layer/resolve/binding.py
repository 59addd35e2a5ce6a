"""Names to columns: an expression over fields becomes one over table columns, with the to-one joins that it needs.

In a bound tree every column is qualified by its dataset's name, which is also its alias in the FROM clause. A dataset
therefore stands for the one path to it: what a field reads of a neighbour by another path is refused, never mixed up.
`$bucket_start` and `$bucket_end` stay, for they depend on the bucket; all other `$names` become literals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar, cast

from sqlglot import exp

from semantic_layer.model.joins import through
from semantic_layer.model.model import Dataset, Field, JoinPath, Metric, Model, Step
from semantic_layer.query.result import ColumnType
from semantic_layer.sql.nodes import day_literal, divided_safely
from semantic_layer.sql.over_nulls import is_null_over_nulls
from semantic_layer.sql.value_types import of_kind

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


class MissingColumnError(LookupError):
    """The table of a dataset does not have a column here."""

    def __init__(self, dataset: str, column: str) -> None:
        super().__init__(f"{dataset}.{column}")
        self.dataset, self.column = dataset, column


class WithheldError(LookupError):
    """A field that the reader may not see, nor anything that is made of it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class Binder:
    """Binds expressions for one model on one day. `columns` are those, in small letters, that the tables of datasets
    have; what is not in it has all that is asked for. Fields that are `withheld` are bound to nothing."""

    def __init__(
        self,
        model: Model,
        as_of: date,
        columns: Mapping[str, frozenset[str]] | None = None,
        withheld: frozenset[str] = frozenset(),
    ) -> None:
        self.model = model
        self._columns = columns or {}
        self._withheld = withheld
        self._as_of = as_of
        self._seen: dict[Model, Binder] = {}
        self.literals: dict[str, exp.Expr] = {
            name: exp.Literal.number(value) if isinstance(value, int | float) else exp.Literal.string(value)
            for name, value in model.parameters.items()
        }
        self.literals["as_of"] = day_literal(as_of)
        # trees are never changed once bound, so the same expression is bound once in a binder's life; what is bound
        # is kept beside it, as the identity of a tree says nothing once the tree is gone
        self._bound: dict[tuple[int, str], tuple[exp.Expr | Field, Bound]] = {}

    def of(self, metric: Metric) -> Binder:
        """The binder for rows of a metric over rows: itself, unless the metric names its way."""
        model = self.model.seen_by(metric)
        if model is self.model:
            return self
        if model not in self._seen:
            self._seen[model] = Binder(model, self._as_of, self._columns, self._withheld)
        return self._seen[model]

    def bind(self, expression: exp.Expr, dataset: str, given: Mapping[str, exp.Expr] | None = None) -> Bound:
        """`expression` over fields of `dataset` (unqualified) and of its neighbours. Names in `given` stay as they
        are given. Raises UnbindableError, WithheldError."""
        memory = (id(expression), dataset)
        if given is None and memory in self._bound:
            return self._bound[memory][1]
        needs: set[str] = {dataset}

        def replace(node: exp.Expr) -> exp.Expr:
            if isinstance(node, exp.Column):
                if given is not None and not node.table and node.name in given:
                    return given[node.name].copy()
                owner = self.model.datasets[node.table or dataset]
                return wrapped(self._field_tree(owner.fields[node.name], dataset, needs))
            if isinstance(node, exp.Placeholder) and node.name not in BUCKET_PARAMETERS:
                return self.literals[node.name].copy()
            return node

        tree = divided_safely(expression.copy().transform(replace, copy=False))
        bound = Bound(tree, self._checked(dataset, needs))
        if given is None:
            self._bound[memory] = (expression, bound)
        return bound

    def field(self, field: Field, dataset: str) -> Bound:
        """A field's own expression, for rows of `dataset`. Raises UnbindableError."""
        memory = (id(field), dataset)
        if memory not in self._bound:
            needs: set[str] = {dataset}
            tree = divided_safely(self._field_tree(field, dataset, needs))
            self._bound[memory] = (field, Bound(tree, self._checked(dataset, needs)))
        return self._bound[memory][1]

    def key(self, dataset: str, entity_dataset: str, key: str) -> Bound:
        """The key of an entity for rows of `dataset`, taken from the foreign key where there is one. Rows of a dataset
        and of its roles have the same key, though nothing leads from one to the other. Raises UnbindableError."""
        datasets = self.model.datasets
        bases = {datasets[name].role_of or name for name in (dataset, entity_dataset)}
        if dataset == entity_dataset or (len(bases) == 1 and not self._leads(dataset, entity_dataset)):
            return self.field(datasets[dataset].fields[key], dataset)
        path = self.path(dataset, entity_dataset)
        last = path[-1]
        for source_column, target_column in last.on:
            if target_column == key:
                self.ensure_column(last.source, source_column)
                tree = exp.column(source_column, table=last.source)
                return Bound(tree, self._checked(dataset, {dataset, last.source}))
        return self.field(self.model.datasets[entity_dataset].fields[key], dataset)

    def path(self, dataset: str, target: str) -> JoinPath:
        """The one to-one path; empty to itself. Raises UnbindableError."""
        if dataset == target:
            return ()
        found = self.model.paths.get(dataset, {}).get(target)
        if found is None:
            raise UnbindableError(dataset, target, self.model.ambiguous.get((dataset, target), ()))
        return found

    def _leads(self, dataset: str, target: str) -> bool:
        return target in self.model.paths.get(dataset, {}) or (dataset, target) in self.model.ambiguous

    def steps(self, dataset: str, targets: Iterable[str]) -> tuple[Step, ...]:
        """Every hop needed to join `targets` to rows of `dataset`, in joining order, each once. A version is joined
        after what its instant is read from."""
        ranks: dict[Step, int] = {}
        reached = {dataset: 0}
        for target in sorted(targets):
            self._add_steps(dataset, target, ranks, reached)
        return tuple(sorted(ranks, key=lambda step: ranks[step]))

    def _add_steps(self, dataset: str, target: str, ranks: dict[Step, int], reached: dict[str, int]) -> None:
        for step in self.path(dataset, target):
            if step in ranks:
                continue
            for own, its in step.on:
                self.ensure_column(step.source, own)
                self.ensure_column(step.target, its)
            rank = reached[step.source]
            for need in sorted(self._instant_needs(step, dataset)):
                self._add_steps(dataset, need, ranks, reached)
                rank = max(rank, reached[need])
            ranks[step] = reached[step.target] = rank + 1

    def _instant_needs(self, step: Step, dataset: str) -> set[str]:
        """The neighbours from which the instant of a version is read."""
        field = instant_field(step, self.model.datasets)
        needs: set[str] = set()
        if field is not None:
            self.ensure_way(step.source, field.dataset, dataset)
            self._field_tree(field, dataset, needs)
        return needs - {step.source}

    def _field_tree(self, field: Field, dataset: str, needs: set[str]) -> exp.Expr:
        if self._withheld and self._whole(field) in self._withheld:
            raise WithheldError(field.qualified)

        def hop(source: str, target: str) -> None:
            self.ensure_way(source, target, dataset)

        def partner(target: str) -> exp.Column | None:
            path = self.model.paths.get(dataset, {}).get(target)
            return found_column(path[-1]) if path else None

        return field_tree(field, self.model.datasets, self.literals, needs, hop, partner, self.ensure_column)

    def _whole(self, field: Field) -> str:
        """The name of a field, or of the time that it is a part of."""
        is_whole = field.name in self.model.datasets[field.dataset].fields
        return field.qualified if is_whole else field.qualified.rpartition("__")[0]

    def ensure_column(self, dataset: str, column: str) -> None:
        """Raises MissingColumnError for a column that the dataset's table does not have."""
        if dataset in self._columns and column.lower() not in self._columns[dataset]:
            raise MissingColumnError(dataset, column)

    def ensure_way(self, source: str, target: str, dataset: str) -> None:
        """What a field of `source` reads of `target` is what rows of `dataset` join under that name. Raises
        UnbindableError where another path leads from there."""
        if source in (target, dataset):
            return
        here, onward = self.path(dataset, target), through(self.path(dataset, source), self.path(source, target))
        if here != onward:
            raise UnbindableError(dataset, target, (here, onward))

    def _checked(self, dataset: str, needs: set[str]) -> frozenset[str]:
        for target in sorted(needs):
            self.path(dataset, target)
        return frozenset(needs)


def field_tree(
    field: Field,
    datasets: Mapping[str, Dataset],
    literals: Mapping[str, exp.Expr],
    needs: set[str],
    hop: Callable[[str, str], None] = lambda source, target: None,
    partner: Callable[[str], exp.Column | None] = lambda target: None,
    reads: Callable[[str, str], None] = lambda dataset, column: None,
) -> exp.Expr:
    """A field's expression over columns. The datasets that it reads are added to `needs`; `hop` is told of each
    neighbour that a field reads: the field's dataset and the neighbour.

    `partner` is the column of a joined dataset that is null in rows without a row of it; None for the rows' own. What
    a field would make of nothing (`coalesce(grade, 'none')`, `true`) is no value of theirs. `reads` is told of each
    column of a dataset.
    """
    needs.add(field.dataset)

    def replace(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column):
            if node.table:
                hop(field.dataset, node.table)
                neighbour = datasets[node.table].fields[node.name]
                return wrapped(field_tree(neighbour, datasets, literals, needs, hop, partner, reads))
            reads(field.dataset, node.name)
            return of_kind(exp.column(node.name, table=field.dataset), _kind_of_column(field, node.name, datasets))
        if isinstance(node, exp.Placeholder) and node.name not in BUCKET_PARAMETERS:
            return literals[node.name].copy()
        return node

    tree = field.expression.copy().transform(replace, copy=False)
    found = partner(field.dataset)
    return tree if found is None else where_found(tree, found)


def found_column(step: Step) -> exp.Column:
    """The column of a step's target that is null in rows that found none."""
    return exp.column(step.on[0][1], table=step.target)


def where_found(tree: exp.Expr, partner: exp.Expr) -> exp.Expr:
    """A value of a joined row: null where there is no such row, whatever the expression makes of nulls."""
    if is_null_over_nulls(tree):
        return tree
    is_found = exp.Not(this=exp.Is(this=partner.copy(), expression=exp.Null()))
    return exp.Case(ifs=[exp.If(this=is_found, true=tree)])


def _kind_of_column(field: Field, column: str, datasets: Mapping[str, Dataset]) -> ColumnType | None:
    """The kind of a table's column, from the field that is this column."""
    if isinstance(field.expression, exp.Column):
        return field.type
    plain = datasets[field.dataset].fields.get(column)
    return plain.type if plain is not None and isinstance(plain.expression, exp.Column) else None


def instant_field(step: Step, datasets: Mapping[str, Dataset]) -> Field | None:
    """The field by whose time a step finds a version; None where there are no versions, or it is no field's time."""
    if step.validity is None or step.validity.at.startswith("$"):
        return None
    owner, _, name = step.validity.at.rpartition(".")
    return datasets[owner or step.source].fields[name]


Tree = TypeVar("Tree", bound=exp.Expr)


def substitute(tree: Tree, values: Mapping[str, exp.Expr]) -> Tree:
    """A copy with `$name` placeholders replaced."""
    found = tree.copy().transform(
        lambda node: values[node.name].copy() if isinstance(node, exp.Placeholder) and node.name in values else node,
        copy=False,
    )
    return cast("Tree", found)  # a placeholder at the root is replaced by an expression like any other


def wrapped(tree: exp.Expr) -> exp.Expr:
    """The expression as a part of another: in parentheses unless it is one thing anyway."""
    # AND, OR and some operators are functions too in this library's eyes
    is_one = isinstance(tree, _ATOMS) and not isinstance(tree, exp.Binary)
    return tree if is_one else exp.Paren(this=tree)
