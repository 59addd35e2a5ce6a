"""Times of one question beside each other: listed, set against each other, the one within the other."""

from __future__ import annotations

from datetime import date

from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.read import find_dates
from chat_service.language.folding import fold
from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.requests.slots import LISTING, Slots
from semantic_layer import Period


def side_by_side(slots: Slots) -> bool:
    """2024年和2025年对比: of two times that are only listed the later is asked about, and compared with the earlier."""
    if len(slots.whens) < 2:
        return False  # one of the times is said by a word of its own (the stores these days)
    one, other = sorted((item for item, _ in slots.whens), key=lambda item: item.start)[:2]
    between = [edge for edge in slots.frame.between(one, other) if any(map(str.isalnum, slots.frame.folded(edge)))]
    said = [slots.frame.folded(edge) for edge in between if not edge.is_empty]
    return bool(said) and all(word in LISTING for word in said)


def set_against(slots: Slots) -> list[Edge]:
    """今年上半年对去年下半年, H1 over H2: a word that else says nothing, alone between two times."""
    one, other = slots.whens[0][0], slots.whens[-1][0]
    between, words = slots.frame.between(one, other), word_set("set_against")
    led = not between and slots.frame.folded(other).split(" ")[0] in words
    return [other] if led else between if [slots.frame.folded(edge) in words for edge in between] == [True] else []


def overlap(one: Period, other: Period) -> bool:
    """今年上半年 … 全年: the one lies within the other."""
    assert one.start and one.end and other.start and other.end, "asked of closed periods"
    return one.start < other.end and other.start < one.end


def through_year(mention: DateMention, today: date) -> Period | None:
    """Month by month through 2025, through last year: in each month of it; 'through May' alone is all until its end."""
    first, _, rest = fold(mention.text).text.partition(" ")
    found = find_dates(fold(rest), today) if first in word_set("through_it") else ()
    named = found[0].period if len(found) == 1 else None
    return named if named is not None and named.grain == "year" else None


__all__ = ["overlap", "set_against", "side_by_side", "through_year"]
