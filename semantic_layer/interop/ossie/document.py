"""Files to documents: an Ossie document in YAML or JSON, or a folder of them, read and held against the schema.

Every problem of every file is raised at once. What names mean is not looked at here, but for names given twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from semantic_layer.errors import DefinitionProblem, DefinitionsError, Phrase
from semantic_layer.interop.ossie.problems import DuplicateName, NoOssieModel, SeveralModels, UnreadableJson
from semantic_layer.interop.ossie.schema import violations
from semantic_layer.interop.ossie.spec import OssieDocument, OssieModel
from semantic_layer.loading.load import MAX_FILE_BYTES
from semantic_layer.loading.problems.files import EmptyFile, FileTooLarge, FileUnreadable, NotUtf8
from semantic_layer.loading.unchecked import SourceFile
from semantic_layer.loading.yaml_text import Part, YamlValue, read_yaml

_SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True, eq=False)
class Found:
    """A semantic model and where its parts stand: `where("metrics", 0)` is `file:line`."""

    model: OssieModel
    file: SourceFile
    place: int

    def where(self, *part: str | int) -> str:
        """`file:line` of a part of the model."""
        return self.file.where("semantic_model", self.place, *part)


def read_models(path: Path) -> tuple[Found, ...]:
    """Every semantic model at the path. Raises DefinitionsError with every problem of the documents."""
    problems: list[DefinitionProblem] = []
    found: list[Found] = []
    for file, name in _files(path):
        text = _text(file, name)
        if isinstance(text, DefinitionProblem):
            problems.append(text)
        else:
            found.extend(_models(text, name, file.suffix == ".json", problems))
    problems.extend(_twice(found, "semantic model"))
    if not problems and not found:
        problems.append(NoOssieModel(str(path), Phrase("里面没有语义模型", "there is no semantic model in it")))
    if problems:
        raise DefinitionsError(*problems)
    return tuple(found)


def chosen(found: tuple[Found, ...], name: str | None) -> Found:
    """The semantic model of that name, or the only one. Raises DefinitionsError where there is none or a choice."""
    names = tuple(each.model.name for each in found)
    fitting = [each for each in found if name is None or each.model.name == name]
    if not fitting:
        reason = Phrase(
            f"没有语义模型“{name}”，有的是{'、'.join(f'“{each}”' for each in names)}",
            f"there is no semantic model '{name}', but {', '.join(repr(each) for each in names)}",
        )
        raise DefinitionsError(NoOssieModel(found[0].where(), reason))
    if len(fitting) > 1:
        raise DefinitionsError(SeveralModels(fitting[1].where(), names))
    return fitting[0]


def _files(path: Path) -> Iterator[tuple[Path, str]]:
    if path.is_file():
        yield path, path.name
        return
    if not path.is_dir():
        raise DefinitionsError(
            NoOssieModel(str(path), Phrase("没有这个文件或文件夹", "there is no such file or folder"))
        )
    files = sorted(each for each in path.iterdir() if each.suffix in _SUFFIXES and not each.name.startswith("."))
    if not files:
        raise DefinitionsError(
            NoOssieModel(str(path), Phrase("文件夹里没有 YAML 或 JSON 文件", "the folder holds no YAML or JSON file"))
        )
    for each in files:
        yield each, each.name


def _text(file: Path, name: str) -> str | DefinitionProblem:
    try:
        data = file.read_bytes()
    except OSError as error:
        return FileUnreadable(name, error.strerror or str(error))
    if len(data) > MAX_FILE_BYTES:
        return FileTooLarge(name, len(data) / 1e6, MAX_FILE_BYTES / 1e6)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return NotUtf8(f"{name}:{line}", data[error.start])


def _models(text: str, name: str, is_json: bool, problems: list[DefinitionProblem]) -> Iterator[Found]:
    # a tab is white space in JSON and not in YAML, which is read for its lines
    file = SourceFile(name, text.replace("\t", " ") if is_json else text)
    value: YamlValue
    if is_json:
        try:
            value = json.loads(text)
        except (json.JSONDecodeError, RecursionError) as error:
            line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
            problems.append(UnreadableJson(f"{name}:{line}", str(error)))
            return
    else:
        read = read_yaml(text, name)
        problems.extend(read.problems)
        if read.problems:
            return
        value = read.value
    if value is None:
        problems.append(EmptyFile(f"{name}:1"))
        return
    wrong = tuple(violations(value, file.where))
    problems.extend(wrong)
    if wrong:
        return
    document = OssieDocument.model_validate(value)
    for place, model in enumerate(document.semantic_model):
        found = Found(model, file, place)
        problems.extend(_names_twice(found))
        yield found


def _names_twice(found: Found) -> Iterator[DefinitionProblem]:
    model = found.model
    sections: list[tuple[str | Phrase, Part, Iterable[str]]] = [
        ("dataset", ("datasets",), [each.name for each in model.datasets]),
        ("relationship", ("relationships",), [each.name for each in model.relationships]),
        ("metric", ("metrics",), [each.name for each in model.metrics]),
    ]
    for place, dataset in enumerate(model.datasets):
        names = [each.name for each in dataset.fields]
        sections.append(
            (Phrase(f"“{dataset.name}”的字段", f"field of '{dataset.name}'"), ("datasets", place, "fields"), names)
        )
    for thing, part, listed in sections:
        yield from _repeated(thing, listed, lambda place, part=part: found.where(*part, place))  # type: ignore[misc]


def _twice(found: list[Found], thing: str) -> Iterator[DefinitionProblem]:
    yield from _repeated(thing, [each.model.name for each in found], lambda place: found[place].where())


def _repeated(thing: str | Phrase, names: Iterable[str], where: Callable[[int], str]) -> Iterator[DefinitionProblem]:
    """Names that an earlier one has too; plain SQL names know no case."""
    first: dict[str, int] = {}
    for place, name in enumerate(names):
        if first.setdefault(name.casefold(), place) != place:
            yield DuplicateName(where(place), thing, name, where(first[name.casefold()]))
