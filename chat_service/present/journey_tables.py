"""Cohort tables and funnels in the terminal: a matrix of cohorts by units since, and bars in the order of the steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len

from chat_service.present.dates import bucket_mark
from chat_service.present.figures import figure
from chat_service.present.finding import Finding
from chat_service.present.journey_sentences import distance_name
from chat_service.present.journeys import Cohort, CohortTable, cohort_table, funnel_groups
from semantic_layer import Phrase

FALLS_INTO, _ACTIVE = Phrase("所在时间", "falls into"), Phrase("人数", "active")
_EARLIER = Phrase("更早的 {fewer} 批未列出", "{fewer} earlier cohorts are not shown")
_UP_TO = Phrase("列到{last}为止", "columns up to {last}")
_COHORTS = 24  # the newest that are printed
_FIGURE, _BARE_FIGURE = 8, 6  # cells of a column with `37.1%*`, and with `37%*`


@dataclass(frozen=True)
class Matrix:
    """A table of text: heads, lines, and what was left out to keep it legible. All but the first column are numbers."""

    heads: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    left_out: str = ""


def cohort_matrix(finding: Finding, width: int) -> Matrix:
    """Cohorts down and units since across, as many as `width` cells hold; one cohort alone is a line for each unit."""
    table = cohort_table(finding)
    if len(table.cohorts) == 1:
        return _one_cohort(finding, table, table.cohorts[0])
    size = finding.names.column(finding.metrics[0])
    shown = table.latest(_COHORTS)
    room = width - max(10, *(cell_len(_mark(table, each)) for each in shown.cohorts)) - max(8, cell_len(size))
    decimals = 1 if table.is_measured or room // _FIGURE >= len(shown.distances) else 0
    distances = shown.distances[: max(1, room // (_FIGURE if decimals else _BARE_FIGURE))]
    lines = []
    for cohort in shown.cohorts:
        cells = [_share(table, cohort, since, decimals) for since in distances]
        lines.append((_mark(table, cohort), f"{cohort.size:,}", *cells))
    heads = (finding.names.column(table.cohort_column), size, *(_short(table, since, finding) for since in distances))
    return Matrix(heads, tuple(lines), _left_out(finding, table, shown, len(distances)))


def funnel_bars(finding: Finding) -> Iterator[tuple[str, float, str]]:
    """For each step in order, of each group: its label, its share of the first step, and its figures."""
    for group in funnel_groups(finding):
        for step in group.steps:
            share = "—" if step.of_first is None else _percent(step.of_first, finding)
            label = finding.names.comma(group.label, step.label) if group.label else step.label
            yield label, step.of_first or 0.0, f"{share:>7}  {step.customers:,}"


def curve(finding: Finding) -> tuple[list[str], list[float | None]] | None:
    """Marks and heights of what can be drawn as columns: the units of one cohort, or the cohorts at one distance."""
    table = cohort_table(finding)
    if len(table.cohorts) > 1 and len(table.distances) == 1:
        since, shown = table.distances[0], table.cohorts
        marks = [_mark(table, c) + ("*" if table.is_partial(c, since) else "") for c in shown]
        return marks, [cohort.retention.get(since) for cohort in shown]
    if len(table.cohorts) > 1 or len(table.distances) < 2:
        return None
    cohort = table.cohorts[0]
    marks = [f"{since}*" if table.is_partial(cohort, since) else str(since) for since in table.distances]
    return marks, [cohort.retention[since] for since in table.distances]


def _one_cohort(finding: Finding, table: CohortTable, cohort: Cohort) -> Matrix:
    heads = [finding.names.column(table.since_column), finding.names.column(table.retention_column)]
    if cohort.first is not None:
        heads.insert(1, finding.say(FALLS_INTO))
    if not table.is_measured:
        heads.insert(-1, finding.say(_ACTIVE))
    lines, column = [], table.retention_column
    for since, value in sorted(cohort.retention.items()):
        mark = "*" if table.is_partial(cohort, since) else ""
        cells = [str(since), figure(value, column.unit, finding.language, column.format) + mark]
        if cohort.first is not None:
            cells.insert(1, bucket_mark(table.grain, table.bucket(cohort, since)))
        if not table.is_measured:
            cells.insert(-1, f"{round(value * cohort.sizes[since]):,}")
        lines.append(tuple(cells))
    return Matrix(tuple(heads), tuple(lines))


def _mark(table: CohortTable, cohort: Cohort) -> str:
    return cohort.label if cohort.first is None else bucket_mark(table.grain, cohort.first)


def _share(table: CohortTable, cohort: Cohort, since: int, decimals: int) -> str:
    share = cohort.retention.get(since)
    if share is None:
        return ""
    told = f"{share:,.0f}" if table.is_measured else f"{share * 100:.{decimals}f}%"
    return told + ("*" if table.is_partial(cohort, since) else "")


def _short(table: CohortTable, since: int, finding: Finding) -> str:
    """`M3`, `Q1`, `Y2`; where only one unit is shown, its name."""
    if len(table.distances) == 1:
        return distance_name(table.grain, since, finding.language)
    return f"{table.grain[0].upper()}{since}"


def _left_out(finding: Finding, table: CohortTable, shown: CohortTable, distances: int) -> str:
    said, fewer = [], len(table.cohorts) - len(shown.cohorts)
    if fewer:
        said.append(finding.say(_EARLIER, fewer=fewer))
    if distances < len(shown.distances):
        last = distance_name(table.grain, shown.distances[distances - 1], finding.language)
        said.append(finding.say(_UP_TO, last=last))
    return finding.names.comma(*said)


def _percent(share: float, finding: Finding) -> str:
    return figure(share, "percent", finding.language)
