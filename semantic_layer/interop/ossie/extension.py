"""What the specification has no words for, as our extension: beside each part what only we say of it, and with the
model all that the document cannot hold. The two put together are the definitions as they were.

The data is JSON. Codes of values may be numbers, which JSON takes for no keys: they are written as pairs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from semantic_layer.errors import Phrase, thing
from semantic_layer.interop.ossie.spec import (
    Extension,
    OssieDataset,
    OssieField,
    OssieMetric,
    OssieModel,
    OssieRelationship,
)
from semantic_layer.model.definitions import (
    DatasetDefinition,
    FieldDefinition,
    MetricDefinition,
    ModelDefinition,
    RelationshipDefinition,
)

VENDOR = "HUITOU"
FORMAT = 1
_CORE_SECTIONS = ("datasets", "relationships", "metrics")
_Definition = TypeVar("_Definition", bound=BaseModel)
_Part = TypeVar("_Part", OssieDataset, OssieField, OssieRelationship, OssieMetric)
Change = Literal["nothing", "words", "meaning"]


class UnreadableExtensionError(ValueError):
    """Our extension in a document is not what we write."""

    def __init__(self, reason: str | Phrase) -> None:
        super().__init__(str(reason))
        self.reason = reason


def beside(part: _Part, definition: BaseModel, *without: str) -> _Part:
    """The part with its extension: its definition without name and what is named, and what the part said with it."""
    data = {key: value for key, value in _packed(definition).items() if key not in ("name", *without)}
    return part.model_copy(update={"custom_extensions": (_extension({"said": fingerprint(part), **data}),)})


def fingerprint(part: OssieDataset | OssieField | OssieRelationship | OssieMetric) -> list[str]:
    """What a part says to everybody, and in which words, each as a short hash: it tells whether others changed it."""
    data = part.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"custom_extensions", "fields"})
    words = {key: data.pop(key) for key in ("description", "ai_context") if key in data}
    return [hashlib.sha256(json.dumps(each, sort_keys=True).encode()).hexdigest()[:16] for each in (data, words)]


def change_of(part: OssieDataset | OssieField | OssieRelationship | OssieMetric) -> Change | None:
    """What others did to a part since we wrote it; None where it has no extension of ours, and so is theirs."""
    data = data_of(part.custom_extensions)
    said = data.get("said") if data is not None else None
    if not isinstance(said, list):
        return None
    now = fingerprint(part)
    return "nothing" if now == said else "words" if now[:1] == said[:1] else "meaning"


def of_model(definition: ModelDefinition, core: OssieModel, joins: Mapping[str, int]) -> tuple[Extension, ...]:
    """The extension of a whole model: every section in its order, what stands in the document by name alone.

    `joins` gives for names of the document's relationships their places in the definitions.
    """
    held = {each.name: {field.name for field in each.fields} for each in core.datasets}
    named = {place: name for name, place in joins.items()}
    metrics = {each.name for each in core.metrics}
    data: dict[str, Any] = {
        key: value for key, value in _packed(definition).items() if key not in ("name", *_CORE_SECTIONS)
    }
    data["datasets"] = [
        {"name": each.name, "fields": [f.name if f.name in held[each.name] else _packed(f) for f in each.fields]}
        if each.name in held
        else _packed_dataset(each)
        for each in definition.datasets
    ]
    data["relationships"] = [
        named[place] if place in named else _packed(each) for place, each in enumerate(definition.relationships)
    ]
    data["metrics"] = [each.name if each.name in metrics else _packed(each) for each in definition.metrics]
    return (_extension({"format": FORMAT, **data}),)


def data_of(extensions: Iterable[Extension]) -> dict[str, Any] | None:
    """What our extension among these says; None where there is none. Raises UnreadableExtensionError."""
    text = next((each.data for each in extensions if each.vendor_name == VENDOR), None)
    if text is None:
        return None
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise UnreadableExtensionError(Phrase(f"它不是 JSON，{error}", f"it is not JSON, {error}")) from error
    if not isinstance(data, dict):
        raise UnreadableExtensionError(Phrase("它不是映射", "it is no mapping"))
    return data


def restored(model: OssieModel) -> ModelDefinition | None:
    """The definitions that our extensions in a document make, of the parts that the document still has.

    None where the model has no extension of ours. Raises UnreadableExtensionError.
    """
    data = data_of(model.custom_extensions)
    if data is None:
        return None
    if data.pop("format", None) != FORMAT:
        raise UnreadableExtensionError(
            Phrase(
                f"它的格式不是 {FORMAT}，即本版本写出的格式",
                f"it is not of format {FORMAT}, the one that this version writes",
            )
        )
    try:
        return _Restorer(model, data).definition()
    except (ValidationError, TypeError, KeyError, AttributeError) as error:
        raise UnreadableExtensionError(_first_line(error)) from error


def gone(model: OssieModel) -> Iterator[Phrase]:
    """What our extension says that the document holds, and it does not any more. For what `restored` has read."""
    data = data_of(model.custom_extensions) or {}
    datasets = {each.name: {field.name for field in each.fields} for each in model.datasets}
    for entry in data.get("datasets", ()):
        said = [each for each in entry.get("fields", ()) if isinstance(each, str)]
        if entry["name"] in datasets:
            lost = (each for each in said if each not in datasets[entry["name"]])
            yield from (thing("field", f"{entry['name']}.{each}") for each in lost)
        elif said or set(entry) == {"name", "fields"}:
            yield thing("dataset", entry["name"])
    for section, kind, known in (
        ("relationships", "relationship", {each.name for each in model.relationships}),
        ("metrics", "metric", {each.name for each in model.metrics}),
    ):
        for entry in data.get(section, ()):
            if isinstance(entry, str) and entry not in known:
                yield thing(kind, entry)


class _Restorer:
    def __init__(self, model: OssieModel, data: dict[str, Any]) -> None:
        self._model, self._data = model, data

    def definition(self) -> ModelDefinition:
        """The definitions, sections in their order."""
        core = {each.name: each for each in self._model.datasets}
        datasets = [self._dataset(each, core.get(each["name"])) for each in self._data.pop("datasets", [])]
        relationships = {each.name: each for each in self._model.relationships}
        joined = [
            _made(
                RelationshipDefinition,
                {
                    "from": relationships[each].source,
                    "to": relationships[each].target,
                    "on": dict(zip(relationships[each].from_columns, relationships[each].to_columns, strict=True)),
                    **_own(relationships[each]),
                },
            )
            if isinstance(each, str)
            else _made(RelationshipDefinition, each)
            for each in self._data.pop("relationships", [])
            if not isinstance(each, str) or each in relationships
        ]
        metrics = {each.name: each for each in self._model.metrics}
        counted = [
            _made(MetricDefinition, {"name": each, **_own(metrics[each])})
            if isinstance(each, str)
            else _made(MetricDefinition, each)
            for each in self._data.pop("metrics", [])
            if not isinstance(each, str) or each in metrics
        ]
        whole = ModelDefinition.model_validate({"name": self._model.name, **self._data})
        made = {"datasets": tuple(each for each in datasets if each is not None), "metrics": tuple(counted)}
        return whole.model_copy(update={**made, "relationships": tuple(joined)})

    def _dataset(self, entry: dict[str, Any], core: OssieDataset | None) -> DatasetDefinition | None:
        said = [field for field in entry.get("fields", []) if isinstance(field, str)]
        if core is None:
            # one that the document should hold, and does not any more
            return None if said or set(entry) == {"name", "fields"} else _restored_dataset(entry)
        fields = {each.name: each for each in core.fields}
        made = [
            _made(FieldDefinition, {"name": each, **_own(fields[each])})
            if isinstance(each, str)
            else _made(FieldDefinition, each)
            for each in entry["fields"]
            if not isinstance(each, str) or each in fields
        ]
        head = DatasetDefinition.model_validate({"name": core.name, **_own(core)})
        return head.model_copy(update={"fields": tuple(made)})


def _own(part: OssieDataset | OssieField | OssieRelationship | OssieMetric) -> dict[str, Any]:
    """What our extension says of a part, but for what the part itself said."""
    return {key: value for key, value in (data_of(part.custom_extensions) or {}).items() if key != "said"}


def _restored_dataset(entry: dict[str, Any]) -> DatasetDefinition:
    fields = tuple(_made(FieldDefinition, each) for each in entry.get("fields", []))
    own = {key: value for key, value in entry.items() if key != "fields"}
    return DatasetDefinition.model_validate(own).model_copy(update={"fields": fields})


def _made(kind: type[_Definition], data: dict[str, Any]) -> _Definition:
    if "values" in data and isinstance(data["values"], list):
        data = {**data, "values": dict(data["values"])}
    return kind.model_validate(data)


def _packed(definition: BaseModel) -> dict[str, Any]:
    """A definition as JSON has it, without what is at its default."""
    data = definition.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if isinstance(definition, FieldDefinition) and "type" in definition.model_fields_set:
        data["type"] = definition.type  # to be of type text is more than to say no type
    if isinstance(definition, FieldDefinition) and definition.values:
        words = (each.model_dump(mode="json", exclude_defaults=True) for each in definition.values.values())
        data["values"] = [list(pair) for pair in zip(definition.values, words, strict=True)]
    return data


def _packed_dataset(definition: DatasetDefinition) -> dict[str, Any]:
    return {**_packed(definition), "fields": [_packed(each) for each in definition.fields]}


def _extension(data: dict[str, Any]) -> Extension:
    return Extension(vendor_name=VENDOR, data=json.dumps(data, ensure_ascii=False))


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(step) for step in first['loc'])}: {first['msg']}"
    return f"it lacks a part ({error})"
