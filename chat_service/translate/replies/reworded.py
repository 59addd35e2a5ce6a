"""A question in other words: without what was not understood, with a word read in one way, as its reading says it."""

from __future__ import annotations

from chat_service.language.words.kinds import kinds_of, words_of
from chat_service.outcomes import Language
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.replies.sentences import beside_text
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.stops import Doubt

ENDS = " 。.?？!！"
LOOSE = " ,，、;；:：-"
_NAMING = frozenset({"n", "N", ""})


def restated(one: Assembly, other: Assembly) -> tuple[str, str]:
    """Two readings in their own words: the items of each, and what those are that both have and read otherwise."""
    mine, theirs = _told(one), _told(other)
    return _joined(one, mine, theirs), _joined(other, theirs, mine)


def _told(assembly: Assembly) -> dict[tuple[int, int], str]:
    """What each item is, as people call it, by its place."""
    model, found = assembly.scope.model, {}
    for use in assembly.uses:
        name = use.resolved.partition(":")[0]
        if name in model.metrics:
            found[use.item.start, use.item.end] = assembly.metric_label(name)
        elif use.role in ("value", "dimension", "grouping") and name:
            known = name in model.dimensions or name in model.grains
            found[use.item.start, use.item.end] = assembly.dimension_label(name) if known else name
    return found


def _joined(assembly: Assembly, own: dict[tuple[int, int], str], others: dict[tuple[int, int], str]) -> str:
    frame, said = assembly.frame, []
    for item in frame.items:
        place = item.start, item.end
        told = own.get(place)
        apart = told is not None and told != others.get(place)
        said.append(f"{frame.text(item)} ({told})" if apart else frame.text(item))
    return " | ".join(said)


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
