"""Which form a file of definitions is written in, told from its text alone: light enough for every command's start."""

from __future__ import annotations

import re
from pathlib import Path

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


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ""
