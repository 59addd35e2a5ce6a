"""One question recorded, and played back: what `huitou ask --record` and `huitou replay` do.

A replay reads the question of a recording with the calls that were made then, on the model and data that there are now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pydantic import JsonValue, SecretStr

from chat_service.outcomes import Question
from chat_service.services import Services
from chat_service.translate.agent.recording import (
    Entry,
    RecordedCall,
    RecordedOutcome,
    RecordedQuestion,
    Recorder,
    ReplayTransport,
    read_recording,
)
from chat_service.translate.agent.usage import Prices
from prompts import prompts
from semantic_layer import HuitouError, Problem, Request, problem


@problem("unreadable_recording", zh="{where}：{reason}", en="{where}: {reason}")
class UnreadableRecording(Problem):
    """A file that is no recording of a question."""

    where: str
    reason: str


class RecordingError(HuitouError):
    """A recording cannot be written or played back."""


@dataclass(frozen=True)
class Recording:
    """One question of a file with its calls and what became of it."""

    question: RecordedQuestion
    calls: tuple[RecordedCall, ...]
    outcome: RecordedOutcome | None


def begun(services: Services, question: Question, path: Path) -> Services:
    """The services with everything that goes to the model appended to a file. Raises RecordingError."""
    settings = services.settings
    recorder = Recorder(path, Prices(settings.llm_price_sent, settings.llm_price_cached, settings.llm_price_replied))
    head = RecordedQuestion(
        question=question.text,
        today=question.today.isoformat(),
        language=question.language,
        translator=settings.translator,
        model=settings.llm_model,
        model_hash=services.model.hash,
        prompt=prompts()["standing"].version,
    )
    try:
        recorder.write(head)
    except OSError as error:
        raise RecordingError(UnreadableRecording(str(path), error.strerror or str(error))) from error
    return replace(services, recorder=recorder)


def recordings_in(path: Path) -> tuple[Recording, ...]:
    """The recorded questions of a file in order. Raises RecordingError."""
    try:
        entries = read_recording(path)
    except (OSError, ValueError, KeyError) as error:
        raise RecordingError(UnreadableRecording(str(path), str(error).split("\n")[0])) from error
    starts = [at for at, entry in enumerate(entries) if isinstance(entry, RecordedQuestion)]
    if not starts:
        raise RecordingError(UnreadableRecording(str(path), "holds no question"))
    return tuple(_recording(entries[at:end]) for at, end in zip(starts, (*starts[1:], len(entries)), strict=True))


def replaying(services: Services, recording: Recording) -> tuple[Services, Question]:
    """Services whose model is the recording, and the question to ask of them."""
    asked = recording.question
    settings = services.settings.model_copy(
        update={"llm_api_key": SecretStr("replayed"), "llm_model": asked.model, "translator": asked.translator}
    )
    question = Question(asked.question, date.fromisoformat(asked.today), asked.language)
    return replace(services, settings=settings, replay=ReplayTransport(recording.calls)), question


def written(request: Request | None) -> dict[str, JsonValue] | None:
    """A request as recordings hold it."""
    if request is None:
        return None
    found: dict[str, JsonValue] = request.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return found


def _recording(entries: Sequence[Entry]) -> Recording:
    head = entries[0]
    assert isinstance(head, RecordedQuestion), "a recording begins with its question"
    calls = tuple(each for each in entries if isinstance(each, RecordedCall))
    outcome = next((each for each in entries if isinstance(each, RecordedOutcome)), None)
    return Recording(head, calls, outcome)
