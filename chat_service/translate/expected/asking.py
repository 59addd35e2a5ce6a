"""An answer that the rules are not sure of is put to the asker first: one choice, the request in words."""

from __future__ import annotations

from chat_service.outcomes import Answerable, Choice, Clarification, Outcome, Question
from chat_service.translate.replies.reworded import ENDS
from chat_service.translate.replies.sentences import question_text

# a follow-up says little, so that little can be told from its words; what it goes on from stands above it
_SHORTER = 0.2


def asked_if_unsure(outcome: Outcome, question: Question, least: float) -> Outcome:
    """The outcome; a question back where its reading is less sure than `least` (0..1). What was chosen is sure."""
    if not isinstance(outcome, Answerable) or outcome.reading.confidence >= least - _SHORTER * _follows(outcome):
        return outcome
    if "nothing_understood" in outcome.reading.basis:
        return outcome  # a choice was taken, and no words were read
    said = question.text.strip(ENDS)
    text = question_text("unsure", said, outcome.reading.language)
    return Clarification("unsure", said, text, (Choice("as_read", said, said, outcome.request),), outcome.reading)


def _follows(outcome: Answerable) -> bool:
    return "follow_up" in outcome.reading.basis


__all__ = ["asked_if_unsure"]
