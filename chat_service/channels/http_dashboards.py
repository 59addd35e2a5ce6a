"""The HTTP routes of dashboards. Each tile is a request of its own, so that a slow one holds up no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import StreamingResponse

from chat_service.channels.dashboard_bodies import dashboard_body, head_body, tile_body
from chat_service.channels.http_access import reader_of
from chat_service.channels.http_errors import request_id_of
from chat_service.channels.http_work import read, worked
from chat_service.channels.station import Station
from chat_service.channels.wire import ID
from chat_service.channels.wire_dashboards import (
    DashboardBody,
    DashboardRequest,
    DashboardsBody,
    LookRequest,
    TileBody,
)
from chat_service.channels.wire_saved import DeletedBody
from chat_service.channels.work import Job
from chat_service.outcomes import Language
from chat_service.saved.boards import Boards
from chat_service.saved.dashboards import Dashboard, Look, checked_dashboard, shown_of, tile_at
from chat_service.saved.reports import REPORT_MEDIA, ReportForm, dashboard_report, report_blocks
from chat_service.services import Services
from semantic_layer import Reader

_Id = Annotated[str, Path(max_length=100, pattern=ID)]
_FILES: dict[int | str, dict[str, object]] = {
    200: {"description": "The file.", "content": {media: {} for media in REPORT_MEDIA.values()}}
}
_Language = Annotated[Language, Query(description="Of names and labels.")]


def dashboard_routes(station: Station, boards: Boards) -> APIRouter:
    """Dashboards: found, opened, computed."""
    router = APIRouter(tags=["dashboards"])

    @router.get("/v1/dashboards", summary="Dashboards")
    async def every(request: Request, language: _Language = "en") -> DashboardsBody:
        """Yours, those shared with you or a role of yours, and those of the model."""
        reader = reader_of(station, request)

        def work(_: Job) -> DashboardsBody:
            found = boards.heads(reader, language)
            return DashboardsBody(dashboards=tuple(head_body(each, reader) for each in found))

        return await worked(station, request, reader, work)

    @router.get("/v1/dashboards/{dashboard_id}", summary="A dashboard")
    async def one(request: Request, dashboard_id: _Id, language: _Language = "en") -> DashboardBody:
        """Its tiles by their titles; what each shows is asked for by its place."""
        reader = reader_of(station, request)

        def reading(services: Services, _: Job) -> DashboardBody:
            shown = boards.shown(dashboard_id, reader, services.layer.as_of, language)
            return dashboard_body(shown, reader, services, station.now())

        return await read(station, request, reader, reading)

    @router.post("/v1/dashboards/{dashboard_id}/tiles/{place}", summary="What a tile shows")
    async def tile(
        request: Request, dashboard_id: _Id, place: Annotated[int, Path(ge=0, le=1000)], wanted: LookRequest
    ) -> TileBody:
        """The tile at a place, from 0, on today's data and under your own rights."""
        reader = reader_of(station, request)
        look = Look(wanted.language, wanted.filters, wanted.period)

        def reading(services: Services, job: Job) -> TileBody:
            shown = boards.shown(dashboard_id, reader, services.layer.as_of, wanted.language)
            found = tile_at(shown, place)
            job.facts |= {"dashboard": dashboard_id, "tile": place}
            return tile_body(found, look, reader, services, request_id_of(request))

        return await read(station, request, reader, reading)

    @router.post(
        "/v1/dashboards/{dashboard_id}/report",
        summary="A dashboard as a file",
        response_class=StreamingResponse,
        responses=_FILES,
    )
    async def report(
        request: Request,
        dashboard_id: _Id,
        wanted: LookRequest,
        format: Annotated[ReportForm, Query(description="One HTML file, or a PDF.")] = "html",
    ) -> StreamingResponse:
        """All of its tiles as they are now, under your own rights, in one file that needs nothing beside it."""
        reader = reader_of(station, request)
        look = Look(wanted.language, wanted.filters, wanted.period)

        def reading(services: Services, job: Job) -> Iterator[bytes]:
            shown = boards.shown(dashboard_id, reader, services.layer.as_of, wanted.language)
            job.facts |= {"dashboard": dashboard_id, "format": format}
            made = dashboard_report(shown, look, reader, services)
            return report_blocks(made, format, services.settings.fonts)

        blocks = await read(station, request, reader, reading)
        headers = {"Content-Disposition": f'attachment; filename="huitou-dashboard.{format}"'}
        return StreamingResponse(blocks, media_type=REPORT_MEDIA[format], headers=headers)

    return router


def dashboard_keeping_routes(station: Station, boards: Boards) -> APIRouter:
    """Dashboards made, changed and deleted by their owners."""
    router = APIRouter(tags=["dashboards"])

    def told(dashboard: Dashboard, reader: Reader, services: Services) -> DashboardBody:
        shown = shown_of(dashboard, reader, boards.saved, services.layer.as_of)
        return dashboard_body(shown, reader, services, station.now())

    @router.post("/v1/dashboards", summary="Make a dashboard")
    async def make(request: Request, wanted: DashboardRequest) -> DashboardBody:
        """Of saved answers that you may open, under a name of yours that is free."""
        reader = reader_of(station, request)

        def reading(services: Services, _: Job) -> DashboardBody:
            made = _wanted(wanted, station.new_id(), reader, station.now().timestamp())
            kept = boards.kept.add(checked_dashboard(made, reader, boards.saved, services))
            return told(kept, reader, services)

        return await read(station, request, reader, reading)

    @router.put("/v1/dashboards/{dashboard_id}", summary="Change a dashboard")
    async def change(request: Request, dashboard_id: _Id, wanted: DashboardRequest) -> DashboardBody:
        """As a whole. `version` is the one that was changed; another's change in the meantime is not lost."""
        reader = reader_of(station, request)

        def reading(services: Services, _: Job) -> DashboardBody:
            boards.own(dashboard_id, reader)
            made = _wanted(wanted, dashboard_id, reader, station.now().timestamp())
            kept = boards.kept.change(checked_dashboard(made, reader, boards.saved, services))
            return told(kept, reader, services)

        return await read(station, request, reader, reading)

    @router.delete("/v1/dashboards/{dashboard_id}", summary="Delete a dashboard")
    async def forget(request: Request, dashboard_id: _Id) -> DeletedBody:
        """The saved answers on it stay."""
        reader = reader_of(station, request)

        def work(_: Job) -> DeletedBody:
            boards.kept.forget(boards.own(dashboard_id, reader).dashboard_id)
            return DeletedBody(id=dashboard_id)

        return await worked(station, request, reader, work)

    return router


def _wanted(wanted: DashboardRequest, dashboard_id: str, reader: Reader, now: float) -> Dashboard:
    return Dashboard(
        dashboard_id,
        reader.name,
        wanted.name,
        wanted.tiles,
        wanted.filters,
        wanted.refresh,
        wanted.readers,
        wanted.roles,
        wanted.version,
        now,
    )
