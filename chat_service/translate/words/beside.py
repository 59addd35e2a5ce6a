"""What a word is by those beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chat_service.language.grammar.rule import EMPTY, Edge
from chat_service.language.tokens import Token
from chat_service.language.words.tables import word_set
from chat_service.translate.senses import Names

_ANNOUNCED = 8  # tokens behind 'it'
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
    if _tells_of(leaf, leaves, tokens):
        return replace(leaf, category=f"{EMPTY}.light.topic")
    if leaf.category == "date.same_period" and _is_told(leaf, leaves, tokens):
        return replace(leaf, category=_PERSON)  # 那时候在2025年底: the time is told behind it
    return _taken_up(_crowd(_impersonal(_broken(leaf, tokens), tokens), leaves, tokens), leaves, tokens)


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


def _tells_of(leaf: Edge, leaves: Sequence[Edge], tokens: Sequence[Token]) -> bool:
    """按工单的受理渠道拆分: the name of what is counted only says of what the dimension is."""
    named = leaf.category == "metric" and leaf.end < len(tokens) and tokens[leaf.end].text in word_set("possessive")
    by = named and any(each.end == leaf.start and each.category in ("grouping.by", "follow.also") for each in leaves)
    at = {leaf.end + 1, *(each.end for each in leaves if each.start == leaf.end + 1 and each.is_empty)}
    told = by and any(each.start in at and each.category == "dimension" for each in leaves)
    return told and not any(each.category.startswith("rank") and each.start > leaf.end for each in leaves)


def _is_told(leaf: Edge, leaves: Sequence[Edge], tokens: Sequence[Token]) -> bool:
    at = leaf.end + (leaf.end < len(tokens) and tokens[leaf.end].text in word_set("at_time"))
    return any(each.start == at and each.category == "date.period" for each in leaves)


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


def _crowd(leaf: Edge, leaves: Sequence[Edge], tokens: Sequence[Token]) -> Edge:
    """首购客群, 下单的客群: behind what they did these are people, and no dimension that is called so as well."""
    text = _text(leaf, tokens)
    of = leaf.start > 0 and tokens[leaf.start - 1].text in word_set("possessive")
    if of and text in word_set("score") and any(e.end == leaf.start - 1 and e.category == "metric" for e in leaves):
        return replace(leaf, category=f"{EMPTY}.light.topic", meaning=text)  # NPS的分数: it is one
    if of and text in word_set("part"):
        return replace(leaf, category=f"{EMPTY}.light.topic", meaning=text)  # 年度套餐的部分: all of it
    if text in word_set("any_goods") and leaf.start > 0 and tokens[leaf.start - 1].text in word_set("takes"):
        return replace(leaf, category=f"{EMPTY}.pronoun.one", meaning=text)  # 把商品加入购物车: whatever it is
    if leaf.category != "dimension" or text not in word_set("crowd"):
        return leaf
    at = leaf.start - (leaf.start > 0 and tokens[leaf.start - 1].text in word_set("possessive"))
    did = any(other.end == at and other.category == "behaviour" for other in leaves)
    parted = any(other.start == leaf.end and other.category.startswith("share") for other in leaves)
    return replace(leaf, category=_PERSON, meaning=text) if did and not parted else leaf


def _impersonal(leaf: Edge, tokens: Sequence[Token]) -> Edge:
    """What does it cost to …, how long does it usually take us to …: 'it' announces what follows, and is nobody."""
    bare = leaf.end == leaf.start + 1 and tokens[leaf.start].text in word_set("it")
    if not bare or not leaf.category.startswith((f"{EMPTY}.pronoun", "follow")):
        return leaf
    behind = [token.text for token in tokens[leaf.end : leaf.end + _ANNOUNCED]]
    verb = next((at for at, word in enumerate(behind) if word in word_set("impersonal")), len(behind))
    announced = verb <= 1 and bool(word_set("announced") & set(behind[verb:]))
    return replace(leaf, category=_PERSON) if announced else leaf


def _broken(leaf: Edge, tokens: Sequence[Token]) -> Edge:
    """Break last month's complaints down by type: 'down' belongs to the verb, and nothing falls."""
    ends = leaf.end == leaf.start + 1 and leaf.end < len(tokens) and "change" in leaf.keys
    if not ends or tokens[leaf.end].text not in word_set("by_it"):
        return leaf
    before = [token.text for token in tokens[: leaf.start]]
    return replace(leaf, category=f"{EMPTY}.light.layout") if word_set("breaks") & set(before) else leaf


def _text(leaf: Edge, tokens: Sequence[Token]) -> str:
    return "".join(token.text for token in tokens[leaf.start : leaf.end])
