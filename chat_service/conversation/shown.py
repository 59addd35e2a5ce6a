"""What the rows of an answer stood for, so that a word may point at them: 这家店, the ten best customers."""

from __future__ import annotations

from datetime import date

from chat_service.outcomes import Shown
from semantic_layer import GRAINS, ListQuery, MetricQuery, Model, Request, ResultTable

_MOST = 50


def things_shown(request: Request, table: ResultTable, model: Model, counted: bool) -> Shown | None:
    """The groups of a ranking that was cut, or that a bound singled out, and those on an ordered list where it was
    `counted` how many are wanted; None where no one dimension tells the rows apart, or the conditions tell them."""
    match request:
        case ListQuery(order_by=order, entity=entity, limit=limit) if order and (counted or limit != ListQuery().limit):
            name = model.entities[entity or next(iter(model.entities))].key
        case MetricQuery(group_by=(name,)) if name not in GRAINS and (request.limit or request.having):
            pass
        case _:
            return None
    found = table.column(name) if any(each.name == name for each in table.columns) else ()
    values = tuple(each for each in found if each is not None and not isinstance(each, date))
    return Shown(name, values) if 0 < len(values) == len(found) <= _MOST else None
