"""The words that belong to the languages (`language/words/*/*.toml`) as phrases with role and meaning.

Knows no model. A phrase is a tuple of keys, one for each token: see `phrase_keys`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import product

from chat_service.language.folding import folded
from chat_service.language.tokens import Token, cut
from chat_service.language.words.lemma import lemma
from chat_service.language.words.tables import Meanings, languages, roles, tables, word_set
from chat_service.translate.senses import WordSense

Phrase = tuple[str, ...]
_IGNORED = ("joiner", "ending")
_HAN = re.compile("[\u4e00-\u9fff]+")
_MOST_PHRASES = 65_536  # those of the languages and of a large model, which is read again for each day


@lru_cache(maxsize=8192)
def noun_key(word: str) -> str:
    """A word in the singular; verbs keep their form, so that 'orders' and 'ordered' stay apart.

    >>> noun_key("orders"), noun_key("ordered"), noun_key("cities")
    ('order', 'ordered', 'city')
    """
    if word in word_set("plural") or (len(word) > 3 and word.endswith("s") and not word.endswith("ss")):
        return lemma(word)
    return word


def verb_key(word: str) -> str:
    """A word by its base form, kept apart from nouns by a mark.

    >>> verb_key("bought")
    '~buy'
    """
    return "~" + lemma(word)


def keeps(token: Token) -> bool:
    """Whether a token takes part in phrases: hyphens within words and endings ('s) do not."""
    return token.kind not in _IGNORED


@lru_cache(maxsize=_MOST_PHRASES)
def phrase_keys(text: str) -> Phrase:
    """The keys of a phrase as the model or a data file writes it.

    >>> phrase_keys("Repeat-purchase rates"), phrase_keys("复购率")
    (('repeat', 'purchase', 'rate'), ('复', '购', '率'))
    """
    return _keys(folded(text), noun_key)


@lru_cache(maxsize=_MOST_PHRASES)
def lemma_keys(text: str) -> Phrase:
    """The keys of a phrase with every English word by its base form."""
    return _keys(folded(text), verb_key)


def _keys(phrase: str, key: Callable[[str], str]) -> Phrase:
    """The tokens as keys, words by theirs; the short ways where all are of one kind, as in nearly all phrases."""
    if _HAN.fullmatch(phrase):
        return tuple(phrase)
    words = phrase.split(" ")
    if phrase.isascii() and "".join(words).isalpha():
        return tuple(map(key, words))
    return tuple(key(text) if kind == "word" else text for text, kind, *_ in cut(phrase) if kind not in _IGNORED)


@lru_cache(maxsize=1)
def language_words() -> tuple[tuple[Phrase, WordSense], ...]:
    """Every phrase of every language with what it means; what may say nothing is a filler, named by its class."""
    found: list[tuple[Phrase, WordSense]] = []
    for language in languages():
        for role, meanings in tables(language).items():
            vanishes = role in roles()["vanishing"]
            if not vanishes and role not in roles()["lexicon"]:
                continue
            for meaning, phrases in meanings.items():
                sense = WordSense("filler", f"{role}.{meaning}") if vanishes else WordSense(role, meaning)
                found.extend((_keys(phrase, noun_key), sense) for phrase in phrases)
    asker = WordSense("filler", "occasion.who")  # 王总想知道, 李经理那边要
    pairs = product(_table("surname").get("names", ()), _table("title").get("titles", ()))
    found.extend((_keys(name + title, noun_key), asker) for name, title in pairs)
    return tuple(found)


@lru_cache(maxsize=1)
def words_for_anybody() -> frozenset[str]:
    """What stands for people without a word for which: they, folks."""
    return frozenset("".join(phrase) for phrase, sense in language_words() if sense.role == "entity")


@lru_cache(maxsize=1)
def abbreviations() -> dict[str, str]:
    """Chat abbreviations and what they stand for."""
    return {short: full[0] for short, full in _table("abbreviation").items()}


@lru_cache(maxsize=1)
def homophones() -> Meanings:
    """Characters that are often typed for a word without meaning that sounds alike."""
    return _table("homophone")


@lru_cache(maxsize=1)
def joint_names() -> Meanings:
    """Names of several things at once (北上广), the longest first."""
    return dict(sorted(_table("joint").items(), key=lambda each: -len(each[0])))


@lru_cache(maxsize=1)
def known_words() -> frozenset[str]:
    """Words that are right as they stand."""
    return frozenset(word for words in _table("known").values() for word in words)


def _table(role: str) -> Meanings:
    return {key: words for language in languages() for key, words in tables(language).get(role, {}).items()}
