"""The HTTP service put together: routes, middleware, errors. `create_app` is all there is to start."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from chat_service.access.rates import Rates
from chat_service.channels.http_api import catalogue_routes, query_routes
from chat_service.channels.http_chat import chat_routes
from chat_service.channels.http_conversations import conversation_routes, feedback_routes, naming_routes, sharing_routes
from chat_service.channels.http_dashboards import dashboard_keeping_routes, dashboard_routes
from chat_service.channels.http_docs import docs_routes
from chat_service.channels.http_errors import install_error_handlers
from chat_service.channels.http_export import export_routes
from chat_service.channels.http_guard import GuardMiddleware
from chat_service.channels.http_health import health_routes
from chat_service.channels.http_middleware import RequestMiddleware
from chat_service.channels.http_page import page_routes
from chat_service.channels.http_saved import alert_routes, episode_routes, saved_routes
from chat_service.channels.http_slow import SlowClientMiddleware
from chat_service.channels.running import new_station, running
from chat_service.channels.station import Station
from chat_service.channels.wire import ErrorBody
from chat_service.conversation.memory import Store
from chat_service.saved.boards import Boards
from chat_service.saved.runner import Runner
from chat_service.services import Services
from chat_service.settings import Settings
from semantic_layer import HuitouError

_LOG = logging.getLogger("huitou.service")
_DESCRIPTION = (
    "Questions about customer loyalty, in Chinese or English, answered from a semantic layer: every number comes with "
    "its definition, its SQL and the reading that was taken. An error has one shape everywhere."
)


def create_app(
    settings: Settings, store: Store | None = None, rates: Rates | None = None, *, opens_ahead: bool = False
) -> FastAPI:
    """The service for those settings. Database and model are opened by the first request that needs them, or as soon as
    it listens (`opens_ahead`). `rates` are those that it shares with other processes."""
    station = new_station(settings, store, rates)
    boards = station.boards
    assert boards is not None, "every new station has some"
    saved = boards.saved

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        runner = runner_of(station, boards)
        ahead = (_opening(station),) if opens_ahead else ()
        async with running(station, *ahead, *_alerting(runner)):
            try:
                yield
            finally:
                await asyncio.to_thread(runner.stop)

    app = FastAPI(
        title="Huitou",
        version="1",
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        responses={
            "4XX": {"model": ErrorBody, "description": "Malformed, unknown or too large: the client must act."},
            "5XX": {"model": ErrorBody, "description": "The service cannot answer now: the operator must act."},
        },
    )
    install_error_handlers(app)
    for routes in (
        chat_routes,
        query_routes,
        catalogue_routes,
        conversation_routes,
        naming_routes,
        sharing_routes,
        feedback_routes,
        export_routes,
        health_routes,
    ):
        app.include_router(routes(station), max_body_size=settings.max_body_bytes)
    for routes_of in (saved_routes, episode_routes):
        app.include_router(routes_of(station, saved), max_body_size=settings.max_body_bytes)
    for routes_on in (alert_routes, dashboard_routes, dashboard_keeping_routes):
        app.include_router(routes_on(station, boards), max_body_size=settings.max_body_bytes)
    app.include_router(docs_routes())
    app.include_router(page_routes())
    app.add_middleware(SlowClientMiddleware, seconds=settings.client_timeout_seconds)
    if settings.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["authorization", "content-type", "x-api-key", "x-request-id"],
            expose_headers=["x-request-id", "retry-after"],
        )
    app.add_middleware(GuardMiddleware, settings=settings)
    app.add_middleware(
        RequestMiddleware,
        meters=station.meters,
        new_id=station.new_id,
        max_body_bytes=settings.max_body_bytes,
    )
    return app


def runner_of(station: Station, boards: Boards) -> Runner:
    """What runs the alerts of a service."""

    @contextmanager
    def using() -> Iterator[Services]:
        with station.using() as dialogue:
            yield dialogue.services

    return Runner(boards, station.settings, station.admission, using, station.now, station.new_id())


async def _opening(station: Station) -> None:
    """Has model and database open before somebody asks. What stands in the way is told to those who do."""

    def opened() -> None:
        with suppress(HuitouError), station.using():
            pass

    await asyncio.to_thread(opened)


def _alerting(runner: Runner) -> tuple[Coroutine[None, None, None], ...]:
    """Runs alerts and delivers what they tell, each in one thread beside those of questions."""
    seconds = runner.settings.alert_check_seconds
    if not seconds:
        return ()

    async def again(work: Callable[[], int]) -> None:
        while True:
            # whatever goes wrong with one look, there is a next
            (done,) = await asyncio.gather(asyncio.to_thread(work), return_exceptions=True)
            if isinstance(done, BaseException):
                _LOG.error("alerts could not be looked at", exc_info=done)
            await asyncio.sleep(0 if done and not isinstance(done, BaseException) else seconds)

    return again(runner.run_due), again(runner.deliver_due)
