"""Bounds as they are meant: over the time that is asked for, in the units that the field is told in."""

from __future__ import annotations

from dataclasses import replace

from chat_service.language.grammar.rule import Edge
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.bounds import is_of_deeds
from chat_service.translate.requests.slots import Slots
from chat_service.translate.requests.timing import period_of
from chat_service.translate.requests.whom import names_of
from semantic_layer import Period


def time_of(item: Edge, slots: Slots, assembly: Assembly, period: Period | None) -> Period | None:
    """The time of what is compared: its own, that of the question, or that of the deeds before it.

    近90天提过3张工单、平均解决时长超过48小时: what is compared behind deeds of one time is of that time.
    """
    before = [each for other, clauses in slots.clauses if other.end <= item.start for each in clauses.clauses]
    whens = {each.when for each in before} if not (period or slots.whens) and len(before) else {None}
    when = slots.own.get(item) or (whens.pop() if len(whens) == 1 else None)
    return period if when is None else period_of(when.date, (), assembly.scope.today, item, assembly)


def of_that_time(slots: Slots, assembly: Assembly) -> None:
    """去年累计消费满5000元: with a stretch of time, what was spent is that of the time, not of all their history."""
    whens = [when for _, when in slots.whens if not when.ever]
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
