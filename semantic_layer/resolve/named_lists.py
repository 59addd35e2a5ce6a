"""Lists by name in a request's filters: each becomes the conditions that its members meet."""

from __future__ import annotations

from semantic_layer.model.list_conditions import members
from semantic_layer.query.entities import with_filters
from semantic_layer.query.requests import Filter, ListFilter, Request
from semantic_layer.resolve.context import Context


def with_members(request: Request, context: Context) -> Request:
    """The request with the conditions of each list that it names; a name that the model does not have stays."""
    if not context.model.lists:
        return request

    def spelled_out(condition: Filter) -> Filter:
        listed = context.model.lists.get(condition.list) if isinstance(condition, ListFilter) else None
        return condition if listed is None else members(listed, context.model, context.as_of, context.calendars)

    return with_filters(request, spelled_out)
