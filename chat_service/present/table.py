"""A result as a table that people read: labels for codes, one unit a column, the periods of a comparison by name.

Comes in: a finding. Goes out: columns of text, those of the result in their order and, beside each rate by groups, how
many are behind it; subtotals are among the rows of one `with_subtotals`. Everything that shows a table (terminal, HTTP,
exports) shows this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from chat_service.present.explanations import group_name
from chat_service.present.figures import Scale
from chat_service.present.finding import Finding
from semantic_layer import LEVEL, CausesQuery, Column, ExplainQuery, MetricQuery, Phrase, Value

_WITH_UNIT, GROUP_SIZE = Phrase("{name}（{unit}）", "{name} ({unit})"), Phrase("样本数", "group size")
_CHANGE, _CHANGE_PCT = Phrase("变化", "change"), Phrase("变化率", "change %")
_SHARE, _CUMULATIVE = Phrase("占比", "share"), Phrase("累计", "running total")
_ALL = Phrase("合计", "in all")
_EVERY = Phrase("全部", "all")
_DETAIL, _SUBTOTAL, _TOTAL = Phrase("明细", "row"), Phrase("小计", "subtotal"), Phrase("合计", "total")
_SHORT = {"change": _CHANGE, "change_pct": _CHANGE_PCT, "share": _SHARE, "cumulative": _CUMULATIVE}
SMALL_MARK = "†"


@dataclass(frozen=True)
class ShownColumn:
    """A column as it is shown. `column` is the result's, None for group sizes; `of` is then the rate they belong to."""

    head: str
    cells: tuple[str, ...]
    is_number: bool
    column: Column | None
    of: Column | None = None


def shown_columns(finding: Finding) -> tuple[ShownColumn, ...]:
    """The columns in reading order."""
    found = []
    for column in finding.table.columns:
        found.append(_shown(finding, column))
        sizes = finding.shown_sizes(column)
        if sizes:
            cells = tuple(
                "—" if size is None else f"{size:,}{_mark(finding, row, column)}" for row, size in enumerate(sizes)
            )
            found.append(ShownColumn(finding.say(GROUP_SIZE), cells, True, None, column))
    return tuple(found)


def head_of(finding: Finding, column: Column) -> str:
    """A column by itself, without its unit: what is compared is called by its period."""
    metric = (
        column.label.in_language(finding.language) if column.metric is None else finding.names.metric(column.metric)
    )
    single = len(finding.metrics) == 1 and isinstance(finding.request, MetricQuery)
    if column.part == "previous":
        before = finding.other_period
        return before if len(finding.metrics) == 1 else finding.say(_WITH_UNIT, name=metric, unit=before)
    if single and column.part in _SHORT:
        return finding.say(_SHORT[column.part])
    return metric if column.metric is None else finding.names.column(column)


def part_head(finding: Finding, column: Column) -> str:
    """What a column tells of its metric, where its row names that: the other period, the change."""
    if column.part == "previous":
        return finding.other_period
    return finding.say(_SHORT[column.part]) if column.part in _SHORT else head_of(finding, column)


def is_number(column: Column) -> bool:
    """Whether a column holds amounts, not codes that happen to be numbers."""
    return column.type in ("integer", "number") and (column.role != "dimension" or column.unit is not None)


def _shown(finding: Finding, column: Column) -> ShownColumn:
    values, head = finding.values(column), head_of(finding, column)
    if isinstance(finding.request, ExplainQuery) and column.name in ("dimension", "value"):
        return ShownColumn(head, tuple(_explained(finding, row, column) for row in range(len(values))), False, column)
    if isinstance(finding.request, CausesQuery | ExplainQuery) and column.type == "boolean":
        return ShownColumn(
            head, tuple(finding.names.value(column, True) if value else "" for value in values), False, column
        )
    if column.grain is not None or not is_number(column):
        cells = _of_levels(finding, column) or (_text(finding, column, value) for value in values)
        return ShownColumn(head, tuple(cells), False, column)
    scale = _scale(finding, column)
    if scale.head and scale.head not in head:
        head = finding.say(_WITH_UNIT, name=head, unit=scale.head)
    signed = column.part in ("change", "change_pct")
    return ShownColumn(head, tuple(scale.bare(value, signed=signed) for value in values), True, column)


def _of_levels(finding: Finding, column: Column) -> list[str]:
    """The cells of a group beside subtotals: what such a row does not tell apart is no group without a name."""
    if LEVEL not in finding.groups or column not in finding.groups:
        return []
    levels, groups = finding.values(LEVEL), [each for each in finding.groups if each != LEVEL]
    if column == LEVEL:
        names = {0: _TOTAL, len(groups): _DETAIL}
        return [finding.say(names.get(level, _SUBTOTAL)) for level in levels if isinstance(level, int)]
    every, place = finding.say(_EVERY), groups.index(column)
    told = zip(levels, finding.values(column), strict=True)
    return [every if level in range(place + 1) else _text(finding, column, value) for level, value in told]


def _scale(finding: Finding, column: Column) -> Scale:
    """That of the column; a value and what it is compared with have one."""
    beside = [column]
    if column.metric is not None and column.part in ("value", "previous"):
        beside = [c for c in finding.table.columns if c.metric == column.metric and c.part in ("value", "previous")]
    return finding.scale(*beside, scaled=False)


def _text(finding: Finding, column: Column, value: Value) -> str:
    if value is None and column.role != "dimension":
        return "—"
    if column.role == "dimension" or column.grain is not None or not isinstance(value, float | date):
        return finding.names.value(column, value, short=True)
    return finding.names.code(None, value)


def _explained(finding: Finding, row: int, column: Column) -> str:
    """A cell that names a group of an explanation; the whole has none."""
    columns = {each.name: each for each in finding.groups}
    dimension = finding.cell(row, columns["dimension"])
    if dimension is None:
        return finding.say(_ALL) if column.name == "dimension" else ""
    if column.name == "dimension":
        return finding.names.dimension(str(dimension))
    cells = {each.name: finding.cell(row, each) for each in finding.table.columns}
    return group_name(cells, finding)


def _mark(finding: Finding, row: int, column: Column) -> str:
    return SMALL_MARK if finding.is_small(row, column) else ""
