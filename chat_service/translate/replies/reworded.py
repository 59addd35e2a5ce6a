"""A question in other words: with a word read in one way; and whether a word is a part of another name."""

from __future__ import annotations

from chat_service.language.words.kinds import kinds_of, words_of
from chat_service.outcomes import Language
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.replies.sentences import beside_text
from chat_service.translate.stops import Doubt

ENDS = " 。.?？!！"
LOOSE = " ,，、;；:：-"
_NAMING = frozenset({"n", "N", ""})


def in_a_name(unknown: tuple[int, int], frame: Frame) -> bool:
    """Whether a word that is not understood makes another name: net revenue *retention*, sales *target*, 上海*滩*.

    Without it the question would be about something else, which is no offer.
    """
    word = frame.lattice.text(*unknown)
    names = kinds_of(word)[:1] in _NAMING or len(words_of(word)) > 1
    before = {e.category for e in frame.covering.edges if e.end == unknown[0]}
    return bool(names and before & {"measure", "bound"}) or ("values" in before and not word.isascii())


def with_reading(frame: Frame, doubt: Doubt, label: str, language: Language) -> str:
    """The question as typed with the word in doubt replaced by what it is read as."""
    text = frame.lattice.folded.original
    if doubt.end <= doubt.start:
        return label
    start, end = frame.lattice.span(doubt.start, doubt.end)
    if doubt.code == "which_measure":
        return beside_text("by", language, label, text[start:], text.rstrip(ENDS))
    return text[:start] + label + text[end:]
