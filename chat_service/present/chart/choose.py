"""A Vega-Lite specification chosen from the roles of a result's columns.

One number and lists of customers have none. Time is a line, categories are bars, shares are stacked bars along time and
plain bars otherwise (never a pie), two groupings are grouped bars or a heat map, metrics of different units stand in
panels of their own. Cohort tables, funnels and explanations have their own forms. Data, labels and formats are inside
the specification: it needs nothing else to be drawn.
"""

from __future__ import annotations

from typing import Literal

from chat_service.present.chart.journey_marks import cohort_panel, funnel_panel
from chat_service.present.chart.marks import (
    Panel,
    bar_panel,
    grouped_bar_panel,
    heat_panel,
    line_panel,
    stacked_panel,
)
from chat_service.present.chart.scales import Json
from chat_service.present.chart.waterfall import waterfall_panel
from chat_service.present.finding import Finding
from semantic_layer import CohortQuery, Column, ExplainQuery, FunnelQuery

ChartForm = Literal["line", "bar", "table"]
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_FONT = "Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, Hiragino Sans GB, sans-serif"
_PANELS = 4
_SERIES = 8
_BARS = 30


def choose_chart(finding: Finding, title: str, asked: ChartForm | None = None) -> dict[str, Json] | None:
    """The specification, or None where a picture would say nothing more than the text or the table.

    `asked` is a form that the asker named: `table` for none; a line over categories is drawn as bars.
    """
    if asked == "table" or finding.is_list or not finding.metrics or not finding.groups:
        return None
    if len(finding.table.rows) < 2 or len(finding.categories) > 2:
        return None
    if isinstance(finding.request, CohortQuery | FunnelQuery):
        journey = funnel_panel(finding) if isinstance(finding.request, FunnelQuery) else cohort_panel(finding, asked)
        return None if journey is None else _specification([journey], title)
    if isinstance(finding.request, ExplainQuery):
        change = waterfall_panel(finding)
        return None if change is None else _specification([change], title)
    panels = [
        panel
        for column in _drawn_columns(finding)
        if (panel := _panel(finding, column, asked)) is not None and _has_numbers(finding, column)
    ][:_PANELS]
    return _specification(panels, title) if panels else None


def _drawn_columns(finding: Finding) -> list[Column]:
    drawn = []
    for metric in finding.metrics:
        name = metric.metric or metric.name
        drawn.append(finding.part(name, "cumulative") or finding.part(name, "share") or metric)
    return drawn


def _has_numbers(finding: Finding, column: Column) -> bool:
    return any(number is not None for number in finding.numbers(column))


def _panel(finding: Finding, column: Column, asked: ChartForm | None) -> Panel | None:
    categories = finding.categories
    if finding.time is not None:
        if len(categories) > 1:
            return None
        if not categories:
            return line_panel(finding, column, None, as_bars=asked == "bar")
        if column.part == "share":
            return stacked_panel(finding, column, categories[0])
        return line_panel(finding, column, categories[0], as_bars=asked == "bar", limit=_SERIES)
    if len(categories) == 1:
        return bar_panel(finding, column, categories[0], limit=_BARS)
    # the grouping with fewer values gives the colours
    outer, inner = sorted(categories, key=lambda c: -len(set(finding.values(c))))
    if len(set(finding.values(inner))) <= 6 and len(set(finding.values(outer))) <= 12:
        return grouped_bar_panel(finding, column, outer, inner)
    return heat_panel(finding, column, outer, inner)


def _specification(panels: list[Panel], title: str) -> dict[str, Json]:
    omitted = next((panel.omitted for panel in panels if panel.omitted), "")
    heading: Json = {"text": title, "subtitle": omitted} if omitted else title
    shared: dict[str, Json] = {
        "$schema": _SCHEMA,
        "title": heading,
        "background": "white",
        "padding": 12,
        "config": {
            "font": _FONT,
            "view": {"stroke": None},
            "title": {"anchor": "start", "fontSize": 15, "subtitleColor": "#666", "offset": 12},
            "axisLeft": {"minExtent": 44},
            "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "gridColor": "#e8e8e8"},
            "legend": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"},
            "range": {"category": {"scheme": "tableau10"}},
        },
    }
    if len(panels) == 1:
        return {**shared, **panels[0].drawing}
    views: list[Json] = [{**panel.drawing, "title": panel.name} for panel in panels]
    return {**shared, "vconcat": views}
