"""The request has the shape that the question asks for: people one by one, or a number; and each value that is named.

However a request was made: who they are is no number, how many they are is no list, and which of two is more is no list
of both.
"""

from __future__ import annotations

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Condition
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots, asked_of
from chat_service.translate.stops import Denial, LostError
from semantic_layer import FieldFilter, ListQuery, MetricFilter, MetricQuery, Request

_NUMBER = ("how_many", "how_much", "count", "people", "money", "orders", "units", "points", "long", "times")


def refuse_other_shape(slots: Slots, assembly: Assembly, request: Request) -> None:
    """Raise StopError for the word that asks for something else than the request gives."""
    frame = slots.frame
    numbers, each = frame.asks(*_NUMBER), _asks_who(frame)
    told = slots.has("share", "rate", "average", "trend", "change", "comparative") or slots.ranks or slots.groups
    lost: list[Edge] = []
    if isinstance(request, MetricQuery) and each is not None and not (numbers or told or request.group_by):
        people = all(assembly.structure.one_each(name) for name in request.metrics)
        lost = [each] if people else []
    elif isinstance(request, MetricQuery) and not (told or request.group_by):
        lost = [item for item, _ in slots.measures if _tells_people(item, slots)]
    elif isinstance(request, ListQuery):
        several = [item for item, values in slots.values if len(values.words) > 1 and not values.negated]
        more = any(leaf.category.startswith("comparative.") for leaf in frame.lattice.leaves)
        lost = several if more and not frame.of(Condition) and not slots.bounds and _plain(slots) else []
        counted = [item for item in numbers if set(asked_of(item)) & {"how_many", "people"}]
        asked = each or slots.ranks or frame.asks("list", "which", "who") or request.measured
        lost = lost or ([] if asked else counted)
    inner = _inner_share(slots, request)
    lost = lost or ([inner] if inner is not None else [])
    lost = lost or _one_of_each(slots, request)
    lost = lost or _of_nobody(slots, assembly, request)
    if lost:
        raise LostError(Denial("not_supported", assembly.said(lost[0])), lost[0])
    _refuse_compared_first(slots)


def _refuse_compared_first(slots: Slots) -> None:
    """对比5月各门店的订单数: where the question opens so, the time is that of what is set side by side."""
    for item, _ in slots.against if slots.measures else ():
        opener = next(filter(slots.frame.folded(item).startswith, word_set("sets_beside")), "")
        if opener and slots.frame.spoken(item, back=True) is None:
            raise LostError(Denial("not_supported", opener), item)


def _of_nobody(slots: Slots, assembly: Assembly, request: Request) -> list[Edge]:
    """What win-back campaigns cost: of a number of no people none can be chosen; the word means another thing."""
    if not isinstance(request, MetricQuery) or not any(isinstance(each, MetricFilter) for each in request.filters):
        return []
    model, home = assembly.model, assembly.whom.dataset
    rows = {leaf.definition.dataset for name in request.metrics for leaf in model.leaves(name)}
    told = [item for item, _ in (*slots.populations, *slots.clauses)]
    return told if any(each and each != home and home not in model.paths.get(each, {}) for each in rows) else []


def _one_of_each(slots: Slots, request: Request) -> list[Edge]:
    """是不是上海的退款率高，今年各城市的给我: by each of them is not by one of them."""
    if not isinstance(request, MetricQuery) or request.keep:
        return []
    one = {f.field for f in request.filters if isinstance(f, FieldFilter) and f.op == "=" and len(f.values) == 1}
    each = {name for _, group in slots.groups if group.marked and not group.which for name in group.dimensions}
    both = one & each & set(request.group_by)
    return [item for item, values in slots.values if both & set(values.candidates)]


def _tells_people(item: Edge, slots: Slots) -> bool:
    """投诉的客户名单: a deed before people tells which they are, though it is the name of a number as well."""
    frame = slots.frame
    deed = any(e.category == "behaviour" and (e.start, e.end) == (item.start, item.end) for e in frame.lattice.leaves)
    joiner = frame.after(item)
    people = frame.after(joiner) if joiner is not None and frame.folded(joiner) in word_set("possessive") else None
    return deed and people is not None and (people in slots.entities or "list" in asked_of(people))


def _plain(slots: Slots) -> bool:
    """Whether nothing that was done is compared with a number: more than twice is no more than another."""
    return not any(clause.condition for _, each in slots.clauses for clause in each.clauses)


def _asks_who(frame: Frame) -> Edge | None:
    """The item that opens with who or which customers, or holds 谁; 'who' behind a noun only tells which of them."""
    first = next((edge for edge in frame.covering.edges if any(map(str.isalnum, frame.folded(edge)))), None)
    for item in frame.items:
        for leaf in item.leaves():
            heads = first is not None and leaf.start == first.start
            if "who" in asked_of(leaf) and (heads or not frame.folded(leaf).isascii()):
                return item
    return None


def _inner_share(slots: Slots, request: Request) -> Edge | None:
    """有效订阅数，其中自动续费的占比; 声量及正面占比: the whole is asked for too, which the part alone is not."""
    for item, _ in slots.values if isinstance(request, MetricQuery) and request.shares else ():
        before, share = slots.frame.before(item), slots.frame.spoken(item)
        if before is None or share is None or not share.category.startswith("share"):
            continue
        measured = any(measure.end <= before.start for measure, _ in slots.measures)
        joins = {"connective.and", "follow.those", "function.pronoun.they"} & {*before.keys, before.category}
        if measured and joins:
            return item
    return None


__all__ = ["refuse_other_shape"]
