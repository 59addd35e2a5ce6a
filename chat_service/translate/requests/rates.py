"""The rate of an event, in whatever syntax it is said: the model's ratio of it, and never how many there were.

退款的比例, refunds as a rate, the rate at which plans were renewed, of the points earned what share was redeemed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Bound, Clause
from chat_service.translate.meaning.event_rates import rates_among
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.phrases import is_whole
from chat_service.translate.requests.slots import Slots, is_relative, set_free, shared_by_group
from chat_service.translate.stops import Denial, LostError


@dataclass(frozen=True)
class _Event:
    """Something that happens, as the question names it: the metrics that count it. `clause` is set for a verb."""

    item: Edge
    metrics: tuple[str, ...]
    clause: Clause | None = None


def read_rates(slots: Slots, assembly: Assembly) -> None:
    """Put the rate of an event among the measures where a word asks for one. Raises StopError where there is none."""
    _rate_bounds(slots, assembly)
    measured = {name for _, names in slots.measures for name in names}
    for event in _events(slots, assembly):
        told = event.clause is not None and measured & set(rates_among(assembly.structure, event.metrics))
        if told and not is_relative(event.item, slots):
            _take(event, slots, assembly)  # which groups redeem their points - redemption rate: said twice
    words = slots.frame.said("rate")
    ratios = [name for _, names in (*slots.measures, *((i, b.metrics) for i, b in slots.bounds)) for name in names]
    if words and not _any_ratio(ratios, assembly):
        _put(words[0], slots, assembly)
    elif not words and (shares := slots.frame.said("share")):
        _put_share(shares[0], slots, assembly)
    for word in words:
        assembly.use(word, "metric", "rate")


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
        found = () if parts or slots.frame.said("change") else rates_among(assembly.structure, bound.metrics)
        if not found:
            raise LostError(Denial("not_supported", assembly.said(item)), item)
        slots.bounds[at] = (item, replace(bound, metrics=found))


def _put(word: Edge, slots: Slots, assembly: Assembly) -> None:
    """A word for a rate: of the one event that is named, over the whole that is named with it, if any is."""
    rated = [e for e in _events(slots, assembly) if rates_among(assembly.structure, e.metrics)]
    wholes = tuple(n for item, names in slots.measures for n in names if all(item is not e.item for e in rated))
    if len(rated) != 1:
        raise LostError(Denial("not_supported", assembly.said(word)), word)
    names = rates_among(assembly.structure, rated[0].metrics, wholes) if wholes else ()
    _measure(rated[0], names or rates_among(assembly.structure, rated[0].metrics), slots, assembly)


def _put_share(word: Edge, slots: Slots, assembly: Assembly) -> None:
    """A word for a share beside what happened: the rate of it, if it is of the whole that is named.

    Of a noun, the share is of a group or a value where there is one: complaints from Beijing as a share.
    """
    structure, led = assembly.structure, slots.frame.before(word)
    if led is not None and slots.frame.folded(led) in word_set("by_it") and slots.has("change"):
        return  # by what percentage did it grow
    events = [e for e in _events(slots, assembly) if rates_among(structure, e.metrics)]
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
    named += tuple(n for n in done if not slots.people or structure.one_each(n))
    if others and not named:
        return
    over = named or (assembly.counted if slots.entities or slots.people else ())
    names = rates_among(structure, event.metrics, over)
    if names and (over or verbs or len(rates_among(structure, event.metrics)) == 1):
        for other in others:
            _take(other, slots, assembly)
        _measure(event, names, slots, assembly)
        assembly.use(word, "share", "share")


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
