"""What a question or a request names that nobody can learn: times, numbers and values, in the order they stand in.

The network writes a request with places for these (`@0`, `^1`), so that it reads any city and any day alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from chat_service.language.dates.mention import DateMention
from chat_service.translate.senses import Mention, NumberSense, ValueSense
from semantic_layer import Period, Scalar

# what a period is in a request that is written as plain data: start, end, grain
Days = tuple[str | None, str | None, str | None]
MOST = 14  # of a question; more than people name
UNSAID = frozenset({"origin", "show", "kind"})
"""Parts of a request that follow from the others."""
_PERIOD = frozenset({"start", "end", "grain"})


@dataclass(frozen=True)
class Named:
    """Something named: its value as a request holds it (of a period its `Days`), what it is about (`value city`), and
    the words as they stand, from `start` to `end` of the folded text."""

    kind: Literal["period", "number", "value"]
    value: Any
    about: str
    text: str = ""
    start: int = 0
    end: int = 0


def named_in(mentions: Iterable[Mention]) -> tuple[Named, ...]:
    """What the mentions of a question can name."""
    found: dict[tuple[object, ...], Named] = {}
    for mention in sorted(mentions, key=lambda each: (each.start, each.start - each.end)):
        for each in _of(mention):
            found.setdefault((each.kind, each.value, mention.start, mention.end), each)
    return tuple(found.values())[:MOST]


def named_by(request: Mapping[str, Any]) -> tuple[Named, ...]:
    """What a request holds, written as plain data without its defaults."""
    found: dict[tuple[str, object], Named] = {}
    for each in _within(request, "", ""):
        found.setdefault((each.kind, each.value), each)
    return tuple(found.values())[:MOST]


def is_period(part: Mapping[str, Any]) -> bool:
    """Whether a part of a request as plain data is a period."""
    return bool(part) and set(part) <= _PERIOD and ("start" in part or "end" in part)


def days_of(part: Mapping[str, Any]) -> Days:
    """A period of plain data."""
    return part.get("start"), part.get("end"), part.get("grain")


def _of(mention: Mention) -> Iterator[Named]:
    stretch = (mention.text, mention.start, mention.end)
    values: dict[Scalar, list[str]] = {}
    for sense in mention.senses:
        match sense:
            case DateMention():
                yield from _times(sense, mention)
            case NumberSense(value, unit):
                yield Named("number", value, f"number {unit or ''}".strip(), *stretch)
            case ValueSense(dimension, value):
                values.setdefault(value, []).append(dimension)
    for value, dimensions in values.items():
        yield Named("value", value, f"value {' '.join(dimensions[:3])}", *stretch)


def _times(said: DateMention, mention: Mention) -> Iterator[Named]:
    periods = dict.fromkeys(_days(each) for each in (said.period, said.calendar_period, *said.candidates) if each)
    for number, days in enumerate(periods):
        about = f"date {said.kind} {said.unit or days[2] or 'days'}{' calendar' if number else ''}"
        yield Named("period", days, about, mention.text, mention.start, mention.end)


def _days(period: Period) -> Days:
    start, end = (str(each) if each else None for each in (period.start, period.end))
    return start, end, period.grain


def _within(part: object, place: str, field: str) -> Iterator[Named]:
    match part:
        case Mapping() if is_period(part):
            yield Named("period", days_of(part), "before period")
        case Mapping():
            for name, each in part.items():
                if name not in UNSAID:
                    yield from _within(each, str(name), str(part.get("field", "")))
        case list() | tuple():
            for each in part:
                yield from _within(each, place, field)
        case bool():
            return
        case int() | float():
            yield Named("number", part, "before number")
        case str() if place == "values":
            yield Named("value", part, f"before value {field}")


__all__ = ["MOST", "UNSAID", "Days", "Named", "days_of", "is_period", "named_by", "named_in"]
