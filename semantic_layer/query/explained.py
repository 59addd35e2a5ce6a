"""The rows of an explanation as the statement gives them: what they say beside numbers is told as cautions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from semantic_layer.query.cautions import (
    Caution,
    DimensionsOverlap,
    NoChange,
    NothingPartitions,
    NothingToCompare,
    ReversedInGroups,
    SmallGroups,
)
from semantic_layer.query.result import Column, Value

Row = tuple[Value, ...]


def explained(
    rows: Sequence[Row], columns: Sequence[Column], metric: str, small: int
) -> tuple[tuple[Row, ...], tuple[Caution, ...]]:
    """The rows without the dimensions that explain nothing, and what is to be said of all."""
    at = {column.name: place for place, column in enumerate(columns)}
    kept = tuple(row for row in rows if row[at["groups"]] != 0)
    overlapping = tuple(str(row[at["dimension"]]) for row in rows if row[at["groups"]] == 0)
    return kept, tuple(_cautions(kept, at, metric, small, overlapping))


def _cautions(
    rows: Sequence[Row], at: dict[str, int], metric: str, small: int, overlapping: tuple[str, ...]
) -> Iterator[Caution]:
    whole, groups = rows[0], rows[1:]
    change = whole[at["contribution"]]
    if change is None:
        yield NothingToCompare("period", metric)
        return
    if change == 0:
        yield NoChange("period", metric)
    elif not groups:
        yield NothingPartitions("dimensions", metric)
    if overlapping:
        yield DimensionsOverlap("dimensions", overlapping)
    for dimension in dict.fromkeys(str(row[at["dimension"]]) for row in groups if row[at["is_reversed"]]):
        yield ReversedInGroups("dimensions", metric, dimension)
    if any(row[at["is_small"]] for row in groups):
        yield SmallGroups("dimensions", small)
