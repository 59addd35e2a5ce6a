"""Verbs of a question: those that say nothing but when and of what, and those that are what is measured."""

from __future__ import annotations

from dataclasses import replace

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Clauses
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.bounds import is_row_bound
from chat_service.translate.requests.named import called, is_money_verb, verb_metric
from chat_service.translate.requests.slots import (
    LINKS,
    Slots,
    asked_of,
    is_relative,
    is_whole,
    joined,
    names_people,
    set_free,
)
from semantic_layer import is_money


def free_redundant(slots: Slots, assembly: Assembly) -> None:
    """Orders placed, tickets opened: a verb of the rows that are measured says nothing new but when and of what."""
    model = assembly.model
    _came_otherwise(slots, assembly)
    _measured_too(slots, assembly)
    rows_said = [(item, bound.metrics) for item, bound in slots.bounds if is_row_bound(item, bound, slots, assembly)]
    named = [name for _, names in (*slots.measures, *rows_said) for name in names]
    in_money = bool(slots.measures) and all(is_money(model.metrics[n].unit) for _, ns in slots.measures for n in ns)
    for word in slots.frame.said("money_verb") if in_money else ():
        assembly.use(word, "behaviour", "")  # 拉一个新客花多少钱: money is what is measured
    for entry in list(slots.clauses) if named else ():
        item, clauses = entry
        clause = clauses.clauses[0]
        if clause.negated and len(clause.values) == 1 and not slots.people:
            values = clause.values[0]  # orders that weren't placed in the app: they were, and not there
            clause = replace(clause, negated=False, values=(replace(values, negated=not values.negated),))
        if len(clauses.clauses) > 1 or not clause.is_plain:
            continue
        done = [model.behaviours[name].metric for name in clause.behaviours]
        firsts = all(assembly.structure.is_first_of(name, done[0]) for name in named)
        firsts = firsts and not clause.values and not (clause.when is not None and slots.whens)
        if is_relative(item, slots) and not firsts:
            continue  # new customers who ordered in May: those of May
        if any(values.only for values in clause.values) and not assembly.structure.people_metrics.isdisjoint(named):
            continue  # buyers who bought only there: and nowhere else
        spends = is_money_verb(clause.text, assembly) and all(is_money(model.metrics[name].unit) for name in named)
        if firsts or spends or _tells_rows(done, named, assembly):
            slots.clauses.remove(entry)
            set_free(item, clause, slots)
            assembly.use(item, "behaviour", done[0])


def _came_otherwise(slots: Slots, assembly: Assembly) -> None:
    """Who didn't register through ads this year: everybody did once, and it is the way that is denied."""
    own, values = {entity.dataset for entity in assembly.model.entities.values()}, dict(slots.values)
    for at, (item, clauses) in enumerate(slots.clauses):
        clause, behind = clauses.clauses[0], slots.frame.spoken(item)
        metric = assembly.model.metrics[assembly.model.behaviours[clause.behaviours[0]].metric]
        if behind in values and clause.negated and metric.definition.dataset in own:
            slots.values[[each for each, _ in slots.values].index(behind)] = (
                behind,
                replace(values[behind], negated=True),
            )
            slots.clauses[at] = (item, Clauses((replace(clause, negated=False), *clauses.clauses[1:])))


def _measured_too(slots: Slots, assembly: Assembly) -> None:
    """The most orders, and what they spent: a verb that is asked for behind a measure is one more."""
    for item, clauses in [each for each in slots.clauses if slots.measures and slots.ranks and _is_plain(each[1])]:
        ask = slots.frame.spoken(item, "follow.those", back=True)
        joint = slots.frame.spoken(ask, back=True) if ask is not None and ask.category == "ask" else None
        if ask is not None and joint is not None and "connective.and" in joint.keys:
            what = tuple({*asked_of(ask)} - {"which"}) or ("how_much",)
            if (metric := verb_metric(clauses.clauses[0], what, assembly)) is not None:
                _measure(item, clauses, metric, slots)
                assembly.use(ask, "metric", metric)


def _tells_rows(done: list[str], named: list[str], assembly: Assembly) -> bool:
    """Whether a deed is told from the rows that are measured, or from those that they are parts of."""
    structure = assembly.structure
    kept = [structure.narrowing(done[0], name) for name in named]
    if all(each in (None, ()) for each in kept) and all(_same_rows(done[0], name, assembly) for name in named):
        return True
    rows = [structure.stands_on(name) for name in done if not structure.one_each(name)]
    measured = [_rows_around(name, assembly) for name in named]
    return all(each == () for each in kept) and any(all(each & near for near in measured) for each in rows)


def _same_rows(deed: str, metric: str, assembly: Assembly) -> bool:
    """Whether a metric is of the rows that a deed is told from, placed by the same time: activation of sign-ups."""
    model, structure = assembly.model, assembly.structure
    if structure.one_each(metric) and metric != deed:
        return False
    one = model.metrics[deed].definition
    own = one.time or (model.datasets[one.dataset].definition.time if one.dataset else None)
    for leaf in model.leaves(metric):
        dataset = leaf.definition.dataset
        time = leaf.definition.time or (model.datasets[dataset].definition.time if dataset else None)
        if leaf.is_stock or dataset != one.dataset or time != own:
            return False
    return True


def _rows_around(metric: str, assembly: Assembly) -> frozenset[str]:
    """The rows that a metric counts, and those that they are parts of: order items are of orders."""
    direct = assembly.structure.stands_on(metric)
    entities = {entity.dataset for entity in assembly.model.entities.values()}
    counted = {assembly.model.metrics[b.metric].definition.dataset for b in assembly.model.behaviours.values()}
    owners = {owner for each in direct for owner in assembly.model.paths.get(each, {})}
    return direct | frozenset(o for o in owners if o in counted and o not in entities)


# --- measured by a verb ---


def measure_verbs(slots: Slots, assembly: Assembly) -> None:
    """卖了多少钱, 下了几单, how much did they spend, bought most: a verb that is measured, where nothing else is."""
    if slots.measures or slots.bounds:
        return
    asks = slots.frame.asks("money", "times", "orders", "units", "each", "points", "how_much", "how_many", "how_often")
    plain = [each for each in slots.clauses if _is_plain(each[1])]
    for ask in asks:
        for item, clauses in plain:
            if is_relative(item, slots) or (slots.people and "people" in asked_of(ask)):
                continue
            if set(asked_of(ask)) <= {"how_many", "how_much", "count"} and _counts_people(ask, item, slots, assembly):
                continue
            metric = verb_metric(clauses.clauses[0], asked_of(ask), assembly)
            if metric is not None:
                _measure(item, clauses, metric, slots)
                assembly.use(ask, "metric", metric)
                return
    if not asks and len(plain) == 1 and _moves(slots):
        _of_how_many(plain[0], slots, assembly, ("how_many",))
    elif slots.ranks and len(slots.clauses) == len(plain) == 1:
        _ranked(plain[0], slots, assembly)


def _is_plain(clauses: Clauses) -> bool:
    clause = clauses.clauses[0]
    together = any(values.both or values.only or values.link == "and" for values in clause.values)
    return len(clauses.clauses) == 1 and clause.is_plain and not clause.same_period and not together


def _measure(item: Edge, clauses: Clauses, metric: str, slots: Slots) -> None:
    slots.clauses.remove((item, clauses))
    set_free(item, clauses.clauses[0], slots)
    slots.measures.append((item, (metric,)))


def _moves(slots: Slots) -> bool:
    """Did we sell more in May: what is compared is how much was done, where nobody is named."""
    return not slots.people and bool(slots.against or slots.has("change", "comparative", "trend"))


def _ranked(told: tuple[Edge, Clauses], slots: Slots, assembly: Assembly) -> None:
    """Which brand sold most: a verb is measured where groups or people are ranked by it."""
    if not slots.frame.asks("count") and (not slots.entities or not is_relative(told[0], slots)):
        _of_how_many(told, slots, assembly, ("people",) if slots.entities and slots.groups else ("how_many",))


def _of_how_many(told: tuple[Edge, Clauses], slots: Slots, assembly: Assembly, what: tuple[str, ...]) -> None:
    metric = verb_metric(told[1].clauses[0], what, assembly)
    if metric is not None:
        _measure(*told, metric, slots)


def join_quantities(slots: Slots, assembly: Assembly) -> None:
    """几单、又有几个新客: a quantity in a list with a measure is one too, of the model's main deed."""
    main = assembly.structure.main_behaviour
    used = {id(use.item) for use in assembly.uses}
    for ask in slots.frame.asks("orders", "units", "money") if main is not None and slots.measures else ():
        is_listed = any(
            joined(slots.frame, ask, item) or _listed_beside(slots, ask, item) for item, _ in slots.measures
        )
        named = any(leaf.category == "metric" and leaf.start == ask.start for leaf in slots.frame.lattice.leaves)
        named = named or slots.frame.folded(ask).split(" ")[0] in word_set("told_in")  # gross profit, in yuan
        if id(ask) in used or named or "how_much" in asked_of(ask) or not is_listed or main is None:
            continue
        what = set(asked_of(ask))
        metric = main.metric if "orders" in what else called("units_sold", assembly) if "units" in what else main.amount
        if metric is not None:
            slots.measures.append((ask, (metric,)))


def _listed_beside(slots: Slots, ask: Edge, item: Edge) -> bool:
    """几单、又有几个新客: links and other question words alone stand between."""
    between = slots.frame.between(ask, item)
    links = [edge for edge in between if not LINKS.isdisjoint(edge.keys)]
    return bool(links) and all(edge in links or edge.is_empty or edge.category == "ask" for edge in between)


def _counts_people(ask: Edge, item: Edge, slots: Slots, assembly: Assembly) -> bool:
    """How many customers, 客户里多少, 退款客户有多少: people are counted, and not what they did."""
    frame = slots.frame
    if any(is_whole(each, frame) for each in slots.entities):
        return True
    if any(_is_of(each, ask, frame) for each in frame.covering.edges):
        return True
    before = frame.before(ask)
    if before is not None and (before in slots.entities or _is_people(before, frame, assembly)):
        return True
    after = frame.after(ask)
    while after is not None and (after.is_empty or after.category in ("values", "listed")):
        if _is_people(after, frame, assembly):
            return True
        after = frame.after(after)
    return after in slots.entities


def _is_people(item: Edge, frame: Frame, assembly: Assembly) -> bool:
    return names_people(item, frame, assembly.scope.entity_words)


def _is_of(opener: Edge, ask: Edge, frame: Frame) -> bool:
    return opener.end <= ask.start and frame.folded(opener) in word_set("out_of")
