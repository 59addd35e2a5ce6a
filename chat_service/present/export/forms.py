"""A document in the form that was asked for. Forms that need an extra are imported when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Literal

from chat_service.present.export.csv_file import csv_blocks
from chat_service.present.export.document import (
    PICTURES,
    Document,
    ExportError,
    ExportNotInstalled,
    ExportTooLarge,
    Form,
    NothingToExport,
)
from chat_service.present.export.markdown import markdown_blocks
from chat_service.present.export.pdf import printed
from chat_service.present.export.report import html_blocks, report_of

_MOST_PRINTED = 5_000  # rows of a PDF: some two hundred pages
_EXTRA = {"xlsx": "excel", "png": "charts", "svg": "charts"}


def exported(document: Document, form: Form, fonts: Path | None = None) -> Iterator[bytes]:
    """The file, block by block. Raises ExportError before the first of them."""
    if form in PICTURES and document.chart is None:
        raise ExportError(NothingToExport(form))
    try:
        match form:
            case "csv":
                return csv_blocks(document)
            case "md":
                return markdown_blocks(document)
            case "html" | "pdf":
                return _report(document, form, fonts)
            case "xlsx":
                found: Iterator[bytes] = import_module("chat_service.present.export.excel").excel_blocks(document)
                return found
            case "png" | "svg":
                pictures = import_module("chat_service.present.export.pictures")
                return iter((pictures.picture(document.chart, form, fonts),))
    except ModuleNotFoundError as error:
        if error.name not in ("xlsxwriter", "vl_convert"):
            raise
        raise ExportError(ExportNotInstalled(form, _EXTRA[form])) from error


def _report(document: Document, form: Literal["html", "pdf"], fonts: Path | None) -> Iterator[bytes]:
    rows = len(document.finding.table.rows)
    if form == "pdf" and rows > _MOST_PRINTED:
        raise ExportError(ExportTooLarge(rows, _MOST_PRINTED))
    blocks = html_blocks(report_of(document), fonts)
    return blocks if form == "html" else iter((printed(blocks),))
