"""Which fields a reader sees: by the model's field rules, and by the right to personal ones. Told here alone."""

from __future__ import annotations

from typing import Literal

from semantic_layer.model.model import Field, Model
from semantic_layer.query.reader import Reader

Hiding = Literal["masked", "withheld"]


def hiding(field: Field, model: Model, reader: Reader) -> Hiding | None:
    """How a field is kept from a reader: its values `masked` in lists, or the field `withheld` altogether. Neither may
    be grouped or filtered by. None for one that is seen as it is."""
    shows = {rule.show for rule in model.rules_of(field) if not reader.roles & set(rule.exempt)}
    if "withheld" in shows:
        return "withheld"
    is_personal = field.definition.pii is not None and not reader.may_see_personal
    return "masked" if is_personal or "masked" in shows else None


def withheld_fields(model: Model, reader: Reader) -> frozenset[str]:
    """The qualified names of the fields that are withheld from a reader."""
    return frozenset(name for name in model.field_rules if hiding(model.fields[name], model, reader) == "withheld")
