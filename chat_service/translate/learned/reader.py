"""Reads a question as a request by what questions in such words were read as, and says how likely a request is.

    question, what it names, the request before -> network -> words of a request -> a request

It knows one model, whose names it learned; of another it reads nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from chat_service.language.folding import fold
from chat_service.language.tokens import sentences
from chat_service.outcomes import Question
from chat_service.translate.learned.literals import Named
from chat_service.translate.learned.network import Network
from chat_service.translate.learned.page import Page
from chat_service.translate.learned.pieces import Pieces
from chat_service.translate.learned.plain import is_same, keeps_to, plain, request_of
from chat_service.translate.learned.script import ASKED, END, REFUSED, START, UnreadableError
from chat_service.translate.learned.unsaid import unsaid
from chat_service.translate.learned.vocabulary import Vocabulary
from chat_service.translate.meaning.relations import Structure, structure_of
from chat_service.translate.senses import (
    BehaviourSense,
    DimensionSense,
    EntitySense,
    ListSense,
    Mention,
    MetricSense,
    Sense,
    ValueSense,
)
from semantic_layer import FieldFilter, ListQuery, MetricFilter, MetricQuery, Model, ProfileQuery, Request

WEIGHTS = Path(__file__).with_name("weights.npz")
_MOST_WORDS, _MOST_WRITTEN, _WIDTH, _MOSTLY, _MOST_CODES, _MOST_SENTENCES = 120, 72, 4, 0.5, 24, 4
_OPEN = frozenset({"P:last12"})  # what a trend is of where no time is said


@dataclass(frozen=True)
class Guess:
    """A request that a question may ask for, and its probability (0..1); None where there is none; with
    `asks`, for one that takes a question back; with `again`, for what was just answered: it was not understood."""

    request: Request | None
    chance: float
    asks: bool = False
    again: bool = False


class LearnedReader:
    """Reads questions about one model."""

    def __init__(self, model: Model) -> None:
        self._model, self._structure = model, structure_of(model)
        known = frozenset(name for part in (model.metrics, model.dimensions) for name in part)
        names = _names()
        self.fits = sum(each in known for each in names) >= _MOSTLY * len(names)
        """Whether the model is the one that was learned, or mostly so."""

    def open(self, question: Question, mentions: Sequence[Mention]) -> Opened | None:
        """A question as the network has understood it; None of one that is longer than any that it learned from."""
        page = Page(question, mentions, self._model)
        network, vocabulary = _learned()
        said = vocabulary.numbered(page.laid_out())
        return Opened(page, self._structure, network, vocabulary, said) if said and page.is_whole else None

    def sentences(self, question: Question, mentions: Sequence[Mention]) -> tuple[Opened, ...]:
        """Each sentence of a question that names something as if it were the question; none of a single sentence."""
        folded, found = fold(question.text), []
        parts = sentences(folded.text)
        for start, end in parts if len(parts) > 1 else ():
            own = [each for each in mentions if start <= each.start and each.end <= end and each.senses]
            moved = [replace(each, start=each.start - start, end=each.end - start) for each in own]
            found.append(self.open(replace(question, text=folded.typed(start, end)), moved) if own else None)
        return tuple(each for each in found if each is not None)[-_MOST_SENTENCES:]


class Opened:
    """A question understood: what it may ask for, and how likely a request is that."""

    def __init__(
        self,
        page: Page,
        structure: Structure,
        network: Network,
        vocabulary: Vocabulary,
        said: Sequence[tuple[int, int]],
    ) -> None:
        self._structure, self._network, self._vocabulary = structure, network, vocabulary
        self._script, self._model, self._mentions = page.script, page.model, page.mentions
        self._text = page.question.text
        self._before = page.question.previous.request if page.question.previous is not None else None
        self._memory = network.memory([number for number, _ in said], [part for _, part in said])
        self._start, self._end = vocabulary.word(START), vocabulary.word(END)
        self._chances: dict[tuple[str, ...], float] = {}
        self._written: dict[int, tuple[Request, tuple[str, ...]]] = {}

    def can_tell(self, request: Request) -> bool:
        """Whether a request is no longer than any that was learned from, and of words that were learned: not of the key
        of a customer, nor of a metric that was added to the model since."""
        words = self.words(request)
        if isinstance(request, ProfileQuery):
            return False
        return len(words) <= _MOST_WORDS and all(map(self._vocabulary.knows, words))

    def words(self, request: Request) -> tuple[str, ...]:
        """A request as it is written here."""
        if id(request) not in self._written:
            self._written[id(request)] = request, self._script.written(plain(request, self._model))
        return self._written[id(request)][1]

    def chance(self, request: Request) -> float:
        """How likely a request is what is asked for (0..1)."""
        words = self.words(request)
        if words not in self._chances:
            numbers = [self._vocabulary.word(each) for each in words]
            self._chances[words] = float(np.exp(self._network.likelihood(self._memory, numbers, self._start).sum()))
        return self._chances[words]

    def guesses(self) -> tuple[Guess, ...]:
        """What may be asked for, the likeliest first; a refusal or a question back as no request."""
        found = []
        for numbers, logs in self._network.written(self._memory, self._start, self._end, _MOST_WRITTEN, _WIDTH):
            words = [self._vocabulary.words[each] for each in numbers]
            try:
                request = self._request(words)
            except (UnreadableError, ValidationError):
                continue  # a text that is no request is none of the guesses
            chance = float(np.exp(logs))
            if request is None:
                found.append(Guess(None, chance, asks=words[0] == ASKED))
            elif self._before is not None and is_same(request, self._before, self._model):
                found.append(Guess(None, chance, again=True))
            elif not self.is_amiss(request):
                found.append(Guess(request, chance))
        return tuple(found)

    def unheld(self, request: Request) -> int:
        """How many measures the question names that a request does not hold, nor anything else the same words mean."""
        held = self._held(request)
        sole = (each for each in self._mentions if each.senses and all(isinstance(s, MetricSense) for s in each.senses))
        out = [each for each in sole if not any(one.start < each.end and each.start < one.end for one in held)]
        return len({(each.start, each.end) for each in out})

    def unsaid(self, request: Request, within: str | None = None) -> int:
        """How many words that turn a request this one does not hold, of the question or of a part of it; a name that
        nobody knows is one wherever it stands."""
        kept = (each for each in self._mentions if within is None or not each.senses or each.text in within.lower())
        turning = unsaid(plain(request, self._model), self._text, tuple(kept), self._structure)
        return turning + self._forsaken(request) + self._invents_time(request)

    def left_out(self, request: Request) -> tuple[Named, ...]:
        """What the question names and a request does not hold, nor anything else that the same words may name.

        A time or a value that is held is not left out where it is said again; a number may be one of something else.
        """
        written, here = set(self.words(request)), self._script.here
        held = [named for number, named in enumerate(here) if any(_is_at(number, word) for word in written)]
        said = {(each.kind, each.value) for each in held if each.kind != "number"}
        held += [each for each in here if (each.kind, each.value) in said]
        return tuple(each for each in here if not any(own.start < each.end and each.start < own.end for own in held))

    def _held(self, request: Request) -> list[Mention]:
        """The mentions of names that a request holds."""
        written = {word[1:].partition("__")[0] for word in self.words(request) if word.startswith("=")}
        return [each for each in self._mentions if any(not written.isdisjoint(_named(sense)) for sense in each.senses)]

    def _forsaken(self, request: Request) -> int:
        """How much a request leaves out in a sentence of which it holds something: numbers that tell an amount, and of
        two times or two values of a kind the other one."""
        out = self.left_out(request)
        kinds = {(each.kind, each.about) for each in self._script.here if each not in out and each.kind != "number"}
        told = [each for each in out if (each.kind, each.about) in kinds or self._is_amount(each)]
        parts = sentences(fold(self._text).text) if told else []
        held = [each.start for each in self._held(request)] if told else []
        asked = [(start, end) for start, end in parts if any(start <= at < end for at in held)]
        return sum(any(start <= each.start < end for start, end in asked) for each in told)

    def _invents_time(self, request: Request) -> bool:
        """Whether a request is of a time that nobody named, no trend's."""
        named = self._before is not None or any(each.date is not None for each in self._mentions)
        return not named and not _OPEN.issuperset(word for word in self.words(request) if word.startswith("P:"))

    def _is_amount(self, number: Named) -> bool:
        """Whether a number is one that something is compared with (over 500, 五百以上), or stands in figures."""
        if number.kind != "number":
            return False
        text = fold(self._text).text
        return any(map(str.isdigit, number.text)) or any(
            (each.words("prefix") and not text[each.end : number.start].strip())
            or (each.words("suffix") and not text[number.end : each.start].strip())
            for each in self._mentions
            if each.end <= number.start or number.end <= each.start
        )

    def is_amiss(self, request: Request) -> bool:
        """Whether nobody asks so: of nobody, of one group, of others than those of the answer before who are meant; one
        customer, where something else is named as well (an order's number, what to change)."""
        if isinstance(request, ProfileQuery) and (self.unheld(request) or self.left_out(request)):
            return True
        if (
            _is_of_nobody(request)
            or self._exceeds(request)
            or (self._before is None and _is_of_one_group(request))
            or self._invents(request)
        ):
            return True
        return self._before is not None and self._points and self._forgets(request, self._before)

    def _exceeds(self, request: Request) -> bool:
        """Whether a part of a whole is to be more than the whole: a refund rate of over 500 %."""
        if not isinstance(request, MetricQuery):
            return False
        parts = (each for each in request.having if each.column in self._model.metrics)
        return any(self._structure.is_part(each.column) and min(each.values, default=0) > 1 for each in parts)

    def _invents(self, request: Request) -> bool:
        """Whether a request holds a city, a product or another of what has names that the question does not name.

        Such values are pointed at; only the codes of small sets are known by other words.
        """
        field, within = "", False
        for last, word in itertools.pairwise(self.words(request)):
            field = word.removeprefix("=") if last == "field:" else field
            within = (within or last == "values:") and last != "]"
            if within and word.startswith("=") and self._has_names(field):
                return True
        return False

    def _has_names(self, field: str) -> bool:
        of = self._model.dimensions.get(field)
        return of is not None and of.type == "text" and not 0 < len(of.home.definition.values) <= _MOST_CODES

    @property
    def _points(self) -> bool:
        """Whether a word stands for those of the answer before: they, 这些客户."""
        return any("those" in each.words("follow") for each in self._mentions)

    def _forgets(self, request: Request, before: Request) -> bool:
        """Whether a request is not of those whom the one before was of: of its conditions, the first so many of it."""
        usual = ListQuery.model_fields["limit"].default
        first = isinstance(before, ListQuery) and before.limit not in (usual, None)
        return not keeps_to(request, before, self._model) or (first and not isinstance(request, ListQuery))

    def _request(self, words: Sequence[str]) -> Request | None:
        return None if words[0] in (REFUSED, ASKED) else request_of(self._script.read(words), self._model)


def _is_at(number: int, word: str) -> bool:
    return word.partition(".")[0] == f"@{number}"


def _is_of_nobody(request: Request) -> bool:
    """Whether those are asked for who did something, once or more than so often, and did not do it in the same time."""
    filters = request.filters if isinstance(request, MetricQuery | ListQuery) else ()
    told = [each for each in filters if isinstance(each, MetricFilter)]
    what = [(each.op, each.values, each.model_copy(update={"op": "=", "values": (0,)})) for each in told]
    did_not = [each for op, values, each in what if op == "=" and values == (0,)]
    return any(each in did_not for op, _, each in what if op in (">", ">="))


def _is_of_one_group(request: Request) -> bool:
    """Whether a request groups by a field that a filter holds to one value: nobody asks for a single group so."""
    if not isinstance(request, MetricQuery):
        return False
    kept = {each.field for each in request.filters if isinstance(each, FieldFilter) and each.op == "="}
    return not kept.isdisjoint(request.group_by)


def _named(sense: Sense) -> tuple[str, ...]:
    """The names that a request holds where it holds a sense."""
    match sense:
        case MetricSense(name) | DimensionSense(name) | BehaviourSense(name) | ListSense(name) | EntitySense(name):
            return (name,)
        case ValueSense(dimension):
            return (dimension,)
    return ()


@lru_cache(maxsize=1)
def _learned() -> tuple[Network, Vocabulary]:
    """The network, and what it knows texts and requests by."""
    with np.load(WEIGHTS) as kept:
        arrays = {name: kept[name] for name in kept.files}
    pieces, words = (_texts(arrays.pop(each)) for each in ("pieces", "words"))
    return Network(arrays), Vocabulary(len(pieces), Pieces(pieces, arrays.pop("scores").tolist()), words)


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    """The names of the model that was learned."""
    with np.load(WEIGHTS) as kept:
        return _texts(kept["names"])


def _texts(kept: np.ndarray) -> tuple[str, ...]:
    return tuple(kept.tobytes().decode().split("\n"))


__all__ = ["WEIGHTS", "Guess", "LearnedReader", "Opened"]
