"""What parts of a model's YAML are made of: frozen, with words in both languages, and conditions on behaviour."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_as_tuple, json_schema_input_type=str | tuple[str, ...])]


class Definition(BaseModel):
    """A part of a model's definitions: frozen, without keys that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Bilingual(Definition):
    """A text for people in both languages."""

    zh: str
    en: str


class Synonyms(Definition):
    """Other words for a thing, in each language, matched whatever their case, width or script variant."""

    zh: Words = ()
    en: Words = ()


class ValueWords(Definition):
    """What people call one code of a field: the first word of each language is its label."""

    zh: Words
    en: Words


class Among(Definition):
    """Only rows of entities (customers) whose own metrics meet a condition: `having: orders >= 2 AND revenue > 1000`
    compares metrics with numbers, joined by AND, OR and NOT. `top_share(revenue, 0.2)` holds for the fifth of those
    with any value, rounded up, whose value is highest.

    The condition has a `period` of its own, whatever period the query has: `all` of history up to today, or
    `last 90 days` up to today. For a condition within each bucket of the query, use `per`.
    """

    entity: str = ""
    having: str
    period: str = "all"
