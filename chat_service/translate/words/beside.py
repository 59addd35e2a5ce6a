"""What a word is by those beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chat_service.language.grammar.rule import EMPTY, Edge
from chat_service.language.tokens import Token
from chat_service.language.words.tables import word_set

_ANNOUNCED = 8  # tokens behind 'it'
_PERSON = f"{EMPTY}.function.person"


def by_place(leaf: Edge, leaves: Sequence[Edge], tokens: Sequence[Token]) -> Edge:
    """A leaf as what it is where it stands."""
    return _crowd(_impersonal(_broken(leaf, tokens), tokens), leaves, tokens)


def _crowd(leaf: Edge, leaves: Sequence[Edge], tokens: Sequence[Token]) -> Edge:
    """首购客群, 下单的客群: behind what they did these are people, and no dimension that is called so as well."""
    text = "".join(token.text for token in tokens[leaf.start : leaf.end])
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
