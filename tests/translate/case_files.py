"""The case files of this folder, read as the model's files are (YAML 1.2: 25_34 and `on` are texts)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from semantic_layer.loading.yaml_text import read_yaml

_FOLDER = Path(__file__).parent / "cases"


def cases(name: str) -> Any:  # noqa: ANN401 — whatever shape the file has; the tests know it
    """The content of `cases/<name>.yaml`."""
    read = read_yaml((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), name)
    assert not read.problems, read.problems
    return read.value
