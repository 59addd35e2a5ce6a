"""The rules and the agent together: who reads a question, and what becomes of two readings.

    verified question -> the rules, where every word is accounted for and they are sure -> the agent, told what they
    made of it -> without a model: what the rules made of it, as if there were no agent

Two readings that agree raise confidence. Where they differ the agent's stands, with what the rules made of it beside;
with checking on, or where none of its replies held, the asker is asked. With checking on both read every question.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from chat_service.outcomes import (
    Answerable,
    Choice,
    Clarification,
    DefinitionAsked,
    Outcome,
    Question,
    Reading,
    Refusal,
)
from chat_service.translate.agent.asking import Step
from chat_service.translate.agent.failures import ModelError
from chat_service.translate.agent.ground import Ground
from chat_service.translate.agent.readings import differing
from chat_service.translate.agent.sure import is_sure
from chat_service.translate.agent.translator import AgentTranslator
from chat_service.translate.replies.sentences import question_text
from chat_service.translate.second import asked_if_unsure
from semantic_layer import MetricQuery, QueryError, Request

# what no model would read otherwise, or may be sent at all
_FINAL = ("empty_question", "too_long")
_AGREED = 0.98


class Rules(Protocol):
    """The offline translator."""

    def translate(self, question: Question) -> Outcome: ...


@dataclass(frozen=True, eq=False)
class Together:
    """Both translators. `threshold` is how sure the rules must be to answer alone, `least` not to ask first when they
    have to."""

    rules: Rules
    agent: AgentTranslator
    ground: Ground
    threshold: float
    least: float
    checks: bool = False

    def translate(
        self,
        question: Question,
        translator: Literal["auto", "llm"] = "auto",
        say: Callable[[Step], None] = lambda _: None,
        has_left: Callable[[], bool] = lambda: False,
    ) -> Outcome:
        """What the question asks for. Raises nothing for any failure of the model."""
        first = self.rules.translate(question)
        if isinstance(first, Refusal) and first.code in _FINAL:
            return first
        if _is_chosen(first, question) or (translator == "auto" and not self.checks and is_sure(first, self.threshold)):
            return first
        try:
            second = self.agent.translate(question, first, say, has_left)
        except ModelError as error:
            return self._without_reply(error, first, question, translator)
        return (
            self._compared(first, second, question) if translator == "auto" else self._beside(second, first, question)
        )

    def _without_reply(
        self, error: ModelError, first: Outcome, question: Question, translator: Literal["auto", "llm"]
    ) -> Outcome:
        """What the rules made of a question; with what the model meant, where that was another request."""
        if translator == "auto" and error.meant is not None:
            return self._offered(first, error.meant, error.unsaid, question)
        if error.unsaid:
            return self.agent.unplaced(error.unsaid[0], question)
        if translator == "llm":
            return self.agent.unavailable(question)
        return asked_if_unsure(first, question, self.least)

    def _compared(self, first: Outcome, second: Outcome, question: Question) -> Outcome:
        if not isinstance(first, Answerable) or not isinstance(second, Answerable):
            return self._beside(second, first, question)
        if self._is_same(first.request, second.request, question):
            reading = first.reading
            sure = max(reading.confidence, _AGREED)
            agreed = replace(reading, confidence=sure, basis=(*reading.basis, "readers_agree"))
            return self._beside(replace(first, reading=agreed), first, question)
        if self.checks:
            return self._asked(first, second.request, second.reading, question)
        told = differing(second.reading, self._said(first, question))
        return self._beside(replace(second, reading=told), first, question)

    def _offered(self, first: Outcome, meant: Request, unsaid: tuple[str, ...], question: Question) -> Outcome:
        """What the rules made of a question, with a request that the model could not give every word to."""
        match first:
            case Answerable(request, reading):
                same = self._is_same(request, meant, question)
                return first if same else self._asked(first, meant, reading, question)
            case Clarification(choices=choices, reading=reading):
                requests = [each.request for each in choices if each.request is not None]
                if any(self._is_same(each, meant, question) for each in requests):
                    return first
                return replace(first, choices=(*choices, *self._choices((meant,), reading, question)))
            case Refusal(reading=reading) if unsaid:
                text = question_text("background", unsaid[0], reading.language)
                choices = self._choices((meant,), reading, question)
                return self._beside(Clarification("background", unsaid[0], text, choices, reading), first, question)
        return first

    def _asked(self, first: Answerable, other: Request, reading: Reading, question: Question) -> Outcome:
        """The question back with both requests."""
        choices = self._choices((first.request, other), reading, question)
        reading = replace(reading, confidence=0.5, basis=(*reading.basis, "readers_differ"))
        text = question_text("two_readers", question.text, reading.language)
        asked = Clarification("two_readers", question.text, text, choices, reading)
        return self._beside(asked, first, question)

    def _choices(self, requests: tuple[Request, ...], reading: Reading, question: Question) -> tuple[Choice, ...]:
        labels = [self.ground.restated(request, reading.language, question.today) for request in requests]
        return tuple(
            Choice(f"r{number}", label, label, request)
            for number, (label, request) in enumerate(zip(labels, requests, strict=True), 1)
        )

    def _beside(self, outcome: Outcome, first: Outcome, question: Question) -> Outcome:
        """An outcome with what the rules made of the question."""
        return replace(outcome, reading=replace(outcome.reading, other=self._said(first, question)))

    def _is_same(self, one: Request, other: Request, question: Question) -> bool:
        """Whether two requests ask for the same: by their parts, else by the statement that they compile to."""
        if _sorted(one) == _sorted(other):
            return True
        try:
            first, second = (self.ground.prepared(_sorted(each), question.today) for each in (one, other))
        except QueryError:
            return False
        return first.sql == second.sql

    def _said(self, outcome: Outcome, question: Question) -> str:
        """What a reader made of a question, in a sentence."""
        match outcome:
            case Answerable(request, reading):
                return self.ground.restated(request, reading.language, question.today)
            case Clarification():
                return outcome.question
            case Refusal():
                return outcome.message
        return ", ".join(outcome.metrics) if isinstance(outcome, DefinitionAsked) else ""


def _is_chosen(outcome: Outcome, question: Question) -> bool:
    """Whether the question names one of the choices of the question back before it."""
    pending = question.pending if question.previous is None else question.previous.pending
    if pending is None or not isinstance(outcome, Answerable):
        return False
    return outcome.reading.confidence == 0 and any(choice.request == outcome.request for choice in pending.choices)


def _sorted(request: Request) -> Request:
    """The request with what has no order in one."""
    filters = tuple(sorted(request.filters, key=str))
    if not isinstance(request, MetricQuery):
        return request.model_copy(update={"filters": filters})
    metrics, groups = tuple(sorted(request.metrics)), tuple(sorted(request.group_by))
    return request.model_copy(update={"filters": filters, "metrics": metrics, "group_by": groups})
