"""`POST /v1/chat` and `POST /v1/chat/stream`: a question over HTTP. Answers run in threads, never in the event loop."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import JsonValue

from chat_service.asking import Stage
from chat_service.channels.examples import ANSWERED, CLARIFIED, REFUSED
from chat_service.channels.failures import SURPRISE, status_of
from chat_service.channels.http_access import reader_of
from chat_service.channels.http_errors import language_of, request_id_of, said_in, sayable
from chat_service.channels.http_work import visit_of
from chat_service.channels.station import Station
from chat_service.channels.visits import asked
from chat_service.channels.wire import ChatBody, ChatRequest, ErrorBody, ErrorDetail, TextPart
from semantic_layer import HuitouError

_SENTENCE_END = re.compile(r"(?<=[。；\n])|(?<=[.;] )")


@dataclass(frozen=True)
class _Done:
    body: str


def chat_routes(station: Station) -> APIRouter:
    """The chat routes over a station."""
    router = APIRouter(tags=["chat"])

    @router.post(
        "/v1/chat",
        response_model=ChatBody,
        summary="Ask a question",
        responses={
            200: {
                "content": {
                    "application/json": {
                        "examples": {
                            "answered": {"value": ANSWERED},
                            "clarification": {"value": CLARIFIED},
                            "refused": {"value": REFUSED},
                        }
                    }
                }
            }
        },
    )
    async def chat(message: ChatRequest, request: Request) -> Response:
        """A question that cannot be answered is a 200 whose `status` and `problem` say so."""
        body = await _respond(station, message, request)
        return Response(body, media_type="application/json")

    async def admitted(request: Request) -> None:
        """Refuses before the response has begun: what comes later can only be told as an event."""
        station.work.admit(visit_of(request, reader_of(station, request)).counted_as)

    @router.post(
        "/v1/chat/stream",
        response_class=EventSourceResponse,
        summary="Ask, and follow the answer",
        dependencies=[Depends(admitted)],
    )
    async def stream(message: ChatRequest, request: Request) -> AsyncIterator[ServerSentEvent]:
        """Events: `status`, `text.delta`, `content` (one part, complete), `done` (the whole body), `error`."""
        async for event in _events(station, message, request):
            yield event

    return router


async def _events(station: Station, message: ChatRequest, request: Request) -> AsyncIterator[ServerSentEvent]:
    events: asyncio.Queue[Stage | _Done | BaseException] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def on_stage(stage: Stage) -> None:
        loop.call_soon_threadsafe(events.put_nowait, stage)

    async def work() -> None:
        try:
            events.put_nowait(_Done(await _respond(station, message, request, on_stage)))
        except HuitouError as error:
            events.put_nowait(error)

    task = asyncio.ensure_future(work())
    try:
        while True:
            event = await _next_event(events, task)
            if isinstance(event, _Done):
                for each in _parts(event.body):
                    yield each
                return
            if isinstance(event, BaseException):
                yield _error(event, request)
                return
            yield ServerSentEvent(event="status", data={"stage": event})
    finally:
        task.cancel()


async def _next_event(
    events: asyncio.Queue[Stage | _Done | BaseException], task: asyncio.Task[None]
) -> Stage | _Done | BaseException:
    """The next event; what broke the worker unforeseen is one as well."""
    waiting = asyncio.ensure_future(events.get())
    await asyncio.wait({waiting, task}, return_when=asyncio.FIRST_COMPLETED)
    if waiting.done() or not events.empty() or task.exception() is None:
        return await waiting
    waiting.cancel()
    found = task.exception()
    assert found is not None
    return found


def _parts(body: str) -> list[ServerSentEvent]:
    whole = ChatBody.model_validate_json(body)
    found = []
    for part in whole.content:
        if isinstance(part, TextPart):
            pieces = [piece for piece in _SENTENCE_END.split(part.text) if piece]
            found += [ServerSentEvent(event="text.delta", data={"text": piece}) for piece in pieces]
        found.append(ServerSentEvent(event="content", data=part.model_dump(mode="json")))
    return [*found, ServerSentEvent(event="done", raw_data=body)]


def _error(error: BaseException, request: Request) -> ServerSentEvent:
    detail: dict[str, JsonValue] = {}
    if isinstance(error, HuitouError):
        detail["status"] = status_of(error)
        problem = ErrorDetail(code=error.problems[0].code, message=sayable(error, request), detail=detail)
    else:
        said = said_in(SURPRISE, language_of(request.scope))
        problem = ErrorDetail(code="internal_error", message=said, detail=detail)
    body = ErrorBody(error=problem, request_id=request_id_of(request))
    return ServerSentEvent(event="error", data=body.model_dump(mode="json"))


async def _respond(
    station: Station, message: ChatRequest, request: Request, on_stage: Callable[[Stage], None] = lambda _: None
) -> str:
    """The answer's JSON; a client that leaves stops it."""
    return await asked(station, visit_of(request, reader_of(station, request)), message, on_stage)
