"""A request of whatever channel, worked on: bounded, with a deadline, noted in the audit.

Comes in: who asks for what (`Visit`), and what is to be done. Every channel goes through here, so that readers, limits
and audit are the same wherever people ask.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import JsonValue, SecretStr

from chat_service.access.audit import facts
from chat_service.asking import Answer, Stage
from chat_service.channels.station import ChannelNotInstalled as ChannelNotInstalled
from chat_service.channels.station import Station
from chat_service.channels.wire import ChatBody, ChatRequest
from chat_service.channels.work import Job
from chat_service.services import Services
from chat_service.settings import PREFIX, Settings
from semantic_layer import ANONYMOUS, HuitouError, Problem, Reader, problem

Value = TypeVar("Value")


@problem("setting_needed", zh="需要设置 {setting}。", en="This needs the setting {setting}.")
class SettingNeeded(Problem):
    """A channel without the key or secret that it stands on."""

    setting: str


class ChannelError(HuitouError):
    """A channel that cannot be opened as it is set up: for the operator."""


def needed(settings: Settings, name: str) -> str:
    """A setting that a channel stands on, in clear. Raises ChannelError (`setting_needed`)."""
    value = vars(settings)[name]
    if value is None:
        raise ChannelError(SettingNeeded(PREFIX + name.upper()))
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


async def _stays() -> bool:
    return False


@dataclass(frozen=True, eq=False)
class Visit:
    """One request: whose it is, what it asks for (as the audit calls it), from where, and whether they still wait."""

    reader: Reader
    what: str
    request_id: str
    client: str = ""
    has_left: Callable[[], Awaitable[bool]] = _stays
    person: str = ""  # whose requests they are counted as, where many persons are one reader

    @property
    def counted_as(self) -> str:
        """Under which name a reader's requests are counted: without keys everybody is told apart by address."""
        if self.person:
            return self.person
        return f"{ANONYMOUS.name} at {self.client}" if self.reader.name == ANONYMOUS.name else self.reader.name


async def worked(station: Station, visit: Visit, work: Callable[[Job], Value], *, turn: object = None) -> Value:
    """The value of `work`, done in a thread and noted in the audit. Raises WorkError, AuditError, and what the work
    raises."""
    job, code = station.work.job(), ""
    if station.traces is not None:
        job.trace = station.traces.begun(visit.what, visit.request_id)
    try:
        return await station.work.run(visit.counted_as, work, visit.has_left, turn=turn, job=job)
    except HuitouError as error:
        code = error.problems[0].code
        raise
    except asyncio.CancelledError:
        code = "cancelled"
        raise
    finally:
        told: dict[str, JsonValue] = {"code": code} if code else {}
        told["ms"] = round((time.monotonic() - job.began) * 1000)
        if job.trace is not None:
            job.trace.end(code or str(job.facts.get("code", "")))
        note(station, visit.request_id, visit.reader.name, visit.what, {**job.facts, **told})


async def read(station: Station, visit: Visit, reading: Callable[[Services, Job], Value]) -> Value:
    """What is read from the services. Raises as `worked`."""

    def work(job: Job) -> Value:
        with station.using() as dialogue:
            return reading(dialogue.services, job)

    return await worked(station, visit, work)


async def asked(
    station: Station, visit: Visit, message: ChatRequest, on_stage: Callable[[Stage], None] = lambda _: None
) -> str:
    """The answer's JSON, made in a thread, after those of the same conversation. Raises as `worked`, DialogueError."""

    told: list[tuple[str, str]] = []

    def work(job: Job) -> str:
        def begun(stage: Stage) -> None:
            job.on_stage(stage)
            on_stage(stage)

        def found(answer: Answer) -> None:
            told.append((answer.status, answer.language))
            for stage, ms in answer.timings_ms.items():
                station.meters.stages.labels(stage).observe(ms / 1000)
            if station.audit is not None:
                job.facts |= facts(answer.request, answer.prepared, dialogue.services.model)
            job.facts |= {"status": answer.status, "translator": answer.reading.translator}
            if answer.table is not None:
                job.facts["rows"] = answer.table.total_rows
            if answer.trouble is not None:
                job.facts["code"] = answer.trouble.code

        with station.using() as dialogue:
            return dialogue.respond(
                message, visit.reader, visit.request_id, begun, client=visit.client, on_answer=found
            )

    turn = (visit.reader.name, message.conversation_id or message.message_id)
    body = await worked(station, visit, work, turn=turn if any(turn[1:]) else None)
    if not told:  # answered before
        known = ChatBody.model_validate_json(body)
        told.append((known.status, known.language))
    station.meters.answers.labels(*told[-1]).inc()
    return body


def note(station: Station, request_id: str, reader: str, what: str, told: dict[str, JsonValue]) -> None:
    """A record in the audit, where one is kept. Raises AuditError."""
    if station.audit is None:
        return
    when = station.now().isoformat(timespec="milliseconds")
    station.audit.add({"time": when, "request_id": request_id, "reader": reader, "what": what, **told})
