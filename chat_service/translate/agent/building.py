"""What a model wrote as a request -> the typed request, or what is wrong with it in sentences that it can act on.

Nothing is repaired that could mean two things: a single value is put into its list, an unknown key is a problem.
"""

from __future__ import annotations

from datetime import date

from pydantic import JsonValue, TypeAdapter, ValidationError

from chat_service.translate.agent.kinds import RequestKind, kind_named
from chat_service.translate.agent.periods import last_calendar_months, reckoned
from chat_service.translate.agent.reply import Json
from semantic_layer import GRAINS, MetricQuery, Request

_LISTS = frozenset(
    {"metrics", "group_by", "filters", "values", "having", "keep", "show", "shares", "cumulative", "order_by"}
    | {"among", "limit_within", "columns", "since", "all", "any"}
)
_LISTS_OF_OBJECTS = frozenset({"measured"})  # of a list; of cohorts it is one name
# how pydantic names the form of a condition that it tried, and the key that tells which was meant
_FORMS = {"field": "FieldFilter", "metric": "MetricFilter", "all": "AllOf", "any": "AnyOf", "not": "NotOf"}
_OPERATORS = {"==": "=", "≥": ">=", "≤": "<=", "<>": "!=", "not_in": "not in", "is_null": "is null"}
_MOST = 6


class UnbuildableError(ValueError):
    """What was written is no request."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


def built(name: str, written: Json | None, today: date) -> tuple[Request, tuple[str, ...]]:
    """The request of a kind, and the codes of what conventions filled in. Raises UnbuildableError."""
    kind = kind_named(name)
    if kind is None or not isinstance(written, dict):
        raise UnbuildableError(f"`request` must be an object for answer '{name}'")
    data, problems = reckoned(written, today)
    if problems:
        raise UnbuildableError(*problems)
    data = {key: value for key, value in _listed(data).items() if key not in ("kind", "fill")}
    try:
        request: Request = TypeAdapter(kind.model).validate_python(data | {"kind": _tag(kind)})
    except ValidationError as error:
        raise UnbuildableError(*_reasons(error, data)) from error
    return _with_conventions(request, today)


def _with_conventions(request: Request, today: date) -> tuple[Request, tuple[str, ...]]:
    along_time = isinstance(request, MetricQuery) and any(each in GRAINS for each in request.group_by)
    if along_time and isinstance(request, MetricQuery) and request.period is None:
        return request.model_copy(update={"period": last_calendar_months(today)}), ("last_12_months",)
    return request, ()


def _tag(kind: RequestKind) -> str:
    tag: str = kind.model.model_fields["kind"].default
    return tag


def _listed(value: Json) -> Json:
    """A single thing where a list belongs, as the list of it; origins are the service's to say."""
    found: Json = {}
    for key, inner in value.items():
        if key == "origin":
            continue
        inner = _OPERATORS.get(inner, inner) if key == "op" and isinstance(inner, str) else _inside(inner)
        is_alone = key in _LISTS or (key in _LISTS_OF_OBJECTS and isinstance(inner, dict))
        found[key] = [inner] if is_alone and not isinstance(inner, list) else inner
    return found


def _inside(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return _listed(value)
    return [_inside(each) for each in value] if isinstance(value, list) else value


def _reasons(error: ValidationError, data: Json) -> tuple[str, ...]:
    """What is wrong, by the path as the model wrote it; of a condition's five forms only the one that it was meant
    as."""
    found: dict[str, None] = {}
    for each in error.errors(include_url=False):
        path, is_meant = _path(each["loc"], data)
        if is_meant:
            found[f"{path}: {each['msg'].removeprefix('Value error, ')}"] = None
    return tuple(found)[:_MOST] or ("the request does not fit its type",)


def _path(steps: tuple[int | str, ...], data: JsonValue) -> tuple[str, bool]:
    path, at = "", data
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
            at = at[step] if isinstance(at, list) and step < len(at) else None
        elif any(form in step for form in _FORMS.values()):
            keys = at if isinstance(at, dict) else {}
            meant = next((form for key, form in _FORMS.items() if key in keys), "FieldFilter")
            if meant not in step:
                return path, False
        elif step.isidentifier():
            path += f".{step}" if path else step
            at = at.get(step) if isinstance(at, dict) else at
    return path, True
