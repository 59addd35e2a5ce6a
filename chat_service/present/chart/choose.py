"""A Vega-Lite specification chosen from the roles of a result's columns, and from what was asked.

One number and lists of customers have none. Time is a line, categories are bars, shares along time a stack, two
groupings are grouped bars or a heat map, metrics of different units stand in panels of their own; growth is drawn where
growth was asked. A form that the asker named is taken where it fits. Cohort tables, funnels and explanations have their
own forms. Data, labels and formats are inside the specification: it needs nothing else to be drawn.
"""

from __future__ import annotations

from chat_service.outcomes import Chart, Reading
from chat_service.present.chart.group_marks import bar_panel, grouped_bar_panel, heat_panel, pie_panel
from chat_service.present.chart.interval_marks import measured_panel
from chat_service.present.chart.journey_marks import cohort_panel, funnel_panel
from chat_service.present.chart.panel import Panel
from chat_service.present.chart.scales import Json
from chat_service.present.chart.time_marks import bars_over_time_panel, line_panel, stacked_panel
from chat_service.present.chart.waterfall import waterfall_panel
from chat_service.present.chart.wishes import unmet
from chat_service.present.drawn import drawn_column
from chat_service.present.finding import Finding
from semantic_layer import (
    CausesQuery,
    CohortQuery,
    Column,
    FollowsQuery,
    FunnelQuery,
    LiftQuery,
    MetricQuery,
    PathQuery,
    PlaybookQuery,
    ProfileQuery,
)

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_FONT = "Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, Hiragino Sans GB, sans-serif"
_PANELS = 4
_SERIES = 8
_BARS = 31
_INNER, _OUTER = 6, 12  # groups within groups, and groups, that bars have room for


def choose_chart(finding: Finding, title: str, reading: Reading) -> dict[str, Json] | None:
    """The specification, or None where a picture would say nothing more than the text or the table."""
    asked = reading.chart
    if isinstance(finding.request, ProfileQuery | PlaybookQuery):
        return None
    if asked == "table" or finding.is_list or not finding.groups:
        return None
    if not finding.metrics and not isinstance(finding.request, LiftQuery):
        return None
    if len(finding.table.rows) < 2:
        return None
    if not isinstance(finding.request, MetricQuery):
        panel = _own_form(finding, asked)
        return None if panel is None else _specification([panel], title)
    if len(finding.categories) > 2:
        return None
    form = None if unmet(finding, asked) else asked
    panels = [
        panel
        for metric in finding.metrics
        if (column := drawn_column(finding, metric, reading)) and _has_numbers(finding, column)
        if (panel := _panel(finding, column, form)) is not None
    ][:_PANELS]
    return _specification(panels, title) if panels else None


def _own_form(finding: Finding, asked: Chart | None) -> Panel | None:
    if isinstance(finding.request, FunnelQuery):
        return funnel_panel(finding)
    if isinstance(finding.request, CausesQuery | FollowsQuery | LiftQuery | PathQuery):
        return measured_panel(finding)
    return cohort_panel(finding, asked) if isinstance(finding.request, CohortQuery) else waterfall_panel(finding)


def _has_numbers(finding: Finding, column: Column) -> bool:
    return any(number is not None for number in finding.numbers(column))


def _panel(finding: Finding, column: Column, form: Chart | None) -> Panel | None:
    # a grouping of one value says nothing, but stays in the title
    categories = tuple(c for c in finding.categories if len(set(finding.values(c))) > 1)
    if finding.time is not None:
        return _along_time(finding, column, categories, form)
    if not categories:
        categories = finding.categories[:1]
    if len(categories) == 1:
        if form == "pie":
            return pie_panel(finding, column, categories[0])
        return bar_panel(finding, column, categories[0], limit=_BARS)
    # the grouping with fewer values gives the colours
    outer, inner = sorted(categories, key=lambda c: -len(set(finding.values(c))))
    colors = len(set(finding.values(inner)))
    if len(set(finding.values(outer))) == len(finding.table.rows):
        return bar_panel(finding, column, outer, limit=_BARS, within=inner if colors <= _SERIES else None)
    if form == "stacked" and colors <= _SERIES:
        return grouped_bar_panel(finding, column, outer, inner, stacked=True)
    if colors <= _INNER and len(set(finding.values(outer))) <= _OUTER:
        return grouped_bar_panel(finding, column, outer, inner)
    return heat_panel(finding, column, outer, inner)


def _along_time(finding: Finding, column: Column, categories: tuple[Column, ...], form: Chart | None) -> Panel | None:
    if len(categories) > 1:
        return None
    series = categories[0] if categories else None
    if series is not None and (form == "stacked" or (form is None and column.part == "share")):
        return stacked_panel(finding, column, series)
    if form == "bar" or (form is None and series is None and column.part in ("change", "change_pct")):
        return bars_over_time_panel(finding, column, series)
    return line_panel(finding, column, series, limit=_SERIES)


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
