"""A draft to a model: each part built and checked in turn, all problems raised at the end, or the model."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

from semantic_layer.errors import DefinitionProblem, DefinitionsError, thing
from semantic_layer.loading.check_lists import check_populations
from semantic_layer.loading.check_names import check_names, check_words
from semantic_layer.loading.check_parts import (
    check_lists_and_entities,
    check_relationships,
)
from semantic_layer.loading.check_values import check_codes, check_timezone
from semantic_layer.loading.datasets import build_datasets
from semantic_layer.loading.dimensions import build_dimensions
from semantic_layer.loading.grains import check_grains
from semantic_layer.loading.metrics import build_metrics
from semantic_layer.loading.numbers import check_numbers, numbered, with_usual_numbers
from semantic_layer.loading.own_words import filled, own_currency
from semantic_layer.loading.policies import check_access
from semantic_layer.loading.problems.definitions import FieldCycle
from semantic_layer.loading.references import Scope
from semantic_layer.loading.roles import role_steps, settle_roles, with_roles
from semantic_layer.loading.rollups import check_rollups
from semantic_layer.loading.trials import check_trials
from semantic_layer.loading.unchecked import Draft
from semantic_layer.loading.ways import ways_of
from semantic_layer.model.access import ruled_fields
from semantic_layer.model.definitions import ModelDefinition
from semantic_layer.model.joins import JoinPaths, cycles, join_paths, join_steps
from semantic_layer.model.model import Dataset, Model
from semantic_layer.model.numbered import with_any_number
from semantic_layer.sql.parsing import columns

_T = TypeVar("_T")


def build(draft: Draft, problems: Sequence[DefinitionProblem] = ()) -> Model:
    """The model of a draft. Raises DefinitionsError with `problems` and all that are found, in order of place."""
    found = list(problems)
    definition = filled(draft.definition)
    open_numbers = numbered(definition)
    found.extend(check_numbers(draft, definition))
    definition = with_usual_numbers(definition)
    draft = replace(draft, definition=definition)
    draft, datasets = with_roles(draft, build_datasets(draft, found), found)
    steps = join_steps(definition.relationships, {name: each.definition.time for name, each in datasets.items()})
    taken = role_steps(datasets, steps)
    steps = (*steps, *taken.steps)
    joins = join_paths(datasets, steps)
    settle_roles(draft, datasets, joins, taken, found)
    found.extend(check_relationships(draft, datasets, joins, taken.steps))
    _check_fields(draft, datasets, joins, found)
    found.extend(check_grains(draft, datasets))
    dimensions = build_dimensions(draft, datasets, found)
    ways = ways_of(draft, datasets, joins, steps, found)
    metrics = build_metrics(draft, datasets, joins, ways, dimensions, found)
    found.extend(check_lists_and_entities(draft, datasets, joins, dimensions, metrics))
    found.extend(check_trials(draft, datasets, joins, metrics))
    found.extend(check_populations(draft, metrics))
    found.extend(check_names(draft, dimensions))
    found.extend(check_words(draft))
    found.extend(check_timezone(draft))
    found.extend(check_access(draft, datasets, joins))
    found.extend(check_codes(draft))
    if found:
        raise DefinitionsError(*sorted(dict.fromkeys(found), key=_place))
    model = Model(
        name=definition.name,
        hash=definition_hash(definition),
        currency=own_currency(definition),
        parameters=MappingProxyType(dict(definition.parameters)),
        datasets=MappingProxyType(datasets),
        dimensions=MappingProxyType(dimensions),
        metrics=with_any_number(metrics, open_numbers),
        entities=_by_name(definition.entities),
        lists=_by_name(definition.lists),
        behaviours=_by_name(definition.behaviours),
        steps=steps,
        paths=MappingProxyType({name: MappingProxyType(dict(found)) for name, found in joins.paths.items()}),
        ambiguous=MappingProxyType(dict(joins.ambiguous)),
        cohorts=_by_name(definition.cohorts),
        funnels=_by_name(definition.funnels),
        causes=_by_name(definition.causes),
        strata=definition.cause_strata,
        profiles=_by_name(definition.profiles),
        playbooks=_by_name(definition.playbooks),
        grains=_by_name(definition.grains),
        timezone=definition.timezone,
        policies=_by_name(definition.policies),
        field_rules=ruled_fields(definition.field_rules, datasets, dimensions),
        trials=_by_name(definition.trials),
        rollups=_by_name(definition.rollups),
        ways=MappingProxyType(ways),
        numbers=MappingProxyType({name: each.numbered for name, each in open_numbers.items() if each.numbered}),
    )
    # asked of a model that is right: what of its metrics adds up
    unfit = tuple(check_rollups(draft, model))
    if unfit:
        raise DefinitionsError(*sorted(unfit, key=_place))
    return model


def definition_hash(definition: ModelDefinition) -> str:
    """SHA-256 of the definitions themselves: comments, layout and which file holds what do not count."""
    return hashlib.sha256(definition.model_dump_json(by_alias=True).encode()).hexdigest()


def _check_fields(
    draft: Draft, datasets: Mapping[str, Dataset], joins: JoinPaths, found: list[DefinitionProblem]
) -> None:
    """Fields that speak of fields, and the time of a dataset: the names exist, within reach, without a circle."""
    edges: list[tuple[str, str]] = []
    for place, definition in enumerate(draft.definition.datasets):
        if datasets[definition.name].definition is not definition:
            continue
        scope = Scope(draft, datasets, joins, definition.name)
        if definition.time is not None and draft.is_read("datasets", place):
            found.extend(
                scope.check_time(definition.time, ("datasets", place, "time"), thing("dataset", definition.name))
            )
        for index, each in enumerate(definition.fields):
            tree = datasets[definition.name].fields[each.name].expression
            qualified = [column for column in columns(tree) if column.table] if each.expression else []
            part = ("datasets", place, "fields", index)
            if qualified and draft.is_read(*part):
                owner = thing("field", f"{definition.name}.{each.name}")
                found.extend(scope.check(qualified, (*part, "expression"), owner))
                for column in qualified:
                    edges.append((f"{definition.name}.{each.name}", f"{column.table}.{column.name}"))
    for chain in cycles(edges):
        dataset, _, field = chain[-2].partition(".")
        found.append(FieldCycle(draft.where("datasets", dataset, "fields", field, "expression"), chain))


def _by_name(items: Sequence[_T]) -> Mapping[str, _T]:
    return MappingProxyType({getattr(each, "name"): each for each in items})  # noqa: B009


def _place(problem: DefinitionProblem) -> tuple[str, int, str, str]:
    found = re.fullmatch(r"(.*):(\d+)", problem.where)
    file, line = (found[1], int(found[2])) if found is not None else (problem.where, 0)
    return file, line, problem.code, problem.message
