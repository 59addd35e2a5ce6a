"""What several deeds of one customer say of each other."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Clause, Clauses, Condition
from chat_service.translate.meaning.relations import Structure
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.named import is_money_verb
from chat_service.translate.requests.timing import period_of
from chat_service.translate.stops import Denial, LostError
from semantic_layer import Filter, MetricFilter, Period


def never_since(clauses: tuple[Clause, ...], structure: Structure, named: tuple[str, ...] = ()) -> tuple[Clause, ...]:
    """Signed up in 2025 and did not order: not to this day. What is done but once lends its time to no denial.

    First ordered in March and not again since: once in all, as are new customers, `named`, who never came back.
    """
    made: list[Clause] = []
    before = named
    for clause in clauses:
        metric = structure.model.behaviours[clause.behaviours[0]].metric
        once = [name for name in before if structure.one_each(name)]
        since = clause.lent or clause.after is not None
        not_again = since or any(word in clause.text for word in word_set("done_again"))
        denied = clause.negated and clause.condition is None and not clause.values
        if denied and not_again and any(structure.is_first_of(name, metric) for name in once):
            clause = replace(clause, negated=False, condition=Condition("=", (1.0,)), when=None, after=None, ever=True)
        elif since and clause.negated and once:
            clause = replace(clause, when=None, after=None, ever=True)
        made.append(clause)
        before = before if since else (metric,)
    return tuple(made)


def in_order(clause: Clause, found: list[Filter], item: Edge, assembly: Assembly) -> list[Filter]:
    """What was last done in a time was done then and not since; what is done after something, from its end to today."""
    if not clause.last and clause.after is None:
        return found
    one, tomorrow = found[0], assembly.scope.today + timedelta(days=1)
    if not isinstance(one, MetricFilter) or len(found) > 1:
        raise assembly.deny(item)
    if clause.after is not None:
        before = period_of(clause.after.date, (), assembly.scope.today, item, assembly)
        if before is None or before.end is None or before.end > assembly.scope.today:
            raise assembly.deny(item)
        if not clause.negated and before.days != 1:
            raise assembly.deny(item)  # complained in May and ordered afterwards: after the complaint, or after May?
        return [one.model_copy(update={"period": Period(before.end, tomorrow)})]
    if one.period is None or one.period.end is None or one.period.end > tomorrow:
        raise assembly.deny(item)
    none_since = one.model_copy(
        update={"period": Period(one.period.end, tomorrow), "op": "=", "values": (0.0,)},
    )
    if one.period.start is None:
        return [none_since, one.model_copy(update={"period": None})]
    return [one, none_since]


def refuse_its_money(item: Edge, clauses: Clauses, assembly: Assembly) -> None:
    """第一次购买花了500元: what was spent on the deed before, with nothing between, is not all that was ever spent."""
    linked = any("connective" in leaf.keys for leaf in item.leaves())
    for one, other in itertools.pairwise(clauses.clauses) if not linked else ():
        spent = other.condition is not None and is_money_verb(other.text, assembly) and other.when is None
        if spent and not (one.negated or other.negated or one.condition) and one.behaviours != other.behaviours:
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def again(clause: Clause, found: list[Filter], item: Edge, assembly: Assembly) -> list[Filter]:
    """Ordered again: twice, or in the time that is named and before it."""
    once = found[0]
    said = any(word in clause.text for word in word_set("done_again")) and not clause.negated
    if not said or len(found) > 1 or clause.condition is not None or not isinstance(once, MetricFilter):
        return found
    if once.period is None:
        return [once.model_copy(update={"values": (2.0,)})]
    if once.period.start is None:
        if len(assembly.frame.of(Clauses)) > 1:
            raise assembly.deny(item)  # who bought in January bought again by March: since January
        return [once.model_copy(update={"values": (2.0,)})]
    return [once, once.model_copy(update={"period": Period(None, once.period.start)})]
