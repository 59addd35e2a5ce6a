"""How a short question can be bound to the one before, in words: the labels of choices between two bindings."""

from __future__ import annotations

from chat_service.language.phrases import said
from semantic_layer import Language, Phrase

_BINDINGS = {
    "alone": Phrase("{words}（单独的问题）", "{words} (on its own)"),
    "going_on": Phrase("{words}（其余沿用上一个问题）", "{words} (with the rest of the question before)"),
    "answered": Phrase("接着上一个已回答的问题：{words}", "after the last question that was answered: {words}"),
    "then": Phrase("先“{other}”，再“{words}”", "'{other}', then '{words}'"),
    "leave_out": Phrase("不含{words}", "without {words}"),
    "lift": Phrase("不限{other}", "whatever the {other}"),
    "people": Phrase("{words}的{other}", "{other} of {words}"),
}


def binding(code: str, words: str, language: Language, other: str = "") -> str:
    """The label of one way to bind a question.

    >>> binding("leave_out", "Shanghai", "en")
    'without Shanghai'
    """
    return said(_BINDINGS[code], language, words=words, other=other)


__all__ = ["binding"]
