"""Which columns of a model's datasets a database has: what needs one that is not there is refused by its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from semantic_layer.model.model import Dataset, Model

Tables = Mapping[str, tuple[str, ...]]


def columns_of(model: Model, tables: Tables) -> dict[str, frozenset[str]]:
    """The columns of each dataset that is a table here, in small letters."""
    known = _folded(tables)
    found = {}
    for name, dataset in model.datasets.items():
        columns = _of_table(dataset.definition.table, known) if dataset.source is None else None
        if columns is not None:
            found[name] = columns
    return found


def queries_without(model: Model, tables: Tables) -> dict[str, tuple[str, ...]]:
    """The datasets that are queries over columns which their tables do not have: those columns, as `table.column`."""
    known = _folded(tables)
    found = {}
    for name, dataset in model.datasets.items():
        missing = tuple(sorted(set(_missing_in(dataset, known)))) if dataset.source is not None else ()
        if missing:
            found[name] = missing
    return found


def _missing_in(dataset: Dataset, known: Mapping[str, frozenset[str]]) -> Iterator[str]:
    assert dataset.source is not None, "asked of queries"
    for scope in traverse_scope(dataset.source):
        tables = {alias: each for alias, each in scope.sources.items() if isinstance(each, exp.Table)}
        columns = {alias: _of_table(_name(table), known) for alias, table in tables.items()}
        for column in scope.columns:
            home = column.table or _only_source(scope)
            there = columns.get(home) if home is not None else None
            if there is not None and column.name.lower() not in there and not _is_named_here(column, scope):
                yield f"{_name(tables[home or ''])}.{column.name}"


def _only_source(scope: Scope) -> str | None:
    """The one source of a query that an unqualified column can be of; None where it may be one of several's."""
    return next(iter(scope.sources)) if len(scope.sources) == 1 and not scope.is_correlated_subquery else None


def _is_named_here(column: exp.Column, scope: Scope) -> bool:
    """Whether the name may be that of an output of the query itself, which some clauses may use."""
    outputs = scope.expression.selects if isinstance(scope.expression, exp.Query) else []
    return not column.table and any(isinstance(each, exp.Alias) and each.alias == column.name for each in outputs)


def _name(table: exp.Table) -> str:
    return ".".join(part.name for part in table.parts)


def shorter_names(name: str) -> Iterator[str]:
    """A table's name, then without its database, then without its schema."""
    while name:
        yield name
        name = name.partition(".")[2]


def _folded(tables: Tables) -> Mapping[str, frozenset[str]]:
    return {name.lower(): frozenset(each.lower() for each in columns) for name, columns in tables.items()}


def _of_table(name: str | None, known: Mapping[str, frozenset[str]]) -> frozenset[str] | None:
    for each in shorter_names((name or "").replace('"', "").lower()):
        if each in known:
            return known[each]
    return None
