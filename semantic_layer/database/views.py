"""A model as one reader sees it: the one place that stands between every request and the tables.

Comes in: the checked model, and which rows of which datasets are the reader's own. Goes out: the same model over
datasets that hold nothing else. All that is asked of it is asked of a database from which the other rows were removed,
whatever kind of request it is; nothing above needs to know of policies, or could forget them. `guard` looks at each
finished statement all the same, and lets none pass that reads a limited table as it is.

A row of another dataset that leads to a limited one is seen where the row it leads to is: by the one nearest way, by
all ways where several are equally near, else by all of the dataset's roles that it leads to. A row that leads to
nothing is not seen. By versions, the one good today counts, unless their instant stands in the row itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from sqlglot import exp

from semantic_layer.compiler.rows import Sources
from semantic_layer.model.access import same_table
from semantic_layer.model.joins import AS_OF_TODAY
from semantic_layer.model.model import Dataset, JoinPath, Model, Step
from semantic_layer.resolve.binding import Binder, MissingColumnError, instant_field
from semantic_layer.resolve.own_rows import OwnRows
from semantic_layer.sql.nodes import all_of, select_from, subquery

_POLICIES = "policies"


@dataclass(frozen=True, eq=False)
class Limit:
    """What limits a dataset's rows: to those that lead to a reader's own, by every one of `ways`; none if they are the
    same rows."""

    own: OwnRows
    ways: tuple[JoinPath, ...]


@dataclass(frozen=True, eq=False)
class View:
    """The model of what a reader sees. `tables` are those of which a part is seen, `unavailable` the datasets that
    cannot be limited here as they should be, with the columns that this would take: they are not read at all.

    `limits` are those of each dataset; None where they are not its own (those of another one over the same table, of
    what a query reads, of what it is a role of)."""

    model: Model
    tables: frozenset[str]
    unavailable: Mapping[str, tuple[str, ...]]
    limits: Mapping[str, tuple[Limit, ...] | None]


def view_of(model: Model, own: Sequence[OwnRows], binder: Binder) -> View:
    """The model with the reader's own rows in place of all. `binder` is that of the model as it is."""
    made = _Maker(model, own, binder)
    datasets = {name: made.dataset(each) for name, each in model.datasets.items()}
    limited = (each.definition.table for each in model.datasets.values() if made.is_limited(each))
    tables = frozenset(name for name in limited if name is not None)
    limits = {name: made.limits(each) for name, each in model.datasets.items()}
    whole = replace(model, datasets=MappingProxyType(datasets))
    return View(whole, tables, MappingProxyType(made.unavailable), MappingProxyType(limits))


def guard(statement: exp.Expr, view: View) -> None:
    """Raises AssertionError for a statement that reads a table of which the reader sees a part as if it were whole."""
    for table in _tables_read(statement):
        name = _name(table)
        if any(same_table(name, each) for each in view.tables):
            assert _policies_around(table), f"{name} is read past the policies on it"


def policies_in(statement: exp.Expr) -> tuple[str, ...]:
    """The names of the policies that limit what a statement reads, in order."""
    found = (name for each in statement.find_all(exp.Select) for name in each.meta.get(_POLICIES, ()))
    return tuple(sorted(set(found)))


def limited_rows(select: exp.Select, name: str, conditions: Iterable[exp.Expr], policies: Iterable[str]) -> exp.Select:
    """All columns of what is named so in an empty SELECT, where the conditions of those policies hold."""
    every = exp.Column(this=exp.Star(), table=exp.to_identifier(name))
    made = select.select(every, copy=False).where(all_of(conditions), copy=False)
    made.meta[_POLICIES] = tuple(dict.fromkeys(policies))
    return made


@dataclass(eq=False)
class _Maker:
    model: Model
    own: Sequence[OwnRows]
    binder: Binder
    unavailable: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _made: dict[str, exp.Select | None] = field(default_factory=dict)

    def dataset(self, dataset: Dataset) -> Dataset:
        """The dataset with the reader's rows only, itself where it has no others."""
        source = self._limited(self._base(dataset))
        if source is None and dataset.source is not None:
            inner = self._inside(dataset)
            return dataset if inner is None else replace(dataset, source=inner)
        return dataset if source is None else replace(dataset, source=source)

    def is_limited(self, dataset: Dataset) -> bool:
        return self._limited(self._base(dataset)) is not None

    def limits(self, dataset: Dataset) -> tuple[Limit, ...] | None:
        """As in `View`."""
        if not self.is_limited(dataset):
            return () if dataset.source is None or self._inside(dataset) is None else None
        is_own = dataset.role_of is None and not any(
            self._conditions(each) for each in self._together(dataset) if each.name != dataset.name
        )
        return tuple(self._conditions(dataset)) if is_own and dataset.name not in self.unavailable else None

    def _base(self, dataset: Dataset) -> Dataset:
        return dataset if dataset.role_of is None else self.model.datasets[dataset.role_of]

    def _limited(self, dataset: Dataset) -> exp.Select | None:
        """The rows of a dataset, which is no role, that are the reader's; None where all are."""
        if dataset.name not in self._made:
            # limited queries stand on limited tables, and no table on a query: this ends
            same = [each for each in self._together(dataset) if self._conditions(each)]
            found: exp.Select | None = None
            for each in same:
                found = self._with_conditions(each, found)
            for each in self._together(dataset):
                self._made[each.name] = found
        return self._made[dataset.name]

    def _together(self, dataset: Dataset) -> list[Dataset]:
        """The datasets of the same table: what limits one of them limits all."""
        table = dataset.definition.table
        if table is None:
            return [dataset]
        others = (each for each in self.model.datasets.values() if each.role_of is None)
        return [each for each in others if (name := each.definition.table) is not None and same_table(name, table)]

    def _conditions(self, dataset: Dataset) -> list[Limit]:
        """What limits a dataset's rows."""
        found: list[Limit] = []
        for each in self.own:
            if each.dataset == dataset.name:
                found.append(Limit(each, ()))
            elif ways := self._ways(dataset, each.dataset):
                found.append(Limit(each, ways))
        return found

    def _ways(self, dataset: Dataset, target: str) -> tuple[JoinPath, ...]:
        if dataset in self._together(self.model.datasets[target]):
            return ()
        direct = self._leading(dataset.name, target)
        if direct:
            return direct
        roles = (each.name for each in self.model.datasets.values() if each.role_of == target)
        return tuple(way for role in roles for way in self._leading(dataset.name, role))

    def _leading(self, source: str, target: str) -> tuple[JoinPath, ...]:
        one = self.model.paths.get(source, {}).get(target)
        return (one,) if one else self.model.ambiguous.get((source, target), ())

    def _with_conditions(self, dataset: Dataset, before: exp.Select | None) -> exp.Select:
        """The rows that are left of `before`, or of the dataset as it is, when all of its conditions hold."""
        source = self._own_source(dataset) if before is None else subquery(before.copy(), dataset.name)
        select, conditions, names = select_from(source), list[exp.Expr](), list[str]()
        try:
            needs = {dataset.name}
            for limit in self._conditions(dataset):
                own = limit.own
                names.append(own.policy)
                if not limit.ways:
                    bound = self.binder.bind(own.condition, dataset.name, given={})
                    needs |= bound.datasets
                    conditions.append(exp.Paren(this=bound.expression.copy()))
                conditions += [self._leads(dataset.name, way, own) for way in limit.ways]
            select = self._sources.with_steps(select, map(_of_today, self.binder.steps(dataset.name, needs)))
        except MissingColumnError as error:
            self.unavailable[dataset.name] = (f"{error.dataset}.{error.column}",)
            select, conditions = select_from(source), [exp.false()]
        return limited_rows(
            select, dataset.name, conditions, (*names, *(() if before is None else policies_in(before)))
        )

    def _leads(self, source: str, way: JoinPath, own: OwnRows) -> exp.Expr:
        """That a row, under the name of `source`, leads by a way to a row that meets a condition."""
        step, rest = way[0], way[1:]
        target = self._base(self.model.datasets[step.target]) if not rest else self.model.datasets[step.target]
        inner = select_from(self._sources.table(target.name))
        if rest:
            condition = self._leads(step.target, rest, own)
        else:
            bound = self.binder.bind(own.condition, target.name, given={})
            steps = self.binder.steps(target.name, {target.name, *bound.datasets})
            inner = self._sources.with_steps(inner, map(_of_today, steps))
            condition = exp.Paren(this=bound.expression.copy())
        step = replace(step, target=target.name)
        for column, key in step.on:
            self.binder.ensure_column(source, column)
            self.binder.ensure_column(target.name, key)
        pairs = [(exp.column(a, table=source), exp.column(b, table=target.name)) for a, b in step.on]
        if step.validity is None and len(pairs) == 1:
            members = inner.select(pairs[0][1], copy=False).where(condition, copy=False)
            members.meta[_POLICIES] = (own.policy,)
            return exp.In(this=pairs[0][0], query=exp.Subquery(this=members))
        equal = [exp.EQ(this=one, expression=other) for one, other in pairs]
        valid = self._sources.valid(self._for_row(step)) if step.validity is not None else []
        found = inner.select("1", copy=False).where(all_of([*equal, *valid, condition]), copy=False)
        found.meta[_POLICIES] = (own.policy,)
        return exp.Exists(this=found)

    def _for_row(self, step: Step) -> Step:
        """The step as a row alone can take it: by an instant of its own, else as of today."""
        at = instant_field(step, self.model.datasets)
        is_own = (
            at is not None
            and at.dataset == step.source
            and not any(column.table for column in at.expression.find_all(exp.Column))
        )
        return step if is_own else _as_of_today(step)

    def _own_source(self, dataset: Dataset) -> exp.Expr:
        """A dataset under its own name as it is, but for limited tables inside of its query."""
        if dataset.source is None:
            return self._sources.table(dataset.name)
        return subquery(self._inside(dataset) or dataset.source.copy(), dataset.name)

    def _inside(self, dataset: Dataset) -> exp.Query | None:
        """The query of a dataset over the reader's rows of the queries and tables in it; None where all are."""
        assert dataset.source is not None, "asked of queries"
        tree, is_other = dataset.source.copy(), False
        for part in tuple(tree.find_all(exp.Subquery)):
            limited = self._of_query(part.this)
            if limited is not None:
                part.set("this", limited.copy())
                is_other = True
        for table in tuple(_tables_read(tree)):
            limited = self._of_table(_name(table))
            if limited is not None and not _policies_around(table):
                table.replace(subquery(limited.copy(), table.alias_or_name))
                is_other = True
        return tree if is_other else None

    def _of_query(self, query: exp.Expr) -> exp.Select | None:
        """The reader's rows of the dataset that a query is; None where it is none, or all are."""
        queries = (each for each in self.model.datasets.values() if each.source is not None and each.role_of is None)
        return next((self._limited(each) for each in queries if each.source == query), None)

    def _of_table(self, name: str) -> exp.Select | None:
        for each in self.model.datasets.values():
            table = each.definition.table
            if table is not None and each.role_of is None and same_table(table, name):
                limited = self._limited(each)
                if limited is not None:
                    return limited
        return None

    @property
    def _sources(self) -> Sources:
        """The datasets as they are: whether a row is the reader's does not depend on which others are."""
        return Sources(self.model.datasets, self.binder.literals)


def _of_today(step: Step) -> Step:
    """A step whose version depends on the instant that is counted at, as of today."""
    return _as_of_today(step) if step.validity is not None and step.validity.at.startswith("$") else step


def _as_of_today(step: Step) -> Step:
    return step if step.validity is None else replace(step, validity=replace(step.validity, at=AS_OF_TODAY))


def _policies_around(node: exp.Expr) -> bool:
    above: exp.Expr | None = node
    while above is not None:
        if above.meta.get(_POLICIES):
            return True
        above = above.parent
    return False


def _tables_read(tree: exp.Expr) -> Iterator[exp.Table]:
    """The tables of the database that a statement names: all that are not parts of its own."""
    return (each for each in tree.find_all(exp.Table) if each.db or not _is_part(each))


def _is_part(table: exp.Table) -> bool:
    """Whether a name stands for a part (WITH) that is written before, in the query or in one around it."""
    below: exp.Expr = table
    above = table.parent
    while above is not None:
        named = above.args.get("with_")
        if isinstance(named, exp.With) and any(
            each.alias.lower() == table.name.lower() for each in _before(named, below)
        ):
            return True
        if isinstance(above, exp.With):
            known = _before(above, below)
            if any(each.alias.lower() == table.name.lower() for each in known):
                return True
        below, above = above, above.parent
    return False


def _before(named: exp.With, below: exp.Expr) -> Iterable[exp.Expr]:
    """The parts that may be named from `below`: those before it, itself too where parts may name themselves."""
    parts = named.expressions
    if below is named:
        return ()  # told when it was passed
    place = next((index for index, each in enumerate(parts) if each is below), None)
    return parts if place is None else parts[: place + 1 if named.args.get("recursive") else place]


def _name(table: exp.Table) -> str:
    return ".".join(part.name for part in table.parts)
