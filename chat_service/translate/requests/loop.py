"""What is asked next of a list: why those on it may leave, and what to do for them.

Why customers leave, or what to do, with nothing said before, the second reader reads.
"""

from __future__ import annotations

from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.reasons import says_reasons
from chat_service.translate.requests.slots import Slots
from chat_service.translate.requests.whom import lists_of, refuse_rest
from semantic_layer import (
    CausesQuery,
    FieldFilter,
    Filter,
    ListDefinition,
    ListFilter,
    ListQuery,
    MetricQuery,
    PlaybookQuery,
    Request,
)

_NAMED = ("measures", "clauses", "listed", "populations", "groups", "ranks", "values", "bounds", "whens")


def asked_next(before: Request | None, slots: Slots, assembly: Assembly) -> Request | None:
    """为什么, 该怎么办 of the list, the causes or the playbook before, and of nobody else. None where neither is asked,
    or the question before was of no list; raises StopError where more is said."""
    what = slots.has("intent.playbook")
    why = slots.has("intent.why") or says_reasons(slots, assembly)
    if not (what or why) or slots.has("one") or any(getattr(slots, each) for each in _NAMED):
        return None
    asked = _of_list(before, assembly)
    if asked is None:
        return None
    listed, filters = asked
    if not what and not listed.against:
        return None
    refuse_rest(slots, assembly, "intent.playbook", "intent.why", "field")
    kind = PlaybookQuery if what else CausesQuery
    return kind(list=listed.name, filters=filters)


def _of_list(before: Request | None, assembly: Assembly) -> tuple[ListDefinition, tuple[Filter, ...]] | None:
    """The list that a request was about, and whom of it."""
    if isinstance(before, PlaybookQuery | CausesQuery):
        on = assembly.model.lists.get(before.list) or _of_leavers(before, assembly)
        return (on, before.filters) if on is not None else None
    counts = isinstance(before, MetricQuery) and before.metrics == assembly.counted
    if isinstance(before, MetricQuery) and (not counts or before.group_by or before.period):
        return None
    if not isinstance(before, ListQuery | MetricQuery):
        return None
    on = next((each for each in lists_of(assembly) if _members(each) <= {*before.filters}), None)
    return (on, tuple(f for f in before.filters if f not in _members(on))) if on is not None else None


def _of_leavers(before: CausesQuery | PlaybookQuery, assembly: Assembly) -> ListDefinition | None:
    """The list of those whose leaving was asked about."""
    metric = assembly.model.metrics.get(before.metric) if isinstance(before, CausesQuery) else None
    transition = metric.definition.transition if metric is not None else None
    return next((e for e in lists_of(assembly) if transition is not None and e.metric == transition.who), None)


def _members(listed: ListDefinition) -> frozenset[Filter]:
    """The filters by which a list is asked for."""
    if listed.among or listed.within:
        return frozenset({ListFilter(list=listed.name)})
    return frozenset(
        FieldFilter(field=name, op="=" if len(codes) == 1 else "in", values=codes)
        for name, codes in listed.filter.items()
    )


__all__ = ["asked_next"]
