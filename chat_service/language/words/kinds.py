"""What kind of word an unknown word is, and whether a question may do without it.

The dictionaries (`*/kinds.txt`, read when the first word is unknown) say noun, verb, adjective, adverb. A kind alone is
no licence to drop a word: it must stand in the scaffolding, in a stretch of the question that names nothing and does
something (老板一直追着问, sorry to nag). Between or before names it is content, whatever its kind. Knows no model: the
caller cuts the question into pieces and tells what each says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Literal

from chat_service.language.words.lemma import lemma
from chat_service.language.words.tables import word_set

# what a piece of a question says: something of the request; nothing; who asks; that something is asked; the end of a
# clause; or it is unknown
Says = Literal["content", "function", "person", "ask", "edge", "unknown"]
Reason = Literal["aside", "comment", "no_word", "in_content", "names_something"]
_LONGEST = 4
_LOOSE = frozenset("re")  # adverbs and interjections comment on the whole sentence


@dataclass(frozen=True)
class Piece:
    """A stretch of a question, folded, and what it says."""

    text: str
    says: Says


@dataclass(frozen=True)
class Verdict:
    """Whether an unknown piece may be set aside, and why (not): `at` is its index among the pieces."""

    at: int
    set_aside: bool
    reason: Reason


@lru_cache(maxsize=4096)
def kinds_of(word: str) -> str:
    """The letters of a word's kinds, the likeliest first; empty where no dictionary has it.

    >>> kinds_of("nag"), kinds_of("promised"), kinds_of("honestly"), kinds_of("周报"), kinds_of("qwzx")
    ('v', 'vn', 'r', 'n', '')
    """
    if not word.isascii():
        return _dictionary("zh").get(word, "")
    own, base = _dictionary("en").get(word, ""), _dictionary("en").get(lemma(word), "")
    return base if base and (not own or word.endswith(("ed", "ing"))) else own or base


def words_of(text: str) -> tuple[str, ...]:
    """The dictionary words that make a stretch up, as few as can be; empty where some of it is no word.

    >>> words_of("着急开会"), words_of("hate to nag"), words_of("qwzx")
    (('着急', '开会'), ('hate', 'to', 'nag'), ())
    """
    if text.isascii():
        words = tuple(word for word in text.replace("-", " ").split(" ") if word)
        return words if all(_is_word(word) for word in words) else ()
    best: list[tuple[str, ...] | None] = [()]
    for end in range(1, len(text) + 1):
        ways = [
            (*before, text[start:end])
            for start in range(max(0, end - _LONGEST), end)
            if (before := best[start]) is not None and _is_word(text[start:end])
        ]
        best.append(min(ways, key=len, default=None))
    return best[-1] or ()


def verdicts(pieces: Sequence[Piece]) -> tuple[Verdict, ...]:
    """For each unknown piece, whether the question may be read without it.

    >>> says = {"sorry": "function", "to": "function", "nag": "unknown", ",": "edge", "revenue": "content"}
    >>> verdicts([Piece(text, says[text]) for text in ("sorry", "to", "nag", ",", "revenue")])
    (Verdict(at=2, set_aside=True, reason='aside'),)
    >>> verdicts([Piece("regional", "unknown"), Piece("revenue", "content")])
    (Verdict(at=0, set_aside=False, reason='in_content'),)
    """
    found: list[Verdict] = []
    for first, last in _spans(pieces):
        span = pieces[first:last]
        for at in range(first, last):
            if pieces[at].says == "unknown":
                found.append(_verdict(pieces, at, span))
    return tuple(found)


def _verdict(pieces: Sequence[Piece], at: int, span: Sequence[Piece]) -> Verdict:
    words = words_of(pieces[at].text)
    if not words or any(kinds_of(word) == "N" for word in words):
        return Verdict(at, False, "no_word")
    if not any(piece.says == "content" for piece in span):
        does = any(piece.says in ("person", "ask") for piece in span) or _does_something(span)
        return Verdict(at, does, "aside" if does else "names_something")
    if all(kinds_of(word) and set(kinds_of(word)) <= _LOOSE for word in words) and _is_at_edge(pieces, at):
        return Verdict(at, True, "comment")
    return Verdict(at, False, "in_content")


def _does_something(span: Sequence[Piece]) -> bool:
    """Whether a stretch without names has a verb, or only comments: not a bare noun, which would be a topic.

    Chinese verbs are nouns as they stand (批发): they need an aspect or a direction behind them.
    """
    unknown = [piece.text for piece in span if piece.says == "unknown"]
    words = [word for text in unknown for word in words_of(text)]
    if all(kinds_of(word) and set(kinds_of(word)) <= _LOOSE | {"i"} for word in words):
        return True
    if all(not word.isascii() for word in words):
        marked = any(piece.text in word_set("aspect") for piece in span)
        return marked and any(kinds_of(word)[:1] in ("v", "a") for word in words)
    opens = next((piece.text for piece in span if piece.says != "edge"), "")
    return opens not in word_set("topic_opener") and any(kinds_of(word)[:1] == "v" for word in words)


def _is_at_edge(pieces: Sequence[Piece], at: int) -> bool:
    """Whether a comment opens or closes its clause, and is no modifier of a name right behind it."""
    before = pieces[at - 1].says if at else "edge"
    after = pieces[at + 1].says if at + 1 < len(pieces) else "edge"
    return after == "edge" or (before == "edge" and after != "content")


def _spans(pieces: Sequence[Piece]) -> Iterator[tuple[int, int]]:
    """The clauses of a question: cut at edges, behind the last word of asking that comes before anything is named, and
    before a person that is spoken of after all is named.
    """
    cuts = {0, len(pieces)}
    cuts.update(at + 1 for at, piece in enumerate(pieces) if piece.says == "edge")
    content = [at for at, piece in enumerate(pieces) if piece.says == "content"]
    if content:
        asks = [at for at, piece in enumerate(pieces[: content[0]]) if piece.says == "ask"]
        cuts.update((asks[-1] + 1,) if asks else ())
        people = [at for at, piece in enumerate(pieces) if piece.says == "person" and at > content[-1]]
        cuts.update(people[:1])
    ordered = sorted(cuts)
    yield from pairwise(ordered)


def _is_word(word: str) -> bool:
    return bool(kinds_of(word)) or word in word_set("small_word")


@lru_cache(maxsize=2)
def _dictionary(language: str) -> dict[str, str]:
    text = files(__package__).joinpath(language, "kinds.txt").read_text(encoding="utf-8")
    lines = (line.split(" ") for line in text.splitlines() if not line.startswith("#"))
    return {word: kinds for kinds, *words in lines for word in words}
