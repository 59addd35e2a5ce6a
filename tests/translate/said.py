"""Outcomes as the case files write them."""

from __future__ import annotations

from collections.abc import Mapping

from chat_service.outcomes import (
    Answerable,
    CatalogueAsked,
    Choice,
    Clarification,
    DefinitionAsked,
    Outcome,
    Refusal,
)
from semantic_layer.query.requests import Request

_TOLD = ("list", "causes", "profile", "playbook", "follows", "lift", "paths")
Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]


def outcome_as_case(outcome: Outcome) -> dict[str, Plain]:
    """The kind of an outcome with what a case promises of it."""
    match outcome:
        case Answerable(request=request):
            return {"request": request_as_case(request)}
        case Clarification(code=code, choices=(Choice(id="without"), *_)) if code != "unknown_word":
            return {"refused": code}  # offered without the words at fault or not, it is not answered
        case Refusal(code=code):
            return {"refused": code}
        case Clarification(code=code, choices=choices):
            return {"asks": code, "choices": [choice.id for choice in choices]}
        case DefinitionAsked(metrics=metrics):
            return {"defines": list(metrics)}
        case CatalogueAsked():
            return {"catalogue": True}


def request_as_case(request: Request) -> dict[str, Plain]:
    """A request without its defaults; periods as `start/end grain`; a list without its columns."""
    plain = request.model_dump(mode="json", exclude_defaults=True)
    compacted = {key: _compact(value) for key, value in plain.items() if key != "columns"}
    return {"kind": request.kind, **compacted} if request.kind in _TOLD else compacted


def _compact(value: object) -> Plain:
    if isinstance(value, Mapping):
        keys = set(value)
        if keys and keys <= {"start", "end", "grain"}:
            grain = f" {value['grain']}" if value.get("grain") else ""
            return f"{value.get('start') or '..'}/{value.get('end') or '..'}{grain}"
        return {str(key): _compact(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_compact(inner) for inner in value]
    assert value is None or isinstance(value, (bool, int, float, str)), "JSON has no other values"
    return value
