"""What kind of word a word of no model is: noun, verb, adjective, adverb.

The dictionaries (`*/kinds.txt`) are read when the first such word is met.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from chat_service.language.words.lemma import lemma
from chat_service.language.words.tables import word_set

_LONGEST = 4
_SHORTEST = 2


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


def _is_word(word: str) -> bool:
    return bool(kinds_of(word)) or word in word_set("small_word")


@lru_cache(maxsize=2)
def _dictionary(language: str) -> dict[str, str]:
    text = files(__package__).joinpath(language, "kinds.txt").read_text(encoding="utf-8")
    lines = (line.split(" ") for line in text.splitlines() if not line.startswith("#"))
    return {word: kinds for kinds, *words in lines for word in words}
