"""Named populations: whether the conditions of a list are those of one that the model names ("may churn")."""

from __future__ import annotations

from semantic_layer import FieldFilter, ListDefinition, ListFilter, ListQuery, Model


def population(request: ListQuery, model: Model) -> ListDefinition | None:
    """The named list whose conditions are among the request's, the most specific first; None if there is none."""
    named = {each.list for each in request.filters if isinstance(each, ListFilter)}
    own = next((listed for listed in model.lists.values() if listed.name in named), None)
    if own is not None:
        return own
    asked = {(each.field, each.values) for each in request.filters if isinstance(each, FieldFilter) and _holds(each)}
    fitting = [
        listed
        for listed in model.lists.values()
        if listed.entity == request.entity and _is_by_values(listed) and _conditions(listed) <= asked
    ]
    return max(fitting, key=lambda listed: len(listed.filter), default=None)


def is_of(condition: object, listed: ListDefinition) -> bool:
    """Whether a condition of a request is one of those that make the named list."""
    if isinstance(condition, ListFilter):
        return condition.list == listed.name
    if not isinstance(condition, FieldFilter) or not _holds(condition):
        return False
    return (condition.field, condition.values) in _conditions(listed)


def _holds(condition: FieldFilter) -> bool:
    """Whether a condition asks for its values, not for others than these."""
    return condition.op in ("=", "in")


def _is_by_values(listed: ListDefinition) -> bool:
    """Whether the values of its fields are all that makes its members: of others, these are a part of it."""
    return bool(listed.filter) and not listed.among and not listed.within


def _conditions(listed: ListDefinition) -> set[tuple[str, tuple[str, ...]]]:
    return {(name, tuple(values)) for name, values in listed.filter.items()}
