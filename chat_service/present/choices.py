"""The choices of a question back, told as what they ask for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from chat_service.outcomes import Clarification
from chat_service.present.names import Names
from chat_service.present.restate import restate

# questions back of which every choice is a reading of the whole question
_READINGS = frozenset({"two_readings", "after_unread"})


def told_apart(asked: Clarification, names: Names, today: date) -> Clarification:
    """The question back with each reading of the whole restated, where these tell the readings apart; what remains
    of a question of which words are left out is sent back as it was typed."""
    told = [restate(each.request, names, today) for each in asked.choices if each.request is not None]
    without = asked.choices[0].id == "without"
    if not (without or asked.code in _READINGS) or len(set(told)) < len(asked.choices):
        return asked
    pairs = zip(asked.choices, told, strict=True)
    choices = (replace(each, label=text, message=each.message if without else text) for each, text in pairs)
    return replace(asked, choices=tuple(choices))
