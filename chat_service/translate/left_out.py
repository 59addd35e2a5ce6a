"""A question that has no answer, offered without what stops it: words, the phrase or the clause that holds them.

    text -> what stops it -> the text without -> read again, least left out first -> up to three different requests

Nothing is answered so: the asker is told what is left out, and chooses. What turns a question around (not, except) or
reckons (average, share of) is never left out: without it another question would be offered. The search is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import pairwise, takewhile

from chat_service.language.dates.mention import DateMention
from chat_service.language.words.kinds import is_about, kinds_of
from chat_service.outcomes import Answerable, Choice, Clarification, DefinitionAsked, Outcome
from chat_service.translate.checks.refusals import FINAL
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.replies.reworded import ENDS, LOOSE, in_a_name
from chat_service.translate.rivals import Readings
from chat_service.translate.senses import Mention, NumberSense, Sense, ValueSense, WordSense
from chat_service.translate.stops import Denial
from chat_service.translate.words.clauses import clauses, whole_words
from chat_service.translate.words.lattice import Lattice, mentions
from chat_service.translate.words.lexicon import Lexicon
from chat_service.translate.words.scope import SpentError
from semantic_layer import ListQuery, MetricQuery, Request

Reads = Callable[[str], tuple[Readings, Outcome | None]]
_Asked = Request | tuple[str, ...]  # a request, or metrics whose meaning is asked for
_Places = tuple[tuple[int, int], ...]
_TURNS = ("negation", "exclusion", "average", "statistic", "share", "rate", "cumulative")
_OF_NO_MEASURE = frozenset({"missing_metric", "which_metric", "how_things_are"})
_MOST_READ, _MOST_AFTER, _MOST_WORDS, _MOST_OFFERED, _MOST_FAULTS = 12, 3, 200, 3, 2
# what it costs to leave out: a number, but of a few things; a time; a name that the rest does not have; a word that is
# not understood; any other
_NUMBER, _TIME, _NAME, _STRANGE, _PLAIN, _FEW = 3.0, 2.0, 1.0, 0.3, 0.1, 10
_DEAREST, _NEAR, _FEW_LOST = 2.5, 0.5, 2


@dataclass(frozen=True, order=True)
class _Less:
    """The question without some of its words, and what they cost."""

    cost: float
    number: int
    text: str = field(compare=False)
    left_out: tuple[str, ...] = field(compare=False)
    ranks: bool = field(default=False, compare=False)
    """Whether a word of an order is among them."""


@dataclass(frozen=True)
class LeftOut:
    """What is left out of a question for the first choice, and the questions that remain."""

    words: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()


def without_words(text: str, found: Readings, reads: Reads, lexicon: Lexicon) -> LeftOut:
    """The questions that remain without what stops one, least left out first; nothing where none does."""
    seen, waiting, dearest, words = {text}, [_Less(0.0, 0, text, ())], _DEAREST, 0
    out: tuple[str, ...] = ()
    choices: dict[_Asked, Choice] = {}
    left = _MOST_READ
    while waiting and left and waiting[0].cost <= dearest and words <= _MOST_WORDS and len(choices) < _MOST_OFFERED:
        left -= 1
        less, outcome = heappop(waiting), None
        if less.left_out:
            try:
                found, outcome = reads(less.text)
            except SpentError:
                break  # what was found till then is offered
            words += len(found.frame.lattice.tokens)
        fresh = {} if outcome is None or _lost_more(less, found, lexicon) else _choices(outcome, less, found)
        if fresh:
            out, dearest = out or less.left_out, min(dearest, less.cost + _NEAR)
            left = min(left, _MOST_AFTER)
            choices = choices | {key: one for key, one in fresh.items() if not _asks_less(key, choices)} | choices
        for more in () if fresh else _lesser(less.text, found, lexicon):
            if more.text not in seen:
                seen.add(more.text)
                told = (*less.left_out, *more.left_out)
                heappush(waiting, _Less(less.cost + more.cost, len(seen), more.text, told, less.ranks or more.ranks))
    numbered = enumerate(list(choices.values())[:_MOST_OFFERED], 1)
    return LeftOut(out, tuple(replace(each, id=f"without_{n}" if n > 1 else "without") for n, each in numbered))


def _lost_more(less: _Less, found: Readings, lexicon: Lexicon) -> bool:
    """Whether more is left out of a question than it still names: what remains is about something else."""
    named = sum(bool(_named(part)) for part in mentions(found.frame.lattice, lexicon))
    return len(less.left_out) > max(named, _FEW_LOST)


def _asks_less(one: _Asked, others: Collection[_Asked]) -> bool:
    """Whether a request has less of what is measured than another."""
    metrics = [set(each.metrics) for each in others if isinstance(each, MetricQuery)]
    return isinstance(one, MetricQuery) and any(set(one.metrics) < each for each in metrics)


def _choices(outcome: Outcome | None, less: _Less, read_: Readings) -> dict[_Asked, Choice]:
    """What is left is read as: one request, the meaning of metrics, or the choices of its own doubt.

    No number that was not asked for, no list of all, and no order the other way than a word said that is left out;
    where one value is set against another (gold members than silver), nothing that has both as one.
    """
    text, found = less.text, dict[_Asked, Choice]()
    match outcome:
        case Answerable(request=request):
            found = {request: Choice("", text, text, request)}
        case DefinitionAsked(metrics=metrics):
            found = {metrics: Choice("", text, text)}
        case Clarification(code=code, choices=choices) if code not in _OF_NO_MEASURE:
            found = {each.request: each for each in choices if each.request is not None}
    if _sets_against(read_.found[0].assembly.frame if read_.found else read_.frame):
        found = {key: each for key, each in found.items() if isinstance(key, MetricQuery) and key.group_by}
    lists_all = (key for key in found if isinstance(key, ListQuery) and not key.filters)
    ordered = (key for key in found if less.ranks and isinstance(key, MetricQuery) and key.order_by)
    return {key: each for key, each in found.items() if key not in {*lists_all, *ordered}}


def _sets_against(frame: Frame) -> bool:
    """Whether values that are taken together are set one against the other."""
    values = (edge for edge in frame.covering.edges if edge.category == "values")
    return any(leaf.category.startswith("comparison") for edge in values for leaf in edge.leaves())


def _lesser(text: str, found: Readings, lexicon: Lexicon) -> Iterator[_Less]:
    """The question without what stops it."""
    folded = found.frame.lattice.folded
    parts = whole_words(mentions(found.frame.lattice, lexicon), lexicon)
    for places in _stretches(found, parts):
        left = [part for part in parts if any(part.start < end and start < part.end for start, end in places)]
        if not left or len(left) == len(parts) or any(_turns(found.frame.lattice, *place) for place in places):
            continue
        kept = " ".join(part.text for part in parts if part not in left)
        cost = sum(_cost(part, kept) * _held(part, places) for part in left)
        ranks = any(part.words("rank") and after.senses for part, after in pairwise((*left, left[0])))
        spans = [folded.span(*place) for place in places]
        said = tuple(text[first:last] for first, last in spans)
        for gap in (" ", ", ") if any(_joins(parts, *place) for place in places) else (" ",):
            rest, at = "", 0
            for first, last in spans:
                rest, at = rest + text[at:first] + (gap if text[first].isascii() else ""), last
            rest = " ".join((rest + text[at:]).replace(" , ", ", ").split()).strip(LOOSE).lstrip(ENDS)
            yield _Less(cost, 0, rest, said, ranks)


def _joins(parts: Sequence[Mention], start: int, end: int) -> bool:
    """Whether a stretch stands between two names, so that it may have set one beside the other."""
    before = [part for part in parts if part.end <= start][-1:]
    behind = [part for part in parts if part.start >= end and not part.is_filler][:1]
    return bool(before and behind and _named(before[0]) and _named(behind[0]))


def _stretches(found: Readings, parts: Sequence[Mention]) -> Iterator[_Places]:
    """What may be left out: the words that stop the question, with what only belongs to them, their whole clause."""
    places = tuple(clauses(found.frame.lattice.folded, parts))
    for faults in _faults(found, parts):
        if not any(whole for _, _, whole in faults):
            yield tuple((start, end) for start, end, _ in faults)
            yield tuple(_with_beside(parts, start, end) for start, end, _ in faults)
        yield tuple(each for each in places if any(start < each[1] and each[0] < end for start, end, _ in faults))


def _with_beside(parts: Sequence[Mention], start: int, end: int) -> tuple[int, int]:
    """A stretch with the words beside it that say nothing alone: 还停在, 最难看."""
    before = takewhile(_leads, reversed([part for part in parts if part.end <= start]))
    behind = takewhile(_follows, (part for part in parts if part.start >= end))
    return min((start, *(part.start for part in before))), max((end, *(part.end for part in behind)))


def _leads(part: Mention) -> bool:
    return _follows(part) or {s.role for s in part.senses if isinstance(s, WordSense)} == {"rank"}


def _follows(part: Mention) -> bool:
    return part.is_filler and any(map(str.isalnum, part.text))


def _faults(found: Readings, parts: Sequence[Mention]) -> Iterator[tuple[tuple[int, int, bool], ...]]:
    """The places that stop a question: all that is not understood together, else each thing that no request shows;
    and whether they go only with their clause: another name of a measure, or what this service does not do."""
    frame, folded = found.frame, found.frame.lattice.folded.text
    if frame.unknown:
        places: dict[tuple[int, int, bool], None] = {}
        for each in frame.unknown:
            start, end = _place(frame.lattice, *each)
            inside = [part for part in parts if not part.senses and part.start < end and start < part.end]
            start, end = min([start, *(p.start for p in inside)]), max([end, *(p.end for p in inside)])
            start, end = folded.rfind(" ", 0, start) + 1 if folded[start].isascii() else start, end
            joins = not kinds_of(folded[start:end]) and _joins(parts, start, end)
            places[start, end, in_a_name(each, frame) and not joins] = None
        yield tuple(places)
        return
    stopped: dict[tuple[int, int, bool], None] = {}
    for read_as, stop in found.stops:
        words, final = stop.reason.subject.lower(), stop.reason.code in FINAL
        if isinstance(stop.reason, Denial) and words and folded.count(words) == 1:
            stopped[folded.find(words), folded.find(words) + len(words), final] = None
        elif stop.item is not None:
            stopped[(*_place(read_as.lattice, stop.item.start, stop.item.end), final)] = None
    for place in list(stopped)[:_MOST_FAULTS]:
        yield (place,)


def _place(lattice: Lattice, start: int, end: int) -> tuple[int, int]:
    return lattice.tokens[start].fstart, lattice.tokens[end - 1].fend


def _turns(lattice: Lattice, start: int, end: int) -> bool:
    """Whether a question without a stretch would be another: 哪些 without the 品类 it asks for, *first* month too."""
    placed = [(leaf.category, *_place(lattice, leaf.start, leaf.end)) for leaf in lattice.leaves]
    text, inside = lattice.folded.text, [each for each, first, last in placed if start <= first and last <= end]
    asked = any(each == "ask" and last <= start and not text[last:start].strip() for each, _, last in placed)
    of_unit = any(
        each.startswith("grain_noun") and end <= first and not text[end:first].strip() for each, first, _ in placed
    )
    more = ("dimension",) * asked + ("rank", "number") * of_unit
    return any(each.startswith((*_TURNS, *more)) for each in inside)


def _held(part: Mention, places: _Places) -> float:
    """How much of a part is left out."""
    inside = sum(max(0, min(end, part.end) - max(start, part.start)) for start, end in places)
    return inside / (part.end - part.start)


def _cost(part: Mention, kept: str) -> float:
    if not part.senses:
        return _STRANGE
    named = _named(part)
    if any(isinstance(s, NumberSense) and (s.unit == "percent" or s.value > _FEW) for s in named):
        return _NUMBER
    if any(isinstance(s, DateMention) for s in named):
        return _TIME
    return _NAME if named and not is_about(part.text, kept) else _PLAIN


def _named(part: Mention) -> list[Sense]:
    """What a part names of the model, and times and numbers."""
    return [s for s in part.senses if not isinstance(s, WordSense) and not (isinstance(s, ValueSense) and s.weak)]
