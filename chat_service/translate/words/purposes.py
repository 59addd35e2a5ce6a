"""Clauses that say what an answer is for: I'd like to invite them to a dinner; 我准备推积分商城; 下月召回活动要圈人：….

Somebody tells what they plan to do, beside a question of its own: nothing of it is asked for, and it is told. A clause
that names what a question could be about, counts, denies or asks is no such thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from chat_service.language.grammar.rule import EMPTY, Edge
from chat_service.language.tokens import Token
from chat_service.language.words.tables import word_set

_COST = 0.5
_ACTS = ("intent.send",)
_SAYS_MORE = frozenset(
    {"metric", "dimension", "behaviour", "list", "field", "value", "date", "number", "hours", "ask", "negation", "only"}
    | {"exclusion", "share", "rank", "trial", "prefix", "suffix", "piece", "chart"}
)
_ASKED = frozenset({"metric", "entity", "list", "behaviour"})


def purposes(tokens: Sequence[Token], leaves: Sequence[Edge]) -> Iterator[Edge]:
    """The clauses of a text that say what its answer is for, each as a word without meaning."""
    clauses = list(_clauses(tokens))
    for first, last in clauses if len(clauses) > 1 else ():
        inside = [leaf for leaf in leaves if first <= leaf.start and leaf.end <= last]
        outside = (leaf for leaf in leaves if leaf.end <= first or leaf.start >= last)
        heads = last < len(tokens) and tokens[last].text == ":"
        plans = _plans(tokens, first, last, inside) or (heads and _is_heading(tokens, first, last, inside))
        if plans and any(leaf.category in _ASKED for leaf in outside):
            yield Edge(first, last, f"{EMPTY}.occasion.purpose", _text(tokens, first, last), _COST)


def _clauses(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    start = 0
    for at, token in enumerate(tokens):
        if token.kind == "punctuation" and token.text in ",.?!;:":
            if at > start:
                yield start, at
            start = at + 1
    if start < len(tokens):
        yield start, len(tokens)


def _plans(tokens: Sequence[Token], first: int, last: int, inside: Sequence[Edge]) -> bool:
    """Somebody would like to do something with whom the answer names; what is pushed may be named."""
    for at in _behind(tokens, first, last, "purpose_opener"):
        acts = [leaf for leaf in inside if leaf.start == at and leaf.category in _ACTS]
        ends = {*(leaf.end for leaf in acts), *_behind(tokens, at, last, "purpose_act")}
        if any(not _says_more(inside, end) for end in ends):
            return True
        for start in _behind(tokens, at, last, "purpose_push"):
            if any(leaf.category == "value" and (leaf.start, leaf.end) == (start, last) for leaf in inside):
                return True
    return False


def _is_heading(tokens: Sequence[Token], first: int, last: int, inside: Sequence[Edge]) -> bool:
    """下月召回活动要圈人: what is to come is prepared; it may be named, with its time."""
    for at in range(first, last):
        for act in _behind(tokens, at, last, "purpose_opener"):
            if last in _behind(tokens, act, last, "purpose_act"):
                before = [leaf for leaf in inside if leaf.end <= at]
                to_come = [leaf for leaf in before if leaf.category == "date.future"]
                values = [leaf for leaf in before if leaf.category == "value" and leaf.end == at]
                covered = {i for leaf in (*to_come, *values) for i in range(leaf.start, leaf.end)}
                return bool(to_come) and covered == set(range(first, at))
    return False


def _says_more(inside: Iterable[Edge], start: int) -> bool:
    return any(leaf.start >= start and set(leaf.keys) & _SAYS_MORE for leaf in inside)


def _behind(tokens: Sequence[Token], first: int, last: int, name: str) -> set[int]:
    """Where phrases of a set that begin at a token end."""
    words = word_set(name)
    return {end for end in range(first + 1, last + 1) if _text(tokens, first, end) in words}


def _text(tokens: Sequence[Token], first: int, last: int) -> str:
    words = [token.text for token in tokens[first:last]]
    return (
        ("" if all(not word.isascii() for word in words) else " ").join(words).replace(" 'd", "'d").replace(" '", "'")
    )
