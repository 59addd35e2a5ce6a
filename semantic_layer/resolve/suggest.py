"""The right names and values nearest to a wrong one: by what people call them, then by likeness."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from semantic_layer.errors import nearest
from semantic_layer.model.definitions import Synonyms, ValueWords
from semantic_layer.model.model import Field, Model
from semantic_layer.query.result import Column, Label

Words = Mapping[str, tuple[str, ...]]
_MOST = 3


def called(word: str, things: Words) -> tuple[str, ...]:
    """The things that are called just so, whatever the case: by name, label or synonym.

    >>> called("sales", {"revenue": ("revenue", "sales"), "sales_tax": ("sales_tax",)})
    ('revenue',)
    """
    wanted = _folded(word)
    return tuple(name for name, words in things.items() if any(_folded(each) == wanted for each in words))[:_MOST]


def nearest_called(word: str, things: Words) -> tuple[str, ...]:
    """The things that are called so; where none is, those whose name looks like it, or that are called something like
    it; best first."""
    owners: dict[str, str] = {}
    for name, words in things.items():
        for each in words:
            owners.setdefault(_folded(each), name)
    alike = (owners[each] for each in nearest(_folded(word), owners, limit=2 * _MOST))
    return called(word, things) or nearest(word, things, _MOST) or tuple(dict.fromkeys(alike))[:_MOST]


@lru_cache(maxsize=8)
def metric_words(model: Model) -> Words:
    """Every metric that can be asked for, with all that it is called."""
    return {
        each.name: _words(each.name, each.label, each.definition.synonyms)
        for each in model.metrics.values()
        if not each.definition.hidden
    }


@lru_cache(maxsize=8)
def dimension_words(model: Model) -> Words:
    """Every dimension and key, with all that it is called."""
    found = {each.name: _words(each.name, each.label, each.synonyms) for each in model.dimensions.values()}
    return found | {name: field_words(name, fields[0]) for name, fields in model.keys.items() if name not in found}


@lru_cache(maxsize=8)
def list_words(model: Model) -> Words:
    """Every named list, with all that it is called."""
    return {
        name: _words(name, Label(each.label.zh, each.label.en), each.synonyms) for name, each in model.lists.items()
    }


@lru_cache(maxsize=32)
def field_words_near(model: Model, dataset: str) -> Words:
    """The fields that rows of a dataset have of their own or reach, by the name under which a list shows them."""
    found: dict[str, tuple[str, ...]] = {}
    for name in (dataset, *model.paths.get(dataset, {})):
        for field in model.datasets[name].fields.values():
            found.setdefault(field.name if name == dataset else field.qualified, field_words(field.name, field))
    return found


@lru_cache(maxsize=8)
def all_field_words(model: Model) -> Words:
    """Every field by its qualified name."""
    return {name: field_words(name, field) for name, field in model.fields.items()}


def nearest_columns(word: str, columns: Iterable[Column]) -> tuple[str, ...]:
    """The columns of a result that are called so, or something like it."""
    return nearest_called(word, {each.name: (each.name, each.label.zh, each.label.en) for each in columns})


def value_words(values: Mapping[str | int, ValueWords]) -> Words:
    """The codes of a field, with all that they are called."""
    return {str(code): (str(code), *words.zh, *words.en) for code, words in values.items()}


def field_words(name: str, field: Field) -> tuple[str, ...]:
    """What a field is called."""
    return _words(name, field.label, field.definition.synonyms)


def _words(name: str, label: Label, synonyms: Synonyms) -> tuple[str, ...]:
    return (name, label.zh, label.en, *synonyms.zh, *synonyms.en)


def _folded(word: str) -> str:
    return " ".join(word.casefold().replace("_", " ").split())
