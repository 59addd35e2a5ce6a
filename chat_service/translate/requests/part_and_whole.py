"""Of a share, which conditions tell the whole, and which the part of it: what people did, or one of several values.

去年注册的客户里今年下过单的占多少, what share of gold members logged in, of those who complained how many; gold of
Shanghai members, what percentage of revenue in each region comes from gold members (of that of each region).
"""

from __future__ import annotations

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Clauses
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.requests.draft import Draft
from chat_service.translate.requests.slots import Slots, deeds_of, is_relative, is_whole
from chat_service.translate.senses import Values
from semantic_layer import FieldFilter, Filter

Told = tuple[Edge, Filter]
_VERBS = ("function.light", "function.function.auxiliary", "function.function.copula")
_MARKS = frozenset(",.:;?!")


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


# --- values ---


def part_named(slots: Slots) -> tuple[Edge, Values] | None:
    """The value whose share it is: the first that is said to have it, else the last that does not tell the whole."""
    frame, named = slots.frame, [each for each in slots.values if not each[1].negated]
    wholes = [edge for edge in (*_nouns(frame), *(item for item, _ in named)) if is_whole(edge, frame)]
    parts = [each for each in named if each[0] not in wholes and frame.spoken(each[0]) not in wholes] or named
    return next((each for each in parts if has_share(each[0], frame)), parts[-1] if parts else None)


def whole_of_each(draft: Draft, slots: Slots) -> tuple[Filter, ...] | None:
    """The conditions that the whole of each group meets; None where the groups themselves are the parts."""
    named = part_named(slots)
    if named is None or draft.keep or set(named[1].candidates) & set(draft.group_by):
        return None
    of_each = has_share(named[0], slots.frame) if draft.goes_on else is_of_each(named[0], slots)
    part = set(named[1].candidates)
    return tuple(f for f in draft.filters if not (isinstance(f, FieldFilter) and f.field in part)) if of_each else None


def is_of_each(item: Edge, slots: Slots) -> bool:
    """各大区里金卡, 各大区的订单中APP, app orders in each city, 占各自的比例: whether a part is one of each group.

    So is what is said of a whole: revenue by city comes from gold, women as a percentage of customers by city.
    """
    frame, groups = slots.frame, [each for each in slots.groups if each[1].grain is None]
    if len({each.dimensions for _, each in groups}) != 1:
        return False
    (place, each), nouns, words = groups[0], _nouns(frame), frame.said("share")
    inside = each.outer and (place.end <= item.start or place.start == item.end)
    whole = any(place.end <= noun.start and is_whole(noun, frame) for noun in nouns)
    own = any(edge and frame.folded(edge) in word_set("severally") for edge in map(frame.after, words))
    over = [frame.between(word, noun) for word in words for noun in nouns if item.end <= word.start < noun.start]
    named = has_share(item, frame) and not all(any("connective" in e.keys for e in each) for each in over)
    led = frame.before(item)
    while led is not None and led.is_empty and not led.category.startswith(_VERBS):
        led = frame.before(led)
    verb = led is not None and led.category.startswith(_VERBS)  # comes from gold members, are women, 来自金卡
    return inside or whole or own or named or (verb and any(e.end <= item.start for e in (*nouns, *words)))


def has_share(item: Edge, frame: Frame) -> bool:
    """Gold's share of, 金卡的订单占: whose share it is, and not where (in Shanghai, share of gold)."""
    led, nouns = frame.before(item), _nouns(frame)
    behind = [frame.between(item, word) for word in frame.said("share") if item.end <= word.start]
    plain = (all(e in nouns or (e.is_empty and not set(frame.folded(e)) & _MARKS) for e in each) for each in behind)
    return any(plain) and (led is None or led.category != "function.function.preposition")


def _nouns(frame: Frame) -> list[Edge]:
    return [*frame.said("measure", "entity"), *frame.asks("orders", "units", "money")]
