"""Whether the keys that move a metric in time go together: of a window, and of a part of a formula."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from semantic_layer.errors import Phrase, nearest
from semantic_layer.loading.lengths import is_length
from semantic_layer.loading.problems.metrics import (
    NO_CALENDAR,
    NO_SUCH_DAY,
    TOO_LONG_AVERAGE,
    TWO_SHIFTS,
    TWO_WINDOWS,
    WINDOW_OF_STOCK,
)
from semantic_layer.model.definitions import GrainDefinition
from semantic_layer.model.lookup import day_field
from semantic_layer.model.metric_definitions import InputDefinition, Window
from semantic_layer.model.model import Dataset
from semantic_layer.model.names import TIME_TYPES
from semantic_layer.time.lengths import length

# each unit of an average is read by itself
MOST_AVERAGED = 31


def misfits_of_window(window: Window, *, is_stock: bool) -> Iterator[Phrase]:
    """What is wrong with a window, as it goes on from the metric's name."""
    if sum(each is not None for each in (window.last, window.next, window.to_date)) > 1:
        yield TWO_WINDOWS
    if is_stock:
        yield WINDOW_OF_STOCK


def misfits_of_input(
    name: str,
    part: InputDefinition,
    grains: Collection[GrainDefinition],
    datasets: Mapping[str, Dataset] | None,
) -> Iterator[Phrase]:
    """What is wrong with when an input is read, as it goes on from the metric's name; without `datasets`, as far as
    that is known."""
    own = tuple(each.name for each in grains)
    if sum(each is not None for each in (part.offset, part.at_start_of, part.average_of, part.on_day)) > 1:
        yield TWO_SHIFTS.of(name=name)
    if part.on_day is not None and datasets is not None:
        unfit = _misfit_of_calendar(part.on_day, datasets, grains)
        if unfit is not None:
            yield unfit
    if part.average_of is not None and is_length(part.average_of, own):
        size = length(part.average_of, own)
        if size.count > MOST_AVERAGED:
            yield TOO_LONG_AVERAGE.of(name=name, count=size.count, unit=size.unit, most=MOST_AVERAGED)


def _misfit_of_calendar(text: str, datasets: Mapping[str, Dataset], grains: Iterable[GrainDefinition]) -> Phrase | None:
    """What is wrong with a field that is to name a day beside each, as it goes on from the metric's name."""
    home, _, name = text.rpartition(".")
    field = datasets[home].fields.get(name) if home in datasets else None
    if field is None:
        known = [each.qualified for one in datasets.values() for each in one.fields.values() if each.type in TIME_TYPES]
        near = ", ".join(nearest(text, known)) or "calendar.day"
        return NO_SUCH_DAY.of(name=text, near=near)
    day = day_field(datasets[home], grains)
    if field.type not in TIME_TYPES or day is None or day is field or len(datasets[home].primary_key) > 1:
        return NO_CALENDAR.of(name=text, dataset=home)
    return None
