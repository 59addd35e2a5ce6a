"""Who stands behind an HTTP request, told by its `Authorization` or `X-API-Key`."""

from __future__ import annotations

from fastapi import Request

from chat_service.access.admission import Admitted
from chat_service.access.keys import Role
from chat_service.channels.station import Station
from semantic_layer import Reader


def admitted(station: Station, request: Request) -> Admitted:
    """The reader and their roles. Raises AdmissionError."""
    kind, _, shown = request.headers.get("authorization", "").partition(" ")
    key = shown.strip() if kind.lower() == "bearer" else request.headers.get("x-api-key")
    if kind and kind.lower() != "bearer":
        key = ""  # something is shown that is no key
    return station.admission.admitted(key, "" if request.client is None else request.client.host)


def reader_of(station: Station, request: Request, role: Role = "ask") -> Reader:
    """The reader, who has the role. Raises AdmissionError."""
    found = admitted(station, request)
    found.needs(role)
    return found.reader
