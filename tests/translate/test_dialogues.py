"""Dialogues: what a short question changes of the one before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chat_service.conversation.memory import Memory
from chat_service.outcomes import Answerable, Clarification, Previous, Question, Refusal, Shown
from chat_service.settings import Settings
from chat_service.translate.offline import OfflineTranslator
from chat_service.translate.second import asked_if_unsure
from semantic_layer import MetricQuery
from tests.translate.case_files import cases
from tests.translate.said import outcome_as_case, request_as_case

_DIALOGUES = cases("dialogues")
_FOR_GOOD = {"refused": "off_topic"}


@pytest.mark.parametrize("turns", _DIALOGUES, ids=lambda turns: turns[0]["q"])
def test_each_turn_changes_the_last_answered_request(
    turns: list[dict[str, object]], translator: OfflineTranslator, today: date
) -> None:
    previous = None
    for turn in turns:
        promised = dict(turn)
        shown = promised.pop("shown", None)  # what the rows of the answer stand for
        outcome = translator.translate(Question(str(promised.pop("q")), today, previous=previous))
        assert outcome_as_case(outcome) == promised, turn["q"]
        if isinstance(outcome, Answerable):
            things = [Shown(name, tuple(values)) for name, values in shown.items()] if isinstance(shown, dict) else []
            previous = Previous(outcome.request, shown=next(iter(things), None))


@pytest.mark.parametrize("turns", cases("dialogues_both"), ids=lambda turns: turns[0]["q"])
def test_each_turn_is_answered_or_offered_by_both_readers(
    turns: list[dict[str, object]], both: OfflineTranslator, today: date
) -> None:
    """What a turn promises is the answer or a choice of a question back; with a `gap` it is neither yet."""
    previous = None
    for turn in turns:
        promised = dict(turn)
        gap = promised.pop("gap", "")
        question = Question(str(promised.pop("q")), today, previous=previous)
        outcome = asked_if_unsure(both.translate(question), question, Settings().rules_threshold)
        given = (outcome.request,) if isinstance(outcome, Answerable) else ()
        offered = outcome.choices if isinstance(outcome, Clarification) else ()
        requests = [each for each in (*given, *(choice.request for choice in offered)) if each is not None]
        kept = next((each for each in requests if {"request": request_as_case(each)} == promised), None)
        if kept is None:
            assert gap or outcome_as_case(outcome) == promised, turn["q"]
            return
        assert not gap, turn["q"]
        previous = Previous(kept)


@pytest.mark.parametrize("turns", cases("going_on"), ids=lambda turns: turns[0]["q"])
def test_what_a_turn_goes_on_from_is_told_or_asked(
    turns: list[dict[str, object]], translator: OfflineTranslator, today: date
) -> None:
    memory = Memory()
    for turn in turns:
        promised = dict(turn)
        text = str(promised.pop("q"))
        previous = memory.previous and replace(memory.previous, pending=memory.pending)
        outcome = translator.translate(Question(text, today, previous=previous, unread=memory.unread))
        assert outcome_as_case(outcome) == promised, text
        request = outcome.request if isinstance(outcome, Answerable) else None
        asked = outcome if isinstance(outcome, Clarification) else None
        is_open = request is None and outcome_as_case(outcome) != _FOR_GOOD
        memory = memory.after(request, asked, "c", text if is_open else "")


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


def test_a_message_that_is_only_said_again_is_answered(translator: OfflineTranslator, today: date) -> None:
    first = translator.translate(Question("上个月的销售额", today))
    assert isinstance(first, Answerable)
    again = Question("上海的", today, previous=Previous(first.request), unread=("魔都上海旮旯",))
    assert isinstance(translator.translate(again), Answerable)


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
