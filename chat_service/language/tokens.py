"""Folded text -> tokens: English words, single Chinese characters, numbers, punctuation.

Knows no vocabulary but what people say while they think (那个, um), which parts what stands on either side of it as
the end of a sentence does. A hyphen inside a word is a token of its own (`joiner`), so that year-over-year and "year
over year" hold the same words; a possessive or contracted ending stands alone (month + 's, what + 's).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

from chat_service.language.folding import Folded
from chat_service.language.words.tables import word_set

TokenKind = Literal["word", "ending", "joiner", "han", "number", "other", "punctuation"]


@dataclass(frozen=True)
class Token:
    """A piece of text: `start`, `end` count in the original, `fstart`, `fend` in the folded text."""

    text: str
    kind: TokenKind
    start: int
    end: int
    fstart: int
    fend: int


# Letters and digits together stay one word where the digits belong to the name (b2b, q1, m3) and are split where they
# count something (top3, 30days).
_TOKEN = re.compile(
    r"""
      (?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?)
    | (?P<ending>(?<=[a-z])'(?:s|re|ve|ll|d|m)(?![a-z0-9])|(?<=s)'(?![a-z0-9]))
    | (?P<word>[a-z]+(?:\d+[a-z]+)+(?![a-z0-9])|(?<![a-z0-9])[a-z]\d{1,2}(?![a-z0-9])|[a-z]+(?:'t(?![a-z]))?)
    | (?P<joiner>(?<=[a-z0-9])-(?=[a-z0-9]))
    | (?P<han>[\u3400-\u9fff\uf900-\ufaff])
    | (?P<other>[^\W_]+)
    | (?P<punctuation>\S)
    """,
    re.VERBOSE,
)
PAUSE = "。"
ENDING = frozenset(".?!。…;")
_KINDS: dict[str, TokenKind] = {kind: kind for kind in get_args(TokenKind)}


def tokenize(folded: Folded) -> tuple[Token, ...]:
    """Every character but white space is in exactly one token, in order.

    >>> from chat_service.language.folding import fold
    >>> [token.text for token in tokenize(fold("What's last month's 复购率, TOP3?"))]
    ['what', "'s", 'last', 'month', "'s", '复', '购', '率', ',', 'top', '3', '?']
    """
    return tuple(Token(text, kind, *folded.span(at, end), at, end) for text, kind, at, end in cut(folded.text))


def cut(folded: str) -> Iterator[tuple[str, TokenKind, int, int]]:
    """The tokens of a folded text as text, kind and where they begin and end in it."""
    at = 0
    for pause in (*_pauses().finditer(folded), None):
        for match in _TOKEN.finditer(folded, at, len(folded) if pause is None else pause.start()):
            assert match.lastgroup is not None, "every alternative is named"
            yield match.group(), _KINDS[match.lastgroup], match.start(), match.end()
        if pause is not None:
            at = pause.end()
            yield PAUSE, "punctuation", pause.start(), at


def sentences(folded: str) -> list[tuple[int, int]]:
    """Where the sentences of a folded text begin and end; a full stop ends one before a space.

    >>> text = "we open at 9.30. um, how many orders? thanks"
    >>> [text[start:end] for start, end in sentences(text)]
    ['we open at 9.30.', ' how many orders?', ' thanks']
    """
    found, start, says = [], 0, False
    for text, kind, _, end in (*cut(folded), (PAUSE, "punctuation", len(folded), len(folded))):
        says = says or kind != "punctuation"
        if kind == "punctuation" and text in ENDING and (text != "." or not folded[end : end + 1].strip()):
            found.extend([(start, end)] if says else [])
            start, says = end, False
    return found


@lru_cache(maxsize=1)
def _pauses() -> re.Pattern[str]:
    said, opening = ("|".join(sorted(word_set(name), key=len, reverse=True)) for name in ("pauses", "pauses_before"))
    return re.compile(rf"(?:^|(?<=[,.?!。…;:、])) ?(?:(?:{said}|{opening})[ ,、…]*[,、…]|(?:{opening})(?=\S))")
