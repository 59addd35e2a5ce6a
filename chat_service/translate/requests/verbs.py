"""Verbs of a question: those that say nothing but when and of what, and those that are what is measured."""

from __future__ import annotations

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Clause, Clauses
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.rules.together import WHO_DID_IT
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
from chat_service.translate.senses import Values
from semantic_layer import is_money


def free_redundant(slots: Slots, assembly: Assembly) -> None:
    """Orders placed, tickets opened: a verb of the rows that are measured says nothing new but when and of what."""
    model = assembly.model
    for word in slots.frame.said("money_verb"):
        if slots.measures and all(is_money(model.metrics[n].unit) for _, names in slots.measures for n in names):
            assembly.use(word, "behaviour", "")  # 拉一个新客花多少钱: money is what is measured
    rows_said = [(item, bound.metrics) for item, bound in slots.bounds if is_row_bound(item, bound, slots, assembly)]
    named = [*slots.measures, *rows_said]
    for entry in list(slots.clauses):
        item, clauses = entry
        clause = clauses.clauses[0]
        if len(clauses.clauses) > 1 or not clause.is_plain or not named:
            continue
        done = [model.behaviours[name].metric for name in clause.behaviours]
        firsts = all(assembly.structure.is_first_of(name, done[0]) for _, names in named for name in names)
        firsts = firsts and not clause.values and not (clause.when is not None and slots.whens)
        if is_relative(item, slots) and not firsts:
            continue  # new customers who ordered in May: those of May
        rows = [assembly.structure.stands_on(name) for name in done if not assembly.structure.one_each(name)]
        measured = [_rows_around(name, assembly) for _, names in named for name in names]
        kept = [assembly.structure.narrowing(done[0], name) for _, names in named for name in names]
        same_time = all(each in (None, ()) for each in kept) and all(
            _same_rows(done[0], name, assembly) for _, names in named for name in names
        )
        money = (
            same_time
            or firsts
            or (
                is_money_verb(clause.text, assembly)
                and all(is_money(model.metrics[name].unit) for _, names in named for name in names)
            )
        )
        plain = same_time or all(each == () for each in kept)
        if money or (plain and any(all(each & near for near in measured) for each in rows)):
            slots.clauses.remove(entry)
            set_free(item, clause, slots)
            assembly.use(item, "behaviour", done[0])


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


def measure_verbs(slots: Slots, assembly: Assembly) -> None:
    """卖了多少钱, 下了几单, how much did they spend, bought most: a verb that is measured, where nothing else is."""
    if slots.measures or slots.bounds:
        return
    asks = slots.frame.asks("money", "times", "orders", "units", "each", "points", "how_much", "how_many", "how_often")
    plain = [
        (item, clauses) for item, clauses in slots.clauses if len(clauses.clauses) == 1 and clauses.clauses[0].is_plain
    ]
    plain = [each for each in plain if not each[1].clauses[0].same_period]
    plain = [each for each in plain if not any(v.both or v.only or v.link == "and" for v in each[1].clauses[0].values)]
    people = slots.people
    for ask in asks:
        for item, clauses in plain:
            if is_relative(item, slots) or (people and set(asked_of(ask)) & {"people"}):
                continue
            number = set(asked_of(ask)) <= {"how_many", "how_much", "count"}
            some = any(is_whole(each, slots.frame) for each in slots.entities) or (
                ask.end == item.start and _asks_who(ask, slots)
            )
            if number and (some or _counts_entity(ask, slots, assembly)):
                continue
            if number and _follows_people(ask, item, clauses.clauses[0], slots, assembly):
                continue
            metric = verb_metric(clauses.clauses[0], asked_of(ask), assembly)
            if metric is None:
                continue
            if people and slots.frame.folded(ask).split(" ")[-1] in word_set("often"):
                metric = assembly.structure.per_person(metric) or metric  # how often do gold members buy
            slots.clauses.remove((item, clauses))
            set_free(item, clauses.clauses[0], slots)
            slots.measures.append((item, (metric,)))
            assembly.use(ask, "metric", metric)
            _further(ask, asks, slots, assembly)
            return
    _without_quantity(plain, slots, assembly, asked=bool(asks))


def _without_quantity(plain: list[tuple[Edge, Clauses]], slots: Slots, assembly: Assembly, *, asked: bool) -> None:
    """Did we sell more in May, which brand sold most: a verb is measured where it is compared or ranked."""
    apart = False
    if (
        len(plain) == 1
        and (not slots.people or (apart := _set_apart(slots)))
        and not asked
        and (slots.against or slots.has("change", "comparative", "trend", *(["comparison"] if apart else [])))
    ):
        item, clauses = plain[0]
        metric = verb_metric(clauses.clauses[0], ("how_many",), assembly)
        if metric is not None:
            slots.clauses.remove((item, clauses))
            set_free(item, clauses.clauses[0], slots)
            slots.measures.append((item, (metric,)))
            return
    counted = slots.frame.asks("count")
    for item, clauses in plain if slots.ranks and len(slots.clauses) <= 1 else ():
        if counted and not slots.entities:
            # 卖的数量最少: how much of it, not what it brought
            sells = any(word in clauses.clauses[0].text for word in word_set("sells"))
            metric = verb_metric(clauses.clauses[0], ("units",) if sells else ("times",), assembly)
            if metric is None:
                return
            slots.clauses.remove((item, clauses))
            set_free(item, clauses.clauses[0], slots)
            slots.measures.append((item, (metric,)))
            assembly.use(counted[0], "metric", metric)
            return
        ranked = [rank for rank, _ in slots.ranks]
        doers = [e for e in slots.entities if any(_near(e, rank, slots.frame) for rank in ranked)]
        metric = verb_metric(clauses.clauses[0], ("people",) if doers and slots.groups else ("how_many",), assembly)
        if metric is not None and (not slots.entities or not is_relative(item, slots)):
            slots.clauses.remove((item, clauses))
            set_free(item, clauses.clauses[0], slots)
            slots.measures.append((item, (metric,)))
            if clauses.clauses[0].text.endswith(("er", "ers")):
                slots.entities.append(item)  # spenders, shoppers: who does it
            return


def _set_apart(slots: Slots) -> bool:
    """Do women complain more than men: two kinds of people, and nobody else."""
    named = [set(values.candidates) for _, values in slots.values]
    return not slots.frame.asks("people", "who") and len(named) == 2 and bool(named[0] & named[1])


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


def _near(one: Edge, other: Edge, frame: Frame) -> bool:
    return all(edge.is_empty for edge in frame.between(one, other))


def _further(first: Edge, asks: list[Edge], slots: Slots, assembly: Assembly) -> None:
    """卖了多少钱、多少单, 卖了多少钱、下了多少单: several quantities of one verb, or each of its own, are measures."""
    item = slots.measures[-1][0]
    for ask in asks:
        own = next((e for e in slots.clauses if e[0].end <= ask.start and _near(e[0], ask, slots.frame)), None)
        clauses = own[1] if own is not None else item.meaning
        if ask is not first and isinstance(clauses, Clauses):
            metric = verb_metric(clauses.clauses[0], asked_of(ask), assembly)
            if metric is None or set(asked_of(ask)) == {"how_many"}:
                continue
            if own is not None:
                slots.clauses.remove(own)
                assembly.use(own[0], "behaviour", metric)
                set_free(own[0], own[1].clauses[0], slots)
            slots.measures.append((ask, (metric,)))


def _follows_people(ask: Edge, item: Edge, clause: Clause, slots: Slots, assembly: Assembly) -> bool:
    """退款客户有多少, 金卡会员有多少下单了: people right before the question word, with the deed on either side."""
    frame, metric = slots.frame, assembly.model.behaviours[clause.behaviours[0]].metric
    told = frame.before(ask)
    whose = told in slots.entities or (told is not None and names_people(told, frame, assembly.scope.entity_words))
    if whose and told is not None and not frame.folded(told).isascii() and ask.end == item.start:
        return not assembly.structure.one_each(metric)
    people, before = frame.after(item), frame.before(ask)
    while before is not None and before.category == "when":
        before = frame.before(before)  # 买东西的人上个月有多少
    between = people is not None and people is before and people in slots.entities
    named = between and people is not None and not frame.folded(people).isascii()
    return named and not assembly.structure.one_each(metric)


def _asks_who(ask: Edge, slots: Slots) -> bool:
    """Of the members who registered last year, how many have complained: those of the people that were named."""
    frame = slots.frame
    people = [*slots.entities, *(item for item, _ in slots.clauses if is_relative(item, slots)), *frame.of(Values)]
    if any(item.rule == WHO_DID_IT and item.end <= ask.start for item, _ in slots.clauses):
        return True
    opened = [edge for edge in frame.covering.edges if frame.folded(edge) in word_set("out_of")]
    return any(one.end <= ask.start and any(_opens(one, each, frame) for each in people) for one in opened)


def _opens(opener: Edge, people: Edge, frame: Frame) -> bool:
    """Whether a word singles out of people: before them in English, behind them in Chinese."""
    one, other = (opener, people) if frame.folded(opener).isascii() else (people, opener)
    return one.end <= other.start and all(edge.is_empty for edge in frame.between(one, other))


def _counts_entity(ask: Edge, slots: Slots, assembly: Assembly) -> bool:
    """How many customers, 多少客户, how many gold members: who is counted stands right behind."""
    after = slots.frame.after(ask)
    while after is not None and (after.is_empty or after.category in ("values", "listed")):
        if names_people(after, slots.frame, assembly.scope.entity_words):
            return True
        after = slots.frame.after(after)
    return after in slots.entities
