"""Ossie documents as models of ours: converted with all that is left out named, or loaded whole or not at all."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from semantic_layer.errors import DefinitionProblem, DefinitionsError, Phrase
from semantic_layer.interop.ossie.changes import Changes, is_unchanged
from semantic_layer.interop.ossie.convert import Choices, Converted, convert_model
from semantic_layer.interop.ossie.document import Found, chosen, read_models
from semantic_layer.interop.ossie.extension import UnreadableExtensionError, restored
from semantic_layer.interop.ossie.problems import BadExtension, NotCarriedOver
from semantic_layer.interop.ossie.sources import moved_query, moved_table
from semantic_layer.interop.refused import refused
from semantic_layer.loading.load import build_model
from semantic_layer.model.definitions import ModelDefinition
from semantic_layer.model.model import Model
from semantic_layer.sql.parsing import Unparsable, parse_query

AS_WRITTEN = Choices()
_BRACES = re.compile(r"\{\s*([A-Za-z_]\w*)\s*\}")  # as datasets.py has them: {orders}


def load(path: Path, name: str | None = None, choices: Choices = AS_WRITTEN) -> Model:
    """The model of a document (or of a folder of documents), by name where there are several.

    Whole or not at all: raises DefinitionsError with everything that `convert` would leave out. What changes no number
    (other tools' extensions, guidance) does not stand in the way.
    """
    converted = convert(path, name, choices)
    if converted.problems:
        raise DefinitionsError(*converted.problems)
    return build_model(converted.definition)


def convert(path: Path, name: str | None = None, choices: Choices = AS_WRITTEN) -> Converted:
    """The definitions of one semantic model of a document. Raises DefinitionsError where it cannot be read."""
    return converted_model(chosen(read_models(path), name), choices)


def convert_all(path: Path, choices: Choices = AS_WRITTEN) -> tuple[Converted, ...]:
    """The definitions of every semantic model of a document. Raises DefinitionsError where it cannot be read."""
    return tuple(converted_model(each, choices) for each in read_models(path))


def converted_model(found: Found, choices: Choices) -> Converted:
    """The definitions of a semantic model: those of our own extension, where it has one and says the same still."""
    problems: list[DefinitionProblem] = []
    try:
        ours = restored(found.model)
    except UnreadableExtensionError as error:
        problems.append(BadExtension(found.where("custom_extensions"), error.reason))
        ours = None
    if ours is not None and is_unchanged(found.model, ours):
        return Converted(_standing(_chosen(ours, choices), found, problems), tuple(problems), ())
    read = convert_model(found, choices)
    if ours is None:
        return Converted(read.definition, (*problems, *read.problems), read.remarks)
    merged = _chosen(Changes(found, ours, read.definition, problems).merged(), choices)
    settled = _standing(merged, found, problems)
    return Converted(settled, tuple(dict.fromkeys(problems)), read.remarks)


def _standing(definition: ModelDefinition, found: Found, problems: list[DefinitionProblem]) -> ModelDefinition:
    """The definitions without what stands on things that others took away or changed, each named.

    Raises DefinitionsError where a whole dataset is wrong.
    """
    while wrong := refused(definition):
        lost: dict[str, set[int]] = {}
        fields: set[tuple[int, int]] = set()
        for part, problem in wrong:
            match part:
                case ("datasets", int() as place, "fields", int() as index, *_):
                    fields.add((place, index))
                    owner = f"{definition.datasets[place].name}.{definition.datasets[place].fields[index].name}"
                case (str() as section, int() as place, *_) if section != "datasets":
                    lost.setdefault(section, set()).add(place)
                    owner = str(getattr(getattr(definition, section)[place], "name", section))
                case _:
                    raise DefinitionsError(*problems, replace(problem, where=found.where()))
            problems.append(NotCarriedOver(found.where(), Phrase(f"“{owner}”", f"'{owner}'"), problem.phrase()))
        update: dict[str, object] = {
            section: tuple(each for place, each in enumerate(getattr(definition, section)) if place not in places)
            for section, places in lost.items()
        }
        update["datasets"] = tuple(
            each.model_copy(update={"fields": tuple(f for i, f in enumerate(each.fields) if (place, i) not in fields)})
            for place, each in enumerate(definition.datasets)
        )
        definition = definition.model_copy(update=update)
    return definition


def _chosen(ours: ModelDefinition, choices: Choices) -> ModelDefinition:
    """Our definitions with what was chosen in place of what they say."""
    datasets = []
    for each in ours.datasets:
        update: dict[str, object] = {}
        if each.name in choices.times:
            update["time"] = choices.times[each.name]
        if choices.schema is not None and each.table is not None:
            update["table"] = moved_table(each.table, choices.schema)
        if choices.schema is not None and each.sql is not None:
            # a stand-in for another dataset, `{orders}`, is no table: it stays where it stands
            query = parse_query(_BRACES.sub(r"__dataset_\1", each.sql))
            assert not isinstance(query, Unparsable), "our definitions were checked"
            text = moved_query(query, choices.schema, "__dataset_").sql("duckdb", pretty=True)
            update["sql"] = re.sub(r"__dataset_(\w+)", r"{\1}", text)
        datasets.append(each.model_copy(update=update))
    return ours.model_copy(update={"datasets": tuple(datasets)})
