"""The model that the settings name: our own YAML, or an Ossie document read as it is; else the shipped one."""

from __future__ import annotations

import importlib
from pathlib import Path

from semantic_layer.interop.forms import is_ossie
from semantic_layer.loading.load import load_model, shipped_model_path
from semantic_layer.model.model import Model


def opened_model(path: Path | None) -> Model:
    """The checked model at a path. Raises DefinitionsError."""
    if path is not None and is_ossie(path):
        # not imported above: no question on a model of ours waits for what only documents need
        model: Model = importlib.import_module("semantic_layer.interop.ossie").load(path)
        return model
    return load_model(path or shipped_model_path())
