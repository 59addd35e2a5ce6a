"""Datasets and fields of a document to ours: sources, keys, expressions, types and roles.

Columns that keys and relationships name are fields too, declared or not. A dataset that declares no field at all is
given those that metrics read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.errors import DefinitionProblem, Phrase, thing
from semantic_layer.interop.ossie import dialects
from semantic_layer.interop.ossie.columns import Rows, bound
from semantic_layer.interop.ossie.document import Found
from semantic_layer.interop.ossie.kinds import role_of, type_of
from semantic_layer.interop.ossie.names import Taken, look_up, slug
from semantic_layer.interop.ossie.problems import BadExpression, NotCarriedOver, Renamed
from semantic_layer.interop.ossie.reads import Reads
from semantic_layer.interop.ossie.sources import moved_query, moved_table
from semantic_layer.interop.ossie.spec import OssieDataset, OssieField
from semantic_layer.interop.ossie.words import both, left_behind, synonyms_of
from semantic_layer.loading.yaml_text import Part
from semantic_layer.model.definitions import DatasetDefinition, FieldDefinition
from semantic_layer.sql.parsing import Sql, Unparsable, parse_expression


@dataclass(frozen=True, eq=False)
class Dataset:
    """A dataset in our words, and where it and each of its fields stand in the document."""

    definition: DatasetDefinition
    part: Part
    field_parts: tuple[Part, ...]
    rows: Rows
    keys: tuple[tuple[str, ...], ...]


class DatasetConverter:
    """Converts the datasets of one model. Problems and remarks go to the lists given."""

    def __init__(self, found: Found, reads: Reads, schema: str | None, problems: list[DefinitionProblem]) -> None:
        self._found, self._reads, self._schema, self._problems = found, reads, schema, problems
        names = Taken()
        self._ours = {each.name: names.give(slug(each.name, "dataset")) for each in found.model.datasets}
        self._rows = {each.name: self._readable(place, each) for place, each in enumerate(found.model.datasets)}

    def datasets(self) -> dict[str, Dataset]:
        """The datasets by their names in the document."""
        return {each.name: self._dataset(place, each) for place, each in enumerate(self._found.model.datasets)}

    # ---- names and expressions, before anything may speak of them ----

    def _readable(self, place: int, dataset: OssieDataset) -> Rows:
        fields: dict[str, Sql] = {}
        names = Taken()
        for index, field in enumerate(dataset.fields):
            part: Part = ("datasets", place, "fields", index)
            sql = self._parsed(field, part, thing("field", f"{dataset.name}.{field.name}"))
            if sql is not None:
                fields[field.name] = sql
        for name in self._reads.open_fields(dataset):
            fields[name] = _plain(name)
        called = {name: names.give(slug(name, "field")) for name in fields}
        table = dataset.source.rpartition(".")[2].strip('"`')
        return Rows(dataset.name, self._ours[dataset.name], table, fields, called)

    def _parsed(self, field: OssieField, part: Part, owner: Phrase) -> Sql | None:
        where = self._found.where(*part, "expression")
        text = dialects.readable(field.expression, where, owner)
        if isinstance(text, DefinitionProblem):
            self._problems.append(text)
            return None
        where = self._found.where(*part, "expression", "dialects", text.place, "expression")
        sql = dialects.parsed(text, where, owner)
        if isinstance(sql, DefinitionProblem):
            self._problems.append(sql)
            return None
        reason = None
        if sql.has_window or sql.has_query:
            reason = Phrase("里面有窗口函数或查询", "it holds a window function or a query of its own")
        elif sql.aggregates:
            reason = Phrase("它做聚合，而字段对每一行都有一个值", "it aggregates, and a field has a value for each row")
        if reason is not None:
            self._problems.append(NotCarriedOver(where, owner, reason))
        return sql if reason is None else None

    # ---- definitions ----

    def _dataset(self, place: int, dataset: OssieDataset) -> Dataset:
        part: Part = ("datasets", place)
        where, owner = self._found.where(*part), thing("dataset", dataset.name)
        rows = self._rows[dataset.name]
        if rows.ours != dataset.name:
            self._problems.append(Renamed(where, owner, rows.ours))
        self._problems += left_behind(dataset.ai_context, where, owner)
        table, sql = self._source(dataset, (*part, "source"))
        keys = tuple(self._keys(dataset, part, rows))
        fields: list[FieldDefinition] = []
        parts: list[Part] = []
        joined = self._reads.joined(dataset.name)
        foreign = self._reads.foreign(dataset.name)
        keyed = {column for key in keys for column in key}
        for index, field in enumerate(dataset.fields):
            if field.name in rows.fields:
                made = self._field((*part, "fields", index), field, rows, keyed, foreign)
                if made is not None:
                    fields.append(made)
                    parts.append((*part, "fields", index))
        for name in self._reads.open_fields(dataset):
            fields.append(self._open_field(dataset, rows, name))
            parts.append(part)
        for column in _undeclared((*keyed, *(rows.column_of(each) or "" for each in joined)), fields):
            name = slug(column, "column")
            fields.append(FieldDefinition(name=name, expression=_beyond(exp.column(column), name), role="key"))
            parts.append(part)
        definition = DatasetDefinition(
            name=rows.ours,
            table=table,
            sql=sql,
            primary_key=keys[0] if keys else (),
            fields=tuple(fields),
            description=both(dataset.description),
            synonyms=synonyms_of(dataset.ai_context),
        )
        return Dataset(definition, part, tuple(parts), rows, keys)

    def _open_field(self, dataset: OssieDataset, rows: Rows, name: str) -> FieldDefinition:
        """A column of a dataset that declares no fields, which a metric reads."""
        given: dict[str, object] = {"name": rows.called[name]}
        if rows.called[name] != name:
            given["expression"] = _quoted(name)
        kind = self._reads.shown(dataset.name, name)
        if kind is not None:
            given["type"] = kind
        if self._reads.is_summed(dataset.name, name):
            given["role"] = "fact"
        return FieldDefinition.model_validate(given)

    def _source(self, dataset: OssieDataset, part: Part) -> tuple[str | None, str | None]:
        """The table or the query that a dataset reads, where `schema` says that they stand."""
        query = dialects.parsed_query(dataset.source)
        owner = thing("dataset", dataset.name)
        if isinstance(query, Unparsable):
            shown = " ".join(dataset.source.split())[:60]
            self._problems.append(BadExpression(self._found.where(*part), owner, shown, query.reason))
            return dataset.name, None
        if query is not None:
            return None, moved_query(query, self._schema).sql("duckdb", pretty=True)
        table = moved_table(dataset.source, self._schema)
        if table is None:
            reason = Phrase(
                "表名要写成“table”“schema.table”或“database.schema.table”",
                "a table is named 'table', 'schema.table' or 'database.schema.table'",
            )
            self._problems.append(BadExpression(self._found.where(*part), owner, dataset.source, reason))
            return dataset.name, None
        if '"' not in table:
            return table, None
        return None, exp.select("*").from_(exp.to_table(table, dialect="duckdb")).sql("duckdb")

    def _keys(self, dataset: OssieDataset, part: Part, rows: Rows) -> Iterator[tuple[str, ...]]:
        """The keys as columns, the one to go by first: the primary key, or one that holds fewer of its columns."""
        found: list[tuple[str, ...]] = []
        for key in (dataset.primary_key, *dataset.unique_keys):
            columns = [rows.column_of(name) for name in key]
            if not all(columns):
                named = ", ".join(key)
                owner = Phrase(f"“{dataset.name}”的键（{named}）", f"the key ({named}) of '{dataset.name}'")
                where, reason = (
                    self._found.where(*part),
                    Phrase("我们的键是表的列", "our keys are columns of the table"),
                )
                self._problems.append(NotCarriedOver(where, owner, reason))
            elif columns:
                found.append(tuple(each for each in columns if each))
        first = min(found[1:], key=len, default=None) if found else None
        if first is not None and set(first) < set(found[0]):
            found.insert(0, first)
        yield from dict.fromkeys(found)

    def _field(
        self, part: Part, field: OssieField, rows: Rows, keyed: set[str], foreign: set[str]
    ) -> FieldDefinition | None:
        where, owner = self._found.where(*part), thing("field", f"{rows.name}.{field.name}")
        tree = bound(field.name, rows, self._rows, self._found.where(*part, "expression"))
        if isinstance(tree, tuple):
            self._problems += tree
            return None
        name = rows.called[field.name]
        if name != field.name:
            self._problems.append(Renamed(where, owner, name))
        self._problems += left_behind(field.ai_context, where, owner)
        is_summed = self._reads.is_summed(rows.name, field.name)
        kind = type_of(field, rows.fields[field.name], self._reads.shown(rows.name, field.name))
        column = tree.name if isinstance(tree, exp.Column) and not tree.table else None
        is_key, is_foreign = column in keyed, column in {rows.column_of(each) for each in foreign} - {None}
        made = FieldDefinition(
            name=name,
            expression=_beyond(tree, name),
            description=both(field.description),
            role=role_of(field, kind, is_key, is_foreign, is_summed),
            label=both(field.label),
            synonyms=synonyms_of(field.ai_context, *([field.name] if name != field.name else [])),
        )
        # a type that nothing tells is not said to be text: unsaid, no check holds a comparison against it
        return made if kind is None else made.model_copy(update={"type": kind})


def _undeclared(columns: tuple[str, ...], fields: list[FieldDefinition]) -> Iterator[str]:
    """Columns that no field shows as they are."""
    known = {each.name if each.expression is None else each.expression.strip('"') for each in fields}
    names = {each.name for each in fields}
    for column in dict.fromkeys(each for each in columns if each):
        if column not in known and column not in names:
            yield column


def _beyond(tree: exp.Expr, name: str) -> str | None:
    """The expression, if it says more than the name does."""
    if isinstance(tree, exp.Column) and not tree.table and tree.name == name:
        return None
    return tree.sql("duckdb")


def _quoted(name: str) -> str:
    return exp.column(name).sql("duckdb")


def _plain(name: str) -> Sql:
    sql = parse_expression(_quoted(name))
    assert isinstance(sql, Sql), "a quoted name is an expression"
    return sql


def find(datasets: Mapping[str, Dataset], name: str) -> Dataset | None:
    """The dataset of that name, whatever its case."""
    return look_up(datasets, name)
