"""What a request is grouped by: the dimensions and units of time of a question."""

from __future__ import annotations

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Group
from chat_service.translate.meaning.choices import Chooser
from chat_service.translate.requests.assembly import Assembly, value_filter
from chat_service.translate.requests.draft import Draft
from chat_service.translate.requests.slots import Slots
from chat_service.translate.senses import Ask, Values
from semantic_layer import GRAINS, FieldFilter, Grain, Period, Scalar, buckets


def group(
    draft: Draft, slots: Slots, assembly: Assembly, chooser: Chooser, grains: tuple[Grain, ...]
) -> tuple[str, ...]:
    """Set what the draft is grouped by; returns the groups that a limit counts within."""
    _refuse_compounds(slots, assembly)
    found: dict[str, tuple[Edge, Group]] = {}
    for item, each in slots.groups:
        name = each.grain or assembly.dimension(item, each.dimensions, chooser)
        assembly.use(item, "grain" if each.grain is not None else "grouping", name)
        if name not in found or (each.marked and not found[name][1].marked):
            found[name] = (item, each)
    names = list(found)
    _count_in(names, slots, assembly)
    if draft.goes_on:
        _lift(draft, found, assembly)
        _changed(draft, found, slots)
    else:
        names.extend(grain for grain in grains if grain not in names)
        draft.group_by = tuple(names)
        named = [_named_in(name, item, slots) for name, (item, _) in found.items() if name in assembly.model.dimensions]
        draft.show = tuple(value_filter(*each) for each in named if len(each[1]) > 1)
        draft.filters = (*draft.filters, *draft.show)
    outer = [name for name, (_, each) in found.items() if each.outer]
    if len(names) > 1 and not outer:
        inner = [name for name, (_, each) in found.items() if not each.marked or each.which]
        outer = [name for name in names if name != inner[0]] if len(inner) == 1 else []
    return tuple(outer) if len(outer) < len(draft.group_by) else ()


def _count_in(names: list[str], slots: Slots, assembly: Assembly) -> None:
    """By age group, unknown included: a value of what is grouped by is one of its groups anyway."""
    for item in slots.frame.items:
        if item.category == "included" and isinstance(item.meaning, Values):
            dimensions = {sense.dimension for word in item.meaning.words for sense in word}
            for name in dimensions.intersection(names):
                assembly.use(item, "grouping", name)


def _named_in(dimension: str, item: Edge, slots: Slots) -> tuple[str, tuple[Scalar, ...]]:
    """男女各多少: a name for a dimension that is made of its values names these; 按男女分 is by all of them."""
    leaves = [leaf for leaf in item.leaves() if leaf.category == "dimension"]
    if not leaves or slots.has("share") or any(leaf.category == "grouping.by" for leaf in item.leaves()):
        return dimension, ()
    at, codes = leaves[0].start, list[Scalar]()
    for leaf in slots.frame.lattice.leaves:
        words = leaf.meaning.words if leaf.category == "value" and isinstance(leaf.meaning, Values) else ()
        code = [sense.value for word in words for sense in word if sense.dimension == dimension]
        if code and leaf.start == at and leaf.end <= leaves[0].end:
            at, codes = leaf.end, [*codes, code[0]]
    return dimension, tuple(codes) if at == leaves[0].end else ()


def _refuse_compounds(slots: Slots, assembly: Assembly) -> None:
    """'By city tier': a second dimension with nothing between is part of a name that is not known."""
    for item, each in slots.groups:
        before, after = slots.frame.before(item), slots.frame.after(item)
        if item.rule == "unit of time right before a measure" and (after is None or after.category != "measure"):
            raise assembly.deny(item)  # 月订单数超过100的门店: in which month is not told
        opens = item.leaves()[0].category == "dimension"  # 商品子类分别是哪些: the word that marks it stands behind
        if before is not None and before.category == "group" and opens and each.dimensions:
            raise assembly.deny(item)
        led = before is not None and slots.frame.folded(before) in word_set("shown_with")
        if led and not each.marked and slots.ranks:
            raise assembly.deny(item)  # top 20 stores, with city: what is shown of each is no group within them
        bare = not each.marked or item.leaves()[0].category.startswith("grain_noun")
        if bare and _told_in(slots, assembly) & {name for leaf in _units(item, slots) for name in leaf}:
            raise assembly.deny(item)  # resolution time (hours): in what it is told


def _told_in(slots: Slots, assembly: Assembly) -> set[str]:
    """The units of what is measured."""
    metrics = assembly.model.metrics
    return {str(metrics[name].unit) for _, names in slots.measures for name in names if name in metrics}


def _units(item: Edge, slots: Slots) -> list[tuple[str, ...]]:
    """What the word of an item is as a unit."""
    same = (e for e in slots.frame.lattice.leaves if (e.start, e.end, e.category) == (item.start, item.end, "unit"))
    return [leaf.meaning.what for leaf in same if isinstance(leaf.meaning, Ask)]


def _lift(draft: Draft, found: dict[str, tuple[Edge, Group]], assembly: Assembly) -> None:
    """按性别 after a number of men alone: each of them is asked for, so the one condition on it is gone."""
    for name, (_, each) in found.items():
        kept = draft.filtered(name)
        if kept is not None and kept.op == "=" and each.marked and name not in draft.group_by:
            draft.filters = tuple(f for f in draft.filters if f is not kept)
            assembly.assume("filter_lifted", assembly.dimension_label(name))


def _changed(draft: Draft, found: dict[str, tuple[Edge, Group]], slots: Slots) -> None:
    """By city instead of what was grouped by, or beside it; the unit of time stays unless another is named."""
    if not found:
        return
    adds = slots.has("follow.also") and not slots.has("follow.instead")
    time = [name for name in draft.group_by if name in GRAINS]
    other = [name for name in draft.group_by if name not in GRAINS]
    new_time = [name for name in found if name in GRAINS]
    new_other = [name for name in found if name not in GRAINS]
    group_by = [*(new_other if new_other and not adds else [*other, *new_other]), *(new_time or time)]
    every = {name for name, (_, each) in found.items() if each.every}
    draft.group_by = tuple(dict.fromkeys(group_by))
    draft.limit_within = ()
    draft.filters = tuple(f for f in draft.filters if not (isinstance(f, FieldFilter) and f.field in every))
    draft.show = tuple(f for f in draft.show if f.field not in every and f.field in draft.group_by)
    draft.keep = tuple(f for f in draft.keep if f.field in draft.group_by)


def refuse_other_number(period: Period | None, slots: Slots, assembly: Assembly) -> None:
    """Each of the four quarters of 2025, 2024和2025两年: as many units as the time has."""
    counted = [(item, each.grain, each.number) for item, each in slots.groups if each.grain and each.number]
    for item, grain, number in counted:
        if period is None or period.days is None or len(buckets(grain, period)) != number:
            raise assembly.deny(item)
