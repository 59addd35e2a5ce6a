"""Plain values to definitions: every value of a wrong kind, unknown or missing key becomes a problem.

What has a problem of shape is left out or replaced by its bare name, so that the rest can still be checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from types import MappingProxyType
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from semantic_layer.errors import WORDS, DefinitionProblem, Phrase, nearest, thing
from semantic_layer.loading.problems.files import MissingKey, UnknownKey, WrongChoice, WrongType
from semantic_layer.loading.yaml_text import Part, YamlValue
from semantic_layer.model.definitions import (
    Behaviour,
    CauseFamily,
    CohortDefinition,
    DatasetDefinition,
    EntityDefinition,
    FieldRule,
    FunnelDefinition,
    GrainDefinition,
    ListDefinition,
    MetricDefinition,
    ModelDefinition,
    PlaybookDefinition,
    PolicyDefinition,
    ProfileDefinition,
    ReaderAttribute,
    RelationshipDefinition,
    RollupDefinition,
    TrialDefinition,
)

_ITEMS: MappingProxyType[str, type[BaseModel]] = MappingProxyType(
    {
        "datasets": DatasetDefinition,
        "relationships": RelationshipDefinition,
        "grains": GrainDefinition,
        "entities": EntityDefinition,
        "metrics": MetricDefinition,
        "lists": ListDefinition,
        "behaviours": Behaviour,
        "cohorts": CohortDefinition,
        "funnels": FunnelDefinition,
        "reader_attributes": ReaderAttribute,
        "policies": PolicyDefinition,
        "field_rules": FieldRule,
        "trials": TrialDefinition,
        "causes": CauseFamily,
        "profiles": ProfileDefinition,
        "playbooks": PlaybookDefinition,
        "rollups": RollupDefinition,
    }
)
SECTIONS = tuple(_ITEMS)
_KINDS = MappingProxyType(
    {
        "datasets": "dataset",
        "relationships": "relationship",
        "grains": "grain",
        "entities": "entity",
        "metrics": "metric",
        "lists": "list",
        "behaviours": "behaviour",
        "cohorts": "cohort",
        "funnels": "funnel",
        "reader_attributes": "reader attribute",
        "policies": "policy",
        "field_rules": "field rule",
        "trials": "trial",
        "causes": "cause",
        "profiles": "profile",
        "playbooks": "playbook",
        "rollups": "rollup",
        "evidence": "cause",
        "fields": "field",
    }
)
_WANTED = MappingProxyType(
    {
        "string_type": Phrase("文本（请加引号）", "a text (put it in quotes)"),
        "tuple_type": Phrase("列表", "a list"),
        "too_short": Phrase("更长的列表：要有两项或更多", "longer: it needs two items or more"),
        "dict_type": Phrase("键到值的映射", "a mapping of keys to values"),
        "model_type": Phrase("键到值的映射", "a mapping of keys to values"),
        "model_attributes_type": Phrase("键到值的映射", "a mapping of keys to values"),
        "bool_type": Phrase("true 或 false", "true or false"),
        "bool_parsing": Phrase("true 或 false", "true or false"),
        "int_type": Phrase("数字或文本", "a number or a text"),
        "float_type": Phrase("数字或文本", "a number or a text"),
        "int_parsing": Phrase("整数", "a whole number"),
        "int_from_float": Phrase("整数", "a whole number"),
        "greater_than_equal": Phrase("不小于 0 的数", "no less than 0"),
        "less_than_equal": Phrase("小一些的数", "a smaller number"),
    }
)
_NOTHING = object()
_FILE = Phrase("文件", "the file")


@dataclass(frozen=True)
class Shaped:
    """The definitions of one file; `unread` and `gaps` as in `Draft`."""

    definition: ModelDefinition
    problems: tuple[DefinitionProblem, ...]
    unread: frozenset[Part]
    gaps: frozenset[str]


def shape(value: YamlValue, where: Callable[..., str]) -> Shaped:
    """The definitions that a file's value holds, and every problem of shape in it. `value` may be changed."""
    if not isinstance(value, dict):
        wanted = Phrase("带有 `metrics:` 这类键的映射", "a mapping with keys such as `metrics:`")
        wrong = WrongType(where(), _FILE, _described(value), wanted)
        return Shaped(ModelDefinition(), (wrong,), frozenset(), frozenset(SECTIONS))
    try:
        return Shaped(ModelDefinition.model_validate(value), (), frozenset(), frozenset())
    except ValidationError as error:
        details = error.errors(include_url=False)
    numeric = {_located(value, each) for each in details if each["type"] in ("int_type", "float_type")}
    problems = {_located(value, each): _problem(value, each, where, numeric) for each in reversed(details)}
    unread: set[Part] = set()
    gaps: set[str] = set()
    for part in problems:
        _set_aside(value, part, unread, gaps)
    return Shaped(ModelDefinition.model_validate(value), tuple(problems.values()), frozenset(unread), frozenset(gaps))


def _located(value: YamlValue, error: ErrorDetails) -> Part:
    """The path of the error within the file: pydantic's own steps (members of unions) are not part of it."""
    found: list[str | int] = []
    node: object = value
    for step in error["loc"]:
        inner = _step(node, step)
        if inner is not _NOTHING:
            node = inner
        elif error["type"] == "missing" and step == error["loc"][-1]:
            pass
        else:
            break
        found.append(step)
    return tuple(found)


def _problem(
    value: YamlValue, error: ErrorDetails, where: Callable[..., str], numeric: Collection[Part]
) -> DefinitionProblem:
    """`numeric` are the parts that may be numbers too."""
    part = _located(value, error)
    key = str(part[-1]) if part else ""
    holder = part[:-1]
    match error["type"]:
        case "extra_forbidden":
            allowed = _keys(_type_of(holder))
            near = nearest(key, allowed)
            return UnknownKey(where(*part), key, _named(value, holder), near, allowed)
        case "missing":
            return MissingKey(where(*part), key, _named(value, holder))
        case "literal_error":
            wrong = str(error["input"])
            allowed = tuple(re.findall(r"'([^']*)'", str(error.get("ctx", {}).get("expected", ""))))
            shown = (*allowed, "a number") if part in numeric else allowed
            return WrongChoice(where(*part), key, wrong, nearest(wrong, allowed), shown)
        case kind:
            name = key if not isinstance(part[-1], int) else f"{_outer_key(part)}[{part[-1]}]"
            wanted = _WANTED.get(kind) or error["msg"].lower()
            if kind in ("model_type", "model_attributes_type") and key in ("label", "description", "synonyms"):
                wanted = Phrase("两种语言都给出：{zh: ..., en: ...}", "given in both languages: {zh: ..., en: ...}")
            if kind == "tuple_type" and not isinstance(error["input"], dict) and key not in SECTIONS:
                wanted = Phrase("文本（请加引号）或文本的列表", "a text (put it in quotes), or a list of texts")
            return WrongType(where(*part), name, _described(error["input"]), wanted)


def _set_aside(value: dict[str | int, YamlValue], part: Part, unread: set[Part], gaps: set[str]) -> None:
    """Take what has the problem out of `value`, leaving names where there are any."""
    section = str(part[0])
    items = value.get(part[0])
    if len(part) >= 2 and section in _ITEMS and isinstance(items, list) and isinstance(part[1], int):
        item = items[part[1]]
        fields = item.get("fields") if isinstance(item, dict) else None
        if len(part) >= 4 and part[2] == "fields" and isinstance(fields, list) and isinstance(part[3], int):
            unread.add(part[:4])
            fields[part[3]] = {"name": _name(fields[part[3]])}
        else:
            unread.add(part[:2])
            items[part[1]] = _bare(section, item)
        return
    value.pop(part[0], None)
    gaps.add(section if section in _ITEMS else next(iter(nearest(section, _keys(ModelDefinition))), section))


def _bare(section: str, item: YamlValue) -> YamlValue:
    """The least that stands for an item whose rest cannot be used."""
    name: YamlValue = _name(item)
    label: dict[str | int, YamlValue] = {"zh": "?", "en": "?"}
    match section:
        case "relationships":
            return {"from": "", "to": "", "on": {}}
        case "entities":
            return {"name": name, "dataset": "", "key": "", "label": label}
        case "lists":
            return {"name": name, "label": label, "filter": {}}
        case "behaviours" | "cohorts":
            return {"name": name, "metric": "", "label": label}
        case "profiles" | "playbooks" | "causes":
            return {"name": name, "label": label, **_bare_parts(section, label)}
        case "funnels":
            step: YamlValue = {"name": "?", "label": label, "metric": ""}
            return {"name": name, "label": label, "steps": [step, step]}
        case "policies" | "rollups":
            keys = ("dataset", "filter") if section == "policies" else ("metrics",)
            return {"name": name, **dict.fromkeys(keys, "")}
        case "field_rules":
            return {"fields": [], "show": "withheld"}
        case "trials":
            parts = ("dataset", "within", "treatment", "control", "success")
            return {"name": name, "label": label, "succeeded": label, **dict.fromkeys(parts, "")}
        case _:
            return {"name": name}


def _bare_parts(section: str, label: dict[str | int, YamlValue]) -> dict[str | int, YamlValue]:
    """The one part that a profile, a playbook or a family of causes cannot be without."""
    part: dict[str | int, YamlValue] = {"name": "?", "label": label}
    match section:
        case "profiles":
            return {"sections": [part]}
        case "playbooks":
            return {"plays": [{**part, **dict.fromkeys(("channel", "timing", "effect", "source", "owner"), label)}]}
        case _:
            return {"evidence": [{**part, "having": "x > 0"}]}


def _name(item: object) -> str:
    name = item.get("name") if isinstance(item, dict) else None
    return str(name) if isinstance(name, str | int) else "?"


def _named(value: YamlValue, part: Part) -> Phrase:
    """What people call the thing at `part`: `metric 'aov'`, `label of metric 'aov'`."""
    node: object = value
    owner = _FILE
    rest: list[str] = []
    for index, step in enumerate(part):
        node = _step(node, step)
        kind = _KINDS.get(str(part[index - 1])) if index and isinstance(step, int) else None
        if kind is not None:
            name = _name(node)
            owner, rest = (Phrase(WORDS[kind], kind) if name == "?" else thing(kind, name)), []
        elif not (index + 1 < len(part) and isinstance(part[index + 1], int)) and index > 0:
            rest.append(str(step))
    inner = ".".join(rest)
    return Phrase(f"{owner.zh}的 {inner} ", f"{inner} of {owner.en}") if rest else owner


def _step(node: object, step: str | int) -> object:
    """What a value holds under a key or place; _NOTHING where there is none."""
    if isinstance(node, dict):
        return node.get(step, _NOTHING)
    return node[step] if isinstance(node, list) and isinstance(step, int) and step < len(node) else _NOTHING


def _outer_key(part: Part) -> str:
    return next((step for step in reversed(part) if isinstance(step, str)), "item")


def _described(value: object) -> str | Phrase:
    """A value in a few words.

    >>> str(_described([1])), str(_described(None)), _described("up")
    ('a list', 'empty', "'up'")
    """
    match value:
        case None:
            return Phrase("空的", "empty")
        case dict():
            return Phrase("映射", "a mapping")
        case list() | tuple():
            return Phrase("列表", "a list")
        case bool():
            return str(value).lower()
        case _:
            text = str(value)
            return f"'{text if len(text) <= 40 else text[:39] + '…'}'"


def _type_of(part: Part) -> type[BaseModel] | None:
    """The definition class of the mapping at `part`, read off the annotations."""
    found: type[BaseModel] | None = ModelDefinition
    for step in part:
        if found is None or isinstance(step, int):
            continue
        field = next((f for n, f in found.model_fields.items() if (f.alias or n) == step), None)
        found = _model_in(field.annotation) if field is not None else found
    return found


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for each in get_args(annotation) if (model := _model_in(each)) is not None), None)


def _keys(model: type[BaseModel] | None) -> tuple[str, ...]:
    if model is None:
        return ()
    return tuple(field.alias or name for name, field in model.model_fields.items())
