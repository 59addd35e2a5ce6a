"""What a request is grouped by: the dimensions and units of time of a question."""

from __future__ import annotations

from dataclasses import replace

from chat_service.language.grammar.rule import Edge
from chat_service.translate.grammar.categories import Group
from chat_service.translate.meaning.choices import Chooser
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.draft import Draft
from chat_service.translate.requests.slots import Slots
from chat_service.translate.senses import DimensionSense, Word
from chat_service.translate.words.vocabulary import phrase_keys
from semantic_layer import GRAINS, FieldFilter, Grain

_KIND_NAMES = ("类型", "类别", "type", "category")


def group(
    draft: Draft, slots: Slots, assembly: Assembly, chooser: Chooser, grains: tuple[Grain, ...]
) -> tuple[str, ...]:
    """Set what the draft is grouped by; returns the groups that a limit counts within."""
    _kinds(slots, assembly)
    _refuse_compounds(slots, assembly)
    found: dict[str, tuple[Edge, Group]] = {}
    for item, each in slots.groups:
        name = each.grain or assembly.dimension(item, each.dimensions, chooser)
        assembly.use(item, "grain" if each.grain is not None else "grouping", name)
        if name not in found or (each.marked and not found[name][1].marked):
            found[name] = (item, each)
    names = list(found)
    if draft.goes_on:
        _changed(draft, found, slots)
    else:
        names.extend(grain for grain in grains if grain not in names)
        draft.group_by = tuple(names)
    outer = [name for name, (_, each) in found.items() if each.outer]
    if len(names) > 1 and not outer:
        inner = [name for name, (_, each) in found.items() if not each.marked or each.which]
        outer = [name for name in names if name != inner[0]] if len(inner) == 1 else []
    return tuple(outer) if len(outer) < len(draft.group_by) else ()


def _refuse_compounds(slots: Slots, assembly: Assembly) -> None:
    """'By city tier': a second dimension with nothing between is part of a name that is not known."""
    for item, each in slots.groups:
        before = slots.frame.before(item)
        if before is not None and before.category == "group" and not each.marked and each.dimensions:
            raise assembly.deny(item)


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


def _leads_to_people(item: Edge, slots: Slots, assembly: Assembly) -> bool:
    """Whether people are the next that is spoken of: 什么样的会员, 什么样的会员复购率高."""
    after = slots.frame.after(item)
    while after is not None and after.is_empty:
        after = slots.frame.after(after)
    people = assembly.scope.entity_words
    return after in slots.entities or (after is not None and slots.frame.folded(after).startswith(people))


def _kinds_of(after: tuple[Edge, Group], slots: Slots, names: tuple[str, ...], assembly: Assembly) -> tuple[str, ...]:
    """The dimensions called the type of what a group is of: campaigns by campaign type."""
    text = slots.frame.folded(after[0])
    called = [f"{text} {kind}" if text.isascii() else f"{text}{kind}" for kind in _KIND_NAMES]
    senses = (s for words in called for s in assembly.scope.lexicon.senses(phrase_keys(words)))
    found = tuple(dict.fromkeys(s.name for s in senses if isinstance(s, DimensionSense)))
    dimensions = assembly.scope.model.dimensions
    homes = {dimensions[name].home.dataset for name in after[1].dimensions if name in dimensions}
    near = (name for name in names if dimensions[name].home.dataset in homes and name not in after[1].dimensions)
    return found or tuple(near)


def _kinds(slots: Slots, assembly: Assembly) -> None:
    """每类工单, which type of ticket: the dimensions called a type or category, the nearest to what is measured."""
    for item in slots.frame.said("kind_of"):
        senses = (s for word in _KIND_NAMES for s in assembly.scope.lexicon.senses(phrase_keys(word)))
        names = tuple(dict.fromkeys(s.name for s in senses if isinstance(s, DimensionSense)))
        after = next((each for each in slots.groups if each[0].start >= item.end), None)
        if after is not None and all(edge.is_empty for edge in slots.frame.between(item, after[0])):
            kinds = _kinds_of(after, slots, names, assembly)
            if not kinds and not set(after[1].dimensions) & set(names):
                raise assembly.deny(item)
            if kinds:
                slots.groups[slots.groups.index(after)] = (after[0], replace(after[1], dimensions=kinds))
            assembly.use(item, "grouping", "")
        elif names and not _leads_to_people(item, slots, assembly) and isinstance(item.meaning, Word):
            slots.groups.append((item, Group(names, which=item.meaning.meaning == "which")))
        else:
            raise assembly.deny(item)
