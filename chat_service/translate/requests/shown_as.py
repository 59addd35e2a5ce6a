"""How the numbers of a request are shown: as shares, added up along time, by which unit of time."""

from __future__ import annotations

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.draft import Draft
from chat_service.translate.requests.part_and_whole import Told, has_share, is_of_each, whole_of, whole_of_each
from chat_service.translate.requests.slots import Slots, is_whole, shared_by_group
from chat_service.translate.requests.timing import Timing
from chat_service.translate.senses import WordSense
from chat_service.translate.stops import Denial, StopError
from chat_service.translate.words.vocabulary import phrase_keys
from semantic_layer import GRAINS, Grain, MetricFilter, Period, buckets, unit

_APART = ("connective.and", "measure")  # between a change and a share: both are asked for


def share(draft: Draft, slots: Slots, assembly: Assembly, people: list[Told]) -> None:
    """Shares where they are asked for. `people` are the conditions on whom, with their words. Raises StopError where
    there is nothing to take a share of."""
    said = slots.frame.said("share")
    if all(any(use.item is word for use in assembly.uses) for word in said):
        return  # a rate tells it
    for word in said:
        assembly.use(word, "share", "share")
    if _are_shares(draft.metrics, assembly) or _is_change_in_percent(said[0], draft, slots):
        return
    _refuse_of_some(draft, slots, assembly)
    additive = tuple(metric for metric in draft.metrics if not assembly.structure.is_ratio(metric))
    if not additive:
        raise StopError(Denial("share_of_ratio", assembly.metric_label(draft.metrics[0])))
    told = [item for item, _ in (*slots.clauses, *slots.listed, *slots.dated, *slots.populations)]
    if all(map(assembly.structure.one_each, draft.metrics)) and any(isinstance(f, MetricFilter) for f in draft.filters):
        told += [item for item, _ in slots.bounds]  # % of customers with at least one complaint, by tier
    named = slots.values and any(is_whole(item, slots.frame) for item in slots.entities)
    of_values = named and all(part.start >= item.end for part, _ in slots.values for item in told)
    described = told and not (of_values or shared_by_group(said[0], told, slots))
    if described and _are_part(said[0], people, draft, slots, assembly):
        return
    if (described or slots.subjects) and (not draft.keep or (described and not slots.measures)):
        raise assembly.deny(said[0])  # of whom is told, and nothing here tells the whole from its part
    if not draft.group_by:
        raise StopError(Denial("share_of_nothing", assembly.said(said[0])))
    draft.shares = additive
    draft.among = whole_of_each(draft, slots)


def _refuse_of_some(draft: Draft, slots: Slots, assembly: Assembly) -> None:
    """前五的城市合计占多少, 每个等级里高风险客户占多少: a share is neither of groups together nor of a list in each."""
    for edge in slots.frame.covering.edges if slots.ranks or draft.limit else ():
        if slots.frame.folded(edge) in word_set("added_up"):
            raise assembly.deny(edge)
    for item, names in slots.measures:
        listed = any(each.metric in names for each in assembly.model.lists.values()) and is_of_each(item, slots)
        words = [word for word in slots.frame.said("share") if item.end <= word.start]
        behind = [word.end for word in words if not slots.frame.folded(word).isascii()]
        if listed or (has_share(item, slots.frame) and any(at.start in behind for at, _ in slots.values)):
            raise assembly.deny(item)


def _are_part(word: Edge, people: list[Told], draft: Draft, slots: Slots, assembly: Assembly) -> bool:
    """Of people, the share of those who did something."""
    counts = len(draft.metrics) == 1 and assembly.structure.one_each(draft.metrics[0])
    if not counts or draft.keep or draft.compare or slots.subjects:
        return False
    draft.among = whole_of(word, people, draft.filters, slots)
    draft.shares = draft.metrics if draft.among is not None else ()
    return draft.among is not None


def _are_shares(metrics: tuple[str, ...], assembly: Assembly) -> bool:
    """Whether what is asked for is a share by itself, so that the word adds nothing."""
    return all(assembly.model.metrics[metric].unit == "percent" for metric in metrics)


def _is_change_in_percent(word: Edge, draft: Draft, slots: Slots) -> bool:
    """同比增长百分之几: a change in percent, not a share."""
    changes = [c for c in slots.frame.said("change") if min(abs(c.end - word.start), abs(word.end - c.start)) <= 2]
    near = [c for c in changes if not any(e.category in _APART for e in slots.frame.between(c, word))]
    return bool(near) or (draft.compare is not None and not [n for n in draft.group_by if n not in GRAINS])


# --- along time ---


def cumulate(draft: Draft, slots: Slots, assembly: Assembly) -> None:
    """A running total runs along time; without a grain in Chinese 累计 is just the total so far."""
    said = slots.frame.said("cumulative")
    if not said:
        return
    along_time = bool([n for n in draft.group_by if n in GRAINS]) or slots.has("trend")
    along_time = along_time or any(slots.frame.folded(word).isascii() for word in said)
    for word in said:
        assembly.use(word, "cumulative", "cumulative" if along_time else "total")
    if not along_time:
        assembly.assume("total_so_far")
        return
    ratios = [metric for metric in draft.metrics if assembly.structure.is_ratio(metric)]
    if ratios:
        raise StopError(Denial("cumulative_ratio", assembly.metric_label(ratios[0])))
    draft.cumulative = draft.metrics
    if not [name for name in draft.group_by if name in GRAINS]:
        draft.group_by = (*draft.group_by, "month")


def subtotal(draft: Draft, slots: Slots, assembly: Assembly) -> None:
    """A row for each outer group beside the groups; of what is not grouped there is none."""
    for word in slots.frame.said("subtotals") if draft.metrics and draft.group_by else ():
        assembly.use(word, "grouping", "subtotals")
        draft.subtotals = True


def trend_grain(slots: Slots) -> Grain | None:
    """The unit of time of a trend that names none."""
    words = [word for word in slots.frame.said("trend") if not _moves(word, slots)]
    if not words or slots.against or any(rank.count is not None for _, rank in slots.ranks):
        return None
    for _, when in slots.whens:
        period = when.date.period
        if period is not None and period.days is not None and period.days <= 31:
            return "day"
        if when.date.kind == "rolling" and when.date.unit in ("week", "quarter"):
            return when.date.unit
    return "month"


def _moves(word: Edge, slots: Slots) -> bool:
    """Members who moved from silver to gold, what moved 7,000 units: what was moved, or to where, and no course."""
    after = slots.frame.spoken(word)
    return after is not None and (after.category == "bound" or (slots.people and after.category == "values"))


def with_trend(draft: Draft, slots: Slots, assembly: Assembly, timing: Timing) -> None:
    """A unit of time where a trend is asked for; along time without a period, the last 12 calendar months."""
    own = next((name for name in draft.group_by if name in assembly.model.grains), None)
    grain = trend_grain(slots)
    for word in slots.frame.said("trend"):
        assembly.use(word, "grain", own or grain or "")
    if grain is not None and own is None and not [name for name in draft.group_by if name in GRAINS]:
        draft.group_by = (*draft.group_by, grain)
    ranked = any(rank.count is not None for _, rank in slots.ranks)
    along = any(name in GRAINS for name in draft.group_by)
    if draft.period is not None or not along or timing.ever or (draft.goes_on and not slots.groups):
        return
    if ranked and not slots.has("trend"):
        return
    today = assembly.scope.today
    draft.period = Period(unit("month", today, -11).start, unit("month", today).end)
    assembly.assume("last_12_months", draft.period.cut_after(today))


def grain_in_name(slots: Slots, grains: tuple[Grain, ...], timing: Timing, assembly: Assembly) -> Grain | None:
    """日活, monthly active users: the metric's own name says by which unit a longer period is shown."""
    named = [grain for item, _ in slots.measures for grain in _unit_of(item, slots, assembly)]
    if grains or len(named) != 1 or (timing.compare is not None and timing.compare.to == "period"):
        return None
    grain, period = named[0], timing.period
    closed = period is not None and period.start is not None and period.end is not None
    longer = closed and period is not None and len(buckets(grain, period)) > 1
    return grain if longer or slots.has("trend") else None


def latest_unit(slots: Slots, grains: tuple[Grain, ...], timing: Timing, assembly: Assembly) -> Period | None:
    """日活, MAU without a time: those of the latest day or month, as the metric's own name says by which unit it is."""
    named = [grain for item, _ in slots.measures for grain in _unit_of(item, slots, assembly)]
    other = timing.period is not None or timing.ever or timing.compare is not None or grains or slots.has("trend")
    return unit(named[0], assembly.scope.today) if len(named) == 1 and not other else None


def _unit_of(item: Edge, slots: Slots, assembly: Assembly) -> list[Grain]:
    text = slots.frame.folded(item)
    words = [s for s in assembly.scope.lexicon.senses(phrase_keys(text)) if isinstance(s, WordSense)]
    meant = {s.meaning for s in words if s.role == "grain_in_name"}
    return [grain for grain in GRAINS if grain in meant]


def refuse_without_before(draft: Draft, slots: Slots, assembly: Assembly) -> None:
    """老客 of all history: before its beginning there was nobody, so the number would be 0 whatever happened."""
    for metric in draft.metrics if draft.period is None else ():
        if any(assembly.structure.looks_back(leaf.name) for leaf in assembly.scope.model.leaves(metric)):
            words = assembly.said(slots.measures[0][0]) if slots.measures else assembly.metric_label(metric)
            raise StopError(Denial("comparison_without_period", words))
