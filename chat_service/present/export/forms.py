"""A document in the form that was asked for. Forms that need an extra are imported when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from chat_service.present.export.csv_file import csv_blocks
from chat_service.present.export.document import (
    PICTURES,
    Document,
    ExportError,
    ExportNotInstalled,
    Form,
    NothingToExport,
)
from chat_service.present.export.markdown import markdown_blocks

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
