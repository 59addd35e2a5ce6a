"""Why customers leave, in words: reasons that lists show of their members. What all have in common no rule tells.

Why a number changed is another question: a rate in a time that is named, or one that rose or fell.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from chat_service.language.grammar.rule import Edge
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots, names_roster
from chat_service.translate.requests.whom import lists_of, names_of


def refuse_causes(slots: Slots, assembly: Assembly) -> None:
    """Raise StopError where it is asked why customers leave or may leave, and not why a number changed."""
    why = [*slots.frame.said("intent.why"), *(i for i in slots.columns if reasons_column(assembly) in names_of(i))]
    changes = slots.has("change", "comparison", "date.versus", "comparative", "trend") or slots.against or slots.whens
    reasons = says_reasons(slots, assembly)
    if not (why or reasons) or changes or slots.bounds or slots.ranks or _lists_people(slots):
        return
    leaving = departures(assembly)
    listed = [each for each in lists_of(assembly) if each.against]
    known = {*leaving, *leaving.values(), *(each.metric for each in listed if each.metric)}
    named = {name for _, names in (*slots.measures, *slots.populations) for name in names}
    for _, clauses in slots.clauses:
        named |= {assembly.model.behaviours[name].metric for each in clauses.clauses for name in each.behaviours}
    at_risk = {each.name for _, each in slots.listed} & {each.name for each in listed}
    if at_risk or named & known or (reasons and not named):
        raise assembly.deny(next(iter(why), slots.frame.items[0]))


def departures(assembly: Assembly) -> dict[str, str]:
    """The transitions that nobody wants (the churn rate), by the metric that counts those who made it."""
    return {
        each.definition.transition.who: name
        for name, each in assembly.model.metrics.items()
        if each.definition.transition is not None and each.polarity == "lower_is_better"
    }


def says_reasons(slots: Slots, assembly: Assembly) -> bool:
    """流失原因, main reasons for churn: what lists show of reasons, and what the commonest are told of, by name."""
    commonest = {each.commonest for each in lists_of(assembly) if each.commonest}
    named = {name for item in slots.columns for name in names_of(item)}
    grouped = {name for _, group in slots.groups for name in group.dimensions if not group.marked}
    return reasons_column(assembly) in named or bool(grouped & commonest)


def reasons_column(assembly: Assembly) -> str:
    """The field that holds reasons with their evidence, beside the dimension that tells the first of them; or none."""
    for each in lists_of(assembly):
        dimension = assembly.model.dimensions.get(each.commonest or "")
        home = dimension.home if dimension is not None else None
        read = [] if home is None or home.expression is None else [c.name for c in home.expression.find_all(exp.Column)]
        found = [name for name in each.columns if home is not None and name in read]
        if found and home is not None:
            return f"{home.dataset}.{found[0]}"
    return ""


def _lists_people(slots: Slots) -> bool:
    """'Which gold customers may churn, and why' lists them, each with reasons; 'what are the reasons' does not."""
    if names_roster(slots):
        return True
    people = {*slots.entities, *(item for item, _ in (*slots.listed, *slots.clauses, *slots.values))}
    asks = slots.frame.asks("which", "who", "list")
    return any(slots.frame.spoken(item) in people for item in asks) or _asks_which(slots, people)


def _asks_which(slots: Slots, people: Iterable[Edge]) -> bool:
    """'Which' that was taken for a word without meaning, right before whom it asks for."""
    firsts = [slots.frame.before(item) for item in people]
    return any(edge is not None and edge.is_empty and slots.frame.folded(edge) == "which" for edge in firsts)
