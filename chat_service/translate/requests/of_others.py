"""A cohort, a funnel, causes … shown before, of other people or of another time: 金卡呢, and in March?"""

from __future__ import annotations

from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots
from chat_service.translate.requests.timing import only_period
from chat_service.translate.stops import Denial, StopError
from semantic_layer import (
    CausesQuery,
    CohortQuery,
    FieldFilter,
    Filter,
    FollowsQuery,
    FunnelQuery,
    LiftQuery,
    PathQuery,
    Period,
    PlaybookQuery,
    Request,
)

_OF_SOME = CohortQuery | FunnelQuery | CausesQuery | PlaybookQuery | FollowsQuery | LiftQuery | PathQuery
_SHOWN = frozenset({"ask", "entity", "connective", "follow", "only"})


def of_others(before: Request, slots: Slots, assembly: Assembly) -> Request:
    """The request before, of other values and another time. Raises StopError for any other change, and for a kind that
    is of nobody."""
    said = slots.frame.items[0]
    if not isinstance(before, _OF_SOME):
        raise assembly.deny(said)
    chooser = assembly.chooser(assembly.counted)
    filters: tuple[Filter, ...] = before.filters
    for item, values in slots.values:
        one = assembly.condition(item, values, chooser)
        filters = (*(f for f in filters if not isinstance(f, FieldFilter) or f.field != one.field), one)
        if isinstance(before, FollowsQuery) and before.those:
            raise assembly.deny(item)  # of those, or of all that they are compared with?
    period: Period | None = None
    for item, when in slots.whens:
        if isinstance(before, PlaybookQuery) or (isinstance(before, CausesQuery) and before.list):
            raise assembly.deny(item)
        period = only_period(item, when, period, assembly)
    assembly.refuse_rest(_SHOWN)
    changed = before.model_copy(update={"filters": filters, **({"period": period} if slots.whens else {})})
    if changed == before:
        raise StopError(Denial("not_supported", assembly.said(said)))
    return changed
