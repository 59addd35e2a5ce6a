"""What the values that a question names become: filters, groups, values whose share is asked for, values to show."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from chat_service.language.folding import fold
from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.rules.levels import BEYOND
from chat_service.translate.meaning.choices import Chooser
from chat_service.translate.requests.assembly import Assembly, value_filter
from chat_service.translate.requests.draft import Draft
from chat_service.translate.requests.part_and_whole import part_is_deed, part_named
from chat_service.translate.requests.slots import Slots
from chat_service.translate.senses import Names, Values, ValueSense
from semantic_layer import GRAINS, FieldFilter, Filter, Scalar


def add_values(draft: Draft, slots: Slots, assembly: Assembly, chooser: Chooser) -> tuple[str, ...]:
    """Put the values of a question into the draft; returns their dimensions. Raises StopError where one is in doubt."""
    dimensions: list[str] = []
    shared = _shared(draft, slots, assembly)
    _refuse_mixed(slots, assembly)
    added = _added_up(slots)
    for item, values in _narrowing(draft, slots, assembly):
        meant = _of_grouped(values, draft, assembly) or _of_things(item, values, chooser, slots, assembly)
        meant = _of_before(meant, draft, assembly)
        dimension, found = assembly.values(item, meant, chooser)
        if dimension in dimensions and not values.negated:
            raise assembly.deny(item)
        dimensions.append(dimension)
        if not draft.goes_on and dimension in draft.group_by and _adds_group(item, values, slots):
            assembly.use(item, "grouping", dimension)
            continue
        assembly.use(item, "value", f"{dimension}: {', '.join(map(str, found))}")
        if values.both and not values.negated:
            raise assembly.deny(item)  # of whom both hold is a condition on customers: no verb said what they did
        if draft.goes_on and (values is not shared or not set(draft.group_by) <= set(GRAINS)):
            before = draft.filters
            _change(draft, item, values, dimension, found, slots, assembly)
            _keep_whole(draft, before)
        elif values is shared or (shared is not None and dimension in draft.group_by and not values.negated):
            draft.keep = (*draft.keep, value_filter(dimension, found))
            draft.filters = tuple(f for f in draft.filters if f is not draft.filtered(dimension))
            _group_by(draft, dimension)
        else:
            one = value_filter(dimension, found, negated=values.negated)
            draft.filters = (*draft.filters, one)
            each = dimension in draft.group_by or not (added or values.link == BEYOND)
            if each and len(found) > 1 and not values.negated and not _is_calendar(dimension, assembly):
                draft.show = (*draft.show, one)
                _group_by(draft, dimension)
    return tuple(dimensions)


def _narrowing(draft: Draft, slots: Slots, assembly: Assembly) -> Iterator[tuple[Edge, Values]]:
    for item, values in slots.values:
        if _tells_the_measure(slots.frame.folded(item), values, draft, assembly):
            assembly.use(item, "metric", draft.metrics[0])
        else:
            yield item, values


def _tells_the_measure(said: str, values: Values, draft: Draft, assembly: Assembly) -> bool:
    """Net sentiment on social: what the rows of a measure are called by (social mentions) keeps to none of them."""
    model = assembly.model
    homes = {model.metrics[name].definition.dataset for name in draft.metrics}
    if values.negated or values.dimensions or len(values.words) > 1 or homes & {None} or len(homes) != 1:
        return False
    label = model.datasets[next(iter(homes)) or ""].definition.label
    senses = [each for each in values.words[0] if each.dimension in model.dimensions]
    if label is None or any(model.dimensions[each.dimension].home.dataset in homes for each in senses):
        return False
    codes = {(each.dimension, each.value) for each in senses}
    known = {name: model.dimensions[name].home.definition.values for name, _ in codes}
    words = [own for name, each in known.items() for code, own in each.items() if (name, code) in codes]
    called = {fold(text).text for own in words for text in (*own.zh, *own.en)}
    if said.isascii():  # monthly members are people, whatever the rows are called by
        return said in called and said in fold(label.en).text.split()
    return said in called and any(text in fold(label.zh).text for text in called if not text.isascii())


def _adds_group(item: Edge, values: Values, slots: Slots) -> bool:
    """By age group, people with no birthday on file too: what is to be counted in as well narrows nothing."""
    frame, told = slots.frame, word_set("counts_in")
    for step in (frame.before, frame.after):
        edge = step(item)
        while edge is not None and (edge.is_empty or "follow" in edge.keys or frame.folded(edge) in told):
            if frame.folded(edge) in told:
                return not values.negated and not values.only
            edge = step(edge)
    return False


def _refuse_mixed(slots: Slots, assembly: Assembly) -> None:
    """上海、浙江、广东: what stands in one list is of one kind, not a city in provinces."""
    for (one, values), (other, more) in itertools.pairwise(slots.values):
        between = slots.frame.between(one, other)
        listed = len(between) == 1 and between[0].category in ("connective.and", "connective.or")
        if values.dimensions and more.dimensions and not set(values.dimensions) & set(more.dimensions):
            continue  # 性别为女、等级为金卡: each with what it is of
        if listed and not values.negated and not more.negated and slots.frame.folded(between[0]) not in (",", "with"):
            raise assembly.deny(other)


def _added_up(slots: Slots) -> bool:
    """上海和北京合计, app and web combined: one number of all that are named, where nothing says each."""
    frame = slots.frame
    words = {frame.folded(edge) for edge in frame.covering.edges if edge.is_empty}
    severally = (edge for edge in frame.covering.edges if edge.category == "function.quantifier.both")
    if any(frame.folded(word) in word_set("severally") for word in severally):
        return False  # 各是多少, 分别: each for itself
    if slots.against or slots.has("grouping", "comparison", "comparative", "share"):
        return False
    asked = any(frame.folded(item).startswith(_sums_in_han()) for item in frame.asks("how_many", "people", "count"))
    return asked or bool(words & word_set("added_up"))


@lru_cache(maxsize=1)
def _sums_in_han() -> tuple[str, ...]:
    return tuple(word for word in word_set("added_up") if not word.isascii())


def _of_things(item: Edge, values: Values, chooser: Chooser, slots: Slots, assembly: Assembly) -> Values:
    """Our Shenzhen stores, 深圳的门店: right before things that have a place of their own, a value is of these."""
    dimensions, at = assembly.model.dimensions, item.end
    while (after := next((e for e in slots.frame.covering.edges if e.start == at), None)) and (
        after.is_empty or after.category == "follow.those"
    ):
        at = after.end
    told = [e.meaning for e in slots.frame.lattice.leaves if e.category == "dimension" and e.start == at]
    named = {name for each in told if isinstance(each, Names) for name in each.names if name in dimensions}
    homes = {dimensions[name].home.dataset for name in named if not assembly.structure.entity_dimension(name)}
    codes = [{sense.value for sense in word} for word in values.words]
    own = [n for n, each in dimensions.items() if each.home.dataset in homes and n not in named and chooser.reaches(n)]
    pairs = [[(name, code) for name in own for code in sorted(word, key=str)] for word in codes]
    found = [[each for each in word if assembly.index.holds(*each)] for word in pairs]
    if values.negated or values.dimensions or not all(found):
        return values
    return replace(values, words=tuple((ValueSense(*word[0]),) for word in found))


def _of_before(values: Values, draft: Draft, assembly: Assembly) -> Values:
    """那上海呢 after the stores of Beijing: of what was kept to before, where the one could stand for the other."""
    holds, codes = assembly.index.holds, [{sense.value for sense in word} for word in values.words]
    known = (f for f in draft.filters if isinstance(f, FieldFilter) and f.field in assembly.model.dimensions)
    for kept in known if draft.goes_on else ():
        if kept.op not in ("=", "in"):
            continue
        swapped = any(holds(name, value) for name in values.candidates for value in kept.values)
        fit = [next((code for code in sorted(word, key=str) if holds(kept.field, code)), None) for word in codes]
        if swapped and None not in fit:
            return replace(values, words=tuple((ValueSense(kept.field, code),) for code in fit if code is not None))
    return values


def _of_grouped(values: Values, draft: Draft, assembly: Assembly) -> Values | None:
    """By age group, with or without the unknown: of what is grouped by, where a value of its own is called so too."""
    if own := set(values.candidates) & set(draft.group_by):
        return replace(values, words=tuple(tuple(s for s in word if s.dimension in own) for word in values.words))
    dimensions, codes = assembly.model.dimensions, {sense.value for word in values.words for sense in word}
    for name in draft.group_by if not values.dimensions else ():
        known = dimensions[name].home.definition.values if name in dimensions else {}
        called = {code: " ".join((*one.zh, *one.en)) for code, one in known.items() if code in codes}
        if codes == {code for code, text in called.items() if values.text in fold(text).text}:
            return replace(values, words=tuple((ValueSense(name, code),) for code in codes))
    return None


def _group_by(draft: Draft, dimension: str) -> None:
    if dimension not in draft.group_by:
        time = [name for name in draft.group_by if name in GRAINS]
        draft.group_by = (*(name for name in draft.group_by if name not in time), dimension, *time)


def _is_calendar(dimension: str, assembly: Assembly) -> bool:
    """Weekends are a filter, not two groups."""
    return assembly.model.dimensions[dimension].type == "integer"


def _shared(draft: Draft, slots: Slots, assembly: Assembly) -> Values | None:
    """The value whose share is asked for, where nothing is grouped, or its own kind is."""
    if not slots.has("share") or all(assembly.model.metrics[m].unit == "percent" for m in draft.metrics):
        return None
    part = part_named(slots)
    if part is None or (all(map(assembly.structure.one_each, draft.metrics)) and part_is_deed(slots)):
        return None
    groups = {name for name in draft.group_by if name not in GRAINS}
    if groups and not any(set(each.candidates) & groups for _, each in slots.values if not each.negated):
        return None
    return part[1]


# --- in a question that goes on ---


def _change(
    draft: Draft,
    item: Edge,
    values: Values,
    dimension: str,
    found: tuple[Scalar, ...],
    slots: Slots,
    assembly: Assembly,
) -> None:
    """Other values instead of those before, some less, or some beside them."""
    known = draft.filtered(dimension)
    plain = known is not None and known.op in ("=", "in")
    if values.negated:
        if known is not None and plain and set(known.values) <= set(found):
            raise assembly.deny(item)  # 去掉上海 after a number of Shanghai alone: all but that, or no condition?
        draft.filters = tuple(_without(draft, dimension, found))
        draft.show = tuple(f for f in draft.show if f.field != dimension)
        return
    if known is not None and not plain and _adds(slots):
        raise assembly.deny(item)  # what was left out is back
    kept = known.values if known is not None and plain and _adds(slots) else ()
    one = value_filter(dimension, tuple(dict.fromkeys((*kept, *found))))
    place = draft.filters.index(known) if known is not None else len(draft.filters)
    others: list[Filter] = [f for f in draft.filters if f is not known]
    draft.filters = (*others[:place], one, *others[place:])
    draft.keep = tuple(f for f in draft.keep if f.field != dimension)
    draft.show = tuple(f for f in draft.show if f.field != dimension)
    if _added_up(slots):
        draft.group_by = tuple(name for name in draft.group_by if name != dimension)
    elif len(one.values) > 1 and not _is_calendar(dimension, assembly):
        draft.show = (*draft.show, one)
        _group_by(draft, dimension)


def _keep_whole(draft: Draft, before: tuple[Filter, ...]) -> None:
    """只看APP after gold's part of each region: what keeps to less keeps the whole to it, but another part does not."""
    gone, new = [f for f in before if f not in draft.filters], [f for f in draft.filters if f not in before]
    if draft.among is not None and all(f in draft.among for f in gone):
        draft.among = (*(f for f in draft.among if f not in gone), *new)


def _adds(slots: Slots) -> bool:
    """和北京比一下, 再加上北京: the values before stay beside the new ones."""
    compares = slots.has("comparison.versus") and not slots.against
    adds = slots.has("follow.also") or slots.opens_adding  # 再加上 joins as well
    return compares or (adds and not slots.has("follow.instead") and not slots.measures)


def _without(draft: Draft, dimension: str, found: tuple[Scalar, ...]) -> list[Filter]:
    """Filters after values are taken out: of just these the others are left, of others these are left out too."""
    known = draft.filtered(dimension)
    rest: list[Filter] = [f for f in draft.filters if f is not known]
    if known is not None and known.op in ("=", "in"):
        return [*rest, value_filter(dimension, tuple(value for value in known.values if value not in found))]
    left_out = known.values if known is not None and known.op in ("!=", "not in") else ()
    return [*rest, value_filter(dimension, tuple(dict.fromkeys((*left_out, *found))), negated=True)]
