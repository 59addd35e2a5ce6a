"""An answer in the terminal: text, table and a chart drawn with block characters, wide signs counted as two cells."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, ConsoleRenderable, RichCast
from rich.table import Table
from rich.text import Text

from chat_service.asking import Answer
from chat_service.language.phrases import said
from chat_service.present.blocks import chart_lines
from chat_service.present.changes import is_relative
from chat_service.present.columns import fitted, flowing
from chat_service.present.explanations import explanation
from chat_service.present.finding import Finding
from chat_service.present.journey_tables import Matrix, cohort_matrix
from chat_service.present.listing import text_table, would_be_cut, written_out
from chat_service.present.table import ShownColumn, part_head, shown_columns
from semantic_layer import CausesQuery, CohortQuery, ExplainQuery, MetricQuery, Phrase, ProfileQuery

_ROWS = 24
_EXPLAINED, _REASONS = 3, 3  # rows of a list whose evidence is written out, and how much of it
_COLORS = {"answered": "", "error": "red"}
_ASK_NEXT = Phrase("还可以问：", "You can also ask:")
_MORE_ROWS, _MORE_COLUMNS = (
    Phrase("……还有 {count:,} 行", "… {count:,} more rows"),
    Phrase("没有列出：{names}", "not shown: {names}"),
)
_METRIC, _VALUE = Phrase("指标", "metric"), Phrase("数值", "value")
# of an explanation: what tells the groups apart, and how each stands; the rest is in the whole table
_OF_EXPLANATIONS = ("dimension", "value", "previous", "contribution", "is_main", "is_small")
_OF_CAUSES = ("family", "cause", "leavers", "share_of_leavers", "relative_risk", "is_clear", "is_small")
_FEW = 8  # rows whose texts would be cut are written out, each thing on a line of its own


def show(answer: Answer, console: Console) -> None:
    """Print the answer."""
    for block in blocks(answer, console.width):
        console.print(block)


def blocks(answer: Answer, width: int) -> Iterator[ConsoleRenderable | RichCast | str]:
    """The parts of the answer to print, in order."""
    yield Text(flowing(answer.text, width), style=_COLORS.get(answer.status, "yellow"))
    if answer.clarification is not None:
        for number, choice in enumerate(answer.clarification.choices, 1):
            message = "" if choice.message == choice.label else f"  ({choice.message})"
            yield Text(f"  {number}. {choice.label}{message}")
    if answer.finding is not None and answer.status == "answered":
        if _is_worth_a_table(answer.finding):
            yield Text("")
            yield table_of(answer.finding, width)
            yield from _reasons(answer.finding, width)
        if answer.chart is not None:
            drawn = list(chart_lines(answer.finding, answer.reading, width))
            if drawn:
                yield Text("")
                yield Text("\n".join(drawn), no_wrap=True)
    if answer.suggestions:
        yield Text("")
        yield Text(said(_ASK_NEXT, answer.language), style="dim")
        for suggestion in answer.suggestions:
            yield Text(f"  · {suggestion}", style="dim")


def _reasons(finding: Finding, width: int) -> Iterator[Text]:
    """The evidence behind the first rows of a list that gives reasons."""
    if not finding.is_list:
        return
    for row in finding.table.rows[:_EXPLAINED]:
        found = [sentence for value in row for sentence in finding.names.reasons(value)][:_REASONS]
        if found:
            yield Text(flowing(f"{row[0]}: {finding.names.clauses(*found)}", width), style="dim")


def table_of(finding: Finding, width: int) -> Table:
    """The rows with labels and figures; long tables are cut, and say so. Cohorts are a matrix."""
    finding = finding.with_subtotals
    if isinstance(finding.request, CohortQuery) and finding.table.rows:
        return _table_of_cohorts(cohort_matrix(finding, width))
    if not finding.groups and not finding.is_list:
        is_plain = isinstance(finding.request, MetricQuery)
        return _table_of_metrics(finding, width) if is_plain else _table_of_numbers(finding, width)
    columns = [each for each in shown_columns(finding) if _is_shown(finding, each)]
    rows = len(finding.table.rows) if isinstance(finding.request, ProfileQuery) else _ROWS
    hidden = len(finding.table.rows) - rows
    said = [finding.say(_MORE_ROWS, count=hidden)] if hidden > 0 else []
    heads, cells = [each.head for each in columns], [each.cells[:rows] for each in columns]
    numbers = [each.is_number for each in columns]
    if len(cells[0]) <= _FEW and would_be_cut(cells, fitted(heads, cells, numbers, width)):
        return written_out(heads, cells, width)
    return _table(finding, heads, cells, numbers, width, said)


def _table(
    finding: Finding, heads: list[str], cells: list[tuple[str, ...]], numbers: list[bool], width: int, said: list[str]
) -> Table:
    table, shown = text_table(heads, cells, numbers, width)
    if shown < len(heads):
        said = [*said, finding.say(_MORE_COLUMNS, names=finding.names.listed(heads[shown:]))]
    caption = finding.names.comma(*said)
    table.caption = Text(flowing(caption, width), no_wrap=True, overflow="ignore") if caption else None
    table.caption_justify = "left"
    return table


def _is_shown(finding: Finding, shown: ShownColumn) -> bool:
    if shown.column is None:
        return True
    if shown.column.part == "change_pct" and _is_of_rates(finding):
        return False  # the change of a rate in percent of the rate, beside its percentage points
    if isinstance(finding.request, CausesQuery):
        return shown.column.name in _OF_CAUSES
    if not isinstance(finding.request, ExplainQuery):
        return True
    if shown.column.part == "share":
        return explanation(finding).has_shares
    return shown.column.name in _OF_EXPLANATIONS or shown.column.part in ("previous",) or shown.column.role == "metric"


def _is_of_rates(finding: Finding) -> bool:
    return not any(is_relative(column.unit) for column in finding.metrics)


def _table_of_cohorts(matrix: Matrix) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.padding = (0, 1 if len(matrix.heads) > 4 else 2, 0, 0)
    for number, head in enumerate(matrix.heads):
        table.add_column(head, justify="right" if number else "left", no_wrap=True)
    for line in matrix.lines:
        table.add_row(*line)
    table.caption, table.caption_justify = matrix.left_out or None, "left"
    return table


def _table_of_metrics(finding: Finding, width: int) -> Table:
    """A row for each metric, a column for each part of it: one row of numbers stood on its side."""
    shown = {(each.column.metric, each.column.part): each for each in shown_columns(finding) if each.column is not None}
    parts = [
        part for part in dict.fromkeys(part for _, part in shown) if part != "change_pct" or not _is_of_rates(finding)
    ]
    heads, cells = [finding.say(_METRIC)], [tuple(shown[c.metric, "value"].head for c in finding.metrics)]
    for part in parts:
        columns = [shown.get((each.metric, part)) for each in finding.metrics]
        first = next(each.column for each in columns if each is not None and each.column is not None)
        heads.append(finding.period_names[0] if part == "value" else part_head(finding, first))
        cells.append(tuple("" if each is None else _with_points(finding, each) for each in columns))
    return _table(finding, heads, cells, [False, *(True for _ in parts)], width, [])


def _table_of_numbers(finding: Finding, width: int) -> Table:
    """One row of numbers stood on its side."""
    columns = shown_columns(finding)
    cells = [tuple(each.head for each in columns), tuple(each.cells[0] for each in columns)]
    return _table(finding, [finding.say(_METRIC), finding.say(_VALUE)], cells, [False, True], width, [])


def _with_points(finding: Finding, shown: ShownColumn) -> str:
    """A cell under a head that names no unit: the difference of a rate says that it is in points."""
    column = shown.column
    if column is None or column.part != "change" or column.unit != "percent":
        return shown.cells[0]
    return f"{shown.cells[0]} {finding.scale(column).head}"


def _is_worth_a_table(finding: Finding) -> bool:
    return bool(finding.groups) or len(finding.table.columns) > 1
