"""A list, or a count of people, that a follow-up changes: its period, its rows, its count, its groups."""

from __future__ import annotations

from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.draft import Draft
from chat_service.translate.requests.metrics import metric_request
from chat_service.translate.requests.people import SEVERAL, list_request
from chat_service.translate.requests.pointing import pointer, those_counted
from chat_service.translate.requests.slots import Slots, asked_of
from semantic_layer import FieldFilter, Filter, ListQuery, MetricFilter, MetricQuery, Request


def changed_list(slots: Slots, before: ListQuery, assembly: Assembly) -> Request:
    """The list shown before with what the question says changed, its count, its groups, or a metric of its people."""
    marked = [each for _, each in slots.groups if each.marked or each.grain]
    counts = slots.frame.asks("how_many", "count", "people") and not slots.frame.asks("list")
    also = slots.has("follow.also") or slots.columns
    if (marked and not also) or counts or (slots.measures and not slots.ranks):
        base = Draft(metrics=assembly.counted, filters=before.filters, goes_on=True)
        for item in slots.entities:
            assembly.use(item, "entity", "")
        return metric_request(slots, assembly, base)
    return list_request(slots, assembly, _first_rows(slots, before, assembly))


def _first_rows(slots: Slots, before: ListQuery, assembly: Assembly) -> ListQuery:
    """前5个 of a list that has an order: its first five."""
    if len(slots.ranks) != 1 or slots.measures or slots.columns or len(before.order_by) != 1:
        return before
    item, rank = slots.ranks[0]
    if not rank.stated or rank.percent is not None or rank.by_change or rank.direction in ("low", "worst"):
        return before
    slots.ranks.clear()
    assembly.use(item, "order", rank.direction)
    return before.model_copy(update={"limit": rank.count})


def counted_again(slots: Slots, before: MetricQuery, assembly: Assembly) -> Request | None:
    """What a number of people becomes: 列出来, 他们的手机号, which of them have not ordered: a list; else None."""
    word = pointer(slots.frame)
    others = slots.measures or slots.values or slots.groups or slots.ranks or slots.whens or slots.against
    shown = {each.field for each in before.show if isinstance(each, FieldFilter)}
    if others or set(before.group_by) - shown or before.compare or (word is None and (slots.clauses or slots.listed)):
        return None
    singles = word is not None and (slots.columns or _asks_which(slots.frame))
    if not (singles or slots.frame.asks("list", "who")):
        return None
    counts_all = before.metrics == assembly.counted and before.period is None
    filters = before.filters if counts_all else those_counted(before, assembly)
    if word is not None and not filters and all(_tells_people(each, assembly) for each in before.filters):
        filters = before.filters
    if not filters and not counts_all:
        return None
    base = ListQuery(columns=assembly.whom.list_columns, filters=filters, limit=SEVERAL)
    return list_request(slots, assembly, base)


def _asks_which(frame: Frame) -> bool:
    """Which of them, 其中谁: single people are asked for, and not their number."""
    words = [leaf for edge in frame.covering.edges for leaf in edge.leaves()]
    return any(set(asked_of(each)) & {"which", "who"} or frame.folded(each) in word_set("which_of") for each in words)


def _tells_people(each: Filter, assembly: Assembly) -> bool:
    """Whether a condition is one on people themselves, and not on what they did."""
    of_people = isinstance(each, FieldFilter) and assembly.structure.entity_dimension(each.field)
    return of_people or isinstance(each, MetricFilter)
