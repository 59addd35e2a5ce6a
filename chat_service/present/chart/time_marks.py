"""Drawings along time, as Vega-Lite without a title: lines, bars beside one another, stacks.

A comparison adds its other period in grey; what is not over yet is dashed or faded.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from chat_service.present.chart.panel import BLUE, GREY, RED, WIDTH, Panel, point_rows, text_layer
from chat_service.present.chart.scales import (
    Json,
    axis_of_values,
    color_of,
    drawn,
    in_order,
    left_out,
    series_color,
    tooltip,
)
from chat_service.present.finding import Finding
from chat_service.present.names import part_unit
from semantic_layer import Column

_TICKS = {"day": "%m-%d", "week": "%m-%d", "month": "%Y-%m", "quarter": "%Y-Q%q", "year": "%Y"}
_CLOCK_TICKS, _OWN_TICKS = "%m-%d %H:%M", "%Y-%m-%d"
_MARKED = 12  # so many buckets have a mark on the axis, at most
_LABELLED = 13  # up to so many points are labelled each; of more, or of several lines, the last
_STACKED = 10
_PADDING = 26  # beside the first and the last point, so that their labels stay clear of the axis
_CLEAR_OF_LABELS: dict[str, Json] = {"legend": {"offset": 64}}
_FADED: Json = {"condition": {"test": "datum.incomplete", "value": 0.45}, "value": 1}


def line_panel(finding: Finding, column: Column, series: Column | None, *, limit: int = 8) -> Panel:
    """Values along time: a line for each of the `limit` largest series, dashed where a bucket is incomplete."""
    kept, omitted = _largest(finding, column, series, limit)
    rows, compared = _rows(finding, column, series, kept)
    _mark_dashes(rows)
    _mark_labels(rows, single=series is None and not compared)
    base: dict[str, Json] = {
        "x": _axis(finding),
        "y": axis_of_values(finding, column, zero=part_unit(column) != "percent"),
        "color": _color(finding, column, series, rows) | (_CLEAR_OF_LABELS if series is not None else {}),
        "tooltip": tooltip(finding, column, series),
    }
    layers: list[Json] = [
        {"mark": {"type": "line", "strokeWidth": 2.5}, "encoding": {"y": {"field": "whole"}}},
        {"mark": {"type": "line", "strokeWidth": 2, "strokeDash": [4, 4]}, "encoding": {"y": {"field": "dashed"}}},
        {"mark": {"type": "point", "filled": True, "size": 40}, "encoding": {"opacity": _FADED}},
        text_layer("above", dy=-7, baseline="bottom"),
        text_layer("below", dy=8, baseline="top"),
        text_layer("beside", dx=7, align="left"),
    ]
    return Panel(finding.names.column(column), _drawing(rows, base, layers, 260), omitted)


def bars_over_time_panel(finding: Finding, column: Column, series: Column | None, *, limit: int = 6) -> Panel:
    """A bar for each bucket, side by side where there are several series; always from zero."""
    kept, omitted = _largest(finding, column, series, limit)
    rows, compared = _rows(finding, column, series, kept)
    marks: list[Json] = list(dict.fromkeys(row["mark"] for row in rows if isinstance(row, dict)))
    encoding: dict[str, Json] = {
        "x": {"field": "mark", "type": "nominal", "sort": marks, "title": None, "axis": _thinned(len(marks))},
        "y": axis_of_values(finding, column, zero=True),
        "color": _color(finding, column, series, rows),
        "opacity": _FADED,
        "tooltip": tooltip(finding, column, series),
    }
    if compared or series is not None:
        order = [finding.period_names[1], finding.period_names[0]] if series is None else in_order(finding, series)
        encoding["xOffset"] = {"field": "series", "sort": [*order]}
    layers: list[Json] = [{"mark": {"type": "bar"}}]
    if series is None and not compared and len(marks) <= _LABELLED:
        layers.append(_bar_labels())
    return Panel(finding.names.column(column), _drawing(rows, encoding, layers, 260), omitted)


def stacked_panel(finding: Finding, column: Column, series: Column) -> Panel:
    """Parts along time on top of one another, to the whole of what is shown."""
    kept, omitted = _largest(finding, column, series, _STACKED)
    rows, _ = _rows(finding, column, series, kept)
    marks: list[Json] = list(dict.fromkeys(row["mark"] for row in rows if isinstance(row, dict)))
    ranks = in_order(finding, series)
    for row in rows:
        assert isinstance(row, dict), "rows are objects"
        row["rank"] = ranks.index(row["series"])
    encoding: dict[str, Json] = {
        "x": {"field": "mark", "type": "nominal", "sort": marks, "title": None, "axis": _thinned(len(marks))},
        "y": {**axis_of_values(finding, column, zero=True), "stack": "zero"},
        "color": series_color(finding, series, drawn(rows)),
        "order": {"field": "rank", "type": "quantitative"},
        "opacity": _FADED,
        "tooltip": tooltip(finding, column, series),
    }
    return Panel(finding.names.column(column), _drawing(rows, encoding, [{"mark": {"type": "bar"}}], 280), omitted)


def _rows(finding: Finding, column: Column, series: Column | None, kept: set[object]) -> tuple[list[Json], bool]:
    """The points, and whether those of the other period are among them."""
    previous = finding.part(column.metric or column.name, "previous") if column.part == "value" else None
    compared = previous is not None and series is None
    names = finding.period_names if compared else ("", "")
    scale = finding.scale(column, *([previous] if previous is not None else []))
    rows: list[Json] = []
    for index in range(len(finding.table.rows)):
        if series is not None and finding.cell(index, series) not in kept:
            continue
        group = names[0] if series is None else finding.group_name(index, (series,))
        rows += point_rows(finding, index, column, group, scale)
        if compared and previous is not None:
            rows += point_rows(finding, index, previous, names[1], scale)
    return rows, compared


def _drawing(rows: list[Json], encoding: dict[str, Json], layers: list[Json], height: int) -> dict[str, Json]:
    return {"width": WIDTH, "height": height, "data": {"values": rows}, "encoding": encoding, "layer": layers}


def _color(finding: Finding, column: Column, series: Column | None, rows: list[Json]) -> dict[str, Json]:
    if series is not None:
        return series_color(finding, series, drawn(rows))
    if column.part == "value" and finding.part(column.metric or column.name, "previous") is not None:
        return {**color_of("", [*finding.period_names], [BLUE, GREY]), "legend": {"orient": "top"}}
    if column.part in ("change", "change_pct"):
        return {"condition": {"test": "datum.value < 0", "value": RED}, "value": BLUE}
    return {"value": BLUE}


def _axis(finding: Finding) -> dict[str, Json]:
    """Time, with marks at the buckets themselves, as many as can be read."""
    column = finding.time
    assert column is not None, "called along time"
    firsts = sorted({value for value in finding.values(column) if isinstance(value, date)})
    step = -(-len(firsts) // _MARKED) or 1
    ticks = _CLOCK_TICKS if column.type == "timestamp" else _TICKS.get(column.grain or "day", _OWN_TICKS)
    axis: dict[str, Json] = {"format": ticks, "title": None, "labelOverlap": True, "grid": False}
    axis["values"] = [_instant(first) for first in firsts[::step]]
    return {"field": "time", "type": "temporal", "scale": {"type": "utc", "padding": _PADDING}, "axis": axis}


def _instant(first: date) -> str:
    """A moment as text: as a number, the page's interpreter of expressions takes it for a year."""
    moment = first if isinstance(first, datetime) else datetime.combine(first, time(), UTC)
    return moment.replace(tzinfo=UTC).isoformat()


def _thinned(count: int) -> Json:
    if count <= _MARKED + 1:
        return {"labelAngle": 0, "labelOverlap": True}
    return {"labelAngle": -45, "labelOverlap": True}


def _bar_labels() -> Json:
    layer = text_layer("label", dy=-3, baseline="bottom")
    assert isinstance(layer, dict) and isinstance(layer["encoding"], dict), "a layer is an object"
    layer["transform"] = [{"filter": "isValid(datum.value)"}, {"calculate": "max(datum.value, 0)", "as": "top"}]
    layer["encoding"]["y"] = {"field": "top", "type": "quantitative"}
    return layer


def _by_series(rows: list[Json]) -> list[list[dict[str, Json]]]:
    found: dict[Json, list[dict[str, Json]]] = {}
    for row in rows:
        assert isinstance(row, dict), "rows are objects"
        name = row["series"]
        assert isinstance(name, str), "series have names"
        found.setdefault(name, []).append(row)
    return list(found.values())


def _mark_dashes(rows: list[Json]) -> None:
    """Split each series into what is drawn whole and what is dashed: the steps that touch an incomplete bucket."""
    for points in _by_series(rows):
        for index, point in enumerate(points):
            around = points[max(0, index - 1) : index + 2]
            point["whole"] = None if point["incomplete"] else point["value"]
            point["dashed"] = point["value"] if any(each["incomplete"] for each in around) else None


def _mark_labels(rows: list[Json], *, single: bool) -> None:
    """Every point of a single short line is labelled; of any other, the end of each line."""
    for points in _by_series(rows):
        known = [point for point in points if point["value"] is not None]
        whole = single and len(known) <= _LABELLED
        for point in points:
            # on the side from which no line comes
            label = point["label"] if whole else ""
            point["above"], point["below"] = ("", label) if _is_low(point, known) else (label, "")
            point["beside"] = point["label"] if not whole and known and point is known[-1] else ""


def _is_low(point: dict[str, Json], points: list[dict[str, Json]]) -> bool:
    """Whether the line comes down to a point from the points beside it."""
    place = next((index for index, each in enumerate(points) if each is point), 0)
    around = [each["value"] for each in points[max(0, place - 1) : place + 2] if each is not point]
    value = point["value"]
    numbers = [each for each in around if isinstance(each, int | float)]
    return bool(numbers) and isinstance(value, int | float) and value < sum(numbers) / len(numbers)


def _largest(finding: Finding, column: Column, series: Column | None, limit: int) -> tuple[set[object], str]:
    if series is None:
        return set(), ""
    totals: dict[object, float] = {}
    for value, number in zip(finding.values(series), finding.numbers(column), strict=True):
        totals[value] = totals.get(value, 0.0) + abs(number or 0.0)
    kept = sorted(totals, key=lambda value: -totals[value])[:limit]
    return set(kept), left_out(finding, len(kept), len(totals))
