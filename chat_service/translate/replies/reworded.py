"""A question in other words: without what was not understood, with a word read in one way, as its reading says it."""

from __future__ import annotations

from chat_service.outcomes import Language
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.stops import Doubt

ENDS = " 。.?？!！"


def restated(frame: Frame) -> str:
    """A reading in its own words: the items of the frame, each as it was read."""
    return " | ".join(frame.text(item) for item in frame.items)


_NAMES = frozenset({"measure", "bound", "values", "entity", "group", "listed", "field"})


def in_a_name(unknown: tuple[int, int], frame: Frame) -> bool:
    """Whether a word that is not understood stands right at a name: net revenue *retention* is no revenue."""
    edges = frame.covering.edges
    return any(
        edge.category in _NAMES
        and (edge.start == unknown[1] or (edge.end == unknown[0] and edge.category == "measure"))
        for edge in edges
    )


def without_unknown(text: str, frame: Frame) -> str:
    """The question as typed without what was not understood."""
    kept = []
    at = 0
    for start, end in (frame.lattice.span(a, b) for a, b in frame.unknown):
        kept.append(text[at:start])
        at = end
    return " ".join("".join((*kept, text[at:])).split())


def with_reading(frame: Frame, doubt: Doubt, label: str, language: Language) -> str:
    """The question as typed with the word in doubt replaced by what it is read as."""
    text = frame.lattice.folded.original
    if doubt.end <= doubt.start:
        return label
    start, end = frame.lattice.span(doubt.start, doubt.end)
    if doubt.code == "which_measure":
        return f"{label}{text[start:end]}{text[end:]}" if language == "zh" else f"{text.rstrip(ENDS)} by {label}"
    return text[:start] + label + text[end:]
