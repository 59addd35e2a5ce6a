"""Another number in a condition of the request before: 改成5次以上, raise that to 400, 只看大于30的.

The number takes the place of the one condition that compares in its unit; where none does, it compares what the groups
before are shown by. Two that could be meant are never chosen between.
"""

from __future__ import annotations

from chat_service.language.grammar.rule import Edge
from chat_service.translate.grammar.categories import Condition
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots
from semantic_layer import (
    GRAINS,
    FieldFilter,
    Filter,
    Having,
    ListQuery,
    MetricFilter,
    MetricQuery,
    NumberOperator,
    is_money,
)

Changeable = MetricQuery | ListQuery

_COMPARING = (">", ">=", "<", "<=", "between")
_COUNTED = frozenset({"times", "orders", "each", "units", "people", "place"})
# the units in which numbers of rows are said: what says no other unit cuts a list, and compares nothing
_ROWS = frozenset({"each", "units", "people", "place"})


def renumbered(slots: Slots, before: Changeable, assembly: Assembly) -> Changeable:
    """The request before with a condition in another number, where the question says one. Raises StopError."""
    said = _said(slots, before)
    if said is None:
        return before
    item, number = said
    fits = [each for each in _conditions(before) if _fits(each, number.units, assembly)]
    if len(fits) > 1:
        raise assembly.deny(item)
    assembly.use(item, "number", str(number.values))
    opener = slots.frame.before(item)
    if opener is not None and "only" in opener.keys:
        assembly.use(opener, "number", "")
    if item in [each for each, _ in slots.amounts]:
        slots.amounts[:] = [each for each in slots.amounts if each[0] is not item]
    if fits:
        return _with(before, fits[0], number)
    return _bounding(item, number, before, assembly)


def _said(slots: Slots, before: Changeable) -> tuple[Edge, Condition] | None:
    """The one number of a question that has nothing else to do in it; without a comparison, that of before stays."""
    frame = slots.frame
    if slots.measures or slots.clauses or slots.bounds or slots.ranks or slots.values or slots.dated or slots.groups:
        return None
    conditions = [(item, item.meaning) for item in frame.of(Condition) if isinstance(item.meaning, Condition)]
    if len(conditions) == 1 and not slots.amounts:
        return conditions[0]
    if conditions or len(slots.amounts) != 1 or not slots.has("follow.instead"):
        return None
    item, amount = slots.amounts[0]
    after = frame.after(item)
    often = ("times",) if after is not None and after.category == "ask" and frame.folded(after) == "times" else ()
    units = (*amount.units, *often)
    if before.limit is not None and not set(units) - _ROWS:
        return None
    return item, Condition("=", (amount.value,), units)


def _conditions(before: Changeable) -> list[FieldFilter | MetricFilter | Having]:
    """What the request compares: not whether something was done at all."""
    having = before.having if isinstance(before, MetricQuery) else ()
    said: list[FieldFilter | MetricFilter | Having] = list(having)
    for each in before.filters:
        done = isinstance(each, MetricFilter) and (each.op, each.values) in ((">=", (1.0,)), ("=", (0.0,)))
        if isinstance(each, MetricFilter | FieldFilter) and not done:
            said.append(each)
    return [each for each in said if each.op in _COMPARING or isinstance(each, MetricFilter)]


def _fits(each: FieldFilter | MetricFilter | Having, units: tuple[str, ...], assembly: Assembly) -> bool:
    match each:
        case MetricFilter(metric=name):
            unit = assembly.model.metrics[name].unit
        case Having(column=column):
            name, _, part = column.partition("__")
            unit = "percent" if part.endswith("pct") else assembly.model.metrics[name].unit
        case _:
            field = assembly.model.fields.get(each.field)
            unit = str(field.definition.unit) if field is not None else ""
    return _in_unit(unit, units)


def _in_unit(unit: str, units: tuple[str, ...]) -> bool:
    said = set(units)
    if not said:
        return True
    return (is_money(unit) and "money" in said) or unit in said or (unit == "count" and bool(said & _COUNTED))


def _with(before: Changeable, old: FieldFilter | MetricFilter | Having, number: Condition) -> Changeable:
    plain = number.op == "=" and old.op in _COMPARING and old.op != "between"
    new = old.model_copy(update={"op": old.op if plain else number.op, "values": number.values})
    if isinstance(before, MetricQuery) and isinstance(old, Having):
        return before.model_copy(update={"having": tuple(new if each is old else each for each in before.having)})
    assert not isinstance(new, Having), "asked above"
    filters: tuple[Filter, ...] = tuple(new if each is old else each for each in before.filters)
    return before.model_copy(update={"filters": filters})


def _bounding(item: Edge, number: Condition, before: Changeable, assembly: Assembly) -> Changeable:
    """只看大于30的 after NPS by city: the groups whose number compares so."""
    if not isinstance(before, MetricQuery) or len(before.metrics) != 1:
        raise assembly.deny(item)
    metric = assembly.model.metrics[before.metrics[0]]
    groups = [name for name in before.group_by if name not in GRAINS]
    if not groups or before.compare is not None or number.op == "=" or not _in_unit(metric.unit, number.units):
        raise assembly.deny(item)
    op: NumberOperator = number.op
    return before.model_copy(
        update={"having": (*before.having, Having(column=metric.name, op=op, values=number.values))}
    )


__all__ = ["renumbered"]
