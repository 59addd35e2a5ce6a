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

WORD = "text "  # a word as it was said
FOLLOWS = "follows"  # the question goes on from another
_NAMING: dict[type, str] = {
    MetricSense: "metric",
    DimensionSense: "dimension",
    BehaviourSense: "behaviour",
    EntitySense: "entity",
    ListSense: "list",
    TrialSense: "trial",
}


def concepts(said: Iterable[Mention], *, follows: bool = False) -> frozenset[str]:
    """The concepts of a question. A value is one of its dimension, whichever it is; a time or a number is just that."""
    found = {each for mention in said for each in _of(mention)}
    return frozenset(found | {FOLLOWS}) if follows else frozenset(found)


def _of(mention: Mention) -> Iterator[str]:
    yield from (_concept(sense) for sense in mention.senses)
    if not any(isinstance(sense, ValueSense | DateMention | NumberSense) for sense in mention.senses):
        yield f"{WORD}{mention.text}"


def _concept(sense: Sense) -> str:
    match sense:
        case WordSense(role, meaning):
            return f"word {role} {meaning}"
        case ValueSense(dimension):
            return f"value {dimension}"
        case DateMention(kind=kind, unit=unit):
            return f"date {kind} {unit}"
        case NumberSense(unit=unit):
            return f"number {unit}"
        case HoursSense():
            return "hours"
        case FieldSense(name):
            return f"field {name}"
    return f"{_NAMING[type(sense)]} {sense.name}"


__all__ = ["FOLLOWS", "WORD", "concepts"]
