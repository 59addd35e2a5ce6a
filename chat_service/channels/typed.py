"""Typed requests, which need no reading: their table, or the SQL that they compile to."""

from __future__ import annotations

from dataclasses import dataclass

from chat_service.access.audit import facts
from chat_service.answer import weighed
from chat_service.channels.bodies import filter_bodies, provenance, sql_part, table_part, warning_bodies
from chat_service.channels.wire import ExplainBody, QueryBody
from chat_service.channels.work import Job
from chat_service.outcomes import Language
from chat_service.present.finding import Finding
from chat_service.present.names import Names
from chat_service.present.notes import caution_notes, notes
from chat_service.services import Services
from semantic_layer import Reader, Request


@dataclass(frozen=True)
class TypedQuestion:
    """A request, for whom, and in which language its labels are. `offset` rows are left out before: the order of a
    table is the same each time it is asked for."""

    request: Request
    reader: Reader
    language: Language
    offset: int = 0


def typed_answer(asked: TypedQuestion, services: Services, job: Job, request_id: str) -> QueryBody:
    """The table. Raises QueryError, EngineError."""
    request, reader, offset = asked.request, asked.reader, asked.offset
    layer = services.layer_of_rows(offset + services.settings.max_rows) if offset else services.layer
    job.on_stage("compile")
    job.facts |= facts(request, None, services.model)
    prepared = layer.prepare(request, reader)
    job.facts |= facts(request, prepared, services.model)
    job.on_stage("execute")
    table, names = layer.execute(prepared), Names(services.model, asked.language)
    job.facts["rows"] = table.total_rows
    job.on_stage("present")
    finding = weighed(Finding(request, table, names, layer.as_of, prepared.filters), layer, reader)
    return QueryBody(
        request_id=request_id,
        table=table_part(finding.from_row(offset)),
        sql=sql_part(prepared) if reader.may_see_sql else None,
        filters=filter_bodies(prepared.filters),
        warnings=warning_bodies(notes(finding)),
        provenance=provenance(services.layer, "offline", prepared=prepared),
    )


def typed_explanation(asked: TypedQuestion, services: Services, job: Job, request_id: str) -> ExplainBody:
    """The statement, unrun, for a reader who may see it. Raises QueryError."""
    job.on_stage("compile")
    job.facts |= facts(asked.request, None, services.model)
    prepared = services.layer.prepare(asked.request, asked.reader)
    said = caution_notes(prepared.cautions, Names(services.model, asked.language))
    return ExplainBody(
        request_id=request_id,
        sql=sql_part(prepared),
        filters=filter_bodies(prepared.filters),
        warnings=warning_bodies(said),
    )
