"""The HTTP routes for those who run the service: alive, ready, meters."""

from __future__ import annotations

import os

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from chat_service.channels.http_access import reader_of
from chat_service.channels.readiness import Readiness
from chat_service.channels.station import Station
from chat_service.channels.wire import HealthBody
from chat_service.channels.workers import METERS_FOLDER


def health_routes(station: Station) -> APIRouter:
    """For those who run the service. They stand in the event loop, and wait for no work."""
    router, readiness = APIRouter(tags=["health"]), Readiness(station.check)

    @router.get("/healthz", summary="Is the process alive")
    async def alive() -> HealthBody:
        """Always, while it answers at all."""
        return HealthBody(status="ok")

    @router.get("/readyz", summary="Can questions be answered", responses={503: {"model": HealthBody}})
    async def ready() -> JSONResponse:
        """200 once the database has run a statement and the store has taken a write; 503 with the problems' codes."""
        body = await readiness.told()
        return JSONResponse(body.model_dump(mode="json"), status_code=200 if body.status == "ok" else 503)

    @router.get("/metrics", response_class=PlainTextResponse, summary="For Prometheus")
    async def meters(request: Request) -> PlainTextResponse:
        """Requests, times and answers, in Prometheus's text format. Takes the role `administer`."""
        reader_of(station, request, "administer")
        if METERS_FOLDER in os.environ:
            # those of all workers, which each keeps in files
            together = CollectorRegistry()
            MultiProcessCollector(together)  # type: ignore[no-untyped-call]
            return PlainTextResponse(generate_latest(together), media_type=CONTENT_TYPE_LATEST)
        found = b"".join(generate_latest(each) for each in (station.meters.registry, *station.model_meters()))
        return PlainTextResponse(found, media_type=CONTENT_TYPE_LATEST)

    return router
