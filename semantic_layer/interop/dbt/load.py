"""Files to project: a dbt project's folder, one of its YAML files, or a compiled `semantic_manifest.json`.

Everything is read before anything is checked, and every problem of every file is raised at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from semantic_layer.errors import DefinitionProblem, DefinitionsError, Phrase
from semantic_layer.interop.dbt import latest, legacy
from semantic_layer.interop.dbt.checks import checked
from semantic_layer.interop.dbt.legacy import Found
from semantic_layer.interop.dbt.nodes import Document, Node
from semantic_layer.interop.dbt.problems import NoDbtProject, UnreadableJson
from semantic_layer.interop.dbt.project import DbtProject
from semantic_layer.interop.forms import MANIFEST, yaml_files
from semantic_layer.loading.problems.files import FileUnreadable, NotUtf8
from semantic_layer.loading.yaml_text import read_yaml

Reader = Callable[[Node, Found], None]

# section of a file: how each of its entries is read. One-document-an-object files name the object in the singular.
_SECTIONS: dict[str, Reader] = {
    "semantic_models": legacy.read_semantic_model,
    "saved_queries": legacy.read_saved_query,
    "models": latest.read_model,
}
_OBJECTS: dict[str, Reader] = {
    "semantic_model": legacy.read_semantic_model,
    "metric": legacy.read_metric,
    "saved_query": legacy.read_saved_query,
    "project_configuration": legacy.read_configuration,
}
_BREAK = re.compile(r"^---[ \t]*(?:#.*)?$", re.MULTILINE)


def load_dbt(path: Path, schema: str | None = None) -> DbtProject:
    """The project at a path. `schema` is where the models of `ref('...')` stand in the warehouse; by default tables
    are named alone. Raises DefinitionsError with every problem."""
    found = Found(schema=schema)
    problems: list[DefinitionProblem] = []
    for file, name in _files(path):
        text = _text(file, name, problems)
        if text is None:
            continue
        if file.suffix == ".json":
            _read_manifest(text, name, found, problems)
        else:
            for document in _documents(text, name, problems):
                _read_document(document, found)
    return checked(found, problems, str(path))


def _files(path: Path) -> Iterator[tuple[Path, str]]:
    if path.is_file():
        yield path, path.name
        return
    if not path.is_dir():
        raise DefinitionsError(
            NoDbtProject(str(path), Phrase("没有这个文件或文件夹", "there is no such file or folder"))
        )
    files = list(yaml_files(path))
    manifests = [each for each in (path / MANIFEST, path / "target" / MANIFEST) if each.is_file()]
    if not files and not manifests:
        raise DefinitionsError(
            NoDbtProject(
                str(path),
                Phrase("文件夹里没有 YAML 文件，也没有 manifest", "the folder holds no YAML file and no manifest"),
            )
        )
    for file in files or manifests[:1]:
        yield file, file.relative_to(path).as_posix()


def _text(file: Path, name: str, problems: list[DefinitionProblem]) -> str | None:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        problems.append(FileUnreadable(name, error.strerror or str(error)))
    except UnicodeDecodeError as error:
        problems.append(NotUtf8(name, error.object[error.start]))
    return None


def _documents(text: str, name: str, problems: list[DefinitionProblem]) -> Iterator[Node]:
    """The documents of a YAML file, each with the lines that it has in the file."""
    start = 0
    breaks = [*_BREAK.finditer(text), None]
    for each in breaks:
        body = text[start : each.start() if each is not None else len(text)]
        if body.strip():
            # line breaks in front keep the lines of the file
            read = read_yaml("\n" * text.count("\n", 0, start) + body, name, with_lines=True)
            problems.extend(read.problems)
            if read.problems:
                return  # what came before a broken place is no whole definition
            yield Node(read.value, Document(name, read.lines, problems))
        start = each.end() if each is not None else len(text)


def _read_document(root: Node, found: Found) -> None:
    if not isinstance(root.value, dict):
        return
    for section, read in _SECTIONS.items():
        for entry in _enabled(root[section]):
            read(entry, found)
    for entry in _enabled(root["metrics"]):
        if entry.has("type_params"):
            legacy.read_metric(entry, found)
        else:
            latest.read_metric(entry, found, None, None)
    for key, read in _OBJECTS.items():
        if not root[key].is_absent:
            read(root[key], found)


def _enabled(section: Node) -> Iterator[Node]:
    """The entries of a section that dbt does not pass over."""
    return (entry for entry in section.items() if entry["config"]["enabled"].value is not False)


def _read_manifest(text: str, name: str, found: Found, problems: list[DefinitionProblem]) -> None:
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        problems.append(UnreadableJson(name, str(error)))
        return
    root = Node(value, Document(name, {}, problems, is_compiled=True))
    if not isinstance(value, dict) or "semantic_models" not in value:
        problems.append(NoDbtProject(name, Phrase("文件里没有“semantic_models”", "the file has no 'semantic_models'")))
        return
    for entry in root["semantic_models"].items():
        legacy.read_semantic_model(entry, found)
    for entry in root["metrics"].items():
        legacy.read_metric(entry, found)
    for entry in root["saved_queries"].items():
        legacy.read_saved_query(entry, found)
    legacy.read_configuration(root["project_configuration"], found)
