"""The time of what people are told by, where the question has another."""

from __future__ import annotations

from chat_service.language.grammar.rule import Edge
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.bounds import bounds_by_kind, names_group
from chat_service.translate.requests.slots import Slots, is_relative, joined
from chat_service.translate.requests.timing import period_of
from semantic_layer import Period


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
