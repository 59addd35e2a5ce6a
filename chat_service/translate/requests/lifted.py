"""What a question takes away of the one before: a metric, what it was grouped by, or a condition, by their names.

去掉订单数, 不分城市了, remove the city filter. What is named is gone from the request; nothing else is.
"""

from __future__ import annotations

from typing import Any

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.outcomes import Previous
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots
from semantic_layer import GRAINS, FieldFilter, Filter, ListQuery, MetricQuery

Changeable = MetricQuery | ListQuery

_TAKES = frozenset({"exclusion", "negation"})
_ROSTERS = tuple(word_set("roster"))
_WHOLE = frozenset({"function.quantifier.all", "function.quantifier.total"})
_BESIDE = frozenset({"connective", "follow", "entity"})  # what a question that goes on has beside a word for all


def lifted(slots: Slots, before: Changeable, assembly: Assembly) -> Changeable:
    """The request before without what the question takes away by name. Raises StopError where that is not in it."""
    before = _without_part(slots, before, assembly)
    for item, names in list(slots.measures):
        word = _taken_by(item, slots, assembly)
        if word is not None and isinstance(before, MetricQuery):
            before = _without_metric(item, word, names, before, slots, assembly)
    for entry in list(slots.groups):
        item, each = entry
        word = _taken_by(item, slots, assembly)
        names = (*each.dimensions, *([each.grain] if each.grain is not None else []))
        if word is not None:
            slots.groups.remove(entry)
            before = _without_dimension(item, word, names, before, slots, assembly)
        elif _is_all(item, slots) and not each.marked and _only_kept(names, before):
            slots.groups.remove(entry)  # all cities again: no one of them, and not each
            before = _without_dimension(item, item, names, before, slots, assembly)
        elif _is_all(item, slots) and isinstance(before, MetricQuery) and before.limit and len(before.group_by) == 1:
            before = before.model_copy(update={"limit": None, "limit_within": ()})  # all cities, not the first five
    return before


def corrected(slots: Slots, assembly: Assembly) -> None:
    """不是今年，是去年; I meant Beijing, not Shanghai: what is not meant goes where its like is said beside it.

    A 'no' before all of it says nothing more.
    """
    first = slots.frame.items[0]
    after = slots.frame.after(first)
    if "negation" in first.keys and after is not None and not any(map(str.isalnum, slots.frame.folded(after))):
        assembly.use(first, "intent", "")
    times: tuple[list[tuple[Edge, Any]], ...] = (slots.whens, slots.against)
    for pair, entry in [(each, entry) for each in times if len(each) == 2 for entry in each]:
        word = _takes(entry[0], slots)
        if word is not None and len(pair) == 2 and not slots.measures and not slots.clauses:
            pair.remove(entry)
            slots.taken.append(entry[0])
            assembly.use(entry[0], "period", "")
            assembly.use(word, "operator", "")
    meant = {name for _, values in slots.values if not values.negated for name in values.candidates}
    for item, values in list(slots.values):
        if any(leaf.category == "function.function.copula" for leaf in item.leaves()) and values.negated:
            raise assembly.deny(item)  # 不是上海，是北京: not both of them
        if values.negated and set(values.candidates) & meant:
            slots.values.remove((item, values))
            assembly.use(item, "value", "")


def put_right(slots: Slots, assembly: Assembly) -> None:
    """Revenue in May, sorry, June; 上周，不对，上个月: what is said behind such a word stands for its like before."""
    said: tuple[list[tuple[Edge, Any]], ...] = (slots.whens, slots.against, slots.measures, slots.values)
    for word in slots.frame.covering.edges:
        if slots.frame.folded(word) not in word_set("puts_right"):
            continue
        meant = slots.frame.spoken(word, "connective", "follow")
        slots.measures.extend(each for each in slots.subjects if each[0] is meant)
        for alike in said:
            old = [item for item, _ in alike if item.end <= word.start]
            if old and meant in [item for item, _ in alike]:
                alike[:] = [each for each in alike if each[0] is not old[-1]]
                slots.taken.append(old[-1])
                for each in (old[-1], word):
                    assembly.use(each, "operator", "")


def widened(frame: Frame, previous: Previous | None, assembly: Assembly) -> MetricQuery | None:
    """Nationwide, for everyone, 合计呢, show me all of them: all of what the request before was held to some of; None
    where more is said. Raises StopError where it was not held to any, or all of it is no number."""
    if previous is None:
        return None
    before, asked = previous.request, frame.asks("list")
    every, edges = word_set("everybody") | word_set("across_all"), list(frame.covering.edges)
    edges += [e for e in frame.lattice.leaves for item in asked if item.start <= e.start and e.end <= item.end]
    whole = [e for e in edges if e.category.startswith("function.quantifier") or frame.folded(e) in every]
    rest = any(not set(item.keys) & _BESIDE and item not in (*asked, *whole) for item in frame.items)
    if rest or not whole or frame.said("follow.also"):
        return None
    shows = any(e.category == "function.light.ask" or frame.folded(e).endswith(_ROSTERS) for e in edges)
    if ((asked or shows) and frame.said("entity")) or (
        asked and not (isinstance(before, MetricQuery) and before.group_by)
    ):
        return None  # list all customers, 全部列出来 of those counted: people are to be listed
    some = whole[0].category not in _WHOLE and frame.folded(whole[0]) not in every
    if not isinstance(before, MetricQuery) or before.shares or some:
        raise assembly.deny(whole[0])
    added_up = whole[0].category == "function.quantifier.total"
    groups = [name for name in before.group_by if name not in GRAINS]
    changed: dict[str, object] = {}
    if before.limit is not None and not (added_up or frame.said("entity")):
        changed = {"limit": None, "limit_within": ()}
    elif groups and added_up and not (before.limit or before.having):
        left = tuple(name for name in before.group_by if name in GRAINS)
        changed = {"group_by": left, "show": (), "order_by": ()}
    elif not (groups and added_up) and not any(e.category == "follow.those" for e in frame.lattice.leaves):
        changed = {"filters": tuple(f for f in before.filters if not _let_go(f, whole, frame, assembly))}
    request = before.model_copy(update=changed)
    if request == before:
        raise assembly.deny(whole[0])
    assembly.assume("kept_from_before")
    return request


def _let_go(each: Filter, whole: list[Edge], frame: Frame, assembly: Assembly) -> bool:
    """Whether a condition is on what all of is asked for: on places, on people; on anything where neither is named."""
    named = assembly.model.dimensions.get(each.field) if isinstance(each, FieldFilter) else None
    place = named is not None and not word_set("place_noun").isdisjoint((named.label.zh, named.label.en))
    if any(frame.folded(edge) in word_set("whole_country") for edge in whole):
        return place
    of_people = not isinstance(each, FieldFilter) or assembly.structure.entity_dimension(each.field)
    return (of_people and not place) if frame.said("entity") else True


def _without_part(slots: Slots, before: Changeable, assembly: Assembly) -> Changeable:
    """不要比了, no breakdown, without the limit: nothing else is said, and that part of the request is no more."""
    said = slots.frame.said("comparison", "against", "date.versus", "grouping", "only")
    word = _takes(said[0], slots) if len(said) == 1 and len(slots.frame.items) == 2 else None
    if word is None or not isinstance(before, MetricQuery):
        return before
    only = "limit" if before.limit is not None else "filters"
    part = {"grouping": "group_by", "only": only}.get(said[0].keys[-1], "compare")
    columns = (*(each.column for each in before.order_by), *(each.column for each in before.having))
    if not getattr(before, part) or (part == "compare" and any("__" in each for each in columns)):
        return before
    slots.against.clear()
    for each in (said[0], word):
        assembly.use(each, "operator", part)
    if part == "group_by":
        return before.model_copy(update=_ungrouped(before, before.group_by, before.group_by, word, assembly))
    limits = {"limit_within": ()} if part == "limit" else {}
    return before.model_copy(update={part: () if part == "filters" else None} | limits)


def swap(slots: Slots, before: MetricQuery, assembly: Assembly) -> None:
    """Swap orders for refund rate: of the metrics before the one that is named gives its place to the other."""
    named = [*slots.measures, *slots.subjects]
    old = [(item, names) for item, names in named if set(names) & set(before.metrics)]
    if not slots.has("follow.instead") or len(named) != 2 or len(old) != 1:
        return
    item, names = old[0]
    slots.measures[:] = [each for each in named if each[0] is not item]
    slots.subjects.clear()
    slots.taken.append(item)
    slots.swapped = next(name for name in before.metrics if name in names)
    for each in (item, _takes(item, slots)):  # 不要订单数了, 换客单价
        if each is not None:
            assembly.use(each, "metric", slots.swapped)


def takes_away(slots: Slots) -> bool:
    """Whether the measures of a question are named to be taken away, every one."""
    return bool(slots.measures) and all(_takes(item, slots) is not None for item, _ in slots.measures)


def _taken_by(item: Edge, slots: Slots, assembly: Assembly) -> Edge | None:
    word = _takes(item, slots)
    if word is not None and not _says_not(word) and "exclusion" not in word.keys:
        raise assembly.deny(word)  # drop the breakdown: it is taken away, and did not fall
    return word


def _takes(item: Edge, slots: Slots) -> Edge | None:
    """The word that takes an item away: 去掉 before it, or behind it at the end; a word of 'only' may stand between."""
    frame = slots.frame
    before = frame.spoken(item, "only", back=True)
    if before is not None and (_says_not(before) or (before is frame.items[0] and _may_take(before, slots))):
        return before
    after = frame.spoken(item)
    return after if after is not None and "exclusion" in after.keys else None


def _says_not(word: Edge) -> bool:
    return bool(set(word.keys) & _TAKES)


def _may_take(word: Edge, slots: Slots) -> bool:
    """Whether a word of change is one that takes away as well: to drop something is not that it drops."""
    leaves = slots.frame.lattice.leaves
    same = (e for e in leaves if (e.start, e.end) == (word.start, word.end))
    return "change" in word.keys and any("exclusion" in each.keys for each in same)


def _only_kept(names: tuple[str, ...], before: Changeable) -> bool:
    """Whether the request is kept to values of a dimension, and not grouped by it."""
    grouped = isinstance(before, MetricQuery) and set(names) & set(before.group_by)
    return not grouped and any(each.field in names for each in _kept(before))


def _is_all(item: Edge, slots: Slots) -> bool:
    before = slots.frame.before(item)
    return before is not None and before.category == "function.quantifier.all"


def _kept(before: Changeable) -> list[FieldFilter]:
    return [each for each in before.filters if isinstance(each, FieldFilter)]


def _without_metric(
    item: Edge, word: Edge, names: tuple[str, ...], before: MetricQuery, slots: Slots, assembly: Assembly
) -> MetricQuery:
    gone = [name for name in before.metrics if name in names]
    left = tuple(name for name in before.metrics if name not in gone)
    columns = (*(each.column for each in before.order_by), *(each.column for each in before.having))
    if len(gone) != 1 or not left or set(gone) & {each.partition("__")[0] for each in columns}:
        raise assembly.deny(word)
    slots.measures[:] = [each for each in slots.measures if each[0] is not item]
    slots.taken.append(item)
    assembly.use(item, "metric", gone[0])
    assembly.use(word, "operator", gone[0])
    shown = {part: tuple(n for n in getattr(before, part) if n not in gone) for part in ("shares", "cumulative")}
    return before.model_copy(update={"metrics": left, **shown})


def _without_dimension(
    item: Edge, word: Edge, names: tuple[str, ...], before: Changeable, slots: Slots, assembly: Assembly
) -> Changeable:
    """No longer grouped by a dimension, or kept to values of it: to either where a word says which, else to both."""
    only = [
        each for each in slots.frame.said("only") if min(abs(each.start - item.end), abs(item.start - each.end)) < 2
    ]
    marked = any("grouping" in leaf.keys for leaf in item.leaves())
    grouped = [name for name in names if isinstance(before, MetricQuery) and name in before.group_by and not only]
    kept = [] if marked and grouped else [each for each in _kept(before) if each.field in names]
    if not (kept or grouped):
        raise assembly.deny(word)
    name = kept[0].field if kept else grouped[0]
    for each in (item, word, *only):
        assembly.use(each, "dimension", name)
    if kept:
        assembly.assume("filter_lifted", assembly.dimension_label(name))
    changed: dict[str, object] = {"filters": tuple(each for each in before.filters if each not in kept)}
    if isinstance(before, MetricQuery):
        changed |= _ungrouped(before, tuple(grouped), names, word, assembly)
    return before.model_copy(update=changed)


def _ungrouped(
    before: MetricQuery, grouped: tuple[str, ...], names: tuple[str, ...], word: Edge, assembly: Assembly
) -> dict[str, object]:
    left = tuple(each for each in before.group_by if each not in grouped)
    if not left and (before.shares or before.having or before.limit is not None):
        raise assembly.deny(word)  # a rank or a share of nothing
    shown = {part: tuple(f for f in getattr(before, part) if f.field not in names) for part in ("show", "keep")}
    within = before.limit_within if any(each not in GRAINS for each in left) else ()
    return {"group_by": left, "order_by": before.order_by if left else (), "limit_within": within, **shown}


__all__ = ["corrected", "lifted", "put_right", "swap", "takes_away", "widened"]
