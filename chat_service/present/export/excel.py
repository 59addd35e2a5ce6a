"""An export as an Excel workbook: typed cells with number formats, and a sheet on how it was made.

Texts are written as texts, so that nothing in the data runs as a formula or opens as a link. Same document, same bytes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from chat_service.present.export.cells import ExportColumn, export_columns
from chat_service.present.export.document import Document
from semantic_layer import Phrase, Value, is_money

_DATA, _MADE = Phrase("数据", "Data"), Phrase("怎么得出的", "How it was made")
_QUESTION, _READ_AS, _ANSWER = Phrase("问题", "Question"), Phrase("理解为", "Read as"), Phrase("回答", "Answer")
_CONDITION, _SQL = Phrase("条件", "Condition"), Phrase("SQL", "SQL")
_FORMATS = {"percent": "0.0%", "count": "#,##0"}
_MONEY, _NUMBER, _DAY, _MOMENT = "#,##0.00", "#,##0.00", "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
    "remove_timezone": True,
}
_LONGEST = 32_000  # signs that a cell holds
_CHUNK = 64 * 1024
_NARROW, _WIDE = 10, 44


def excel_blocks(document: Document) -> Iterator[bytes]:
    """The file, block by block."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        with Workbook(str(path), _OPTIONS) as book:
            # a workbook says when it was made; the day that it is about makes the same export the same file
            book.set_properties({"created": datetime.combine(document.finding.today, datetime.min.time())})
            _write_data(document, book, book.add_worksheet(document.finding.say(_DATA)))
            _write_made(document, book, book.add_worksheet(document.finding.say(_MADE)))
        with path.open("rb") as file:
            while block := file.read(_CHUNK):
                yield block


def _write_data(document: Document, book: Workbook, sheet: Worksheet) -> None:
    columns = export_columns(document.finding)
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    formats = [book.add_format({"num_format": _format(column)}) for column in columns]
    for place, column in enumerate(columns):
        sheet.set_column(place, place, _width(column))
        sheet.write_string(0, place, column.head, bold)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(zip(*(column.values for column in columns), strict=True), 1):
        for place, value in enumerate(row):
            _write(sheet, number, place, value, formats[place])
    if columns and columns[0].values:
        sheet.autofilter(0, 0, len(columns[0].values), len(columns) - 1)


def _write(sheet: Worksheet, row: int, place: int, value: Value, how: Format) -> None:
    match value:
        case None:
            return
        case bool():
            sheet.write_boolean(row, place, value)
        case int() | float():
            sheet.write_number(row, place, value, how)
        case date():
            sheet.write_datetime(row, place, value, how)
        case str():
            sheet.write_string(row, place, value[:_LONGEST])


def _write_made(document: Document, book: Workbook, sheet: Worksheet) -> None:
    said, wrapped = document.finding.say, book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "valign": "top"})
    lines = [
        (said(_QUESTION), document.question),
        (said(_READ_AS), document.title),
        (said(_ANSWER), document.text),
        *((said(_CONDITION), each) for each in document.conditions),
        *((each.label, f"{each.description}\n{each.formula}".strip()) for each in document.definitions),
        *document.made,
        (said(_SQL), document.sql or ""),
    ]
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 100)
    for number, (name, value) in enumerate((name, value) for name, value in lines if value):
        sheet.write_string(number, 0, name, bold)
        sheet.write_string(number, 1, value[:_LONGEST], wrapped)


def _format(column: ExportColumn) -> str:
    kind = None if column.column is None else column.column.type
    if kind == "date":
        return _DAY
    if kind == "timestamp":
        return _MOMENT
    if not column.is_number:
        return "General"
    decimals = None if column.column is None else column.column.format.decimals
    if decimals is not None:
        whole, mark = ("0", "%") if column.unit == "percent" else ("#,##0", "")
        return whole + ("." + "0" * decimals if decimals else "") + mark
    if is_money(column.unit):
        return _MONEY
    is_whole = all(not isinstance(value, float) or value == int(value) for value in column.values if value is not None)
    return _FORMATS.get(column.unit or "", "#,##0" if is_whole else _NUMBER)


def _width(column: ExportColumn) -> int:
    longest = max((len(str(value)) for value in column.values[:200]), default=0)
    return max(_NARROW, min(_WIDE, max(longest, 2 * len(column.head)) + 2))
