"""How long after one thing another is done: 投诉之后多久会再下单, time from the first order to the second.

Where no length of days is said, so many are looked at; they are counted from where the words put what comes first.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import languages, tables, word_set
from chat_service.translate.grammar.categories import Measure, Span
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.happenings import Happening, counts_people
from chat_service.translate.requests.journey_parts import STEP_TIMES
from chat_service.translate.requests.slots import Slots

_DAYS = 90
_AVERAGES = ("average.mean", "average.per_head", "statistic.median")


def asks_how_long(slots: Slots) -> list[Edge]:
    """The words that ask how long."""
    return slots.frame.asks("how_long", "long")


def done_again(slots: Slots, assembly: Assembly) -> list[Happening]:
    """首单后多久复购: behind something, how long between two of the main deed asks how long until that is done."""
    main, metrics = assembly.structure.main_behaviour, assembly.model.metrics
    if main is None or asks_how_long(slots):
        return []
    return [
        Happening(item, main.metric, main.event or main.metric)
        for item in slots.frame.of(Measure)
        if isinstance(item.meaning, Measure)
        and {each.unit if each else None for each in map(metrics.get, item.meaning.metrics)} == {"days"}
        and slots.frame.folded(item).startswith(_words_for_long())
    ]


@lru_cache(maxsize=1)
def _words_for_long() -> tuple[str, ...]:
    return tuple(word for each in languages() for word in tables(each)["quantity"]["long"])


def days_waited(found: list[Happening], slots: Slots) -> list[Edge]:
    """The days after what comes first, as a stretch of its own; none where nothing says what that is."""
    if len({each.item for each in found}) < 2 or slots.has("intent.funnel", STEP_TIMES):
        return []
    behind, after = slots.frame.said("window.behind"), _comes_after(slots)
    placed = [each.item for each in found if each.item.category == "intent.cohort"]
    if behind and found[0].item.end <= behind[0].start:
        return [_span(behind[0].start, "before", *behind)]
    if placed:
        return [_span(placed[0].end, "before")]
    joined = _joins(found[0].item, found[1].item, slots)
    if joined:
        return [_span(joined[0].start, "before", *joined, *after)]
    if after and any(each.item.start >= after[0].end for each in found):
        return [_span(after[0].end, "after", *after)]
    return []


def days_unsaid(found: list[Happening], slots: Slots, assembly: Assembly) -> list[Edge]:
    """投诉后下单的比例, do customers order after a complaint: the same, where no length of days is asked either."""
    frame = slots.frame
    counts = any(counts_people(item, assembly) for item in frame.items) or frame.asks("people", "who")
    people = slots.entities or any(item.category == "entity" for item in frame.items)
    single = counts or (people and frame.asks("how_many", "count", "list", "which"))
    if single and not slots.has("share", "rate"):
        return []  # how many customers did, whenever that was: no part of them within so many days
    behind, after = slots.frame.said("window.behind"), _comes_after(slots)
    spans = days_waited(found, slots) if behind or after else []
    return spans if any(each in (*behind, *after) for span in spans for each in span.parts) else []


def _comes_after(slots: Slots) -> list[Edge]:
    return [word for word in slots.frame.said("window.after") if slots.frame.folded(word) in word_set("comes_after")]


def _span(at: int, side: Literal["before", "after"], *used: Edge) -> Edge:
    return Edge(at, at, "span", Span(0, _DAYS, side), 0.0, used)


def _joins(one: Edge, other: Edge, slots: Slots) -> list[Edge]:
    """The words between two things that say that the first reaches to the second: 到, until."""
    between = [edge for edge in slots.frame.covering.edges if one.end <= edge.start and edge.end <= other.start]
    return [edge for edge in between if slots.frame.folded(edge) in word_set("reaches_to")]


def use_waited(spans: list[Edge], again: list[Happening], slots: Slots, assembly: Assembly) -> bool:
    """Whether it is asked how long. The words of that are told, and the days where nobody said them."""
    asked = [*asks_how_long(slots), *(each.item for each in again)]
    made = [each for each in spans if each.start == each.end]
    averages = slots.frame.said(*_AVERAGES, "next") if asked else []
    for item in (*asked, *averages, *(part for each in made for part in each.parts)):
        assembly.use(item, "metric", "times")
    if made:
        assembly.assume("days_waited", str(_DAYS))
    return bool(asked)
