"""The model that the settings name: our YAML, an Ossie document or a dbt project read as it is; else the shipped."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import semantic_layer
from semantic_layer import Engine, Model, is_dbt, is_ossie, load_model, shipped_model_path


def opened_model(path: Path | None) -> Model:
    """The checked model at a path. Raises DefinitionsError."""
    # not imported above: no question on a model of ours waits for what only documents need
    if path is not None and is_ossie(path):
        model: Model = semantic_layer.ossie.load(path)
        return model
    if path is not None and is_project(path):
        return semantic_layer.build_model(semantic_layer.convert(semantic_layer.load_dbt(path)).definition)
    return _shipped() if path is None else load_model(path)


@cache
def _shipped() -> Model:
    return load_model(shipped_model_path())


def is_project(path: Path | None) -> bool:
    """Whether the model is a dbt project or manifest, whose types are those of its database."""
    return path is not None and not is_ossie(path) and is_dbt(path)


def fitted_model(path: Path | None, model: Model, engine: Engine) -> Model:
    """The model with the types that a project leaves to its database. Raises DefinitionsError, EngineError."""
    if path is None or not is_project(path):
        return model
    definition = semantic_layer.convert(semantic_layer.load_dbt(path)).definition
    return semantic_layer.build_model(semantic_layer.with_types_of(definition, engine))
