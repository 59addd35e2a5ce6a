"""Questions in both languages, and what they are read as: every case of the case files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from chat_service.outcomes import Answerable, Clarification, Outcome, Question, Refusal
from chat_service.settings import Settings
from chat_service.translate.offline import OfflineTranslator
from chat_service.translate.second import asked_if_unsure
from tests.translate.case_files import cases
from tests.translate.said import Plain, outcome_as_case, request_as_case

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
def outcome_of(both: OfflineTranslator, today: date) -> Callable[[Case], Outcome]:
    """What a question becomes as a service answers it: by both readers, and asked about where they are unsure."""
    least = Settings().rules_threshold

    @cache
    def outcome(text: str) -> Outcome:
        question = Question(text, today)
        return asked_if_unsure(both.translate(question), question, least)

    return lambda case: outcome(case.question)


@pytest.mark.parametrize("case", _marked())
def test_a_question_is_read_as_promised(case: Case, outcome_of: Callable[[Case], Outcome]) -> None:
    """A request is answered, or stands among the choices of a question back; what is to be asked or refused is not
    answered."""
    outcome = outcome_of(case)
    said = outcome_as_case(outcome)
    if "request" in case.promised:
        offered = outcome.choices if isinstance(outcome, Clarification) else ()
        assert said == case.promised or case.promised["request"] in [
            request_as_case(each.request) for each in offered if each.request is not None
        ]
    elif {"asks", "refused"} & set(case.promised):
        assert isinstance(outcome, Clarification | Refusal)
    else:
        assert said == case.promised


def test_few_of_the_requests_are_asked_about(outcome_of: Callable[[Case], Outcome]) -> None:
    promised = [case for case in read_cases() if "request" in case.promised and not case.gap]
    answered = sum(outcome_as_case(outcome_of(case)) == case.promised for case in promised)
    assert answered >= 0.9 * len(promised)


@pytest.mark.parametrize("case", _marked("request"))
def test_spans_lie_on_the_text_as_typed(case: Case, outcome_of: Callable[[Case], Outcome]) -> None:
    outcome = outcome_of(case)
    assert isinstance(outcome, Answerable | Clarification)
    spans = outcome.reading.spans
    assert all(case.question[span.start : span.end] == span.text for span in spans)
    if isinstance(outcome, Answerable):
        assert any(span.role != "filler" for span in spans) or "read_alike" in outcome.reading.basis
        assert outcome.reading.unused == ()


@pytest.mark.parametrize("case", _marked("asks"))
def test_every_choice_is_complete_and_can_be_sent_back(case: Case, outcome_of: Callable[[Case], Outcome]) -> None:
    outcome = outcome_of(case)
    if not isinstance(outcome, Clarification):
        return  # refused, which test_a_question_is_read_as_promised holds for as good
    assert 1 <= len(outcome.choices) <= 4
    assert len({choice.id for choice in outcome.choices}) == len(outcome.choices)
    assert all(choice.request is not None and choice.message for choice in outcome.choices)
