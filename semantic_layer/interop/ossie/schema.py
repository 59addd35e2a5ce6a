"""Is a document what the specification's JSON Schema describes? Every violation with its line, in one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from semantic_layer.errors import DefinitionProblem, Phrase
from semantic_layer.interop.ossie.problems import SchemaViolation, UnknownVersion
from semantic_layer.interop.ossie.spec import VERSION
from semantic_layer.loading.yaml_text import YamlValue

SCHEMA_FILE = Path(__file__).parent / f"core-spec-{VERSION}.schema.json"


def violations(value: YamlValue, where: Callable[..., str]) -> Iterator[DefinitionProblem]:
    """What is wrong with a document. `where` tells the line of a part, given as its path.

    Of a document of another version, that it is one, for then nothing else can be said.
    """
    version = value.get("version") if isinstance(value, dict) else None
    if isinstance(version, str) and version != VERSION:
        yield UnknownVersion(where("version"), version, VERSION)
        return
    for error in _validator().iter_errors(value):
        for each in _innermost(error):
            path = tuple(each.absolute_path)
            yield SchemaViolation(where(*path), _written(path), _reason(each))


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))


def _innermost(error: ValidationError) -> Iterator[ValidationError]:
    """Of a choice that nothing fits (`oneOf`), what is wrong with the branch of the value's own kind."""
    fitting = [each for each in error.context or () if each.validator != "type" or each.path]
    if error.validator == "oneOf" and fitting:
        for each in fitting:
            yield from _innermost(each)
    else:
        yield error


def _written(path: tuple[str | int, ...]) -> Phrase:
    """A path for people.

    >>> _written(("semantic_model", 0, "datasets", 1, "name"))
    Phrase(zh='“semantic_model[0].datasets[1].name”', en="'semantic_model[0].datasets[1].name'")
    >>> str(_written(()))
    'the document'
    """
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    name = text.removeprefix(".")
    return Phrase(f"“{name}”", f"'{name}'") if path else Phrase("文档", "the document")


def _reason(error: ValidationError) -> Phrase:
    limit: Any = error.validator_value
    match error.validator:
        case "required":
            missing = [name for name in limit if isinstance(error.instance, dict) and name not in error.instance]
            return Phrase(f"缺少{_named(missing).zh}", f"lacks {_named(missing).en}")
        case "additionalProperties":
            known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
            extra = _named([str(name) for name in error.instance if name not in known])
            return Phrase(f"有规范里没有的{extra.zh}", f"has {extra.en}, which the specification does not know")
        case "type":
            is_now, wanted = _kind(error.instance), _KINDS.get(str(limit), Phrase(str(limit), str(limit)))
            return Phrase(f"是{is_now.zh}，应该是{wanted.zh}", f"is {is_now.en}, but should be {wanted.en}")
        case "enum":
            given, allowed = error.instance, ", ".join(limit)
            return Phrase(f"不能是 {given!r}，可以是 {allowed}", f"cannot be {given!r}; it may be {allowed}")
        case "minItems":
            return Phrase(f"少于 {limit} 项", f"holds fewer than {limit} items")
        case "oneOf":
            return Phrase("既不是文本也不是映射", "is neither a text nor a mapping")
        case _:
            return Phrase(f"不符合规范：{error.message}", f"does not fit the schema: {error.message}")


_KINDS = {
    "object": Phrase("映射", "a mapping"),
    "array": Phrase("列表", "a list"),
    "string": Phrase("文本", "a text"),
    "boolean": Phrase("true 或 false", "true or false"),
}


def _kind(value: object) -> Phrase:
    match value:
        case None:
            return Phrase("空的", "empty")
        case bool():
            return _KINDS["boolean"]
        case int() | float():
            return Phrase(f"数字 {value}", f"the number {value}")
        case str():
            return _KINDS["string"]
        case dict():
            return _KINDS["object"]
        case _:
            return _KINDS["array"]


def _named(names: list[str]) -> Phrase:
    return Phrase("和".join(f"“{name}”" for name in names), " and ".join(f"'{name}'" for name in names))
