"""A small company as plain values: tables with rows, and definitions over them, from which the model and its oracle
are both made. Knows no SQL but that which definitions hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from hypothesis.vendor.pretty import RepresentationPrinter

from semantic_layer.model.definitions import FieldType, ModelDefinition, Role
from semantic_layer.query.requests import MetricFilter
from semantic_layer.query.result import Value
from tests.generated.conditions import Condition, Junction, Ref
from tests.generated.metric_specs import MetricSpec

Row = Mapping[str, Value]
ComputedKind = Literal["double", "is_big", "either", "shout", "later", "always", "or_none", "is_missing", "neighbour"]
LATER_DAYS = 10


@dataclass(frozen=True)
class Table:
    """A table of the database: its columns with their SQL types, and rows in that order."""

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True)
class Computed:
    """A field that is an expression: over the column `of`, or the field `neighbour` of another dataset."""

    kind: ComputedKind
    of: str = ""
    neighbour: Ref | None = None

    def sql(self) -> str:
        """The expression."""
        match self.kind:
            case "double":
                return f"{quoted(self.of)} * 2"
            case "is_big":
                return f"{quoted(self.of)} > 2"
            case "either":
                return f"{quoted(self.of)} > 2 OR {quoted(self.of)} = 0"
            case "shout":
                return f"upper({quoted(self.of)}) || '!'"
            case "later":
                return f"{quoted(self.of)} + INTERVAL {LATER_DAYS} DAY"
            case "always":
                return "true"
            case "or_none":
                return f"coalesce({quoted(self.of)}, 'none')"
            case "is_missing":
                return f"{quoted(self.of)} IS NULL"
            case "neighbour":
                assert self.neighbour is not None
                return self.neighbour.sql("")

    def of_value(self, value: Value) -> Value:
        """What the expression makes of the column's value, in a row that there is."""
        match self.kind, value:
            case "always", _:
                return True
            case "or_none", _:
                return "none" if value is None else value
            case "is_missing", _:
                return value is None
            case _, None:
                return None
            case "double", int() | float():
                return value * 2
            case "is_big", int() | float():
                return value > 2
            case "either", int() | float():
                return value > 2 or value == 0
            case "shout", str():
                return value.upper() + "!"
            case "later", date():
                return value + timedelta(days=LATER_DAYS)
        raise AssertionError(self.kind)


@dataclass(frozen=True)
class FieldSpec:
    """A field: a column, or computed."""

    name: str
    type: FieldType
    role: Role
    computed: Computed | None = None
    same_as: Ref | None = None


@dataclass(frozen=True)
class DatasetSpec:
    """A dataset and the rows that it gives, by column."""

    name: str
    fields: tuple[FieldSpec, ...]
    primary_key: tuple[str, ...]
    rows: tuple[Row, ...]
    time: Ref | None = None
    table: str | None = None
    sql: str | None = None

    def field(self, name: str) -> FieldSpec:
        """The field of that name."""
        return next(each for each in self.fields if each.name == name)


@dataclass(frozen=True)
class Link:
    """A relationship: columns of `source` and those of `target` that they point at."""

    source: str
    target: str
    on: tuple[tuple[str, str], ...]
    is_one_to_one: bool = False


@dataclass(frozen=True)
class EntitySpec:
    """An entity: one row each of `dataset`, by `key`."""

    name: str
    dataset: str
    key: str


@dataclass(frozen=True)
class ListSpec:
    """The entities whose own row has one of `values` in the text field `ref`, which the list calls `called`, and whose
    metric is `least` or more."""

    name: str
    entity: EntitySpec
    ref: Ref | None = None
    called: str = ""
    values: tuple[str, ...] = ()
    metric: str = ""
    least: int = 0

    @cached_property
    def behaviour(self) -> MetricFilter | None:
        """The condition on what its members did."""
        if not self.metric:
            return None
        return MetricFilter(metric=self.metric, per=self.entity.name, op=">=", values=(self.least,))

    def written(self) -> dict[str, object]:
        """The list as its YAML says it."""
        found: dict[str, object] = {"name": self.name, "entity": self.entity.name, "label": _both(self.name)}
        if self.ref is not None:
            found["filter"] = {self.called: list(self.values)}
        if self.metric:
            having = f"{self.metric} >= {self.least}"
            found["among"] = [{"having": having, "period": "all", "entity": self.entity.name}]
        return found


@dataclass(frozen=True)
class Company:
    """Everything that is generated: data, definitions and today."""

    tables: tuple[Table, ...]
    datasets: tuple[DatasetSpec, ...]
    links: tuple[Link, ...]
    entities: tuple[EntitySpec, ...]
    metrics: tuple[MetricSpec, ...]
    as_of: date
    lists: tuple[ListSpec, ...] = ()

    def __repr__(self) -> str:
        # written out only for a failure: hypothesis asks for it at every draw
        return f"Company({len(self.datasets)} datasets, {len(self.metrics)} metrics)"

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        del cycle
        printer.text(repr(self))

    @cached_property
    def dataset(self) -> Mapping[str, DatasetSpec]:
        """Datasets by name."""
        return {each.name: each for each in self.datasets}

    @cached_property
    def metric(self) -> Mapping[str, MetricSpec]:
        """Metrics by name."""
        return {each.name: each for each in self.metrics}

    @cached_property
    def listed(self) -> Mapping[str, ListSpec]:
        """Lists by name."""
        return {each.name: each for each in self.lists}

    @cached_property
    def dimensions(self) -> Mapping[str, tuple[Ref, ...]]:
        """Every dimension's fields, its home first."""
        fields = [(Ref(d.name, f.name), f) for d in self.datasets for f in d.fields if f.role == "dimension"]
        homes = {ref: [ref] for ref, field in fields if field.same_as is None}
        for ref, field in fields:
            if field.same_as is not None:
                homes[field.same_as].append(ref)
        return {home.field: tuple(refs) for home, refs in homes.items()}

    def spec(self, ref: Ref) -> FieldSpec:
        """The field that is meant."""
        return self.dataset[ref.dataset].field(ref.field)

    @cached_property
    def written(self) -> dict[str, object]:
        """The model as its YAML says it."""
        return {
            "name": "generated",
            "parameters": {"big": 2},
            "datasets": [_dataset(each) for each in self.datasets],
            "relationships": [_link(each) for each in self.links],
            "entities": [
                {"name": e.name, "dataset": e.dataset, "key": e.key, "label": _both(e.name)} for e in self.entities
            ],
            "metrics": [each.written() for each in self.metrics],
            "lists": [each.written() for each in self.lists],
        }

    @cached_property
    def definition(self) -> ModelDefinition:
        """The model's definition."""
        return ModelDefinition.model_validate(self.written)

    def ddl(self) -> str:
        """Statements that make and fill the tables."""
        parts = []
        for table in self.tables:
            columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in table.columns)
            parts.append(f"CREATE TABLE {quoted(table.name)} ({columns});")
            if table.rows:
                rows = ", ".join(f"({', '.join(literal(value) for value in row)})" for row in table.rows)
                parts.append(f"INSERT INTO {quoted(table.name)} VALUES {rows};")
        return "\n".join(parts)


def _both(word: str) -> dict[str, str]:
    return {"zh": word, "en": word}


def quoted(name: str) -> str:
    """A name as SQL."""
    return f'"{name}"'


def literal(value: Value) -> str:
    """A value as SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"


def _dataset(each: DatasetSpec) -> dict[str, object]:
    found: dict[str, object] = {"name": each.name, "primary_key": list(each.primary_key)}
    if each.sql is not None:
        found["sql"] = each.sql
    else:
        found["table"] = each.table
    if each.time is not None:
        found["time"] = str(each.time) if each.time.dataset != each.name else each.time.field
    found["fields"] = [_field(field) for field in each.fields]
    return found


def _field(field: FieldSpec) -> dict[str, object]:
    found: dict[str, object] = {"name": field.name, "type": field.type, "role": field.role}
    if field.computed is not None:
        found["expression"] = field.computed.sql()
    if field.same_as is not None:
        found["same_as"] = str(field.same_as)
    return found


def _link(each: Link) -> dict[str, object]:
    found: dict[str, object] = {"from": each.source, "to": each.target, "on": dict(each.on)}
    if each.is_one_to_one:
        found["type"] = "one_to_one"
    return found


__all__ = [
    "Company",
    "Computed",
    "Condition",
    "DatasetSpec",
    "EntitySpec",
    "FieldSpec",
    "Junction",
    "Link",
    "ListSpec",
    "Ref",
]
