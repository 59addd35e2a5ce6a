"""The drawings that a chart is made of: line, bar, grouped bar, stack and heat map, as Vega-Lite without a title.

Rows carry labels, not codes. Field names are made safe for Vega (it reads dots and brackets as paths).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from chat_service.present.chart.scales import (
    Json,
    axis_of_values,
    color_of,
    drawn,
    in_order,
    period_names,
    series_color,
    tooltip,
    width_of,
)
from chat_service.present.dates import bucket_mark, bucket_name
from chat_service.present.figures import exact_figure, figure
from chat_service.present.finding import Finding
from chat_service.present.names import part_unit
from semantic_layer import Column

_WIDTH = 560
_BLUE = "#2f6fb7"
_GREY = "#b5bcc6"
_TICKS = {"day": "%m-%d", "week": "%m-%d", "month": "%Y-%m", "quarter": "%Y-Q%q", "year": "%Y"}
_CLOCK_TICKS = "%m-%d %H:%M"
_OWN_TICKS = "%Y-%m-%d"


@dataclass(frozen=True)
class Panel:
    """One drawing; `name` is its metric's label, `omitted` says what was left out to keep it legible."""

    name: str
    drawing: dict[str, Json]
    omitted: str = ""


def line_panel(
    finding: Finding, column: Column, series: Column | None, *, as_bars: bool = False, limit: int = 8
) -> Panel:
    """Values along time: a line for each of the `limit` largest series, dashed where a bucket is incomplete.

    A comparison adds its other period in grey.
    """
    time = finding.time
    assert time is not None
    kept, omitted = _largest(finding, column, series, limit)
    previous = finding.part(column.metric or column.name, "previous") if column.part == "value" else None
    compared = previous is not None and series is None
    names = period_names(finding)
    rows: list[Json] = []
    for index in range(len(finding.table.rows)):
        if series is not None and finding.cell(index, series) not in kept:
            continue
        group = names[0] if series is None else finding.group_name(index, (series,))
        rows += _point(finding, index, column, group)
        if compared and previous is not None:
            rows += _point(finding, index, previous, names[1])
    if not compared:
        _mark_dashes(rows)
    color: dict[str, Json] = {"value": _BLUE}
    if compared:
        color = color_of("", [names[0], names[1]], [_BLUE, _GREY])
    elif series is not None:
        color = series_color(finding, series, drawn(rows))
    ticks = _CLOCK_TICKS if time.type == "timestamp" else _TICKS.get(time.grain or "day", _OWN_TICKS)
    axis: dict[str, Json] = {"format": ticks, "title": None, "labelOverlap": True, "grid": False}
    if time.grain in ("month", "quarter", "year"):
        axis["tickCount"] = {
            "interval": {"month": "month", "quarter": "month", "year": "year"}[time.grain],
            "step": 3 if time.grain == "quarter" else 1,
        }
    x: dict[str, Json] = {"field": "time", "type": "temporal", "scale": {"type": "utc"}, "axis": axis}
    y = axis_of_values(finding, column, zero=as_bars or part_unit(column) != "percent")
    base: dict[str, Json] = {"x": x, "y": y, "color": color, "tooltip": tooltip(finding, column, series)}
    layers = [_bars_along_time(time)] if as_bars else _lines(compared)
    views: list[Json] = [*layers]
    drawing: dict[str, Json] = {
        "width": _WIDTH,
        "height": 260,
        "data": {"values": rows},
        "encoding": base,
        "layer": views,
    }
    return Panel(finding.names.column(column), drawing, omitted)


def bar_panel(finding: Finding, column: Column, category: Column, *, limit: int) -> Panel:
    """A bar for each category, largest first unless the categories have an order of their own; lying down where they
    are many or long. A comparison puts the other period beside each."""
    order = _category_order(finding, column, category)
    shown = order[:limit]
    previous = finding.part(column.metric or column.name, "previous") if column.part == "value" else None
    periods = period_names(finding)
    rows: list[Json] = []
    for index in shown:
        rows += _bar(finding, index, column, category, periods[0])
        if previous is not None:
            rows += _bar(finding, index, previous, category, periods[1])
    labels = [finding.names.value(category, finding.cell(index, category)) for index in shown]
    lying = len(labels) > 8 or sum(width_of(label) for label in labels) > 60
    name_axis: dict[str, Json] = {
        "field": "category",
        "type": "nominal",
        "sort": [*labels],
        "title": finding.names.column(category),
        "axis": {"labelAngle": 0, "labelLimit": 220},
    }
    value_axis = axis_of_values(finding, column, zero=True)
    encoding: dict[str, Json] = {
        "y" if lying else "x": name_axis,
        "x" if lying else "y": value_axis,
        "tooltip": tooltip(finding, column, category),
    }
    size: dict[str, Json] = {"width": _WIDTH, "height": {"step": 22}} if lying else {"width": _WIDTH, "height": 260}
    drawing: dict[str, Json]
    if previous is not None:
        encoding["yOffset" if lying else "xOffset"] = {"field": "series", "sort": [*periods[::-1]]}
        encoding["color"] = color_of("", [*periods], [_BLUE, _GREY])
        if lying:
            size["height"] = {"step": 11, "for": "offset"}
        drawing = {**size, "data": {"values": rows}, "mark": {"type": "bar"}, "encoding": encoding}
        return Panel(finding.names.column(column), drawing, _left_out(finding, len(shown), len(order)))
    text: dict[str, Json] = {"type": "text", "fontSize": 11, "color": "#444"}
    text |= {"align": "left", "dx": 4} if lying else {"baseline": "bottom", "dy": -3}
    layers: list[Json] = [
        {"mark": {"type": "bar", "color": _BLUE, **({} if lying else {"width": {"band": 0.6}})}},
        {"mark": {**text}, "encoding": {"text": {"field": "label", "type": "nominal"}}},
    ]
    drawing = {**size, "data": {"values": rows}, "encoding": encoding, "layer": layers}
    return Panel(finding.names.column(column), drawing, _left_out(finding, len(shown), len(order)))


def grouped_bar_panel(finding: Finding, column: Column, outer: Column, inner: Column) -> Panel:
    """Bars of `inner` side by side within each `outer`."""
    rows = _cells(finding, column, outer, inner)
    order = _category_order(finding, column, outer)
    labels = _labels(finding, outer, order)
    lying = len(labels) > 6
    encoding: dict[str, Json] = {
        "y" if lying else "x": {
            "field": "category",
            "type": "nominal",
            "sort": [*labels],
            "title": finding.names.column(outer),
            "axis": {"labelAngle": 0, "labelLimit": 220},
        },
        "x" if lying else "y": axis_of_values(finding, column, zero=True),
        "yOffset" if lying else "xOffset": {"field": "series", "sort": in_order(finding, inner)},
        "color": series_color(finding, inner),
        "tooltip": tooltip(finding, column, inner),
    }
    size: dict[str, Json] = {"width": _WIDTH, "height": {"step": 9, "for": "offset"} if lying else 280}
    drawing: dict[str, Json] = {**size, "data": {"values": rows}, "mark": {"type": "bar"}, "encoding": encoding}
    return Panel(finding.names.column(column), drawing)


def stacked_panel(finding: Finding, column: Column, series: Column) -> Panel:
    """Shares along time, stacked to the whole of what is shown."""
    time = finding.time
    assert time is not None
    kept, omitted = _largest(finding, column, series, 10)
    rows: list[Json] = []
    for index in range(len(finding.table.rows)):
        if finding.cell(index, series) in kept:
            rows += _point(finding, index, column, finding.group_name(index, (series,)))
    labels: list[Json] = []
    ranks = in_order(finding, series)
    for row in rows:
        assert isinstance(row, dict)
        row["rank"] = ranks.index(row["series"])
        if row["mark"] not in labels:
            labels.append(row["mark"])
    encoding: dict[str, Json] = {
        "x": {
            "field": "mark",
            "type": "nominal",
            "sort": labels,
            "title": None,
            "axis": {"labelAngle": 0, "labelOverlap": True},
        },
        "y": axis_of_values(finding, column, zero=True),
        "color": series_color(finding, series, drawn(rows)),
        "order": {"field": "rank", "type": "quantitative"},
        "tooltip": tooltip(finding, column, series),
    }
    drawing: dict[str, Json] = {
        "width": _WIDTH,
        "height": 280,
        "data": {"values": rows},
        "mark": {"type": "bar"},
        "encoding": encoding,
    }
    return Panel(finding.names.column(column), drawing, omitted)


def heat_panel(finding: Finding, column: Column, outer: Column, inner: Column) -> Panel:
    """A cell for each pair of groups, darker for more."""
    order = _category_order(finding, column, outer)
    labels = _labels(finding, outer, order)[:30]
    rows: list[Json] = [
        row for row in _cells(finding, column, outer, inner) if isinstance(row, dict) and row["category"] in labels
    ]
    encoding: dict[str, Json] = {
        "x": {
            "field": "series",
            "type": "nominal",
            "sort": in_order(finding, inner),
            "title": finding.names.column(inner),
            "axis": {"labelAngle": 0, "labelOverlap": True},
        },
        "y": {"field": "category", "type": "nominal", "sort": [*labels], "title": finding.names.column(outer)},
        "color": {**axis_of_values(finding, column, zero=True), "scale": {"scheme": "blues"}},
        "tooltip": tooltip(finding, column, inner),
    }
    color = encoding["color"]
    assert isinstance(color, dict)
    color["legend"] = color.pop("axis")
    drawing: dict[str, Json] = {
        "width": _WIDTH,
        "height": {"step": 22},
        "data": {"values": rows},
        "mark": {"type": "rect"},
        "encoding": encoding,
    }
    total = len(_labels(finding, outer, order))
    return Panel(finding.names.column(column), drawing, _left_out(finding, len(labels), total))


def _lines(compared: bool) -> list[Json]:
    if compared:
        return [
            {"mark": {"type": "line", "strokeWidth": 2.5, "point": {"size": 36}}, "encoding": {"y": {"field": "value"}}}
        ]
    return [
        {"mark": {"type": "line", "strokeWidth": 2.5}, "encoding": {"y": {"field": "whole"}}},
        {"mark": {"type": "line", "strokeWidth": 2, "strokeDash": [4, 4]}, "encoding": {"y": {"field": "dashed"}}},
        {
            "mark": {"type": "point", "filled": True, "size": 40},
            "encoding": {"opacity": {"condition": {"test": "datum.incomplete", "value": 0.45}, "value": 1}},
        },
    ]


def _bars_along_time(time: Column) -> Json:
    units = {"month": "utcyearmonth", "quarter": "utcyearquarter", "year": "utcyear", "hour": "utcyearmonthdatehours"}
    return {
        "mark": {"type": "bar"},
        "encoding": {
            "x": {"field": "time", "timeUnit": units.get(time.grain or "day", "utcyearmonthdate"), "type": "temporal"},
            "opacity": {"condition": {"test": "datum.incomplete", "value": 0.45}, "value": 1},
        },
    }


def _point(finding: Finding, index: int, column: Column, group: str) -> list[Json]:
    time = finding.time
    assert time is not None
    first = finding.cell(index, time)
    if not isinstance(first, date):
        return []
    value = finding.numbers(column)[index]
    point: dict[str, Json] = {
        # a moment without a zone would be read in the reader's own
        "time": first.isoformat() + ("Z" if isinstance(first, datetime) else ""),
        "bucket": bucket_name(time.grain or "day", first, finding.language),
        "mark": bucket_mark(time.grain or "day", first),
        "series": group,
        "value": value,
        "figure": exact_figure(value, part_unit(column), finding.language),
        "incomplete": first in finding.table.incomplete,
    }
    return [point]


def _mark_dashes(rows: list[Json]) -> None:
    """Split each series into what is drawn whole and what is dashed: the steps that touch an incomplete bucket."""
    by_series: dict[Json, list[dict[str, Json]]] = {}
    for row in rows:
        assert isinstance(row, dict)
        name = row["series"]
        assert isinstance(name, str)
        by_series.setdefault(name, []).append(row)
    for points in by_series.values():
        for index, point in enumerate(points):
            around = points[max(0, index - 1) : index + 2]
            point["whole"] = None if point["incomplete"] else point["value"]
            point["dashed"] = point["value"] if any(each["incomplete"] for each in around) else None


def _bar(finding: Finding, index: int, column: Column, category: Column, series: str) -> list[Json]:
    value = finding.numbers(column)[index]
    return [
        {
            "category": finding.names.value(category, finding.cell(index, category)),
            "series": series,
            "value": value,
            "figure": exact_figure(value, part_unit(column), finding.language),
            "label": figure(value, part_unit(column), finding.language),
        }
    ]


def _cells(finding: Finding, column: Column, outer: Column, inner: Column) -> list[Json]:
    rows: list[Json] = []
    for index in range(len(finding.table.rows)):
        rows += _bar(finding, index, column, outer, finding.group_name(index, (inner,)))
    return rows


def _labels(finding: Finding, column: Column, order: list[int]) -> list[str]:
    return list(dict.fromkeys(finding.names.value(column, finding.cell(index, column)) for index in order))


def _category_order(finding: Finding, column: Column, category: Column) -> list[int]:
    """Row numbers in drawing order: as sorted by the request; ordinal categories as they come; else largest first."""
    rows = list(range(len(finding.table.rows)))
    values = finding.values(category)
    labels = [finding.names.value(category, value) for value in values]
    # most codes of an ordered category carry a number: 18-24, hour 9, month 3
    ordinal = sum(any(sign.isdigit() for sign in label) for label in labels) * 2 > len(labels)
    if finding.request.order_by or ordinal:
        return rows
    numbers = finding.numbers(column)
    totals: dict[object, float] = {}
    for value, number in zip(values, numbers, strict=True):
        totals[value] = totals.get(value, 0.0) + (number or 0.0)
    return sorted(rows, key=lambda row: -totals[values[row]])


def _largest(finding: Finding, column: Column, series: Column | None, limit: int) -> tuple[set[object], str]:
    if series is None:
        return set(), ""
    totals: dict[object, float] = {}
    for value, number in zip(finding.values(series), finding.numbers(column), strict=True):
        totals[value] = totals.get(value, 0.0) + abs(number or 0.0)
    kept = sorted(totals, key=lambda value: -totals[value])[:limit]
    return set(kept), _left_out(finding, len(kept), len(totals))


def _left_out(finding: Finding, shown: int, total: int) -> str:
    if shown >= total:
        return ""
    return f"只画出前 {shown} 个，共 {total} 个" if finding.is_zh else f"the first {shown} of {total} are drawn"
