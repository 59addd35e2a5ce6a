"""The sentence of a result along time: first, last, highest, lowest and the overall change.

Incomplete buckets are left out of these: a month cut off in the middle is no low.
"""

from __future__ import annotations

from datetime import date

from chat_service.present.changes import change_words
from chat_service.present.dates import bucket_name, grain_word
from chat_service.present.figures import figure
from chat_service.present.finding import Finding
from chat_service.present.names import part_unit
from chat_service.present.subject import en_head, zh_head
from semantic_layer import STANDARD, Column, Value

_SERIES = 3  # so many lines are spoken of; the table has them all
Point = tuple[date, float]


def trend_sentence(finding: Finding) -> str:
    """Each metric along time; with one more grouping, each of its largest groups."""
    grain = _grain(finding)
    parts: list[str] = []
    for metric in finding.metrics[:_SERIES]:
        name = metric.metric or metric.name
        column = finding.part(name, "cumulative") or finding.part(name, "share") or metric
        if finding.categories:
            parts += _by_series(finding, column)
        else:
            parts.append(_course(finding, column, finding.names.column(column), _points(finding, column), brief=False))
    assert finding.time is not None, "a trend is along time"
    unit = grain_word(grain, finding.language) if grain in STANDARD else finding.names.column(finding.time)
    if finding.is_zh:
        return f"{zh_head(finding)}按{unit}：{'；'.join(parts)}。"
    return f"{en_head(finding)}, by {unit}: {'; '.join(parts)}."


def _by_series(finding: Finding, column: Column) -> list[str]:
    keys = [tuple(finding.cell(row, each) for each in finding.categories) for row in range(len(finding.table.rows))]
    totals: dict[tuple[Value, ...], float] = {}
    for key, number in zip(keys, finding.numbers(column), strict=True):
        totals[key] = totals.get(key, 0.0) + abs(number or 0.0)
    said = []
    largest = sorted(totals, key=lambda key: -totals[key])
    for key in largest[:_SERIES]:
        rows = [row for row, each in enumerate(keys) if each == key]
        name = f"{finding.group_name(rows[0], finding.categories)} {finding.names.column(column)}"
        said.append(_course(finding, column, name, _points(finding, column, rows), brief=True))
    if len(largest) > _SERIES:
        more = len(largest) - _SERIES
        said.append(f"另有 {more} 组见表" if finding.is_zh else f"{more} more groups are in the table")
    return said


def _course(finding: Finding, column: Column, name: str, known: list[Point], *, brief: bool) -> str:
    """`复购率从 2025年7月的 44.5% 到 2026年6月的 46.5%，上升 2.0 个百分点；最高是 …，最低是 …`."""
    zh, grain, unit = finding.is_zh, _grain(finding), part_unit(column)
    if not known:
        return f"{name}均无数据" if zh else f"no data on {name}"

    def at(point: Point) -> str:
        when, value = bucket_name(grain, point[0], finding.language), figure(point[1], unit, finding.language)
        return f"{when}的 {value}" if zh else f"{value} in {when}"

    if column.part == "cumulative":
        last = max(known)
        when, total = bucket_name(grain, last[0], finding.language), figure(last[1], unit, finding.language)
        return f"到{when}，{name}为 {total}" if zh else f"{name} reaches {total} in {when}"
    cut = set(finding.table.incomplete)
    whole = [point for point in known if point[0] not in cut] or known
    first, last = min(whole), max(whole)
    if len(whole) == 1:
        return f"{name}为 {at(first)}" if zh else f"{name} {at(first)}"
    change = change_words(unit, first[1], last[1], finding.language)
    said = f"{name}从 {at(first)} 到 {at(last)}，{change}" if zh else f"{name} from {at(first)} to {at(last)}, {change}"
    if brief:
        return said
    high, low = max(whole, key=lambda point: point[1]), min(whole, key=lambda point: point[1])
    return said + (f"；最高是 {at(high)}，最低是 {at(low)}" if zh else f"; highest {at(high)}, lowest {at(low)}")


def _points(finding: Finding, column: Column, rows: list[int] | None = None) -> list[Point]:
    assert finding.time is not None
    numbers, found = finding.numbers(column), []
    for row in range(len(finding.table.rows)) if rows is None else rows:
        first, value = finding.cell(row, finding.time), numbers[row]
        if value is not None and isinstance(first, date):
            found.append((first, value))
    return found


def _grain(finding: Finding) -> str:
    assert finding.time is not None
    assert finding.time.grain is not None
    return finding.time.grain
