"""How a short question can be bound to the one before, in words: the labels of choices between two bindings."""

from __future__ import annotations

from chat_service.language.phrases import said
from semantic_layer import Language, Phrase

_BINDINGS = {
    "leave_out": Phrase("不含{words}", "without {words}"),
    "lift": Phrase("不限{other}", "whatever the {other}"),
    "each_with": Phrase("逐个列出，各带{words}", "one by one, each with {words}"),
    "all_of_them": Phrase("整体的{words}", "{words} over all of them"),
}


def binding(code: str, words: str, language: Language, other: str = "") -> str:
    """The label of one way to bind a question.

    >>> binding("leave_out", "Shanghai", "en")
    'without Shanghai'
    """
    return said(_BINDINGS[code], language, words=words, other=other)


__all__ = ["binding"]
