"""An answer once more, with all of its rows, as a document to export: under the reader's rules of now.

Comes in: what was asked, as it was read. Goes out: a `Document`. What is left out of a table in an answer (rows beyond
those shown, the rest of a list) is in it; what would be too much is refused, never cut.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from chat_service.answer import weighed
from chat_service.outcomes import Reading
from chat_service.present.chart.scales import Json
from chat_service.present.conditions import applied_words
from chat_service.present.definitions import meanings, told_of
from chat_service.present.export.document import Document, ExportError, ExportTooLarge
from chat_service.present.finding import Finding
from chat_service.present.names import Names
from chat_service.present.restate import restate
from chat_service.present.text import describe
from chat_service.services import Services
from semantic_layer import ListQuery, MetricQuery, Phrase, Prepared, Reader, Request

_SAY_HOW_MANY = ("limit", "number")  # what a word that says how many rows are wanted was read as
_UP_TO, _MODEL = Phrase("数据截至", "Data up to"), Phrase("模型版本", "Model")
_PERIOD = Phrase("回答时的今天", "Today, when asked")


@dataclass(frozen=True, eq=False)
class Wanted:
    """What is to be exported: a question, how it was read, on which day."""

    question: str
    request: Request
    today: date | None
    reading: Reading
    chart: dict[str, Json] | None = None


def document_of(
    wanted: Wanted, reader: Reader, services: Services, on_prepared: Callable[[Prepared], None] = lambda _: None
) -> Document:
    """The document; `on_prepared` is told what will be run. Raises QueryError, EngineError, ExportError
    (`export_too_large`)."""
    layer, request = services.layer_of_all_rows(wanted.today), _whole(wanted)
    prepared = layer.prepare(request, reader)
    on_prepared(prepared)
    table, names = layer.execute(prepared), Names(services.model, wanted.reading.language)
    if len(table.rows) < table.total_rows and not _is_cut_by_request(request):
        raise ExportError(ExportTooLarge(table.total_rows, len(table.rows)))
    finding = weighed(Finding(request, table, names, layer.as_of, prepared.filters), layer, reader)
    known = layer.data_as_of
    return Document(
        question=wanted.question,
        title=restate(request, names, layer.as_of, period=table.period, previous=table.previous_period),
        text=describe(finding, wanted.reading) if table.rows else "",
        finding=finding,
        definitions=meanings(told_of(request, services.model), names),
        conditions=tuple(applied_words(each, names) for each in prepared.filters),
        sql=prepared.sql if reader.may_see_sql else None,
        chart=wanted.chart,
        made=(
            (names.say(_PERIOD), layer.as_of.isoformat()),
            (names.say(_UP_TO), "" if known is None else known.isoformat()),
            (names.say(_MODEL), services.model.hash),
        ),
    )


def _whole(wanted: Wanted) -> Request:
    """The request for all rows: of a list, unless the question named how many."""
    names_rows = any(span.role in _SAY_HOW_MANY for span in wanted.reading.spans)
    if isinstance(wanted.request, ListQuery) and not names_rows:
        return wanted.request.model_copy(update={"limit": None})
    return wanted.request


def _is_cut_by_request(request: Request) -> bool:
    return isinstance(request, MetricQuery | ListQuery) and request.limit is not None
