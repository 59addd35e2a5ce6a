"""A dbt project to a model of our own format: what it can say is carried over, what it cannot is named, never dropped.

The numbers of what is carried over are dbt's. Types of categorical dimensions are not written in dbt and become text,
but for what the project itself uses as a truth value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from semantic_layer.build import build
from semantic_layer.definitions import (
    DatasetDefinition,
    FieldDefinition,
    ModelDefinition,
    RelationshipDefinition,
)
from semantic_layer.draft import Draft, MemoryPositions
from semantic_layer.errors import DefinitionProblem, DefinitionsError
from semantic_layer.expressions import Unparsable, parse_expression
from semantic_layer.interop.dbt.convert_metrics import MetricConverter
from semantic_layer.interop.dbt.convert_names import both, column_of, dimension_field, value_field
from semantic_layer.interop.dbt.problems import NotCarriedOver
from semantic_layer.interop.dbt.project import DbtProject, Entity, Measure, SemanticModel
from semantic_layer.interop.dbt.reach import joins_safely


@dataclass(frozen=True)
class Converted:
    """The definitions, and what they leave out."""

    definition: ModelDefinition
    problems: tuple[DefinitionProblem, ...]


def convert(project: DbtProject) -> Converted:
    """The project in our format. Metrics that our own checks refuse are left out and named too."""
    problems: list[DefinitionProblem] = [*_left_out(project)]
    datasets = tuple(_dataset(model, project) for model in project.models.values())
    relationships = tuple(_relationships(project, problems))
    converter = MetricConverter(project, problems)
    metrics = converter.metrics()
    definition = ModelDefinition(name="dbt", datasets=datasets, relationships=relationships, metrics=metrics)
    while True:
        refused = _refused(definition)
        lost: set[str] = set()
        for name, problem in refused.items():
            owner = _owner(name, project)
            where = project.metrics[owner].where if owner is not None else problem.where
            problems.append(NotCarriedOver(where, f"'{owner or name}'", problem.message.rstrip(".")))
            lost |= {name} if owner is None else {owner}
        kept = tuple(each for each in definition.metrics if _owner(each.name, project) not in lost)
        if len(kept) == len(definition.metrics):
            return Converted(definition, tuple(dict.fromkeys(problems)))
        definition = definition.model_copy(update={"metrics": kept})


def _owner(name: str, project: DbtProject) -> str | None:
    """The project's metric that one of ours stands for, or is a hidden part of."""
    while name not in project.metrics and "__" in name:
        name = name.rpartition("__")[0]
    return name if name in project.metrics else None


def definition_yaml(definition: ModelDefinition) -> str:
    """The definitions as YAML, without what is at its default."""
    value = definition.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return str(yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=110))


def _refused(definition: ModelDefinition) -> dict[str, DefinitionProblem]:
    """The first problem of each part that our checks refuse, by its name."""
    try:
        build(Draft(definition, MemoryPositions(definition)), ())
    except DefinitionsError as error:
        found: dict[str, DefinitionProblem] = {}
        for problem in error.problems:
            if isinstance(problem, DefinitionProblem):
                parts = problem.where.split(".")
                found.setdefault(parts[1] if len(parts) > 1 else problem.where, problem)
        return found
    return {}


def _left_out(project: DbtProject) -> Iterator[DefinitionProblem]:
    for saved in project.saved_queries.values():
        yield NotCarriedOver(saved.where, f"the saved query '{saved.name}'", "our models hold no queries")
    for name, spine in project.customs.items():
        yield NotCarriedOver(spine.where, f"the grain '{name}'", "our grains are day, week, month, quarter and year")
    for model in project.models.values():
        for partition in model.partitions:
            reason = "rows of our datasets are joined by keys alone"
            yield NotCarriedOver(partition.where, f"the partition '{partition.name}' of '{model.name}'", reason)
        for dimension in model.dimensions:
            if dimension.validity == "start":
                reason = "our joins find one row whatever the time"
                yield NotCarriedOver(dimension.where, f"the validity of '{model.name}'", reason)


def _dataset(model: SemanticModel, project: DbtProject) -> DatasetDefinition:
    fields: dict[str, FieldDefinition] = {}
    for dimension in model.dimensions:
        is_time = dimension.kind == "time"
        name = dimension_field(project, model, dimension.name)
        fields[name] = FieldDefinition(
            name=name, expression=_beyond(dimension.expr, name),
            type="timestamp" if is_time else "boolean" if _is_flag(model, dimension.expr, project) else "text",
            role="time" if is_time else "dimension", description=both(dimension.description),
            label=both(dimension.label),
        )  # fmt: skip
    for entity in model.entities:
        name = column_of(entity.expr) or entity.name
        if name not in fields:
            fields[name] = FieldDefinition(name=name, expression=_beyond(entity.expr, name), role="key")
    for measure in _measures(model, project):
        for field in _measured_fields(measure, fields):
            fields[field.name] = field
    times = [each.time for each in _measures(model, project) if each.time is not None]
    return DatasetDefinition(
        name=model.name, table=model.table, primary_key=_primary_key(model), description=both(model.description),
        time=max(times, key=times.count) if times else None, fields=tuple(fields.values()),
    )  # fmt: skip


def _primary_key(model: SemanticModel) -> tuple[str, ...]:
    """The column that tells rows apart; none where rows are valid for a time only."""
    if model.validity("start") is not None:
        return ()
    for kind in ("primary", "unique", "natural"):
        for entity in model.entities:
            if entity.kind == kind:
                return (column_of(entity.expr) or entity.name,)
    return ()


def _measures(model: SemanticModel, project: DbtProject) -> list[Measure]:
    return [each for each in project.measures.values() if each.model == model.name]


def _measured_fields(measure: Measure, known: dict[str, FieldDefinition]) -> Iterator[FieldDefinition]:
    """The field that a measure aggregates, where the dataset has none such yet."""
    parsed = parse_expression(measure.expr)
    if isinstance(parsed, Unparsable) or not parsed.columns:
        return
    name = column_of(measure.expr)
    is_number = measure.agg in ("sum", "average", "median", "percentile", "min", "max")
    kind = "number" if is_number else "boolean" if measure.agg == "sum_boolean" else "text"
    if name is None or (name in known and known[name].expression is not None):
        yield FieldDefinition(name=value_field(measure), expression=measure.expr, type=kind, role="fact")
    elif name not in known:
        yield FieldDefinition(name=name, type=kind, role="fact")


def _is_flag(model: SemanticModel, expr: str, project: DbtProject) -> bool:
    return any(each.agg == "sum_boolean" and each.expr == expr for each in _measures(model, project))


def _beyond(expr: str, name: str) -> str | None:
    """The expression, if it says more than the name does."""
    return None if column_of(expr) == name else expr


def _relationships(project: DbtProject, problems: list[DefinitionProblem]) -> Iterator[RelationshipDefinition]:
    """One for each pair of models that an entity joins so that rows do not multiply; each pair once."""
    seen: set[tuple[str, str]] = set()
    for left in project.models.values():
        for entity in left.entities:
            for right in project.models.values():
                if right is left or entity.name not in right.entity or not joins_safely(entity, right):
                    continue
                if right.validity("start") is not None or (right.name, left.name) in seen:
                    continue
                other = right.entity[entity.name]
                found = _relationship(left, right, entity, other)
                if (left.name, right.name) in seen or found is None:
                    owner = f"the join of '{left.name}' to '{right.name}' by '{entity.name}'"
                    reason = "our relationships are by columns"
                    if found is not None:
                        reason = "the two are joined another way too"
                    problems.append(NotCarriedOver(entity.where, owner, reason))
                    continue
                seen.add((left.name, right.name))
                yield found


def _relationship(
    left: SemanticModel, right: SemanticModel, one: Entity, other: Entity
) -> RelationshipDefinition | None:
    columns = column_of(one.expr), column_of(other.expr)
    if columns[0] is None or columns[1] is None:
        return None
    kind = "many_to_one" if one.kind in ("foreign", "natural") else "one_to_one"
    return RelationshipDefinition.model_validate(
        {"from": left.name, "to": right.name, "on": {columns[0]: columns[1]}, "type": kind}
    )
