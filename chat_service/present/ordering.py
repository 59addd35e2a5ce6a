"""In which order groups are read: levels by their own order, what is sorted as sorted, all else from the greatest."""

from __future__ import annotations

from chat_service.present.finding import Finding
from semantic_layer import Column, Value


def is_ordered(finding: Finding, group: Column) -> bool:
    """Whether the values of a group have an order of their own: levels, hours, months of the year."""
    field = finding.names.field(group.field or group.name)
    if group.grain is not None or (field is not None and field.definition.ordered):
        return True
    values = [value for value in finding.values(group) if value is not None]
    if values and all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        return True
    # most codes of an ordered category carry a number: 18-24, 1 to 3 orders
    labels = [finding.names.value(group, value) for value in values]
    return sum(any(sign.isdigit() for sign in label) for label in labels) * 2 > len(labels)


def ranks(finding: Finding, group: Column) -> dict[Value, tuple[int, int]]:
    """The place of each value of a group: by the model where it lists them, else as they come; no value comes last."""
    field = finding.names.field(group.field or group.name)
    codes = [] if field is None else list(field.definition.values)
    present = list(dict.fromkeys(finding.values(group)))
    if not codes and is_ordered(finding, group) and all(isinstance(v, int) for v in present if v is not None):
        present.sort(key=lambda value: (value is None, value if isinstance(value, int) else 0))
    return {
        value: (1 if value is None else 0, codes.index(value) if value in codes else len(codes) + place)  # type: ignore[arg-type]
        for place, value in enumerate(present)
    }


def drawing_order(finding: Finding, column: Column, group: Column) -> list[int]:
    """Row numbers as they are drawn: as the request sorts them; levels by their order; else from the greatest. What has
    no value in the group comes last."""
    rows = range(len(finding.table.rows))
    if finding.request.order_by:
        return list(rows)
    if is_ordered(finding, group):
        place = ranks(finding, group)
        return sorted(rows, key=lambda row: place[finding.cell(row, group)])
    totals: dict[Value, float] = {}
    for value, number in zip(finding.values(group), finding.numbers(column), strict=True):
        totals[value] = totals.get(value, 0.0) + (number or 0.0)
    return sorted(rows, key=lambda row: (finding.cell(row, group) is None, -totals[finding.cell(row, group)]))
