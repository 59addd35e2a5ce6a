"""Where groups are picked out (top 5 stores, stores over 9000 yuan), rows that are of none are none of them."""

from __future__ import annotations

from typing import TypeGuard

from chat_service.translate.meaning.relations import structure_of
from semantic_layer import FieldFilter, Filter, MetricQuery, Model


def named_only(request: MetricQuery, model: Model) -> tuple[FieldFilter, ...]:
    """The conditions that follow from a request: of the top 5 stores an order without a store is of none."""
    if request.shares or (request.limit is None and not request.having):
        return ()
    filtered = {each.field for each in request.filters if isinstance(each, FieldFilter)}
    names = (name for name in request.group_by if name in model.dimensions and name not in filtered)
    lacks = structure_of(model).may_lack
    lacking = (name for name in names if any(lacks(metric, name) for metric in request.metrics))
    return tuple(FieldFilter(field=name, op="is not null", origin="default") for name in lacking)


def with_named_only(request: MetricQuery, model: Model) -> MetricQuery:
    """A request with the conditions that follow from it."""
    more = named_only(request, model)
    return request.model_copy(update={"filters": (*request.filters, *more)}) if more else request


def without_named_only(request: MetricQuery, model: Model) -> MetricQuery:
    """A request without the conditions that follow from what is left."""
    said = [each for each in request.filters if not _is_of_a_group(each, request)]
    if len(said) == len(request.filters):
        return request
    follow = named_only(request.model_copy(update={"filters": tuple(said)}), model)
    fields = {each.field for each in follow}
    own = (each for each in request.filters if not (_is_of_a_group(each, request) and each.field in fields))
    return request.model_copy(update={"filters": tuple(own)})


def _is_of_a_group(one: Filter, request: MetricQuery) -> TypeGuard[FieldFilter]:
    return isinstance(one, FieldFilter) and one.op == "is not null" and one.field in request.group_by


__all__ = ["named_only", "with_named_only", "without_named_only"]
