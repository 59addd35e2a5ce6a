"""Whether the keys that move a metric in time go together: of a window, and of a part of a formula."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from semantic_layer.errors import Phrase
from semantic_layer.loading.lengths import is_length
from semantic_layer.loading.problems.metrics import TOO_LONG_AVERAGE, TWO_SHIFTS, TWO_WINDOWS, WINDOW_OF_STOCK
from semantic_layer.model.metric_definitions import InputDefinition, Window
from semantic_layer.time.lengths import length

# each unit of an average is read by itself
MOST_AVERAGED = 31


def misfits_of_window(window: Window, *, is_stock: bool) -> Iterator[Phrase]:
    """What is wrong with a window, as it goes on from the metric's name."""
    if sum(each is not None for each in (window.last, window.next, window.to_date)) > 1:
        yield TWO_WINDOWS
    if is_stock:
        yield WINDOW_OF_STOCK


def misfits_of_input(name: str, part: InputDefinition, own: Collection[str]) -> Iterator[Phrase]:
    """What is wrong with when an input is read, as it goes on from the metric's name."""
    if sum(each is not None for each in (part.offset, part.at_start_of, part.average_of)) > 1:
        yield TWO_SHIFTS.of(name=name)
    if part.average_of is not None and is_length(part.average_of, own):
        size = length(part.average_of, own)
        if size.count > MOST_AVERAGED:
            yield TOO_LONG_AVERAGE.of(name=name, count=size.count, unit=size.unit, most=MOST_AVERAGED)
