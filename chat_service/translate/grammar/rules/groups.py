"""What to group by.

各城市, 按会员等级, by region, for each plan, across channels and genders, 会员等级分布, which city
"""

from __future__ import annotations

from dataclasses import replace

from chat_service.translate.grammar.categories import Group, Item, Items, Node
from chat_service.translate.grammar.matching import Found, is_a, is_any, parts, rewrite
from chat_service.translate.senses import DimensionSense, Mention
from chat_service.translate.words.scope import Scope
from chat_service.translate.words.vocabulary import phrase_keys

_GROUPS = (
    "q=question.which ~ d=dimension",
    "m=grouping.each|grouping.by ~ m2=grouping.each|grouping.by ~ d=dimension w=grouping.within?",
    "m=grouping.each|grouping.by ~ d=dimension w=grouping.within",
    "m=grouping.each|grouping.by ~ d=dimension ~ a=grouping.after",
    "m=grouping.each|grouping.by ~ d=dimension",
    "d=dimension ~ a=grouping.after",
)


_HEADS = frozenset({"等级", "级别", "层级", "类型", "类别", "分层"})
_KIND_NAMES = ("类型", "类别", "type", "category")


def read_groups(items: Items, scope: Scope) -> Items:
    """Dimensions with a grouping word, and those that go on from them ("by plan and region")."""
    items = rewrite(items, _GROUPS, _group)
    items = rewrite(items, ("k=kind_of",), lambda found, all_items: _kinds(found, all_items, scope))
    return _compounds(_continued(items))


def _compounds(items: Items) -> Items:
    """'By city tier', 按城市等级: a second dimension with nothing between is part of a name that is not known."""
    result: list[Item] = []
    for item in items:
        before = result[-1] if result else None
        word = item.parts[0] if isinstance(item, Group) else item
        if isinstance(before, Group) and before.dimensions and isinstance(word, Mention) and word.dimensions():
            beside = item.start - before.end == (1 if word.text.isascii() else 0)
            if beside and (word.text.isascii() or word.text in _HEADS) and not word.metrics():
                item = replace(word, senses=())
        result.append(item)
    return tuple(result)


def _kinds(found: Found, items: Items, scope: Scope) -> Node | None:
    """每类工单, which type of ticket: the dimensions called a type or category, the nearest to what is measured."""
    item = found.one("k")
    following = items[found.last] if found.last < len(items) else None
    if not isinstance(item, Mention) or item.dimensions() or (following is not None and is_a(following, "dimension")):
        return None
    behind = next((each for each in items[found.last :] if not is_a(each, "filler")), None)
    if behind is not None and is_any(behind, "entity"):
        return None  # 什么样的客户 asks what customers are like
    names = [
        s.name for word in _KIND_NAMES for s in scope.lexicon.senses(phrase_keys(word)) if isinstance(s, DimensionSense)
    ]
    if not names:
        return None
    return Group((item,), tuple(dict.fromkeys(names)), asked_which="which" in item.words("kind_of"))


def _group(found: Found, items: Items) -> Node | None:
    named = found.one("d")
    assert isinstance(named, Mention), "dimensions are mentions"
    if named.metrics() and not found.one("a") and not found.one("m"):
        return None
    outer = isinstance(found.one("w"), Mention) or _within_each(found.one("m"))
    which = found.one("q") is not None or _asks(found.one("m"))
    return Group(parts(items[found.first : found.last]), named.dimensions(), outer=outer, asked_which=which)


def _within_each(marker: Item | None) -> bool:
    return isinstance(marker, Mention) and marker.text.startswith(("in each", "in every", "within each", "for each"))


def _asks(marker: Item | None) -> bool:
    return isinstance(marker, Mention) and is_a(marker, "question.which")


def _continued(items: Items) -> Items:
    """After a group, 'and' with another dimension or grain groups by that too."""
    result: list[Item] = []
    at = 0
    while at < len(items):
        result.append(items[at])
        at += 1
        if not isinstance(result[-1], Group):
            continue
        while (following := _next_dimension(items, at)) is not None:
            end, named = following
            result.append(Group(parts(items[at : end + 1]), named.dimensions()))
            at = end + 1
    return tuple(result)


def _next_dimension(items: Items, at: int) -> tuple[int, Mention] | None:
    start = at
    while (
        at < len(items)
        and is_any(items[at], "connective.and", "filler", "follow.also")
        and isinstance(items[at], Mention)
    ):
        at += 1
    if at == start or at >= len(items):
        return None
    item = items[at]
    joined = any(is_a(each, "connective.and") for each in items[start:at])
    if joined and isinstance(item, Mention) and item.dimensions() and not item.metrics():
        return at, item
    return None
