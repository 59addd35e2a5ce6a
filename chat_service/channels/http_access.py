"""Who stands behind an HTTP request, told by its `Authorization` or `X-API-Key`."""

from __future__ import annotations

from fastapi import Request

from chat_service.access.admission import AdmissionError, Admitted
from chat_service.access.keys import Role
from chat_service.channels.http_work import note
from chat_service.channels.station import Station
from semantic_layer import Reader


def admitted(station: Station, request: Request) -> Admitted:
    """The reader and their roles. Raises AdmissionError."""
    kind, _, shown = request.headers.get("authorization", "").partition(" ")
    key = shown.strip() if kind.lower() == "bearer" else request.headers.get("x-api-key")
    if kind and kind.lower() != "bearer":
        key = ""  # something is shown that is no key
    try:
        return station.admission.admitted(key, "" if request.client is None else request.client.host)
    except AdmissionError as error:
        note(station, request, "", {"code": error.problems[0].code})
        raise


def reader_of(station: Station, request: Request, role: Role = "ask") -> Reader:
    """The reader, who has the role. Raises AdmissionError."""
    found = admitted(station, request)
    try:
        found.needs(role)
    except AdmissionError as error:
        note(station, request, found.reader.name, {"code": error.problems[0].code})
        raise
    return found.reader
