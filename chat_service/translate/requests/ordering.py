"""Order and limit of a request: from the ranks of a frame."""

from __future__ import annotations

from collections.abc import Sequence

from chat_service.translate.grammar.categories import Rank
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.matching import is_a
from chat_service.translate.requests.assembly import Assembly, said
from chat_service.translate.requests.grouping import Grouping
from chat_service.translate.requests.timing import Timing
from chat_service.translate.senses import Mention
from chat_service.translate.stops import Denial, StopError
from semantic_layer import Order

_SEVERAL = frozenset({"哪些", "哪几个", "哪几", "which ones"})


def rank_of(
    frame: Frame,
    assembly: Assembly,
    metrics: Sequence[str],
    group_by: tuple[str, ...],
    grouping: Grouping,
    timing: Timing,
) -> tuple[tuple[Order, ...], int | None, tuple[str, ...]]:
    """Order, limit and the groups that the limit counts within. Raises StopError where nothing is ranked."""
    if not frame.ranks:
        return (), None, ()
    rank = _joined_ranks(frame.ranks)
    _refuse_people_within(frame, rank)
    metric = _ranked_metric(frame, rank, metrics)
    ways = {is_descending(each, metric, assembly) for each in frame.ranks if each.count is not None}
    if len(ways) > 1:
        raise StopError(Denial("not_supported", said(frame.ranks[-1])))
    for each in frame.ranks:
        assembly.use(each, "order", each.direction)
    if not group_by:
        raise StopError(Denial("rank_of_nothing", said(rank)))
    descending = is_descending(rank, metric, assembly)
    column = f"{metric}__change_pct" if rank.by_change and timing.compare is not None else metric
    count = rank.count
    stated = [amount for amount in frame.amounts if amount.value >= 1 and not amount.is_ordinal]
    if count == 1 and not any(part.number for part in rank.parts) and len(stated) == 1:
        count = int(stated[0].value)
        assembly.use(stated[0], "limit", str(count))
    elif count == 1 and _asks_several(frame) and not any(part.number for part in rank.parts):
        count = None
    within = grouping.outer if count is not None else ()
    return (Order(column=column, descending=descending),), count, within


def _refuse_people_within(frame: Frame, rank: Rank) -> None:
    """每个等级消费最高的3个客户: the three are customers of each group, not three of the groups."""
    after = next((item for item in frame.items if item.start >= rank.end and not is_a(item, "filler")), None)
    counted = any(part.number for part in rank.parts) or not rank.parts[-1].text.isascii()
    if counted and isinstance(after, Mention) and (after.entities() or is_a(after, "entity")) and frame.groups:
        raise StopError(Denial("not_supported", said(after)))


def _joined_ranks(ranks: tuple[Rank, ...]) -> Rank:
    """Rank words said twice ("排名前五", "best first … top 3"): the one with a number counts."""
    counted = [rank for rank in ranks if rank.count is not None and any(part.number for part in rank.parts)]
    return (counted or [rank for rank in ranks if rank.count is not None] or list(ranks))[0]


def _ranked_metric(frame: Frame, rank: Rank, metrics: Sequence[str]) -> str:
    """The metric whose words stand right before the rank (按客单价从高到低), else the first that is asked for."""
    if len(metrics) == len(frame.measures):
        for metric, measure in zip(metrics, frame.measures, strict=True):
            if any(rank.start - 1 <= part.end <= rank.start for part in measure.parts):
                return metric
    return metrics[0]


def _asks_several(frame: Frame) -> bool:
    return any(group.asked_which and any(part.text in _SEVERAL for part in group.parts) for group in frame.groups)


def is_descending(rank: Rank, metric: str, assembly: Assembly) -> bool:
    """Which way a rank goes: best and worst follow the metric's polarity."""
    if rank.direction in ("high", "low"):
        return rank.direction == "high"
    better_high = assembly.scope.model.metrics[metric].polarity != "lower_is_better"
    return better_high == (rank.direction == "best")
