"""Dataset definitions to datasets: their SQL read, `{other}` datasets put in, fields parsed, required tables found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from sqlglot import exp

from semantic_layer.errors import DefinitionProblem, Phrase, nearest, thing
from semantic_layer.loading.problems.definitions import (
    BadExpression,
    DatasetCycle,
    MisplacedAggregate,
    MixedKinds,
    NoSource,
    NotATime,
)
from semantic_layer.loading.problems.names import BadName, DuplicateName, UnknownColumn, UnknownDataset
from semantic_layer.loading.references import (
    AS_OF,
    check_kinds,
    check_no_bucket,
    check_row_expression,
    check_values_of_a_day,
)
from semantic_layer.loading.unchecked import Draft
from semantic_layer.loading.value_kinds import group, group_of, named_group
from semantic_layer.loading.yaml_text import Part
from semantic_layer.model.definitions import DatasetDefinition, FieldDefinition
from semantic_layer.model.labels import label_of
from semantic_layer.model.model import Dataset, Field
from semantic_layer.model.names import TIME_TYPES
from semantic_layer.sql.parsing import Sql, Unparsable, columns, parse_expression, parse_query, survey

_BRACES = re.compile(r"\{\s*([A-Za-z_]\w*)\s*\}")
_STAND_IN = "__dataset_"


def build_datasets(draft: Draft, found: list[DefinitionProblem]) -> dict[str, Dataset]:
    """Every dataset by name but for roles of others; its problems, but for those of names in other datasets, are
    added to `found`."""
    sources = _Sources(draft, found)
    built: dict[str, Dataset] = {}
    first = {each.name: place for place, each in reversed(tuple(enumerate(draft.definition.datasets)))}
    for place, definition in enumerate(draft.definition.datasets):
        if first[definition.name] != place or definition.role_of is not None:
            continue
        part: Part = ("datasets", place)
        source = sources.of(definition.name) if draft.is_read(*part) else None
        fields = _fields(draft, place, found)
        dataset = Dataset(
            definition=definition,
            source=source.query if source is not None else None,
            fields=MappingProxyType(fields),
            requires=source.tables if source is not None else frozenset(),
            label=label_of(definition.name, definition.label),
        )
        built[definition.name] = dataset
        if draft.is_read(*part):
            _check_keys(draft, place, dataset, found)
    return built


def known_columns(dataset: Dataset) -> frozenset[str] | None:
    """The columns of the dataset's rows: those that its SQL names, else those that its fields use.

    None where nothing is known of them, for then no name is wrong.
    """
    if dataset.source is not None:
        outputs = output_columns(dataset.source)
        if outputs is not None:
            return outputs
    used = {
        column.name for field in dataset.fields.values() for column in columns(field.expression) if not column.table
    }
    return frozenset(used) if used else None


def output_columns(query: exp.Query) -> frozenset[str] | None:
    """The names of a query's columns; None where a star or a nameless column hides some."""
    if any(each.is_star or not each.alias_or_name for each in query.selects):
        return None
    return frozenset(each.alias_or_name for each in query.selects)


@dataclass(frozen=True, eq=False)
class _Source:
    """What a dataset's rows come from: `query` is None for a plain table."""

    query: exp.Query | None
    table: str
    tables: frozenset[str]


class _Sources:
    """The sources of all datasets, each read once, those that it stands on first."""

    def __init__(self, draft: Draft, found: list[DefinitionProblem]) -> None:
        self._draft = draft
        self._found = found
        self._places = {each.name: place for place, each in reversed(list(enumerate(draft.definition.datasets)))}
        self._done: dict[str, _Source | None] = {}
        self._open: list[str] = []

    def of(self, name: str) -> _Source | None:
        """The source of a dataset; None where it has a problem."""
        if name in self._done:
            return self._done[name]
        if name in self._open:
            chain = (*self._open[self._open.index(name) :], name)
            self._found.append(DatasetCycle(self._draft.where("datasets", self._places[self._open[-1]], "sql"), chain))
            return None
        self._open.append(name)
        self._done[name] = self._read(self._places[name])
        self._open.pop()
        return self._done[name]

    def _read(self, place: int) -> _Source | None:
        definition = self._draft.definition.datasets[place]
        if not self._draft.is_read("datasets", place):
            return None
        if definition.role_of is not None:
            # the rows of a role are those of its base; what is wrong with a role is told elsewhere
            return self.of(definition.role_of) if definition.role_of in self._places else None
        if (definition.table is None) == (definition.sql is None):
            where = self._draft.where("datasets", place)
            self._found.append(NoSource(where, definition.name, definition.table is not None))
            return None
        if definition.table is not None:
            return self._table(place, definition.table)
        assert definition.sql is not None, "one of table and sql is there"
        return self._query(place, definition, definition.sql)

    def _table(self, place: int, table: str) -> _Source | None:
        names = table.split(".")
        if not all(name.strip() for name in names) or len(names) > 3:
            owner = thing("dataset", self._draft.definition.datasets[place].name)
            where = self._draft.where("datasets", place, "table")
            self._found.append(BadExpression(where, owner, table, Phrase("它不是表名", "it is not a table's name")))
            return None
        return _Source(None, table, frozenset({table}))

    def _query(self, place: int, definition: DatasetDefinition, sql: str) -> _Source | None:
        owner = thing("dataset", definition.name)
        part: Part = ("datasets", place, "sql")
        tree = parse_query(_BRACES.sub(rf"{_STAND_IN}\1", sql))
        if isinstance(tree, Unparsable):
            self._found.append(BadExpression(self._draft.where(*part), owner, _shortened(sql), tree.reason))
            return None
        held = survey(tree)
        if isinstance(held, Unparsable):
            self._found.append(BadExpression(self._draft.where(*part), owner, _shortened(sql), held.reason))
            return None
        self._found.extend(check_values_of_a_day(self._draft, held, part, owner, (AS_OF,)))
        shared = {each.alias_or_name for each in tree.find_all(exp.CTE)}
        tables: set[str] = set()
        whole = True
        for node in list(tree.find_all(exp.Table)):
            if node.name.startswith(_STAND_IN):
                other = self._other(node.name.removeprefix(_STAND_IN), part, owner)
                if other is None:
                    whole = False
                    continue
                tables |= other.tables
                _put_in(node, other)
            elif isinstance(node.this, exp.Identifier) and (node.db or node.name not in shared):
                tables.add(".".join(each.name for each in node.parts))
        return _Source(tree, definition.name, frozenset(tables)) if whole else None

    def _other(self, name: str, part: Part, owner: Phrase) -> _Source | None:
        if name in self._places:
            return self.of(name)
        if "datasets" not in self._draft.gaps:
            near = nearest(name, self._places)
            self._found.append(UnknownDataset(self._draft.where(*part), owner, name, near))
        return None


def _put_in(node: exp.Table, other: _Source) -> None:
    """Replace a stand-in by the table or query of the dataset that it stands for, under the same alias."""
    alias = node.alias or node.name.removeprefix(_STAND_IN)
    if other.query is None:
        node.replace(exp.alias_(exp.to_table(other.table, dialect="duckdb"), alias, table=True))
    else:
        node.replace(other.query.copy().subquery(alias, copy=False))


def _fields(draft: Draft, place: int, found: list[DefinitionProblem]) -> dict[str, Field]:
    dataset = draft.definition.datasets[place]
    fields: dict[str, Field] = {}
    for index, definition in enumerate(dataset.fields):
        part: Part = ("datasets", place, "fields", index)
        if definition.name in fields:
            first = draft.where("datasets", place, "fields", list(fields).index(definition.name))
            found.append(
                DuplicateName(
                    draft.where(*part),
                    Phrase(f"“{dataset.name}”的字段", f"field of '{dataset.name}'"),
                    definition.name,
                    first,
                )
            )
            continue
        tree: exp.Expr = exp.column(definition.name)
        if draft.is_read(*part):
            tree = _field_tree(draft, part, thing("field", f"{dataset.name}.{definition.name}"), definition, found)
        label = label_of(definition.name, definition.label)
        fields[definition.name] = Field(definition, dataset.name, tree, label)
    return fields


def _field_tree(
    draft: Draft, part: Part, owner: Phrase, definition: FieldDefinition, found: list[DefinitionProblem]
) -> exp.Expr:
    if not definition.name.isidentifier():
        found.append(BadName(draft.where(*part), "field", definition.name))
    if definition.role == "time" and definition.type not in TIME_TYPES:
        found.append(NotATime(draft.where(*part), owner, definition.name, definition.type))
    if definition.expression is None:
        return exp.column(definition.name)
    part = (*part, "expression")
    sql = parse_expression(definition.expression)
    if isinstance(sql, Unparsable):
        found.append(BadExpression(draft.where(*part), owner, _shortened(definition.expression), sql.reason))
        return exp.null()
    if sql.aggregates:
        advice = Phrase(
            "字段对每一行都有一个值：请写成指标，或用带 `sql` 的数据集。",
            "A field has a value for each row: write a metric, or a dataset with `sql`.",
        )
        found.append(MisplacedAggregate(draft.where(*part), owner, sql.aggregates[0].sql("duckdb"), advice))
    found.extend(check_row_expression(draft, sql, part, owner))
    found.extend(check_no_bucket(draft, sql, part, owner))
    found.extend(_check_kind(draft, sql, part, owner, definition))
    return exp.null() if sql.has_query or sql.has_window else sql.tree


def _check_kind(
    draft: Draft, sql: Sql, part: Part, owner: Phrase, definition: FieldDefinition
) -> Iterator[DefinitionProblem]:
    """The expression makes sense, as far as it tells by itself, and gives values of the field's type."""
    yield from check_kinds(draft, sql.tree, part, owner)
    given = group_of(sql.tree)
    if given is not None and "type" in definition.model_fields_set and given != group(definition.type):
        told = named_group(given)
        reason = Phrase(
            f"它得到{told.zh}，而字段的类型是“{definition.type}”",
            f"it gives {told.en}, but the field's type is '{definition.type}'",
        )
        yield MixedKinds(draft.where(*part), owner, _shortened(definition.expression or ""), reason)


def _check_keys(draft: Draft, place: int, dataset: Dataset, found: list[DefinitionProblem]) -> None:
    definition = dataset.definition
    if not definition.name.isidentifier():
        found.append(BadName(draft.where("datasets", place), "dataset", definition.name))
    known = known_columns(dataset)
    for column in definition.primary_key:
        if known is not None and column not in known:
            where = draft.where("datasets", place, "primary_key")
            owner = Phrase(f"“{dataset.name}”的主键", f"the primary key of '{dataset.name}'")
            found.append(UnknownColumn(where, owner, column, dataset.name, nearest(column, known)))
    if dataset.source is not None:
        _check_outputs(draft, place, dataset, found)


def _check_outputs(draft: Draft, place: int, dataset: Dataset, found: list[DefinitionProblem]) -> None:
    """A field of a query's rows uses columns that the query names."""
    assert dataset.source is not None, "only queries name their columns"
    outputs = output_columns(dataset.source)
    if outputs is None:
        return
    for field in dataset.fields.values():
        for column in columns(field.expression):
            part: Part = ("datasets", place, "fields", _place_of(field, dataset))
            if not column.table and column.name not in outputs and draft.is_read(*part):
                owner = thing("field", field.qualified)
                near = nearest(column.name, outputs)
                where = draft.where(*part, "expression")
                found.append(UnknownColumn(where, owner, column.name, dataset.name, near))


def _place_of(field: Field, dataset: Dataset) -> int:
    return next(i for i, each in enumerate(dataset.definition.fields) if each.name == field.name)


def _shortened(sql: str) -> str:
    text = " ".join(sql.split())
    return text if len(text) <= 60 else text[:59] + "…"
