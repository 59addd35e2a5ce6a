"""The phrases of a question that ask for a number, and what each asks the number of: the noun or verb beside it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.rules.amounts import is_number
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots, asked_of, names_people

_NOUNS = frozenset({"people", "orders", "units", "times", "points", "each"})
_ASKS = frozenset({"how_many", "how_much", "count", "money"}) | _NOUNS
_HEADS = frozenset({"measure", "bound", "clauses", "listed", "values", "entity", "field", "group", "ask", "piece"})
_PASSED = ("follow.those", "grouping")
_INSIDE = ("function.function.place", "grouping.within", "window.inside")


@dataclass(frozen=True)
class Phrase:
    """A word that asks for a number, and the item that it asks the number of; none where it names that itself."""

    asks: Edge
    head: Edge | None


def phrases(frame: Frame) -> list[Phrase]:
    """The phrases of a frame from left to right; a word that asks right beside another says the same again."""
    found: list[Phrase] = []
    for item in frame.items:
        what = set(asked_of(item))
        if item.category != "ask" or not what & _ASKS:
            continue
        head = beside(item, frame)
        if what & _NOUNS and not (head is not None and head.category == "values" and head.end <= item.start):
            head = None
        again = any(item in (each.asks, each.head) or head is each.asks for each in found)
        if not again and not (found and _touch(found[-1].asks, item, frame)):
            found.append(Phrase(item, head))
    return found


def beside(item: Edge, frame: Frame) -> Edge | None:
    """What a word that asks leans on: the noun or verb behind it, or in a phrase that ends with it the one before."""
    for step in (frame.after, frame.before):
        edge = step(item)
        while edge is not None and _passes(edge, frame):
            edge = step(edge)
        if edge is not None and edge.category in _HEADS:
            return edge
    return None


def _passes(edge: Edge, frame: Frame) -> bool:
    word = any(character.isalnum() for character in frame.folded(edge))
    return word and (edge.is_empty or edge.category.startswith(_PASSED))


def _touch(one: Edge, other: Edge, frame: Frame) -> bool:
    return all(edge.is_empty and _passes(edge, frame) for edge in frame.between(one, other))


def deeds_of(item: Edge) -> list[Edge]:
    """The words for each deed that an item tells."""
    return [item] if item.category == "clause" else [one for part in item.parts for one in deeds_of(part)]


def is_whole(item: Edge, frame: Frame) -> bool:
    """Of our customers, 客户里: a part of them is asked for."""
    after, before = frame.after(item), frame.spoken(item, until=word_set("part_of"), back=True)
    opened = before is not None and frame.folded(before) in word_set("part_of")
    return opened or (after is not None and after.category in _INSIDE)


_SHOWING = tuple(word_set("shows_it"))


def shows_people(slots: Slots, assembly: Assembly) -> list[Edge]:
    """'Show me customers at risk', 拉一下沉睡的金卡客户: people are the object of a verb of showing.

    Show new customers last month: how many came in a time is as likely asked for.
    """
    frame, words = slots.frame, assembly.scope.entity_words
    nouns = tuple(f"{word} " for word in words)
    leading = itertools.takewhile(lambda edge: edge.is_empty, frame.covering.edges)
    opens = any(frame.folded(edge).startswith(_SHOWING) for edge in leading)
    plain = not (slots.whens or slots.has("trend", "share") or frame.asks("how_many", "count", "people"))
    found = []
    for item, _ in slots.measures if opens else ():
        after = frame.spoken(item)
        told = after is not None and names_people(after, frame, words)
        text = frame.folded(item)
        ends = any(frame.folded(each).endswith(words) for each in (item, *frame.said("piece")))
        object_ = (ends or told) and not is_number(text)
        found.extend([item] if text.startswith(nouns) or (plain and object_) else [])
    return found


def who_count(slots: Slots, assembly: Assembly) -> tuple[str, ...]:
    """Whom a number of people counts: by shop, hour or day of the week, those who bought there and then."""
    main = assembly.structure.main_behaviour
    bought = assembly.structure.people_of(main.metric) if main is not None else None
    told = [values.candidates for _, values in slots.values] + [each.dimensions for _, each in slots.groups]
    told = [names for names in told if names]

    def lost(metrics: tuple[str, ...]) -> bool:
        chooser = assembly.chooser(metrics)
        return any(not any(chooser.reaches(name) for name in names) for names in told)

    if bought is None or slots.clauses or not lost(assembly.counted) or lost((bought,)):
        return assembly.counted
    return (bought,)
