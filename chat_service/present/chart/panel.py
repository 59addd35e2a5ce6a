"""One drawing of a chart, and the rows that every drawing is made of: labels and figures beside raw values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from chat_service.present.chart.scales import Json
from chat_service.present.dates import bucket_mark, bucket_words
from chat_service.present.figures import Scale, exact_figure
from chat_service.present.finding import Finding
from chat_service.present.names import part_unit
from semantic_layer import Column

WIDTH = 560
BLUE, GREY, RED = "#2f6fb7", "#b5bcc6", "#d1495b"
INK = "#444"


@dataclass(frozen=True)
class Panel:
    """One drawing; `name` is its metric's label, `omitted` says what was left out to keep it legible."""

    name: str
    drawing: dict[str, Json]
    omitted: str = ""


def bar_row(
    finding: Finding, index: int, column: Column, category: Column, series: str, scale: Scale
) -> dict[str, Json]:
    """A row of a drawing by category."""
    value = finding.numbers(column)[index]
    return {
        "category": finding.names.value(category, finding.cell(index, category)),
        "series": series,
        "value": value,
        "figure": exact_figure(value, part_unit(column), finding.language, column.format),
        "label": "" if value is None else label_of(value, column, scale),
    }


def point_rows(finding: Finding, index: int, column: Column, group: str, scale: Scale) -> list[dict[str, Json]]:
    """A row of a drawing along time; none for what has no time."""
    time = finding.time
    assert time is not None, "called along time"
    first, value = finding.cell(index, time), finding.numbers(column)[index]
    if not isinstance(first, date):
        return []
    return [
        {
            # a moment without a zone would be read in the reader's own
            "time": first.isoformat() + ("Z" if isinstance(first, datetime) else ""),
            "bucket": bucket_words(time.grain or "day", first, finding.language),
            "mark": bucket_mark(time.grain or "day", first),
            "series": group,
            "value": value,
            "figure": exact_figure(value, part_unit(column), finding.language, column.format),
            "label": "" if value is None else label_of(value, column, scale),
            "incomplete": first in finding.table.incomplete,
        }
    ]


def label_of(value: float, column: Column, scale: Scale) -> str:
    """What is written beside a mark."""
    if column.part in ("change", "change_pct"):
        return scale.bare(value, signed=True)
    return scale.figure(value)


def text_layer(field: str, *, dx: int = 0, dy: int = 0, align: str = "center", baseline: str = "middle") -> Json:
    """Labels beside marks."""
    mark: dict[str, Json] = {"type": "text", "fontSize": 11, "color": INK, "dx": dx, "dy": dy}
    return {
        "mark": {**mark, "align": align, "baseline": baseline},
        "encoding": {"text": {"field": field, "type": "nominal"}, "color": {"value": INK}},
    }
