"""A question that has no answer, offered without the words that stop it.

Nothing is answered so: the asker is told what is left out, and chooses. Never left out is what turns a question around
(not, except), reckons (average, share of) or makes another name: without it another question would be offered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chat_service.outcomes import Answerable, Choice, DefinitionAsked, Outcome
from chat_service.translate.checks.refusals import WHOLE
from chat_service.translate.replies.reworded import ENDS, LOOSE, in_a_name
from chat_service.translate.rivals import Readings
from chat_service.translate.stops import Denial
from chat_service.translate.words.lattice import Lattice
from chat_service.translate.words.scope import SpentError
from semantic_layer import ListQuery, MetricQuery

Reads = Callable[[str], Outcome | None]
_Places = tuple[tuple[int, int], ...]
_TURNS = ("negation", "exclusion", "average", "statistic", "share", "rate", "cumulative")
_MOST_READ, _MOST_LEFT_OUT = 3, 2


@dataclass(frozen=True)
class LeftOut:
    """What is left out of a question, and the question that remains."""

    words: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()


def without_words(text: str, found: Readings, reads: Reads) -> LeftOut:
    """The question that remains without what stops one; nothing where none does."""
    lattice = found.frame.lattice
    for places in list(_faults(found))[:_MOST_READ]:
        spans = [lattice.folded.span(*place) for place in places]
        rest = _cut(text, spans)
        if not rest or any(_turns(lattice, *place) for place in places):
            continue
        try:
            choice = _choice(reads(rest), rest, ranks=any(_holds(lattice, "rank", *place) for place in places))
        except SpentError:
            break
        if choice is not None:
            return LeftOut(tuple(text[first:last] for first, last in spans), (choice,))
    return LeftOut()


def _faults(found: Readings) -> Iterator[_Places]:
    """The places that stop a question: all that is not understood together, else each thing that no request shows."""
    frame, folded = found.frame, found.frame.lattice.folded.text
    if frame.unknown:
        if len(frame.unknown) <= _MOST_LEFT_OUT and not any(in_a_name(each, frame) for each in frame.unknown):
            yield tuple(_whole(folded, *_place(frame.lattice, *each)) for each in frame.unknown)
        return
    for read_as, stop in found.stops:
        words = stop.reason.subject.lower()
        if stop.reason.code in WHOLE:
            continue
        if isinstance(stop.reason, Denial) and words and folded.count(words) == 1:
            yield ((folded.find(words), folded.find(words) + len(words)),)
        elif stop.item is not None:
            yield (_place(read_as.lattice, stop.item.start, stop.item.end),)


def _place(lattice: Lattice, start: int, end: int) -> tuple[int, int]:
    return lattice.tokens[start].fstart, lattice.tokens[end - 1].fend


def _whole(folded: str, start: int, end: int) -> tuple[int, int]:
    """A place with the rest of its word, in a language that writes words apart."""
    return (folded.rfind(" ", 0, start) + 1 if folded[start].isascii() else start), end


def _cut(text: str, spans: list[tuple[int, int]]) -> str:
    rest, at = "", 0
    for first, last in spans:
        rest, at = rest + text[at:first] + (" " if text[first].isascii() else ""), last
    return " ".join((rest + text[at:]).replace(" , ", ", ").split()).strip(LOOSE).lstrip(ENDS)


def _turns(lattice: Lattice, start: int, end: int) -> bool:
    """Whether a question without a stretch would be another; 月 right before 均 says an average with it."""
    joined = start if lattice.folded.text[start].isascii() else end + 1
    return any(_holds(lattice, each, start, max(end, joined)) for each in _TURNS)


def _holds(lattice: Lattice, category: str, start: int, end: int) -> bool:
    """Whether a stretch has a word of a category in it."""
    leaves = (leaf for leaf in lattice.leaves if leaf.category.startswith(category))
    places = (_place(lattice, leaf.start, leaf.end) for leaf in leaves)
    return any(start <= first and last <= end for first, last in places)


def _choice(outcome: Outcome | None, text: str, *, ranks: bool) -> Choice | None:
    """What is left, where it is a request or asks for a meaning: no list of all, and no order where the words for one
    (`ranks`) are left out."""
    match outcome:
        case Answerable(request=ListQuery(filters=())):
            return None
        case Answerable(request=MetricQuery(order_by=(_, *_))) if ranks:
            return None
        case Answerable(request=request):
            return Choice("without", text, text, request)
        case DefinitionAsked():
            return Choice("without", text, text)
    return None
