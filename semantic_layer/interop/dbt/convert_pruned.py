"""Definitions that load: what our checks refuse is left out, and what depends on it, each named with the place in the
dbt project that it comes from.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from semantic_layer.errors import DefinitionProblem, DefinitionsError, Phrase, thing
from semantic_layer.interop.dbt.problems import NotCarriedOver
from semantic_layer.interop.dbt.project import DbtProject
from semantic_layer.interop.refused import refused, time_of
from semantic_layer.loading.yaml_text import Part
from semantic_layer.model.definitions import DatasetDefinition, ModelDefinition


def pruned(
    definition: ModelDefinition,
    project: DbtProject,
    joins: Mapping[tuple[str, str], str],
    problems: list[DefinitionProblem],
) -> ModelDefinition:
    """The definitions without what is refused; `joins` are the places of relationships by their ends. What is left out
    is added to `problems`. Raises DefinitionsError where leaving out does not help."""
    while wrong := refused(definition):
        lost: set[Part] = set()
        for part, problem in wrong:
            where, owner, found = _lost(definition, part, project, joins)
            if not found:
                raise DefinitionsError(problem)
            if not found <= lost:
                problems.append(NotCarriedOver(where, owner, problem.phrase()))
            lost |= found
        definition = _without(definition, lost)
    return definition


def _lost(
    definition: ModelDefinition, part: Part, project: DbtProject, joins: Mapping[tuple[str, str], str]
) -> tuple[str, Phrase, set[Part]]:
    """Where a refused part comes from, what it is, and all that goes with it."""
    match part:
        case ("metrics", int() as place, *_):
            name = owner_of(definition.metrics[place].name, project)
            parts = [index for index, each in enumerate(definition.metrics) if owner_of(each.name, project) == name]
            metric = project.metrics.get(name)
            return metric.where if metric else "", thing("metric", name), {("metrics", index) for index in parts}
        case ("relationships", int() as place, *_):
            each = definition.relationships[place]
            owner = Phrase(f"“{each.source}”到“{each.target}”的连接", f"the join of '{each.source}' to '{each.target}'")
            return joins.get((each.source, each.target), ""), owner, {("relationships", place)}
        case ("datasets", int() as place, "fields", int() as index, *_):
            dataset = definition.datasets[place]
            name = dataset.fields[index].name
            where = _field_place(dataset, name, project)
            return where, thing("field", f"{dataset.name}.{name}"), {("datasets", place, index)}
        case ("datasets", int() as place, *rest):
            dataset = definition.datasets[place]
            where = _model_place(dataset.role_of or dataset.name, project)
            if rest == ["time"]:
                return where, time_of(dataset.name), {("datasets", place, "time")}
            kind = "semantic model" if dataset.role_of is None else "role"
            return where, thing(kind, dataset.name), {("datasets", place)}
        case ("grains", int() as place, *_):
            name = definition.grains[place].name
            spine = project.customs.get(name)
            return spine.where if spine else "", thing("grain", name), {("grains", place)}
        case _:
            return "", Phrase("", ""), set()


def owner_of(name: str, project: DbtProject) -> str:
    """The project's metric that one of ours stands for, or is a hidden part of."""
    found = name
    while found not in project.metrics and "__" in found:
        found = found.rpartition("__")[0]
    return found if found in project.metrics else name


def _model_place(name: str, project: DbtProject) -> str:
    model = project.models.get(name)
    return model.where if model is not None else ""


def _field_place(dataset: DatasetDefinition, name: str, project: DbtProject) -> str:
    model = project.models.get(dataset.name)
    if model is None:
        return ""
    places = {each.name: each.where for each in model.entities} | {each.name: each.where for each in model.dimensions}
    return places.get(name, model.where)


def _without(definition: ModelDefinition, lost: Collection[Part]) -> ModelDefinition:
    datasets = []
    for place, dataset in enumerate(definition.datasets):
        if ("datasets", place) in lost:
            continue
        fields = tuple(each for index, each in enumerate(dataset.fields) if ("datasets", place, index) not in lost)
        time = None if ("datasets", place, "time") in lost else dataset.time
        datasets.append(dataset.model_copy(update={"fields": fields, "time": time}))
    return definition.model_copy(
        update={
            "datasets": tuple(datasets),
            "relationships": _kept("relationships", definition.relationships, lost),
            "grains": _kept("grains", definition.grains, lost),
            "metrics": _kept("metrics", definition.metrics, lost),
        }
    )


def _kept(section: str, items: tuple[object, ...], lost: Collection[Part]) -> tuple[object, ...]:
    return tuple(each for place, each in enumerate(items) if (section, place) not in lost)
