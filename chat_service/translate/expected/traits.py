"""What a request shows, as traits: each of its parts by its place, without the literals that were typed.

>>> from semantic_layer import MetricQuery
>>> sorted(traits(MetricQuery(metrics=("revenue",), group_by=("month",))))
['group_by=month', 'kind=metrics', 'metrics=revenue']
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chat_service.outcomes import Question
from semantic_layer import FieldFilter, Request

# what was typed, and what follows from the other parts
_UNSAID = frozenset({"values", "entity", "kind", "name", "columns", "measured", "show", "column", "per"})
# what several kinds of requests call by names of their own
_ALSO = {"metric": "metrics", "by": "group_by", "dimensions": "group_by"}
_COUNTED = frozenset({"metrics", "group_by"})
_PERIOD, _MOST, _SMALL = frozenset({"start", "end", "grain"}), 3, 1


def traits(request: Request) -> frozenset[str]:
    """The traits of a request. What nobody asked for (`origin: default`) is none."""
    plain = request.model_dump(mode="json", exclude_defaults=True)
    return frozenset({f"kind={request.kind}", *_of(plain, "")})


def without_pointed(request: Request, question: Question) -> Request:
    """The request without the conditions that hold rows of the answer before: a word points at them, and names none."""
    shown = question.previous.shown if question.previous is not None else None
    if shown is None:
        return request
    rest = (
        f
        for f in request.filters
        if not (isinstance(f, FieldFilter) and f.field == shown.dimension and set(f.values) <= set(shown.values))
    )
    return request.model_copy(update={"filters": tuple(rest)})


def _of(part: object, place: str) -> Iterator[str]:
    match part:
        case {"origin": "default"} | None:
            return
        case {**parts} if parts and set(parts) <= _PERIOD:
            yield place
            yield f"{place}={parts.get('grain') or 'days'}"
        case {**parts}:
            yield from _of_parts(parts, place)
        case list():
            if place in _COUNTED and len(part) > 1:
                yield f"{place} {min(len(part), _MOST)}"
            for each in part:
                yield from _of(each, place)
        case str() | bool():
            yield f"{place}={part}"
        case int() | float():
            yield place
            if part <= _SMALL:
                yield f"{place}={part}"


def _of_parts(parts: Mapping[object, object], place: str) -> Iterator[str]:
    for name, each in parts.items():
        if name not in _UNSAID:
            yield from _of(each, f"{place}.{name}" if place else _ALSO.get(str(name), str(name)))


__all__ = ["traits", "without_pointed"]
