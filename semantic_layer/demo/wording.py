"""What names are made of and what people write, read from the data files."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

import numpy as np

from semantic_layer.demo.catalogue import DATA
from semantic_layer.demo.codes import SENTIMENTS, TOPICS
from semantic_layer.demo.draws import Floats, Texts, texts

BANDS = ("high", "middle", "low", "delivery")


@dataclass(frozen=True)
class Names:
    """Parallel surnames with their pinyin; `given` has one list of characters for each of GENDERS."""

    surnames: Texts
    pinyin: Texts
    weights: Floats
    given: tuple[Texts, ...]
    domains: Texts
    phone_prefixes: Texts


@dataclass(frozen=True)
class Phrases:
    """Sentences by band of a survey score (BANDS), and by sentiment and topic of a mention."""

    survey: tuple[Texts, ...]
    mentions: tuple[tuple[Texts, ...], ...]


def read_names() -> Names:
    """The name lists."""
    read = tomllib.loads((DATA / "names.toml").read_text(encoding="utf-8"))
    surnames = read["surnames"]
    return Names(
        surnames=texts([s[0] for s in surnames]),
        pinyin=texts([s[1] for s in surnames]),
        weights=np.array([s[2] for s in surnames], dtype=np.float64),
        given=tuple(texts(list(read[key])) for key in ("female", "male", "neutral")),
        domains=texts(read["domains"]),
        phone_prefixes=texts(read["phone_prefixes"]),
    )


def read_phrases() -> Phrases:
    """What people write."""
    read = tomllib.loads((DATA / "phrases.toml").read_text(encoding="utf-8"))
    said = read["mention"]
    return Phrases(
        survey=tuple(texts(read["survey"][band]) for band in BANDS),
        mentions=tuple(tuple(texts(said[mood][topic]) for topic in TOPICS) for mood in SENTIMENTS),
    )
