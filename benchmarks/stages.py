"""Translate, compile and execute, each measured alone on the questions of a suite that are answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.timing import Measured, timed
from chat_service.evaluate.suite import Case
from chat_service.outcomes import Answerable, Question
from chat_service.services import Services
from semantic_layer import HuitouError


@dataclass(frozen=True)
class QuestionTimes:
    """The median times of one question's stages, in milliseconds."""

    question: str
    translate_ms: float
    compile_ms: float
    execute_ms: float


def measure_stages(cases: Sequence[Case], services: Services, repeats: int) -> tuple[QuestionTimes, ...]:
    """The stages of every single-turn question that becomes a request and runs; each warmed up once, then repeated."""
    measured = []
    for case in cases:
        if len(case.turns) == 1:
            times = _measure(case.turns[0].question, services, repeats)
            if times is not None:
                measured.append(times)
    return tuple(measured)


def stage_rows(times: Sequence[QuestionTimes]) -> tuple[Measured, ...]:
    """The three stages side by side, one time a question."""
    return (
        Measured("translate", tuple(one.translate_ms for one in times), aim_ms=5),
        Measured("compile", tuple(one.compile_ms for one in times), aim_ms=2),
        Measured("execute", tuple(one.execute_ms for one in times)),
    )


def slowest(times: Sequence[QuestionTimes], count: int) -> tuple[QuestionTimes, ...]:
    """The questions that take longest to translate and compile."""
    return tuple(sorted(times, key=lambda one: -(one.translate_ms + one.compile_ms))[:count])


def _measure(text: str, services: Services, repeats: int) -> QuestionTimes | None:
    layer, reader, translator = services.layer, services.reader, services.translator
    question = Question(text, layer.as_of)
    outcome = translator.translate(question)
    if not isinstance(outcome, Answerable):
        return None
    request = outcome.request
    try:
        prepared = layer.prepare(request, reader)
        layer.execute(prepared)
    except HuitouError:
        return None
    return QuestionTimes(
        question=text,
        translate_ms=median(timed(lambda: translator.translate(question), repeats)),
        compile_ms=median(timed(lambda: layer.prepare(request, reader), repeats)),
        execute_ms=median(timed(lambda: layer.execute(prepared), repeats)),
    )
