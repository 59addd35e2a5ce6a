"""What a thing is called where its definition gives it no label."""

from __future__ import annotations

from semantic_layer.model.definitions import Bilingual
from semantic_layer.query.result import Label


def label_of(name: str, label: Bilingual | None) -> Label:
    """The label, or the name with spaces for underscores where there is none.

    >>> label_of("net_amount", None)
    Label(zh='net amount', en='net amount')
    """
    words = name.replace("_", " ")
    return Label(words, words) if label is None else Label(label.zh, label.en)
