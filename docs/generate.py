"""The pages that are made from the code: `make docs` writes them, a test checks that writing changes nothing."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType, NoneType, UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel

import chat_service
import semantic_layer
from chat_service.app import create_app
from chat_service.conversation.memory import MemoryStore
from chat_service.settings import Settings, settings_document
from semantic_layer import (
    Bilingual,
    Caution,
    DefinitionProblem,
    EngineProblem,
    MetricDefinition,
    ModelDefinition,
    Problem,
    QueryProblem,
    load_model,
    model_schema,
    shipped_model_path,
)

REPOSITORY = Path(__file__).resolve().parent.parent
FAMILIES: tuple[tuple[type[Problem], str], ...] = (
    (QueryProblem, "The question or query: the asker rephrases"),
    (DefinitionProblem, "The definitions: an analyst mends the YAML"),
    (EngineProblem, "The database: wait, ask less, or see to it"),
    (Caution, "Cautions: said beside a result, in `warnings`"),
    (Problem, "The set-up: whoever runs the service"),
)


def problems_page() -> str:
    """Every problem by who must act, with its code, what it means and its sentence in both languages."""
    lines = ["# Problems", ""]
    lines += ["Every problem has a stable code. Its sentence names the culprit; chat says it in the asker's language,"]
    lines += ["with the model's labels for its names. *Italics* stand for what is filled in."]
    listed: set[type[Problem]] = {family for family, _ in FAMILIES}
    for package in (semantic_layer, chat_service):
        _import_all(package)
    ours = (each for each in _subclasses(Problem) if each.__module__.startswith(("semantic_layer.", "chat_service.")))
    classes = sorted(set(ours), key=lambda problem: (problem.code, problem.__name__))
    for family, title in FAMILIES:
        members = [each for each in classes if issubclass(each, family) and each not in listed and "code" in vars(each)]
        listed.update(members)
        lines += ["", f"## {title}", "", "| code | what it means | in words |", "|---|---|---|"]
        for each in members:
            words = f"{_worded(each.en)}<br>{_worded(each.zh)}"
            lines.append(f"| `{each.code}` | {_cell(_summary(each))} | {_cell(words)} |")
    return _text(lines)


def _worded(template: str) -> str:
    """A problem's template for people: its first alternatives, with the names of fields for what is filled in.

    >>> _worded("There is no '{name}'.[ By {possible:list}.| By nothing.]{nearest:offer}")
    "There is no '*name*'. By *possible*."
    """
    chosen = re.sub(r"\[\[|\]\]|\[([^\[\]|]*)(\|[^\[\]]*)?\]", lambda part: part[1] or part[0][0], template)
    said = re.sub(r"\{\w+:(if|offer)\}", "", chosen)
    return re.sub(r"\{(\w+)[^}]*\}", lambda field: f"*{field[1].replace('_', ' ')}*", said)


def metrics_page() -> str:
    """Every metric and dimension of the shipped model, in both languages."""
    model = load_model(shipped_model_path())
    lines = ["# Metrics and dimensions of the shipped model", "", "## Metrics"]
    for metric in model.metrics.values():
        shown = metric.definition
        if shown.hidden:
            continue
        lines += ["", f"### {metric.label.zh} · {metric.label.en}", "", f"`{metric.name}`, in {metric.unit}", ""]
        lines += _description(shown.description)
        lines += [f"- {part}" for part in _made_of(shown)]
        words = [*shown.synonyms.zh, *shown.synonyms.en]
        lines += [f"- source of the definition: {shown.source}"]
        lines += [f"- also called: {', '.join(words)}"] if words else []
    lines += ["", "## Dimensions", "", "| name | 中文 | English | values |", "|---|---|---|---|"]
    for name, dimension in model.dimensions.items():
        values = ", ".join(str(code) for code in dimension.home.definition.values)
        lines.append(f"| `{name}` | {_cell(dimension.label.zh)} | {_cell(dimension.label.en)} | {_cell(values)} |")
    return _text(lines)


def model_format_page() -> str:
    """What may be written in a model's YAML: every part with its fields."""
    lines = [
        "# The format of a semantic model",
        "",
        "A model is a folder of YAML files, read in order of name and put together. Editors check and complete it with",
        "[the JSON Schema](../semantic_layer/models/schema.json). `huitou validate` reports every mistake with its",
        "file and line.",
    ]
    for part in _parts():
        lines += ["", f"## {part.__name__.removesuffix('Definition')}", "", _paragraph(part), ""]
        lines += ["| key | what it holds | required |", "|---|---|---|"]
        for name, field in part.model_fields.items():
            required = "yes" if field.is_required() else ""
            lines.append(f"| `{field.alias or name}` | {_cell(_type_words(field.annotation))} | {required} |")
    return _text(lines)


def openapi() -> str:
    """The HTTP interface as OpenAPI has it."""
    described = create_app(Settings(), MemoryStore()).openapi()
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "docs/settings.md": settings_document,
    "docs/problems.md": problems_page,
    "docs/metrics.md": metrics_page,
    "docs/model-format.md": model_format_page,
    "docs/openapi.json": openapi,
    "semantic_layer/models/schema.json": model_schema,
}


def _subclasses(parent: type[Problem]) -> Iterator[type[Problem]]:
    for child in parent.__subclasses__():
        yield child
        yield from _subclasses(child)


def _import_all(package: ModuleType) -> None:
    for each in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(each.name)


def _parts(whole: type[BaseModel] = ModelDefinition) -> tuple[type[BaseModel], ...]:
    """A definition, then all that its keys hold, in their order."""
    inside = (part for each in whole.model_fields.values() for part in _models_in(each.annotation))
    return tuple(dict.fromkeys((whole, *(part for model in inside for part in _parts(model)))))


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from _models_in(each)


def _made_of(metric: MetricDefinition) -> Iterator[str]:
    if metric.expression is not None:
        yield f"expression: `{metric.expression}`" + (f" over `{metric.dataset}`" if metric.dataset else "")
    if metric.per is not None:
        inner = ", ".join(f"`{name}` = `{expression}`" for name, expression in metric.per.values.items())
        yield f"first for each `{metric.per.key}`: {inner}"
    if metric.filter is not None:
        yield f"of rows where `{metric.filter}`"
    if metric.transition is not None:
        yield f"of `{metric.transition.of}` at the start, the share counted by `{metric.transition.who}` in the bucket"
    if metric.default_period is not None:
        yield f"without a period: {metric.default_period}"


def _description(words: Bilingual | None) -> list[str]:
    return [] if words is None else [words.zh, "", words.en, ""]


def _type_words(annotation: object) -> str:
    """A type as an analyst reads it.

    >>> _type_words(tuple[str, ...]), _type_words(Literal["a", "b"]), _type_words(int | None)
    ('list of text', '`a` or `b`', 'whole number')
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type_words(arguments[0])
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin in (Union, UnionType):
        return " or ".join(_type_words(each) for each in arguments if each is not NoneType)
    if origin is tuple:
        return f"list of {_type_words(arguments[0])}"
    if origin is dict:
        return f"mapping of {_type_words(arguments[0])} to {_type_words(arguments[1])}"
    plain = {str: "text", int: "whole number", float: "number", bool: "true or false"}
    if isinstance(annotation, type):
        return plain.get(annotation, annotation.__name__.removesuffix("Definition"))
    return str(annotation)


def _summary(subject: type) -> str:
    return (subject.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")


def _paragraph(subject: type) -> str:
    return "\n".join(line.strip() for line in (subject.__doc__ or "").strip().split("\n"))


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (REPOSITORY / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
