"""Work for an HTTP request: bounded, with a deadline, stopped when its client leaves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from fastapi import Request
from pydantic import JsonValue

from chat_service.channels.http_errors import request_id_of
from chat_service.channels.station import Station
from chat_service.channels.work import Job
from chat_service.services import Services
from semantic_layer import ANONYMOUS, HuitouError, Reader

Value = TypeVar("Value")


def client_of(request: Request) -> str:
    """The address that a request comes from."""
    return "" if request.client is None else request.client.host


def counted_as(reader: Reader, request: Request) -> str:
    """Under which name a reader's requests are counted: without keys everybody is told apart by address."""
    return f"{ANONYMOUS.name} at {client_of(request)}" if reader.name == ANONYMOUS.name else reader.name


async def worked(
    station: Station,
    request: Request,
    reader: Reader,
    work: Callable[[Job], Value],
    *,
    turn: object = None,
) -> Value:
    """The value of `work`, done in a thread and noted in the audit. Raises WorkError, AuditError, and what the work
    raises."""
    job, code = station.work.job(), ""
    try:
        return await station.work.run(counted_as(reader, request), work, request.is_disconnected, turn=turn, job=job)
    except HuitouError as error:
        code = error.problems[0].code
        raise
    except asyncio.CancelledError:
        code = "cancelled"
        raise
    finally:
        told = {"code": code} if code else {}
        note(station, request, reader.name, {**job.facts, **told, "ms": round((time.monotonic() - job.began) * 1000)})


def note(station: Station, request: Request, reader: str, told: dict[str, JsonValue]) -> None:
    """A record in the audit, where one is kept. Raises AuditError."""
    if station.audit is None:
        return
    what = f"{request.method} {request.scope['route'].path}"
    when = station.now().isoformat(timespec="milliseconds")
    station.audit.add({"time": when, "request_id": request_id_of(request), "reader": reader, "what": what, **told})


async def read(station: Station, request: Request, reader: Reader, reading: Callable[[Services, Job], Value]) -> Value:
    """What is read from the services. Raises as `worked`."""

    def work(job: Job) -> Value:
        with station.using() as dialogue:
            return reading(dialogue.services, job)

    return await worked(station, request, reader, work)
