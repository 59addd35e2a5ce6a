"""A change drawn as a waterfall: each group of the first dimension from where the one before it ended, then the whole.

Comes in: an explanation. Goes out: Vega-Lite without a title. Bars begin at no change, not at the metric's value, so
that lengths compare.
"""

from __future__ import annotations

from chat_service.present.chart.panel import Panel
from chat_service.present.chart.scales import Json, short_figures
from chat_service.present.explanations import explanation
from chat_service.present.figures import Scale, scale_of
from chat_service.present.finding import Finding
from semantic_layer import Phrase

_IN_ALL, _CHANGE = Phrase("合计", "in all"), Phrase("{name}的变化", "change of {name}")
_WIDTH = 560
_UP, _DOWN, _WHOLE = "#2f6fb7", "#d1495b", "#8a8f98"


def waterfall_panel(finding: Finding) -> Panel | None:
    """The drawing; None where there is no change or nothing to take it apart by."""
    found = explanation(finding)
    if not found.change or not found.groups:
        return None
    dimension, rows, end = found.dimensions[0], list[Json](), 0.0
    sizes = [found.change, *(each.size for each in found.of(dimension))]
    metric = finding.metrics[0]
    scale = scale_of(sizes, metric.unit, finding.language, metric.format, is_change=True)
    for each in sorted(found.of(dimension), key=lambda each: each.is_nameless):
        rows.append(_bar(each.name, end, end + each.size, _UP if each.size >= 0 else _DOWN, scale))
        end += each.size
    rows.append(_bar(finding.say(_IN_ALL), 0.0, found.change, _WHOLE, scale))
    name = finding.names.column(metric)
    title = finding.say(_CHANGE, name=name)
    is_rate = metric.unit == "percent"
    ticks: dict[str, Json] = {"format": ".1%"} if is_rate else {"labelExpr": short_figures(finding)}
    order: list[Json] = [str(row["group"]) for row in rows if isinstance(row, dict)]
    encoding: dict[str, Json] = {
        "y": {
            "field": "group",
            "type": "nominal",
            "sort": order,
            "title": finding.names.dimension(dimension),
            "axis": {"labelLimit": 220},
        },
        "x": {
            "field": "from",
            "type": "quantitative",
            "title": title,
            "axis": {"tickCount": 6, **ticks},
        },
        "x2": {"field": "to"},
        "tooltip": [
            {"field": "group", "type": "nominal", "title": finding.names.dimension(dimension)},
            {"field": "label", "type": "nominal", "title": title},
        ],
    }
    layers: list[Json] = [
        {
            "mark": {"type": "bar", "height": {"band": 0.7}},
            "encoding": {"color": {"field": "color", "type": "nominal", "scale": None}},
        },
        {
            "mark": {"type": "text", "align": "left", "dx": 5, "fontSize": 11, "color": "#444"},
            "encoding": {"x": {"field": "right", "type": "quantitative"}, "text": {"field": "label"}},
        },
    ]
    drawing: dict[str, Json] = {
        "width": _WIDTH,
        "height": {"step": 26},
        "data": {"values": rows},
        "encoding": encoding,
        "layer": layers,
    }
    return Panel(title, drawing)


def _bar(group: str, start: float, end: float, color: str, scale: Scale) -> dict[str, Json]:
    size = end - start
    sign = "+" if size > 0 else "-" if size < 0 else ""
    label = sign + scale.figure(size)
    return {"group": group, "from": start, "to": end, "right": max(start, end), "color": color, "label": label}
