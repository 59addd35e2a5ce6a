"""Words that mean two things: no mistake, for the chat then asks which is meant, but worth knowing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from semantic_layer.errors import DefinitionProblem, Phrase, problem, thing
from semantic_layer.loading.unchecked import Where
from semantic_layer.loading.yaml_text import Part
from semantic_layer.model.definitions import Synonyms
from semantic_layer.model.model import Dimension, Model
from semantic_layer.query.result import Label

_LANGUAGES: tuple[Literal["zh", "en"], ...] = ("zh", "en")


@problem(
    "shared_word",
    zh="“{word}”（{language}）既指{owner}，又指{other}（在 {first}）：聊天时会反问是哪一个。"
    "如果不想这样，请从其中一个去掉它。",
    en="'{word}' ({language}) means {owner} and {other} (at {first}): "
    "the chat will ask which. Take it off one of them if it should not.",
)
class SharedWord(DefinitionProblem):
    """A label or synonym that two things have in one language. A question with that word will be asked back."""

    owner: Phrase
    word: str
    language: str
    other: Phrase
    first: str


@problem(
    "shared_value_word",
    zh="“{word}”（{language}）同时指“{field}”的{codes:both}。请只留给其中一个。",
    en="'{word}' ({language}) means both {codes:both} of '{field}'. Keep it for one.",
)
class SharedValueWord(DefinitionProblem):
    """A word that two codes of one field have in one language."""

    field: str
    word: str
    language: str
    codes: tuple[str, str]


def lint(model: Model, place: Where | None = None) -> tuple[DefinitionProblem, ...]:
    """Warnings about words of metrics and dimensions, and of a dimension's codes.

    Dimensions that datasets prefer are told apart by what is counted, and so may share words.

    `place` tells where parts of the definition stand (as `read_definition` gives it); without it problems name them.
    """
    where = place or _name_of_part
    return (*_things(model, where), *_codes(model, where))


def _things(model: Model, where: Where) -> Iterator[DefinitionProblem]:
    preferred = {thing("dimension", name) for each in model.datasets.values() for name in each.definition.prefers}
    first: dict[tuple[str, str], tuple[Phrase, Part]] = {}
    for owner, part, label, synonyms in _named(model):
        for language in _LANGUAGES:
            words = {_folded(each): each for each in (getattr(label, language), *getattr(synonyms, language))}
            for folded, word in words.items():
                other, there = first.setdefault((language, folded), (owner, part))
                if other != owner and not {other, owner} <= preferred:
                    yield SharedWord(where(*part), owner, word, language, other, where(*there))


def _named(model: Model) -> Iterator[tuple[Phrase, Part, Label, Synonyms]]:
    for metric in model.metrics.values():
        if not metric.definition.hidden:
            yield thing("metric", metric.name), ("metrics", metric.name), metric.label, metric.definition.synonyms
    for dimension in model.dimensions.values():
        yield thing("dimension", dimension.name), _part(dimension), dimension.label, dimension.synonyms


def _codes(model: Model, where: Where) -> Iterator[DefinitionProblem]:
    for dimension in model.dimensions.values():
        if model.datasets[dimension.home.dataset].role_of is not None:
            continue  # its codes are those of its base
        first: dict[tuple[str, str], str] = {}
        for code, words in dimension.home.definition.values.items():
            for language in _LANGUAGES:
                for folded, word in {_folded(each): each for each in getattr(words, language)}.items():
                    other = first.setdefault((language, folded), str(code))
                    if other != str(code):
                        field, codes = dimension.home.qualified, (other, str(code))
                        yield SharedValueWord(where(*_part(dimension), "values", code), field, word, language, codes)


def _part(dimension: Dimension) -> Part:
    return ("datasets", dimension.home.dataset, "fields", dimension.home.name)


def _folded(word: str) -> str:
    return " ".join(word.casefold().split())


def _name_of_part(*part: str | int) -> str:
    return ".".join(str(step) for step in part)
