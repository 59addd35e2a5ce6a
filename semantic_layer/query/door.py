"""The door for requests that a client wrote: what only the server may say is left out, mistakes are told by their path.

A request that our own code makes needs no door: it is one of the types already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pydantic import ConfigDict, TypeAdapter, ValidationError

from semantic_layer.errors import Phrase, QueryError
from semantic_layer.query.parts import FILTER_SHAPES
from semantic_layer.query.problems import MalformedRequest
from semantic_layer.query.requests import KINDS, Request

_SCALARS = Phrase("应该是文本、数字或真假值", "should be text, a number, true or false")


_REQUESTS: TypeAdapter[Request] = TypeAdapter(Request, config=ConfigDict(defer_build=True))


def as_asked(request: Request) -> Request:
    """The request as a client may send it: all of its conditions are asked for, wherever they claim to come from."""
    return _REQUESTS.validate_python(_unclaimed(request.model_dump(by_alias=True)))


def read_request(body: bytes | str) -> Request:
    """The request in a JSON text of a client's. Raises QueryError with every mistake in it."""
    try:
        return as_asked(_REQUESTS.validate_json(body))
    except ValidationError as error:
        raise QueryError(*malformed(error.errors())) from error


def _unclaimed(body: object) -> object:
    if isinstance(body, Mapping):
        return {key: _unclaimed(each) for key, each in body.items() if key != "origin"}
    return [_unclaimed(each) for each in body] if isinstance(body, list | tuple) else body


def malformed(errors: Iterable[Mapping[str, object]]) -> tuple[MalformedRequest, ...]:
    """The mistakes that pydantic found in a body, once each: where in the body, and what is wrong there."""
    return tuple(dict.fromkeys(_told(errors)))


def _told(errors: Iterable[Mapping[str, object]]) -> Iterator[MalformedRequest]:
    found = list(errors)
    places = [each.get("loc") for each in found]
    for each in found:
        place = each.get("loc")
        if each.get("type") == "too_short" and any(_is_within(other, place) for other in places):
            continue  # short of what is wrong itself
        steps = [step for step in place if step not in FILTER_SHAPES] if isinstance(place, tuple) else []
        kind = 1 if steps[:1] == ["body"] else 0
        if len(steps) > kind and steps[kind] in KINDS:
            del steps[kind]
        reason = _reason(each)
        # a value may be of several kinds, and fits none: one mistake, not one for each kind
        at = next((place for place in range(len(steps) - 2) if steps[place] == "values"), None)
        if at is not None:
            steps, reason = steps[: at + 2], _SCALARS
        yield MalformedRequest(".".join(str(step) for step in steps), reason)


def _is_within(place: object, other: object) -> bool:
    return isinstance(place, tuple) and isinstance(other, tuple) and len(place) > len(other) == _shared(place, other)


def _shared(one: tuple[object, ...], other: tuple[object, ...]) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _reason(found: Mapping[str, object]) -> str | Phrase:
    match found.get("type"):
        case "union_tag_not_found" | "union_tag_invalid":
            kinds = ", ".join(KINDS)
            return Phrase(f"“kind”应该是 {kinds} 之一", f"'kind' should be one of {kinds}")
        case "extra_forbidden":
            return Phrase("没有这一项", "there is no such part")
        case "missing":
            return Phrase("缺失", "is missing")
    return str(found.get("msg", "")).removeprefix("Value error, ")
