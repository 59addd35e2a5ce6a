"""Who stands behind an HTTP request, told by its `Authorization` or `X-API-Key`."""

from __future__ import annotations

from fastapi import Request
from starlette.datastructures import Headers

from chat_service.access.admission import AdmissionError, Admitted
from chat_service.access.keys import Role
from chat_service.channels.http_errors import request_id_of
from chat_service.channels.http_work import what_of
from chat_service.channels.station import Station
from chat_service.channels.visits import note
from semantic_layer import Reader


def key_of(headers: Headers) -> str | None:
    """The key that a request shows; '' for something that is none."""
    kind, _, shown = headers.get("authorization", "").partition(" ")
    if kind:
        return shown.strip() if kind.lower() == "bearer" else ""
    return headers.get("x-api-key")


def admitted(station: Station, request: Request) -> Admitted:
    """The reader and their roles. Raises AdmissionError."""
    try:
        return station.admission.admitted(
            key_of(request.headers), "" if request.client is None else request.client.host
        )
    except AdmissionError as error:
        _note(station, request, "", error)
        raise


def reader_of(station: Station, request: Request, role: Role = "ask") -> Reader:
    """The reader, who has the role. Raises AdmissionError."""
    found = admitted(station, request)
    try:
        found.needs(role)
    except AdmissionError as error:
        _note(station, request, found.reader.name, error)
        raise
    return found.reader


def _note(station: Station, request: Request, reader: str, error: AdmissionError) -> None:
    note(station, request_id_of(request), reader, what_of(request), {"code": error.problems[0].code})
