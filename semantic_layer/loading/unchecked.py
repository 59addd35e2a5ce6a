"""A model's definitions as read, not yet checked: with where each part stands and what could not be read.

Positions are found only when a problem asks for one, by reading the file again: a model without problems pays nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from semantic_layer.loading.yaml_text import Part, read_yaml
from semantic_layer.model.definitions import ModelDefinition

# Where a part of the definition stands, as `file:line`. A part is a path such as ("metrics", 3, "expression"); an
# item of a section may be given by its name instead of its place: ("metrics", "aov", "expression").
Where = Callable[..., str]
_NAMED_STEPS = (1, 3)


@dataclass(frozen=True)
class Draft:
    """Definitions to be checked.

    `unread` holds the parts that had problems of shape and stand in the definition by name only; `gaps` the sections
    that lack items, so that a name missing from them proves nothing.
    """

    definition: ModelDefinition
    where: Where
    unread: frozenset[Part] = frozenset()
    gaps: frozenset[str] = frozenset()

    def is_read(self, *part: str | int) -> bool:
        """Whether the part, and all that it is part of, was read whole."""
        return not any(part[: len(each)] == each for each in self.unread)


@dataclass(frozen=True)
class SourceFile:
    """A file as people are shown it, and its text."""

    name: str
    text: str

    @cached_property
    def lines(self) -> Mapping[Part, int]:
        """The line of each key and item."""
        return read_yaml(self.text, self.name, with_lines=True).lines

    def where(self, *part: str | int) -> str:
        """`file:line` of the part, or of the nearest thing around it that the file has."""
        for length in range(len(part), 0, -1):
            if part[:length] in self.lines:
                return f"{self.name}:{self.lines[part[:length]]}"
        return f"{self.name}:1"


@dataclass(frozen=True)
class FilePositions:
    """Where the parts of a definition that was put together from several files stand: a `Where`.

    `items[section]` tells for each item of the merged section its file and its place in that file; `names` likewise
    the names of items, so that they can be asked for by name.
    """

    files: tuple[SourceFile, ...]
    items: Mapping[str, tuple[tuple[int, int], ...]]
    keys: Mapping[Part, int]
    definition: ModelDefinition
    _places: dict[str, int] = field(default_factory=dict, compare=False)

    def __call__(self, *part: str | int) -> str:
        part = by_place(self.definition, part)
        if len(part) >= 2 and isinstance(part[1], int) and part[0] in self.items:
            file, place = self.items[str(part[0])][part[1]]
            return self.files[file].where(part[0], place, *part[2:])
        return self.files[self.keys.get(part[:2], self.keys.get(part[:1], 0))].where(*part)


@dataclass(frozen=True)
class MemoryPositions:
    """Names the parts of a definition that stands in no file: a `Where`.

    >>> MemoryPositions(ModelDefinition.model_validate({"metrics": [{"name": "aov"}]}))("metrics", 0, "expression")
    'metrics.aov.expression'
    """

    definition: ModelDefinition

    def __call__(self, *part: str | int) -> str:
        steps: list[str] = []
        node: object = self.definition
        for step in by_place(self.definition, part):
            if isinstance(node, tuple) and isinstance(step, int) and step < len(node):
                node = node[step]
                steps.append(str(getattr(node, "name", step)))
            else:
                node = getattr(node, str(step), None)
                steps.append(str(step))
        return ".".join(steps)


def by_place(definition: ModelDefinition, part: Part) -> Part:
    """The path with items named by their place instead of their name; unknown names stay."""
    found: list[str | int] = []
    node: object = definition
    for index, step in enumerate(part):
        if index in _NAMED_STEPS and isinstance(step, str) and isinstance(node, tuple):
            step = next((i for i, item in enumerate(node) if getattr(item, "name", None) == step), step)
        found.append(step)
        if isinstance(node, tuple):
            node = node[step] if isinstance(step, int) and step < len(node) else None
        else:
            node = getattr(node, str(step), None)
    return tuple(found)
