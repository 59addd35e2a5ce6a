"""The rate of an event, in whatever syntax it is said: the model's ratio of it, and never how many there were.

退款的比例, refunds as a rate, the rate at which plans were renewed, of the points earned what share was redeemed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Clause
from chat_service.translate.meaning.event_rates import rates_among, rates_of
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots, is_whole, set_free, shared_by_group
from chat_service.translate.stops import Denial, LostError


@dataclass(frozen=True)
class _Event:
    """Something that happens, as the question names it: the metrics that count it. `clause` is set for a verb."""

    item: Edge
    metrics: tuple[str, ...]
    clause: Clause | None = None


def read_rates(slots: Slots, assembly: Assembly) -> None:
    """Put the rate of an event among the measures where a word asks for one. Raises StopError where there is none."""
    _refuse_percent(slots, assembly)
    _refuse_part_of_rate(slots, assembly)
    words, shares = slots.frame.said("rate"), slots.frame.said("share")
    for word in shares:
        if slots.frame.folded(word) in word_set("ratio_of"):
            raise LostError(Denial("not_supported", assembly.said(word)), word)  # the ratio of one to another
    ratios = [name for _, names in (*slots.measures, *((i, b.metrics) for i, b in slots.bounds)) for name in names]
    if words and not _any_ratio(ratios, assembly):
        _put(words[0], slots, assembly)
    elif shares and not words:
        _put_share(shares[0], slots, assembly)
    for word in words:
        assembly.use(word, "metric", "rate")


def _refuse_percent(slots: Slots, assembly: Assembly) -> None:
    """Refunds above 4.5 percent: a number of things is no percentage, and of which whole is not said.

    The renewal and churn rates: the first is meant as a rate too, and not as a number.
    """
    told = [(item, clause.condition) for item, each in slots.clauses for clause in each.clauses]
    told += [(item, b.condition) for item, b in slots.bounds if b.metrics and not _any_ratio(b.metrics, assembly)]
    lost = [item for item, condition in told if condition is not None and "percent" in condition.units]
    rates = [item for item, _ in slots.measures if slots.frame.folded(item).endswith(tuple(word_set("rates")))]
    for item, names in slots.measures if rates else ():
        lost += [item] if item.end <= rates[0].start and not _any_ratio(names, assembly) else []
    for item in lost:
        raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_part_of_rate(slots: Slots, assembly: Assembly) -> None:
    """推荐者中白金卡占几成, what share of promoters are platinum: the model has their share, and not such people."""
    frame, metrics = slots.frame, assembly.model.metrics
    for item, names in slots.measures:
        behind = [frame.before(at) for at, _ in (*slots.values, *slots.groups) if at.start >= item.end]
        share = any(leaf.start == item.start and "share" in leaf.keys for leaf in frame.lattice.leaves)
        are = share and any(led is not None and led.category.endswith(".auxiliary") for led in behind)
        percent = all(name in metrics and metrics[name].unit == "percent" for name in names)
        people = percent and not frame.folded(item).endswith(tuple(word_set("is_rate")))
        if people and behind and (are or is_whole(item, frame)):
            raise LostError(Denial("part_of_rate", assembly.metric_label(names[0])), item)


def _put(word: Edge, slots: Slots, assembly: Assembly) -> None:
    """A word for a rate: of the one event that is named, over the whole that is named with it, if any is."""
    rated = [e for e in _events(slots, assembly) if rates_of(assembly.structure, e.metrics)]
    if len(rated) != 1:
        raise LostError(Denial("not_supported", assembly.said(word)), word)
    wholes = tuple(n for item, names in slots.measures for n in names if item is not rated[0].item)
    names = rates_among(assembly.structure, rated[0].metrics, wholes) if wholes else ()
    _measure(rated[0], names or rates_of(assembly.structure, rated[0].metrics), slots, assembly)


def _put_share(word: Edge, slots: Slots, assembly: Assembly) -> None:
    """A word for a share beside what happened: the rate of it, if it is of the whole that is named.

    Of a noun, the share is of a group or a value where there is one: complaints from Beijing as a share.
    """
    structure = assembly.structure
    events = [e for e in _events(slots, assembly) if rates_of(structure, e.metrics)]
    verbs = [e for e in events if e.clause is not None]
    parted = slots.groups or slots.values or any(_any_ratio(names, assembly) for _, names in slots.measures)
    people = slots.people or any(leaf.category.startswith("entity") for e in verbs for leaf in e.item.leaves())
    wholes = [i for i in slots.entities if is_whole(i, slots.frame) and all(e.item.end <= i.start for e in verbs)]
    parts = any(part.start >= whole.end for part, _ in slots.values for whole in wholes)
    if people and verbs and (parts or shared_by_group(word, [event.item for event in verbs], slots)):
        return  # 流失的客户按等级的占比, 流失的客户里女性占多少: of those who left, what each part makes up
    if slots.listed or slots.populations or (parted and not verbs) or len(slots.clauses) > len(verbs):
        return
    if len(verbs or events) != 1:
        return
    event = (verbs or events)[0]
    named = tuple(name for item, names in slots.measures if item is not event.item for name in names)
    over = named or (assembly.counted if slots.entities or slots.people else ())
    names = rates_among(structure, event.metrics, over) if over else rates_of(structure, event.metrics)
    if names and (over or verbs or len(rates_among(structure, event.metrics)) == 1):
        _measure(event, names, slots, assembly)
        assembly.use(word, "share", "share")


def _any_ratio(names: Iterable[str], assembly: Assembly) -> bool:
    """Whether one of the names is no number of things: a ratio, or a statistic of a field."""
    return any(name not in assembly.structure.model.metrics or assembly.structure.is_ratio(name) for name in names)


def _events(slots: Slots, assembly: Assembly) -> list[_Event]:
    """What happened, by the words for it: deeds, populations of those who did it, and numbers of times."""
    found = []
    for item, clauses in slots.clauses:
        clause = clauses.clauses[0]
        if len(clauses.clauses) == 1 and not clause.negated and clause.condition is None:
            deeds = (assembly.model.behaviours[name] for name in clause.behaviours)
            metrics = tuple(n for deed in deeds for n in (deed.metric, deed.amount) if n is not None)
            found.append(_Event(item, metrics, clause))
    for item, listed in slots.listed:
        metric = assembly.model.lists[listed.name].metric
        found.extend([_Event(item, (metric,))] if metric is not None and not listed.negated else [])
    for item, names in slots.measures:
        known = (assembly.structure.behaviour_of(name) for name in names)
        both = (n for deed in known if deed is not None for n in (deed.metric, deed.amount) if n is not None)
        found.append(_Event(item, tuple(dict.fromkeys((*names, *both)))))
    return found


def _measure(event: _Event, names: tuple[str, ...], slots: Slots, assembly: Assembly) -> None:
    """The rate instead of the event, whose time and objects are left of it, and of the whole that it is of."""
    slots.clauses[:] = [each for each in slots.clauses if each[0] is not event.item]
    slots.listed[:] = [each for each in slots.listed if each[0] is not event.item]
    slots.subjects.extend(each for each in slots.measures if each[0] is not event.item)
    if event.clause is not None:
        set_free(event.item, event.clause, slots)
    assembly.use(event.item, "behaviour", event.metrics[0])
    slots.measures[:] = [(event.item, names)]
