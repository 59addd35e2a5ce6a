"""What is said of things and not of people: orders that were placed in the app, over 3000 points."""

from __future__ import annotations

from chat_service.translate.grammar.categories import Bound, Condition
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.named import called
from chat_service.translate.requests.slots import RELATIVE, Slots, asked_of, set_free


def done_things(slots: Slots, assembly: Assembly) -> None:
    """Orders that were placed in the app last week: the time and the place are the orders' own, and tell nobody.

    Raises StopError for what was done to things in another way: no condition on people says that.
    """
    frame, metrics = slots.frame, assembly.model.metrics
    main = assembly.structure.main_behaviour
    of_main = [main.metric, main.amount, called("units_sold", assembly)] if main is not None else []
    rows = {metrics[name].definition.dataset for name in of_main if name is not None}
    for entry in list(slots.clauses):
        item, clauses = entry
        names = next((names for at, names in slots.measures if at is frame.before(item)), ())
        told = frame.folded(item.leaves()[0]).split(" ")[0] in RELATIVE
        if not told or not names or any(map(assembly.structure.one_each, names)):
            continue
        clause = clauses.clauses[0]
        bought = main is not None and main.name in clause.behaviours and clause.is_plain and len(clauses.clauses) == 1
        if not bought or any(metrics[name].definition.dataset not in rows for name in names if name in metrics):
            raise assembly.deny(item)
        slots.clauses.remove(entry)
        set_free(item, clause, slots)
        assembly.use(item, "behaviour", "")


def held_amounts(slots: Slots, assembly: Assembly) -> None:
    """Members with over 3000 points, 积分满5000的会员: of people, it compares what they have of what is told in it."""
    for item in slots.frame.of(Condition) if slots.people or slots.frame.asks("who") else ():
        before = slots.frame.spoken(item, back=True)
        noun = before if before is not None and before.category == "unit" else None
        told = {*(item.meaning.units if isinstance(item.meaning, Condition) else ()), *(asked_of(noun) if noun else ())}
        held = [name for name, m in assembly.model.metrics.items() if m.is_stock and m.unit in told]
        if len(held) == 1 and isinstance(item.meaning, Condition):
            slots.bounds.append((item, Bound((held[0],), (), item.meaning)))
            slots.people = True
            for each in (item, noun) if noun is not None else (item,):
                assembly.use(each, "metric", held[0])
