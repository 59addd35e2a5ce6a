"""What a follow-up asks of the number before without its name: and per order, how much money was that."""

from __future__ import annotations

from chat_service.translate.grammar.categories import Measure
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.named import statistic_of
from chat_service.translate.requests.slots import Slots
from semantic_layer import MetricQuery


def asked_of_number(slots: Slots, before: MetricQuery, assembly: Assembly) -> None:
    """Put what is asked among the measures. Raises StopError where the model has no such number."""
    frame, structure = slots.frame, assembly.structure
    counted = [named for named in slots.measures if named[1] == assembly.counted]
    others = slots.clauses or slots.listed or slots.bounds or slots.ranks or len(counted) < len(slots.measures)
    if len(before.metrics) != 1 or others:
        return
    name, spread = before.metrics[0], frame.said("average")
    money, people = frame.asks("money", "how_much"), frame.asks("people") or slots.entities or counted
    if spread and not slots.measures:
        best = max(spread, key=lambda word: not word.category.endswith(".mean"))
        found = statistic_of(Measure((name,), "", best.category.partition(".")[2]), best, assembly)
        slots.measures.append((best, found))
        for word in spread:
            assembly.use(word, "metric", found[0])
    elif not slots.has("follow.those"):
        return
    elif money and not slots.measures and (amount := structure.amount_beside(name)) is not None:
        slots.measures.append((money[0], (amount,)))
        assembly.use(money[0], "metric", amount)
    elif people and not money and not structure.one_each(name) and (who := structure.people_of(name)) is not None:
        item = counted[0][0] if counted else (slots.entities or frame.asks("people"))[0]
        slots.measures[:] = [(item, (who,))]
        slots.entities.clear()
