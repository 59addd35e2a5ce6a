"""MCP over streamable HTTP: the reader told by the key of each request, the guards of the HTTP service around it."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from chat_service.access.admission import Admitted
from chat_service.channels.failures import status_of, told_of
from chat_service.channels.http_access import key_of
from chat_service.channels.http_channel import AtWork, channel_app
from chat_service.channels.http_errors import language_of, request_id_of, shaped
from chat_service.channels.station import Station
from chat_service.channels.visits import note
from semantic_layer import HuitouError

App = ASGIApp
_ADMITTED = "huitou.admitted"


class ReaderMiddleware:
    """Refuses whoever may not ask, before the protocol is looked at; says who asks to what is within."""

    def __init__(self, app: ASGIApp, station: Station) -> None:
        self._app, self._station = app, station

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        client = "" if request.client is None else request.client.host
        try:
            scope[_ADMITTED] = self._station.admission.admitted(key_of(request.headers), client)
        except HuitouError as error:
            first = error.problems[0]
            note(self._station, request_id_of(request), "", "mcp", {"code": first.code})
            told = told_of(error, language_of(scope), request_id_of(request))
            refused = shaped(scope, status_of(error), first.code, told)
            if refused.status_code == 401:
                refused.headers["WWW-Authenticate"] = "Bearer"
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)


def admitted_over_http(request: object) -> tuple[Admitted, str]:
    """Who asks, as the middleware found it, and from where."""
    assert isinstance(request, Request)
    found = request.scope[_ADMITTED]
    assert isinstance(found, Admitted)
    return found, "" if request.client is None else request.client.host


def mcp_app(station: Station, protocol: ASGIApp, at_work: AtWork) -> FastAPI:
    """The service: `protocol` is the SDK's app, which answers at `/mcp` while it is `at_work`."""
    app = channel_app(station, at_work)
    app.mount("/", ReaderMiddleware(protocol, station))
    return app
