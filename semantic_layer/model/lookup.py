"""What a name of a request stands for: the field that rows of a dataset have under it, or that any rows have."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from semantic_layer.model.date_parts import DATE_PARTS, TimePartError, part_of, split_name
from semantic_layer.model.definitions import EntityDefinition, GrainDefinition
from semantic_layer.model.model import Dataset, Field, JoinPath, Model
from semantic_layer.model.names import TIME_TYPES


def find_field(model: Model, name: str, dataset: str, event_time: Field | None = None) -> Field | None:
    """The field that a filter or group names, for rows of `dataset`; None if it cannot be reached.

    A part of a time (`joined_at__month`) is a field too, and so is one of `event_time` (`day_of_week`).
    Raises TimePartError, KeyError for a name that the model does not have.
    """
    if name in model.fields:
        return model.fields[name]
    if name in model.dimensions:
        return model.field_on(model.dimensions[name], dataset)
    if name in DATE_PARTS:
        if event_time is None:
            raise TimePartError(name)
        return part_of(event_time, name)
    if name in model.keys:
        near = _keys_on(model, name, dataset)
        return near[0] if len(near) == 1 else None
    cut = split_name(name)
    if cut is None:
        raise KeyError(name)
    time = find_field(model, cut[0], dataset)
    return part_of(time, cut[1]) if time is not None else None


def _keys_on(model: Model, name: str, dataset: str) -> tuple[Field, ...]:
    """The keys of a name that rows of `dataset` have: their own, or all within reach."""
    own = tuple(each for each in model.keys[name] if each.dataset == dataset)
    return own or tuple(each for each in model.keys[name] if each.dataset in model.paths.get(dataset, {}))


def found_field(model: Model, name: str) -> Field | None:
    """The field that a name stands for wherever it is; None for a name that the model does not have.

    Raises TimePartError for an hour of days.
    """
    if name in model.fields:
        return model.fields[name]
    if name in model.dimensions:
        return model.dimensions[name].home
    if name in model.keys:
        return model.keys[name][0]
    cut = split_name(name)
    time = found_field(model, cut[0]) if cut is not None else None
    return part_of(time, cut[1]) if cut is not None and time is not None and time.type in TIME_TYPES else None


def ways_in_doubt(model: Model, name: str, dataset: str) -> tuple[JoinPath, ...]:
    """The ways to a dimension of which none is nearer than another."""
    is_dimension = name in model.dimensions
    fields = model.dimensions[name].fields if is_dimension else model.keys.get(name, ())
    near = model.nearest_of(fields, dataset) if is_dimension or not fields else _keys_on(model, name, dataset)
    if near:
        return tuple(model.paths[dataset][each.dataset] for each in near)
    return tuple(way for each in fields for way in model.ambiguous.get((dataset, each.dataset), ()))


def policy_field(model: Model, name: str, dataset: str) -> Field | None:
    """The field that a policy limits rows of `dataset` by; None where it says nothing of them.

    A policy on users limits those in a role too where they are the rows themselves: guests are users.
    """
    if name in DATE_PARTS:
        return None
    found = find_field(model, name, dataset)
    if found is not None and found.dataset in (dataset, *model.paths.get(dataset, {})):
        return found
    base = model.datasets[dataset].role_of
    of_base = find_field(model, name, base) if base is not None else None
    is_own = of_base is not None and of_base.dataset == base
    return model.datasets[dataset].fields.get(of_base.name) if of_base is not None and is_own else None


def key_name(model: Model, entity: EntityDefinition) -> str:
    """The name by which the key of an entity is grouped by."""
    role = model.datasets[entity.dataset].role_of
    return entity.key if role is None else f"{entity.dataset}_{entity.key}"


def day_field(dataset: Dataset, grains: Iterable[GrainDefinition], *, is_of_days: bool = True) -> Field | None:
    """The field by which the rows of a dataset are days; None where they are none that is known.

    It is a key, or the day of a unit of time; with numbers for keys (20260131) the one day that there is, where the
    dataset `is_of_days` alone.
    """
    times = [
        each for each in dataset.fields.values() if each.type in TIME_TYPES and isinstance(each.expression, exp.Column)
    ]
    bases = {dataset.name, dataset.role_of or dataset.name}
    days = (each.day.rpartition(".") for each in grains if each.day is not None)
    listed = {name for home, _, name in days if home in bases}
    keys = [each for each in times if each.name in listed or each.name in dataset.primary_key]
    if keys:
        return keys[0]
    own = [each for each in times if each.definition.role == "time" and each.type == "date"]
    return own[0] if is_of_days and len(own) == 1 and len(dataset.primary_key) == 1 else None
