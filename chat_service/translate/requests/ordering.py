"""Order and limit of a request: from the ranks of a question."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Rank
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.rules.ranks import GROWTH_RATES
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.draft import Draft
from chat_service.translate.requests.slots import Slots
from chat_service.translate.stops import Denial, Doubt, Option, StopError
from semantic_layer import GRAINS, Having, Order, is_money

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
    if slots.entities and any(at.end == item.start and not (told.which or told.marked) for at, told in slots.groups):
        raise assembly.deny(item)  # 年龄最大的客户: of what they are, and not of the groups of it
    people = [number for number, _ in stated] + ([item] if rank.stated else [])
    if rank.percent is not None or any(_counts_people(each, slots) for each in people):
        raise assembly.deny(item)  # the three customers of each tier are no three of the tiers
    if not draft.group_by:
        raise StopError(Denial("rank_of_nothing", assembly.said(item)))
    rank = _by_growth(item, rank, slots, assembly)
    metric = _priced(item, _ranked_metric(item, draft, slots), draft, assembly)
    column = f"{metric}__share" if draft.among is not None and metric in draft.shares else metric
    if rank.by_change and draft.compare is not None:
        column = f"{metric}__change_pct" if rank.by_change == "pct" else f"{metric}__change"
        if rank.by_change == "amount":
            assembly.assume("ranked_by_amount", assembly.said(item), assembly.metric_label(metric))
    descending = is_descending(rank, metric, assembly)
    for each, other in slots.ranks if not rank.by_change else ():
        plain = other.count is None and not any(leaf.category == "rank.ranked" for leaf in each.leaves())
        if plain and is_descending(other, metric, assembly) is not descending:
            raise assembly.deny(each)  # the top 3, lowest first: chosen by one end, and shown from the other
    draft.order_by = (Order(column=column, descending=descending),)
    draft.limit = _limit(rank, slots, stated, assembly, draft.limit if draft.goes_on else None)
    draft.limit_within = outer if draft.limit is not None else ()


def _by_growth(item: Edge, rank: Rank, slots: Slots, assembly: Assembly) -> Rank:
    """'Which city grew revenue the most': a word of growth in the question is what is ranked, wherever it stands.

    Top 5 cities by revenue with their growth, 销售额前三的门店，并附增幅: joined to a rank before it, it is shown.
    """
    changes = [word for word in slots.frame.said("change") if not _is_shown(word, item, slots)]
    rates = any(slots.frame.folded(word) in GROWTH_RATES for word in changes)
    ordered = rank.count is None and not rates and not any(_is_ordered_by(word, slots.frame) for word in changes)
    if rank.by_change or ordered or not changes:
        return rank
    for word in changes:
        assembly.use(word, "order", "change")
    falls = any(word.category == "change.down" for word in changes)
    high = (rank.direction in ("high", "best")) is not falls
    by_rate = rank.direction == "best" or any(slots.frame.folded(word) in GROWTH_RATES for word in changes)
    return replace(rank, direction="high" if high else "low", by_change="pct" if by_rate else "amount")


def _is_ordered_by(word: Edge, frame: Frame) -> bool:
    """Rank regions by their growth in buyers: what stands behind 'by'."""
    edge = frame.before(word)
    while (
        edge is not None
        and (edge.is_empty or edge.category == "against")
        and frame.folded(edge) not in word_set("by_it")
    ):
        edge = frame.before(edge)
    return edge is not None and frame.folded(edge) in word_set("by_it")


def _is_shown(word: Edge, rank: Edge, slots: Slots) -> bool:
    frame, joins = slots.frame, {"connective.and", "follow.also"}
    opens = tuple(each for each in word_set("shown_with") | word_set("listing") if not each.isascii())
    for edge in frame.between(rank, word) if word.start >= rank.end else ():
        for leaf in edge.leaves():
            text = frame.folded(leaf)
            if joins & set(leaf.keys) or text.split(" ")[0] in word_set("shown_with") or text.startswith(opens):
                return True
    return False


def _counts_people(item: Edge, slots: Slots) -> bool:
    after = slots.frame.spoken(item, "unit")
    return after is not None and after in slots.entities


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
        if amount.upto is None and not _is_of_measure(item, slots)
    ]


def _is_of_measure(item: Edge, slots: Slots) -> bool:
    """累计消费一万的客户: a number right behind what is measured or done is of that, and no count of what is shown.

    Best selling 3 categories: it counts the noun right behind it.
    """
    before, after = slots.frame.before(item), slots.frame.after(item)
    if after is not None and after.category in ("group", "entity", "kind_of"):
        return False
    while before is not None and before.is_empty and any(map(str.isalnum, slots.frame.folded(before))):
        before = slots.frame.before(before)
    return before is not None and before.category in ("field", "measure", "clauses", "bound", "piece")


def main_rank(slots: Slots, assembly: Assembly) -> tuple[Edge, Rank]:
    """The rank among several words for it; stops where they say different things."""
    for item, rank in slots.ranks:
        assembly.use(item, "order", rank.direction)
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
    for edge, names in slots.measures:
        led = slots.frame.before(edge) if edge.start >= item.end else None
        if led is not None and slots.frame.folded(led) in word_set("by_it") and set(names) & set(draft.metrics):
            return next(name for name in names if name in draft.metrics)
    alone = draft.goes_on and len(slots.measures) == 1
    for edge, names in slots.measures:
        if (edge.end == item.start or alone) and any(name in draft.metrics for name in names):
            return next(name for name in names if name in draft.metrics)
    return draft.metrics[0]


def _priced(item: Edge, metric: str, draft: Draft, assembly: Assembly) -> str:
    """Most expensive campaign and its ROI: ranked by what it cost, where what is asked for is no price."""
    metrics, dimensions = assembly.model.metrics, assembly.model.dimensions
    homes = {dimensions[name].home.dataset for name in draft.group_by if name in dimensions}
    costs = [m for m in metrics.values() if is_money(m.unit) and m.polarity == "lower_is_better"]
    own = [m.name for m in costs if m.definition.dataset in homes and not m.definition.hidden]
    asked = metrics[metric] in costs or (is_money(metrics[metric].unit) and metrics[metric].kind != "simple")
    if asked or not any(word in assembly.frame.folded(item) for word in word_set("by_price")):
        return metric
    if len(own) != 1:
        raise assembly.deny(item, "rank_of_nothing")
    draft.metrics = (own[0], *draft.metrics)
    return own[0]


def is_descending(rank: Rank, metric: str, assembly: Assembly) -> bool:
    """Which way a rank goes: best and worst follow the metric's polarity."""
    if rank.direction in ("high", "low"):
        return rank.direction == "high"
    better_high = assembly.scope.model.metrics[metric].polarity != "lower_is_better"
    return better_high == (rank.direction == "best")


def asks_for_groups(slots: Slots) -> bool:
    """Whether the groups are asked for, or told by how they moved or compare: which cities, 复购率更低的城市."""
    which = any(group.which for _, group in slots.groups)
    where = any(slots.frame.folded(edge) == "where" for edge in slots.frame.covering.edges)
    return which or where or _tells_groups(slots)


def _tells_groups(slots: Slots) -> bool:
    """Cities whose rate fell, 复购率比上个月低的城市: the groups are told by how they moved."""
    frame = slots.frame
    for item, group in slots.groups:
        before, after = frame.before(item), frame.after(item)
        if group.dimensions and not group.marked and after is not None and frame.folded(after) == "whose":
            return True
        adjective = before is not None and frame.folded(before) in word_set("makes_adjective")
        moving = frame.before(before) if adjective and before is not None else None
        if group.dimensions and moving is not None and set(moving.keys) & {"comparative", "change"}:
            return True
    return False


def most_people(slots: Slots) -> bool:
    """哪个城市会员最多, the three regions with the fewest customers: groups, by how many people are theirs."""
    ranks = [item for item, _ in slots.ranks if item.leaves()[0].category in ("rank.highest", "rank.lowest")]
    sides = [slots.frame.spoken(item, back=back) for item in ranks for back in (True, False)]
    return bool(slots.groups) and any(side is not None and side.category == "entity" for side in sides)


def moved(draft: Draft, slots: Slots) -> tuple[Having, ...]:
    """'Which cities' revenue fell', 哪些城市下降了: only the groups that moved that way."""
    asks = asks_for_groups(slots)
    numbered = slots.frame.asks("how_much", "how_many") or slots.has("change.change") or slots.ranks
    if draft.compare is None or not asks or numbered or len(draft.metrics) != 1:
        return ()
    if not [name for name in draft.group_by if name not in GRAINS]:
        return ()
    beside = draft.compare.to == "filters" or _tells_groups(slots)  # cities where the app brings more than the web
    up = slots.has("change.up") or (beside and slots.has("comparative.more", "prefix.gt"))
    down = slots.has("change.down") or (beside and slots.has("comparative.less", "prefix.lt"))
    if up == down:
        return ()
    return (Having(column=f"{draft.metrics[0]}__change", op=">" if up else "<", values=(0.0,)),)


def ask_which_measure(item: Edge, assembly: Assembly) -> NoReturn:
    """'Our best customers' says no measure: the ones that describe a customer are offered."""
    model, structure = assembly.scope.model, assembly.scope.structure
    entity = assembly.whom
    names: list[str] = []
    if structure.main_behaviour is not None and structure.main_behaviour.amount is not None:
        names.append(structure.main_behaviour.amount)
    for metric in model.metrics.values():
        dataset = metric.definition.dataset
        own = dataset is not None and dataset != entity.dataset and model.datasets[dataset].primary_key == (entity.key,)
        if own and metric.polarity == "higher_is_better" and not metric.definition.hidden and metric.unit != "count":
            names.append(metric.name)
    options = tuple(Option(assembly.metric_label(name), "metric", name) for name in names[:4])
    raise StopError(Doubt("which_measure", assembly.said(item), options, item.start, item.end))
