"""The rate of an event, in whatever syntax it is said: the model's ratio of it, and never how many there were.

退款的比例, refunds as a rate, the rate at which plans were renewed, of the points earned what share was redeemed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Bound, Clause
from chat_service.translate.meaning.event_rates import rates_among, rates_of
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import LISTING, Slots, is_relative, is_whole, set_free, shared_by_group
from chat_service.translate.stops import Denial, LostError
from chat_service.translate.words.vocabulary import noun_key


@dataclass(frozen=True)
class _Event:
    """Something that happens, as the question names it: the metrics that count it. `clause` is set for a verb."""

    item: Edge
    metrics: tuple[str, ...]
    clause: Clause | None = None


def read_rates(slots: Slots, assembly: Assembly) -> None:
    """Put the rate of an event among the measures where a word asks for one. Raises StopError where there is none."""
    _rate_bounds(slots, assembly)
    _read_ratio(slots, assembly)
    measured = {name for _, names in slots.measures for name in names}
    for event in _events(slots, assembly):
        told = event.clause is not None and measured & set(rates_of(assembly.structure, event.metrics))
        if told and not is_relative(event.item, slots):
            _take(event, slots, assembly)  # which groups redeem their points - redemption rate: said twice
    words = slots.frame.said("rate")
    ratios = [name for _, names in (*slots.measures, *((i, b.metrics) for i, b in slots.bounds)) for name in names]
    if words and not _any_ratio(ratios, assembly):
        _put(words[0], slots, assembly)
    elif not words and (shares := slots.frame.said("share")) and not _is_of_itself(shares, slots, assembly):
        _put_share(shares[0], slots, assembly)
    _rates_together(slots, assembly)
    for word in words:
        assembly.use(word, "metric", "rate")


def _read_ratio(slots: Slots, assembly: Assembly) -> None:
    """The ratio of points redeemed to points earned: one metric over another, which the model has, or it is none."""
    frame = slots.frame
    for word in (each for each in frame.said("share") if frame.folded(each) in word_set("ratio_of")):
        behind = (edge for edge in frame.covering.edges if edge.start >= word.end)
        to = next((edge for edge in behind if frame.folded(edge) in word_set("ratio_to")), None)
        if to is None:
            said = frame.folded(slots.measures[0][0]).split(" ") if len(slots.measures) == 1 else []
            if word_set("ratio_to") & set(said[1:-1]):
                assembly.use(word, "share", "share")  # the ratio of LTV to CAC: so it is called
            _rate_of(word, slots, assembly)
            continue
        beside = (frame.spoken(to, back=True), frame.spoken(to))
        sides = [each for edge in beside for each in slots.measures if each[0] is edge]
        (_, over), (under, whole) = sides if len(sides) == 2 else ((None, ()), (word, ()))
        found = rates_among(assembly.structure, over, whole) if over else ()
        if not found:
            raise LostError(Denial("not_supported", assembly.said(word)), word)
        slots.measures[:] = [(sides[0][0], found[:1])]
        slots.taken.append(under)
        assembly.use(under, "metric", found[0])
        assembly.use(to, "operator", "")
        assembly.use(word, "share", "share")


def _rate_of(word: Edge, slots: Slots, assembly: Assembly) -> None:
    """Where the ratio of refunded orders is worst: of what happened right behind it, its one rate is ranked."""
    behind = slots.frame.spoken(word) if slots.ranks else None
    for at, (item, names) in enumerate(slots.measures):
        rates = rates_of(assembly.structure, names) if item is behind else ()
        if len(rates) == 1:
            slots.measures[at] = (item, rates)
            assembly.use(word, "share", "share")


def _rate_bounds(slots: Slots, assembly: Assembly) -> None:
    """Refunds above 4.5 percent: a number of things is no percentage, their rate is."""
    for event in _events(slots, assembly, compared=True):
        condition = event.clause.condition if event.clause is not None else None
        if event.clause is not None and condition is not None and "percent" in condition.units:
            _take(event, slots, assembly)
            slots.bounds.append((event.item, Bound(event.metrics, (), condition, event.clause.text)))
    for at, (item, bound) in enumerate(slots.bounds):
        counts = bound.metrics and not _any_ratio(bound.metrics, assembly)
        if not counts or "percent" not in bound.condition.units:
            continue
        shared = any("share" in leaf.keys and leaf.end <= item.start for leaf in slots.frame.lattice.leaves)
        parts = slots.groups and not slots.measures and shared  # which account for under 10 % of them
        found = () if parts or slots.frame.said("change") else rates_of(assembly.structure, bound.metrics)
        if not found:
            raise LostError(Denial("not_supported", assembly.said(item)), item)
        slots.bounds[at] = (item, replace(bound, metrics=found))


def _rates_together(slots: Slots, assembly: Assembly) -> None:
    """The renewal and churn rates: a noun for one thing before the plural is the name of a rate as well."""
    structure, frame = assembly.structure, slots.frame
    plural = [item for item, _ in slots.measures if frame.folded(item).endswith(tuple(word_set("rates")))]
    for at, (item, names) in enumerate(slots.measures):
        last = frame.folded(item).rpartition(" ")[2]
        single = last.isascii() and noun_key(last) == last
        before = plural and item.end <= plural[0].start
        if before and single and not _any_ratio(names, assembly):
            slots.measures[at] = (item, rates_of(structure, names) or names)


def _put(word: Edge, slots: Slots, assembly: Assembly) -> None:
    """A word for a rate: of the one event that is named, over the whole that is named with it, if any is."""
    rated = [e for e in _events(slots, assembly) if rates_of(assembly.structure, e.metrics)]
    wholes = tuple(n for item, names in slots.measures for n in names if all(item is not e.item for e in rated))
    if len(rated) != 1:
        raise LostError(Denial("not_supported", assembly.said(word)), word)
    names = rates_among(assembly.structure, rated[0].metrics, wholes) if wholes else ()
    _measure(rated[0], names or rates_of(assembly.structure, rated[0].metrics), slots, assembly)


def _is_of_itself(shares: list[Edge], slots: Slots, assembly: Assembly) -> bool:
    """各渠道的新客占新客总数的比例: what is measured is named again as the whole, and groups are its parts.

    各城市退款订单占订单的比例: the whole is another measure, of which it is a part in each group.
    """
    for one, other in itertools.pairwise(sorted(slots.measures, key=lambda named: named[0].start)):
        between = slots.frame.between(one[0], other[0])
        joined = any("connective" in edge.keys or slots.frame.folded(edge) == "," for edge in between)
        same = bool(set(one[1]) & set(other[1]))
        rates = () if same else rates_among(assembly.structure, one[1], other[1])
        apart = any(edge in shares for edge in between)
        if not slots.groups or joined or not apart or not (same or rates):
            continue
        slots.measures[:] = [(item, rates or names) for item, names in slots.measures if item is not other[0]]
        assembly.use(other[0], "share", "share")
        return True
    return False


def _put_share(word: Edge, slots: Slots, assembly: Assembly) -> None:
    """A word for a share beside what happened: the rate of it, if it is of the whole that is named.

    Of a noun, the share is of a group or a value where there is one: complaints from Beijing as a share.
    """
    structure, led = assembly.structure, slots.frame.before(word)
    if led is not None and slots.frame.folded(led) in word_set("by_it") and slots.has("change"):
        return  # by what percentage did it grow
    events = [e for e in _events(slots, assembly) if rates_of(structure, e.metrics)]
    verbs = [e for e in events if e.clause is not None]
    parted = slots.groups or slots.values or any(_any_ratio(names, assembly) for _, names in slots.measures)
    others = [e for e in _events(slots, assembly) if e.clause is not None and e not in verbs]
    people = slots.people or any(leaf.category.startswith("entity") for e in verbs for leaf in e.item.leaves())
    wholes = [i for i in slots.entities if is_whole(i, slots.frame) and all(e.item.end <= i.start for e in verbs)]
    parts = any(part.start >= whole.end for part, _ in slots.values for whole in wholes)
    if people and verbs and (parts or shared_by_group(word, [event.item for event in verbs], slots)):
        return  # 流失的客户按等级的占比, 流失的客户里女性占多少: of those who left, what each part makes up
    if slots.listed or slots.populations or (parted and not verbs) or len(slots.clauses) > len(verbs) + len(others[:1]):
        return
    if len(verbs or events) != 1:
        return
    event = (verbs or events)[0]
    named = tuple(name for item, names in slots.measures if item is not event.item for name in names)
    # of those who registered, how many were referred: of people, not of what they did
    done = tuple(n for other in others for n in other.metrics)
    named += tuple(n for n in done if not slots.people or structure.one_each(n) or _same_rows(event, n, assembly))
    if others and not named:
        return
    over = named or (assembly.counted if slots.entities or slots.people else ())
    names = rates_among(structure, event.metrics, over) if over else rates_of(structure, event.metrics)
    if names and (over or verbs or len(rates_among(structure, event.metrics)) == 1):
        for other in others:
            _take(other, slots, assembly)
        beside = [each for each in slots.measures if each[0] is not event.item and _is_beside(each[0], word, slots)]
        _measure(event, names, slots, assembly)
        slots.measures[:0] = beside
        slots.subjects[:] = [each for each in slots.subjects if each not in beside]
        assembly.use(word, "share", "share")


def _same_rows(event: _Event, whole: str, assembly: Assembly) -> bool:
    """Of those who were sent a campaign, what share opened it: of each sending it is known whether it was opened."""
    metrics = [assembly.model.metrics[name].definition for name in (*event.metrics, whole)]
    return len({(each.dataset, each.filter) for each in metrics}) == 1


def _is_beside(item: Edge, word: Edge, slots: Slots) -> bool:
    """Registrations, together with the share that was referred: the number is asked for as well as the share of it."""
    between = [edge for edge in slots.frame.between(item, word) if "connective.and" in edge.keys]
    return item.end <= word.start and any(slots.frame.folded(edge) in LISTING for edge in between)


def _any_ratio(names: Iterable[str], assembly: Assembly) -> bool:
    """Whether one of the names is no number of things: a ratio, or a statistic of a field."""
    return any(name not in assembly.structure.model.metrics or assembly.structure.is_ratio(name) for name in names)


def _events(slots: Slots, assembly: Assembly, *, compared: bool = False) -> list[_Event]:
    """What happened, by the words for it: deeds, populations of those who did it, and numbers of times."""
    found = []
    for item, clauses in slots.clauses:
        clause = clauses.clauses[0]
        if len(clauses.clauses) == 1 and not clause.negated and (clause.condition is not None) == compared:
            deeds = (assembly.model.behaviours[name] for name in clause.behaviours)
            metrics = tuple(n for deed in deeds for n in (deed.metric, deed.amount) if n is not None)
            found.append(_Event(item, metrics, clause))
    for item, listed in slots.listed if not compared else ():
        metric = assembly.model.lists[listed.name].metric
        found.extend([_Event(item, (metric,))] if metric is not None and not listed.negated else [])
    for item, names in slots.measures if not compared else ():
        known = (assembly.structure.behaviour_of(name) for name in names)
        both = (n for deed in known if deed is not None for n in (deed.metric, deed.amount) if n is not None)
        found.append(_Event(item, tuple(dict.fromkeys((*names, *both)))))
    return found


def _measure(event: _Event, names: tuple[str, ...], slots: Slots, assembly: Assembly) -> None:
    """The rate instead of the event, and of the whole that it is of."""
    _take(event, slots, assembly)
    slots.subjects.extend(slots.measures)
    slots.measures[:] = [(event.item, names)]


def _take(event: _Event, slots: Slots, assembly: Assembly) -> None:
    """An event that the rate tells: only its time and its objects are left of it."""
    slots.clauses[:] = [each for each in slots.clauses if each[0] is not event.item]
    slots.listed[:] = [each for each in slots.listed if each[0] is not event.item]
    slots.measures[:] = [each for each in slots.measures if each[0] is not event.item]
    if event.clause is not None:
        set_free(event.item, event.clause, slots)
    assembly.use(event.item, "behaviour", event.metrics[0])
