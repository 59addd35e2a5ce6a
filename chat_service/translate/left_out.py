"""A question that has no answer, offered without the words or the clauses that stop it.

Nothing is answered so: the asker is told what is left out, and chooses. No word is left out that turns a question
around (not, except), reckons (average, share of) or makes another name: without it another question would be offered.
Of clauses that stand beside a question (a scene, a reason) as few as can be are left out whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeGuard

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.outcomes import Answerable, Choice, Clarification, DefinitionAsked, Outcome
from chat_service.translate.checks.refusals import WHOLE
from chat_service.translate.replies.reworded import ENDS, LOOSE, in_a_name
from chat_service.translate.rivals import Readings
from chat_service.translate.senses import Names
from chat_service.translate.stops import Denial
from chat_service.translate.words.lattice import Lattice
from chat_service.translate.words.scope import SpentError
from semantic_layer import ListQuery, MetricQuery

Reads = Callable[[str], Outcome | None]
_Places = tuple[tuple[int, int], ...]
_TURNS = ("negation", "exclusion", "average", "statistic", "share", "rate", "cumulative", "only", "behaviour")
_MEASURES = ("metric", "ask")
_ASKED = frozenset({"how_things_are", "ambiguous_date"})  # by whoever reads it
# of what a clause that only sets a scene says nothing
_SAYS = (
    *(*_MEASURES, *_TURNS, "value", "dimension", "number", "date", "intent", "grouping", "included"),
    *("quantifier", "condition", "rank", "comparison", "amount"),
)
_MOST_READ, _MOST_LEFT_OUT, _MOST_CLAUSES = 3, 2, 9
# what parts sentences from each other, and what parts clauses
_ENDING, _PARTING = frozenset(".?!。…;-"), frozenset(".?!。…;-,:()[]")


@dataclass(frozen=True)
class LeftOut:
    """What is left out of a question, and the question that remains; what that comes to without a number, where what is
    left out are clauses that measure nothing else: the definition that it asks for, the question back that it takes."""

    words: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    instead: DefinitionAsked | Clarification | None = None


def without_words(text: str, found: Readings, reads: Reads) -> LeftOut:
    """The question that remains without what stops one; nothing where none does."""
    lattice = found.frame.lattice
    words = [each for each in _faults(found) if not any(_turns(lattice, *place) for place in each)]
    words = [each for each in words if not any(_says_how_much(lattice, *place) for place in each)]
    words = [each for each in words if not any(_is_part(text, lattice.folded.span(*place), found) for place in each)]
    clauses = list(islice(_beside(found), _MOST_CLAUSES))
    scenes = [each for each in clauses if _is_scene(lattice, each)]
    meaning = LeftOut()
    for places in dict.fromkeys((*scenes, *words[:_MOST_READ], *clauses)):
        spans = [lattice.folded.span(*place) for place in places]
        rest = _cut(text, spans)
        try:
            outcome = reads(rest) if rest else None
        except SpentError:
            break
        ranks = places in words and any(_holds(lattice, "rank", *place) for place in places)
        choice, said = _choice(outcome, rest, ranks=ranks), tuple(text[first:last] for first, last in spans)
        instead = outcome if places in clauses and _is_all(outcome, lattice, places) else None
        if instead is not None or (choice is not None and choice.request is not None):
            return LeftOut(said, () if choice is None else (choice,), instead)
        if choice is not None and not meaning.choices:
            meaning = LeftOut(said, (choice,))
    return meaning


def _says_how_much(lattice: Lattice, start: int, end: int) -> bool:
    """Whether what is left out stands right behind a figure, and may say of what it is (5 persent); or adds a time."""
    if lattice.folded.text[start:end] in word_set("adds_time"):
        return True
    numbers = (_place(lattice, leaf.start, leaf.end)[1] for leaf in lattice.leaves if leaf.category == "number")
    return any(not lattice.folded.text[at:start].strip() for at in numbers if at <= start < end)


def is_half_read(text: str, found: Readings) -> bool:
    """Whether a word that is not understood goes on from a slip that was read as something."""
    lattice = found.frame.lattice
    return any(_is_part(text, lattice.folded.span(*_place(lattice, *each)), found) for each in found.frame.unknown)


def _is_part(text: str, span: tuple[int, int], found: Readings) -> bool:
    """Whether what is left out goes on from a slip that was read as something: 犄角旮旯 is one word, and no 季."""
    said = text[slice(*span)]
    return any(f"{each.typed}{said}" in text or f"{said}{each.typed}" in text for each in found.corrections)


def _is_all(outcome: Outcome | None, lattice: Lattice, places: _Places) -> TypeGuard[DefinitionAsked | Clarification]:
    """Whether what is left out measures nothing but what a definition is asked of, and nothing at all else."""
    own = set(outcome.metrics) if isinstance(outcome, DefinitionAsked) else set()
    inside = [leaf for leaf in lattice.leaves if any(_is_in(leaf, lattice, *place) for place in places)]
    named = [leaf for leaf in inside if leaf.category in _MEASURES]
    told = all(isinstance(each.meaning, Names) and not own.isdisjoint(each.meaning.names) for each in named)
    return told and (isinstance(outcome, DefinitionAsked) or _asks_back(outcome))


def _asks_back(outcome: Outcome | None) -> TypeGuard[Clarification]:
    """Whether more has to be said, whoever reads it: how things are, which of two days."""
    return isinstance(outcome, Clarification) and outcome.code in _ASKED


def _beside(found: Readings) -> Iterator[_Places]:
    """The clauses that may stand beside a question: all that are not understood, or all but a run of such as are, the
    shortest first. Whole sentences may hold words of the model as well (a scene does); parts of them may not."""
    lattice = found.frame.lattice
    unknown = [_place(lattice, *each) for each in found.frame.unknown]
    if any(stop.reason.code in WHOLE for _, stop in found.stops):
        return
    for marks in (_ENDING, _PARTING):
        clauses = _clauses(lattice, marks)
        clear = [not any(first < end and start < last for start, end in unknown) for first, last in clauses]
        kept = _kept(clear) if 1 < len(clauses) <= _MOST_CLAUSES else ()
        told = {tuple(each for each, stays in zip(clauses, which, strict=True) if not stays) for which in kept} - {()}
        told = {each for each in told if marks == _ENDING or _is_scene(lattice, each)}
        yield from sorted(told, key=lambda each: (sum(last - first for first, last in each), each))


def _is_scene(lattice: Lattice, places: _Places) -> bool:
    """Whether what is left out says nothing that a request could hold."""
    return not any(_holds(lattice, kind, *place) for kind in _SAYS for place in places)


def _kept(clear: Sequence[bool]) -> Iterator[tuple[bool, ...]]:
    """Which clauses are kept: all that are clear, or a run of such; what is asked stands last more often than first."""
    many = len(clear)
    yield from (tuple(clear),) if any(clear) else ()
    for long in range(many - 1, 0, -1):
        for start in range(many - long, -1, -1):
            if all(clear[start : start + long]):
                yield tuple(start <= at < start + long for at in range(many))


def _clauses(lattice: Lattice, marks: frozenset[str]) -> list[tuple[int, int]]:
    """The stretches between marks, each with the mark that ends it."""
    found, start = [], 0
    for at, token in enumerate(lattice.tokens):
        ends = token.kind == "punctuation" and token.text in marks
        if ends and at > start:
            found.append(_place(lattice, start, at + 1))
        start = at + 1 if ends else start
    return [*found, _place(lattice, start, len(lattice.tokens))] if start < len(lattice.tokens) else found


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
    return any(_is_in(leaf, lattice, start, end) for leaf in leaves)


def _is_in(leaf: Edge, lattice: Lattice, start: int, end: int) -> bool:
    first, last = _place(lattice, leaf.start, leaf.end)
    return start <= first and last <= end


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
