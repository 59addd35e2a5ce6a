"""Is a document what the specification's JSON Schema describes? Every violation with its line, in one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from semantic_layer.errors import DefinitionProblem
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


def _written(path: tuple[str | int, ...]) -> str:
    """A path for people.

    >>> _written(("semantic_model", 0, "datasets", 1, "name"))
    "'semantic_model[0].datasets[1].name'"
    >>> _written(())
    'the document'
    """
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return f"'{text.removeprefix('.')}'" if path else "the document"


def _reason(error: ValidationError) -> str:
    limit: Any = error.validator_value
    match error.validator:
        case "required":
            missing = [name for name in limit if isinstance(error.instance, dict) and name not in error.instance]
            return f"lacks {_named(missing)}"
        case "additionalProperties":
            known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
            extra = [str(name) for name in error.instance if name not in known]
            return f"has {_named(extra)}, which the specification does not know"
        case "type":
            return f"is {_kind(error.instance)}, but should be {_KINDS.get(str(limit), limit)}"
        case "enum":
            return f"cannot be {error.instance!r}; it may be {', '.join(limit)}"
        case "minItems":
            return f"holds fewer than {limit} items"
        case "oneOf":
            return "is neither a text nor a mapping"
        case _:
            return f"does not fit the schema: {error.message}"


_KINDS = {"object": "a mapping", "array": "a list", "string": "a text", "boolean": "true or false"}


def _kind(value: object) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return "true or false"
        case int() | float():
            return f"the number {value}"
        case str():
            return "a text"
        case dict():
            return "a mapping"
        case _:
            return "a list"


def _named(names: list[str]) -> str:
    return " and ".join(f"'{name}'" for name in names)
