"""The choices of a question back, told as what they ask for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from chat_service.outcomes import Clarification
from chat_service.present.names import Names
from chat_service.present.restate import restate
from semantic_layer import of_entity

# questions back of which every choice is a reading of the whole question
_READINGS = frozenset({"two_readings", "after_unread", "unsure"})


def told_apart(asked: Clarification, names: Names, today: date) -> Clarification:
    """The question back with each reading of the whole, or of what remains of it, restated, where these tell the
    readings apart."""
    first = next(iter(names.model.entities), "")
    told = [
        restate(of_entity(each.request, first), names, today) if each.request is not None else each.label
        for each in asked.choices
    ]
    if asked.code not in _READINGS and asked.choices[0].id != "without":
        return asked
    kept = {text: each for each, text in reversed(list(zip(asked.choices, told, strict=True)))}
    if len(kept) < len(told) and asked.code != "unsure" and len(kept) == 1:
        return asked  # nothing tells them apart
    choices = (replace(each, label=text, message=text) if each.request else each for text, each in kept.items())
    return replace(asked, choices=tuple(choices)[::-1])
