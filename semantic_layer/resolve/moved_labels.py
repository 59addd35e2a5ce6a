"""Groups that are told of the day of a row, where rows of another day are shown: no group would be true of both.

A weekday beside each day, compared with the day before, is that of the one day or of the other.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from semantic_layer.model.date_parts import part_of_day
from semantic_layer.model.model import Field, Model, Step
from semantic_layer.query.time_problems import ToldOfAnotherDay
from semantic_layer.resolve.leaves import Bucket, Measure
from semantic_layer.resolve.result_columns import is_event_part
from semantic_layer.time.units import CLOCK_GRAINS

_BY_DAY = ("day", *CLOCK_GRAINS)
# the grains whose units have one value of a part
_WITHIN = {
    "hour_of_day": CLOCK_GRAINS,
    "day_of_week": _BY_DAY,
    "day_of_month": _BY_DAY,
    "day_of_year": _BY_DAY,
    "week_of_year": (*_BY_DAY, "week"),
    "month_of_year": (*_BY_DAY, "month"),
    "quarter_of_year": (*_BY_DAY, "month", "quarter"),
}


def told_of_another_day(
    measure: Measure, names: Iterable[str], grain: str | None, time: Field | None, model: Model
) -> tuple[ToldOfAnotherDay, ...]:
    """The groups of a measure that differ between what is read and the bucket that it is shown in."""
    moved = [bucket for branch in measure.branches if branch.is_moved for bucket in branch.spine]
    if grain is None or time is None or not moved:
        return ()
    days = _days_joined(measure.rows.steps, time) if grain in _BY_DAY else frozenset()
    found = []
    for name, key in zip(names, measure.rows.keys, strict=True):
        is_of_day = any(column.table in days for column in key.find_all(exp.Column))
        if is_of_day or (is_event_part(model, name) and _differs(name, grain, moved)):
            found.append(ToldOfAnotherDay("group_by", name, grain))
    return tuple(found)


def _days_joined(steps: Iterable[Step], time: Field) -> frozenset[str]:
    """The datasets that rows find by the day on which they happen, and what is found from there."""
    day = time.expression.name if isinstance(time.expression, exp.Column) else None
    found: set[str] = set()
    for step in steps:
        is_by_day = step.source == time.dataset and any(one == day for one, _ in step.on)
        if is_by_day or step.source in found:
            found.add(step.target)
    return frozenset(found)


def _differs(part: str, grain: str, moved: Iterable[Bucket]) -> bool:
    is_within = grain in _WITHIN[part]
    return is_within and any(part_of_day(part, bucket.label) != part_of_day(part, bucket.source) for bucket in moved)
