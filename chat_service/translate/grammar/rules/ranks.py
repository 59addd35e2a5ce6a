"""Orders and ranks.

前五, TOP3, 最高的两个, bottom two, the highest, worst, 从高到低, best first, 涨幅最大的
"""

from __future__ import annotations

from dataclasses import replace

from chat_service.translate.grammar.categories import Amount, Direction, Group, Item, Items, Node, Rank, Values
from chat_service.translate.grammar.matching import Found, is_any, parts, rewrite
from chat_service.translate.senses import Mention, WordSense
from chat_service.translate.words.scope import Scope
from chat_service.translate.words.vocabulary import phrase_keys

_RANKS = (
    "o=rank.ranked ~ r=rank.top|rank.bottom|rank.highest|rank.lowest|rank.best|rank.worst n=amount u=unit?",
    "r=rank.top|rank.bottom|rank.highest|rank.lowest|rank.best|rank.worst ~ n=amount u=unit?",
    "n=amount ~ r=rank.highest|rank.lowest|rank.best|rank.worst|rank.bottom|rank.top",
    "r=rank.highest|rank.lowest|rank.best|rank.worst",
    "r=rank.bottom|rank.top",
    "r=rank.descending|rank.ascending|rank.best_first|rank.worst_first",
    "r=rank.ranked",
)
_CHANGED = ("c=change ~ r=rank", "r=rank ~ c=change")
_DIRECTIONS: dict[str, Direction] = {
    "top": "high",
    "highest": "high",
    "descending": "high",
    "ranked": "high",
    "bottom": "low",
    "lowest": "low",
    "ascending": "low",
    "best": "best",
    "best_first": "best",
    "worst": "worst",
    "worst_first": "worst",
}
_UNCUT = frozenset({"ranked", "descending", "ascending", "best_first", "worst_first"})
_BEFORE_NUMBER = frozenset("前后头末")
_PLACES = frozenset({"place", "each", "people", "units"})


def read_ranks(items: Items, scope: Scope) -> Items:
    """Rank words with their number, and ranks by how much something changed."""
    items = _imperative(items)
    items = rewrite(items, _RANKS, _rank)
    return _superlatives(rewrite(items, _CHANGED, _by_change), scope)


def _superlatives(items: Items, scope: Scope) -> Items:
    """'The most loyal customers': 'most' before a value's word is the most of that, not a rank of those who have it."""
    result: list[Item] = []
    for item in items:
        before = result[-1] if result else None
        if isinstance(before, Rank) and isinstance(item, Values) and before.parts[-1].text == "most":
            word, _, rest = item.parts[0].text.partition(" ")
            best = any(
                isinstance(s, WordSense) and s.role == "rank" and s.meaning == "best"
                for s in scope.lexicon.senses(phrase_keys(f"most {word}"))
            )
            if best and len(item.parts) == 1 and 0 <= item.start - before.end <= 1:
                one = item.parts[0]
                middle = one.start + len(word)
                result[-1] = Rank((*before.parts, replace(one, end=middle, text=word)), "best", before.count)
                senses = scope.lexicon.senses(phrase_keys(rest)) if rest else ()
                result.extend([replace(one, start=middle + 1, text=rest, senses=senses)] if rest else [])
                continue
        result.append(item)
    return tuple(result)


def _imperative(items: Items) -> Items:
    """'Order the platforms by number of mentions': the verb that opens a question and goes on with 'by' ranks."""
    first = next((i for i, item in enumerate(items) if not is_any(item, "filler")), -1)
    if first < 0 or first + 1 >= len(items):
        return items
    verb, rest = items[first], items[first + 1 :]
    if not isinstance(verb, Mention) or verb.text not in ("order", "sort", "rank"):
        return items
    things = next((i for i, item in enumerate(rest) if is_any(item, "dimension") or isinstance(item, Group)), -1)
    by = next((i for i, item in enumerate(rest) if isinstance(item, Mention) and item.text == "by"), -1)
    if not 0 <= things < by or not any(is_any(item, "metric") for item in rest[by + 1 :]):
        return items
    return (*items[:first], Rank((verb,), "high", None), *rest)


def _rank(found: Found, items: Items) -> Node | None:
    word, number = found.one("r"), found.one("n")
    assert isinstance(word, Mention), "rank words are mentions"
    meanings = word.words("rank")
    count: int | None = None
    if isinstance(number, Amount) and number.start < word.start and word.text in _BEFORE_NUMBER:
        return None  # 80后 are people of a decade, not the last 80
    if isinstance(number, Amount):
        counts = not number.units or bool(set(number.units) & _PLACES)
        if not counts or number.is_ordinal or number.upto is not None or not 1 <= number.value <= 10_000:
            return None
        count = int(number.value)
    elif meanings[0] in ("top", "bottom") and is_any(word, "filler", "grouping", "date", "negation"):
        return None
    meaning = meanings[0]
    if count is None and meaning not in _UNCUT:
        if meaning in ("top", "bottom") and not word.text.isascii() and word.text not in ("垫底", "头部", "排最后"):
            return None
        count = 1
    return Rank(parts(items[found.first : found.last]), _DIRECTIONS[meaning], count)


def _by_change(found: Found, items: Items) -> Node | None:
    rank, change = found.one("r"), found.one("c")
    if not isinstance(rank, Rank) or not isinstance(change, Mention):
        return None
    direction = rank.direction
    if "down" in change.words("change"):
        direction = "low" if direction in ("high", "best") else "high"
    elif direction in ("best", "worst"):
        direction = "high" if direction == "best" else "low"
    return Rank(parts(items[found.first : found.last]), direction, rank.count, by_change=True)
