"""Texts for people and language models: Ossie's, in one language each, and ours, in both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from semantic_layer.errors import Phrase
from semantic_layer.interop.ossie.problems import LeftBehind
from semantic_layer.interop.ossie.spec import AiContext
from semantic_layer.model.definitions import Bilingual, Synonyms

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_SENTENCE = re.compile(r"[.:;!?\"'。：；！？\n]")
_MAX_WORDS_OF_A_SYNONYM = 4


def both(text: str | None) -> Bilingual | None:
    """A text that is in one language only, for people in both."""
    flat = " ".join((text or "").split())
    return Bilingual(zh=flat, en=flat) if flat else None


def synonyms_of(context: str | AiContext | None, *more: str) -> Synonyms:
    """The synonyms of an AI context and `more` of them, by language.

    >>> synonyms_of("orders, 订单, purchases")
    Synonyms(zh=('订单',), en=('orders', 'purchases'))
    >>> synonyms_of("Use it for sales, not for stock.")
    Synonyms(zh=(), en=())
    """
    words = [*(_listed(context) if isinstance(context, str) else context.synonyms if context else ()), *more]
    kept = tuple(dict.fromkeys(" ".join(word.split()) for word in words if word.strip()))
    return Synonyms(
        zh=tuple(word for word in kept if _CHINESE.search(word)),
        en=tuple(word for word in kept if not _CHINESE.search(word)),
    )


def left_behind(context: str | AiContext | None, where: str, owner: Phrase) -> Iterator[LeftBehind]:
    """What an AI context says beside synonyms."""
    if isinstance(context, str):
        if context.strip() and not _listed(context):
            yield LeftBehind(where, owner, Phrase("说明（ai_context）", "the guidance (ai_context)"))
        return
    if context is None:
        return
    if context.instructions:
        yield LeftBehind(
            where, owner, Phrase("说明（ai_context.instructions）", "the guidance (ai_context.instructions)")
        )
    if context.examples:
        yield LeftBehind(where, owner, Phrase("例子（ai_context.examples）", "the examples (ai_context.examples)"))
    for key in context.model_extra or {}:
        yield LeftBehind(where, owner, Phrase(f" ai_context 里“{key}”的内容", f"what ai_context says under '{key}'"))


def all_words(label: Bilingual | None, synonyms: Synonyms) -> tuple[str, ...]:
    """A label and synonyms as one list, each word once: what Ossie has of them."""
    labels = (label.en, label.zh) if label is not None else ()
    return tuple(dict.fromkeys(word for word in (*labels, *synonyms.en, *synonyms.zh) if "…" not in word))


def _listed(text: str) -> tuple[str, ...]:
    """The words of a text that is no more than a list of synonyms; of any other text none."""
    words = [word.strip() for word in re.split("[,，、]", text) if word.strip()]
    if len(words) < 2 or _SENTENCE.search(text) or any(len(each.split()) > _MAX_WORDS_OF_A_SYNONYM for each in words):
        return ()
    return tuple(words)


def joined(parts: Iterable[str]) -> str | None:
    """Sentences as one text, None if there is none."""
    return " ".join(parts) or None
