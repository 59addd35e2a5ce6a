"""The HTTP routes beside the chat: typed queries, the catalogue, conversations, feedback, health."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Request
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from chat_service.channels.bodies import filter_bodies, provenance, sql_part, table_part, warning_bodies
from chat_service.channels.catalogue_bodies import dimensions_body, metrics_body, values_body
from chat_service.channels.dialogue import (
    DialogueError,
    UnknownAnswer,
    UnknownConversation,
    UnknownDimension,
    read_body,
)
from chat_service.channels.examples import QUERY_EXAMPLES
from chat_service.channels.http_errors import request_id_of, status_of
from chat_service.channels.station import Station
from chat_service.channels.wire import (
    ID,
    ConversationBody,
    DimensionsBody,
    ExplainBody,
    FeedbackBody,
    FeedbackRequest,
    HealthBody,
    MetricsBody,
    QueryBody,
    TurnBody,
    ValuesBody,
)
from chat_service.conversation.memory import Feedback
from chat_service.outcomes import Language
from chat_service.present.finding import Finding
from chat_service.present.names import Names
from chat_service.present.notes import caution_notes, notes
from semantic_layer import AskedRequest, HuitouError

_Id = Annotated[str, Path(max_length=100, pattern=ID)]


def query_routes(station: Station) -> APIRouter:
    """Typed queries without language."""
    router = APIRouter(tags=["query"])

    @router.post("/v1/query", summary="Run a typed query")
    def query(
        request: Request,
        typed: Annotated[AskedRequest, Body(openapi_examples=QUERY_EXAMPLES)],
        explain: Annotated[bool, Query(description="Compile only: the SQL, unrun.")] = False,
        language: Annotated[Language, Query(description="Language of the labels.")] = "en",
    ) -> QueryBody | ExplainBody:
        """The table of metrics over groups, or of a list by conditions. The shape is told by `kind`."""
        services = station.services
        prepared = services.layer.prepare(typed, services.reader)
        sql, filters = sql_part(prepared), filter_bodies(prepared.filters)
        if explain:
            said = warning_bodies(caution_notes(prepared.cautions, Names(services.model, language)))
            return ExplainBody(request_id=request_id_of(request), sql=sql, filters=filters, warnings=said)
        table, names = services.layer.execute(prepared), Names(services.model, language)
        finding = Finding(typed, table, names, services.layer.as_of, prepared.filters)
        return QueryBody(
            request_id=request_id_of(request),
            table=table_part(table, names),
            sql=sql,
            filters=filters,
            warnings=warning_bodies(notes(finding)),
            provenance=provenance(services.layer, "offline"),
        )

    return router


def catalogue_routes(station: Station) -> APIRouter:
    """What can be asked for."""
    router = APIRouter(tags=["catalogue"])

    @router.get("/v1/metrics", summary="Every metric")
    def metrics() -> MetricsBody:
        """Labels, descriptions, synonyms, formulas, and what each can be split by."""
        return metrics_body(station.services.layer)

    @router.get("/v1/dimensions", summary="Every dimension")
    def dimensions() -> DimensionsBody:
        """Labels, descriptions, synonyms, and the labels of codes."""
        return dimensions_body(station.services.layer, station.services.reader)

    @router.get("/v1/dimensions/{name}/values", summary="Values of a dimension")
    def values(
        name: _Id,
        search: Annotated[
            str, Query(max_length=200, pattern=ID, description="Part of the value or of its label.")
        ] = "",
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> ValuesBody:
        """As they stand in the data, in order. `is_complete` says that none was left out."""
        services = station.services
        if name not in services.model.dimensions and name not in services.model.fields:
            raise DialogueError(UnknownDimension(name))
        return values_body(services.layer, name, search, limit, services.reader)

    return router


def conversation_routes(station: Station) -> APIRouter:
    """What was asked and answered, and what was thought of it."""
    router = APIRouter(tags=["chat"])

    @router.get("/v1/conversations/{conversation_id}", summary="A conversation")
    def conversation(conversation_id: _Id) -> ConversationBody:
        """Its turns in order, as they were answered then."""
        turns = station.store.turns(conversation_id, station.reader.name)
        if not turns:
            raise DialogueError(UnknownConversation(conversation_id))
        bodies = tuple(TurnBody(message=t.message, asked_at=t.asked_at, answer=read_body(t)) for t in turns)
        return ConversationBody(conversation_id=conversation_id, turns=bodies)

    @router.post("/v1/feedback", summary="Say whether an answer was right")
    def feedback(given: FeedbackRequest) -> FeedbackBody:
        """On the answer with that `request_id`; a later feedback replaces an earlier one."""
        reader = station.reader.name
        if station.store.turn(given.request_id, reader) is None:
            raise DialogueError(UnknownAnswer(given.request_id))
        when = station.now().isoformat(timespec="seconds")
        station.store.add_feedback(Feedback(given.request_id, reader, given.positive, given.comment, when))
        return FeedbackBody(request_id=given.request_id)

    return router


def health_routes(station: Station) -> APIRouter:
    """For those who run the service."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="Is the process alive")
    def alive() -> HealthBody:
        """Always, while it answers at all."""
        return HealthBody(status="ok")

    @router.get("/readyz", summary="Can questions be answered", responses={503: {"model": HealthBody}})
    def ready() -> JSONResponse:
        """200 once model and database are open; 503 with the problems' codes else."""
        try:
            as_of = station.services.layer.as_of.isoformat()
        except HuitouError as error:
            codes = tuple(dict.fromkeys(each.code for each in error.problems))
            body = HealthBody(status="unavailable", problems=codes)
            return JSONResponse(body.model_dump(mode="json"), status_code=max(503, status_of(error)))
        return JSONResponse(HealthBody(status="ok", data_as_of=as_of).model_dump(mode="json"))

    @router.get("/metrics", response_class=PlainTextResponse, summary="For Prometheus")
    def meters() -> PlainTextResponse:
        """Requests, times and answers, in Prometheus's text format."""
        return PlainTextResponse(generate_latest(station.meters.registry), media_type=CONTENT_TYPE_LATEST)

    @router.get("/", include_in_schema=False)
    def page() -> RedirectResponse:
        return RedirectResponse("/docs")

    return router
