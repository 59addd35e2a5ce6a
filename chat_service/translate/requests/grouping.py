"""What a request is grouped by: the dimensions and grains of a frame."""

from __future__ import annotations

from dataclasses import dataclass

from chat_service.translate.grammar.categories import Group
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.meaning.choices import Chooser
from chat_service.translate.requests.assembly import Assembly
from semantic_layer import Grain


@dataclass(frozen=True)
class Grouping:
    """What a request is grouped by: dimensions and grains in order, and those that a limit counts within."""

    names: tuple[str, ...]
    outer: tuple[str, ...]
    grains: tuple[Grain, ...]


def grains_of(frame: Frame) -> tuple[Grain, ...]:
    """The units of time that a frame groups by, each once."""
    return tuple(dict.fromkeys(group.grain for group in frame.groups if group.grain is not None))


def grouping_of(frame: Frame, assembly: Assembly, chooser: Chooser, grains: tuple[Grain, ...]) -> Grouping:
    """The dimensions and grains of a frame. Raises StopError where one is in doubt or out of reach."""
    names: list[str] = []
    outer: list[str] = []
    marked: dict[str, Group] = {}
    for group in frame.groups:
        if group.grain is not None:
            name: str = group.grain
            assembly.use(group, "grain", name)
        else:
            name = assembly.dimension(group, group.dimensions, chooser)
            assembly.use(group, "grouping", name)
        if name not in names:
            names.append(name)
            marked[name] = group
        if group.outer:
            outer.append(name)
    names.extend(grain for grain in grains if grain not in names)
    if len(names) > 1 and not outer:
        inner = [name for name in names if name in marked and (not marked[name].marked or marked[name].asked_which)]
        if len(inner) == 1:
            outer = [name for name in names if name != inner[0]]
    return Grouping(tuple(names), tuple(outer) if len(outer) < len(names) else (), grains)
