"""Times of the day in folded text, as whole hours: 晚上8点以后, 上午9点到11点, after 8pm, between 6 and 9 am.

A time within an hour (8:30) is none, since days are told apart by their hours only; nor is 晚上 without a number.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from chat_service.language.folding import Folded
from chat_service.language.formats import Formats, Said
from chat_service.language.numbers.numerals import zh_value

_TABLE = tomllib.loads(files(__package__).joinpath("hours.toml").read_text(encoding="utf-8"))
_FORMATS = [Formats([row], _TABLE["parts"]) for row in _TABLE["formats"].items()]
_LATE, _NOON, _TWELVE, _AFTER, _BEFORE = (
    frozenset(_TABLE["words"][name]) for name in ("late", "noon", "twelve", "after", "before")
)


@dataclass(frozen=True)
class HourMention:
    """Hours of the day (0..23) that a stretch of folded text names."""

    fstart: int
    fend: int
    hours: tuple[int, ...]


def find_hours(folded: Folded) -> tuple[HourMention, ...]:
    """The times of the day in a text.

    >>> from chat_service.language.folding import fold
    >>> [m.hours for m in find_hours(fold("昨天晚上8点以后的订单"))], [m.hours for m in find_hours(fold("before 3 am"))]
    ([(20, 21, 22, 23)], [(0, 1, 2)])
    >>> find_hours(fold("涨了3个点")), find_hours(fold("orders after 8")), find_hours(fold("8:30pm"))
    ((), (), ())
    """
    return tuple(_found(folded.text))


def _found(text: str) -> Iterator[HourMention]:
    for formats in _FORMATS:
        at = 0
        while said := formats.search(text, at):
            at = said.end
            hours = _hours(said)
            if hours:
                yield HourMention(said.start, said.end, hours)


def _hours(said: Said) -> tuple[int, ...]:
    """Whole hours from the first on; up to the last, which is the end and not among them.

    On a clock of twelve an hour without am or pm is none, unless it is noon.
    """
    groups, twelve = said.groups, said.kind in _TWELVE
    part, part2, last = groups.get("part"), groups.get("part2"), groups.get("last")
    first = _hour(groups["first"], part or (part2 if twelve else None), twelve=twelve)
    if twelve and not (part or part2) and _NOON.isdisjoint((groups["first"], last)):
        return ()
    if last is not None:
        end = _hour(last, part2 or part, twelve=twelve)
        return tuple(range(first, min(end, 24))) if first < end else ()
    side = groups.get("side") or groups.get("open") or ""
    if side in _AFTER:
        return tuple(range(first, 24))
    if side in _BEFORE:
        return tuple(range(min(first, 24)))
    return (first,) if first < 24 and side != "between" else ()


def _hour(text: str, part: str | None, *, twelve: bool) -> int:
    if text in _NOON:
        return 12
    value = int(text) if text.isdigit() else int(zh_value(text) or 0)
    if twelve:
        value %= 12
    return value + 12 if part in _LATE and value < 12 else value
