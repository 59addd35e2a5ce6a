"""The highest part of the customers as a condition: top 10 % by what is named, of the buyers of the period."""

from __future__ import annotations

from dataclasses import replace

from chat_service.language.grammar.rule import Edge
from chat_service.translate.grammar.categories import Clause, Clauses
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.named import verb_metric
from chat_service.translate.requests.slots import Slots, names_people
from chat_service.translate.requests.timing import period_of
from semantic_layer import MetricFilter


def lend_share_time(slots: Slots) -> None:
    """去年消费最高的10%客户贡献了多少毛利: what they brought is of the time in which they are the highest."""
    timed = [(item, c.when) for item, each in slots.clauses for c in each.clauses if c.share is not None and c.when]
    if len(timed) == 1 and slots.measures and not slots.whens and not slots.against:
        slots.whens.extend(timed)


def in_question_time(clauses: Clauses, slots: Slots) -> Clauses:
    """The period of the question is that of the buyers of whom they are a part, where they have none of their own."""
    if len(slots.whens) != 1:
        return clauses
    when = slots.whens[0][1]
    return replace(clauses, clauses=tuple(replace(c, when=when) if _timeless(c) else c for c in clauses.clauses))


def _timeless(clause: Clause) -> bool:
    return clause.share is not None and clause.when is None and not clause.ever


def top_share(item: Edge, clause: Clause, assembly: Assembly) -> MetricFilter:
    """The part of the customers who did it most. Raises StopError where it is a part of anything else."""
    if clause.share is None or clause.negated or clause.values or not _of_people(item, assembly):
        raise assembly.deny(item)
    named = assembly.metric(item, clause.metrics) if clause.metrics else verb_metric(clause, ("how_many",), assembly)
    if named is None or assembly.structure.is_ratio(named) or assembly.structure.one_each(named):
        raise assembly.deny(item)
    period = (
        None
        if clause.when is None or clause.ever
        else period_of(clause.when.date, (), assembly.scope.today, item, assembly)
    )
    assembly.use(item, "behaviour", f"{named} top {clause.share}")
    return MetricFilter(metric=named, period=period, op="top share", values=(clause.share,))


def _of_people(item: Edge, assembly: Assembly) -> bool:
    """Whether people stand in it, right behind it, or right before it."""
    frame = assembly.frame
    if any(leaf.category.startswith("entity") for leaf in item.leaves()):
        return True
    beside = [each for each in (frame.spoken(item), frame.spoken(item, back=True)) if each is not None]
    nouns = assembly.scope.entity_words
    return any(each.category.startswith("entity") or names_people(each, frame, nouns) for each in beside)
