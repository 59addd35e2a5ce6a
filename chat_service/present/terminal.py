"""An answer in the terminal: text, table and a chart drawn with block characters, wide signs counted as two cells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleRenderable, RichCast
from rich.table import Table
from rich.text import Text

from chat_service.asking import Answer
from chat_service.present.dates import bucket_mark
from chat_service.present.figures import exact_figure, unit_name
from chat_service.present.finding import Finding
from chat_service.present.journey_tables import Matrix, cohort_matrix, curve, funnel_bars
from chat_service.present.names import part_unit
from semantic_layer import CohortQuery, Column, FunnelQuery, Value, is_money

_ROWS = 24
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_PARTS = " ▏▎▍▌▋▊▉█"
_HEIGHT = 8
_BARS = 20
_LONG, _LEAST, _HEAD = 20, 14, 8  # cells: longer text is broken, to no less than; the least width of a head
_EXPLAINED, _REASONS = 3, 3  # rows of a list whose evidence is written out, and how much of it
_COLUMN = 4  # cells of a column's width, at most


def show(answer: Answer, console: Console) -> None:
    """Print the answer."""
    for block in blocks(answer, console.width):
        console.print(block)


def blocks(answer: Answer, width: int) -> Iterator[ConsoleRenderable | RichCast | str]:
    """The parts of the answer to print, in order."""
    style = "" if answer.status == "answered" else "yellow" if answer.status != "error" else "red"
    yield Text(answer.text, style=style)
    if answer.clarification is not None:
        for number, choice in enumerate(answer.clarification.choices, 1):
            yield Text(f"  {number}. {choice.label}  ({choice.message})")
    if answer.finding is not None and answer.status == "answered":
        if _is_worth_a_table(answer.finding):
            yield Text("")
            yield table_of(answer.finding, width)
            yield from _reasons(answer.finding)
        if answer.chart is not None:
            drawn = list(chart_lines(answer.finding, width))
            if drawn:
                yield Text("")
                yield Text("\n".join(drawn), no_wrap=True)
    if answer.suggestions:
        yield Text("")
        yield Text("还可以问：" if answer.language == "zh" else "You can also ask:", style="dim")
        for suggestion in answer.suggestions:
            yield Text(f"  · {suggestion}", style="dim")


def _reasons(finding: Finding) -> Iterator[Text]:
    """The evidence behind the first rows of a list that gives reasons."""
    if not finding.is_list:
        return
    for row in finding.table.rows[:_EXPLAINED]:
        said = [sentence for value in row for sentence in finding.names.reasons(value)][:_REASONS]
        if said:
            joined = "；".join(said) if finding.is_zh else "; ".join(said)
            yield Text(f"{row[0]}: {joined}", style="dim")


def table_of(finding: Finding, width: int) -> Table:
    """The rows with labels and exact figures; long tables are cut, and say so. Cohorts are a matrix."""
    if isinstance(finding.request, CohortQuery) and finding.table.rows:
        return _table_of_cohorts(cohort_matrix(finding, width))
    if not finding.groups and not finding.is_list:
        return _table_of_metrics(finding)
    table = _empty_table()
    single = len(finding.metrics) == 1
    columns = finding.table.columns
    lines = [
        [finding.names.cell(column, value) for column, value in zip(columns, row, strict=True)]
        for row in finding.table.rows[:_ROWS]
    ]
    widths = [max((cell_len(line[number]) for line in lines), default=0) for number in range(len(columns))]
    heads = [_head(finding, column, single=single) for column in columns]
    if sum(max(cell_len(head), cells) + 2 for head, cells in zip(heads, widths, strict=True)) > width:
        heads = [_broken(head, max(_HEAD, min(cells, _LONG))) for head, cells in zip(heads, widths, strict=True)]
        table.padding = (0, 1, 0, 0)
    for column, head, cells in zip(columns, heads, widths, strict=True):
        long = cells > _LONG
        table.add_column(
            head,
            justify="right" if _is_number(column) else "left",
            overflow="fold",
            no_wrap=not long,
            min_width=_LEAST if long else None,
        )
    for line in lines:
        table.add_row(*line)
    hidden = len(finding.table.rows) - _ROWS
    if hidden > 0:
        table.caption = f"……还有 {hidden:,} 行" if finding.is_zh else f"… {hidden:,} more rows"
        table.caption_justify = "left"
    return table


def _table_of_cohorts(matrix: Matrix) -> Table:
    table = _empty_table()
    table.padding = (0, 1 if len(matrix.heads) > 4 else 2, 0, 0)
    for number, head in enumerate(matrix.heads):
        table.add_column(head, justify="right" if number else "left", no_wrap=True)
    for line in matrix.lines:
        table.add_row(*line)
    table.caption, table.caption_justify = matrix.left_out or None, "left"
    return table


def _table_of_metrics(finding: Finding) -> Table:
    """A row for each metric, a column for each part of it: one row of numbers stood on its side."""
    table = _empty_table()
    parts = list(dict.fromkeys(column.part for column in finding.table.columns))
    table.add_column("指标" if finding.is_zh else "metric")
    for part in parts:
        column = next(c for c in finding.table.columns if c.part == part)
        table.add_column(finding.names.part(column), justify="right", no_wrap=True)
    for metric in finding.metrics:
        cells = []
        for part in parts:
            found = finding.part(metric.metric or metric.name, part)
            cells.append("" if found is None else finding.names.cell(found, finding.cell(0, found)))
        unit = unit_name(metric.unit, finding.language) if is_money(metric.unit) else ""
        table.add_row(finding.names.column(metric) + (f"/{unit}" if unit else ""), *cells)
    return table


def _empty_table() -> Table:
    return Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))


def _broken(head: str, width: int) -> str:
    """A head over as many lines as keep it that narrow: broken between words, or between Chinese characters."""
    lines = [""]
    for word in re.findall(r"[ -~]+? |[ -~]+|[^ -~]", head):
        if cell_len(lines[-1] + word.rstrip()) > width and lines[-1]:
            lines.append("")
        lines[-1] += word
    return "\n".join(line.strip() for line in lines)


def _head(finding: Finding, column: Column, *, single: bool) -> str:
    if column.part != "value" and single:
        return finding.names.part(column)
    unit = unit_name(part_unit(column), finding.language) if is_money(part_unit(column)) else ""
    return finding.names.column(column) + (f"/{unit}" if unit else "")


def chart_lines(finding: Finding, width: int) -> Iterator[str]:
    """The first metric drawn: columns along time, bars otherwise; nothing where there are no numbers.

    A funnel's bars are its steps in order, one cohort's columns the units since its first; several are drawn by their
    matrix.
    """
    if isinstance(finding.request, FunnelQuery):
        yield from _funnel(finding, width)
        return
    if isinstance(finding.request, CohortQuery):
        yield from _curve(finding, width)
        return
    column = _drawn(finding)
    numbers = [number for number in finding.numbers(column) if number is not None]
    if not numbers or len(finding.categories) + (finding.time is not None) > 1:
        return
    yield finding.names.column(column)
    if finding.time is not None:
        marks = [_mark(finding.time, value, finding) for value in finding.values(finding.time)]
        yield from _columns(finding, column, list(finding.numbers(column)), marks, width)
    else:
        yield from _bars(finding, column, finding.categories[0], width)


def _drawn(finding: Finding) -> Column:
    first = finding.metrics[0]
    name = first.metric or first.name
    return finding.part(name, "cumulative") or finding.part(name, "share") or first


def _bars(finding: Finding, column: Column, category: Column, width: int) -> Iterator[str]:
    rows = range(min(len(finding.table.rows), _BARS))
    names = [finding.names.value(category, finding.cell(row, category)) for row in rows]
    numbers = finding.numbers(column)
    largest = max((abs(number or 0.0) for number in numbers), default=0.0)
    label_width = min(max(cell_len(name) for name in names), 24)
    room = max(10, min(50, width - label_width - 16))
    for row, name in zip(rows, names, strict=True):
        value = numbers[row]
        bar = _horizontal(0.0 if not largest or value is None else max(0.0, value) / largest, room)
        figure = exact_figure(value, part_unit(column), finding.language)
        yield f"{set_cell_size(name, label_width)} {bar} {figure}"


def _funnel(finding: Finding, width: int) -> Iterator[str]:
    steps = list(funnel_bars(finding))
    label_width = min(max(cell_len(label) for label, _, _ in steps), 24)
    room = max(10, min(50, width - label_width - 22))
    yield finding.names.column(finding.metrics[1])
    for label, share, figures in steps:
        yield f"{set_cell_size(label, label_width)} {_horizontal(share, room)} {figures}"


def _curve(finding: Finding, width: int) -> Iterator[str]:
    drawn = curve(finding)
    if drawn is None:
        return
    column = finding.metrics[-1]
    yield finding.names.column(column)
    yield from _columns(finding, column, drawn[1], drawn[0], width)


def _columns(
    finding: Finding, column: Column, numbers: list[float | None], marks: list[str], width: int
) -> Iterator[str]:
    """Columns of eighth blocks over their marks; a scale that does not begin at zero says so by its lowest label."""
    known = [number for number in numbers if number is not None]
    high, low = max(known), min(known)
    floor = 0.0 if low >= 0 and (low < 0.5 * high or high == low) else low - (high - low) * 0.15
    unit = part_unit(column)
    top, bottom = exact_figure(high, unit, finding.language), exact_figure(floor, unit, finding.language)
    margin = max(len(top), len(bottom))
    room = max(8, width - margin - 3)
    each = max(1, min(8, room // len(numbers)))
    shown = numbers[-(room // each) :]
    span = (high - floor) or 1.0
    heights = [None if number is None else round((number - floor) / span * _HEIGHT * 8) for number in shown]
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


def _horizontal(share: float, room: int) -> str:
    eighths = round(share * room * 8)
    whole, rest = divmod(eighths, 8)
    bar = "█" * whole + (_PARTS[rest] if rest else "")
    return bar.ljust(room)


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
    if not hasattr(value, "year"):
        return str(value)
    mark = bucket_mark(time.grain, value)  # type: ignore[arg-type]
    return mark + "*" if value in finding.table.incomplete else mark


def _is_number(column: Column) -> bool:
    return column.type in ("integer", "number") and (column.role != "dimension" or column.unit is not None)


def _is_worth_a_table(finding: Finding) -> bool:
    return bool(finding.groups) or len(finding.table.columns) > 1
