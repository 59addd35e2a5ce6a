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
    requests = [each.request for each in asked.choices if each.request is not None]
    told = [restate(of_entity(each, first), names, today) for each in requests]
    whole = asked.code in _READINGS or asked.choices[0].id == "without"
    if not whole or len(set(told)) < len(asked.choices):
        return asked
    pairs = zip(asked.choices, told, strict=True)
    return replace(asked, choices=tuple(replace(each, label=text, message=text) for each, text in pairs))
