"""Shares and differences drawn with their intervals: a bar to the value, a line from end to end of what it may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chat_service.present.causes import causes
from chat_service.present.chart.panel import Panel
from chat_service.present.chart.scales import Json
from chat_service.present.drawn import main_column
from chat_service.present.figures import change_figure, figure
from chat_service.present.finding import Finding
from chat_service.present.followed import followed_groups, number
from chat_service.present.lifts import lifts
from chat_service.present.names import part_unit
from chat_service.present.paths import step_words
from semantic_layer import CausesQuery, FollowsQuery, LiftQuery, Phrase

_MORE = Phrase("另有 {count} 组未画出", "{count} more not drawn")
_WIDTH, _MOST = 560, 15
_BLUE, _GREY, _LINE = "#2f6fb7", "#b5bcc6", "#333"


@dataclass(frozen=True)
class Measured:
    """One bar: what it is called, its value, and the ends of its interval where there is one."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    is_main: bool = True


def measured_panel(finding: Finding) -> Panel | None:
    """The shares of what follows, the differences of a trial, next steps or relative risks, each with its interval."""
    names, column = finding.names, main_column(finding)
    group = finding.groups[0]
    bars: list[Measured] = []
    match finding.request:
        case FollowsQuery():
            is_pair = finding.groups[0].name == "group"
            for index, each in enumerate(followed_groups(finding)):
                value, low, high = each.days[:3] or (each.value, each.low, each.high)
                bars.append(Measured(each.name, value, low, high, index == 0 or not is_pair))
            if group.grain is not None:
                bars.reverse()  # of many units of time the last ones are drawn
        case LiftQuery():
            for lift in lifts(finding):
                value, low, high = (lift.of(f"difference{end}") for end in ("", "_low", "_high"))
                bars.append(Measured(lift.name, value, low, high, lift.is_certain))
        case CausesQuery():
            group = finding.groups[1]
            for cause in causes(finding):
                value, low, high = (number(each) for each in (cause.risk, cause.low, cause.high))
                bars.append(Measured(cause.cause, value, low, high, cause.is_clear))
        case _:
            columns = (finding.table.column(name) for name in ("step", "share", "share_low", "share_high"))
            for step, *ends in zip(*columns, strict=True):
                value, low, high = (number(each) for each in ends)
                bars.append(Measured(step_words(finding, step), value, low, high, step is not None))
    is_change = column.part == "change"
    return interval_panel(
        finding, bars, names.column(column), names.column(group), part_unit(column), is_change=is_change
    )


def _label(value: float | None, unit: str | None, finding: Finding, is_change: bool) -> str:
    """The figure at a bar; a difference has its sign."""
    if not is_change or value is None:
        return figure(value, unit, finding.language)
    return ("-" if value < 0 else "+") + change_figure(value, unit, finding.language)


def interval_panel(
    finding: Finding, bars: Sequence[Measured], title: str, names: str, unit: str | None, *, is_change: bool = False
) -> Panel | None:
    """The drawing; None where nothing has a value. The first bars are drawn, `omitted` says how many are not."""
    known = [each for each in bars if each.value is not None]
    if not known:
        return None
    rows: list[Json] = []
    for each in known[:_MOST]:
        color = _BLUE if each.is_main else _GREY
        row: dict[str, Json] = {"group": each.name, "value": each.value, "color": color}
        row |= {"low": each.low, "high": each.high, "label": _label(each.value, unit, finding, is_change)}
        row["right"] = max(each.value or 0.0, each.high or 0.0)
        rows.append(row)
    order: list[Json] = [str(row["group"]) for row in rows if isinstance(row, dict)]
    axis: Json = {"tickCount": 6, "format": ".0%" if unit == "percent" else ",~s"}
    encoding: dict[str, Json] = {
        # a title of its own would stand in the names of few bars
        "y": {"field": "group", "type": "nominal", "sort": order, "title": None, "axis": {"labelLimit": 320}},
        "x": {"field": "value", "type": "quantitative", "title": title, "axis": axis},
        "tooltip": [{"field": "group", "title": names}, {"field": "label", "title": title}],
    }
    spans: list[Json] = [row for row in rows if isinstance(row, dict) and row["low"] is not None]
    layers: list[Json] = [
        {
            "mark": {"type": "bar", "height": {"band": 0.65}},
            "encoding": {"color": {"field": "color", "type": "nominal", "scale": None}},
        },
        {
            "data": {"values": spans},
            "mark": {"type": "rule", "color": _LINE, "strokeWidth": 1.5},
            "encoding": {"x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}},
        },
        {
            "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 11, "color": "#444"},
            "encoding": {"x": {"field": "right", "type": "quantitative"}, "text": {"field": "label"}},
        },
    ]
    drawing: dict[str, Json] = {
        "width": _WIDTH,
        "height": {"step": 28},
        "data": {"values": rows},
        "encoding": encoding,
        "layer": layers,
    }
    more = len(known) - _MOST
    omitted = finding.say(_MORE, count=more) if more > 0 else ""
    return Panel(title, drawing, omitted)
