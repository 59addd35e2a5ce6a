"""The columns of an export: raw values to reckon with, and the label of a code beside the code.

A text that a spreadsheet would run as a formula is kept a text.
"""

from __future__ import annotations

from dataclasses import dataclass

from chat_service.present.figures import unit_name
from chat_service.present.finding import Finding
from chat_service.present.names import part_unit
from chat_service.present.table import head_of, is_number, shown_columns
from semantic_layer import Column, ExplainQuery, Phrase, Value

_WITH_UNIT, _CODE = Phrase("{name}（{unit}）", "{name} ({unit})"), Phrase("{name}（代码）", "{name} (code)")
# what spreadsheets take for the beginning of a formula, in their full-width forms too
_RUN = tuple("=+-@\t\r\n|%＝＋－＠")


@dataclass(frozen=True)
class ExportColumn:
    """A column of an export: `unit` says how its numbers are formatted; `column` is None for labels and group sizes."""

    head: str
    values: tuple[Value, ...]
    unit: str | None = None
    is_number: bool = False
    column: Column | None = None


def export_columns(finding: Finding) -> tuple[ExportColumn, ...]:
    """Labels before their codes, values as they are, group sizes beside their rates."""
    found: list[ExportColumn] = []
    finding = finding.with_subtotals
    for shown in shown_columns(finding):
        if shown.column is None:
            sizes = () if shown.of is None else finding.shown_sizes(shown.of)
            found.append(ExportColumn(shown.head, sizes, "count", True))
            continue
        values = finding.values(shown.column)
        if is_number(shown.column):
            found.append(_numbers(finding, shown.column, values))
            continue
        texts = tuple(None if value is None else cell for value, cell in zip(values, shown.cells, strict=True))
        if isinstance(finding.request, ExplainQuery) and shown.column.role == "dimension":
            texts = shown.cells
        head = head_of(finding, shown.column)
        is_labelled = any(text != _plain(value) for text, value in zip(texts, values, strict=True) if value is not None)
        if is_labelled and shown.column.grain is None and shown.column.type in ("text", "integer", "boolean"):
            found.append(ExportColumn(head, texts))
            head = finding.say(_CODE, name=head)
        found.append(ExportColumn(head, values, column=shown.column))
    return tuple(found)


def harmless_cell(text: str) -> str:
    """A text that no spreadsheet runs.

    >>> harmless_cell("=HYPERLINK(1)"), harmless_cell("-5"), harmless_cell("east")
    ("'=HYPERLINK(1)", "'-5", 'east')
    """
    return f"'{text}" if text.startswith(_RUN) or text.lstrip().startswith(_RUN[:4]) else text


def _numbers(finding: Finding, column: Column, values: tuple[Value, ...]) -> ExportColumn:
    unit, head = part_unit(column), head_of(finding, column)
    name = "" if unit == "percent" else unit_name(unit, finding.language, column.format)
    if name and name not in head:
        head = finding.say(_WITH_UNIT, name=head, unit=name)
    return ExportColumn(head, values, unit, True, column)


def _plain(value: Value) -> str:
    return "" if value is None else str(value)
