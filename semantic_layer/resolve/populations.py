"""Populations: entities by their own metric value, each resolved as a metric query of its own.

Binding a condition on behaviour only wants one of the context and leaves a placeholder. They are resolved here, once
what speaks of them is done; one may want others, which then stand behind it.
"""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.model.lookup import key_name
from semantic_layer.query.problems import NoValueOfNothing
from semantic_layer.query.requests import MetricQuery
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.filters import holds
from semantic_layer.resolve.metrics import resolve_known
from semantic_layer.resolve.resolved import Population, WantedPopulation
from semantic_layer.resolve.value_of_nothing import as_number, worth_of_nothing


def resolve_populations(context: Context) -> tuple[Population, ...]:
    """Every population that the request speaks of, inner ones before those that speak of them. Raises QueryError."""
    found: list[Population] = []
    while len(found) < len(context.wanted):
        found.append(_resolved(context.wanted[len(found)], context))
    context.finish()
    return tuple(reversed(found))


def _resolved(wanted: WantedPopulation, context: Context) -> Population:
    condition = wanted.condition
    key = key_name(context.model, context.model.entities[condition.per])
    query = MetricQuery(
        metrics=(condition.metric,), group_by=(key,), period=condition.period, filters=condition.filters
    )
    resolved = resolve_known(query, context)
    worth = worth_of_nothing(resolved)
    number = as_number(worth)
    if number is None and not isinstance(worth, exp.Null):
        context.problems.append(NoValueOfNothing("filters", condition.metric))
    # if what entities without any row are worth meets the condition, leave out those that do not meet it
    negated = number is not None and holds(number, condition.op, condition.values)
    return Population(wanted, resolved, key, negated)
