"""What a comparison is of: a row (an order of more than 1000 yuan), a group of the answer, or a customer.

By what it compares, and by who is spoken of: orders over 1000 yuan of gold members are rows,
订单超过1000元的金卡会员 are people.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Bound
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots, asked_of, names_people
from semantic_layer import is_money

Kind = Literal["row", "group", "entity"]
_COUNTED = ("integer", "number")
MINUTES = {"minutes": 1, "hours": 60, "days": 1440}


def bounds_by_kind(slots: Slots, assembly: Assembly) -> list[tuple[Edge, Bound, Kind]]:
    """Each comparison with what it is of."""
    return [(item, bound, _kind_of(item, bound, slots, assembly)) for item, bound in slots.bounds]


def bounds_groups(slots: Slots, assembly: Assembly) -> bool:
    """Whether a comparison is of the groups of the answer, or of its rows: not of customers."""
    if not slots.bounds or not slots.groups:
        return False
    return any(kind != "entity" for _, _, kind in bounds_by_kind(slots, assembly))


def compares_rows(item: Edge, bound: Bound, assembly: Assembly) -> bool:
    """Orders over 1000 yuan: an amount of money is of each of the things that are counted, never of their number.

    But over 1000 yuan of orders is all of them.
    """
    rows = all(assembly.structure.amount_beside(name) is not None for name in bound.metrics)
    words = {assembly.frame.folded(part) for part in item.parts if part.is_empty}
    of_all = _condition_first(item) and bool(words & word_set("of"))
    return bool(bound.metrics) and "money" in bound.condition.units and rows and not of_all


def _condition_first(item: Edge) -> bool:
    return bool(item.parts) and item.parts[0].category == "condition"


def is_row_bound(item: Edge, bound: Bound, slots: Slots, assembly: Assembly) -> bool:
    """Whether rows are counted that compare so, and no people are asked for."""
    return compares_rows(item, bound, assembly) and not _is_of_people(item, slots, assembly)


def _kind_of(item: Edge, bound: Bound, slots: Slots, assembly: Assembly) -> Kind:
    if compares_rows(item, bound, assembly):
        return "entity" if _is_of_people(item, slots, assembly) else "row"
    if bound.fields:
        if names_group(item, slots) or (is_of_deeds(bound, assembly) and _is_of_people(item, slots, assembly)):
            raise assembly.deny(item)  # NPS评分低于零的城市: cities have no score of their own
        return "row"
    if _is_of_group(item, slots):
        return "group"
    if not slots.people and not slots.groups:
        if _tells_rows(bound, slots, assembly):
            return "row"
        raise assembly.deny(item)
    return "entity" if slots.people else "group"


def _tells_rows(bound: Bound, slots: Slots, assembly: Assembly) -> bool:
    """Orders that had no discount: none of an amount of the rows that are counted."""
    rows = {assembly.model.metrics[name].definition.dataset for _, names in slots.measures for name in names}
    homes = {(assembly.structure.row_field(name) or "").partition(".")[0] for name in bound.metrics}
    return (bound.condition.op, bound.condition.values) == ("=", (0.0,)) and rows == homes


def is_of_deeds(bound: Bound, assembly: Assembly) -> bool:
    """Whether facts are of the rows that a deed is told from: an order has an amount, a customer has none."""
    homes = {name.partition(".")[0] for name in bound.fields}
    return all(assembly.structure.counted_in(home) is not None for home in homes)


def _is_of_people(item: Edge, slots: Slots, assembly: Assembly) -> bool:
    """Whether people are who compares so: they come before it (customers with orders over …), or with 的 behind it.

    Before the condition first (金卡会员超过1000元的订单) they only say whose rows these are.
    """
    frame, nouns = slots.frame, assembly.scope.entity_words
    people = [*slots.entities, *frame.asks("who"), *(e for e, _ in slots.values if names_people(e, frame, nouns))]
    after = frame.spoken(item, until=word_set("possessive"))
    if after is not None and frame.folded(after) in word_set("possessive") and frame.after(after) in people:
        return True
    return not _condition_first(item) and any(each.end <= item.start for each in people)


def names_group(item: Edge, slots: Slots) -> bool:
    """Whether the noun that is told by a condition, 的 between, is a group."""
    return not _condition_first(item) and slots.frame.spoken(item) in _bare_groups(slots)


def _bare_groups(slots: Slots) -> set[Edge]:
    return {edge for edge, group in slots.groups if group.grain is None and not (group.marked and not group.which)}


def _is_of_group(item: Edge, slots: Slots) -> bool:
    """复购率低于20%的城市, cities with a refund rate above 5%: the group's word is the nearest."""
    frame = slots.frame
    groups = {edge for edge, group in slots.groups if group.grain is None}
    if frame.spoken(item) in _bare_groups(slots):
        return True
    if frame.spoken(item, "connective", "ask", back=True) in groups:
        return True
    joined = frame.spoken(item, "connective", "when", back=True)  # at least 300 buyers in 2025 yet an AOV under 290
    return not slots.entities and any(joined is edge and _is_of_group(edge, slots) for edge, _ in slots.bounds)


def in_own_units(slots: Slots, assembly: Assembly) -> None:
    """A first response over 2 hours, of what is told in minutes: over 120. Raises StopError where units do not fit."""
    model = assembly.model
    for at, (item, bound) in enumerate(slots.bounds):
        units = {model.metrics[name].unit for name in bound.metrics if name in model.metrics}
        in_money = any(map(is_money, units)) or any(assembly.structure.amount_beside(name) for name in bound.metrics)
        if bound.metrics and "money" in bound.condition.units and not in_money:
            raise assembly.deny(item)  # carts worth more than 500 yuan: so many carts are no amount of money
        fields = [model.fields[name] for name in bound.fields if name in model.fields]
        if any(field.type not in _COUNTED for field in fields):
            raise assembly.deny(item)  # a date above 300 yuan, a name under 70 %
        units |= {str(field.definition.unit) for field in fields}
        if _is_of_parts(bound, units, assembly):
            values = tuple(value / 100 for value in bound.condition.values)
            slots.bounds[at] = (item, replace(bound, condition=replace(bound.condition, values=values)))
            assembly.assume("in_percent", assembly.said(item))
        told, said = units & set(MINUTES), set(bound.condition.units) & set(MINUTES)
        if not said or not told or said & told or "long" in bound.condition.units:
            continue
        if len(units) > 1 or len(said) > 1:
            raise assembly.deny(item)
        factor = MINUTES[said.pop()] / MINUTES[told.pop()]
        values = tuple(value * factor for value in bound.condition.values)
        slots.bounds[at] = (item, replace(bound, condition=replace(bound.condition, values=values)))


def _is_of_parts(bound: Bound, units: set[str], assembly: Assembly) -> bool:
    """A refund rate over 5: a part of a whole is compared with more than the whole, so that percent are meant."""
    parts = all(assembly.structure.is_part(name) for name in bound.metrics if name in assembly.model.metrics)
    least = min(bound.condition.values, default=0)
    return units == {"percent"} and not bound.condition.units and parts and least > 1


def refuse_deeds_counted(slots: Slots, assembly: Assembly) -> None:
    """How many orders over 800 yuan came in: the orders are counted, not who placed them."""
    frame = slots.frame
    of_people = frame.asks("people", "who") or slots.entities or slots.people
    for item, _ in slots.clauses if frame.asks("how_many") and not of_people else ():
        noun, before = item.leaves()[0], frame.before(item)
        same = (leaf for leaf in frame.lattice.leaves if (leaf.start, leaf.end) == (noun.start, noun.end))
        counted = before is not None and "how_many" in asked_of(before)
        if counted and any(leaf.category == "metric" for leaf in same):
            raise assembly.deny(item)
