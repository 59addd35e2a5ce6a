"""`GET /v1/answers/{request_id}/export`: an answer as a file, with all of its rows, under the reader's rules of now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, cast

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import StreamingResponse

from chat_service.access.audit import facts
from chat_service.channels.bodies import table_part
from chat_service.channels.dialogue import DialogueError, UnknownAnswer
from chat_service.channels.http_access import reader_of
from chat_service.channels.http_work import read
from chat_service.channels.station import Station
from chat_service.channels.wire import ID, ChartPart, ChatBody, ChatRequest, InterpretationPart, TablePart
from chat_service.channels.work import Job
from chat_service.conversation.memory import Turn
from chat_service.exporting import Wanted, document_of
from chat_service.outcomes import Assumption, Reading, Span, SpanRole
from chat_service.present.chart.choose import choose_chart
from chat_service.present.export.document import MEDIA, Document, ExportError, Form, NothingToExport
from chat_service.present.export.forms import exported
from chat_service.services import Services
from semantic_layer import Prepared, read_request

_RESPONSES: dict[int | str, dict[str, object]] = {
    200: {"description": "The file.", "content": {media: {} for media in MEDIA.values()}}
}


def export_routes(station: Station) -> APIRouter:
    """Answers as files."""
    router = APIRouter(tags=["chat"])

    @router.get(
        "/v1/answers/{request_id}/export",
        summary="An answer as a file",
        response_class=StreamingResponse,
        responses=_RESPONSES,
    )
    async def export(
        request: Request,
        request_id: Annotated[str, Path(max_length=100, pattern=ID)],
        format: Annotated[Form, Query(description="All rows, or the chart as png or svg.")] = "csv",
    ) -> StreamingResponse:
        """Answered anew from the same request: all rows, with what it means and how it was made beside them."""
        reader = reader_of(station, request)

        def reading(services: Services, job: Job) -> Iterator[bytes]:
            turn = station.store.turn(request_id, reader.name)
            if turn is None:
                raise DialogueError(UnknownAnswer(request_id))
            body = ChatBody.model_validate_json(turn.body)
            wanted, model = _wanted(turn, body, format), services.model

            def told(prepared: Prepared) -> None:
                job.facts |= {**facts(wanted.request, prepared, model), "format": format}

            document = document_of(wanted, reader, services, told)
            job.facts["rows"] = document.finding.table.total_rows
            if document.chart is not None and not _is_as_it_was(document, body):
                document = replace(document, chart=choose_chart(document.finding, document.title, wanted.reading))
            return exported(document, format, services.settings.fonts)

        blocks = await read(station, request, reader, reading)
        name = f"huitou-{request_id[:12]}.{format}"
        headers = {"Content-Disposition": f'attachment; filename="{_safe(name)}"'}
        return StreamingResponse(blocks, media_type=MEDIA[format], headers=headers)

    return router


def _is_as_it_was(document: Document, body: ChatBody) -> bool:
    """Whether the rows shown then are still those that the reader may see: else the chart of then is not theirs."""
    shown = next((part.rows for part in body.content if isinstance(part, TablePart)), ())
    return table_part(document.finding).rows[: len(shown)] == shown


def _wanted(turn: Turn, body: ChatBody, form: Form) -> Wanted:
    """What was answered. Raises ExportError for an answer that has no result."""
    asked = ChatRequest.model_validate_json(turn.request)
    reading = next((part for part in body.content if isinstance(part, InterpretationPart)), None)
    if body.status != "answered" or reading is None or not reading.query:
        raise ExportError(NothingToExport(form))
    return Wanted(
        question=turn.message,
        request=read_request(json.dumps(reading.query)),
        today=asked.as_of,
        reading=Reading(
            body.language,
            spans=tuple(Span(s.text, s.start, s.end, cast(SpanRole, s.role), s.resolved) for s in reading.spans),
            unused=reading.unused,
            assumptions=tuple(Assumption(each.code, each.text) for each in reading.assumptions),
        ),
        chart=next((part.spec for part in body.content if isinstance(part, ChartPart)), None),
    )


def _safe(name: str) -> str:
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-.") else "-" for sign in name)
