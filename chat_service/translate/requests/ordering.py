"""Order and limit of a request: from the ranks of a question."""

from __future__ import annotations

from dataclasses import replace

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Rank
from chat_service.translate.grammar.rules.ranks import GROWTH_RATES
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.draft import Draft
from chat_service.translate.requests.slots import Slots
from chat_service.translate.stops import Denial, StopError
from semantic_layer import Order

_SEVERAL = tuple(word_set("which_ones"))
_PLACES = frozenset({"people", "place", "each"})


def order(draft: Draft, slots: Slots, assembly: Assembly, outer: tuple[str, ...]) -> None:
    """Order, limit and the groups that the limit counts within. Raises StopError where nothing is ranked."""
    stated = counts_of(slots)
    if not slots.ranks:
        if stated and draft.goes_on and draft.group_by:
            item, count = stated[0]
            assembly.use(item, "limit", str(count))
            draft.order_by = draft.order_by or (Order(column=draft.metrics[0], descending=True),)
            draft.limit = count
        return
    item, rank = main_rank(slots, assembly)
    if rank.percent is not None:
        raise assembly.deny(item)  # the three customers of each tier are no three of the tiers
    if not draft.group_by:
        raise StopError(Denial("rank_of_nothing", assembly.said(item)))
    rank = _by_growth(item, rank, slots, assembly)
    metric = _ranked_metric(item, draft, slots)
    column = metric
    if rank.by_change and draft.compare is not None:
        column = f"{metric}__change_pct" if rank.by_change == "pct" else f"{metric}__change"
        if rank.by_change == "amount":
            assembly.assume("ranked_by_amount", assembly.said(item), assembly.metric_label(metric))
    descending = is_descending(rank, metric, assembly)
    draft.order_by = (Order(column=column, descending=descending),)
    draft.limit = _limit(rank, slots, stated, assembly, draft.limit if draft.goes_on else None)
    draft.limit_within = outer if draft.limit is not None else ()


def _by_growth(item: Edge, rank: Rank, slots: Slots, assembly: Assembly) -> Rank:
    """'Which city grew revenue the most': a word of growth in the question is what is ranked, wherever it stands.

    Top 5 cities by revenue with their growth, 销售额前三的门店，并附增幅: joined to a rank before it, it is shown.
    """
    changes = slots.frame.said("change")
    rates = any(slots.frame.folded(word) in GROWTH_RATES for word in changes)
    ordered = rank.count is None and not rates
    if rank.by_change or ordered or not changes:
        return rank
    falls = any(word.category == "change.down" for word in changes)
    high = (rank.direction in ("high", "best")) is not falls
    by_rate = rank.direction == "best" or any(slots.frame.folded(word) in GROWTH_RATES for word in changes)
    return replace(rank, direction="high" if high else "low", by_change="pct" if by_rate else "amount")


def _limit(
    rank: Rank, slots: Slots, stated: list[tuple[Edge, int]], assembly: Assembly, before: int | None
) -> int | None:
    which = [(item, group) for item, group in slots.groups if group.which]
    number = next((group.number for _, group in slots.groups if group.number is not None), None)
    if rank.stated or rank.count is None:
        return rank.count if rank.stated else number or before
    if number is not None:
        return number
    if len(stated) == 1:
        assembly.use(stated[0][0], "limit", str(stated[0][1]))
        return stated[0][1]
    if any(slots.frame.folded(item).startswith(_SEVERAL) for item, _ in which):
        return None
    return rank.count


def counts_of(slots: Slots) -> list[tuple[Edge, int]]:
    """Numbers that count what is shown: 'make it 5', 'the first 10'; a place alone ('the first') is no count."""
    return [
        (item, int(amount.value))
        for item, amount in slots.amounts
        if 1 <= amount.value <= 10_000 and not amount.is_ordinal and set(amount.units) <= _PLACES
        if amount.upto is None
    ]


def main_rank(slots: Slots, assembly: Assembly) -> tuple[Edge, Rank]:
    """The rank among several words for it; stops where they say different things."""
    stated = [each for each in slots.ranks if each[1].stated]
    counted = [each for each in slots.ranks if each[1].count is not None]
    best = (stated or counted or slots.ranks)[0]
    said = [rank for _, rank in counted if not rank.stated]
    if len(stated) == len(said) == 1 and best[1].direction == "high" and best[1].percent is None:
        return best[0], replace(said[0], count=best[1].count, stated=True)  # CAC最低的渠道top3: the three lowest
    if len({rank.direction in ("high", "best") for _, rank in counted}) > 1:
        raise assembly.deny(slots.ranks[-1][0])
    return best


def _ranked_metric(item: Edge, draft: Draft, slots: Slots) -> str:
    """The metric whose words stand right before the rank (按客单价从高到低), or after 'by'; else the first of all."""
    return draft.metrics[0]


def is_descending(rank: Rank, metric: str, assembly: Assembly) -> bool:
    """Which way a rank goes: best and worst follow the metric's polarity."""
    if rank.direction in ("high", "low"):
        return rank.direction == "high"
    better_high = assembly.scope.model.metrics[metric].polarity != "lower_is_better"
    return better_high == (rank.direction == "best")
