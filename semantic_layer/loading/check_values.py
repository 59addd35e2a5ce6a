"""What a model says outright is what it can be: the codes of fields, the time zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from zoneinfo import available_timezones

from semantic_layer.errors import DefinitionProblem, Phrase, nearest
from semantic_layer.loading.problems.definitions import UnknownTimezone, WrongCode
from semantic_layer.loading.unchecked import Draft
from semantic_layer.model.definitions import FieldType

_CODES: Mapping[str, tuple[tuple[type, ...], Phrase]] = {
    "boolean": ((bool,), Phrase("true 或 false", "true or false")),
    "integer": ((int,), Phrase("整数", "a whole number")),
    "number": ((int,), Phrase("整数", "a whole number")),
    "text": ((str,), Phrase("带引号的文本", "a text, in quotes")),
}


def check_codes(draft: Draft) -> Iterator[DefinitionProblem]:
    """The codes of fields are of their type."""
    for place, dataset in enumerate(draft.definition.datasets):
        for index, field in enumerate(dataset.fields):
            kinds, wanted = _CODES.get(field.type, ((object,), Phrase("", "")))
            for code in field.values:
                if not _is_code(code, field.type, kinds):
                    where = draft.where("datasets", place, "fields", index, "values")
                    yield WrongCode(where, f"{dataset.name}.{field.name}", field.type, str(code), wanted)


def _is_code(code: bool | int | str, kind: FieldType, kinds: tuple[type, ...]) -> bool:
    if kind == "boolean" or isinstance(code, bool):
        return kind == "boolean" and str(code).lower() in ("true", "false")
    return isinstance(code, kinds)


def check_timezone(draft: Draft) -> Iterator[DefinitionProblem]:
    """The zone that days are told in is one that there is."""
    name = draft.definition.timezone
    if name != "UTC" and name not in available_timezones():
        yield UnknownTimezone(draft.where("timezone"), name, nearest(name, available_timezones()))
