"""No text keeps the translator for long, whatever it says. Bounded loosely here; `benchmarks.translating` tells."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest
import yaml

from benchmarks.odd_texts import odd_texts
from chat_service.outcomes import Outcome, Question, Refusal
from chat_service.translate.offline import OfflineTranslator
from chat_service.translate.words.scope import SpentError, Work

SUITE = Path(__file__).parents[1] / "questions" / "suite.yaml"
_SECONDS = 1.0  # ten times what is wanted: the machine may be busy


def _timed(translator: OfflineTranslator, text: str, today: date) -> tuple[Outcome, float]:
    start = time.process_time()
    outcome = translator.translate(Question(text, today))
    return outcome, time.process_time() - start


def test_every_text_up_to_the_limit_has_an_outcome_soon(translator: OfflineTranslator, today: date) -> None:
    questions = [entry["q"] for entry in yaml.load(SUITE.read_text("utf-8"), yaml.CSafeLoader) if "q" in entry]
    _timed(translator, "上季度复够率最高的城市", today)  # what is read once for all
    taken = {text: _timed(translator, text, today)[1] for text in odd_texts(questions, 48)}
    assert {text[:60]: seconds for text, seconds in taken.items() if seconds > _SECONDS} == {}


def test_the_work_for_one_question_is_counted_and_ends() -> None:
    """All that is done for a question draws on one account: reading texts, and deciding their readings."""
    work = Work()
    work.read(tokens=160)
    work.decide(tokens=160)
    with pytest.raises(SpentError):
        work.read(tokens=1_000)
    with pytest.raises(SpentError):
        work.decide(tokens=1)


def test_a_text_of_too_many_words_is_refused_before_it_is_read(translator: OfflineTranslator, today: date) -> None:
    outcome = translator.translate(Question("上海" * 90, today))
    assert isinstance(outcome, Refusal)
    assert outcome.code == "too_long"
