"""The one time of a question, lent to the deeds that have none of their own."""

from __future__ import annotations

from dataclasses import replace

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Clause
from chat_service.translate.grammar.rules.deeds import PEOPLE_OF_DEED
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.bounds import is_of_deeds
from chat_service.translate.requests.slots import Slots
from chat_service.translate.senses import When

_WHOLE = ("this unit as a whole",)  # a rule of dates


def lend_time(slots: Slots, assembly: Assembly) -> None:
    """门店和APP都买过的客户, 只看今年: the one time of a question is that of the deeds that have none of their own."""
    each = [clause for _, clauses in slots.clauses for clause in clauses.clauses]
    facts = any(not bound.metrics and not is_of_deeds(bound, assembly) for _, bound in slots.bounds)
    others = slots.against or slots.measures or slots.has("trend") or slots.dated or slots.populations or facts
    own = any(
        clause.when is not None or clause.is_timeless or clause.same_period for clause in each if not clause.whose
    )
    if others or own or not each or len(slots.whens) != 1 or any(group.grain for _, group in slots.groups):
        return
    at, when = slots.whens[0]
    if when.ever or _is_joined(at, slots):
        return  # ordered and … in May: what the time is joined to was not understood as a deed
    slots.clauses[:] = [
        (item, replace(clauses, clauses=tuple(_in_time(clause, when, assembly) for clause in clauses.clauses)))
        for item, clauses in slots.clauses
    ]
    if not slots.bounds:  # 近半年打过0到6分又投诉过: what is compared is of that time as well
        slots.whens.clear()
        assembly.use(at, "period", when.date.text)


def _is_joined(at: Edge, slots: Slots) -> bool:
    deeds = [item for item, _ in (*slots.clauses, *slots.bounds)]
    nearest = min(deeds, key=lambda each: max(each.start - at.end, at.start - each.end))
    between = [e for e in slots.frame.between(nearest, at) if slots.frame.folded(e) not in word_set("opens_both")]
    return any({"connective", "follow"} & set(e.keys) and slots.frame.folded(e)[0].isalnum() for e in between)


def _in_time(clause: Clause, when: When, assembly: Assembly) -> Clause:
    """Since January, how many who were referred have ordered: what is done but once has no time then."""
    metric = assembly.model.behaviours[clause.behaviours[0]].metric
    told = clause.whose and (clause.when is not None or assembly.structure.one_each(metric))
    return clause if told else replace(clause, when=when, ever=False)


def lend_same_time(slots: Slots) -> None:
    """Revenue in May from customers who complained in that month: the one time of the question is theirs too.

    去年买过的客户，同期没退过的: so is that of what they did before.
    """
    _lend_whole(slots)
    times = [(at, when) for at, when in slots.whens if not when.ever]
    told = [(item, each.when) for item, clauses in slots.clauses for each in clauses.clauses if each.when is not None]
    times = times or told
    if len(times) == 1:
        at, when = times[0]
        slots.clauses[:] = [
            (item, replace(each, clauses=tuple(_then(clause, when, leads=_leads(at, item)) for clause in each.clauses)))
            for item, each in slots.clauses
        ]


def _lend_whole(slots: Slots) -> None:
    """上个月加购、整个月没下单: a unit of time as a whole is the one that was named before."""
    named = {
        when.date.unit: when for at, when in slots.whens if all(at.start < item.start for item, _ in slots.clauses)
    }
    for place, (item, each) in enumerate(slots.clauses):
        told: list[Clause] = []
        for clause in each.clauses:
            when = clause.when
            if when is not None and when.date.rules == _WHOLE:
                when = named.get(when.date.unit, when)
            elif when is not None:
                named[when.date.unit] = when
            told.append(replace(clause, when=when))
        slots.clauses[place] = (item, replace(each, clauses=tuple(told)))


def _leads(at: Edge, item: Edge) -> bool:
    """去年投诉客户的复购率: the time before people of a deed is that of the deed too."""
    return at.end <= item.start and item.rule == PEOPLE_OF_DEED


def _then(clause: Clause, when: When, *, leads: bool) -> Clause:
    return replace(clause, when=when, same_period=False) if clause.same_period or leads else clause
