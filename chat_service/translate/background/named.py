"""What a background names that the question does not, and the words of the question that point back at it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from chat_service.language.dates.mention import DateMention
from chat_service.language.words.tables import word_set
from chat_service.translate.background.judge import modifies
from chat_service.translate.senses import (
    BehaviourSense,
    DimensionSense,
    EntitySense,
    ListSense,
    Mention,
    MetricSense,
    Sense,
    ValueSense,
)

_PERIODS = frozenset({"period", "rolling", "open", "ambiguous"})
_OWN_TIMES = _PERIODS | {"vague", "now", "all_history", "future", "comparison", "same_period", "relative_previous"}
_MOST_BETWEEN, _NEAR = 4, 5
_PASSED = frozenset(
    {"function.auxiliary", "function.stance", "phrase.stance", "light.past", "light.now", "light.recent"}
)
_DESCRIBING = _PASSED | {"function.article", "function.copula", "degree.very", "degree.somewhat"}
_PEOPLE = "people"
_WHEN = "when"
_GRAIN = "grain"
_CONTENT = (ValueSense, ListSense, BehaviourSense, EntitySense, MetricSense, DimensionSense)


@dataclass(frozen=True)
class Named:
    """Something that a condition could be made of: where it stands, and the kinds of it (dimensions, a period, people).

    `described`: more is said of it than its name, so that it alone is not what a pronoun points at.
    """

    start: int
    end: int
    kinds: frozenset[str]
    described: bool = False


@dataclass(frozen=True)
class Pointer:
    """A word of the question that stands for something named before: a folded stretch, and what it can stand for."""

    start: int
    end: int
    points_at: str
    count: int = 1


def named_in(parts: Sequence[Mention]) -> Iterator[Named]:
    """What the parts name that could be a condition."""
    for at, part in enumerate(parts):
        kinds = frozenset(kind for sense in part.senses if (kind := _kind(sense))) | _grain(parts, at)
        if not part.senses and part.text in word_set("season"):
            kinds = frozenset({_WHEN})
        does = any(isinstance(sense, BehaviourSense) for sense in part.senses)  # gold members shop
        tells = is_of_asker(parts, at) or any(does_of_asker(parts, each) for each in range(max(0, at - _NEAR), at))
        if kinds and not does and not modifies(parts, at) and not tells:
            yield Named(part.start, part.end, kinds, _is_described(parts, at))


def is_of_asker(parts: Sequence[Mention], at: int) -> bool:
    """I'm new here, 我是新来的: what somebody who asks is says nothing of the customers."""
    led = _led(parts, at, _DESCRIBING, word_set("asker") | word_set("asker_is") | word_set("we"))
    between = parts[at - led : at] if led else ()
    says = [part.text for part in between]
    return bool(says) and (says[0] in word_set("asker_is") or bool(word_set("is_so") & set(says[1:])))


def _led(parts: Sequence[Mention], at: int, passed: frozenset[str], who: Set[str]) -> int:
    """How many parts before one lead back to who asks, with nothing but words of these groups between; 0 where none."""
    for back in range(1, min(at, _MOST_BETWEEN) + 1):
        part = parts[at - back]
        if part.text in who:
            return back
        if not (set(part.words("filler")) & passed or part.text in word_set("only") | word_set("is_so")):
            return 0
    return 0


def does_of_asker(parts: Sequence[Mention], at: int) -> bool:
    """I only joined in May, I just started last week: what the asker did, and when, is none of the customers'."""
    does = any(isinstance(sense, BehaviourSense) for sense in parts[at].senses)
    return (does or parts[at].text in word_set("biography")) and _led(parts, at, _PASSED, word_set("asker")) > 0


def is_wished(parts: Sequence[Mention], at: int) -> bool:
    """My team wants to drop the app: what others want left out is not left out of the question."""
    wants, who = (set(parts[at - back].words("filler")) if at >= back else set() for back in (1, 2))
    return "function.want" in wants and "occasion.who" in who and bool(parts[at].words("exclusion"))


def _kind(sense: Sense) -> str:
    if isinstance(sense, ValueSense):
        return "" if sense.short or sense.weak else sense.dimension
    if isinstance(sense, ListSense):
        return _PEOPLE
    return _WHEN if isinstance(sense, DateMention) and sense.kind in _PERIODS else ""


def _grain(parts: Sequence[Mention], at: int) -> frozenset[str]:
    """Weekly figures, 按季度的: a unit of time that figures are wanted by; not 'every year we lose some'."""
    each = any(isinstance(sense, DateMention) and sense.kind == "grain" for sense in parts[at].senses)
    behind = parts[at + 1 : at + 2]
    topic = any(part.text in word_set("makes_adjective") or "light.topic" in part.words("filler") for part in behind)
    return frozenset({_GRAIN}) if each and (topic or not behind) else frozenset()


def kinds_in(parts: Sequence[Mention]) -> frozenset[str]:
    """The kinds of conditions that a question has of its own: weak values and deeds count here."""
    found = {sense.dimension for part in parts for sense in part.senses if isinstance(sense, ValueSense)}
    when = any(isinstance(s, DateMention) and s.kind in _OWN_TIMES for part in parts for s in part.senses)
    found |= {kind for each in named_in(parts) for kind in each.kinds}
    deeds = any(isinstance(sense, BehaviourSense | ListSense) for part in parts for sense in part.senses)
    grains = any(isinstance(s, DateMention) and s.kind == "grain" for part in parts for s in part.senses)
    found |= {_GRAIN} if grains else set()
    return frozenset(found | ({_PEOPLE} if deeds else set()) | ({_WHEN} if when else set()))


def _is_described(parts: Sequence[Mention], at: int) -> bool:
    before = parts[at - 1].text if at else ""
    behind = parts[at + 1].text if at + 1 < len(parts) else ""
    return before in word_set("makes_adjective") or behind in word_set("describes_behind")


def pointer(text: str, parts: Sequence[Mention]) -> Pointer | None:
    """The first word of a question that points at something not named in it before."""
    for points_at, count in (("pair", 2), ("place", 1), ("time", 1), ("people", 1)):
        for found in _pattern(f"points_at_{points_at}").finditer(text):
            if not _is_settled(points_at, found.start(), found.end(), text, parts):
                return Pointer(found.start(), found.end(), points_at, count)
    return None


def _is_settled(points_at: str, start: int, end: int, text: str, parts: Sequence[Mention]) -> bool:
    """Whether what is pointed at stands in the question itself: those who …, 2025年底那会儿, how many are there."""
    base = parts[0].start
    before = [part for part in parts if part.end - base <= start]
    behind = text[end:].lstrip().partition(" ")[0]
    if points_at == "time":
        return bool(before) and any(isinstance(s, DateMention) for part in before for s in part.senses)
    if points_at == "place":
        led = text[:start].rstrip().rpartition(" ")[2]
        return led in word_set("auxiliary") or behind in word_set("auxiliary") or _names_value(before[-1:])
    if behind in word_set("describes_behind"):
        return True
    return any(isinstance(s, _CONTENT) for part in before for s in part.senses)


def _names_value(parts: Sequence[Mention]) -> bool:
    return any(isinstance(sense, ValueSense) for part in parts for sense in part.senses)


@lru_cache(maxsize=8)
def _pattern(name: str) -> re.Pattern[str]:
    words = sorted(word_set(name), key=len, reverse=True)
    return re.compile("|".join(rf"\b{re.escape(each)}\b" if each.isascii() else re.escape(each) for each in words))


def fits(pointer: Pointer, named: Named) -> bool:
    """Whether a pointer can stand for something named."""
    if pointer.points_at == "time":
        return _WHEN in named.kinds
    return _WHEN not in named.kinds


def dimensions_in(parts: Sequence[Mention]) -> frozenset[str]:
    """The dimensions that are named."""
    return frozenset(sense.name for part in parts for sense in part.senses if isinstance(sense, DimensionSense))
