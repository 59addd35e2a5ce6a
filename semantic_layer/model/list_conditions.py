"""Who is on a named list of the model, as filters of a query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from semantic_layer.model.definitions import ListDefinition
from semantic_layer.model.entity_conditions import condition_of
from semantic_layer.model.model import Model
from semantic_layer.query.requests import AllOf, FieldFilter, Filter
from semantic_layer.time.units import STANDARD, Units


def members(listed: ListDefinition, model: Model, today: date, calendars: Mapping[str, Units] = STANDARD) -> Filter:
    """The condition that all members meet. Raises ValueError for a period that the calendars do not have."""
    found = tuple(_conditions(listed, model, today, calendars))
    return found[0] if len(found) == 1 else AllOf(all=found)


def is_list(model: Model, name: str) -> bool:
    """Whether a group's name is that of a list. What rows have under that name comes first."""
    return name in model.lists and not (name in model.dimensions or name in model.keys or name in model.grains)


def valued(values: Mapping[str, tuple[str, ...]], listed: ListDefinition, model: Model) -> Iterator[FieldFilter]:
    """Filters on values of dimensions and fields by name, as rows of the list's entity have them."""
    for name, codes in values.items():
        op = "=" if len(codes) == 1 else "in"
        condition = FieldFilter(field=_field(name, listed, model), op=op, values=codes)
        yield condition.of(model.entities[listed.entity].dataset)


def _conditions(listed: ListDefinition, model: Model, today: date, calendars: Mapping[str, Units]) -> Iterator[Filter]:
    yield from valued(listed.filter, listed, model)
    for among in listed.among:
        yield condition_of(among, model.parameters, today, calendars)
    for name in listed.within:
        yield from _conditions(model.lists[name], model, today, calendars)


def _field(name: str, listed: ListDefinition, model: Model) -> str:
    """The field that tells of the entity: rows that carry a dimension of their own (the channel of an order) are not
    asked for it."""
    dataset = model.entities[listed.entity].dataset
    if name in model.fields:
        return name
    if name in model.dimensions:
        own = model.field_on(model.dimensions[name], dataset)
        return own.qualified if own is not None and len(model.dimensions[name].fields) > 1 else name
    near = model.nearest_fields(name, dataset)
    return near[0].qualified if near else name
