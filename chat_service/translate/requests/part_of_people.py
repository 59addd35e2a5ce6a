"""Of some people the share of those who did something: which conditions tell the whole, and which the part of it.

去年注册的客户里今年下过单的占多少, what share of gold members logged in, of those who complained how many.
"""

from __future__ import annotations

from chat_service.language.grammar.rule import Edge
from chat_service.translate.grammar.categories import Clauses
from chat_service.translate.requests.slots import Slots, deeds_of, is_relative, is_whole
from semantic_layer import Filter

Told = tuple[Edge, Filter]


def whole_of(word: Edge, told: list[Told], filters: tuple[Filter, ...], slots: Slots) -> tuple[Filter, ...] | None:
    """Those of a request's filters that the whole meets; None where the words do not tell it from its part.

    `told` are the conditions on people with the words for each. What people are (gold) is of the whole.
    """
    parts = _parts(word, list(dict.fromkeys(item for item, _ in told)), slots)
    if not parts or any(item.start >= parts[0].start and item not in parts for item, _ in slots.values):
        return None  # 下过单的上海客户占比: of all customers, or of those in Shanghai
    made = {condition for item, condition in told if item in parts}
    return tuple(each for each in filters if each not in made)


def _parts(word: Edge, items: list[Edge], slots: Slots) -> list[Edge]:
    """The conditions that only the part meets: what the people in question did, and not what describes them."""
    named = (*slots.entities, *(item for item, _ in (*slots.measures, *slots.values)))
    people = sorted(named, key=lambda edge: edge.start)
    wholes = [each for each in people if is_whole(each, slots.frame)] or people
    nearest = min(wholes, key=lambda each: abs(each.start - word.start), default=word)
    before = [item for item in items if item.end <= word.start]
    if nearest.start > word.start and before and all(item.end <= nearest.start for item in items):
        return before  # 下单的占注册会员的比例
    did = [item for item in items if item.start >= nearest.end and not describes(item, slots)]
    told_apart = people or not before or before == items
    together = all(_around(items[0], slots) is _around(each, slots) for each in items)
    return did if did and told_apart else (items if items and together else [])  # of all, those who did this and that


def part_is_deed(slots: Slots) -> bool:
    """Of those who signed up, the women are a part; but of the gold members, those who signed up."""
    deeds = [deed for item, _ in slots.clauses for deed in deeds_of(item)]
    last = max((item.end for item, _ in slots.values), default=0)
    return any(deed.start >= last and not describes(deed, slots) for deed in deeds)


def describes(deed: Edge, slots: Slots) -> bool:
    """Whether a deed tells whom it is about: who complained, and as well what `and` joins to it; but not what they then
    did (customers who complained placed an order)."""
    item = _around(deed, slots)
    earlier = [each for each in deeds_of(item) if each.end <= deed.start]
    if not earlier:
        before, after = slots.frame.before(item), slots.frame.after(item)
        joined = slots.frame.before(before) if before is not None and "connective" in before.keys else None
        if joined is not None and not joined.is_empty and joined not in slots.entities:
            return describes(joined, slots)
        return (after is not None and after in slots.entities) or is_relative(item, slots) or _is_led(item, deed)
    between = [leaf for leaf in item.leaves() if earlier[-1].end <= leaf.start and leaf.end <= deed.start]
    return any("connective" in leaf.keys for leaf in between) and describes(earlier[-1], slots)


def _around(deed: Edge, slots: Slots) -> Edge:
    return next(each for each in slots.frame.covering.edges if each.start <= deed.start and deed.end <= each.end)


def _is_led(item: Edge, deed: Edge) -> bool:
    """Whether a word within an item says that the deed describes people: who complained."""
    said = isinstance(item.meaning, Clauses) and item.meaning.relative
    return said or any(_is_led(part, deed) for part in item.parts if part.start <= deed.start and deed.end <= part.end)
