"""Windows that look ahead and are not over yet: what they count is not all that they will."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from semantic_layer.model.metric_definitions import Window
from semantic_layer.model.windows import window_end
from semantic_layer.query.cautions import WindowNotOver
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.leaves import Measure
from semantic_layer.time.lengths import length
from semantic_layer.time.units import midnight


def cut_ahead(
    measures: Iterable[Measure], context: Context, *, in_buckets: bool
) -> tuple[frozenset[date], tuple[WindowNotOver, ...]]:
    """The buckets of the main period in which a window goes on beyond today, and what to say of it."""
    labels: set[date] = set()
    told: dict[WindowNotOver, None] = {}
    for measure in measures:
        window = measure.metric.definition.window if measure.metric is not None else None
        if window is None or window.next is None or measure.metric is None:
            continue
        found = list(_open(measure, window, context, in_buckets=in_buckets))
        labels.update(label for label in found if label is not None)
        if found:
            told[WindowNotOver("metrics", measure.metric.name, window.next, str(context.as_of))] = None
    return frozenset(labels), tuple(told)


def _open(measure: Measure, window: Window, context: Context, *, in_buckets: bool) -> Iterator[date | None]:
    tomorrow = midnight(context.as_of + timedelta(days=1))

    def goes_on(start: date | None) -> bool:
        size = length(window.next or "", context.calendars)
        return start is not None and midnight(window_end(size, start, context.calendars)) > tomorrow

    main = measure.branches[0]
    yield from (bucket.label for bucket in main.spine if goes_on(bucket.start))
    if not in_buckets and goes_on(main.start):
        yield None
