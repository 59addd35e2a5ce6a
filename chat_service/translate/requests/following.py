"""What follows an event: questions that name something that happened, so many days after it, and what may be done then.

首单折扣超过30%的客户,90天内有多少人回购: the first order is the event, its discount tells the events apart, buying
again is what may follow. Every other word must be about one of these; what is not is refused by name, as everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Span
from chat_service.translate.meaning.choices import Chooser
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.happenings import (
    Happening,
    first_deed,
    happenings,
)
from chat_service.translate.requests.slots import Slots
from chat_service.translate.requests.timing import only_period
from semantic_layer import Deed, FollowsQuery, Period

# words that ask, join or count what the table shows anyway
_SHOWN = frozenset({"ask", "entity", "share", "connective", "unit", "follow", "grouping", "comparison", "chart"})


@dataclass(eq=False)
class _Of:
    """What the events are of: their time, and what they are grouped by."""

    period: Period | None = None
    by: str | None = None


def read_follows(slots: Slots, assembly: Assembly) -> FollowsQuery | None:
    """The request of a question about what follows an event, or None if it asks for none. Raises StopError."""
    found = sorted(happenings(slots, assembly), key=lambda each: each.item.start)
    spans = slots.frame.of(Span)
    if not spans or len(spans) > 2 or slots.frame.said("intent.why"):
        return None
    event = _event(spans[0], found)
    if event is None:
        return None
    named = _named(event, found, spans[0])
    deeds = _deeds(spans, [each for each in found if each not in named])
    if deeds is None:
        return None
    of = _Of()
    chooser = assembly.chooser((event.event,))
    for each in named:
        _of_happening(each, of, assembly)
    _of_words(slots, of, chooser, assembly)
    return _request(event.event, deeds, of, slots, assembly)


# --- what happens ---


def _event(span: Edge, found: list[Happening]) -> Happening | None:
    """What the days of a span are counted from: where cohorts begin, or else what comes first, before it."""
    placed = next((each for each in found if each.item.category == "intent.cohort"), None)
    counted = len(found) > 1 and found[0].item.start < span.start  # 30天内注册且已下单: the last 30 days
    return placed or (found[0] if counted else None)


def _named(event: Happening, found: list[Happening], span: Edge) -> list[Happening]:
    """The words for the event: all that name it; of a deed that may follow itself, those on its side of the days."""
    same = [each for each in found if each.event == event.event]
    beside = [each for each in same if (each.item.end <= span.start) == (event.item.end <= span.start)]
    return same if len(same) < len(found) else beside


# --- what may follow ---


def _deeds(spans: list[Edge], rest: list[Happening]) -> list[tuple[Span, Happening]] | None:
    """The deed of each span; None where one has none, or one is left over."""
    left = list(rest)
    found: list[tuple[Span, Happening]] = []
    for span in spans:
        meaning = span.meaning
        assert isinstance(meaning, Span), "asked of spans"
        before = [each for each in left if each.item.end <= span.start]
        after = [each for each in left if each.item.start >= span.end]
        inside = [each for each in left if each.item.start <= span.start and each.item.end >= span.end]
        ordered = [*before[::-1], *after] if meaning.side == "after" else [*after, *before[::-1]]
        chosen = next(iter([*inside, *ordered]), None)
        if chosen is None:
            return None
        left.remove(chosen)
        found.append((meaning, chosen))
    again = {each.metric for _, each in found}
    return found if all(each.metric in again and each.clause is None for each in left) else None


def _deed(span: Span, each: Happening, assembly: Assembly) -> Deed:
    if each.clause is not None:
        lasts = each.clause.when is not None and each.clause.when.date.kind != "duration"
        if each.clause.condition is not None or lasts or each.clause.ever:
            raise assembly.deny(each.item)
    assembly.use(each.item, "behaviour", f"{each.metric} {span.after}-{span.within}")
    return Deed(metric=each.metric, after=span.after, within=span.within)


# --- what the events are of ---


def _of_happening(each: Happening, of: _Of, assembly: Assembly) -> None:
    """The time of the event's own words."""
    assembly.use(each.item, "behaviour", each.event)
    if each.clause is None:
        return
    if each.clause.condition is not None or each.negated:
        raise assembly.deny(each.item)
    if each.clause.when is not None:
        of.period = only_period(each.item, each.clause.when, of.period, assembly)


def _of_words(slots: Slots, of: _Of, chooser: Chooser, assembly: Assembly) -> None:
    """The times that stand by themselves, and what the events are grouped by."""
    for item, when in slots.whens:
        of.period = only_period(item, when, of.period, assembly)
    for item, group in slots.groups:
        if of.by is not None:
            raise assembly.deny(item)
        of.by = str(group.grain) if group.grain is not None else assembly.dimension(item, group.dimensions, chooser)
        assembly.use(item, "grouping", of.by)


# --- the request ---


def _request(
    event: str, deeds: list[tuple[Span, Happening]], of: _Of, slots: Slots, assembly: Assembly
) -> FollowsQuery:
    for item in slots.frame.of(Span):
        assembly.use(item, "number", str(item.meaning))
    ordered = sorted(deeds, key=lambda each: (each[0].within, each[0].after))
    (last_span, last), first = ordered[-1], ordered[:-1]
    if any(each.negated for _, each in first):
        raise assembly.deny(first[0][1].item)
    did = _deed(*first[0], assembly) if first else None
    then = _deed(last_span, last, assembly)
    if of.by is not None and did is not None:
        raise assembly.deny(slots.frame.of(Span)[0])
    first_ones = [item for item, _ in slots.ranks if _is_first_one(item, event, assembly)]
    assembly.refuse_rest({*_SHOWN, "intent.list", "intent.count"}, lambda item: item in first_ones)
    return FollowsQuery(event=event, then=then, period=of.period, by=of.by, did=did, negated=last.negated)


def _is_first_one(item: Edge, event: str, assembly: Assembly) -> bool:
    """Within 30 days of their first one: behind the days, the first deed that they are counted from."""
    first = first_deed(assembly)
    known = first is not None and assembly.model.behaviours[first].event == event
    return known and assembly.frame.folded(item) in word_set("first_of_it")
