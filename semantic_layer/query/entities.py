"""The filters of a request, changed one by one: such as conditions and lists that leave their entity open, where the
model's own is meant."""

from __future__ import annotations

from collections.abc import Callable

from semantic_layer.query.requests import (
    AllOf,
    AnyOf,
    Deed,
    Filter,
    FollowsQuery,
    ListQuery,
    MetricFilter,
    MetricQuery,
    NotOf,
    ProfileQuery,
    Request,
)

Change = Callable[[Filter], Filter]


def of_entity(request: Request, entity: str) -> Request:
    """The request with `entity` wherever it leaves the entity open."""

    def named(condition: Filter) -> Filter:
        if not isinstance(condition, MetricFilter) or condition.per:
            return condition
        return condition.model_copy(update={"per": entity})

    found = with_filters(request, named)
    if isinstance(found, ListQuery | ProfileQuery) and not found.entity:
        return found.model_copy(update={"entity": entity})
    return found


def with_filters(request: Request, change: Change) -> Request:
    """The request with every filter in it changed, however deep; itself where nothing changes."""
    filters = _all(request.filters, change)
    update: dict[str, object] = {} if filters == request.filters else {"filters": filters}
    if isinstance(request, FollowsQuery):
        did = _deed(request.did, change) if request.did is not None else None
        then, those = _deed(request.then, change), _all(request.those, change)
        update |= {"those": those, "then": then, "did": did}
    if isinstance(request, MetricQuery) and request.among is not None:
        update["among"] = _all(request.among, change)
    if isinstance(request, ListQuery):
        measured = tuple(each.model_copy(update={"filters": _all(each.filters, change)}) for each in request.measured)
        update |= {} if measured == request.measured else {"measured": measured}
    return request.model_copy(update=update) if update else request


def _deed(deed: Deed, change: Change) -> Deed:
    return deed.model_copy(update={"filters": _all(deed.filters, change)})


def changed(condition: Filter, change: Change) -> Filter:
    """The condition with every filter in it changed, however deep."""
    return _one(condition, change)


def _all(conditions: tuple[Filter, ...], change: Change) -> tuple[Filter, ...]:
    return tuple(_one(each, change) for each in conditions)


def _one(condition: Filter, change: Change) -> Filter:
    match condition:
        case MetricFilter():
            return change(condition.model_copy(update={"filters": _all(condition.filters, change)}))
        case AllOf():
            return AllOf(all=_all(condition.all, change))
        case AnyOf():
            return AnyOf(any=_all(condition.any, change))
        case NotOf():
            return NotOf(negated=_one(condition.negated, change))
    return change(condition)
