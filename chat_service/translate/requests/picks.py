"""What the values that a question names become: filters, groups, values whose share is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from chat_service.translate.grammar.categories import Values
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.meaning.choices import Chooser
from chat_service.translate.requests.assembly import Assembly, said, value_filter
from chat_service.translate.requests.grouping import Grouping
from chat_service.translate.stops import Denial, StopError
from semantic_layer import GRAINS, FieldFilter


@dataclass(frozen=True)
class Picks:
    """What the named values become: filters, groups, conditions after shares, values to show."""

    filters: tuple[FieldFilter, ...]
    groups: tuple[str, ...]
    keep: tuple[FieldFilter, ...]
    show: tuple[FieldFilter, ...]
    dimensions: tuple[str, ...]


def picks_of(frame: Frame, assembly: Assembly, chooser: Chooser, grouping: Grouping, *, shared: bool) -> Picks:
    """What the values of a frame become. Raises StopError where one is in doubt or out of reach."""
    filters: list[FieldFilter] = []
    groups: list[str] = []
    show: list[FieldFilter] = []
    keep: list[FieldFilter] = []
    dimensions: list[str] = []
    kept = _shared_values(frame, grouping) if shared else None
    for values in frame.values:
        if _in_clause(values, frame):
            continue
        dimension, found = assembly.values(values, values.words, chooser)
        if dimension in dimensions and not values.negated:
            raise StopError(Denial("not_supported", said(values)))
        dimensions.append(dimension)
        each = value_filter(dimension, found, negated=values.negated)
        label = ", ".join(str(value) for value in found)
        assembly.use(values, "value", f"{dimension}: {label}")
        if values is kept or (
            shared and frame.has("share.share") and dimension in grouping.names and not values.negated
        ):
            keep.append(each)
            groups.append(dimension)
            continue
        filters.append(each)
        if len(found) > 1 and not values.negated and not _is_calendar(dimension, assembly):
            show.append(each)
            if dimension not in grouping.names:
                groups.append(dimension)
    return Picks(tuple(filters), tuple(dict.fromkeys(groups)), tuple(keep), tuple(show), tuple(dimensions))


def _is_calendar(dimension: str, assembly: Assembly) -> bool:
    """Weekends are a filter, not two groups."""
    return assembly.scope.model.dimensions[dimension].type == "integer"


def _in_clause(values: Values, frame: Frame) -> bool:
    return any(values in clause.values for clause in frame.clauses)


def _shared_values(frame: Frame, grouping: Grouping) -> Values | None:
    """The value whose share is asked for, where nothing is grouped: the last one named that is not left out."""
    if not frame.has("share.share") or any(name for name in grouping.names if name not in GRAINS):
        return None
    candidates = [values for values in frame.values if not values.negated and not _in_clause(values, frame)]
    if not candidates:
        return None
    at = frame.said("share.share")[0].start
    if frame.measures and len(candidates) > 1:
        after_share = [v for v in candidates if v.start > at]
        if after_share and not after_share[-1].parts[0].text.isascii():
            return after_share[-1]
    return candidates[-1]
