"""Things that are asked for by how much was done in them: cities where we opened more than 100 tickets."""

from __future__ import annotations

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Bound, Condition, Group
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.conditions import counts_doers, deed_filter
from chat_service.translate.requests.named import called
from chat_service.translate.requests.slots import RELATIVE, Slots, asked_of, set_free


def bound_things(slots: Slots, assembly: Assembly) -> None:
    """Make of a deed that was done so often a comparison of the things asked for: no customer did it in all of them."""
    others = slots.bounds or slots.listed or slots.dated or slots.populations or slots.ranks or slots.against
    if others or len(slots.groups) != 1 or len(slots.clauses) != 1 or _measured(slots):
        return
    (at, group), (item, clauses) = slots.groups[0], slots.clauses[0]
    clause = clauses.clauses[0]
    counted = clause.condition is not None and not (clause.negated or clause.last or clause.after or clause.share)
    if len(clauses.clauses) > 1 or not counted or group.grain is not None or not _asked_for(at, group, item, slots):
        return
    if counts_doers(item, clause, assembly):
        return  # cities where over 300 people ordered
    compared = deed_filter(item, clause, assembly)
    assert clause.condition is not None and compared.op != "top share", "a deed that is counted"
    condition = Condition(compared.op, tuple(map(float, compared.values)), clause.condition.units)
    slots.bounds.append((item, Bound((compared.metric,), (), condition, clause.text)))
    slots.clauses.clear()
    set_free(item, clause, slots)
    for doer in (*slots.entities, *(each for each, _ in slots.measures)):
        assembly.use(doer, "entity", "")
    slots.entities.clear()
    slots.measures.clear()
    slots.people = slots.counting = False


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


def _measured(slots: Slots) -> bool:
    """Whether anything is measured but those who did it: where customers placed over 500 orders."""
    deed = slots.clauses[0][0]
    return any(slots.frame.after(item) is not deed for item, _ in slots.measures)


def _asked_for(at: Edge, group: Group, deed: Edge, slots: Slots) -> bool:
    """Which stores sold …, name the cities where we …, 下单超过500单的大区."""
    frame = slots.frame
    if any(frame.folded(leaf).split(" ")[0] in word_set("of_somebody") for leaf in deed.leaves()):
        return False
    before, after = frame.before(at), frame.after(deed)
    while before is not None and before.is_empty:
        before = frame.before(before)
    possessive = after is not None and frame.folded(after) in word_set("possessive") and frame.after(after) is at
    if at.end <= deed.start and any(frame.folded(e) in word_set("possessive") for e in frame.between(at, deed)):
        return False  # 哪些城市的客户下单超过5次: they did
    return possessive or group.which or (before is not None and "list" in asked_of(before)) or before is None
