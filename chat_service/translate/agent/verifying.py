"""Verified questions kept: a question and the request of its answer to an entry of the file beside the model, and what
became of an entry since.

A period that the question names in words stays in words, so that the entry holds on every day. The statement of the day
of verifying is remembered by its digest: a definition that changed moves it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import yaml
from pydantic import JsonValue, TypeAdapter

from chat_service.translate.agent.building import UnbuildableError
from chat_service.translate.agent.examples import Example, ExamplesError, read_examples
from chat_service.translate.agent.kinds import kind_of
from chat_service.translate.agent.periods import UnreadableError, dates_in, period_of_words
from chat_service.translate.agent.reply import Json
from semantic_layer import GRAINS, Grain, Layer, MetricQuery, Period, QueryError, Reader, Request

LayerAt = Callable[[date | None], Layer]
Standing = Literal["holds", "moved", "broken"]
_PERIOD = TypeAdapter(Period)


@dataclass(frozen=True)
class Verified:
    """What became of a verified question; `reason` says why it is broken."""

    question: str
    standing: Standing
    reason: str = ""


def verified(question: str, request: Request, layer: Layer, reader: Reader) -> Example:
    """The entry of a question that was answered as it should be. Raises QueryError, EngineError."""
    today = layer.as_of
    body = request.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"kind"})
    kept = _in_words(body, _grains(request), question, today)
    assert isinstance(kept, dict), "an object stays an object"
    entry = Example(question=question, answer=kind_of(request).name, request=kept, as_of=today)
    return entry.model_copy(update={"digest": _digest(entry, layer, reader)})


def kept(entry: Example, path: Path) -> None:
    """Write an entry into the file, in the place of one that asks the same. Raises ExamplesError."""
    before = [each for each in (read_examples(path) if path.exists() else ()) if not each.asks(entry.question)]
    entries = [each.model_dump(mode="json", exclude_defaults=True) for each in (*before, entry)]
    path.write_text(yaml.safe_dump(entries, allow_unicode=True, sort_keys=False, width=120), encoding="utf-8")


def is_kept(path: Path) -> bool:
    """Whether a file holds verified questions, and no suite."""
    try:
        return bool(read_examples(path))
    except ExamplesError:
        return False


def standings(path: Path, layer_at: LayerAt, reader: Reader) -> Iterator[Verified]:
    """What became of every entry of a file, each on the day on which it was verified. Raises ExamplesError."""
    for each in read_examples(path):
        try:
            digest = _digest(each, layer_at(each.as_of), reader)
        except (UnbuildableError, QueryError) as error:
            yield Verified(each.question, "broken", str(error).split("\n")[0])
            continue
        yield Verified(each.question, "holds" if each.digest in ("", digest) else "moved")


def _digest(entry: Example, layer: Layer, reader: Reader) -> str:
    statement = layer.prepare(entry.built(layer.as_of), reader).sql
    return hashlib.sha256(statement.encode()).hexdigest()[:16]


def _grains(request: Request) -> tuple[Grain, ...]:
    groups = request.group_by if isinstance(request, MetricQuery) else ()
    return tuple(each for each in GRAINS if each in groups)


def _in_words(value: JsonValue, grains: tuple[Grain, ...], question: str, today: date) -> JsonValue:
    """The request with each period as the question says it, where the words name just that period."""
    if isinstance(value, list):
        return [_in_words(each, (), question, today) for each in value]
    if not isinstance(value, dict):
        return value
    found: Json = {}
    for key, inner in value.items():
        if key == "period" and isinstance(inner, dict):
            words = _words_of(_PERIOD.validate_python(inner), grains, question, today)
            found[key] = inner if words is None else words
        else:
            found[key] = _in_words(inner, grains if key == "compare" else (), question, today)
    return found


def _words_of(period: Period, grains: tuple[Grain, ...], question: str, today: date) -> str | None:
    """The words of the question that name just this period; a length that leaves its unit unsaid gets it."""
    for mention in dates_in(question, today):
        whole = f"last {mention.count:g} {mention.unit}s" if mention.kind == "rolling" and mention.count else ""
        for words in (mention.text, whole):
            try:
                if words and period_of_words(words, today, grains) == period:
                    return words
            except UnreadableError:
                continue
    return None
