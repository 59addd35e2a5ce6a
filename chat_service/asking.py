"""What goes into the path of a question and what comes out of it: `Asked` and `Answer`, both plain frozen values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from chat_service.outcomes import Choice, Clarification, Language, Question, Reading
from chat_service.present.chart.scales import Json
from chat_service.present.definitions import MetricMeaning
from chat_service.present.finding import Finding
from chat_service.present.notes import Note
from semantic_layer import HuitouError, Prepared, Reader, Request, ResultTable

Status = Literal["answered", "clarification", "refused", "empty", "error"]
# the second line: what goes on while a language model reads
Stage = Literal[
    "translate",
    "compile",
    "execute",
    "present",
    "asking_model",
    "looking_up",
    "checking",
    "waiting",
    "wording",
]
TranslatorName = Literal["auto", "offline", "llm"]


@dataclass(frozen=True)
class Asked:
    """A question as a channel hands it over. `choice` is the reading taken of a clarification asked before,
    `translator` who is to read it."""

    question: Question
    reader: Reader
    choice: Choice | None = None
    translator: TranslatorName = "auto"


@dataclass(frozen=True)
class Trouble:
    """Why there is no answer: a stable code and the sentence that the text says too."""

    code: str
    message: str
    detail: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, eq=False)
class Answer:
    """All that is to be shown of one question; what does not apply is empty or None."""

    status: Status
    language: Language
    text: str
    reading: Reading
    request: Request | None = None
    restated: str = ""
    prepared: Prepared | None = None
    finding: Finding | None = None
    chart: dict[str, Json] | None = None
    definitions: tuple[MetricMeaning, ...] = ()
    clarification: Clarification | None = None
    suggestions: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    trouble: Trouble | None = None
    failure: HuitouError | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    @property
    def table(self) -> ResultTable | None:
        return None if self.finding is None else self.finding.table


class Stopwatch:
    """Milliseconds by stage of one answer. Started when made; `lap` closes a stage."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._start = self._last = clock()
        self._laps: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        """Note the time since the last lap under that name."""
        now = self._clock()
        self._laps[stage] = round((now - self._last) * 1000, 2)
        self._last = now

    def total(self) -> Mapping[str, float]:
        """All laps, and the whole time so far as `total`."""
        return {**self._laps, "total": round((self._clock() - self._start) * 1000, 2)}
