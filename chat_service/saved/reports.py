"""A dashboard as a report: its tiles as they are now, for who looks, in one file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args

from chat_service.asking import Answer
from chat_service.present.conditions import condition_words
from chat_service.present.export.pdf import printed
from chat_service.present.export.report import Report, Section, html_blocks
from chat_service.present.names import Names
from chat_service.saved.dashboards import Look, Shown, ShownTile, answered
from chat_service.saved.schedule import SavedError
from chat_service.services import Services
from semantic_layer import Phrase, Reader

ReportForm = Literal["html", "pdf"]
REPORT_FORMS: tuple[ReportForm, ...] = get_args(ReportForm)
REPORT_MEDIA: dict[ReportForm, str] = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}
_UP_TO = Phrase("数据截至 {day}", "Data up to {day}")


def report_blocks(report: Report, form: ReportForm, fonts: Path | None) -> Iterator[bytes]:
    """The file. Raises ExportError for a PDF that cannot be printed."""
    blocks = html_blocks(report, fonts)
    return blocks if form == "html" else iter((printed(blocks),))


def dashboard_report(shown: Shown, look: Look, reader: Reader, services: Services) -> Report:
    """The report of a dashboard. A tile that cannot be computed says why. Raises what keeps all of them from it."""
    names, layer = Names(services.model, look.language), services.layer
    day = (layer.data_as_of or layer.as_of).isoformat()
    conditions = tuple(condition_words(each, names, layer.as_of) for each in look.filters)
    return Report(
        shown.name,
        look.language,
        tuple(_section(each, look, reader, services) for each in shown.tiles),
        names.say(_UP_TO, day=day),
        conditions=conditions,
    )


def _section(tile: ShownTile, look: Look, reader: Reader, services: Services) -> Section:
    try:
        found = answered(tile, look, reader, services)
    except SavedError as error:
        return Section(tile.title, error.sentences(look.language), width=tile.width)
    return section_of(found, tile)


def section_of(found: Answer, tile: ShownTile) -> Section:
    """An answer as a part of a report, in the form of a tile."""
    is_shown = found.status == "answered"
    return Section(
        tile.title,
        found.text if tile.form != "list" else found.restated,
        found.finding if is_shown else None,
        found.chart if tile.form == "chart" else None,
        tile.width,
        is_number=tile.form == "number",
        has_rows=tile.form != "chart",
        remarks=tuple(each.message for each in found.notes),
    )
