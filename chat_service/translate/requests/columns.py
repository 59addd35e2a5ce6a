"""Columns of a list: the fields that a question names, as requests name them."""

from __future__ import annotations

from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots
from chat_service.translate.requests.whom import names_of


def asked_columns(slots: Slots, assembly: Assembly, grouped: list[str]) -> list[str]:
    """The columns that are asked for, then those that the list is grouped by."""
    found = []
    for item in slots.columns:
        found.append(short_name(names_of(item)[0], assembly))
        assembly.use(item, "dimension", found[-1])
    return [*found, *grouped]


def short_name(name: str, assembly: Assembly) -> str:
    """A field's bare name; that of a role's field only goes with the role: `guest.phone`."""
    owner, _, field = name.rpartition(".")
    return name if owner and assembly.model.datasets[owner].role_of is not None else field


def qualified_name(column: str, assembly: Assembly) -> str:
    """A column's name as a request has it: a dimension's, or `dataset.field`."""
    model = assembly.model
    entity = assembly.whom
    if "." in column or column in model.dimensions or column in model.datasets[entity.dataset].fields:
        return column
    near = [
        f.qualified
        for f in model.fields.values()
        if f.name == column
        and f.dataset in model.paths.get(entity.dataset, {})
        and model.datasets[f.dataset].role_of is None
    ]
    return near[0] if near else column
