"""A request whose conditions and lists name their entity: where one says none, the model's own is meant."""

from __future__ import annotations

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
    Request,
)


def of_entity(request: Request, entity: str) -> Request:
    """The request with `entity` wherever it leaves the entity open."""
    filters = _all(request.filters, entity)
    match request:
        case ListQuery():
            measured = tuple(
                each.model_copy(update={"filters": _all(each.filters, entity)}) for each in request.measured
            )
            update = {"entity": request.entity or entity, "filters": filters, "measured": measured}
            return request.model_copy(update=update)
        case FollowsQuery():
            did = _deed(request.did, entity) if request.did is not None else None
            then, those = _deed(request.then, entity), _all(request.those, entity)
            return request.model_copy(update={"filters": filters, "those": those, "then": then, "did": did})
        case MetricQuery() if filters == request.filters:
            return request
    return request.model_copy(update={"filters": filters})


def _deed(deed: Deed, entity: str) -> Deed:
    return deed.model_copy(update={"filters": _all(deed.filters, entity)})


def _all(conditions: tuple[Filter, ...], entity: str) -> tuple[Filter, ...]:
    return tuple(_one(each, entity) for each in conditions)


def _one(condition: Filter, entity: str) -> Filter:
    match condition:
        case MetricFilter():
            update = {"per": condition.per or entity, "filters": _all(condition.filters, entity)}
            return condition.model_copy(update=update)
        case AllOf():
            return AllOf(all=_all(condition.all, entity))
        case AnyOf():
            return AnyOf(any=_all(condition.any, entity))
        case NotOf():
            return NotOf(negated=_one(condition.negated, entity))
    return condition
