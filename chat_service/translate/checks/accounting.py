"""Derivation and request compared part by part: every item of the frame shows in the request, or the reading is none.

Items that the assembly used show by what they were used for. A word that stands alone must show as its row of the table
says: a growth word in a comparison, a trend word in a unit of time. What has no row and was not used would be lost.
"""

from __future__ import annotations

from collections.abc import Callable

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Amount, Clauses
from chat_service.translate.grammar.rules.members import NARROWING
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots
from chat_service.translate.senses import Names
from chat_service.translate.stops import Denial, LostError, StopError
from semantic_layer import (
    GRAINS,
    ListQuery,
    MetricFilter,
    MetricQuery,
    Request,
)

Shows = Callable[[MetricQuery | ListQuery], bool]


def _always(_: MetricQuery | ListQuery) -> bool:
    return True


def _compared(request: MetricQuery | ListQuery) -> bool:
    return isinstance(request, MetricQuery) and request.compare is not None


def _along_time(request: MetricQuery | ListQuery) -> bool:
    return isinstance(request, MetricQuery) and any(name in GRAINS for name in request.group_by)


def _side_by_side(request: MetricQuery | ListQuery) -> bool:
    return isinstance(request, MetricQuery) and bool(request.show or (request.group_by and len(request.metrics) > 1))


def _narrowed(request: MetricQuery | ListQuery) -> bool:
    return bool(request.filters) or (isinstance(request, MetricQuery) and bool(request.keep))


def _grouped(request: MetricQuery | ListQuery) -> bool:
    return isinstance(request, MetricQuery) and bool(request.group_by)


def _at_one_time(request: MetricQuery | ListQuery) -> bool:
    """Net sales of 2025 from that year's buyers: all is of one time, whichever word tells it again."""
    own = request.measured if isinstance(request, ListQuery) else (request,)
    deeds = (each for each in request.filters if isinstance(each, MetricFilter))
    periods = {each.period for each in (*own, *deeds)}
    return len(periods) == 1 and None not in periods and not _compared(request)


# words that may as well carry on as operate: another reading may leave them without meaning
_CARRIED = frozenset(
    {
        "follow",
        "grouping",
        "range",
        "suffix",
        "unit",
        "intent",
        "grain_noun",
        "deed_head",
        "deed_verb",
        "window.inside",
        "scoring",
        "level",
        "possession",
    }
)
_SHOWS: dict[str, Shows] = {
    "ask": _always,
    "entity": _always,
    "connective.or": lambda r: isinstance(r, ListQuery) or _side_by_side(r) or _grouped(r),
    "connective": _always,
    "follow.ever": lambda r: isinstance(r, MetricQuery) and r.period is None,
    "follow": _always,
    "chart": _always,
    "intent.export": _always,
    "date.now": _always,
    "date.same_period": _at_one_time,
    "date.all_history": _always,
    "only": lambda r: _narrowed(r) or (isinstance(r, MetricQuery) and r.limit is not None),
    "grouping.cross": lambda r: isinstance(r, MetricQuery) and len(r.group_by) > 1,
    "grouping": lambda r: _grouped(r) or _side_by_side(r) or (isinstance(r, MetricQuery) and len(r.metrics) > 1),
    "comparison": lambda r: _compared(r) or _side_by_side(r),
    "date.versus": lambda r: _compared(r) or _side_by_side(r),
    "comparative": lambda r: _compared(r) or _side_by_side(r) or _grouped(r),
    "change": lambda r: _compared(r) or _along_time(r),
    "trend": lambda r: _along_time(r) or _compared(r),
    "share": lambda r: isinstance(r, MetricQuery) and bool(r.shares or r.compare),
    "ranking": lambda r: bool(r.order_by),
    "intent.why": _compared,
}


def refuse_unaccounted(slots: Slots, assembly: Assembly, request: Request) -> None:
    """Raise StopError for the first item that the request does not show."""
    used = {id(use.item) for use in assembly.uses}
    for item in slots.frame.items:
        if id(item) in used or not isinstance(request, MetricQuery | ListQuery):
            continue
        opens = item.rule == NARROWING or slots.frame.folded(item) in word_set("narrows")
        if item is slots.frame.items[0] and opens:
            continue  # restrict to orders placed in stores: all that follows is what it is restricted to
        if item is slots.frame.items[0] and slots.frame.folded(item) in word_set("compares") and _grouped(request):
            continue  # compare refund rates across regions: the groups stand side by side
        if "only" in item.keys and slots.frame.of(Clauses):
            raise LostError(Denial("not_supported", assembly.said(item)), item)  # only there, or only they?
        shows = next((_SHOWS[key] for key in item.keys if key in _SHOWS), None)
        if shows is not None and shows(request):
            continue
        if (
            _is_own_time(item, request, assembly)
            or _counts_shown(item, request)
            or _orders(item, slots, request)
            or _is_till_now(item, request, assembly)
        ):
            continue
        reason = Denial("not_supported", assembly.said(item))
        raise LostError(reason, item) if not set(item.keys) & _CARRIED else StopError(reason)
    if isinstance(request, MetricQuery | ListQuery):
        _refuse_timeless(slots, assembly, request)


def _refuse_timeless(slots: Slots, assembly: Assembly, request: MetricQuery | ListQuery) -> None:
    """去年同期金卡会员名单, 同期买了多少: a time that is told by another one is not dropped where there is none."""
    deeds = [each for each in request.filters if isinstance(each, MetricFilter)]
    own = request.measured if isinstance(request, ListQuery) else (request,)
    timed = _along_time(request) or _compared(request) or any(each.period is not None for each in (*deeds, *own))
    for item in () if timed else slots.frame.items:
        if any(leaf.category in ("date.same_period", "date.comparison") for leaf in item.leaves()):
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _is_own_time(item: Edge, request: MetricQuery | ListQuery, assembly: Assembly) -> bool:
    """Tickets that were opened by phone in May: a metric is of the time at which its rows come to be."""
    if item.category != "field" or not isinstance(item.meaning, Names) or not isinstance(request, MetricQuery):
        return False
    metrics = [assembly.model.metrics[name].definition for name in request.metrics if name in assembly.model.metrics]
    times = {
        f"{m.dataset}.{m.time or assembly.model.datasets[m.dataset].definition.time}" for m in metrics if m.dataset
    }
    return bool(times) and times <= set(item.meaning.names)


def _is_till_now(item: Edge, request: MetricQuery | ListQuery, assembly: Assembly) -> bool:
    """So far, year to date: the time that is told goes on to this day."""
    says = item.category == "follow.ever" and assembly.frame.folded(item) in word_set("up_to_now")
    period = request.period
    return says and period is not None and (period.end is None or period.end > assembly.scope.today)


def _counts_shown(item: Edge, request: MetricQuery | ListQuery) -> bool:
    """列三个数, 两个我都要: as many as are shown."""
    if not isinstance(item.meaning, Amount) or not isinstance(request, MetricQuery) or item.meaning.value <= 1:
        return False
    shown = [f for f in request.show if f.op in ("=", "in")]
    return item.meaning.value in (len(request.metrics), *(len(f.values) for f in shown))


def _orders(item: Edge, slots: Slots, request: Request) -> bool:
    """按价值列出, at-risk customers by value: 'by' before the field that a list is ordered by."""
    after = slots.frame.after(item)
    while after is not None and after.is_empty:
        after = slots.frame.after(after)
    is_field = "grouping" in item.keys and after is not None and after in slots.columns
    return is_field and isinstance(request, ListQuery) and bool(request.order_by)
