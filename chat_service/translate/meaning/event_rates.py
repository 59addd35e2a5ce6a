"""Which metrics are the rate of an event: its count over that of all that could have been one. Read from definitions.

`refunded_orders / (…)`, `count(*) FILTER (WHERE outcome = 'renewed') / count(*)` where a metric counts the rows with
that outcome, the transition of those who churn: each is the rate of what stands above the line.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from sqlglot import exp

from chat_service.language.words.tables import word_set
from chat_service.translate.meaning.relations import Structure
from semantic_layer import Metric


def rates_of(structure: Structure, events: tuple[str, ...]) -> tuple[str, ...]:
    """The metrics in percent with one of the events above the line; of several, those that are called a rate."""
    found = rates_among(structure, events)
    called = tuple(name for name in found if _is_called_rate(structure.model.metrics[name]))
    return called or found


def rates_among(structure: Structure, events: tuple[str, ...], wholes: tuple[str, ...] = ()) -> tuple[str, ...]:
    """All of them; with `wholes`, those with one of these below the line, or with people where a whole is people."""
    found = tuple(name for name, above in _rates(structure).items() if not above.isdisjoint(events))
    people = any(structure.one_each(name) for name in wholes)
    return tuple(
        name
        for name in found
        if not wholes
        or set(wholes) & (below := below_of(structure, name))
        or (people and any(structure.one_each(each) for each in below))
    )


def below_of(structure: Structure, rate: str) -> frozenset[str]:
    """The metrics that a rate is of: those below the line."""
    metric = structure.model.metrics[rate]
    if metric.definition.transition is not None:
        return frozenset({metric.definition.transition.of})
    divided = metric.expression
    return _told(divided.expression, metric, structure) if isinstance(divided, exp.Div) else frozenset()


@lru_cache(maxsize=4)
def _rates(structure: Structure) -> Mapping[str, frozenset[str]]:
    """The metrics in percent, each with what it has above the line."""
    rates = (m for m in structure.model.metrics.values() if m.unit == "percent" and not m.definition.hidden)
    return {metric.name: _above(metric, structure) for metric in rates}


@lru_cache(maxsize=4)
def _counting(structure: Structure) -> Mapping[object, frozenset[str]]:
    """The metrics by what they compute of which rows."""
    found: dict[object, frozenset[str]] = {}
    for m in structure.model.metrics.values():
        what = (m.definition.dataset, m.expression, m.filter)
        found[what] = found.get(what, frozenset()) | {m.name}
    return found


def _above(metric: Metric, structure: Structure) -> frozenset[str]:
    if metric.definition.transition is not None:
        return frozenset({metric.definition.transition.who})
    divided = metric.expression
    if not isinstance(divided, exp.Div) or (metric.kind == "derived" and not isinstance(divided.this, exp.Column)):
        return frozenset()
    return _told(divided.this, metric, structure)


def _told(part: exp.Expr, metric: Metric, structure: Structure) -> frozenset[str]:
    """The metrics that one side of a division is."""
    if metric.kind == "derived":
        return frozenset(column.name for column in part.find_all(exp.Column))
    counted, condition = part, metric.filter
    if isinstance(part, exp.Filter) and metric.filter is None:
        counted, condition = part.this, part.expression.this
    return _counting(structure).get((metric.definition.dataset, counted, condition), frozenset())


def _is_called_rate(metric: Metric) -> bool:
    return any(name.endswith(tuple(word_set("called_rate"))) for name in (metric.label.en, metric.label.zh))
