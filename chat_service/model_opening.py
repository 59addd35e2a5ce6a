"""The model that the settings name: our own YAML, or an Ossie document read as it is; else the shipped one."""

from __future__ import annotations

from pathlib import Path

import semantic_layer
from semantic_layer import Model, is_ossie, load_model, shipped_model_path


def opened_model(path: Path | None) -> Model:
    """The checked model at a path. Raises DefinitionsError."""
    if path is not None and is_ossie(path):
        # not imported above: no question on a model of ours waits for what only documents need
        model: Model = semantic_layer.ossie.load(path)
        return model
    return load_model(path or shipped_model_path())
