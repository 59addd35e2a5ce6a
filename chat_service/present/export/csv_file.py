"""An export as CSV: raw numbers, ISO dates, labels beside codes, in UTF-8 with the mark by which Excel knows it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime

from chat_service.present.export.cells import export_columns, harmless_cell
from chat_service.present.export.document import Document
from semantic_layer import Value

_BLOCK = 1000  # rows that are written at once


def csv_blocks(document: Document) -> Iterator[bytes]:
    """The file, block by block."""
    columns = export_columns(document.finding)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([harmless_cell(column.head) for column in columns])
    yield b"\xef\xbb\xbf"
    for number, row in enumerate(zip(*(column.values for column in columns), strict=True), 1):
        writer.writerow([_cell(value) for value in row])
        if number % _BLOCK == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _cell(value: Value) -> str | int | float:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int() | float():
            return value
        case datetime():
            return value.isoformat(" ", "seconds")
        case date():
            return value.isoformat()
        case str():
            return harmless_cell(value)
