"""What our own checks refuse of definitions that were converted from another format: to be left out, by name."""

from __future__ import annotations

import json

from semantic_layer.errors import DefinitionProblem, DefinitionsError, Phrase
from semantic_layer.loading.build import build
from semantic_layer.loading.unchecked import Draft, by_place
from semantic_layer.loading.yaml_text import Part
from semantic_layer.model.definitions import ModelDefinition


def refused(definition: ModelDefinition) -> list[tuple[Part, DefinitionProblem]]:
    """What the checks find, each with the part of the definitions that it stands at."""

    def where(*part: str | int) -> str:
        return json.dumps(by_place(definition, part))

    try:
        build(Draft(definition, where))
    except DefinitionsError as error:
        found = [each for each in error.problems if isinstance(each, DefinitionProblem)]
        return [(tuple(json.loads(each.where)), each) for each in found]
    return []


def time_of(dataset: str) -> Phrase:
    """What problems call the time that a dataset's rows are placed at."""
    return Phrase(f"“{dataset}”的时间", f"the time of '{dataset}'")
