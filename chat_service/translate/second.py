"""The second reader beside the rules: what becomes of a question that both have read.

    what the rules made of it -> requests, those of the network beside -> weighed -> the likeliest, with the others

An answer says how likely it is right, and what else may be meant; `asked_if_unsure` puts these to the asker where that
is too little. What the rules refuse for good (data to be changed, a forecast) stays refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from chat_service.outcomes import (
    Answerable,
    Choice,
    Clarification,
    Outcome,
    Question,
    Reading,
    Refusal,
)
from chat_service.translate.learned.plain import is_same
from chat_service.translate.learned.reader import LearnedReader
from chat_service.translate.learned.script import KEPT
from chat_service.translate.learned.telling import alike
from chat_service.translate.learned.weighing import Situation, Weighed, weighed
from chat_service.translate.replies.reworded import ENDS
from chat_service.translate.replies.sentences import question_text, refusal_text
from chat_service.translate.senses import Mention
from semantic_layer import MetricQuery, Model, Request

_OFFERED, _LIKELY, _DENIED, _MOST = 0.05, 0.5, 0.95, 4
_SUREST = 0.99  # of any reading: a language model is asked where everything is to be
# what the rules did not understand, in place of what they understood and cannot do
_NOT_UNDERSTOOD = frozenset(
    {
        "unknown_word",
        "unknown_value",
        "unknown_metric",
        "no_metric",
        "off_topic",
        "not_supported",
        "unreachable_dimension",
        "several_periods",
        "share_of_nothing",
        "rank_of_nothing",
    }
)


class SecondReader:
    """Weighs what the rules read of questions about one model; of a model that it did not learn, nothing. `compiles`
    tells whether a request can be answered on a day."""

    def __init__(self, model: Model, compiles: Callable[[Request, date], bool]) -> None:
        self._model, self._compiles, self._reader = model, compiles, LearnedReader(model)

    def beside(
        self,
        first: Outcome,
        question: Question,
        mentions: Sequence[Mention],
        mended: tuple[Question, Sequence[Mention]] | None = None,
    ) -> Outcome:
        """The outcome of the rules, or the likeliest request of both with the others that may be meant; `mended`: the
        question as its slips of writing were read."""
        if not self._reader.fits or not _is_weighed(first, question):
            return first
        spelt = mended or (question, mentions)
        opened = self._reader.open(*spelt)
        offered = first.choices[0] if isinstance(first, Clarification) and _is_without(first) else Choice("", "", "")
        refused, follows = not isinstance(first, Answerable), question.previous is not None
        sentences = partial(self._reader.sentences, *spelt) if refused else tuple
        situation = Situation(_requests(first), follows, refused, offered.request, offered.message, sentences)
        read = situation.rules if offered.request is None else (*situation.rules, offered.request)
        if opened is None or not all(map(opened.can_tell, read)):
            return first  # nothing like it was learned from
        told = weighed(opened, situation, self._model, lambda each: self._compiles(each, question.today))
        if told and told[0].request is None:
            return _denied(first, told[0])
        found = [(each.request, each) for each in told if each.request is not None and each.sure >= _OFFERED]
        if not found:
            unsure = isinstance(first, Answerable)
            return replace(first, reading=replace(first.reading, confidence=0.0)) if unsure else first
        request, best = found[0]
        reading = replace(first.reading, confidence=min(_SUREST, round(best.sure, 2)))
        if not isinstance(first, Answerable) or not best.by_rules:
            written = opened.words(request)
            goes_on = _goes_on(request, written, question)
            own = offered.request is not None and is_same(request, offered.request, self._model, ordered=False)
            aside = first.subject if own and isinstance(first, Clarification) else ""
            reading = alike(reading, question, mentions, written, goes_on=goes_on, aside=aside)
        asked = _asked([each for each, _ in found], best.sure, first, reading, question)
        return Answerable(request, reading, asked)


def asked_if_unsure(outcome: Outcome, question: Question, least: float) -> Outcome:
    """The outcome; a question back where its reading is less sure than `least` (0..1). What was chosen is sure."""
    if not isinstance(outcome, Answerable) or outcome.reading.confidence >= least:
        return outcome
    if "nothing_understood" in outcome.reading.basis:
        return outcome  # a choice was taken, and no words were read
    return outcome.asked or _question((outcome.request,), (), outcome.reading, question)


def _is_weighed(first: Outcome, question: Question) -> bool:
    """Whether another reading may stand in place of what the rules made of a question. What they ask on purpose (which
    measure, which of two cities) or refuse for good stays; where words of before wait for an answer, all does."""
    match first:
        case Answerable(reading=reading):
            return "nothing_understood" not in reading.basis
        case Refusal(code=code):
            return code in _NOT_UNDERSTOOD and not question.unread
        case Clarification(code="two_readings"):
            return question.previous is None  # whether it goes on from that is for the asker to say
        case Clarification(code=code):
            return code in _NOT_UNDERSTOOD and not question.unread and _is_without(first)
    return False


def _is_without(first: Clarification) -> bool:
    """Whether the rules refused a word, and offer the question without it."""
    return bool(first.choices) and first.choices[0].id == "without"


def _requests(first: Outcome) -> tuple[Request, ...]:
    """What the rules read; a question without a word that they refused is not that."""
    match first:
        case Answerable(request):
            return (request,)
        case Clarification(choices=choices) if not _is_without(first):
            return tuple(each.request for each in choices if each.request is not None)
    return ()


def _denied(first: Outcome, none: Weighed) -> Outcome:
    """What the rules made of a question that no request says. Where that is sure a refused word is no word to do
    without: the question is refused, and what can be asked without it is only suggested. What is to be asked back
    (key customers) is asked."""
    if none.asks or none.sure < _DENIED or not isinstance(first, Clarification) or not _is_without(first):
        return first
    message = refusal_text(first.code, first.subject, (), first.reading.language)
    return Refusal(first.code, message, tuple(each.message for each in first.choices), first.reading)


def _asked(
    requests: Sequence[Request], sure: float, first: Outcome, reading: Reading, question: Question
) -> Clarification:
    """What is put to the asker where the best is not sure enough: all that may be meant; the refusal of a word with its
    own choices, unless something else is likelier than not."""
    if isinstance(first, Clarification) and _is_without(first):
        return first if sure < _LIKELY else _question(requests[:1], first.choices, reading, question)
    return _question(requests, (), reading, question)


def _question(
    requests: Sequence[Request], more: Sequence[Choice], reading: Reading, question: Question
) -> Clarification:
    said = question.text.strip(ENDS)
    asked = [each.request for each in more]
    own = (Choice("", said, said, each) for each in requests if each not in asked)
    choices = tuple(replace(each, id=f"reading_{number}") for number, each in enumerate((*own, *more), 1))[:_MOST]
    code = "two_readings" if len(choices) > 1 else "unsure"
    return Clarification(code, said, question_text(code, said, reading.language), choices, reading)


def _goes_on(request: Request, written: Sequence[str], question: Question) -> bool:
    """Whether a request keeps something of the one before: what it named, or what it measures."""
    before = question.previous.request if question.previous is not None else None
    if isinstance(request, MetricQuery) and isinstance(before, MetricQuery) and request.metrics == before.metrics:
        return True
    return before is not None and any(word.startswith(KEPT) for word in written)


__all__ = ["SecondReader", "asked_if_unsure"]
