"""Folded text -> words that carry no meaning: courtesies (请问, can you tell me) and particles (呢, the).

They are found wherever they stand, also inside words that mean something (过 in 过期, 有 in 有效): a reader takes
them only from what no meaning has claimed. Negations, conjunctions and words of comparison are none of them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

from chat_service.language.folding import Folded

FillerKind = Literal["courtesy", "particle"]


@dataclass(frozen=True)
class Filler:
    """A word without meaning; `start`, `end` count in the original, `fstart`, `fend` in the folded text."""

    text: str
    kind: FillerKind
    start: int
    end: int
    fstart: int
    fend: int


def _load() -> dict[str, FillerKind]:
    data = json.loads(files(__package__).joinpath("fillers.json").read_text(encoding="utf-8"))
    kinds: tuple[FillerKind, ...] = ("particle", "courtesy")
    return {word: kind for kind in kinds for words in data.values() for word in words[kind]}


_KINDS = _load()


def _pattern(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_FILLER = re.compile(
    rf"(?<![a-z0-9])(?:{_pattern([word for word in _KINDS if word[0].isascii() and word[0].isalnum()])})(?![a-z0-9])"
    rf"|{_pattern([word for word in _KINDS if not word[0].isascii()])}|(?<=[a-z])'s(?![a-z])"
)


def find_fillers(folded: Folded) -> tuple[Filler, ...]:
    """The fillers from left to right, the longest at each place; spans do not overlap.

    >>> from chat_service.language.folding import fold
    >>> [filler.text for filler in find_fillers(fold("请问复购率大概多少呢"))]
    ['请问', '大概', '呢']
    """
    found = []
    for match in _FILLER.finditer(folded.text):
        start, end = folded.span(match.start(), match.end())
        text = folded.original[start:end]
        found.append(Filler(text, _KINDS.get(match.group(), "particle"), start, end, match.start(), match.end()))
    return tuple(found)
