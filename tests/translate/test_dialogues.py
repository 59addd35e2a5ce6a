"""Dialogues: what a short question changes of the one before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from _pytest.mark.structures import ParameterSet

from chat_service.conversation.memory import Memory
from chat_service.outcomes import Answerable, Clarification, Outcome, Previous, Question, Refusal, Shown
from chat_service.settings import Settings
from chat_service.translate.offline import OfflineTranslator
from chat_service.translate.second import asked_if_unsure
from semantic_layer import MetricQuery, Request
from tests.translate.case_files import cases
from tests.translate.said import outcome_as_case, request_as_case


def _marked(name: str) -> list[ParameterSet]:
    """The dialogues of a case file; one with a known `gap` in it is expected to fail."""
    gaps = ((turns, next((str(turn["gap"]) for turn in turns if "gap" in turn), "")) for turns in cases(name))
    return [pytest.param(turns, id=turns[0]["q"], marks=_marks(gap)) for turns, gap in gaps]


def _marks(gap: str) -> list[pytest.MarkDecorator]:
    return [pytest.mark.xfail(reason=gap, strict=True)] if gap else []


_FOR_GOOD = {"refused": "off_topic"}


@pytest.mark.parametrize("turns", _marked("dialogues"))
def test_each_turn_changes_the_last_answered_request(
    turns: list[dict[str, object]], both: OfflineTranslator, today: date
) -> None:
    previous = None
    for turn in turns:
        shown = turn.get("shown")  # what the rows of the answer stand for
        request = _kept(turn, both, Question(str(turn["q"]), today, previous=previous))[1]
        if request is not None:
            things = [Shown(name, tuple(values)) for name, values in shown.items()] if isinstance(shown, dict) else []
            previous = Previous(request, shown=next(iter(things), None))


@pytest.mark.parametrize("turns", _marked("going_on"))
def test_what_a_turn_goes_on_from_is_told_or_asked(
    turns: list[dict[str, object]], both: OfflineTranslator, today: date
) -> None:
    memory = Memory()
    for turn in turns:
        text = str(turn["q"])
        previous = memory.previous and replace(memory.previous, pending=memory.pending)
        outcome, request = _kept(turn, both, Question(text, today, previous=previous, unread=memory.unread))
        asked = outcome if isinstance(outcome, Clarification) and request is None else None
        is_open = request is None and outcome_as_case(outcome) != _FOR_GOOD
        memory = memory.after(request, asked, "c", text if is_open else "")


def _kept(turn: dict[str, object], both: OfflineTranslator, question: Question) -> tuple[Outcome, Request | None]:
    """What a turn becomes as a service answers it, and the request that the next one goes on from.

    A request that is promised is answered, or stands among the choices of a question back, of which it is taken.
    """
    outcome = asked_if_unsure(both.translate(question), question, Settings().rules_threshold)
    if "request" not in turn:
        assert not isinstance(outcome, Answerable) or not {"asks", "refused"} & set(turn), turn["q"]
        return outcome, None
    choices = outcome.choices if isinstance(outcome, Clarification) else ()
    found = [outcome.request] if isinstance(outcome, Answerable) else [each.request for each in choices]
    meant = [each for each in found if each is not None and request_as_case(each) == turn["request"]]
    assert meant, (turn["q"], outcome_as_case(outcome))
    return outcome, meant[0]


def test_the_choices_after_a_message_without_an_answer_are_both_bindings(
    translator: OfflineTranslator, today: date
) -> None:
    first = translator.translate(Question("what was DAU yesterday", today))
    assert isinstance(first, Answerable)
    lost = translator.translate(Question("app blorp the day before?", today, previous=Previous(first.request)))
    assert isinstance(lost, Clarification)
    before = Previous(first.request, pending=lost)
    asked = translator.translate(Question("web only", today, previous=before, unread=("app blorp the day before?",)))
    assert isinstance(asked, Clarification)
    periods = [choice.request.period for choice in asked.choices if isinstance(choice.request, MetricQuery)]
    assert [each.start for each in periods if each] == [date(2026, 6, 29), date(2026, 6, 28)]


def test_a_pronoun_with_no_answer_before_it_is_not_answered(translator: OfflineTranslator, today: date) -> None:
    outcome = translator.translate(Question("他们的复购率", today))
    assert isinstance(outcome, Refusal | Clarification)
    assert outcome.code == "nothing_before"


def test_a_complete_question_starts_afresh(translator: OfflineTranslator, today: date) -> None:
    first = translator.translate(Question("上个月上海的销售额", today))
    assert isinstance(first, Answerable)
    alone = translator.translate(Question("今年各大区的订单数", today))
    after = translator.translate(Question("今年各大区的订单数", today, previous=Previous(first.request)))
    assert isinstance(alone, Answerable)
    assert isinstance(after, Answerable)
    assert after.request == alone.request


def test_the_label_of_a_choice_answers_a_question_back(translator: OfflineTranslator, today: date) -> None:
    asked = translator.translate(Question("今年的成本是多少", today))
    assert isinstance(asked, Clarification)
    first = translator.translate(Question("上个月的销售额", today))
    assert isinstance(first, Answerable)
    for choice in asked.choices:
        reply = translator.translate(Question(choice.label, today, previous=Previous(first.request, pending=asked)))
        assert isinstance(reply, Answerable)
        assert reply.request == choice.request


def test_a_chart_form_is_kept_in_the_reading(translator: OfflineTranslator, today: date) -> None:
    first = translator.translate(Question("今年每个月的新客数", today))
    assert isinstance(first, Answerable)
    drawn = translator.translate(Question("画成折线图", today, previous=Previous(first.request)))
    assert isinstance(drawn, Answerable)
    assert drawn.reading.chart == "line"
    assert drawn.request == first.request
