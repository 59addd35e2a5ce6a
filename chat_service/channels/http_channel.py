"""The HTTP service of a channel beside the API: guarded, metered and watched as that is."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Protocol

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from chat_service.channels.http_errors import install_error_handlers
from chat_service.channels.http_guard import GuardMiddleware
from chat_service.channels.http_health import health_routes
from chat_service.channels.http_middleware import RequestMiddleware
from chat_service.channels.http_slow import SlowClientMiddleware
from chat_service.channels.posted import Posted, Receipt
from chat_service.channels.running import running
from chat_service.channels.station import Station

AtWork = Callable[[], AbstractAsyncContextManager[None]]
Handle = Callable[[Request], Awaitable[Response]]


def channel_app(station: Station, at_work: AtWork) -> FastAPI:
    """The service without a route but those on its health; the channel is `at_work` while it runs."""
    chosen = station.settings

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with running(station), at_work():
            yield

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    install_error_handlers(app)
    app.include_router(health_routes(station))
    app.add_middleware(SlowClientMiddleware, seconds=chosen.client_timeout_seconds)
    app.add_middleware(GuardMiddleware, settings=chosen)
    app.add_middleware(
        RequestMiddleware, meters=station.meters, new_id=station.new_id, max_body_bytes=chosen.max_body_bytes
    )
    return app


def events_app(station: Station, path: str, handle: Handle, at_work: AtWork) -> FastAPI:
    """The service that a chat platform posts its events to: `handle` checks that they are the platform's."""
    app = channel_app(station, at_work)
    app.add_route(path, handle, methods=["POST"])
    return app


class Listens(Protocol):
    """What a platform posts to at a path: it says at once what to tell the platform, and answers later."""

    path: str

    def received(self, posted: Posted) -> Receipt:
        """What the platform is told."""
        ...

    def at_work(self) -> AbstractAsyncContextManager[None]:
        """Within the block it may receive; what it still answers ends before the block does."""
        ...


def platforms_app(station: Station, listening: Sequence[Listens]) -> FastAPI:
    """The service that several platforms post to, each at its path."""

    @asynccontextmanager
    async def at_work() -> AsyncIterator[None]:
        async with AsyncExitStack() as all_of_them:
            for each in listening:
                await all_of_them.enter_async_context(each.at_work())
            yield

    app = channel_app(station, at_work)
    for each in listening:
        app.add_route(each.path, _handled(each, station.settings.max_body_bytes), methods=["GET", "POST"])
    return app


def _handled(listens: Listens, most: int) -> Handle:
    async def handle(request: Request) -> Response:
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > most:
                raise HTTPException(413)
        posted = Posted(request.method, dict(request.query_params), dict(request.headers), body, time.time())
        told = listens.received(posted)
        return Response(told.body, told.status, media_type=told.media)

    return handle
