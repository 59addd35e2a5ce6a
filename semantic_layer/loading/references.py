"""Do the names in an expression stand for something? Fields, datasets within to-one reach, parameters, no clock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.errors import DefinitionProblem, Phrase, nearest
from semantic_layer.loading.problems.definitions import (
    BadExpression,
    MetricAmongRows,
    MixedGrains,
    MixedKinds,
    NestedAggregate,
    NotAggregate,
    NotATime,
    ReadsClock,
)
from semantic_layer.loading.problems.joins import AmbiguousReference, Unreachable
from semantic_layer.loading.problems.metrics import NOT_INNER
from semantic_layer.loading.problems.names import (
    UnknownDataset,
    UnknownDimension,
    UnknownField,
    UnknownParameter,
    UnknownValue,
)
from semantic_layer.loading.unchecked import Draft
from semantic_layer.loading.value_kinds import mistakes, with_kinds
from semantic_layer.loading.yaml_text import Part
from semantic_layer.model.joins import JoinPaths, ways_onward, written
from semantic_layer.model.model import Dataset, Field
from semantic_layer.model.names import TIME_TYPES, parse_name
from semantic_layer.query.result import ColumnType
from semantic_layer.sql.parsing import Sql, columns

AS_OF = "as_of"
BUCKET_START, BUCKET_END = "bucket_start", "bucket_end"
GIVEN_PARAMETERS = (AS_OF, BUCKET_START, BUCKET_END)


@dataclass(frozen=True)
class Scope:
    """The names that an expression over rows of `dataset` may use: its fields, those of datasets within to-one
    reach as `dataset.field`, and `more` (names that the definition itself gives)."""

    draft: Draft
    datasets: Mapping[str, Dataset]
    joins: JoinPaths
    dataset: str
    more: Collection[str] = ()

    def check(self, columns: Iterable[exp.Column], part: Part, owner: Phrase) -> Iterator[DefinitionProblem]:
        """A problem for each name that stands for nothing, once each."""
        seen: set[tuple[str, str]] = set()
        for column in columns:
            key = (column.table, column.name)
            if key not in seen:
                seen.add(key)
                yield from self._check_column(column, part, owner)

    def check_values(self, sql: Sql, part: Part, owner: Phrase) -> Iterator[DefinitionProblem]:
        """Values go together by their kinds, and what a field with a closed set of values is compared with is one."""
        yield from check_kinds(self.draft, self.with_kinds(sql.tree), part, owner)
        for column, values in sql.compared:
            field = self.find(column.table, column.name) if column.name not in self.more else None
            if field is not None and field.definition.values and not field.definition.open:
                codes = [str(code) for code in field.definition.values]
                for value in values:
                    if value not in codes:
                        near = nearest(value, codes)
                        yield UnknownValue(self.draft.where(*part), owner, field.qualified, value, near)

    def check_time(self, name: str, part: Part, owner: Phrase) -> Iterator[DefinitionProblem]:
        """The name is that of a field with a date or timestamp."""
        column = parse_name(name)
        if column is None:
            reason = Phrase("时间要写字段的名字", "a time is the name of a field")
            yield BadExpression(self.draft.where(*part), owner, name, reason)
            return
        yield from self.check((column,), part, owner)
        field = self.find(column.table, column.name)
        if field is not None and field.type not in TIME_TYPES and self.draft.is_read(*field_part(self.draft, field)):
            yield NotATime(self.draft.where(*part), owner, field.qualified, field.type)

    def with_kinds(self, tree: exp.Expr) -> exp.Expr:
        """A copy of the tree that knows of which kind the values of its fields are."""

        def kind(column: exp.Column) -> ColumnType | None:
            field = self.find(column.table, column.name) if column.name not in self.more else None
            if field is None or (self.draft.unread and not self.draft.is_read(*field_part(self.draft, field))):
                return None
            return declared_kind(field)

        return with_kinds(tree, kind)

    def find(self, dataset: str, name: str) -> Field | None:
        """The field, if it can be used here; `dataset` may be ''."""
        if dataset in ("", self.dataset):
            return self.datasets[self.dataset].fields.get(name)
        return self.datasets[dataset].fields.get(name) if dataset in self.joins.paths.get(self.dataset, {}) else None

    def _check_column(self, column: exp.Column, part: Part, owner: Phrase) -> Iterator[DefinitionProblem]:
        where = self.draft.where
        if isinstance(column.this, exp.Star):
            reason = Phrase("“*”代表许多字段；请写其中一个", "'*' stands for many fields; name one")
            yield BadExpression(where(*part), owner, column.sql("duckdb"), reason)
        elif column.args.get("db") is not None:
            reason = Phrase("字段要写成“field”或“dataset.field”", "a field is named 'field' or 'dataset.field'")
            yield BadExpression(where(*part), owner, column.sql("duckdb"), reason)
        elif not column.table:
            if column.name not in self.more:
                yield from self._check_field(column.name, self.dataset, part, owner)
        elif column.table not in self.datasets:
            if "datasets" not in self.draft.gaps:
                yield UnknownDataset(where(*part), owner, column.table, nearest(column.table, self.datasets))
        else:
            yield from self.check_reach(column.table, part, owner)
            yield from self._check_field(column.name, column.table, part, owner)
            yield from self._check_onward(column, part, owner)

    def _check_field(self, name: str, dataset: str, part: Part, owner: Phrase) -> Iterator[DefinitionProblem]:
        known = self.datasets[dataset].fields
        if name not in known and self.draft.is_read("datasets", place_of(self.draft, dataset)):
            if any(each.name == name for each in self.draft.definition.metrics):
                yield MetricAmongRows(self.draft.where(*part), owner, name, dataset, is_metric=True)
                return
            near = nearest(name, (*known, *(self.more if dataset == self.dataset else ())))
            yield UnknownField(self.draft.where(*part), owner, name, dataset, near)

    def check_reach(self, target: str, part: Part, owner: Phrase) -> Iterator[DefinitionProblem]:
        """Rows lead to no more than one row of the target, in one way."""
        if target == self.dataset or target in self.joins.paths.get(self.dataset, {}):
            return
        ways = self.joins.ambiguous.get((self.dataset, target))
        if ways is not None:
            where = self.draft.where(*part)
            yield AmbiguousReference(where, owner, self.dataset, target, tuple(written(way) for way in ways))
        elif "relationships" not in self.draft.gaps and not _has_unread_relationship(self.draft):
            reachable = tuple(self.joins.paths.get(self.dataset, {}))
            yield Unreachable(self.draft.where(*part), owner, self.dataset, target, reachable)

    def _check_onward(self, column: exp.Column, part: Part, owner: Phrase) -> Iterator[DefinitionProblem]:
        """What a neighbour's field reads of its own neighbours is what the rows here join under that name."""
        first = self.find(column.table, column.name)
        todo, seen = [first] if first is not None else [], set[str]()
        while todo:
            field = todo.pop()
            seen.add(field.qualified)
            for each in columns(field.expression):
                if not each.table or each.table not in self.datasets:
                    continue
                ways = ways_onward(self.joins, self.dataset, field.dataset, each.table)
                if ways:
                    told = tuple(written(way) for way in ways if way)
                    yield AmbiguousReference(self.draft.where(*part), owner, self.dataset, each.table, told)
                    return
                further = self.datasets[each.table].fields.get(each.name)
                if further is not None and further.qualified not in seen:
                    todo.append(further)


def declared_kind(field: Field) -> ColumnType | None:
    """The kind of a field's values, where its definition says so; text is what a dimension is unless it says."""
    definition = field.definition
    return definition.type if definition.role == "dimension" or "type" in definition.model_fields_set else None


def check_kinds(draft: Draft, tree: exp.Expr, part: Part, owner: Phrase) -> Iterator[DefinitionProblem]:
    """What makes no sense in a tree whose columns know their kinds, once each."""
    for node, reason in dict.fromkeys((str(node.sql("duckdb")), reason) for node, reason in mistakes(tree)):
        yield MixedKinds(draft.where(*part), owner, node, reason)


def check_row_expression(draft: Draft, sql: Sql, part: Part, owner: Phrase) -> Iterator[DefinitionProblem]:
    """What no expression of a field, metric or filter may hold, whatever its names: queries, windows, clocks."""
    reason = None
    if sql.has_query:
        reason = Phrase(
            "里面又有查询；请把它做成带 `sql` 的数据集", "it holds a query of its own; make that a dataset with `sql`"
        )
    elif sql.has_window:
        reason = Phrase(
            "里面有窗口函数（“over”）；请用在数据集的 `sql` 里",
            "it holds a window function ('over'); use it in the `sql` of a dataset",
        )
    if reason is not None:
        yield BadExpression(draft.where(*part), owner, sql.tree.sql("duckdb"), reason)
    yield from check_values_of_a_day(draft, sql, part, owner, GIVEN_PARAMETERS)


def check_grain(draft: Draft, sql: Sql, part: Part, owner: Phrase) -> Iterator[DefinitionProblem]:
    """Many rows become one value: everything is aggregated, and once."""
    if not sql.aggregates:
        yield NotAggregate(draft.where(*part), owner, as_sql(sql.tree))
    elif sql.loose:
        yield MixedGrains(draft.where(*part), owner, tuple(dict.fromkeys(as_sql(column) for column in sql.loose)))
    elif sql.nested is not None:
        yield NestedAggregate(draft.where(*part), owner, as_sql(sql.nested))


def check_inner_names(
    draft: Draft, sql: Sql, known: Collection[str], part: Part, owner: Phrase
) -> Iterator[DefinitionProblem]:
    """What is computed over values of each entity sees these and the entity's key only."""
    for column in sql.columns:
        if column.table or column.name not in known:
            reason = NOT_INNER.of(name=as_sql(column), known=", ".join(known))
            yield BadExpression(draft.where(*part), owner, as_sql(sql.tree), reason)


def check_dimension(
    draft: Draft,
    column: exp.Column,
    datasets: Mapping[str, Dataset],
    filterable: Collection[str],
    part: Part,
    owner: Phrase,
) -> Iterator[DefinitionProblem]:
    """What narrows a part of a formula speaks of dimensions, keys of entities and `dataset.field`."""
    if column.table in datasets:
        known: Collection[str] = datasets[column.table].fields
        if column.name not in known and draft.is_read("datasets", place_of(draft, column.table)):
            near = nearest(column.name, known)
            yield UnknownField(draft.where(*part), owner, column.name, column.table, near)
        return
    name = f"{column.table}.{column.name}" if column.table else column.name
    if name not in filterable and "datasets" not in draft.gaps and not draft.unread:
        yield UnknownDimension(draft.where(*part), owner, name, nearest(name, filterable))


def check_no_bucket(draft: Draft, sql: Sql, part: Part, owner: Phrase) -> Iterator[DefinitionProblem]:
    """Only a metric over rows places its rows in buckets: nothing else speaks of a bucket's ends."""
    for name in sql.parameters:
        if name in (BUCKET_START, BUCKET_END):
            reason = Phrase(
                "只有带 `dataset` 的指标才把行放进时间段；请用在那样的指标里",
                "rows are in buckets in metrics with a `dataset` only; use it in one",
            )
            yield BadExpression(draft.where(*part), owner, f"${name}", reason)


def check_values_of_a_day(
    draft: Draft, sql: Sql, part: Part, owner: Phrase, given: tuple[str, ...]
) -> Iterator[DefinitionProblem]:
    """Parameters are the model's or `given`, and nothing reads the clock."""
    known = (*draft.definition.parameters, *given)
    for name in sql.parameters:
        if name not in known and "parameters" not in draft.gaps:
            yield UnknownParameter(draft.where(*part), owner, name, tuple(f"${near}" for near in nearest(name, known)))
    if sql.clock is not None:
        yield ReadsClock(draft.where(*part), owner, sql.clock)


def field_part(draft: Draft, field: Field) -> Part:
    """The path of a field's definition; of a role's field, that of the role."""
    place = place_of(draft, field.dataset)
    definition = draft.definition.datasets[place]
    if definition.role_of is not None:
        return ("datasets", place)
    return ("datasets", place, "fields", next(i for i, each in enumerate(definition.fields) if each.name == field.name))


def place_of(draft: Draft, dataset: str) -> int:
    """The place of a dataset in the definition."""
    return next(i for i, each in enumerate(draft.definition.datasets) if each.name == dataset)


def _has_unread_relationship(draft: Draft) -> bool:
    return any(part[0] == "relationships" for part in draft.unread)


def as_sql(tree: exp.Expr) -> str:
    """An expression as a problem shows it."""
    return str(tree.sql("duckdb"))
