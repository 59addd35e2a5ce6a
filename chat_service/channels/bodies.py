"""From an `Answer` to the body that other programs read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from math import isfinite
from typing import Literal

from chat_service.asking import Answer
from chat_service.channels.wire import (
    AssumptionBody,
    Cell,
    ChartPart,
    ChatBody,
    ChoiceBody,
    ClarificationPart,
    ColumnBody,
    Confidence,
    DefinitionsPart,
    ExportLinkBody,
    ExportPart,
    FilterBody,
    GroupSizesBody,
    InterpretationPart,
    MetricMeaningBody,
    Part,
    ProblemBody,
    Provenance,
    SpanBody,
    SqlPart,
    SuggestionsPart,
    TablePart,
    TextPart,
    Timings,
    WarningBody,
)
from chat_service.present.export.document import FORMS, PICTURES
from chat_service.present.finding import Finding
from chat_service.present.names import part_unit
from chat_service.present.notes import Note
from chat_service.present.table import GROUP_SIZE, shown_columns
from semantic_layer import AppliedFilter, ExplainQuery, Layer, Prepared, Value


def chat_body(
    answer: Answer,
    layer: Layer | None,
    *,
    request_id: str,
    conversation_id: str | None = None,
    message_id: str | None = None,
    shows_sql: bool = True,
    content: tuple[Part, ...] | None = None,
) -> ChatBody:
    """The body of `POST /v1/chat`, of `content` where that is made already. `layer` is None where the database could
    not be opened."""
    reading, trouble = answer.reading, answer.trouble
    return ChatBody(
        request_id=request_id,
        conversation_id=conversation_id,
        message_id=message_id,
        status=answer.status,
        language=answer.language,
        content=parts(answer, request_id=request_id, shows_sql=shows_sql) if content is None else content,
        confidence=Confidence(score=round(reading.confidence, 4), basis=reading.basis),
        warnings=warning_bodies(answer.notes),
        problem=None
        if trouble is None
        else ProblemBody(code=trouble.code, message=trouble.message, detail=dict(trouble.detail)),
        provenance=provenance(
            layer, reading.translator, prompt=reading.prompt, other=reading.other, prepared=answer.prepared
        ),
        timings_ms=_timings(answer.timings_ms),
    )


def provenance(
    layer: Layer | None,
    translator: Literal["offline", "llm", "verified"],
    *,
    prompt: str | None = None,
    other: str | None = None,
    prepared: Prepared | None = None,
) -> Provenance:
    """Which model and which data stand behind an answer."""
    known = None if layer is None else layer.data_as_of
    return Provenance(
        translator=translator,
        model_hash="" if layer is None else layer.model.hash,
        data_as_of=None if known is None else known.isoformat(),
        cache="miss" if prepared is None or prepared.known is None else "hit",
        prompt=prompt,
        other=other,
        policies=() if prepared is None else prepared.policies,
        rollups=() if prepared is None else prepared.rollups,
    )


def table_part(finding: Finding) -> TablePart:
    """The table with raw values, and as people read it; of an explanation the groups: its sentence tells the whole."""
    finding = finding.with_subtotals
    columns = [each for each in shown_columns(finding) if each.column is not None]
    first = int(isinstance(finding.request, ExplainQuery) and bool(finding.table.rows))
    finding = finding.from_row(first)
    table = finding.table
    weighed = [column for column in finding.metrics if finding.shown_sizes(column)]
    return TablePart(
        columns=tuple(
            ColumnBody(
                name=column.name,
                label=finding.names.column(column),
                role=column.role,
                type=column.type,
                format=_format(part_unit(column), column.type),
                heading=shown.head,
            )
            for column, shown in zip(table.columns, columns, strict=True)
        ),
        shown=tuple(zip(*(each.cells[first:] for each in columns), strict=True)),
        group_sizes=tuple(
            GroupSizesBody(
                metric=column.name,
                label=finding.say(GROUP_SIZE),
                sizes=finding.shown_sizes(column),
                small=tuple(row for row in range(len(table.rows)) if finding.is_small(row, column)),
            )
            for column in weighed
        ),
        rows=tuple(tuple(_cell(value) for value in row) for row in table.rows),
        row_count=len(table.rows),
        total_rows=table.total_rows - first,
        truncated=table.truncated,
    )


def filter_bodies(filters: tuple[AppliedFilter, ...]) -> tuple[FilterBody, ...]:
    """The applied conditions with their origins."""
    return tuple(
        FilterBody(field=each.field, op=each.op, values=each.values, origin=each.origin, text=each.text)
        for each in filters
    )


def warning_bodies(said: tuple[Note, ...]) -> tuple[WarningBody, ...]:
    """The cautions about a result."""
    return tuple(WarningBody(code=each.code, message=each.message) for each in said)


def sql_part(prepared: Prepared) -> SqlPart:
    """The compiled statement."""
    return SqlPart(statement=prepared.sql, dialect=prepared.dialect)


def parts(answer: Answer, *, request_id: str, clarification_id: str = "c1", shows_sql: bool = True) -> tuple[Part, ...]:
    """All that an answer shows, part by part."""
    found: list[Part] = [TextPart(text=answer.text)]
    found.append(_interpretation(answer))
    if answer.prepared is not None and shows_sql:
        found.append(sql_part(answer.prepared))
    if answer.finding is not None:
        found.append(table_part(answer.finding))
    if answer.chart is not None:
        found.append(ChartPart(spec=answer.chart))
    if answer.definitions:
        found.append(_definitions(answer))
    if answer.clarification is not None:
        asked = answer.clarification
        choices = tuple(ChoiceBody(id=each.id, label=each.label, message=each.message) for each in asked.choices)
        found.append(ClarificationPart(id=clarification_id, question=asked.question, choices=choices))
    if answer.status == "answered" and answer.reading.has_assumed("export_as_table"):
        found.append(_export(answer, request_id))
    if answer.suggestions:
        found.append(SuggestionsPart(suggestions=answer.suggestions))
    return tuple(found)


def _export(answer: Answer, request_id: str) -> ExportPart:
    forms = (form for form in FORMS if answer.chart is not None or form not in PICTURES)
    where = f"/v1/answers/{request_id}/export?format="
    return ExportPart(links=tuple(ExportLinkBody(format=form, url=where + form) for form in forms))


def _interpretation(answer: Answer) -> InterpretationPart:
    reading = answer.reading
    query = {} if answer.request is None else answer.request.model_dump(mode="json", by_alias=True, exclude_none=True)
    return InterpretationPart(
        query=query,
        restated=answer.restated,
        spans=tuple(
            SpanBody(text=each.text, start=each.start, end=each.end, role=each.role, resolved=each.resolved)
            for each in reading.spans
        ),
        unused=reading.unused,
        assumptions=tuple(AssumptionBody(code=each.code, text=each.text) for each in reading.assumptions),
        filters=() if answer.prepared is None else filter_bodies(answer.prepared.filters),
    )


def _definitions(answer: Answer) -> DefinitionsPart:
    return DefinitionsPart(
        metrics=tuple(
            MetricMeaningBody(
                name=each.name,
                label=each.label,
                description=each.description,
                formula=each.formula,
                unit=each.unit,
            )
            for each in answer.definitions
        )
    )


def _timings(timings: Mapping[str, float]) -> Timings:
    return Timings(
        translate=timings.get("translate"),
        compile=timings.get("compile"),
        execute=timings.get("execute"),
        total=timings.get("total", 0.0),
    )


def _format(unit: str | None, kind: str) -> str | None:
    return unit if unit is not None else None if kind == "text" else kind


def _cell(value: Value) -> Cell:
    if isinstance(value, float) and not isfinite(value):
        return None
    if isinstance(value, datetime):
        return value.isoformat()
    return value.isoformat() if isinstance(value, date) else value
