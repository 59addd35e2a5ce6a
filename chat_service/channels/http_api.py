"""The HTTP routes beside the chat: typed queries and the catalogue."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Request

from chat_service.answer import answer
from chat_service.asking import Asked
from chat_service.channels.catalogue_bodies import (
    catalogue_body,
    dimensions_body,
    found_values_body,
    metrics_body,
    values_body,
)
from chat_service.channels.dialogue import DialogueError, UnknownDimension
from chat_service.channels.examples import QUERY_EXAMPLES
from chat_service.channels.http_access import reader_of
from chat_service.channels.http_errors import request_id_of
from chat_service.channels.http_work import read
from chat_service.channels.station import Station
from chat_service.channels.typed import TypedQuestion, typed_answer, typed_explanation
from chat_service.channels.wire import ID, ExplainBody, QueryBody
from chat_service.channels.wire_catalogue import (
    CatalogueBody,
    DimensionsBody,
    FoundValuesBody,
    MetricsBody,
    OpeningBody,
    ValuesBody,
)
from chat_service.channels.work import Job
from chat_service.outcomes import Language, Question
from chat_service.services import Services
from semantic_layer import Request as TypedRequest
from semantic_layer import as_asked

# read as a greeting in whatever language the answer is to be in
_GREETING = "hello"


def query_routes(station: Station) -> APIRouter:
    """Typed queries without language."""
    router = APIRouter(tags=["query"])

    @router.post("/v1/query", summary="Run a typed query")
    async def query(
        request: Request,
        typed: Annotated[TypedRequest, Body(openapi_examples=QUERY_EXAMPLES)],
        explain: Annotated[bool, Query(description="Compile only: the SQL, unrun.")] = False,
        language: Annotated[Language, Query(description="Language of the labels.")] = "en",
        offset: Annotated[int, Query(ge=0, le=1_000_000, description="Rows of the table to leave out before.")] = 0,
    ) -> QueryBody | ExplainBody:
        """The table of metrics over groups, or of a list by conditions. The shape is told by `kind`."""
        reader = reader_of(station, request, "sql" if explain else "ask")

        def reading(services: Services, job: Job) -> QueryBody | ExplainBody:
            asked = TypedQuestion(as_asked(typed), reader, language, offset)
            told = typed_explanation if explain else typed_answer
            return told(asked, services, job, request_id_of(request))

        return await read(station, request, reader, reading)

    return router


def catalogue_routes(station: Station) -> APIRouter:
    """What can be asked for."""
    router = APIRouter(tags=["catalogue"])

    @router.get("/v1/catalogue", summary="All that can be named, in brief")
    async def catalogue(request: Request) -> CatalogueBody:
        """What a typed query may name and what a language model is shown; its version is the model's hash."""
        return await read(
            station, request, reader_of(station, request), lambda services, _: catalogue_body(services.layer)
        )

    @router.get("/v1/metrics", summary="Every metric")
    async def metrics(request: Request) -> MetricsBody:
        """Labels, descriptions, synonyms, formulas, and what each can be split by."""
        return await read(
            station, request, reader_of(station, request), lambda services, _: metrics_body(services.layer)
        )

    @router.get("/v1/dimensions", summary="Every dimension")
    async def dimensions(request: Request) -> DimensionsBody:
        """Labels, descriptions, synonyms, and the labels of codes."""
        reader = reader_of(station, request)
        return await read(station, request, reader, lambda services, _: dimensions_body(services.layer, reader))

    @router.get("/v1/dimensions/{name}/values", summary="Values of a dimension")
    async def values(
        request: Request,
        name: Annotated[str, Path(max_length=100, pattern=ID)],
        search: Annotated[str, Query(max_length=200, pattern=ID, description="Part of a value or of its label.")] = "",
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> ValuesBody:
        """As they stand in the data, in order. `is_complete` says that none was left out."""
        reader = reader_of(station, request)

        def reading(services: Services, _: Job) -> ValuesBody:
            if name not in services.model.dimensions and name not in services.model.fields:
                raise DialogueError(UnknownDimension(name))
            return values_body(services.layer, name, search, limit, reader)

        return await read(station, request, reader, reading)

    @router.get("/v1/values", summary="Values of all dimensions")
    async def every_value(
        request: Request,
        search: Annotated[str, Query(min_length=1, max_length=200, pattern=ID, description="Part of it.")],
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> FoundValuesBody:
        """Those that have that in them or in their label, each with its dimension: what a word may be meant as."""
        reader = reader_of(station, request)
        return await read(station, request, reader, lambda s, _: found_values_body(s.layer, search, limit, reader))

    @router.get("/v1/opening", summary="What to ask first")
    async def opening(
        request: Request, language: Annotated[Language, Query(description="Of the words.")] = "en"
    ) -> OpeningBody:
        """A greeting, with questions that have an answer."""
        reader = reader_of(station, request)

        def reading(services: Services, job: Job) -> OpeningBody:
            asked = Asked(Question(_GREETING, services.layer.as_of, language), reader, translator="offline")
            found = answer(asked, services, job.on_stage)
            return OpeningBody(text=found.text, suggestions=found.suggestions, data_as_of=services.layer.as_of)

        return await read(station, request, reader, reading)

    return router
