"""Which form a file of definitions is written in, told from its text alone: light enough for every command's start."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

MANIFEST = "semantic_manifest.json"
_NOT_OURS = frozenset({"target", "dbt_packages", "dbt_modules", "logs", "venv", "node_modules"})
_DBT = re.compile(r"^(semantic_models?|project_configuration|models|metric):", re.MULTILINE)
_SUFFIXES = (".yaml", ".yml", ".json")
# `version:` and a list under `semantic_model:`; a dbt file has a mapping under that key
_VERSION = re.compile(r"""(^|[{,])[ \t]*["']?version["']?[ \t]*:""", re.MULTILINE)
_MODELS = re.compile(r"""(^|[{,])[ \t]*["']?semantic_model["']?[ \t]*:(\s|\#.*$)*(-|\[)""", re.MULTILINE)


def is_ossie(path: Path) -> bool:
    """Whether a path is an Ossie document, or a folder that holds nothing else in YAML or JSON."""
    if path.is_dir():
        try:
            files = [each for each in path.iterdir() if each.suffix in _SUFFIXES and not each.name.startswith(".")]
        except OSError:
            return False
        return bool(files) and all(speaks_ossie(_text(each)) for each in files)
    return path.is_file() and path.suffix in _SUFFIXES and speaks_ossie(_text(path))


def speaks_ossie(text: str) -> bool:
    """Whether a text is an Ossie document's.

    >>> speaks_ossie("version: 0.2.0.dev0\\nsemantic_model:\\n  # one\\n  - name: shop")
    True
    >>> speaks_ossie("version: 2\\nsemantic_model:\\n  name: orders"), speaks_ossie("metrics: []")
    (False, False)
    """
    return _MODELS.search(text) is not None and _VERSION.search(text) is not None


def is_dbt(path: Path) -> bool:
    """Whether a path looks like a dbt project, a YAML file of one, or a manifest, and not like a model of ours."""
    if path.suffix == ".json":
        return True
    if path.is_dir():
        if (path / "dbt_project.yml").exists() or (path / MANIFEST).exists():
            return True
        return any(_DBT.search(_text(file)) is not None for file in yaml_files(path))
    return path.is_file() and _DBT.search(_text(path)) is not None


def yaml_files(path: Path) -> Iterator[Path]:
    """The files of a dbt project's folder that may define something, without what its packages and runs left there."""
    for folder, inner, names in os.walk(path):
        inner[:] = sorted(each for each in inner if each not in _NOT_OURS and not each.startswith("."))
        for name in sorted(names):
            if name.endswith((".yml", ".yaml")) and name not in ("dbt_project.yml", "packages.yml", "profiles.yml"):
                yield Path(folder) / name


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ""
