"""Named populations: whether the conditions of a list are those of one that the model names ("may churn")."""

from __future__ import annotations

from semantic_layer import FieldFilter, ListDefinition, ListFilter, ListQuery, Model


def population(request: ListQuery, model: Model) -> ListDefinition | None:
    """The named list whose conditions are among the request's, the most specific first; None if there is none."""
    named = {each.list for each in request.filters if isinstance(each, ListFilter)}
    own = next((listed for listed in model.lists.values() if listed.name in named), None)
    if own is not None:
        return own
    asked = {(each.field, each.values) for each in request.filters if isinstance(each, FieldFilter)}
    fitting = [
        listed
        for listed in model.lists.values()
        if listed.entity == request.entity and listed.filter and _conditions(listed) <= asked
    ]
    return max(fitting, key=lambda listed: len(listed.filter), default=None)


def is_of(condition: object, listed: ListDefinition) -> bool:
    """Whether a condition of a request is one of those that make the named list."""
    if isinstance(condition, ListFilter):
        return condition.list == listed.name
    return isinstance(condition, FieldFilter) and (condition.field, condition.values) in _conditions(listed)


def _conditions(listed: ListDefinition) -> set[tuple[str, tuple[str, ...]]]:
    return {(name, tuple(values)) for name, values in listed.filter.items()}
