"""What the service itself knows a word to mean, held against the part that a model says it made.

A model may read more than the rules; it may not read a name of the model as another name. So a metric's own name does
not stand for another metric, a value that is named is in the request, and a time that is named is the time of
something.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chat_service.language.dates.mention import DateMention
from chat_service.translate.agent.parts import Part
from chat_service.translate.senses import Mention, MetricSense, NumberSense, ValueSense, WordSense
from semantic_layer import FieldFilter, Model, Request, Scalar

Placed = Sequence[tuple[int, int, str]]
_TIMED = frozenset({"period", "comparison", "value", "number", "grouping", "grain", "behaviour"})
_TIMES = frozenset({"period", "rolling", "open"})


def contradictions(
    parts: Sequence[Part], kept: Sequence[Part], placed: Placed, mentions: Sequence[Mention], model: Model
) -> Iterator[str]:
    """Sentences about words that are taken for something else than they name. `kept` are the parts of the request
    before: what those had may be taken away."""
    said = {value for part in (*parts, *kept) for value in _values(part)}
    for mention in mentions:
        senses = [sense for sense in mention.senses if not isinstance(sense, WordSense)]
        if not senses or mention.is_filler:
            continue
        around = [
            part
            for start, end, named in placed
            for part in parts
            if _holds(start, end, mention) and part.is_made_by(named)
        ]
        if all(isinstance(sense, ValueSense) and not sense.weak for sense in senses):
            meant = {(s.dimension, s.value) for s in senses if isinstance(s, ValueSense)}
            if not {value for _, value in meant} & said:
                names = " or ".join(f"{name} = {value}" for name, value in sorted(meant, key=str)[:3])
                yield f"'{mention.text}' is {names}, and no condition of the request says so"
        elif all(isinstance(sense, DateMention) and sense.kind in _TIMES for sense in senses):
            if not any(part.role in _TIMED for part in around):
                yield f"'{mention.text}' is a time, and no part of the request that has one is made by it"
        elif all(isinstance(sense, MetricSense) for sense in senses):
            yield from _other_metric(mention, [s.name for s in senses if isinstance(s, MetricSense)], around, model)


def numbers_unsaid(request: Request, mentions: Sequence[Mention]) -> Iterator[str]:
    """Doubts about numbers that the request has nowhere: as such, as a fraction, or one off (more than 2 is 3 or
    more)."""
    known = set(_numbers(request.model_dump(mode="json")))
    for mention in mentions:
        senses = [sense for sense in mention.senses if not isinstance(sense, WordSense)]
        if len(senses) != 1 or not isinstance(senses[0], NumberSense) or senses[0].value == 1:
            continue
        value = senses[0].value
        near = (value, value / 100, value * 100, value - 1, value + 1)
        if not any(abs(each - other) < 1e-9 * max(1.0, abs(each)) for each in near for other in known):
            yield f"'{mention.text}' is a number that the request has nowhere. Keep it only if you are sure."


def _numbers(value: object) -> Iterator[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _numbers(each)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


def _other_metric(mention: Mention, names: Sequence[str], around: Sequence[Part], model: Model) -> Iterator[str]:
    """Where a measure is said by a metric's name, it is that metric, one that stands in for it, or one made of it."""
    measured = [part for part in around if part.path.startswith("metrics[")]
    if not measured:
        return
    close = {other for name in names for other in _close(name, model)}
    for part in measured:
        inputs = set(model.metrics[part.says].inputs) if part.says in model.metrics else set()
        if part.says in close or inputs & set(names):
            return
    yield f"'{mention.text}' names {' or '.join(names)}, not {measured[0].says}"


def _close(name: str, model: Model) -> Iterator[str]:
    yield name
    if name in model.metrics:
        yield from (instead.metric for instead in model.metrics[name].definition.instead)


def _holds(start: int, end: int, mention: Mention) -> bool:
    return start < mention.end and mention.start < end


def _values(part: Part) -> tuple[Scalar, ...]:
    return part.content.values if isinstance(part.content, FieldFilter) else ()
