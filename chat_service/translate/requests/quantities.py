"""Several numbers asked for by several phrases: how many did we lose, and how many came back; 几个人登录、登录了几次.

Each phrase is measured by the verb that it leans on. Where one of them has none, all is left as it was.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from chat_service.language.grammar.rule import Edge
from chat_service.translate.grammar.categories import Clause, Clauses, Listed, Measure
from chat_service.translate.grammar.rules.amounts import is_number
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.named import called, verb_metric
from chat_service.translate.requests.phrases import Phrase, beside, is_whole, phrases
from chat_service.translate.requests.slots import Named, Slots, asked_of, is_relative, set_free

_JOINS = ("connective", "follow.what_about")


@dataclass(frozen=True)
class _Number:
    """What a phrase asks for: the metric, and the verb that it is of, if there is one."""

    phrase: Phrase
    metric: str
    verb: Edge | None = None


def measure_phrases(slots: Slots, assembly: Assembly) -> None:
    """Put the number of each phrase among the measures, where there are several numbers."""
    spread = any(isinstance(item.meaning, Measure) and item.meaning.statistic for item, _ in slots.measures)
    if spread or slots.has("average", "statistic", "intent.define"):
        return
    wholes = [each for each in slots.measures if is_whole(each[0], slots.frame)]
    measured = [item for item, _ in slots.measures if all(item is not whole for whole, _ in wholes)]
    apart = [each for each in phrases(slots.frame) if each.head not in measured and each.asks not in measured]
    places = sorted((*measured, *(each.asks for each in apart)), key=lambda edge: edge.start)
    if not apart or len(places) < (1 if wholes else 2) or not _joined(places, slots):
        return
    numbers = [_number(each, _wanted(each, apart), slots, assembly) for each in apart]
    found = [each for each in numbers if each is not None]
    if len(found) < len(apart) or not all(_is_part(each, wholes, assembly) for each in found):
        return
    for whole in wholes:
        slots.measures.remove(whole)
        slots.subjects.append(whole)
    for each in found:
        _measure(each, slots, assembly)


def _is_part(number: _Number, wholes: list[Named], assembly: Assembly) -> bool:
    """Of the orders of May, how many were refunded: what is counted are some of the rows that are named."""
    rows = [assembly.structure.stands_on(name) for _, names in wholes for name in names]
    return all(assembly.structure.stands_on(number.metric) & each for each in rows)


def _joined(places: list[Edge], slots: Slots) -> bool:
    """Whether a word that joins, or a mark, stands between each two."""
    return all(
        any(set(edge.keys) & set(_JOINS) or slots.frame.folded(edge) in (",", "、") for edge in between)
        for between in (slots.frame.between(*pair) for pair in itertools.pairwise(places))
    )


def _wanted(phrase: Phrase, apart: list[Phrase]) -> set[str]:
    """What a phrase asks for: how many moved up and how many moved down are both of the people who were named first."""
    what = set(asked_of(phrase.asks))
    first = set(asked_of(apart[0].asks))
    return what | {"people"} if "people" in first and what <= {"how_many", "count"} else what


def _number(phrase: Phrase, what: set[str], slots: Slots, assembly: Assembly) -> _Number | None:
    head = phrase.head or beside(phrase.asks, slots.frame)
    if head is not None and isinstance(head.meaning, Clauses):
        clause = _plain(head, slots)
        metric = _of_verb(clause, what, assembly) if clause is not None else None
        return _Number(phrase, metric, head) if metric is not None else None
    if head is not None and isinstance(head.meaning, Listed):
        counts = assembly.model.lists[head.meaning.name].metric
        return _Number(phrase, counts, head) if counts and not head.meaning.negated else None
    main = assembly.structure.main_behaviour
    if phrase.head is not None or main is None or "how_much" in what or slots.clauses:
        return None
    named = main.metric if "orders" in what else called("units_sold", assembly) if "units" in what else None
    return _Number(phrase, named) if named is not None else None


def _plain(item: Edge, slots: Slots) -> Clause | None:
    """A verb by itself: no condition, not denied, and telling nobody apart."""
    clauses = next((each for edge, each in slots.clauses if edge is item), None)
    if clauses is None or len(clauses.clauses) > 1 or is_relative(item, slots):
        return None
    clause = clauses.clauses[0]
    return None if clause.negated or clause.condition is not None else clause


def _of_verb(clause: Clause, what: set[str], assembly: Assembly) -> str | None:
    done = assembly.model.behaviours[clause.behaviours[0]].metric
    if "people" in what:
        return done if assembly.structure.one_each(done) else assembly.structure.people_of(done)
    return verb_metric(clause, tuple(what), assembly)


def _measure(number: _Number, slots: Slots, assembly: Assembly) -> None:
    asks, verb = number.phrase.asks, number.verb
    for entry in list(slots.clauses):
        if entry[0] is verb:
            slots.clauses.remove(entry)
            clause = entry[1].clauses[0]
            if clause.when is None or clause.when not in [when for _, when in slots.whens]:
                set_free(entry[0], clause, slots)
    slots.listed[:] = [each for each in slots.listed if each[0] is not verb]
    taken = verb is None or any(item is verb for item, _ in slots.measures)
    slots.measures.append((asks if taken or verb is None else verb, (number.metric,)))
    assembly.use(asks, "metric", number.metric)
    if verb is not None:
        assembly.use(verb, "metric", number.metric)


def lists_number(slots: Slots) -> bool:
    """List the number of customers who ordered, 列一下客户数: the number of people, where nothing else names them."""
    named = [item for item in slots.entities if not is_number(slots.frame.folded(item))]
    return not named and bool(slots.counting or slots.frame.asks("people"))
