"""Charts drawn with block characters: columns along time, bars otherwise, always from zero.

Comes in: a finding, how its question was read, a width in cells. Goes out: lines of text; none where there is nothing
to draw. A funnel's bars are its steps in order, one cohort's columns the units since its first.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from rich.cells import cell_len, set_cell_size

from chat_service.outcomes import Reading
from chat_service.present.dates import bucket_mark
from chat_service.present.drawn import drawn_column, main_column
from chat_service.present.figures import Scale
from chat_service.present.finding import Finding
from chat_service.present.journey_tables import curve, funnel_bars
from chat_service.present.ordering import drawing_order
from semantic_layer import CohortQuery, Column, ExplainQuery, FunnelQuery, Phrase, Value

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_PARTS = " ▏▎▍▌▋▊▉█"
_HEIGHT = 8
_BARS = 31
_LABEL = 24
_COLUMN = 4  # cells of a column's width, at most
_WITH_UNIT = Phrase("{name}（{unit}）", "{name} ({unit})")


def chart_lines(finding: Finding, reading: Reading, width: int) -> Iterator[str]:
    """The first metric drawn; nothing where there are no numbers, two groupings, or an explanation."""
    if isinstance(finding.request, FunnelQuery):
        yield from _funnel(finding, width)
        return
    if isinstance(finding.request, CohortQuery):
        yield from _curve(finding, width)
        return
    if isinstance(finding.request, ExplainQuery) or len(finding.categories) + (finding.time is not None) > 1:
        return
    column = drawn_column(finding, main_column(finding), reading)
    numbers = finding.numbers(column)
    known = [number for number in numbers if number is not None]
    if not known:
        return
    scale = finding.scale(column, scaled=False)
    name = finding.names.column(column)
    yield finding.say(_WITH_UNIT, name=name, unit=scale.head) if scale.head else name
    if finding.time is not None and min(known) >= 0:
        marks = [_mark(finding.time, value, finding) for value in finding.values(finding.time)]
        yield from _columns(list(numbers), marks, width, scale)
        return
    rows = drawing_order(finding, column, finding.groups[0])[:_BARS]
    named = [
        (finding.names.value(finding.groups[0], finding.cell(row, finding.groups[0]), short=True), row) for row in rows
    ]
    signed = column.part in ("change", "change_pct")
    yield from _bars([(name, numbers[row], scale.bare(numbers[row], signed=signed)) for name, row in named], width)


def _bars(rows: list[tuple[str, float | None, str]], width: int) -> Iterator[str]:
    """A bar for each row, those below zero to the left of it."""
    label = min(max(cell_len(name) for name, _, _ in rows), _LABEL)
    room = max(10, min(50, width - label - 2 - max(cell_len(figure) for _, _, figure in rows)))
    high = max((value or 0.0 for _, value, _ in rows), default=0.0)
    low = min((value or 0.0 for _, value, _ in rows), default=0.0)
    span = max(high, 0.0) - min(low, 0.0)
    left = round(room * -min(low, 0.0) / span) if span else 0
    for name, value, figure in rows:
        below = "" if not left else ("█" * round(-min(value or 0.0, 0.0) / span * room)).rjust(left)
        above = _horizontal(0.0 if not span else max(value or 0.0, 0.0) / span, room, room - left)
        yield f"{set_cell_size(name, label)} {below}{above} {figure}"


def _funnel(finding: Finding, width: int) -> Iterator[str]:
    steps = list(funnel_bars(finding))
    label_width = min(max(cell_len(label) for label, _, _ in steps), _LABEL)
    room = max(10, min(50, width - label_width - 22))
    yield finding.names.column(finding.metrics[1])
    for label, share, figures in steps:
        yield f"{set_cell_size(label, label_width)} {_horizontal(share, room, room)} {figures}"


def _curve(finding: Finding, width: int) -> Iterator[str]:
    drawn = curve(finding)
    if drawn is None:
        return
    column = finding.metrics[-1]
    yield finding.names.column(column)
    yield from _columns(drawn[1], drawn[0], width, finding.scale(column))


def _columns(numbers: list[float | None], marks: list[str], width: int, scale: Scale) -> Iterator[str]:
    """Columns of eighth blocks from zero over their marks."""
    high = max(number for number in numbers if number is not None)
    top, bottom = scale.bare(high), scale.bare(0)
    margin = max(len(top), len(bottom))
    room = max(8, width - margin - 3)
    each = max(1, min(_COLUMN + 4, room // len(numbers)))
    shown = numbers[-(room // each) :]
    heights = [None if number is None else round(number / (high or 1.0) * _HEIGHT * 8) for number in shown]
    for level in range(_HEIGHT - 1, -1, -1):
        cells = "".join(_vertical(height, level, each) for height in heights)
        label = top if level == _HEIGHT - 1 else bottom if level == 0 else ""
        yield f"{label:>{margin}} │{cells}".rstrip()
    yield f"{'':>{margin}} └{'─' * (each * len(shown))}"
    yield f"{'':>{margin}}  {_spaced(marks[-len(shown) :], each)}"


def _vertical(height: int | None, level: int, each: int) -> str:
    if height is None:
        return " " * each
    eighths = max(0, min(8, height - level * 8))
    sign = _EIGHTHS[eighths] if height > 0 or level else "▁"
    return (sign * min(_COLUMN, max(1, each - 1))).ljust(each)


def _horizontal(share: float, whole: int, room: int) -> str:
    eighths = round(share * whole * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_PARTS[rest] if rest else "")).ljust(room)


def _spaced(marks: list[str], each: int) -> str:
    """As many marks as fit, from the left, each under its column."""
    line = ""
    for index, mark in enumerate(marks):
        position = index * each
        if len(line) <= position and (position + len(mark) <= each * len(marks) + 4):
            line = line.ljust(position) + mark + " "
    return line.rstrip()


def _mark(time: Column, value: Value, finding: Finding) -> str:
    assert time.grain is not None
    if not isinstance(value, date):
        return str(value)
    mark = bucket_mark(time.grain, value)
    return mark + "*" if value in finding.table.incomplete else mark
