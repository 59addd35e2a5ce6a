"""How a drawing is read: colours of series and their order, the axis of values, what a pointer tells."""

from __future__ import annotations

from collections.abc import Collection

from chat_service.present.figures import unit_name
from chat_service.present.finding import Finding
from chat_service.present.names import part_unit
from chat_service.present.ordering import ranks
from semantic_layer import Column, Phrase

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
# how a language shortens the figures of an axis
_SHORT = Phrase(
    "abs(datum.value) >= 1e8 ? format(datum.value / 1e8, ',.4~g') + '亿' : "
    "abs(datum.value) >= 1e4 ? format(datum.value / 1e4, ',.4~g') + '万' : format(datum.value, ',.4~g')",
    "abs(datum.value) >= 1e6 ? format(datum.value / 1e6, ',.4~g') + 'M' : "
    "abs(datum.value) >= 1e4 ? format(datum.value / 1e3, ',.4~g') + 'k' : format(datum.value, ',.4~g')",
)
_CLEAR = 14  # points
_WITH_UNIT, _LEFT_OUT = (
    Phrase("{title}（{unit}）", "{title} ({unit})"),
    Phrase("只画出前 {shown} 个，共 {total} 个", "the first {shown} of {total} are drawn"),
)


def series_color(finding: Finding, series: Column, drawn: Collection[Json] | None = None) -> dict[str, Json]:
    # the order is the scale's domain: layers that share a colour scale may lose a sort
    """The colours of a series' groups, in their order."""
    return {
        "field": "series",
        "type": "nominal",
        "title": finding.names.column(series),
        "scale": {"domain": [name for name in in_order(finding, series) if drawn is None or name in drawn]},
    }


def drawn(rows: list[Json]) -> list[Json]:
    """The names of the groups that the rows of a drawing have, once each."""
    return [row["series"] for row in rows if isinstance(row, dict)]


def in_order(finding: Finding, series: Column) -> list[Json]:
    """The labels of a grouping: in the model's order where it is a closed set, else as they come."""
    place = ranks(finding, series)
    return [finding.names.value(series, value) for value in sorted(place, key=lambda value: place[value])]


def color_of(title: str, names: list[str], colors: list[str]) -> dict[str, Json]:
    """A scale of colours by name, under a title."""
    domain: list[Json] = [*names]
    values: list[Json] = [*colors]
    return {"field": "series", "type": "nominal", "title": title or None, "scale": {"domain": domain, "range": values}}


def axis_of_values(finding: Finding, column: Column, *, zero: bool) -> dict[str, Json]:
    """The axis of a metric's values: from zero where bars stand on it, in its unit."""
    unit, title = part_unit(column), finding.names.column(column)
    axis: dict[str, Json] = {"tickCount": 6}
    if unit == "percent" and column.part == "change":
        axis["labelExpr"] = "format(datum.value * 100, '+.1f')"
        title = finding.say(_WITH_UNIT, title=title, unit=finding.scale(column).head)
    elif unit == "percent":
        sign = "+" if column.part == "change_pct" else ""
        axis["format"] = f"{sign}.0%" if span_of(finding, column) > 0.1 else f"{sign}.1%"
    else:
        axis["labelExpr"] = short_figures(finding)
        name = unit_name(unit, finding.language, column.format)
        title = finding.say(_WITH_UNIT, title=title, unit=name) if name else title
    # a line that begins nowhere in particular keeps clear of the axis, and so do its labels
    scale: dict[str, Json] = {"zero": True} if zero else {"zero": False, "padding": _CLEAR}
    return {"field": "value", "type": "quantitative", "title": title, "axis": axis, "scale": scale}


def short_figures(finding: Finding) -> str:
    """The Vega expression of an axis' figures, shortened as the language does."""
    return finding.say(_SHORT)


def span_of(finding: Finding, column: Column) -> float:
    """From nought, or the least value below it, to the greatest value of a column."""
    numbers = [number for number in finding.numbers(column) if number is not None]
    return max(numbers, default=0.0) - min(0.0, *numbers) if len(numbers) > 1 else 1.0


def tooltip(finding: Finding, column: Column, group: Column | None) -> list[Json]:
    """What a pointer on a mark tells."""
    found: list[Json] = []
    if finding.time is not None:
        found.append({"field": "bucket", "type": "nominal", "title": finding.names.column(finding.time)})
    if group is not None and group in finding.categories:
        field = "series" if finding.time is not None or len(finding.categories) == 2 else "category"
        if len(finding.categories) == 2 and finding.time is None:
            other = next(c for c in finding.categories if c != group)
            found.append({"field": "category", "type": "nominal", "title": finding.names.column(other)})
        found.append({"field": field, "type": "nominal", "title": finding.names.column(group)})
    found.append({"field": "figure", "type": "nominal", "title": finding.names.column(column)})
    return found


def left_out(finding: Finding, shown: int, total: int) -> str:
    """What a drawing leaves out to stay legible."""
    return "" if shown >= total else finding.say(_LEFT_OUT, shown=shown, total=total)


def width_of(text: str) -> int:
    """How wide a text is, in letters: a Chinese sign counts as two."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)
