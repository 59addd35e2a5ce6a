"""Dialogues: what a short question changes of the one before."""

from __future__ import annotations

from datetime import date

import pytest

from chat_service.outcomes import Answerable, Clarification, Previous, Question
from chat_service.translate.offline import OfflineTranslator
from tests.translate.case_files import cases
from tests.translate.said import outcome_as_case

_DIALOGUES = cases("dialogues")


@pytest.mark.parametrize("turns", _DIALOGUES, ids=lambda turns: turns[0]["q"])
def test_each_turn_changes_the_last_answered_request(
    turns: list[dict[str, object]], translator: OfflineTranslator, today: date
) -> None:
    previous = None
    for turn in turns:
        promised = dict(turn)
        outcome = translator.translate(Question(str(promised.pop("q")), today, previous=previous))
        assert outcome_as_case(outcome) == promised, turn["q"]
        if isinstance(outcome, Answerable):
            previous = Previous(outcome.request)


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
