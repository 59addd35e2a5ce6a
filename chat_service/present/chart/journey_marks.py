"""The drawings of cohort tables and funnels, as Vega-Lite without a title.

One cohort is a curve over the units since its first, several are a heat map (or a curve each, where a line was asked
for), several at one distance are bars in order of time. A funnel is bars in the order of its steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chat_service.outcomes import Chart, Language
from chat_service.present.chart.group_marks import heat_panel
from chat_service.present.chart.panel import Panel
from chat_service.present.chart.scales import Json, axis_of_values
from chat_service.present.chart.time_marks import line_panel
from chat_service.present.dates import bucket_mark, bucket_name
from chat_service.present.figures import exact_figure, figure, lasting
from chat_service.present.finding import Finding
from chat_service.present.journey_sentences import distance_name
from chat_service.present.journey_tables import FALLS_INTO
from chat_service.present.journeys import Cohort, CohortTable, FunnelStep, cohort_table, funnel_steps
from semantic_layer import Column, Label, Phrase

_LATEST = Phrase("只画出最近 {some} 批，共 {total} 批", "the last {some} of {total} cohorts")
_UP_TO = Phrase("画到{last}为止", "drawn up to {last}")
_WIDTH = 560
_BLUE = "#2f6fb7"
_CURVES = 8  # more lines than these cannot be told apart
_COHORTS, _DISTANCES = 24, 25  # the newest, and the first, that a heat map has room for
_STEEP = 0.1
_WIDE = 13  # up to so many columns have a decimal in their labels


def cohort_panel(finding: Finding, asked: Chart | None) -> Panel | None:
    """The drawing that fits the cohorts of a result: groups, which have no order, are lines as long as they are few."""
    table = cohort_table(finding)
    if table.is_of_groups and 1 < len(table.cohorts) <= _CURVES and len(table.distances) > 1 and asked != "bar":
        return _curve(finding, table, as_bars=False)
    if len(table.cohorts) == 1:
        return _curve(finding, table, as_bars=asked == "bar") if len(table.distances) > 1 else None
    if len(table.distances) == 1:
        return line_panel(finding, table.retention_column, None) if asked == "line" else _bars(finding, table)
    if asked == "line" and len(table.cohorts) <= _CURVES:
        return _curve(finding, table, as_bars=False)
    return _heat(finding, table)


def _step_label(step: FunnelStep, language: Language) -> str:
    """`10,982 · 63.2% · 2.12 minutes`: who took it, their share of the first step's, and the median time it took."""
    parts = [f"{step.customers:,}", figure(step.of_first, "percent", language)]
    return " · ".join([*parts, lasting(step.hours, language)] if step.hours is not None else parts)


def funnel_panel(finding: Finding) -> Panel | None:
    """A lying bar for each step, in the order of the steps, with who took it and their share of the first step's; of
    groups, a cell for each step of each group. None where nobody took the first.
    """
    if len(finding.groups) > 1:
        named = _with_one_group(finding)
        return heat_panel(named, named.metrics[1], *named.groups)
    steps, language = funnel_steps(finding), finding.language
    if not steps[0].customers:
        return None
    customers, of_first, of_before = (finding.names.column(column) for column in finding.metrics)
    rows: list[Json] = [
        {
            "step": step.label,
            "customers": step.customers,
            "label": _step_label(step, language),
            "overall": exact_figure(step.of_first, "percent", language),
            "of_before": exact_figure(step.of_before, "percent", language),
        }
        for step in steps
    ]
    order: list[Json] = [step.label for step in steps]
    encoding: dict[str, Json] = {
        "y": {"field": "step", "type": "nominal", "sort": order, "title": None, "axis": {"labelLimit": 220}},
        "x": {
            "field": "customers",
            "type": "quantitative",
            "title": customers,
            "scale": {"zero": True},
            "axis": {"tickCount": 5, "format": ",d"},
        },
        "tooltip": [
            {"field": "step", "type": "nominal", "title": finding.names.column(finding.groups[0])},
            {"field": "customers", "type": "quantitative", "format": ",d", "title": customers},
            {"field": "overall", "type": "nominal", "title": of_first},
            {"field": "of_before", "type": "nominal", "title": of_before},
        ],
    }
    layers: list[Json] = [
        {"mark": {"type": "bar", "color": _BLUE, "height": {"band": 0.7}}},
        {
            "mark": {"type": "text", "align": "left", "dx": 5, "fontSize": 12, "color": "#444"},
            "encoding": {"text": {"field": "label", "type": "nominal"}},
        },
    ]
    drawing: dict[str, Json] = {
        "width": _WIDTH,
        "height": {"step": 40},
        "data": {"values": rows},
        "encoding": encoding,
        "layer": layers,
    }
    return Panel(of_first, drawing)


def _with_one_group(finding: Finding) -> Finding:
    """The steps of groups of several things as those of one: `East·gold`."""
    *apart, _ = finding.groups
    if len(apart) == 1:
        return finding
    label = Label("·".join(each.label.zh for each in apart), " · ".join(each.label.en for each in apart))
    columns = (Column("group", "dimension", "text", label), *finding.table.columns[len(apart) :])
    rows = ((finding.group_name(at, tuple(apart)), *row[len(apart) :]) for at, row in enumerate(finding.table.rows))
    return replace(finding, table=replace(finding.table, columns=columns, rows=tuple(rows)))


def _curve(finding: Finding, table: CohortTable, *, as_bars: bool) -> Panel:
    """Retention over the units since the first, dashed where the last unit is not over; a line for each cohort."""
    single = len(table.cohorts) == 1
    rows: list[Json] = []
    for cohort in table.cohorts:
        cells, shares = _cells(finding, table, cohort), [share for _, share in sorted(cohort.retention.items())]
        if not single and not table.is_measured and len(cells) > 1:
            cells, shares = cells[1:], shares[1:]  # all begin at 100 %, from where they could not be told apart
        for index, cell in enumerate(cells):
            around = cells[max(0, index - 1) : index + 2]
            cell["whole"] = None if cell["partial"] else cell["retention"]
            cell["dashed"] = cell["retention"] if any(each["partial"] for each in around) else None
            # a steep fall would run through a label above its end
            steep = index > 0 and shares[index - 1] - shares[index] > _STEEP
            cell["below"], cell["above"] = (cell["label"], "") if steep else ("", cell["label"])
        rows += cells
    color: dict[str, Json] = {"value": _BLUE}
    if not single:
        names: list[Json] = [_mark(table, cohort) for cohort in table.cohorts]
        color = {
            "field": "cohort",
            "type": "nominal" if table.is_of_groups else "ordinal",
            "title": _cohort_title(finding, table),
            "scale": {"domain": names, "scheme": "tableau10" if table.is_of_groups else "viridis"},
        }
    name = finding.names.column(table.retention_column)
    encoding: dict[str, Json] = {
        "x": _distance_axis(finding, table),
        "y": _value_axis(finding, table),
        "color": color,
        "tooltip": _tooltip(finding, table),
    }
    faded: Json = {"condition": {"test": "datum.partial", "value": 0.45}, "value": 1}
    layers: list[Json] = [
        {"mark": {"type": "line", "strokeWidth": 2.5}, "encoding": {"y": {"field": "whole"}}},
        {"mark": {"type": "line", "strokeWidth": 2, "strokeDash": [4, 4]}, "encoding": {"y": {"field": "dashed"}}},
        {"mark": {"type": "point", "filled": True, "size": 40}, "encoding": {"opacity": faded}},
    ]
    if as_bars:
        layers = [{"mark": {"type": "bar", "width": {"band": 0.7}}, "encoding": {"opacity": faded}}]
    if single and len(table.distances) <= _WIDE:
        layers += [_labels("label" if as_bars else "above", "bottom", -6)]
        layers += [] if as_bars else [_labels("below", "top", 7)]
    drawing: dict[str, Json] = {
        "width": _WIDTH,
        "height": 280,
        "data": {"values": rows},
        "encoding": encoding,
        "layer": layers,
    }
    return Panel(name, drawing)


def _bars(finding: Finding, table: CohortTable) -> Panel:
    """A bar for each cohort, in order of time, at the one distance that was asked for."""
    rows: list[Json] = [cell for cohort in table.cohorts for cell in _cells(finding, table, cohort)]
    order: list[Json] = [_mark(table, cohort) for cohort in table.cohorts]
    name = finding.names.column(table.retention_column)
    encoding: dict[str, Json] = {
        "x": {
            "field": "cohort",
            "type": "ordinal",
            "sort": order,
            "title": _cohort_title(finding, table),
            "axis": {"labelAngle": 0, "labelOverlap": True},
        },
        "y": _value_axis(finding, table),
        "tooltip": _tooltip(finding, table),
    }
    faded: Json = {"condition": {"test": "datum.partial", "value": 0.45}, "value": 1}
    layers: list[Json] = [
        {"mark": {"type": "bar", "color": _BLUE, "width": {"band": 0.7}}, "encoding": {"opacity": faded}}
    ]
    if len(rows) <= _WIDE:
        layers.append(_labels("label", "bottom", -4))
    drawing: dict[str, Json] = {
        "width": _WIDTH,
        "height": 260,
        "data": {"values": rows},
        "encoding": encoding,
        "layer": layers,
    }
    return Panel(name, drawing)


def _value_axis(finding: Finding, table: CohortTable) -> dict[str, Json]:
    return {**axis_of_values(finding, table.retention_column, zero=True), "field": "retention"}


def _labels(field: str, baseline: str, dy: int) -> Json:
    return {
        "mark": {"type": "text", "baseline": baseline, "dy": dy, "fontSize": 11},
        "encoding": {"text": {"field": field, "type": "nominal"}, "color": {"value": "#444"}},
    }


def _heat(finding: Finding, table: CohortTable) -> Panel:
    """A cell for each cohort and distance, darker for more, its percentage written in it.

    The colours span what comes after the first unit, whose 100% would leave the others without any.
    """
    shown = table.latest(_COHORTS)
    distances = shown.distances[: _WIDE if table.is_measured else _DISTANCES]
    rows: list[Json] = []
    decimals = 1 if len(distances) <= _WIDE or table.is_measured else 0
    later = [share for since in distances if since or table.is_measured for _, share in shown.whole(since)]
    low, high = min(later, default=0.0), max(later, default=1.0)
    middle = (low + high) / 2
    for cohort in shown.cohorts:
        for cell in _cells(finding, table, cohort):
            if cell["since"] not in distances:
                continue
            share = cohort.retention[int(str(cell["since"]))]
            mark = "*" if cell["partial"] else ""
            told = f"{share:,.0f}" if table.is_measured else f"{share * 100:.{decimals}f}%"
            rows.append({**cell, "label": told + mark, "strong": share > middle})
    order: list[Json] = [_mark(table, cohort) for cohort in shown.cohorts]
    name = finding.names.column(table.retention_column)
    encoding: dict[str, Json] = {
        "x": {
            **_distance_axis(finding, table),
            "axis": {"labelAngle": 0, "orient": "top", "domain": False, "ticks": False},
        },
        "y": {
            "field": "cohort",
            "type": "ordinal",
            "sort": order,
            "title": _cohort_title(finding, table),
            "axis": {"domain": False, "ticks": False},
        },
        "tooltip": _tooltip(finding, table),
    }
    color: dict[str, Json] = {
        "field": "retention",
        "type": "quantitative",
        "legend": None,
        "scale": {"range": ["#deebf7", "#1c5ba3"], "domain": [low, high if high > low else low + 0.01], "clamp": True},
    }
    # of all that a cohort is, the first unit has 100%, which says nothing
    plain = "false" if table.is_measured else "datum.since === 0"
    first: Json = {"test": plain, "value": "#eef1f5"}
    ink: Json = {"condition": {"test": f"datum.strong && !({plain})", "value": "white"}, "value": "#333"}
    layers: list[Json] = [
        {
            "mark": {"type": "rect", "stroke": "white", "strokeWidth": 1},
            "encoding": {"color": {"condition": first, **color}},
        },
        {
            "mark": {"type": "text", "fontSize": 11 if decimals else 10},
            "encoding": {"text": {"field": "label", "type": "nominal"}, "color": ink},
        },
    ]
    drawing: dict[str, Json] = {
        "width": {"step": 48 if decimals else 34},
        "height": {"step": 24},
        "data": {"values": rows},
        "encoding": encoding,
        "layer": layers,
    }
    return Panel(name, drawing, _left_out(finding, table, shown, distances))


def _cells(finding: Finding, table: CohortTable, cohort: Cohort) -> list[dict[str, Json]]:
    column = table.retention_column
    return [
        {
            "cohort": _mark(table, cohort),
            "size": cohort.sizes[since],
            "since": since,
            "bucket": _bucket(finding, table, cohort, since),
            "retention": share,
            "figure": exact_figure(share, column.unit, finding.language, column.format),
            "label": figure(share, column.unit, finding.language, column.format),
            "partial": table.is_partial(cohort, since),
        }
        for since, share in sorted(cohort.retention.items())
    ]


def _mark(table: CohortTable, cohort: Cohort) -> str:
    return cohort.label if cohort.first is None else bucket_mark(table.grain, cohort.first)


def _bucket(finding: Finding, table: CohortTable, cohort: Cohort, since: int) -> str:
    if cohort.first is None:
        return distance_name(table.grain, since, finding.language)
    return bucket_name(table.grain, table.bucket(cohort, since), finding.language)


def _cohort_title(finding: Finding, table: CohortTable) -> str:
    return finding.names.column(table.cohort_column)


def _distance_axis(finding: Finding, table: CohortTable) -> dict[str, Json]:
    return {
        "field": "since",
        "type": "ordinal",
        "title": finding.names.column(table.since_column),
        "axis": {"labelAngle": 0, "labelOverlap": True},
    }


def _tooltip(finding: Finding, table: CohortTable) -> list[Json]:
    return [
        {"field": "cohort", "type": "nominal", "title": _cohort_title(finding, table)},
        {"field": "size", "type": "quantitative", "format": ",d", "title": finding.names.column(finding.metrics[0])},
        {"field": "since", "type": "ordinal", "title": finding.names.column(table.since_column)},
        {"field": "bucket", "type": "nominal", "title": finding.say(FALLS_INTO)},
        {"field": "figure", "type": "nominal", "title": finding.names.column(table.retention_column)},
    ]


def _left_out(finding: Finding, table: CohortTable, shown: CohortTable, distances: Sequence[int]) -> str:
    said, total, some = [], len(table.cohorts), len(shown.cohorts)
    if some < total:
        said.append(finding.say(_LATEST, some=some, total=total))
    if len(distances) < len(shown.distances):
        said.append(finding.say(_UP_TO, last=distance_name(table.grain, distances[-1], finding.language)))
    return finding.names.comma(*said)
