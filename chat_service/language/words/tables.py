"""The words of every language, as data: `{language}/*.toml`, in one format, which their tests check.

A language is a folder; its files are one vocabulary, cut where a reader would look. A table is a role, a key its
meaning, a value the phrases that say it; `roles.toml` names the roles. Knows no grammar and no model.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import product

_CHOICES = re.compile(r"\{([^{}]*\|[^{}]*)\}")
Meanings = Mapping[str, tuple[str, ...]]
OF_DATES = "dates.toml"  # symbols with values, in a format of their own: see language/dates/words.py


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
    """All tables of a language by role."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for file in _files(files(__package__).joinpath(language)):
        for role, meanings in tomllib.loads(file.read_text(encoding="utf-8")).items():
            own = found.setdefault(role, {})
            assert own.keys().isdisjoint(meanings), f"{language}/{file.name}: a meaning of {role} stands twice"
            assert all(isinstance(each, list) for each in meanings.values()), f"{language}/{file.name}: lists in {role}"
            own.update((meaning, tuple(_spelled(phrases))) for meaning, phrases in meanings.items())
    return found


def _spelled(phrases: Iterable[str]) -> Iterator[str]:
    """Each phrase; of one with choices every way to say it.

    >>> list(_spelled(["怎么{算|定}{|的}"]))
    ['怎么算', '怎么算的', '怎么定', '怎么定的']
    """
    for phrase in phrases:
        parts = _CHOICES.split(phrase)
        choices = (part.split("|") if at % 2 else (part,) for at, part in enumerate(parts))
        yield from map("".join, product(*choices))


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
