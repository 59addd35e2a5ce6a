"""A word that carries meaning and is not understood never vanishes."""

from __future__ import annotations

from datetime import date

import pytest

from chat_service.outcomes import Answerable, Question, Refusal
from chat_service.translate.offline import OfflineTranslator
from tests.translate.case_files import cases

_QUESTIONS = cases("not_understood")
# a filter, a group or a condition that no model of customers has, put into questions that are answered without it
_WORDS_ZH = ("左撇子", "素食", "直播间", "分期", "跨境", "火星", "批发", "已婚", "带货", "预付卡", "盲盒", "众筹")
_WORDS_EN = (
    "vegetarian",
    "franchise",
    "bitcoin",
    "wheelchair",
    "lunar",
    "escalated",
    "wholesale",
    "prepaid",
    "embargoed",
)
_FRAMES_ZH = ("上个月{}客户的销售额", "今年{}订单的退款率", "各城市{}会员的复购率", "近30天{}渠道的订单数")
_FRAMES_EN = ("revenue from {} customers last month", "refund rate of {} orders this year", "{} members by city")


def test_there_are_enough_of_them() -> None:
    assert len(_QUESTIONS) >= 40


@pytest.mark.parametrize("question", _QUESTIONS)
def test_it_is_not_answered_as_if_the_word_were_not_there(
    question: str, translator: OfflineTranslator, today: date
) -> None:
    assert not isinstance(translator.translate(Question(question, today)), Answerable)


@pytest.mark.parametrize("word", _WORDS_ZH)
@pytest.mark.parametrize("frame", _FRAMES_ZH)
def test_an_unknown_chinese_word_is_refused(frame: str, word: str, translator: OfflineTranslator, today: date) -> None:
    outcome = translator.translate(Question(frame.format(word), today))
    assert not isinstance(outcome, Answerable), outcome.request


@pytest.mark.parametrize("word", _WORDS_EN)
@pytest.mark.parametrize("frame", _FRAMES_EN)
def test_an_unknown_english_word_is_refused(frame: str, word: str, translator: OfflineTranslator, today: date) -> None:
    outcome = translator.translate(Question(frame.format(word), today))
    assert not isinstance(outcome, Answerable), outcome.request


def test_an_unknown_value_is_refused_with_the_nearest(translator: OfflineTranslator, today: date) -> None:
    outcome = translator.translate(Question("上海滩市的销售额", today))
    assert isinstance(outcome, Refusal)
    assert outcome.code == "unknown_value"
    assert "上海" in outcome.message
    assert outcome.suggestions
