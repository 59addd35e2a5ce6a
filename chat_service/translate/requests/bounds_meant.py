"""Bounds as they are meant: over the time that is asked for, in the units that the field is told in."""

from __future__ import annotations

from dataclasses import replace

from chat_service.language.grammar.rule import Edge
from chat_service.translate.grammar.rules.states import INSTANTS
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.bounds import bounds_by_kind, is_of_deeds, names_group
from chat_service.translate.requests.slots import Slots, is_relative, joined
from chat_service.translate.requests.timing import period_of
from chat_service.translate.requests.whom import names_of
from chat_service.translate.senses import When
from semantic_layer import Period, is_money

_COUNTED = ("integer", "number")
MINUTES = {"minutes": 1, "hours": 60, "days": 1440}


def time_of(item: Edge, slots: Slots, assembly: Assembly, period: Period | None) -> Period | None:
    """The time of what is compared: its own, that of the question, or that of the deeds before it.

    近90天提过3张工单、平均解决时长超过48小时: what is compared behind deeds of one time is of that time.
    """
    before = [each for other, clauses in slots.clauses if other.end <= item.start for each in clauses.clauses]
    whens = {each.when for each in before} if not (period or slots.whens) and len(before) else {None}
    when = slots.own.get(item) or (whens.pop() if len(whens) == 1 else None)
    return period if when is None else period_of(when.date, (), assembly.scope.today, item, assembly)


def in_own_time(slots: Slots, assembly: Assembly) -> None:
    """去年销售额超过5000的客户今年…: of two times, the one right before what people are told by is of that alone."""
    bounds = bounds_by_kind(slots, assembly) if len(slots.whens) > 1 else []
    told = [(item, kind) for item, _, kind in bounds if is_relative(item, slots) or names_group(item, slots)]
    for item, kind in (*told, *((each, "entity") for each, _ in slots.populations)):
        before = slots.frame.spoken(item, back=True)
        mine = next((each for each in slots.whens if each[0] is before), None)
        others = [other for other, _ in slots.whens if mine is not None and other is not mine[0]]
        if mine is None or not others or any(joined(slots.frame, *_ordered(mine[0], each)) for each in others):
            continue
        if kind == "group":
            raise assembly.deny(item)  # 去年超过5000的城市今年…: no request picks groups by another time
        slots.whens.remove(mine)
        slots.own[item] = mine[1]
        assembly.use(mine[0], "period", "")


def _ordered(one: Edge, other: Edge) -> tuple[Edge, Edge]:
    return (one, other) if one.start < other.start else (other, one)


def _is_instant(when: When) -> bool:
    period = when.date.period
    return bool(INSTANTS & set(when.date.rules)) and period is not None and period.start is not None


def of_that_time(slots: Slots, assembly: Assembly) -> None:
    """去年累计消费满5000元: with a stretch of time, what was spent is that of the time, not of all their history."""
    whens = [when for _, when in slots.whens if not when.ever and not _is_instant(when)]
    for at, (item, bound) in enumerate(slots.bounds if whens else ()):
        leaves = [e for e in assembly.frame.lattice.leaves if item.start <= e.start and e.end <= item.end]
        deeds = [name for e in leaves if e.category == "behaviour" for name in names_of(e)]
        amounts = [assembly.model.behaviours[name].amount for name in deeds]
        if (
            bound.fields
            and not (bound.metrics or is_of_deeds(bound, assembly))
            and "money" in bound.condition.units
            and amounts
            and amounts[0]
        ):
            slots.bounds[at] = (item, replace(bound, metrics=(amounts[0],), fields=()))


def in_own_units(slots: Slots, assembly: Assembly) -> None:
    """A first response over 2 hours, of what is told in minutes: over 120."""
    model = assembly.model
    for at, (item, bound) in enumerate(slots.bounds):
        units = {model.metrics[name].unit for name in bound.metrics if name in model.metrics}
        in_money = any(map(is_money, units)) or any(assembly.structure.amount_beside(name) for name in bound.metrics)
        if bound.metrics and "money" in bound.condition.units and not in_money:
            raise assembly.deny(item)  # carts worth more than 500 yuan: so many carts are no amount of money
        if any(model.fields[name].type not in _COUNTED for name in bound.fields if name in model.fields):
            raise assembly.deny(item)  # a date above 300 yuan, a name under 70 %
        homes = [(model.datasets[dataset], field) for dataset, _, field in (f.partition(".") for f in bound.fields)]
        units |= {str(dataset.fields[field].definition.unit) for dataset, field in homes if field in dataset.fields}
        told, said = units & set(MINUTES), set(bound.condition.units) & set(MINUTES)
        if not said or not told or said & told or "long" in bound.condition.units:
            continue
        if len(units) > 1 or len(said) > 1:
            raise assembly.deny(item)
        factor = MINUTES[said.pop()] / MINUTES[told.pop()]
        values = tuple(value * factor for value in bound.condition.values)
        slots.bounds[at] = (item, replace(bound, condition=replace(bound.condition, values=values)))
