"""The words of every language, as data: `{language}/*.toml`, in one format, checked when they are first read.

A language is a folder; its files are one vocabulary, cut where a reader would look. A table is a role, a key its
meaning, a value the phrases that say it; `roles.toml` names the roles. Knows no grammar and no model.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import NoReturn

from chat_service.language.folding import fold

Meanings = Mapping[str, tuple[str, ...]]
OF_DATES = "dates.toml"  # symbols with values, in a format of their own: see language/dates/words.py


class VocabularyError(ValueError):
    """A data file of a language that cannot be right; says where."""


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """The folders that hold words.

    >>> languages()
    ('en', 'zh')
    """
    return tuple(sorted(each.name for each in files(__package__).iterdir() if any(_files(each))))


@lru_cache(maxsize=1)
def roles() -> Mapping[str, frozenset[str]]:
    """The names of roles by what is done with them: `vanishing`, `lexicon`, `table`."""
    text = files(__package__).joinpath("roles.toml").read_text(encoding="utf-8")
    return {group: frozenset(names) for group, names in tomllib.loads(text).items()}


@lru_cache(maxsize=8)
def tables(language: str) -> Mapping[str, Meanings]:
    """All tables of a language by role. Raises VocabularyError for the first thing that is wrong."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    known = frozenset().union(*roles().values())
    for file in _files(files(__package__).joinpath(language)):
        for role, meanings in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if role not in known:
                _wrong(language, file, f"no role is called {role!r}")
            for meaning, phrases in meanings.items():
                if meaning in found.setdefault(role, {}):
                    _wrong(language, file, f"{role}.{meaning} stands twice")
                found[role][meaning] = _checked(phrases, f"{role}.{meaning}", language, file)
    return found


@lru_cache(maxsize=128)
def word_set(name: str) -> frozenset[str]:
    """The words of all languages that a rule asks for by name."""
    found = [words for language in languages() for words in (tables(language).get("set", {}).get(name),) if words]
    assert found, f"no language has a set of words called {name!r}"
    return frozenset(word for words in found for word in words)


def _files(folder: Traversable) -> Iterator[Traversable]:
    if folder.is_dir():
        found = (each for each in folder.iterdir() if each.name.endswith(".toml") and each.name != OF_DATES)
        yield from sorted(found, key=lambda each: each.name)


def _checked(phrases: object, name: str, language: str, file: Traversable) -> tuple[str, ...]:
    if not isinstance(phrases, list) or not all(isinstance(phrase, str) and phrase.strip() for phrase in phrases):
        _wrong(language, file, f"{name} is not a list of phrases")
    seen: set[str] = set()
    for phrase in phrases:
        if phrase in seen:
            _wrong(language, file, f"{name} has {phrase!r} twice")
        if not _is_folded(phrase):
            _wrong(language, file, f"{name} has {phrase!r}, which no folded text holds: write {fold(phrase).text!r}")
        seen.add(phrase)
    return tuple(phrases)


def _is_folded(phrase: str) -> bool:
    plain = phrase.isascii() and phrase == phrase.lower()
    return plain or fold(phrase).text == phrase


def _wrong(language: str, file: Traversable, what: str) -> NoReturn:
    raise VocabularyError(f"words/{language}/{file.name}: {what}")
