"""Sentences of both languages side by side, and the one place that chooses between them.

A sentence is a `Phrase` beside the code that says it: `Phrase(zh="共 {count:,} 位", en="{count:,} in all")`. What is
not a sentence but a habit of a language (how a list is joined, what ends a sentence) is said here.
"""

from __future__ import annotations

from collections.abc import Iterable

from semantic_layer import Language, Phrase

_COMMA, _CLAUSE, _LIST = Phrase("，", ", "), Phrase("；", "; "), Phrase("、", ", ")
_NEXT, _BRACKETS, _END = Phrase("", " "), Phrase("（{text}）", " ({text})"), Phrase("。", ".")
_SET_OFF = Phrase(" ", "")
_ENDS = (".", "。", "!", "！", "?", "？")


def said(phrase: Phrase, language: Language, **parts: object) -> str:
    """The sentence in a language, its places filled.

    >>> said(Phrase(zh="共 {count:,} 位", en="{count:,} in all"), "zh", count=1294)
    '共 1,294 位'
    """
    return phrase.in_language(language, **parts)


def comma(words: Iterable[str], language: Language) -> str:
    """Parts of one sentence; empty ones are left out."""
    return said(_COMMA, language).join(filter(None, words))


def clauses(words: Iterable[str], language: Language) -> str:
    """Clauses of one sentence; empty ones are left out."""
    return said(_CLAUSE, language).join(filter(None, words))


def listed(words: Iterable[str], language: Language) -> str:
    """Things of one kind, side by side."""
    return said(_LIST, language).join(words)


def sentences(words: Iterable[str], language: Language) -> str:
    """Sentences after one another; empty ones are left out."""
    return said(_NEXT, language).join(filter(None, words))


def bracketed(text: str, language: Language) -> str:
    """What is said in brackets after something; nothing for nothing."""
    return said(_BRACKETS, language, text=text) if text else ""


def ended(text: str, language: Language) -> str:
    """A sentence with its first letter and its full stop.

    >>> ended("no period was named", "en"), ended("没有说时期。", "zh")
    ('No period was named.', '没有说时期。')
    """
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith(_ENDS) else text + said(_END, language)


def set_off(before: str, language: Language) -> str:
    """The space that Chinese puts between a figure or a Latin word and what follows; none anywhere else."""
    is_latin = before[-1:].isascii() and before[-1:].isalnum()
    return said(_SET_OFF, language) if is_latin else ""
