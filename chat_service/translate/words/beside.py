"""What a word is by those beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chat_service.language.grammar.rule import EMPTY, Edge
from chat_service.language.tokens import Token
from chat_service.language.words.tables import word_set
from chat_service.translate.senses import Names

_PERSON, _COPY = f"{EMPTY}.function.person", f"{EMPTY}.light.copy"
_ASKS = ("light.ask", ".want", ".polite", "intent.list")
_WRITTEN = (f"{EMPTY}.occasion.what", f"{EMPTY}.light.ask")
_SHOWN = ("metric", "ask", "intent", "chart", f"{EMPTY}.light.topic", f"{EMPTY}.occasion.what")


def by_place(leaf: Edge, leaves: Sequence[Edge], tokens: Sequence[Token]) -> Edge | None:
    """A leaf as what it is where it stands; None where it is nothing."""
    if (leaf.category == _COPY and not _is_a_copy(leaf, leaves, tokens)) or _swallows(leaf, leaves, tokens):
        return None
    if leaf.category == "intent.change_data" and any(e.start == leaf.end and e.category in _WRITTEN for e in leaves):
        return replace(leaf, category=f"{EMPTY}.light.ask")  # 写入报告: where the answer is put
    if leaf.start and tokens[leaf.start - 1].text in word_set("takes") and _text(leaf, tokens) in word_set("any_goods"):
        return replace(leaf, category=f"{EMPTY}.pronoun.one")  # 把商品加入购物车: whatever it is
    return _taken_up(_broken(leaf, tokens), leaves, tokens)


def _taken_up(leaf: Edge, leaves: Sequence[Edge], tokens: Sequence[Token]) -> Edge:
    """投诉过的那些客户, 他们今年…; 名单:他们…: who was named right before is pointed at once more, and nobody else."""
    if not leaf.category.startswith(("follow.those", f"{EMPTY}.pronoun.")):
        return leaf
    people = [each for each in leaves if each.category.startswith("entity")]
    if leaf.start > 0 and tokens[leaf.start - 1].text in word_set("possessive"):
        noun = next((each for each in people if leaf.start < each.start and each.end == leaf.end), None)
        if noun is not None:
            return replace(noun, start=leaf.start)
        return replace(leaf, category=_PERSON) if any(each.start == leaf.end for each in people) else leaf
    marks = [at for at in range(leaf.start) if tokens[at].kind == "punctuation"]
    if not marks or _text(leaf, tokens) not in word_set("they"):
        return leaf
    between = (each for each in leaves if marks[-1] < each.start and each.end <= leaf.start)
    named = any(each.category in ("metric", "value", "behaviour") for each in between)
    people += [each for each in leaves if _text(each, tokens) in word_set("roster")]
    return leaf if named or all(each.end != marks[-1] for each in people) else replace(leaf, category=_PERSON)


def _is_a_copy(leaf: Edge, leaves: Sequence[Edge], tokens: Sequence[Token]) -> bool:
    """提供一份…名单, 给我报一个: one of what is shown, behind what asks for it; 给我一个金卡会员 is one of them."""
    asked = any(each.end == leaf.start and each.category.endswith(_ASKS) for each in leaves)
    marks = (at for at in range(leaf.end, len(tokens)) if tokens[at].kind == "punctuation")
    end = next(marks, len(tokens))
    shows = leaf.end == end or any(each.end == end and each.category.startswith(_SHOWN) for each in leaves)
    return asked and (shows or tokens[leaf.end - 1].text not in word_set("count_of_things"))


def _swallows(leaf: Edge, leaves: Sequence[Edge], tokens: Sequence[Token]) -> bool:
    """投诉过的客户满意度: of those who did it; the name of a metric does not take them in."""
    if leaf.category != "metric" or leaf.start == 0 or tokens[leaf.start - 1].text not in word_set("possessive"):
        return False
    did = any(each.end == leaf.start - 1 and each.category == "behaviour" for each in leaves)
    nouns = {each.end for each in leaves if each.start == leaf.start and each.category == "entity"} if did else set()
    same = (e for e in leaves if e.start in nouns and e.end == leaf.end and e.category == "metric")
    return any(isinstance(e.meaning, Names) and set(e.meaning.names) == set(_names(leaf)) for e in same)


def _names(leaf: Edge) -> tuple[str, ...]:
    return leaf.meaning.names if isinstance(leaf.meaning, Names) else ()


def _broken(leaf: Edge, tokens: Sequence[Token]) -> Edge:
    """Break last month's complaints down by type: 'down' belongs to the verb, and nothing falls."""
    ends = leaf.end == leaf.start + 1 and leaf.end < len(tokens) and "change" in leaf.keys
    if not ends or tokens[leaf.end].text not in word_set("by_it"):
        return leaf
    before = [token.text for token in tokens[: leaf.start]]
    return replace(leaf, category=f"{EMPTY}.light.layout") if word_set("breaks") & set(before) else leaf


def _text(leaf: Edge, tokens: Sequence[Token]) -> str:
    return "".join(token.text for token in tokens[leaf.start : leaf.end])
