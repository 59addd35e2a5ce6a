"""The HTTP service of a channel beside the API: guarded, metered and watched as that is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from chat_service.channels.http_errors import install_error_handlers
from chat_service.channels.http_guard import GuardMiddleware
from chat_service.channels.http_health import health_routes
from chat_service.channels.http_middleware import RequestMiddleware
from chat_service.channels.http_slow import SlowClientMiddleware
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
