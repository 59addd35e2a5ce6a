"""Drawings of groups without time, as Vega-Lite without a title: bars, bars in groups, stacks, a pie, a heat map."""

from __future__ import annotations

from chat_service.present.changes import is_relative
from chat_service.present.chart.panel import BLUE, GREY, INK, RED, WIDTH, Panel, bar_row, text_layer
from chat_service.present.chart.scales import (
    Json,
    axis_of_values,
    color_of,
    drawn,
    in_order,
    left_out,
    series_color,
    tooltip,
    width_of,
)
from chat_service.present.finding import Finding
from chat_service.present.ordering import drawing_order
from semantic_layer import Column

_LYING, _WIDE = 8, 60  # more categories, or wider labels in all, lie down
_STEP: Json = {"step": 22}
_STEP_COMPARED: Json = {"step": 12, "for": "offset"}
_HEAT_ROWS, _LABELLED_CELLS = 30, 12


def bar_panel(finding: Finding, column: Column, category: Column, *, limit: int, within: Column | None = None) -> Panel:
    """A bar for each category, lying down where they are many or long. A comparison puts the other period beside each,
    with the change above; `within` gives the colours, where each category belongs to one value of it."""
    order = drawing_order(finding, column, category)
    shown = order[:limit]
    previous = finding.part(column.metric or column.name, "previous") if column.part == "value" else None
    scale, periods = finding.scale(column, *([previous] if previous is not None else [])), finding.period_names
    rows: list[Json] = []
    for index in shown:
        series = periods[0] if within is None else finding.group_name(index, (within,))
        row = bar_row(finding, index, column, category, series, scale)
        row["top"] = max(finding.numbers(column)[index] or 0.0, 0.0)
        if previous is not None:
            row["label"] = _moved(finding, index, column)
            other = bar_row(finding, index, previous, category, periods[1], scale)
            row["top"] = max((v for v in (row["value"], other["value"]) if isinstance(v, int | float)), default=None)
            rows.append({**other, "label": ""})
        rows.append(row)
    labels = list(dict.fromkeys(finding.names.value(category, finding.cell(index, category)) for index in shown))
    lying = len(labels) > _LYING or sum(width_of(label) for label in labels) > _WIDE
    encoding: dict[str, Json] = {
        "y" if lying else "x": _names_axis(finding, category, labels),
        "x" if lying else "y": axis_of_values(finding, column, zero=True),
        "tooltip": tooltip(finding, column, category),
        "color": _color(finding, column, within, rows, compared=previous is not None),
    }
    size: dict[str, Json] = {"width": WIDTH, "height": 260}
    bar: dict[str, Json] = {"type": "bar"}
    if previous is not None:
        encoding["yOffset" if lying else "xOffset"] = {"field": "series", "sort": [*periods[::-1]]}
        size["height"] = _STEP_COMPARED if lying else 260
    elif lying:
        size["height"] = _STEP
    else:
        bar["width"] = {"band": 0.6}
    text = text_layer("label", dx=4, align="left") if lying else text_layer("label", dy=-3, baseline="bottom")
    if previous is not None or column.part in ("change", "change_pct"):
        # clear of the bar beside it, and of a bar below zero
        assert isinstance(text, dict) and isinstance(text["encoding"], dict), "a layer is an object"
        text["encoding"]["x" if lying else "y"] = {"field": "top", "type": "quantitative"}
    drawing: dict[str, Json] = {
        **size,
        "data": {"values": rows},
        "encoding": encoding,
        "layer": [{"mark": bar}, text],
    }
    return Panel(finding.names.column(column), drawing, left_out(finding, len(shown), len(order)))


def grouped_bar_panel(
    finding: Finding, column: Column, outer: Column, inner: Column, *, stacked: bool = False
) -> Panel:
    """Bars of `inner` side by side within each `outer`, or on top of one another."""
    rows, labels = _cells(finding, column, outer, inner), _labels(finding, column, outer)
    lying = len(labels) > 6
    encoding: dict[str, Json] = {
        "y" if lying else "x": _names_axis(finding, outer, labels),
        "x" if lying else "y": axis_of_values(finding, column, zero=True),
        "color": series_color(finding, inner),
        "tooltip": tooltip(finding, column, inner),
    }
    order = in_order(finding, inner)
    if stacked:
        for row in rows:
            assert isinstance(row, dict), "rows are objects"
            row["rank"] = order.index(row["series"])
        encoding["order"] = {"field": "rank", "type": "quantitative"}
    else:
        encoding["yOffset" if lying else "xOffset"] = {"field": "series", "sort": order}
    step: dict[str, Json] = {"step": 24} if stacked else {"step": 9, "for": "offset"}
    size: dict[str, Json] = {"width": WIDTH, "height": step if lying else 280}
    drawing: dict[str, Json] = {**size, "data": {"values": rows}, "mark": {"type": "bar"}, "encoding": encoding}
    return Panel(finding.names.column(column), drawing)


def pie_panel(finding: Finding, column: Column, category: Column) -> Panel:
    """Few parts of one whole, each with its share."""
    share = finding.part(column.metric or column.name, "share") or column
    scale, total = finding.scale(column), sum(number or 0.0 for number in finding.numbers(column))
    rows: list[Json] = []
    for place, index in enumerate(drawing_order(finding, column, category)):
        row = bar_row(finding, index, column, category, "", scale)
        value = finding.numbers(column)[index] or 0.0
        part = (finding.numbers(share)[index] or 0.0) if share.part == "share" else value / total if total else 0.0
        row["label"] = f"{row['category']} {part * 100:.1f}%"
        rows.append({**row, "series": row["category"], "rank": place})
    names: list[Json] = [row["category"] for row in rows if isinstance(row, dict)]
    color: Json = {
        "field": "series",
        "type": "nominal",
        "title": finding.names.column(category),
        "scale": {"domain": names},
        "legend": None,
    }
    encoding: dict[str, Json] = {
        "theta": {"field": "value", "type": "quantitative", "stack": True},
        "order": {"field": "rank", "type": "quantitative"},
        "color": color,
        "tooltip": tooltip(finding, column, category),
    }
    layers: list[Json] = [
        {"mark": {"type": "arc", "outerRadius": 120, "stroke": "white"}},
        {
            "mark": {"type": "text", "radius": 160, "fontSize": 12, "color": INK},
            "encoding": {"text": {"field": "label", "type": "nominal"}, "color": {"value": INK}},
        },
    ]
    drawing: dict[str, Json] = {
        "width": WIDTH,
        "height": 360,
        "data": {"values": rows},
        "encoding": encoding,
        "layer": layers,
    }
    return Panel(finding.names.column(column), drawing)


def heat_panel(finding: Finding, column: Column, outer: Column, inner: Column) -> Panel:
    """A cell for each pair of groups, darker for more, its figure in it where there is room."""
    every = _labels(finding, column, outer)
    labels = every[:_HEAT_ROWS]
    rows: list[Json] = [
        row for row in _cells(finding, column, outer, inner) if isinstance(row, dict) and row["category"] in labels
    ]
    across = in_order(finding, inner)
    values = [row["value"] for row in rows if isinstance(row, dict) and isinstance(row["value"], int | float)]
    middle = (max(values, default=0.0) + min(values, default=0.0)) / 2
    encoding: dict[str, Json] = {
        "x": {
            "field": "series",
            "type": "nominal",
            "sort": across,
            "title": finding.names.column(inner),
            "axis": {"labelAngle": 0, "labelOverlap": True},
        },
        "y": {"field": "category", "type": "nominal", "sort": [*labels], "title": finding.names.column(outer)},
        "tooltip": tooltip(finding, column, inner),
    }
    color: dict[str, Json] = {**axis_of_values(finding, column, zero=True), "scale": {"scheme": "blues"}}
    color["legend"] = color.pop("axis")
    layers: list[Json] = [{"mark": {"type": "rect"}, "encoding": {"color": color}}]
    if len(across) <= _LABELLED_CELLS:
        ink: Json = {"condition": {"test": f"datum.value > {middle}", "value": "white"}, "value": "#333"}
        text: Json = {"text": {"field": "label", "type": "nominal"}, "color": ink}
        layers.append({"mark": {"type": "text", "fontSize": 11}, "encoding": text})
    drawing: dict[str, Json] = {
        "width": {"step": 84} if len(across) <= _LABELLED_CELLS else WIDTH,
        "height": {"step": 22},
        "data": {"values": rows},
        "encoding": encoding,
        "layer": layers,
    }
    return Panel(finding.names.column(column), drawing, left_out(finding, len(labels), len(every)))


def _names_axis(finding: Finding, category: Column, labels: list[str]) -> dict[str, Json]:
    return {
        "field": "category",
        "type": "nominal",
        "sort": [*labels],
        "title": finding.names.column(category),
        "axis": {"labelAngle": 0, "labelLimit": 220},
    }


def _color(
    finding: Finding, column: Column, within: Column | None, rows: list[Json], *, compared: bool
) -> dict[str, Json]:
    if compared:
        return {**color_of("", [*finding.period_names], [BLUE, GREY]), "legend": {"orient": "top"}}
    if within is not None:
        return {**series_color(finding, within, drawn(rows)), "legend": {"offset": 64}}
    if column.part in ("change", "change_pct"):
        return {"condition": {"test": "datum.value < 0", "value": RED}, "value": BLUE}
    return {"value": BLUE}


def _moved(finding: Finding, index: int, column: Column) -> str:
    """How far a group moved from the other period."""
    moves = finding.part(column.metric or column.name, "change_pct" if is_relative(column.unit) else "change")
    value = None if moves is None else finding.numbers(moves)[index]
    return "" if moves is None or value is None else finding.scale(moves).bare(value, signed=True)


def _cells(finding: Finding, column: Column, outer: Column, inner: Column) -> list[Json]:
    scale = finding.scale(column)
    return [
        bar_row(finding, index, column, outer, finding.group_name(index, (inner,)), scale)
        for index in range(len(finding.table.rows))
    ]


def _labels(finding: Finding, column: Column, group: Column) -> list[str]:
    order = drawing_order(finding, column, group)
    return list(dict.fromkeys(finding.names.value(group, finding.cell(index, group)) for index in order))
