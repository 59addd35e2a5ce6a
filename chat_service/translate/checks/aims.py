"""What a rank orders by, a part is a part of, and a count counts is what stands beside the word that asks for it.

However a request was made: one question has one order; what is named right before a rank, or after 'by', is what it
orders by; money that is spent is ranked as money; what stands behind 占 is the whole; 客户，有多少 counts customers.
"""

from __future__ import annotations

from itertools import pairwise

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Clauses, Measure, Rank
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots, asked_of
from chat_service.translate.senses import Names
from chat_service.translate.stops import Denial, LostError
from semantic_layer import ListQuery, MetricQuery, Request, is_money

_RANKS = ("ranking", "rank.highest", "rank.lowest", "rank.best", "rank.worst")


def refuse_other_aims(slots: Slots, assembly: Assembly, request: Request) -> None:
    """Raise StopError for the word that aims at something else than the request has."""
    if not isinstance(request, ListQuery | MetricQuery):
        return
    lost = _second_rank(slots) or _other_order(slots, assembly, request)
    if isinstance(request, MetricQuery):
        lost = lost or _other_whole(slots, request) or _others_counted(slots, assembly, request)
    if lost is not None:
        raise LostError(Denial("not_supported", assembly.said(lost)), lost)


def _second_rank(slots: Slots) -> Edge | None:
    """Which is highest, and which costs most: two orders, of which a request has one."""
    said = [item for item in slots.frame.items if item.category in _RANKS]
    for one, other in pairwise(said):
        between = slots.frame.between(one, other)
        joined = any({"connective", "follow"} & set(edge.keys) for edge in between)
        rank = other.meaning
        counts = isinstance(rank, Rank) and rank.stated and rank.count and slots.frame.spoken(other) is None
        if joined and not counts and any(edge.category in ("measure", "clauses", "ask") for edge in between):
            return other  # but the best customers, top 15: how many
    return None


def _other_order(slots: Slots, assembly: Assembly, request: ListQuery | MetricQuery) -> Edge | None:
    """累计消费前100名, the top 100 by lifetime spend; 花钱最多: by the field, or the money, that is named."""
    columns = {each.column.partition("__")[0] for each in request.order_by}
    measured = {each.name: each.metric for each in request.measured} if isinstance(request, ListQuery) else {}
    metrics = [assembly.model.metrics.get(measured.get(column, column)) for column in columns]
    is_paid = any(each is not None and is_money(each.unit) for each in metrics)
    for item, _ in slots.ranks if columns else ():
        before = slots.frame.spoken(item, back=True)
        if before is not None and not is_paid and _ends_in_money(before, slots, assembly):
            return item
        for field in (each for each in slots.frame.items if each.category == "field"):
            led = slots.frame.before(field)
            by = led is not None and slots.frame.folded(led) in word_set("by_it")
            if (field is before or by) and not _names_of(field) & columns:
                return item
    return None


def _names_of(field: Edge) -> set[str]:
    names = field.meaning.names if isinstance(field.meaning, Names) else ()
    return {*names, *(name.rpartition(".")[2] for name in names)}


def _ends_in_money(clause: Edge, slots: Slots, assembly: Assembly) -> bool:
    main = assembly.structure.main_behaviour
    bought = isinstance(clause.meaning, Clauses) and any(
        main is not None and main.name in each.behaviours for each in clause.meaning.clauses
    )
    return bought and any("money" in asked_of(e) for e in slots.frame.lattice.leaves if e.end == clause.end)


def _other_whole(slots: Slots, request: MetricQuery) -> Edge | None:
    """退款订单占订单的比例 by city: what stands behind 占 is the whole, and no sum over the cities is."""
    if not request.shares:
        return None
    for word in slots.frame.covering.edges:
        whole = slots.frame.spoken(word) if slots.frame.folded(word) in word_set("part_of_whole") else None
        meant = set(whole.meaning.metrics) if whole is not None and isinstance(whole.meaning, Measure) else set()
        if whole is not None and (whole.category == "ask" or (meant and not meant & set(request.metrics))):
            return whole
    return None


def _others_counted(slots: Slots, assembly: Assembly, request: MetricQuery) -> Edge | None:
    """小程序下单的客户，有多少也在门店买过: those who were named are counted, and nothing that they did."""
    frame = slots.frame
    for item in frame.asks("how_many"):
        after = frame.spoken(item, "connective", "follow", "values", "when")
        did = after is not None and after.category == "clauses"
        plain = set(asked_of(item)) <= {"how_many", "how_much", "count"}
        counts = all(assembly.structure.one_each(name) for name in request.metrics)
        if did and plain and _told_people(item, frame) and not counts:
            return item
    return None


def _told_people(asks: Edge, frame: Frame) -> bool:
    """Whether people who are told by what they did stand right before the word that counts."""
    people = frame.spoken(asks, "connective", back=True)
    told = frame.spoken(people, back=True) if people is not None and people.category == "entity" else None
    return told is not None and told.category in ("clauses", "listed", "bound", "dated")


__all__ = ["refuse_other_aims"]
