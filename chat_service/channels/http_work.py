"""Work for an HTTP request, which is stopped when its client leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fastapi import Request

from chat_service.channels import visits
from chat_service.channels.http_errors import request_id_of
from chat_service.channels.station import Station
from chat_service.channels.visits import Visit
from chat_service.channels.work import Job
from chat_service.services import Services
from semantic_layer import Reader

Value = TypeVar("Value")


def visit_of(request: Request, reader: Reader) -> Visit:
    """A request of a reader's over HTTP."""
    client = "" if request.client is None else request.client.host
    return Visit(reader, what_of(request), request_id_of(request), client, request.is_disconnected)


def what_of(request: Request) -> str:
    """What a request asks for, as the audit calls it."""
    return f"{request.method} {request.scope['route'].path}"


async def worked(station: Station, request: Request, reader: Reader, work: Callable[[Job], Value]) -> Value:
    """The value of `work`. Raises as `visits.worked`."""
    return await visits.worked(station, visit_of(request, reader), work)


async def read(station: Station, request: Request, reader: Reader, reading: Callable[[Services, Job], Value]) -> Value:
    """What is read from the services. Raises as `visits.worked`."""
    return await visits.read(station, visit_of(request, reader), reading)
