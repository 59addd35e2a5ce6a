"""Around every HTTP request: an id, a count and a time."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chat_service.channels.http_errors import TOO_LARGE, shaped

_LOG = logging.getLogger("huitou.http")
# any word may be a method: a meter of its own for each would be a way to fill the memory
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")
_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")


class Meters:
    """What Prometheus reads, in a registry of its own for each app."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "huitou_http_requests", "HTTP requests", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "huitou_http_request_seconds", "Time of HTTP requests", ["route"], registry=self.registry
        )
        self.stages = Histogram(
            "huitou_stage_seconds", "Time of the stages of answers", ["stage"], registry=self.registry
        )
        self.answers = Counter("huitou_answers", "Answers by status", ["status", "language"], registry=self.registry)


class RequestMiddleware:
    """Gives every request an id (the client's own `X-Request-ID`, if it is a plain one), says it back, and meters."""

    def __init__(self, app: ASGIApp, meters: Meters, new_id: Callable[[], str], max_body_bytes: int) -> None:
        self._app, self._meters, self._new_id, self._max_body_bytes = app, meters, new_id, max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _ID.fullmatch(given) else self._new_id()
        scope["huitou.request_id"] = request_id
        started, status = time.perf_counter(), 500

        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length) > self._max_body_bytes:
            self._meters.requests.labels("POST", "unread", "413").inc()
            response = shaped(scope, 413, "body_too_large", TOO_LARGE)
            response.headers["X-Request-ID"] = request_id
            await response(scope, receive, send)
            return

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            seconds = time.perf_counter() - started
            self._meters.requests.labels(method, route, str(status)).inc()
            self._meters.seconds.labels(route).observe(seconds)
            told = {"request_id": request_id, "method": method, "route": route, "status": status}
            _LOG.info("request", extra={**told, "ms": round(seconds * 1000, 1)})
