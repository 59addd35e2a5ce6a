"""What kind of word an unknown word is, and whether a question may do without it.

The dictionaries (`*/kinds.txt`, read when the first word is unknown) say noun, verb, adjective, adverb. A kind alone is
no licence to drop a word: it must stand in the scaffolding, in a stretch of the question that names nothing and does
something (老板一直追着问, sorry to nag), ask for what follows (kindly collate …), or comment on what is asked in a
sentence of its own. Between or before names it is content, whatever its kind. Knows no model: the caller cuts the
question into pieces and tells what each says.
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

# what a piece of a question says: what it is about; something else of the request; a word that turns the request (up,
# how many, and); nothing; who asks; that something is asked; the end of a clause; that of a sentence; or it is unknown
Says = Literal["subject", "content", "operator", "function", "person", "ask", "edge", "end", "unknown"]
Reason = Literal["aside", "comment", "no_word", "in_content", "names_something"]
_LONGEST = 4
_LOOSE = frozenset("re")  # adverbs and interjections comment on the whole sentence
_NAMES = frozenset({"subject", "content"})
_ENDS = frozenset({"edge", "end"})
_SHARED_HAN = 2
_SHORTEST = 2


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
    >>> kinds_of("nicer")[:1], kinds_of("happiest")[:1], kinds_of("thinner")[:1]
    ('a', 'a', 'a')
    """
    if not word.isascii():
        return _dictionary("zh").get(word, "")
    own, base = _dictionary("en").get(word, ""), _dictionary("en").get(lemma(word), "")
    found = base if base and (not own or word.endswith(("ed", "ing"))) else own or base
    graded = (_dictionary("en").get(each, "") for each in _ungraded(word))
    return found or next((kinds for kinds in graded if kinds[:1] == "a"), "")


def _ungraded(word: str) -> Iterator[str]:
    """What a comparative or superlative may be one of: nicer, quieter, bumpiest, biggest."""
    stem = word.removesuffix("r").removesuffix("st").removesuffix("e")
    if len(stem) > _SHORTEST and stem + "e" in (word[:-1], word[:-2]):
        yield from (stem + "e", stem, stem[:-1] + "y" if stem.endswith("i") else "", stem[:-1])


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
    """For each unknown piece whether the question may be read without it, and the pieces that go with those that may.

    >>> says = {"sorry": "function", "to": "function", "nag": "unknown", ",": "edge", "revenue": "content"}
    >>> verdicts([Piece(text, says[text]) for text in ("sorry", "to", "nag", ",", "revenue")])
    (Verdict(at=2, set_aside=True, reason='aside'),)
    >>> verdicts([Piece("regional", "unknown"), Piece("revenue", "content")])
    (Verdict(at=0, set_aside=False, reason='in_content'),)
    """
    found: list[Verdict] = []
    commented = {at for first, last in _comments(pieces) for at in range(first, last)}
    for first, last in _spans(pieces):
        span = range(first, last)
        if commented.issuperset(span):
            found.extend(Verdict(at, True, "comment") for at in span if pieces[at].says not in _ENDS)
            continue
        judged = [_verdict(pieces, at, first, last) for at in span if pieces[at].says == "unknown"]
        found.extend(judged)
        if judged and all(each.reason == "aside" for each in judged) and not _names(pieces[first:last]):
            found.extend(Verdict(at, True, "aside") for at in span if pieces[at].says == "operator")
    return tuple(found)


def _verdict(pieces: Sequence[Piece], at: int, first: int, last: int) -> Verdict:
    span = pieces[first:last]
    words = words_of(pieces[at].text)
    if any(kinds_of(word) == "N" for word in words):
        return Verdict(at, False, "no_word")
    if any(piece.text in word_set("always_turns") for piece in span):
        return Verdict(at, False, "in_content")
    if not _names(span):
        if _is_asked_for(pieces, at):
            return Verdict(at, False, "names_something")
        if _is_too_much(pieces, at, last):
            return Verdict(at, True, "comment")
        behind = pieces[last : last + 1]  # revenue yesterday, promised my boss
        led = any(piece.says in ("person", "ask") for piece in (*span, *behind)) and not _opens_topic(span)
        if led or (words and _does_something(span, opens=first == 0)):
            return Verdict(at, True, "aside")
        return Verdict(at, False, "names_something" if words else "no_word")
    if _asks(pieces, at, first):
        return Verdict(at, True, "aside")
    if words and all(kinds_of(word) and set(kinds_of(word)) <= _LOOSE for word in words) and _is_at_edge(pieces, at):
        return Verdict(at, True, "comment")
    return Verdict(at, False, "in_content" if words else "no_word")


def _is_too_much(pieces: Sequence[Piece], at: int, last: int) -> bool:
    """Hmm too bumpy, make it quarters: what is too much of something, at the end of its clause, is no name."""
    ends = all(piece.says in _ENDS for piece in pieces[at + 1 : last])
    return ends and pieces[max(0, at - 1)].text in word_set("too_much") and at > 0


def _is_asked_for(pieces: Sequence[Piece], at: int) -> bool:
    """What's the weather …: a noun with its article behind what asks is what is asked for."""
    before = [piece.text for piece in pieces[max(0, at - 3) : at]]
    asks = any(text.partition("'")[0].partition(" ")[0] in word_set("asks_what") for text in before)
    return asks and before[-1:] == ["the"] and kinds_of(pieces[at].text)[:1] in ("n", "")


def _names(span: Sequence[Piece]) -> bool:
    return any(piece.says in _NAMES for piece in span)


def _opens_topic(span: Sequence[Piece]) -> bool:
    """'For walking', 'who travel', 'with gifts': what follows belongs to what is asked, unless a person does."""
    said = [piece for piece in span if piece.says not in _ENDS]
    return bool(said) and said[0].text in word_set("topic_opener") and not any(p.says == "person" for p in said[:2])


def _does_something(span: Sequence[Piece], *, opens: bool) -> bool:
    """Whether a stretch without names has a verb, or only comments: not a bare noun, which would be a topic.

    Chinese verbs are nouns as they stand (批发): they need an aspect or a direction behind them, and 的 at the end
    makes them adjectives. A participle of English needs somebody, or opens the question: gift wrapped is none.
    """
    unknown = [piece.text for piece in span if piece.says == "unknown"]
    words = [word for text in unknown for word in words_of(text)]
    said = [piece for piece in span if piece.says not in _ENDS]
    if all(kinds_of(word) and set(kinds_of(word)) <= _LOOSE | {"i"} for word in words):
        return True
    if all(not word.isascii() for word in words):
        marked = any(piece.text in word_set("aspect") for piece in span) and said[-1].text not in word_set(
            "makes_adjective"
        )
        return marked and any(kinds_of(word)[:1] in ("v", "a") for word in words)
    if _opens_topic(span):
        return False
    somebody = _says_any(span, "person") or any(piece.text in word_set("auxiliary") for piece in said[:-1])
    verbs = [word for word in words if kinds_of(word)[:1] == "v"]
    return any(
        somebody or word == lemma(word) or word.endswith("s") or (opens and word.endswith("ing")) for word in verbs
    )


def _asks(pieces: Sequence[Piece], at: int, first: int) -> bool:
    """Whether an unknown verb asks for what is named behind it: kindly collate …, grab me the …, 请披露2025年 …

    It stands before all names, behind words of asking alone, and names what it wants; what reckons is no asking.
    """
    word, before = pieces[at].text, [piece for piece in pieces[first:at] if piece.says not in _ENDS]
    behind = pieces[at + 1] if at + 1 < len(pieces) else None
    if behind is None or kinds_of(word)[:1] != "v" or any(p.says not in ("function", "person", "ask") for p in before):
        return False
    polite = bool(before) and before[-1].text in word_set("please")
    if not word.isascii():
        return behind.text in word_set("does_a_bit") or (polite and behind.says in ("content", "function"))
    bare = word == lemma(word) and word not in word_set("operating_verb")
    noun = any(piece.text in word_set("small_word") | word_set("topic_opener") for piece in before)
    wants = behind.says in ("person", "ask") or behind.text in word_set("small_word")
    return bare and not noun and (wants or polite)


def _comments(pieces: Sequence[Piece]) -> Iterator[tuple[int, int]]:
    """Sentences beside a whole one that hold an unknown word: are refunds creeping up? Refund rate by month.

    Such a sentence has a verb, asks for nothing, limits nothing, and is about nothing but what the whole one is about.
    """
    cuts = (0, *(at + 1 for at, piece in enumerate(pieces) if piece.says == "end"), len(pieces))
    sentences = [(a, b) for a, b in pairwise(cuts) if any(piece.says not in _ENDS for piece in pieces[a:b])]
    whole = [each for each in sentences if _says_any(pieces[slice(*each)], "subject")]
    whole = [each for each in whole if not _says_any(pieces[slice(*each)], "unknown")]
    about = " ".join(piece.text for each in whole for piece in pieces[slice(*each)] if piece.says == "subject")
    for first, last in sentences if whole else ():
        span = pieces[first:last]
        subjects = [piece.text for piece in span if piece.says == "subject"]
        limits = _says_any(span, "content") or (subjects and _says_any(span, "ask"))
        beside = _says_any(span, "unknown") and not limits and not _opens_topic(span) and _is_clause(span)
        if beside and all(is_about(text, about) for text in subjects):
            yield first, last


def _is_clause(span: Sequence[Piece]) -> bool:
    marks = word_set("auxiliary") | word_set("aspect")
    opening = any(piece.says == "person" or piece.text.partition(" ")[0] in marks for piece in span)
    return opening or _does_something(span, opens=False)


def is_about(text: str, other: str) -> bool:
    """Whether two names have a word in common."""
    if text.isascii():
        return bool({lemma(word) for word in text.split()} & {lemma(word) for word in other.split()})
    return any(text[at : at + _SHARED_HAN] in other for at in range(len(text) - _SHARED_HAN + 1))


def _says_any(span: Sequence[Piece], says: Says) -> bool:
    return any(piece.says == says for piece in span)


def _is_at_edge(pieces: Sequence[Piece], at: int) -> bool:
    """Whether a comment opens or closes its clause, and is no modifier of a name right behind it."""
    before = pieces[at - 1].says if at else "edge"
    after = pieces[at + 1].says if at + 1 < len(pieces) else "edge"
    return after in _ENDS or (before in _ENDS and after not in _NAMES)


def _spans(pieces: Sequence[Piece]) -> Iterator[tuple[int, int]]:
    """The clauses of a question: cut at edges, behind the last word of asking that comes before anything is named, and
    before a person that is spoken of after all is named.
    """
    cuts = {0, len(pieces)}
    cuts.update(at + 1 for at, piece in enumerate(pieces) if piece.says in _ENDS)
    content = [at for at, piece in enumerate(pieces) if piece.says in _NAMES]
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
