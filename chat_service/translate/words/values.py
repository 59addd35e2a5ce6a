"""The values of dimensions as people write them: closed codes from the model, open values from the database.

The model's labels win. Open values are read once, through a callable that the layer gives; where there are too many,
`is_complete` is false, an unmatched word may still be a value, and is looked for in the database (`looked_up`). Pinyin
is loaded only when a word is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib import import_module
from typing import Protocol

from rapidfuzz import fuzz, process

from chat_service.language.folding import fold
from chat_service.language.words.tables import word_set
from chat_service.translate.senses import ValueSense
from semantic_layer import Dimension, Model, Scalar

_NEAR = 55.0


class FoundValues(Protocol):
    """Values of one dimension, and whether they are all."""

    @property
    def values(self) -> Sequence[object]: ...
    @property
    def is_complete(self) -> bool: ...


class ValueSource(Protocol):
    """Reads the values of a dimension; with `search`, those that have it in them."""

    def __call__(self, name: str, search: str = "", /) -> FoundValues: ...


_MOST_LOOKUPS = 6


class ValueIndex:
    """All known values of all dimensions that a question may name."""

    def __init__(self, model: Model, source: ValueSource | None = None) -> None:
        self._model = model
        self._open: dict[str, tuple[str, ...]] = {}
        self._source = source
        self.incomplete: frozenset[str] = frozenset()
        if source is not None:
            self._read(source)

    def looked_up(self, text: str, pieces: Sequence[str]) -> tuple[tuple[str, ValueSense], ...]:
        """Values of the dimensions too large to be held that stand whole in a folded text.

        `pieces` are stretches of the text that nothing explains: what has one of them in it is read from the database.
        """
        found: dict[tuple[str, ValueSense], None] = {}
        if self._source is None:
            return ()
        longest = sorted({piece for piece in pieces if len(piece) > 1}, key=lambda piece: (-len(piece), piece))
        for piece in longest[:_MOST_LOOKUPS]:
            for name in sorted(self.incomplete):
                values = self._source(name, piece).values
                whole = (v for v in values if isinstance(v, str) and fold(v).text in text)
                found.update(dict.fromkeys((value, ValueSense(name, value)) for value in whole))
        return tuple(found)

    def _read(self, source: ValueSource) -> None:
        incomplete = set()
        for dimension in self._model.dimensions.values():
            if dimension.type != "text" or not _is_open(dimension):
                continue
            found = source(dimension.name)
            self._open[dimension.name] = tuple(v for v in found.values if isinstance(v, str) and v.strip())
            if not found.is_complete:
                incomplete.add(dimension.name)
        self.incomplete = frozenset(incomplete)

    def words(self) -> Iterator[tuple[str, ValueSense]]:
        """Every open value as it may be written, with what it is; the model's own labels are the lexicon's."""
        for name, values in self._open.items():
            labelled = {str(code) for field in self._model.dimensions[name].fields for code in field.definition.values}
            for value in values:
                yield value, ValueSense(name, value)
                if value not in labelled and (short := without_suffix(value)):
                    yield short, ValueSense(name, value)

    def holds(self, dimension: str, value: Scalar) -> bool:
        """Whether a dimension is known to have a value."""
        fields = self._model.dimensions[dimension].fields
        return value in self._open.get(dimension, ()) or any(value in each.definition.values for each in fields)

    def label(self, dimension: str, value: Scalar, language: str) -> str:
        """What people call a value in a language."""
        for field in self._model.dimensions[dimension].fields:
            words = field.definition.values.get(value) if isinstance(value, (str, int)) else None
            if words is not None:
                return getattr(words, language)[0]  # type: ignore[no-any-return]
        return str(value)

    def nearest(self, text: str, limit: int = 3) -> tuple[tuple[str, ValueSense], ...]:
        """The values that look most like a word, best first, as they are written."""
        found = process.extract(fold(text).text, self._written, scorer=fuzz.ratio, limit=limit * 3, score_cutoff=_NEAR)
        best: dict[ValueSense, str] = {}
        for written, _, _ in found:
            best.setdefault(self._all[written], written)
        return tuple((written, sense) for sense, written in best.items())[:limit]

    def sounding(self, text: str) -> tuple[ValueSense, ...]:
        """The values whose pinyin, run together or as initials, is the word ("hangzhou", "hz")."""
        return tuple(dict.fromkeys(self._sounds.get(text.replace(" ", "").replace("'", ""), ())))

    @cached_property
    def _all(self) -> dict[str, ValueSense]:
        found: dict[str, ValueSense] = {}
        for dimension in self._model.dimensions.values():
            for field in dimension.fields:
                for code, words in field.definition.values.items():
                    for word in (*words.zh, *words.en):
                        found.setdefault(fold(word).text, ValueSense(dimension.name, code))
        for text, sense in self.words():
            found.setdefault(fold(text).text, sense)
        return found

    @cached_property
    def _written(self) -> tuple[str, ...]:
        return tuple(self._all)

    @cached_property
    def _sounds(self) -> dict[str, list[ValueSense]]:
        pinyin = import_module("pypinyin").lazy_pinyin
        found: dict[str, list[ValueSense]] = {}
        for text, sense in self._all.items():
            if not text.isascii() and len(text) <= 12 and not sense.weak:
                found.setdefault("".join(pinyin(text)), []).append(sense)
        return found


def _is_open(dimension: Dimension) -> bool:
    return all(not field.definition.values or field.definition.open for field in dimension.fields)


def without_suffix(value: str) -> str | None:
    """广东省 -> 广东: how people shorten the name of a place."""
    for suffix in sorted(word_set("place_suffix"), key=len, reverse=True):
        if value.endswith(suffix) and len(value) - len(suffix) >= 2:
            return value.removesuffix(suffix)
    return None
