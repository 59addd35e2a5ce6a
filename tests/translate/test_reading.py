"""Corrections, basis, language: how a question was read."""

from __future__ import annotations

from datetime import date

import pytest

from chat_service.outcomes import Answerable, Question
from chat_service.translate.offline import OfflineTranslator

_SLIPS = [
    ("whats teh chrun rate for platnum members", "what's the churn rate for platinum members"),
    ("nubmer of new custmers per mnth in 2025", "number of new customers per month in 2025"),
    ("averge order valeu last quater", "average order value last quarter"),
    ("上季度复够率最高的城市事哪个", "上季度复购率最高的城市是哪个"),
    ("进30天的退款律", "近30天的退款率"),
]


@pytest.mark.parametrize(("typed", "meant"), _SLIPS)
def test_slips_are_read_as_meant_and_reported(
    typed: str, meant: str, translator: OfflineTranslator, today: date
) -> None:
    slipped, right = translator.translate(Question(typed, today)), translator.translate(Question(meant, today))
    assert isinstance(slipped, Answerable)
    assert isinstance(right, Answerable)
    assert slipped.request == right.request
    assert "corrected_typo" in {assumption.code for assumption in slipped.reading.assumptions}
    assert "corrected_typo" in slipped.reading.basis


def test_every_word_used_is_sure(translator: OfflineTranslator, today: date) -> None:
    outcome = translator.translate(Question("上个月金卡会员的复购率", today))
    assert isinstance(outcome, Answerable)
    assert outcome.reading.confidence >= 0.9
    assert outcome.reading.basis == ("all_words_used", "exact_terms")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("上个月的销售额", "zh"),
        ("revenue last month", "en"),
        ("看下last month各region的revenue", "zh"),
        ("show me 上季度 revenue by region for gold members", "en"),
    ],
)
def test_the_language_is_that_of_most_words(
    text: str, language: str, translator: OfflineTranslator, today: date
) -> None:
    assert translator.translate(Question(text, today)).reading.language == language


def test_the_language_asked_for_wins(translator: OfflineTranslator, today: date) -> None:
    assert translator.translate(Question("revenue last month", today, language="zh")).reading.language == "zh"


def test_a_period_is_a_span_with_its_dates(translator: OfflineTranslator, today: date) -> None:
    outcome = translator.translate(Question("请问上个月的销售额", today))
    assert isinstance(outcome, Answerable)
    roles = {span.text: (span.role, span.resolved) for span in outcome.reading.spans}
    assert roles["上个月"] == ("period", "2026-05-01/2026-06-01")
    assert roles["销售额"] == ("metric", "revenue")
    assert roles["请问"][0] == "filler"


@pytest.mark.parametrize("text", ["我们NPS比竞品高多少", "how much higher is our NPS than competitors'"])
def test_a_difference_that_is_not_computed_is_said(text: str, translator: OfflineTranslator, today: date) -> None:
    outcome = translator.translate(Question(text, today))
    assert isinstance(outcome, Answerable)
    assert "difference_untold" in [assumption.code for assumption in outcome.reading.assumptions]


def test_a_metric_that_stands_in_is_said(translator: OfflineTranslator, today: date) -> None:
    outcome = translator.translate(Question("去年各品类的销售额", today))
    assert isinstance(outcome, Answerable)
    assert [assumption.code for assumption in outcome.reading.assumptions] == ["metric_instead"]
