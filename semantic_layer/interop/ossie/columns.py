"""Names in the expression of a field: columns of its table, other fields of its dataset, fields of other datasets.

A plain name is a column, as the specification has it. Only where the dataset has another field of that name, and
nothing shows that its table has such a column too, it is that field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.errors import DefinitionProblem, nearest, thing
from semantic_layer.interop.ossie.names import look_up
from semantic_layer.interop.ossie.problems import UnknownReference
from semantic_layer.sql.parsing import Sql


@dataclass(frozen=True)
class Rows:
    """A dataset as the expressions of its fields see it: the parsed expressions by the name of the field.

    `name` and `fields` are the document's names; `called` gives our names for the fields.
    """

    name: str
    ours: str
    table: str
    fields: Mapping[str, Sql]
    called: Mapping[str, str]

    def is_column(self, name: str) -> bool:
        """Whether the field of that name shows a column of the same name in the table, or there is no such field."""
        sql = look_up(self.fields, name)
        return sql is None or any(each.name.casefold() == name.casefold() for each in sql.columns if not each.table)

    def column_of(self, name: str) -> str | None:
        """The column that a key names: itself, or the one that the field of that name is; None for a computed field."""
        sql = look_up(self.fields, name)
        if sql is None:
            return self._spelled(name)
        if isinstance(sql.tree, exp.Column):
            return sql.tree.name
        return self._spelled(name) if self.is_column(name) else None

    def _spelled(self, name: str) -> str:
        """The name of a column as the fields spell it."""
        used = {each.name: each.name for sql in self.fields.values() for each in sql.columns if not each.table}
        return look_up(used, name) or name


def bound(field: str, rows: Rows, others: Mapping[str, Rows], where: str) -> exp.Expr | tuple[DefinitionProblem, ...]:
    """The expression of a field in our words, or the names in it that stand for nothing."""
    owner = thing("field", f"{rows.name}.{field}")
    problems: list[DefinitionProblem] = []
    tree = rows.fields[field].tree.copy()
    replaced: dict[int, exp.Expr] = {}
    for column in list(tree.find_all(exp.Column)):
        found = _bound(column, field, rows, others)
        if isinstance(found, Unbound):
            near = tuple(nearest(found.name, found.known))
            problems.append(UnknownReference(where, owner, found.thing, found.name, near))
        else:
            replaced[id(column)] = found
    if problems:
        return tuple(problems)

    def put_in(node: exp.Expr) -> exp.Expr:
        return replaced.get(id(node), node)

    return tree.transform(put_in, copy=False)


@dataclass(frozen=True)
class Unbound:
    """A name that stands for nothing, and the names that there are."""

    thing: str
    name: str
    known: tuple[str, ...]


def _bound(column: exp.Column, field: str, rows: Rows, others: Mapping[str, Rows]) -> exp.Expr | Unbound:
    name, table = column.name, column.table
    plain = exp.column(name, quoted=column.this.args.get("quoted") or None)
    is_own = table.casefold() in ("", rows.name.casefold(), rows.table.casefold())
    if is_own:
        if name.casefold() == field.casefold() or rows.is_column(name):
            return plain
        return exp.column(_called(rows, name), table=rows.ours)
    other = look_up(others, table)
    if other is None:
        return Unbound("dataset", table, tuple(others))
    if look_up(other.called, name) is None:
        return Unbound("field", f"{table}.{name}", tuple(f"{table}.{each}" for each in other.called))
    return exp.column(_called(other, name), table=other.ours)


def _called(rows: Rows, name: str) -> str:
    called = look_up(rows.called, name)
    assert called is not None, "only known fields are asked for"
    return called
