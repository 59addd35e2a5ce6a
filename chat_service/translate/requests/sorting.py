"""A frame -> slots. Which words only name the rows, which people are whose the measure is, which verbs say nothing new.

The same words are a measure in one question and a condition in another; what stands between them tells. Every item ends
in one slot, or stays among the frame's flags.
"""

from __future__ import annotations

from dataclasses import replace

from chat_service.language.grammar.rule import Edge, Piece
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import (
    Against,
    Amount,
    Bound,
    Clauses,
    Dated,
    Group,
    Held,
    Listed,
    Measure,
    Rank,
)
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.rules.amounts import is_number
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.bounds import in_own_units
from chat_service.translate.requests.lent_time import lend_same_time
from chat_service.translate.requests.named import spread_apart, statistic_of
from chat_service.translate.requests.own_time import in_own_time
from chat_service.translate.requests.rates import read_rates
from chat_service.translate.requests.slots import (
    LISTING,
    Slots,
    asked_of,
    counts_kinds,
    is_asked_for,
    is_relative,
    joined,
    names_people,
    names_roster,
    of_same_people,
    tells_whose,
)
from chat_service.translate.requests.things import bound_things, done_things, held_amounts
from chat_service.translate.requests.top_shares import lend_share_time
from chat_service.translate.requests.verbs import free_redundant, join_quantities, measure_verbs
from chat_service.translate.senses import Values, ValueSense, When
from semantic_layer import FieldFilter, Scalar

_OPENERS = frozenset(
    {"of", "among", "for", "from", "by", "came from", "come from", "comes from", "coming from", "with"}
)
_PLACES: dict[type, str] = {
    Against: "against",
    Values: "values",
    Group: "groups",
    Rank: "ranks",
    Bound: "bounds",
    Clauses: "clauses",
    Listed: "listed",
    Dated: "dated",
    Held: "dated",
    Amount: "amounts",
}


def sort_items(frame: Frame, assembly: Assembly) -> Slots:
    """The slots of a frame. Raises StopError where a word has no place."""
    slots = placed(frame)
    slots.measures[:] = [
        (item, statistic_of(item.meaning, item, assembly) if isinstance(item.meaning, Measure) else names)
        for item, names in slots.measures
    ]
    _directed(slots, assembly)
    _from_to(slots)
    gapped(slots, assembly)
    _refuse_those_there(slots, assembly)
    _whole_entities(slots, assembly)
    _listed_entities(slots, assembly)
    slots.people = _speaks_of_people(slots, assembly)
    _populations(slots, assembly)
    read_rates(slots, assembly)
    done_things(slots, assembly)
    _subjects(slots, assembly)
    free_redundant(slots, assembly)
    measure_verbs(slots, assembly)
    spread_apart(slots, assembly)
    join_quantities(slots, assembly)
    lend_share_time(slots)
    bound_things(slots, assembly)
    held_amounts(slots, assembly)
    _newly(slots, assembly)
    lend_same_time(slots)
    in_own_time(slots, assembly)
    in_own_units(slots, assembly)
    slots.measures.sort(key=lambda named: named[0].start)
    if uncounted := [item for item in slots.entities if is_asked_for(item, slots.measures, slots.frame)]:
        raise assembly.deny(uncounted[0])  # how many customers ordered, and how many orders: which of both
    return slots


def placed(frame: Frame) -> Slots:
    """The items of a frame by what they are, before it is asked what they are to each other."""
    slots = Slots(frame)
    for item in frame.items:
        meaning = item.meaning
        if isinstance(meaning, Measure):
            slots.measures.append((item, meaning.metrics))
        elif isinstance(meaning, When):
            slots.whens.extend([(item, meaning)] if item.category == "when" else [])
        elif item.category != "included" and (place := _PLACES.get(type(meaning))) is not None:
            getattr(slots, place).append((item, meaning))
        elif item.category in ("entity", "entity.people"):
            slots.entities.append(item)
        elif item.category == "field":
            slots.columns.append(item)
    return slots


def _refuse_those_there(slots: Slots, assembly: Assembly) -> None:
    """开在上海的那些店, customers whose plan ended: what tells things or people apart is no group of them."""
    for item, group in slots.groups:
        before = slots.frame.before(item)
        pointing = before is not None and bool({"those", "this"} & set(before.category.split(".")))
        place = slots.frame.spoken(item, "follow.those", back=True) if pointing else None
        of_place = place is not None and place.category == "values" and slots.values
        if not group.marked and (of_place or tells_whose(item, slots.frame)):
            raise assembly.deny(item)


def _from_to(slots: Slots) -> None:
    """Grew from April to May: the later time is the main side, the earlier the other."""
    moves = slots.has("change") or any(rank.by_change for _, rank in slots.ranks)
    if not moves or len(slots.whens) != 1 or len(slots.against) != 1:
        return
    (first, when), (last, other) = slots.whens[0], slots.against[0]
    leads = slots.frame.folded(last).split(" ")[0] in word_set("to_later") and first.end <= last.start
    if leads and other.to == "period" and other.date is not None and not when.ever:
        slots.whens[0] = (first, replace(when, date=other.date))
        slots.against[0] = (last, replace(other, date=when.date))


def _directed(slots: Slots, assembly: Assembly) -> None:
    """Sort it from lowest to highest: the word for sorting says no direction where another does."""
    plain = [each for each in slots.ranks if all(leaf.category == "rank.ranked" for leaf in each[0].leaves())]
    if plain and len(plain) < len(slots.ranks):
        for each in plain:
            slots.ranks.remove(each)
            assembly.use(each[0], "order", "")


def gapped(slots: Slots, assembly: Assembly) -> None:
    """What has a gap in its name (how long … reply, 社媒上…夸), by all of its pieces."""
    found: dict[str, list[Edge]] = {}
    for item in slots.frame.said("piece"):
        if isinstance(piece := item.meaning, Piece):
            found.setdefault(piece.name, []).append(item)
            assembly.use(item, "value" if "=" in piece.name else "metric", piece.name)
    for name, pieces in found.items():
        dimension, is_value, value = name.partition("=")
        if is_value:
            slots.values.append((pieces[0], Values(((ValueSense(dimension, value),),), slots.frame.folded(pieces[0]))))
            continue
        if any(isinstance(edge.meaning, Measure) for edge in slots.frame.between(pieces[0], pieces[-1])):
            raise assembly.deny(pieces[0])  # 召回活动触达了多少客户 asks whom they reached, not whom they won back
        slots.measures.append((pieces[0], (name,)))


def _newly(slots: Slots, assembly: Assembly) -> None:
    """How many new people did friends bring, new folks who joined: of those who come in, 'new' tells nothing more."""
    own, metrics = {entity.dataset for entity in assembly.scope.model.entities.values()}, assembly.model.metrics
    deeds = (b for _, each in slots.clauses for clause in each.clauses for b in clause.behaviours)
    done = [assembly.model.behaviours[name].metric for name in deeds]  # the new registered people
    named = [metrics[name] for name in (*done, *(n for _, names in slots.measures for n in names)) if name in metrics]
    come_in = named and all(each.definition.dataset in own and not each.is_stock for each in named)
    for item, values in list(slots.values) if come_in else ():
        if slots.frame.folded(item) in word_set("newly") and not values.negated:
            slots.values.remove((item, values))
            assembly.use(item, "entity", "")


def _whole_entities(slots: Slots, assembly: Assembly) -> None:
    """The word for customers, without a word for their number, is whose something is, or who is asked for.

    Beside another measure that it is joined to, it is a measure like that one; with a word for the number it is one,
    unless conditions tell which customers are counted.
    """
    counted = {entity.counted_by for entity in assembly.scope.model.entities.values()}
    conditions = slots.clauses or slots.listed or slots.bounds or slots.dated
    for named in [m for m in slots.measures if set(m[1]) <= counted]:
        text = slots.frame.folded(named[0])
        others = [m for m in slots.measures if m is not named]
        if any(joined(slots.frame, named[0], other[0]) for other in others):
            continue
        if is_number(text):
            if not conditions or others:
                continue
            slots.counting = True
        slots.measures.remove(named)
        slots.entities.append(named[0])
        assembly.use(named[0], "entity", named[1][0])


def _listed_entities(slots: Slots, assembly: Assembly) -> None:
    """客户和销售额按大区: who stands in a list of measures is counted, as they are by number."""
    for item in [each for each in slots.entities if each.category == "entity"]:
        others = [*(measure for measure, _ in slots.measures), *slots.frame.asks("orders", "units", "money")]
        near = [each for each in others if joined(slots.frame, item, each)]
        links = [edge for each in near for edge in slots.frame.between(item, each)]
        used = any(use.item is item for use in assembly.uses)
        if not used and assembly.counted and any(slots.frame.folded(edge) in LISTING for edge in links):
            slots.entities.remove(item)
            slots.measures.append((item, assembly.counted))


def _speaks_of_people(slots: Slots, assembly: Assembly) -> bool:
    words = assembly.scope.entity_words
    if slots.entities or slots.listed or slots.frame.asks("people", "who") or slots.frame.of(Held):
        return True
    if any(assembly.structure.one_each(each[0]) and names_doers(item, each, assembly) for item, each in slots.measures):
        return True
    named = any(names_people(item, slots.frame, words) for item, _ in slots.values)
    return named or (not slots.groups and names_roster(slots))  # 白金卡名单: a list of names is one of people


def _populations(slots: Slots, assembly: Assembly) -> None:
    """新客户的复购率, NPS among returning customers: people by name, whose other measure is asked for."""
    for named in list(slots.measures):
        item, names = named
        others = [m for m in slots.measures if m is not named]
        if not others:  # 去年的新客今年买了几次, 今年花了多少
            others = [(deed, ()) for deed, _ in slots.clauses if item.end <= deed.start and _is_measured(deed, slots)]
        if not others or not all(assembly.structure.one_each(name) for name in names):
            continue
        if any(joined(slots.frame, item, other[0]) for other in others) or is_number(slots.frame.folded(item)):
            continue
        if is_asked_for(item, others, slots.frame):
            continue
        if any(set(names) & set(other[1]) or of_same_people(names, other[1], assembly) for other in others):
            continue
        opened = _is_opened(item, slots.frame)
        behind = any(other[0].start >= item.end for other in others)
        ascii_name = slots.frame.folded(item).isascii()
        if behind and not opened and not names_doers(item, names, assembly):
            continue  # 'subscription fee income': a noun for a thing before a measure is a part of its name
        if opened or (behind and not (ascii_name and slots.frame.asks("how_many"))):
            slots.measures.remove(named)
            whose = slots.subjects if _is_in_force(names[0], others, assembly) else slots.populations
            whose.append(named)
    if len(slots.populations) > 1:
        raise assembly.deny(slots.populations[-1][0])  # of the ones and of the others: what of each is one number


def _is_measured(deed: Edge, slots: Slots) -> bool:
    """Whether it is asked how much or how often a deed was done, and not how many did it."""
    behind = slots.frame.spoken(deed)
    asked = slots.frame.asks("money", "times", "orders", "units", "points") or (
        behind is not None and "how_many" in asked_of(behind) and "people" not in asked_of(behind)
    )
    return bool(asked) and not is_relative(deed, slots)


def _is_in_force(name: str, others: list[tuple[Edge, tuple[str, ...]]], assembly: Assembly) -> bool:
    """付费会员的续费率: what is in force names the things of which the rest is asked, over or not."""
    metrics = assembly.model.metrics
    same = all(
        metrics[each].definition.dataset == metrics[name].definition.dataset for _, named in others for each in named
    )
    return metrics[name].definition.valid is not None and same


def names_doers(item: Edge, names: tuple[str, ...], assembly: Assembly) -> bool:
    """Whether a measure is named by the people whom it counts: subscribers, 新客, and not by what they hold."""
    scope, text = assembly.scope, assembly.frame.folded(item)
    held = [name for name in names if scope.model.metrics[name].is_stock]
    return not held or text.endswith((*scope.entity_words, *word_set("anybody"), *word_set("enrolled")))


def _is_opened(item: Edge, frame: Frame) -> bool:
    """Revenue of our new customers: who comes behind 'of' is whose the measure is."""
    before = frame.before(item)
    while before is not None and before.is_empty:
        if frame.folded(before) in _OPENERS:
            return True
        before = frame.before(before)
    return False


def _subjects(slots: Slots, assembly: Assembly) -> None:
    """Words that only name what is counted: 今年的订单平均一单多少钱; refund rate on in-store purchases."""
    for named in list(slots.measures):
        item, names = named
        others = [m for m in slots.measures if m is not named]
        others = [m for m in others if _is_of(item, m[0], slots.frame)] or others
        if not others or len(names) != 1 or not assembly.structure.counts_rows(names[0]):
            continue
        if any(joined(slots.frame, item, other[0]) for other in others) or is_number(slots.frame.folded(item)):
            continue
        alike = [o for o, each in others if of_same_people(names, each, assembly)]
        apart = any(_listed_apart(item, o, slots.frame, alike) for o, _ in others)
        if apart or is_asked_for(item, others, slots.frame):
            continue
        led = slots.frame.before(item)
        if slots.ranks and led is not None and slots.frame.folded(led) in word_set("by_it"):
            continue  # top 5 cities by orders
        beside = [rank for rank, _ in slots.ranks if rank.end == item.start or item.end == rank.start]
        if not all(counts_kinds(rank, slots.frame) for rank in beside):
            continue
        kept = [_kept(names[0], name, assembly) for _, their in others for name in their[:1]]
        if any(each is None for each in kept):
            continue
        slots.measures.remove(named)
        slots.subjects.append(named)
        for each in kept:
            slots.narrowed.extend(FieldFilter(field=name, values=(value,)) for name, value in each or ())


def _is_of(item: Edge, other: Edge, frame: Frame) -> bool:
    """First response time of our tickets: right behind what is measured of it."""
    between = frame.between(other, item) if other.end <= item.start else []
    return any(frame.folded(e) in word_set("of") for e in between) and all(e.is_empty for e in between)


def _kept(metric: str, other: str, assembly: Assembly) -> tuple[tuple[str, Scalar], ...] | None:
    """What a name of rows keeps of another's; how many orders were refund orders: a plain name of what others are kinds
    of says no more."""
    structure = assembly.structure
    mine, theirs = structure.narrowing(metric, other), structure.narrowing(other, metric)
    apart = any(dict(theirs or ()).get(field, value) != value for field, value in mine or ())
    main = structure.main_behaviour
    return () if apart and main is not None and metric == main.metric else mine


def _listed_apart(one: Edge, other: Edge, frame: Frame, alike: list[Edge]) -> bool:
    """Orders placed in May and revenue: a word that joins stands between, whatever else is said of the first. Of the
    same people a mark does: customers at risk, value at risk."""
    between, joiners = frame.between(one, other), {"connective.and", "follow.what_about"}
    if other in alike and between and not any(map(str.isalnum, "".join(map(frame.folded, between)))):
        return True
    neighbours = not any(edge.category == "measure" for edge in between)
    return neighbours and any(set(edge.keys) & joiners and frame.folded(edge) in LISTING for edge in between)
