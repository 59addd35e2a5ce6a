"""What a word is by those beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chat_service.language.grammar.rule import EMPTY, Edge
from chat_service.language.tokens import Token
from chat_service.language.words.tables import word_set

_PERSON, _COPY = f"{EMPTY}.function.person", f"{EMPTY}.light.copy"
_ASKS = ("light.ask", ".want", ".polite", "intent.list")
_WRITTEN = (f"{EMPTY}.occasion.what", f"{EMPTY}.light.ask")
_SHOWN = ("metric", "ask", "intent", "chart", f"{EMPTY}.light.topic", f"{EMPTY}.occasion.what")


def by_place(leaf: Edge, leaves: Sequence[Edge], tokens: Sequence[Token]) -> Edge | None:
    """A leaf as what it is where it stands; None where it is nothing."""
    if leaf.category == _COPY and not _is_a_copy(leaf, leaves, tokens):
        return None
    if leaf.category == "intent.change_data" and any(e.start == leaf.end and e.category in _WRITTEN for e in leaves):
        return replace(leaf, category=f"{EMPTY}.light.ask")  # 写入报告: where the answer is put
    if leaf.category == "date.same_period" and _is_told(leaf, leaves, tokens):
        return replace(leaf, category=_PERSON)  # 那时候在2025年底: the time is told behind it
    return _crowd(_broken(leaf, tokens), leaves, tokens)


def _is_a_copy(leaf: Edge, leaves: Sequence[Edge], tokens: Sequence[Token]) -> bool:
    """提供一份…名单, 给我报一个: one of what is shown, behind what asks for it; 给我一个金卡会员 is one of them."""
    asked = any(each.end == leaf.start and each.category.endswith(_ASKS) for each in leaves)
    marks = (at for at in range(leaf.end, len(tokens)) if tokens[at].kind == "punctuation")
    end = next(marks, len(tokens))
    shows = leaf.end == end or any(each.end == end and each.category.startswith(_SHOWN) for each in leaves)
    return asked and (shows or tokens[leaf.end - 1].text not in word_set("count_of_things"))


def _is_told(leaf: Edge, leaves: Sequence[Edge], tokens: Sequence[Token]) -> bool:
    at = leaf.end + (leaf.end < len(tokens) and tokens[leaf.end].text in word_set("at_time"))
    return any(each.start == at and each.category == "date.period" for each in leaves)


def _crowd(leaf: Edge, leaves: Sequence[Edge], tokens: Sequence[Token]) -> Edge:
    """首购客群, 下单的客群: behind what they did these are people, and no dimension that is called so as well."""
    text = _text(leaf, tokens)
    of = leaf.start > 0 and tokens[leaf.start - 1].text in word_set("possessive")
    if of and text in word_set("score") and any(e.end == leaf.start - 1 and e.category == "metric" for e in leaves):
        return replace(leaf, category=f"{EMPTY}.light.topic", meaning=text)  # NPS的分数: it is one
    if text in word_set("any_goods") and leaf.start > 0 and tokens[leaf.start - 1].text in word_set("takes"):
        return replace(leaf, category=f"{EMPTY}.pronoun.one", meaning=text)  # 把商品加入购物车: whatever it is
    if leaf.category != "dimension" or text not in word_set("crowd"):
        return leaf
    at = leaf.start - (leaf.start > 0 and tokens[leaf.start - 1].text in word_set("possessive"))
    did = any(other.end == at and other.category == "behaviour" for other in leaves)
    parted = any(other.start == leaf.end and other.category.startswith("share") for other in leaves)
    return replace(leaf, category=_PERSON, meaning=text) if did and not parted else leaf


def _broken(leaf: Edge, tokens: Sequence[Token]) -> Edge:
    """Break last month's complaints down by type: 'down' belongs to the verb, and nothing falls."""
    ends = leaf.end == leaf.start + 1 and leaf.end < len(tokens) and "change" in leaf.keys
    if not ends or tokens[leaf.end].text not in word_set("by_it"):
        return leaf
    before = [token.text for token in tokens[: leaf.start]]
    return replace(leaf, category=f"{EMPTY}.light.layout") if word_set("breaks") & set(before) else leaf


def _text(leaf: Edge, tokens: Sequence[Token]) -> str:
    return "".join(token.text for token in tokens[leaf.start : leaf.end])
