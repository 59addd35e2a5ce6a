"""What a run showed, as numbers: outcomes by category and language, times by stage, causes, and what was not right."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from statistics import median

from pydantic import BaseModel, ConfigDict, JsonValue

from chat_service.evaluate.judge import OUTCOMES, Outcome
from chat_service.evaluate.run import Judged
from chat_service.translate.agent.usage import Prices, Usage

BINS = (0.95, 0.9, 0.8, 0.7, 0.5, 0.0)
STAGES = ("translate", "compile", "execute", "total")


class _Reported(BaseModel):
    model_config = ConfigDict(frozen=True)


class Tally(_Reported):
    """Outcomes of one group of questions; `accuracy` is the share of right ones, null of none.

    `offered` are questions back with the right reading among their choices, `asked` those without it.
    """

    group: str
    questions: int
    right: int
    wrong: int
    offered: int
    asked: int
    refused: int
    error: int
    accuracy: float | None


class StageTimes(_Reported):
    """Milliseconds of one stage over the questions in which it ran; p95 is the smallest time that 95 % stay within."""

    stage: str
    questions: int
    median_ms: float | None
    p95_ms: float | None


class ModelUse(_Reported):
    """What a language model took: of all questions, and of the median one."""

    questions_read: int
    calls: int
    tokens_sent: int
    tokens_cached: int
    tokens_replied: int
    cost: float
    median_calls: float
    median_tokens_uncached: float


class Sureness(_Reported):
    """Answers whose confidence lies from `least` up to the next bin, and how many of them are right."""

    least: float
    answers: int
    right: int
    wrong: int
    share: float | None


class Entry(_Reported):
    """One question of the report. `confidence`, `basis` and the typed `request` are those of an answer: nothing where
    there is none."""

    id: str
    where: str
    language: str
    category: str
    check: str
    question: str
    outcome: Outcome
    cause: str
    said: str
    detail: str
    unused: tuple[str, ...]
    confidence: float | None = None
    basis: tuple[str, ...] = ()
    request: dict[str, JsonValue] | None = None


class Report(_Reported):
    """The whole run. `entries` holds every question: wrong answers first, then errors, refusals, questions back (first
    those that do not offer the right reading), right.

    `answerable` counts the questions that want a table, a list or a text.
    """

    overall: Tally
    answerable: Tally
    by_category: tuple[Tally, ...]
    by_language: tuple[Tally, ...]
    causes: tuple[tuple[str, int], ...]
    times: tuple[StageTimes, ...]
    calibration: tuple[Sureness, ...] = ()
    model: ModelUse | None = None
    entries: tuple[Entry, ...]

    @property
    def not_right(self) -> tuple[Entry, ...]:
        """What is left to do, the misleading first."""
        return tuple(entry for entry in self.entries if entry.outcome != "right")


def report(judged: Sequence[Judged]) -> Report:
    """The report of a run; groups in the order in which they were met."""
    causes = Counter(f"{one.verdict.outcome}: {one.verdict.cause}" for one in judged if one.verdict.cause)
    ranked = sorted(judged, key=lambda one: OUTCOMES.index(one.verdict.outcome))
    return Report(
        overall=_tally("all", judged),
        answerable=_tally("answerable", [one for one in judged if one.is_answerable]),
        by_category=_tallies([(one.category, one) for one in judged]),
        by_language=_tallies([(one.language, one) for one in judged]),
        causes=tuple(causes.most_common()),
        times=tuple(_times(stage, judged) for stage in STAGES),
        calibration=_calibration(judged),
        entries=tuple(_entry(one) for one in ranked),
    )


def model_use(used: Sequence[Usage], prices: Prices) -> ModelUse | None:
    """What a language model took of a run; None where it was never called. Medians are of the questions it read."""
    read = [each for each in used if each.calls]
    if not read:
        return None
    total = sum(read, Usage())
    return ModelUse(
        questions_read=len(read),
        calls=total.calls,
        tokens_sent=total.sent,
        tokens_cached=total.cached,
        tokens_replied=total.replied,
        cost=round(prices.cost(total), 6),
        median_calls=median(each.calls for each in read),
        median_tokens_uncached=median(each.sent - each.cached + each.replied for each in read),
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that at least that share of them do not exceed (nearest rank).

    >>> percentile([1.0, 2.0, 3.0, 40.0], 0.95), percentile([1.0, 2.0, 3.0, 40.0], 0.5)
    (40.0, 2.0)
    """
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _tally(group: str, judged: Sequence[Judged]) -> Tally:
    counts = Counter(one.verdict.outcome for one in judged)
    accuracy = counts["right"] / len(judged) if judged else None
    return Tally(
        group=group,
        questions=len(judged),
        right=counts["right"],
        wrong=counts["wrong"],
        offered=counts["offered"],
        asked=counts["asked"],
        refused=counts["refused"],
        error=counts["error"],
        accuracy=accuracy,
    )


def _tallies(grouped: Sequence[tuple[str, Judged]]) -> tuple[Tally, ...]:
    names = dict.fromkeys(name for name, _ in grouped)
    return tuple(_tally(name, [one for group, one in grouped if group == name]) for name in names)


def _times(stage: str, judged: Sequence[Judged]) -> StageTimes:
    taken = [time for one in judged if (time := getattr(one.timings, stage)) is not None]
    return StageTimes(
        stage=stage,
        questions=len(taken),
        median_ms=median(taken) if taken else None,
        p95_ms=percentile(taken, 0.95) if taken else None,
    )


def _calibration(judged: Sequence[Judged]) -> tuple[Sureness, ...]:
    """How often answers are right by how sure they were, the surest first; a wrong one among these is a defect."""
    answers = [one for one in judged if one.confidence is not None and one.verdict.outcome in ("right", "wrong")]
    found = []
    for least, end in zip(BINS, (math.inf, *BINS), strict=False):
        within = [one for one in answers if least <= (one.confidence or 0) < end]
        right = sum(one.verdict.outcome == "right" for one in within)
        share = round(right / len(within), 4) if within else None
        found.append(Sureness(least=least, answers=len(within), right=right, wrong=len(within) - right, share=share))
    return tuple(found)


def _entry(one: Judged) -> Entry:
    return Entry(
        id=one.id,
        where=one.where,
        language=one.language,
        category=one.category,
        check=one.check,
        question=one.question,
        outcome=one.verdict.outcome,
        cause=one.verdict.cause,
        said=one.said,
        detail=one.detail,
        unused=one.unused,
        confidence=one.confidence,
        basis=one.basis,
        request=one.request,
    )
