"""The types of a converted project's keys and dimensions as its database has them: dbt does not write them."""

from __future__ import annotations

from collections.abc import Mapping

from semantic_layer.compiler.rows import parsed_table
from semantic_layer.engines.problems import StatementFailed
from semantic_layer.engines.protocol import Engine
from semantic_layer.errors import EngineError
from semantic_layer.model.definitions import DatasetDefinition, FieldDefinition, ModelDefinition
from semantic_layer.model.model import parse_expression
from semantic_layer.query.result import ColumnType
from semantic_layer.sql.nodes import aliased, select_from


def with_types_of(definition: ModelDefinition, engine: Engine) -> ModelDefinition:
    """The definition with the types that the database has where it only guesses a text. What the database does not
    have stays as it is. Raises EngineError where the database itself fails."""
    datasets = tuple(_typed(each, engine) for each in definition.datasets)
    return definition.model_copy(update={"datasets": datasets})


def _typed(dataset: DatasetDefinition, engine: Engine) -> DatasetDefinition:
    guessed = {each.name: each for each in dataset.fields if each.type == "text" and each.role != "time"}
    if dataset.table is None or not guessed:
        return dataset
    found = _types(dataset.table, guessed, engine)
    fields = (each.model_copy(update={"type": found.get(each.name, each.type)}) for each in dataset.fields)
    return dataset.model_copy(update={"fields": tuple(fields)})


def _types(table: str, fields: Mapping[str, FieldDefinition], engine: Engine) -> Mapping[str, ColumnType]:
    """The types of those fields that the database can tell: all in one statement, or where one fails, one by one."""
    outputs = [aliased(parse_expression(each.expression or f'"{name}"').copy(), name) for name, each in fields.items()]
    select = select_from(parsed_table(table).copy()).select(*outputs, copy=False).limit(0)
    try:
        return dict(zip(fields, engine.run(select).types, strict=True))
    except EngineError as error:
        if not all(isinstance(each, StatementFailed) for each in error.problems):
            raise
        return _one_by_one(table, fields, engine) if len(fields) > 1 else {}


def _one_by_one(table: str, fields: Mapping[str, FieldDefinition], engine: Engine) -> Mapping[str, ColumnType]:
    return {name: kind for key, each in fields.items() for name, kind in _types(table, {key: each}, engine).items()}
