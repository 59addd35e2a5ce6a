"""Files to model: `load_model` reads a folder of YAML (or one file), `build_model` takes definitions in memory.

Either gives a whole checked model, or raises DefinitionsError with every problem there is: each with file and line,
the word at fault, the nearest right names and what to do. Knows no database; `database_checks.py` does.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from semantic_layer.errors import DefinitionProblem, DefinitionsError, Phrase
from semantic_layer.loading.build import build
from semantic_layer.loading.extends import Document, Item, base_name, base_path, overlay
from semantic_layer.loading.problems.files import (
    CircularBase,
    DuplicateKey,
    EmptyFile,
    FileTooLarge,
    FileUnreadable,
    ModelMissing,
    NoModelFiles,
    NotUtf8,
    RepeatedSetting,
    TabIndentation,
    UnknownBase,
    YamlSyntax,
)
from semantic_layer.loading.shaped import SECTIONS, Shaped, shape
from semantic_layer.loading.unchecked import Draft, FilePositions, MemoryPositions, SourceFile, Where
from semantic_layer.loading.yaml_text import Part, read_yaml
from semantic_layer.model.definitions import ModelDefinition
from semantic_layer.model.model import Model

MAX_FILE_BYTES = 8_000_000
_SUFFIXES = (".yaml", ".yml")
# after these the file's definitions are not there, so that a name missing from them proves nothing
_UNREAD = (FileTooLarge, FileUnreadable, NotUtf8, TabIndentation, YamlSyntax, UnknownBase, CircularBase)


def shipped_model_path() -> Path:
    """The folder of the loyalty model that comes with the program."""
    return Path(__file__).parent.parent / "models" / "loyalty"


def load_model(path: Path) -> Model:
    """The model that a folder's YAML files make, read in order of name, or that one file makes.

    Each file may hold any of the sections. Raises DefinitionsError with every problem of every file.
    """
    with collection_paused():
        draft, problems = read_definition(path)
        return build(draft, problems)


def build_model(definition: ModelDefinition, where: Where | None = None) -> Model:
    """The model of definitions in memory. `where` tells where a part such as ("metrics", 3, "expression") stands;
    without it problems name the part: `metrics.aov.expression`. Raises DefinitionsError."""
    return build(Draft(definition, where or MemoryPositions(definition)))


@contextmanager
def collection_paused() -> Iterator[None]:
    """No garbage collection inside: what loads a model, or the words for it, makes many objects and hardly any garbage,
    and is twice as fast without."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def read_definition(path: Path) -> tuple[Draft, tuple[DefinitionProblem, ...]]:
    """The definitions of a folder or file put together, unchecked, and the problems of reading them.

    Raises DefinitionsError where there is nothing to read.
    """
    problems: list[DefinitionProblem] = []
    documents: list[Document] = []
    _read(path, (), documents, problems)
    gone, missing = overlay(documents)
    problems.extend(missing)
    shaped = [shape(each.value, each.source.where) for each in documents]
    problems.extend(problem for each in shaped for problem in each.problems)
    merged = _merge(documents, shaped, gone, problems)
    unreadable = any(isinstance(each, _UNREAD) for each in problems)
    gaps = merged.gaps | frozenset((*SECTIONS, "parameters")) if unreadable else merged.gaps
    return Draft(merged.definition, merged.where, merged.unread, gaps), tuple(problems)


def _read(path: Path, extended: tuple[Path, ...], documents: list[Document], problems: list[DefinitionProblem]) -> None:
    """The files of a model, and of those that it extends."""
    bases: dict[Path, None] = {}
    for file, name in _files(path):
        text = _text(file, name)
        if isinstance(text, DefinitionProblem):
            problems.append(text)
            continue
        source = SourceFile(name, text)
        read = read_yaml(text, name)
        problems.extend(read.problems)
        if any(not isinstance(each, DuplicateKey) for each in read.problems):
            continue
        if read.value is None:
            problems.append(EmptyFile(f"{name}:1"))
            continue
        documents.append(Document(source, read.value, len(extended)))
        if (wanted := base_name(read.value)) is None:
            continue
        base = base_path(wanted, file.parent)
        if base is None:
            problems.append(UnknownBase(source.where("extends"), wanted))
        elif base.resolve() in (*extended, path.resolve()):
            problems.append(CircularBase(source.where("extends"), wanted))
        else:
            bases[base] = None
    for base in bases:
        _read(base, (*extended, path.resolve()), documents, problems)


def _files(path: Path) -> tuple[tuple[Path, str], ...]:
    """The files to read, each with the name that people are shown: `loyalty/orders.yaml`."""
    try:
        if path.is_file():
            return ((path, path.name),)
        if not path.is_dir():
            raise DefinitionsError(ModelMissing(str(path)))
        found = sorted(each for each in path.iterdir() if each.suffix in _SUFFIXES and not each.name.startswith("."))
    except OSError as error:
        raise DefinitionsError(
            FileUnreadable(str(path), error.strerror or Phrase("原因不明", "unknown reason"))
        ) from error
    if not found:
        raise DefinitionsError(NoModelFiles(str(path)))
    folder = path.resolve().name
    return tuple((each, f"{folder}/{each.name}") for each in found)


def _text(file: Path, name: str) -> str | DefinitionProblem:
    try:
        size = file.stat().st_size
        if size > MAX_FILE_BYTES:
            return FileTooLarge(name, size / 1e6, MAX_FILE_BYTES / 1e6)
        data = file.read_bytes()
    except OSError as error:
        return FileUnreadable(name, error.strerror or Phrase("原因不明", "unknown reason"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return NotUtf8(f"{name}:{line}", data[error.start])


def _merge(
    documents: list[Document],
    shaped: list[Shaped],
    gone: Mapping[Item, Item | None],
    problems: list[DefinitionProblem],
) -> Draft:
    """One definition out of those of all files, those of an extended model first, with what stands instead of each that
    is `gone` in its place; a name, description or parameter given twice by one model is a problem."""
    items: dict[str, list[tuple[int, int]]] = {section: [] for section in SECTIONS}
    places: dict[tuple[str, int, int], int] = {}
    later = {each for each in gone.values() if each is not None}
    for index, each in sorted(enumerate(shaped), key=lambda pair: -documents[pair[0]].depth):
        for section in SECTIONS:
            for place in range(len(getattr(each.definition, section))):
                item: Item | None = (index, section, place)
                if item in later:
                    continue
                while item is not None and item in gone:
                    item = gone[item]
                if item is not None:
                    places[section, item[0], item[2]] = len(items[section])
                    items[section].append((item[0], item[2]))
    single, keys = _single_keys(documents, shaped, problems)
    kept = {
        section: tuple(getattr(shaped[index].definition, section)[place] for index, place in found)
        for section, found in items.items()
    }
    definition = single.model_copy(update=kept)
    unread = frozenset(
        (part[0], places[str(part[0]), index, int(part[1])], *part[2:])
        for index, each in enumerate(shaped)
        for part in each.unread
        if (part[0], index, part[1]) in places
    )
    where = FilePositions(
        tuple(each.source for each in documents), {k: tuple(v) for k, v in items.items()}, keys, definition
    )
    return Draft(definition, where, unread, frozenset().union(*(each.gaps for each in shaped)))


def _single_keys(
    documents: list[Document], shaped: list[Shaped], problems: list[DefinitionProblem]
) -> tuple[ModelDefinition, dict[Part, int]]:
    """What is no item of a section (the model's name and description, each parameter), and the file of each."""
    settings: dict[str, object] = {"name": "model", "description": None, "currency": None, "timezone": "UTC"}
    settings["cause_strata"] = None
    parameters: dict[str, int | float | str] = {}
    homes: dict[Part, int] = {}
    # what a model says itself comes before what the one says that it extends
    for index, each in sorted(enumerate(shaped), key=lambda pair: documents[pair[0]].depth):
        given = each.definition
        parts: list[Part] = [(key,) for key in settings if key in given.model_fields_set]
        parts += [("parameters", name) for name in given.parameters]
        for part in parts:
            if part in homes:
                first = documents[homes[part]]
                if first.depth == documents[index].depth:
                    where = documents[index].source.where(*part)
                    problems.append(RepeatedSetting(where, str(part[-1]), first.source.where(*part)))
                continue
            homes[part] = index
            if len(part) == 1:
                settings[str(part[0])] = getattr(given, str(part[0]))
            else:
                parameters[str(part[1])] = given.parameters[str(part[1])]
    return ModelDefinition().model_copy(update={**settings, "parameters": parameters}), homes
