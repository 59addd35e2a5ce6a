"""What is known of the very thing that happened: fields of its rows, by the words and the unit of a comparison.

首单折扣超过30% compares the share of the first order's discount, not the sum of discounts: percent stays percent.
"""

from __future__ import annotations

from sqlglot import exp

from chat_service.translate.grammar.categories import Bound
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.bounds import MINUTES
from chat_service.translate.senses import FieldSense
from chat_service.translate.words.vocabulary import phrase_keys
from semantic_layer import Field, FieldFilter, is_money

# minutes of a unit of time


def compared_field(bound: Bound, dataset: str | None, assembly: Assembly) -> FieldFilter | None:
    """The comparison of a field of the dataset's rows, or of rows that they point at; of any dataset if none is given.
    None where the words name none that has numbers of such a unit."""
    fits = [each for each in _fields(bound, dataset, assembly) if _factor(each, bound.condition.units) is not None]
    if not fits or (dataset is None and len({each.dataset for each in fits}) > 1):
        return None
    chosen = fits[0]
    factor = _factor(chosen, bound.condition.units) or 1.0
    scaled = [value * factor for value in bound.condition.values]
    values = tuple(int(value) if float(value).is_integer() else value for value in scaled)
    return FieldFilter(field=chosen.qualified, op=bound.condition.op, values=values)


def named_field(names: tuple[str, ...], dataset: str | None, assembly: Assembly) -> str | None:
    """The field of those names that rows of the dataset have."""
    fields = assembly.model.fields
    known = [fields[name] for name in names if name in fields]
    reached = _reached(dataset, assembly)
    return next((each.qualified for each in known if each.dataset in reached and each.definition.bands), None)


def _fields(bound: Bound, dataset: str | None, assembly: Assembly) -> list[Field]:
    """The fields that the words of a comparison can mean, those of the rows themselves first."""
    senses = assembly.scope.lexicon.senses(phrase_keys(bound.text))
    names = [*bound.fields, *(each.field for each in senses if isinstance(each, FieldSense))]
    for name in bound.metrics:
        metric = assembly.model.metrics.get(name)
        inner = metric.expression.this if metric is not None and isinstance(metric.expression, exp.Avg) else None
        if metric is not None and isinstance(inner, exp.Column):
            names.append(f"{metric.definition.dataset}.{inner.name}")
    found = [assembly.model.fields[name] for name in dict.fromkeys(names) if name in assembly.model.fields]
    if dataset is None:
        return found
    reached = _reached(dataset, assembly)
    return sorted((each for each in found if each.dataset in reached), key=lambda each: each.dataset != dataset)


def _reached(dataset: str | None, assembly: Assembly) -> frozenset[str]:
    return frozenset({dataset or "", *assembly.model.paths.get(dataset or "", {})})


def _factor(field: Field, units: tuple[str, ...]) -> float | None:
    """What turns a number in the asker's unit into the field's; None where the units do not fit."""
    own = field.definition.unit
    if field.type not in ("integer", "number"):
        return None
    if "percent" in units or own == "percent":
        return 1.0 if "percent" in units and own == "percent" else None
    if own in MINUTES:
        said = next((unit for unit in units if unit in MINUTES), None)
        return MINUTES[said] / MINUTES[own] if said is not None else None
    if is_money(own):
        return 1.0 if not units or "money" in units else None
    return 1.0 if not set(units) & {"money", *MINUTES} else None
