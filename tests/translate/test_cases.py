"""Questions in both languages, and what they are read as: every case of the case files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from chat_service.outcomes import Answerable, Clarification, Outcome, Question
from chat_service.translate.offline import OfflineTranslator
from tests.translate.case_files import cases
from tests.translate.said import Plain, outcome_as_case

_FOLDER = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    """A question with the outcome that is promised."""

    question: str
    promised: dict[str, Plain]
    gap: str = ""
    """Why the promise is not kept yet; the case must fail until it is."""


def read_cases() -> list[Case]:
    found = []
    names = (
        "zh",
        "en",
        "asked",
        "dropped",
        "overlooked",
        "scaffolding",
        "spoken",
        "loop",
        "followed",
        "kinds",
        "silent",
        "ordinary",
        "mended",
        "rules",
    )
    for name in names:
        for entry in cases(name):
            found.append(Case(entry.pop("q"), gap=entry.pop("gap", ""), promised=entry))
    return found


def _marked(kept: str = "") -> list[ParameterSet]:
    """The cases that promise `kept`: all of them with none, where a known gap is expected to fail; else those kept."""
    chosen = [case for case in read_cases() if not kept or (kept in case.promised and not case.gap)]
    return [pytest.param(case, id=case.question, marks=_marks(case)) for case in chosen]


def _marks(case: Case) -> list[pytest.MarkDecorator]:
    return [pytest.mark.xfail(reason=case.gap, strict=True)] if case.gap else []


@pytest.fixture(scope="module")
def outcome_of(translator: OfflineTranslator, both: OfflineTranslator, today: date) -> Callable[[Case], Outcome]:
    """What a question becomes by the rules, read once for all that is asked of it; where they are torn between two
    readings and it is promised what is meant, by the reader beside them too."""
    read = cache(lambda text: translator.translate(Question(text, today)))

    def outcome(case: Case) -> Outcome:
        alone = read(case.question)
        torn = isinstance(alone, Clarification) and alone.code == "two_readings"
        settled = torn and case.promised.get("asks") != "two_readings"
        return both.translate(Question(case.question, today)) if settled else alone

    return outcome


@pytest.mark.parametrize("case", _marked())
def test_a_question_is_read_as_promised(case: Case, outcome_of: Callable[[Case], Outcome]) -> None:
    outcome = outcome_of(case)
    assert outcome_as_case(outcome) == case.promised


@pytest.mark.parametrize("case", _marked("request"))
def test_spans_lie_on_the_text_as_typed(case: Case, outcome_of: Callable[[Case], Outcome]) -> None:
    outcome = outcome_of(case)
    assert isinstance(outcome, Answerable)
    spans = outcome.reading.spans
    assert all(case.question[span.start : span.end] == span.text for span in spans)
    assert any(span.role != "filler" for span in spans)
    assert outcome.reading.unused == ()


@pytest.mark.parametrize("case", _marked("asks"))
def test_every_choice_is_complete_and_can_be_sent_back(case: Case, outcome_of: Callable[[Case], Outcome]) -> None:
    outcome = outcome_of(case)
    assert isinstance(outcome, Clarification)
    without = outcome.code in (
        "unknown_word",
        "not_supported",
        "unsure",
    )  # the question without what was not read
    fewest = 1 if without else 2
    assert fewest <= len(outcome.choices) <= 4
    assert len({choice.id for choice in outcome.choices}) == len(outcome.choices)
    assert all(choice.request is not None and choice.message for choice in outcome.choices)
