"""Parts of a derived metric that differ from the metric they name: narrowed by a filter, or read at another time."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.definitions import InputDefinition
from semantic_layer.lengths import length
from semantic_layer.model import Model
from semantic_layer.resolve_time import Clock, at_start_of, offset
from semantic_layer.resolved import Branch


@dataclass(frozen=True, eq=False)
class Variant:
    """Conditions that a part adds to its metric, and what to call the result apart from the metric itself."""

    name: str = ""
    conditions: tuple[exp.Expr, ...] = ()


AS_DEFINED = Variant()


def narrow(variant: Variant, part: InputDefinition, model: Model) -> Variant:
    """The variant of one more part inside another."""
    name = variant.name
    if part.offset is not None:
        name += "__" + part.offset.replace(" ", "_") + "_before"
    if part.at_start_of is not None:
        name += f"__at_start_of_{part.at_start_of}"
    if part.filter is None:
        return Variant(name, variant.conditions)
    return Variant(name + "__where", (*variant.conditions, model.parsed(part.filter)))


def move(branches: tuple[Branch, ...], part: InputDefinition, clock: Clock) -> tuple[Branch, ...]:
    """The branches that a part reads."""
    if part.offset is not None:
        branches = offset(branches, length(part.offset, clock.calendars), clock)
    if part.at_start_of is not None:
        branches = at_start_of(branches, part.at_start_of, clock)
    return branches
