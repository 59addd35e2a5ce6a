"""The offline translator: a question becomes a request, a question back, or a refusal, without a key or a network.

    text -> lattice -> chart -> readings, best first -> each decided -> Answerable | … | Clarification | Refusal
    -> beside it what a second, learned reader makes of the question -> how likely it is right, what else may be meant

Never raises for any text; the same question on the same model gives the same outcome.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache
from itertools import islice

from chat_service.language.folding import fold
from chat_service.language.grammar.chart import Grammar
from chat_service.language.grammar.rule import Edge
from chat_service.language.phrases import listed
from chat_service.language.tokens import cut
from chat_service.outcomes import (
    Answerable,
    Assumption,
    CatalogueAsked,
    Choice,
    Clarification,
    DefinitionAsked,
    Language,
    Outcome,
    Question,
    Refusal,
)
from chat_service.translate.checks.conflicts import ConflictError
from chat_service.translate.checks.refusals import FINAL, denied_at_sight, unknown_denial
from chat_service.translate.decide import GREETING, Decision, Definitions, decide
from chat_service.translate.going_on import after_unread, named_choice, needs_unread, replied
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.parse import frames, grammar_for, language_of, read
from chat_service.translate.left_out import is_half_read, without_words
from chat_service.translate.meaning.relations import structure_of
from chat_service.translate.replies.reading import CLOSE, make_reading, nothing_read
from chat_service.translate.replies.reworded import ENDS, with_reading
from chat_service.translate.replies.sentences import assumption_text, question_text, refusal_text, without_text
from chat_service.translate.replies.suggested import suggested
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.rivals import Reader, Readings, margin_of, rival_of, unmarked
from chat_service.translate.second import SecondReader
from chat_service.translate.senses import Mention
from chat_service.translate.stops import Denial, Doubt, LostError, StopError
from chat_service.translate.words.lattice import Lattice, as_typed, mentions
from chat_service.translate.words.lexicon import Extended, Lexicon, add_text, build_lexicon
from chat_service.translate.words.scope import Scope, SpentError
from chat_service.translate.words.spelling import Correction, Speller
from chat_service.translate.words.values import ValueIndex, ValueSource
from semantic_layer import MetricQuery, Model

MAX_CHARACTERS = 2000
_MOST_TOKENS, _MOST_LOOKED_UP = 160, 6
_SUGGESTED, _MOST_OF_OFFER, _MOST_KEPT = 3, 10, 512
# readings dearer than the best by more than this are none
_WORSE = 1.0


class OfflineTranslator:
    """Translates questions about one model. `values` is the index of its values, or where to read them from; `second`
    reads beside the rules."""

    def __init__(
        self,
        model: Model,
        values: ValueIndex | ValueSource | None = None,
        second: SecondReader | None = None,
    ) -> None:
        self._model, self._second = model, second
        self._index = values if isinstance(values, ValueIndex) else ValueIndex(model, values)
        self._structure = structure_of(model)
        self._lexicon = build_lexicon(model)
        for text, sense in self._index.words():
            add_text(self._lexicon, text, sense)
        self._speller = Speller(self._lexicon, self._index)
        self._grammar: Grammar | None = None
        self._reads_as = lru_cache(maxsize=_MOST_KEPT)(self._is_read_as)

    def translate(self, question: Question) -> Outcome:
        """What a question asks for."""
        language = language_of(question.text, question.language)
        text = fold(question.text[: MAX_CHARACTERS + 1]).text
        if not any(map(str.isalnum, text)):
            return self._refused(Denial("empty_question"), None, question, language)
        if len(question.text) > MAX_CHARACTERS or len(list(cut(text))) > _MOST_TOKENS:
            return self._refused(Denial("too_long"), None, question, language)
        chosen = named_choice(question)
        if chosen is not None:
            return Answerable(chosen, nothing_read(language))
        try:
            return self._translated(question, language)
        except SpentError:
            return self._refused(Denial("too_long"), None, question, language)

    def _translated(self, question: Question, language: Language) -> Outcome:
        scope = self._scope(question, language)
        text = read(question.text, scope)
        denial = denied_at_sight(text, self._model)
        if denial is not None:
            return self._refused(denial, None, question, language)
        pending = question.previous.pending if question.previous is not None else question.pending
        reply = replied(pending, self._frames(text, scope)[0]) if pending is not None else None
        if reply is not None and reply.request is not None:
            return Answerable(reply.request, nothing_read(language))
        found = self._read(text, question, scope)
        first, repaired = self._outcome(found, question, scope), found.frame.lattice
        if self._second is None or (isinstance(first, Refusal) and is_half_read(question.text, found)):
            return first
        said = mentions(repaired)
        mended = (replace(question, text=repaired.folded.text), said) if found.corrections else None
        return self._second.beside(first, question, as_typed(said, repaired.folded), mended)

    @property
    def values(self) -> ValueIndex:
        """The values of dimensions that it knows."""
        return self._index

    def mentions(self, question: Question) -> tuple[Mention, ...]:
        """The stretches of a question, with all that each can mean."""
        scope = self._scope(question, language_of(question.text, question.language))
        text = read(question.text, scope)
        return as_typed(mentions(text), text.folded)

    # --- reading ---

    def _read(self, text: Lattice, question: Question, scope: Scope, most: int | None = None) -> Readings:
        """Every reading of a text decided, or so many, its spelling repaired where nothing else explains a word."""
        readings = self._frames(text, scope)
        corrections: tuple[Correction, ...] = ()
        if readings[0].unknown:
            text, corrections = self._speller.repair(text, scope)
            readings = self._frames(text, scope) if corrections else readings
        best = readings[0]
        found: list[Reader] = []
        stops: list[tuple[Frame, StopError]] = []
        lost: list[Edge] = []
        for frame in readings[:most]:
            if frame.cost > min([best.cost + _WORSE, *(each.cost + CLOSE for each in found)]):
                break  # it is none, or too dear to change what is said of those found
            if frame.unknown or any(_vanishes(item, frame) for item in lost):
                continue
            scope.work.decide(len(text.tokens))
            assembly = Assembly(scope, self._index, frame)
            apart = (frame.text(e) for e in frame.covering.edges if e.category.startswith("function.occasion"))
            if told := tuple(dict.fromkeys(apart)):
                assembly.assume("set_aside", listed(told, scope.language))
            try:
                decision = decide(question, assembly)
            except StopError as stop:
                stops.append((frame, stop))
                lost.extend([stop.item] if isinstance(stop, LostError) else [])
                if (stop.reason.code in FINAL or isinstance(stop, ConflictError)) and not found:
                    break
                continue
            found.append(Reader(frame.cost + assembly.doubt + unmarked(frame), assembly, decision))
        found.sort(key=lambda each: each.cost)
        return Readings(best, corrections, tuple(found), tuple(stops))

    def _frames(self, text: Lattice, scope: Scope) -> tuple[Frame, ...]:
        if self._grammar is None:
            self._grammar = grammar_for(scope)
        scope.work.read(len(text.tokens))
        return frames(text, self._grammar)

    def _scope(self, question: Question, language: Language) -> Scope:
        """What rules may look at: with the values that a question names of dimensions too large to be held."""
        scope = Scope(self._model, self._structure, self._lexicon, question.today, language)
        if not self._index.incomplete:
            return scope
        text = read(question.text, scope)
        best = self._frames(text, scope)[0]
        many = len(best.unknown) > _MOST_LOOKED_UP
        pieces = [] if many else [piece for unknown in best.unknown for piece in _pieces(unknown, text)]
        values = self._index.looked_up(text.folded.text, pieces)
        if not values:
            return scope
        more = Lexicon()
        for words, sense in values:
            add_text(more, words, sense)
        return replace(scope, lexicon=Extended(self._lexicon, more))

    # --- outcomes ---

    def _outcome(self, read_: Readings, question: Question, scope: Scope) -> Outcome:
        if read_.found:
            return self._found(read_, question, scope)
        if read_.frame.unknown:
            denial = unknown_denial(read_.frame, read_.frame.unknown[0], scope, self._index)
            return self._without(denial, read_, question, scope)
        doubt = next(((f, s.reason) for f, s in read_.stops if isinstance(s.reason, Doubt)), None)
        first = read_.stops[0][1].reason if read_.stops else Denial("not_supported", question.text)
        if doubt is not None and doubt[1].code == "missing_metric" and question.unread:
            asked = after_unread(Reader(0.0, Assembly(scope, self._index, doubt[0]), Decision()), question)
            if isinstance(asked, Clarification):
                return asked
        if doubt is not None and (isinstance(first, Doubt) or first.code not in FINAL):
            return self._asked(doubt[1], doubt[0], read_.corrections, question, scope)
        assert isinstance(first, Denial), "a doubt was handled above"
        if first.code in FINAL:
            return self._refused(first, read_.frame, question, scope.language, read_.corrections)
        return self._without(first, read_, question, scope)

    def _found(self, read_: Readings, question: Question, scope: Scope) -> Outcome:
        best = read_.found[0]
        other = rival_of(read_.found)
        if other is not None:
            return self._two(best, other, read_, question, scope)
        if question.unread and needs_unread(best, question):
            asked = after_unread(best, question, read_.corrections)
            if isinstance(asked, Clarification):
                return asked
            return self._refused(asked, best.assembly.frame, question, scope.language, read_.corrections)
        return _answered(best, read_.corrections, scope.language, margin_of(read_.found))

    def _two(self, one: Reader, other: Reader, read_: Readings, question: Question, scope: Scope) -> Outcome:
        """Two readings that are equally good: the question back, with each as a ready choice."""
        said = question.text.strip(ENDS)
        requests = [each.decision.request for each in (one, other)]
        choices = [Choice(f"reading_{number}", said, said, each) for number, each in enumerate(requests, 1)]
        text = question_text("two_readings", said, scope.language)
        reading = make_reading(one.assembly.frame, scope.language, read_.corrections, one.assembly)
        return Clarification("two_readings", question.text, text, tuple(choices), reading)

    def _asked(
        self,
        doubt: Doubt,
        frame: Frame,
        corrections: tuple[Correction, ...],
        question: Question,
        scope: Scope,
    ) -> Outcome:
        """A question back, whose choices are complete requests; the answer itself where only one reading holds."""
        language = scope.language
        found: list[tuple[Choice, Reader]] = []
        last: Denial | None = None
        for option in doubt.options:
            assembly = Assembly(scope, self._index, frame, fixed={doubt.start: option.name, -1: option.name})
            try:
                decision = decide(question, assembly)
            except StopError as stop:
                last = stop.reason if isinstance(stop.reason, Denial) else last
                continue
            if decision.request is None or any(choice.request == decision.request for choice, _ in found):
                continue
            message = with_reading(frame, doubt, option.label, language)
            choice = Choice(option.name, option.label, message, decision.request)
            found.append((choice, Reader(frame.cost, assembly, decision)))
        if len(found) == 1:
            return _answered(found[0][1], corrections, language)
        if not found:
            denial = last or Denial("not_supported", doubt.subject)
            return self._refused(denial, frame, question, language, corrections)
        choices = tuple(choice for choice, _ in found[:4])
        text = question_text(doubt.code, doubt.subject, language)
        reading = make_reading(frame, language, corrections)
        return Clarification(doubt.code, doubt.subject, text, choices, reading)

    def _without(self, denial: Denial, read_: Readings, question: Question, scope: Scope) -> Outcome:
        """What words refuse is offered without them where that is a question; else they are named."""
        frame = read_.frame

        def reads(text: str) -> Outcome | None:
            asked = replace(question, text=text)
            found = self._read(read(text, scope), asked, scope, _MOST_OF_OFFER)
            in_doubt = not found.frame.unknown and any(isinstance(stop.reason, Doubt) for _, stop in found.stops)
            return self._outcome(found, asked, scope) if found.found or in_doubt else None

        out = without_words(question.text, read_, reads)
        subject = listed(out.words, scope.language)
        if out.instead is not None:
            aside = Assumption("set_aside", assumption_text("set_aside", (subject,), scope.language))
            told = (*out.instead.reading.assumptions, aside)
            return replace(out.instead, reading=replace(out.instead.reading, assumptions=told))
        if not out.choices:
            return self._refused(denial, frame, question, scope.language, read_.corrections)
        said = without_text(denial.code, denial.subject, denial.nearest, subject, scope.language)
        reading = make_reading(frame, scope.language, read_.corrections)
        return Clarification(denial.code, subject, said, out.choices, reading)

    def _refused(
        self,
        denial: Denial,
        frame: Frame | None,
        question: Question,
        language: Language,
        corrections: tuple[Correction, ...] = (),
    ) -> Refusal:
        message = refusal_text(denial.code, denial.subject, denial.nearest, language)
        suggestions = self._suggestions(denial, frame, question, language)
        reading = nothing_read(language) if frame is None else make_reading(frame, language, corrections)
        return Refusal(denial.code, message, suggestions, reading, denial.details)

    def _suggestions(
        self, denial: Denial, frame: Frame | None, question: Question, language: Language
    ) -> tuple[str, ...]:
        """Questions near to what was asked that are themselves read as such."""
        offered = suggested(denial, frame, self._structure, language)
        read_ = (text for name, text in offered if self._reads_as(text, name, question.today, language))
        return tuple(islice(read_, _SUGGESTED))

    def _is_read_as(self, text: str, metric: str, today: date, language: Language) -> bool:
        """Whether a question that would be offered is itself read as one about the metric."""
        scope = Scope(self._model, self._structure, self._lexicon, today, language)
        found = self._read(read(text, scope), Question(text, today), scope).found
        request = found[0].decision.request if found else None
        return isinstance(request, MetricQuery) and request.metrics == (metric,)


def _vanishes(item: Edge, frame: Frame) -> bool:
    """Whether another reading has nothing but words without meaning where an item was that said something."""
    inside = [
        leaf
        for edge in frame.covering.edges
        for leaf in edge.leaves()
        if leaf.start < item.end and item.start < leaf.end
    ]
    return all(leaf.is_empty for leaf in inside)


def _answered(one: Reader, corrections: tuple[Correction, ...], language: Language, margin: float = 1.0) -> Outcome:
    decision = one.decision
    frame = one.assembly.frame
    reading = make_reading(frame, language, corrections, one.assembly, follow_up=decision.follow_up, margin=margin)
    if decision.request is not None:
        return Answerable(decision.request, reading)
    if isinstance(decision.other, Definitions):
        return DefinitionAsked(decision.other.metrics, reading)
    return CatalogueAsked(reading, is_greeting=decision.other == GREETING)


def _pieces(unknown: tuple[int, int], text: Lattice) -> tuple[str, ...]:
    """What a name in the database is looked for by: what is not understood, a lone character with its next."""
    said = text.text(*unknown)
    if len(said) > 1:
        return tuple(said.split(" "))
    at = text.tokens[unknown[0]].fstart
    whole = text.folded.text
    return whole[max(0, at - 1) : at + 1], whole[at : at + 2]


__all__ = ["MAX_CHARACTERS", "OfflineTranslator"]
