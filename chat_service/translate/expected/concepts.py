"""What a question says, as concepts: what its words can mean, and the words themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chat_service.language.dates.mention import DateMention
from chat_service.translate.senses import (
    BehaviourSense,
    DimensionSense,
    EntitySense,
    FieldSense,
    HoursSense,
    ListSense,
    Mention,
    MetricSense,
    NumberSense,
    Sense,
    TrialSense,
    ValueSense,
    WordSense,
)
from semantic_layer import Model

WORD = "text "  # a word of the language, as it was said
NAMED = "names "  # something of the model, by its name there
FOLLOWS = "follows"  # the question goes on from another


def concepts(said: Iterable[Mention], model: Model, *, follows: bool = False) -> frozenset[str]:
    """The concepts of a question. A value is one of its dimension, whichever it is; a time or a number is just that."""
    found = {each for mention in said for each in _of(mention, model)}
    return frozenset(found | {FOLLOWS}) if follows else frozenset(found)


def _of(mention: Mention, model: Model) -> Iterator[str]:
    if all(isinstance(sense, WordSense) for sense in mention.senses):
        yield f"{WORD}{mention.text}"
    for sense in mention.senses:
        match sense:
            case WordSense(role, meaning):
                yield f"word {role} {meaning}"
            case DateMention(kind=kind, unit=unit):
                yield f"date {kind} {unit}"
            case NumberSense(unit=unit):
                yield f"number {unit}"
            case HoursSense():
                yield "hours"
            case _:
                yield from (f"{NAMED}{name}" for name in _names(sense, model))


def _names(sense: Sense, model: Model) -> Iterator[str]:
    """What a sense names of the model: of a behaviour also what it is measured by, of a thing what counts it."""
    match sense:
        case ValueSense(dimension):
            yield dimension
        case FieldSense(name):
            yield name
        case BehaviourSense(name):
            behaviour = model.behaviours[name]
            yield from (each for each in (name, behaviour.metric, behaviour.amount) if each)
        case EntitySense(name):
            yield from (each for each in (name, model.entities[name].counted_by) if each)
        case MetricSense(name) | DimensionSense(name) | ListSense(name) | TrialSense(name):
            yield name


__all__ = ["FOLLOWS", "NAMED", "WORD", "concepts"]
