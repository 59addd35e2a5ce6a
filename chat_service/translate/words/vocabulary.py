"""The words that belong to the languages: `language/words/{zh,en}/vocabulary.toml` as phrases with role and meaning.

Knows no model. A phrase is a tuple of keys, one for each token: see `phrase_keys`.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from chat_service.language.folding import fold
from chat_service.language.tokens import Token, tokenize
from chat_service.language.words.lemma import lemma
from chat_service.translate.senses import WordSense

Phrase = tuple[str, ...]
_LANGUAGES = ("zh", "en")
_PLURALS = frozenset({"people", "men", "women", "children", "criteria"})
_IGNORED = ("joiner", "ending")
_TABLES = frozenset({"abbreviation", "homophone", "known", "joint"})


@lru_cache(maxsize=8192)
def noun_key(word: str) -> str:
    """A word in the singular; verbs keep their form, so that 'orders' and 'ordered' stay apart.

    >>> noun_key("orders"), noun_key("ordered"), noun_key("cities")
    ('order', 'ordered', 'city')
    """
    if word in _PLURALS or (len(word) > 3 and word.endswith("s") and not word.endswith("ss")):
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


@lru_cache(maxsize=16384)
def phrase_keys(text: str) -> Phrase:
    """The keys of a phrase as the model or a data file writes it.

    >>> phrase_keys("Repeat-purchase rates"), phrase_keys("复购率")
    (('repeat', 'purchase', 'rate'), ('复', '购', '率'))
    """
    if all("\u4e00" <= character <= "\u9fff" for character in text):
        return tuple(fold(text).text)
    return tuple(noun_key(t.text) if t.kind == "word" else t.text for t in tokenize(fold(text)) if keeps(t))


@lru_cache(maxsize=16384)
def lemma_keys(text: str) -> Phrase:
    """The keys of a phrase with every English word by its base form."""
    return tuple(verb_key(t.text) if t.kind == "word" else t.text for t in tokenize(fold(text)) if keeps(t))


@lru_cache(maxsize=1)
def language_words() -> tuple[tuple[Phrase, WordSense], ...]:
    """Every phrase of both languages with what it means."""
    found: list[tuple[Phrase, WordSense]] = []
    for language in _LANGUAGES:
        for role, meanings in _tables(language).items():
            if role in _TABLES:
                continue
            for meaning, phrases in meanings.items():
                found.extend((_plain_keys(phrase), WordSense(role, meaning)) for phrase in phrases)
    return tuple(found)


@lru_cache(maxsize=1)
def abbreviations() -> dict[str, str]:
    """Chat abbreviations and what they stand for."""
    table: dict[str, str] = _tables("en")["abbreviation"]
    return table


@lru_cache(maxsize=1)
def homophones() -> dict[str, list[str]]:
    """Characters that are often typed for a word without meaning that sounds alike."""
    table: dict[str, list[str]] = _tables("zh")["homophone"]
    return table


@lru_cache(maxsize=1)
def joint_names() -> dict[str, list[str]]:
    """Names of several things at once (北上广), the longest first."""
    table: dict[str, list[str]] = {**_tables("zh")["joint"], **_tables("en")["joint"]}
    return dict(sorted(table.items(), key=lambda each: -len(each[0])))


@lru_cache(maxsize=1)
def known_words() -> frozenset[str]:
    """English words that are right as they stand."""
    words: list[str] = _tables("en")["known"]["words"]
    return frozenset(words)


@lru_cache(maxsize=2)
def _tables(language: str) -> dict[str, Any]:
    """A data file as it is. Its shape is what the callers know."""
    text = files("chat_service.language.words").joinpath(language, "vocabulary.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _plain_keys(phrase: str) -> Phrase:
    """Keys of a phrase of the data files, which are already folded; the short way where it is plain."""
    if all("\u4e00" <= character <= "\u9fff" for character in phrase):
        return tuple(phrase)
    if phrase.replace(" ", "").isascii() and phrase.replace(" ", "").isalpha():
        return tuple(noun_key(word) for word in phrase.split(" "))
    return phrase_keys(phrase)
