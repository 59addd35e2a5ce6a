"""The HTTP routes of saved answers and alerts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from chat_service.channels.http_access import reader_of
from chat_service.channels.http_errors import request_id_of
from chat_service.channels.http_work import read, worked
from chat_service.channels.saved_bodies import alert_body, history_body, saved_body
from chat_service.channels.station import Station
from chat_service.channels.typed import TypedQuestion, typed_answer
from chat_service.channels.wire import ID
from chat_service.channels.wire_saved import (
    AcknowledgedBody,
    AlertBody,
    AlertRequest,
    AlertsBody,
    DeletedBody,
    HistoryBody,
    ResentBody,
    SavedAnswerBody,
    SavedBody,
    SavedListBody,
    SaveRequest,
    SnoozeRequest,
)
from chat_service.channels.work import Job
from chat_service.outcomes import Language
from chat_service.saved.alerting import add_alert, new_alert
from chat_service.saved.boards import Boards
from chat_service.saved.looking import (
    Wish,
    may_open,
    opened,
    own_alert,
    owner_of,
    request_today,
    save,
)
from chat_service.saved.records import UnknownSaved
from chat_service.saved.schedule import SavedError
from chat_service.saved.store import SavedStore
from chat_service.services import Services

_Id = Annotated[str, Path(max_length=100, pattern=ID)]


def saved_routes(station: Station, store: SavedStore) -> APIRouter:
    """Typed requests kept under names."""
    router = APIRouter(tags=["saved"])

    @router.get("/v1/saved", summary="Saved answers")
    async def every(request: Request) -> SavedListBody:
        """Yours, and those shared with you or a role of yours."""
        reader = reader_of(station, request)

        def reading(services: Services, _: Job) -> SavedListBody:
            found = (each for each in store.all_saved() if may_open(each, reader))
            return SavedListBody(saved=tuple(saved_body(each, services) for each in found))

        return await read(station, request, reader, reading)

    @router.post("/v1/saved", summary="Save an answer")
    async def keep(request: Request, wanted: SaveRequest) -> SavedBody:
        """A typed request under a name of yours; another one under the same name is its next version."""
        reader = reader_of(station, request)
        wish = Wish(wanted.name, wanted.request, wanted.moves, wanted.readers, wanted.roles)

        def reading(services: Services, _: Job) -> SavedBody:
            return saved_body(save(store, wish, reader, services, station.new_id(), station.now()), services)

        return await read(station, request, reader, reading)

    @router.get("/v1/saved/{saved_id}", summary="Run a saved answer")
    async def run(
        request: Request,
        saved_id: _Id,
        version: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="One before the last.")] = None,
        language: Annotated[Language, Query(description="Language of the labels.")] = "en",
    ) -> SavedAnswerBody:
        """On today's data, under your own rights."""
        reader = reader_of(station, request)

        def reading(services: Services, job: Job) -> SavedAnswerBody:
            saved = opened(store, saved_id, reader, version)
            asked = request_today(saved, services.layer.as_of)
            found = typed_answer(TypedQuestion(asked, reader, language), services, job, request_id_of(request))
            return SavedAnswerBody(saved=saved_body(saved, services), answer=found)

        return await read(station, request, reader, reading)

    @router.delete("/v1/saved/{saved_id}", summary="Delete a saved answer")
    async def forget(request: Request, saved_id: _Id) -> DeletedBody:
        """With all of its versions. Alerts on it stop."""
        reader = reader_of(station, request)

        def work(_: Job) -> DeletedBody:
            if opened(store, saved_id, reader).owner != reader.name:
                raise SavedError(UnknownSaved())
            store.forget_saved(saved_id)
            return DeletedBody(id=saved_id)

        return await worked(station, request, reader, work)

    return router


def alert_routes(station: Station, boards: Boards) -> APIRouter:
    """Conditions on saved answers, and what is told by a schedule."""
    router, store = APIRouter(tags=["alerts"]), boards.saved

    @router.get("/v1/alerts", summary="Your alerts")
    async def every(request: Request) -> AlertsBody:
        """By name, each with when it is next due."""
        reader = reader_of(station, request)
        return await worked(
            station,
            request,
            reader,
            lambda _: AlertsBody(alerts=tuple(alert_body(each) for each in store.alerts(reader.name))),
        )

    @router.post("/v1/alerts", summary="Add an alert")
    async def add(request: Request, wanted: AlertRequest) -> AlertBody:
        """It runs under the rights that your keys have when it runs, and stops when you have none."""
        reader = reader_of(station, request)
        owner_of(station.admission.standing(reader.name), reader.name)
        alert = new_alert(station.new_id(), reader, wanted.name, wanted.saved_id, wanted.schedule, wanted.language)

        def reading(services: Services, _: Job) -> AlertBody:
            now = station.now()
            return alert_body(add_alert(boards, alert, wanted.condition, wanted.targets, reader, services, now))

        return await read(station, request, reader, reading)

    @router.delete("/v1/alerts/{alert_id}", summary="Delete an alert")
    async def forget(request: Request, alert_id: _Id) -> DeletedBody:
        """With its history, and what was still to be sent."""
        reader = reader_of(station, request)

        def work(_: Job) -> DeletedBody:
            store.forget_alert(own_alert(store, alert_id, reader).alert_id)
            return DeletedBody(id=alert_id)

        return await worked(station, request, reader, work)

    return router


def episode_routes(station: Station, store: SavedStore) -> APIRouter:
    """What happens to an alert."""
    router = APIRouter(tags=["alerts"])

    @router.get("/v1/alerts/{alert_id}/history", summary="What happened to an alert")
    async def history(request: Request, alert_id: _Id) -> HistoryBody:
        """Its last hundred events, each with how its deliveries went."""
        reader = reader_of(station, request)
        return await worked(station, request, reader, lambda _: history_body(store, own_alert(store, alert_id, reader)))

    @router.post("/v1/alerts/{alert_id}/ack", summary="Acknowledge what was raised")
    async def acknowledge(request: Request, alert_id: _Id) -> AcknowledgedBody:
        """All that was raised so far is seen to, by you and now."""
        reader = reader_of(station, request)

        def work(_: Job) -> AcknowledgedBody:
            own_alert(store, alert_id, reader)
            count = store.acknowledge(alert_id, reader.name, station.now().timestamp())
            return AcknowledgedBody(alert_id=alert_id, events=count)

        return await worked(station, request, reader, work)

    @router.post("/v1/alerts/{alert_id}/resend", summary="Send again what never arrived")
    async def resend(request: Request, alert_id: _Id) -> ResentBody:
        """Its dead letters are sent as new ones, with the next look at what is due."""
        reader = reader_of(station, request)

        def work(_: Job) -> ResentBody:
            own_alert(store, alert_id, reader)
            return ResentBody(alert_id=alert_id, deliveries=store.send_again(alert_id, station.now().timestamp()))

        return await worked(station, request, reader, work)

    @router.post("/v1/alerts/{alert_id}/snooze", summary="Let an alert sleep")
    async def snooze(request: Request, alert_id: _Id, wanted: SnoozeRequest) -> AlertBody:
        """It runs again when it wakes, and tells what has changed since it last ran."""
        reader = reader_of(station, request)

        def work(_: Job) -> AlertBody:
            own_alert(store, alert_id, reader)
            store.snooze(alert_id, station.now().timestamp() + wanted.minutes * 60)
            return alert_body(own_alert(store, alert_id, reader))

        return await worked(station, request, reader, work)

    return router
