"""Groups said as kinds: which kind of campaign, by type: the field that tells the kinds apart of what is measured.

In 'coupon 那种活动' and 'campaigns by campaign type' the things themselves are not what is grouped by.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Group
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots, counts_kinds
from chat_service.translate.senses import DimensionSense, Word
from chat_service.translate.words.vocabulary import phrase_keys
from semantic_layer import Model


def read_kinds(slots: Slots, assembly: Assembly) -> None:
    """Make groups of the words for kinds. Raises StopError where nothing tells kinds apart."""
    for item in slots.frame.said("kind_of"):
        names = _kinds_measured(slots, assembly)
        if (
            not names
            or any(_is_named(item, *each, slots) for each in slots.groups)
            or _leads_to_people(item, slots, assembly)
        ):
            raise assembly.deny(item)
        asks = isinstance(item.meaning, Word) and item.meaning.meaning == "which"
        slots.groups.append((item, Group(names, which=asks)))
    for at, (item, each) in enumerate(slots.groups):
        leaves = [slots.frame.folded(leaf) for leaf in item.leaves() if leaf.category == "dimension"]
        if word_set("kind_name").intersection(leaves):  # by type: of what, the question says elsewhere
            names = _kinds_measured(slots, assembly)
            slots.groups[at] = (item, replace(each, dimensions=names or each.dimensions))
    _drop_narrowed(slots, assembly)
    counted = [item for item, _ in slots.ranks if counts_kinds(item, slots.frame)]
    kinds = set(_called_kinds(assembly)) if counted else set()
    for item in counted:
        if kinds.isdisjoint(name for _, each in slots.groups for name in each.dimensions):
            raise assembly.deny(item)  # 最长的三类工单: so many of the kinds, and not of the things


def _is_bare(group: Group) -> bool:
    return bool(group.dimensions) and not group.marked and not group.which


def _is_named(kinds: Edge, item: Edge, group: Group, slots: Slots) -> bool:
    """Whether kinds are those of a group, where it is not one beside them: by category and channel."""
    between = slots.frame.between(kinds, item)
    return _is_bare(group) and not (item.start >= kinds.end and any("connective" in edge.keys for edge in between))


def _drop_narrowed(slots: Slots, assembly: Assembly) -> None:
    """coupon 那种活动, campaigns by campaign type: the noun beside its own kind names the things, and no groups."""
    homes = {item.end: _homes(values.candidates, assembly) for item, values in slots.values}
    kinds = set(_called_kinds(assembly)) if any(each.dimensions for _, each in slots.groups) else set()
    named = [name for _, each in slots.groups for name in each.dimensions if name in kinds]
    things = {stem for name in named for stem in _stems(name, assembly)}
    for entry in [each for each in slots.groups if _is_bare(each[1])]:
        item, each = entry
        before = slots.frame.spoken(item, "follow", back=True)
        narrowed = before is not None and _homes(each.dimensions, assembly) & homes.get(before.end, set())
        labels = [assembly.model.group_label(name) for name in each.dimensions]
        if narrowed or (not slots.ranks and any({label.en, label.zh} & things for label in labels)):
            slots.groups.remove(entry)
            assembly.use(item, "entity", "")


def _homes(names: tuple[str, ...], assembly: Assembly) -> set[str]:
    dimensions = assembly.model.dimensions
    return {dimensions[name].home.dataset for name in names if name in dimensions}


def _leads_to_people(item: Edge, slots: Slots, assembly: Assembly) -> bool:
    """Whether people are the next that is spoken of: 什么样的会员, 什么样的会员复购率高."""
    after = slots.frame.spoken(item)
    people = assembly.scope.entity_words
    return after in slots.entities or (after is not None and slots.frame.folded(after).startswith(people))


def _called_kinds(assembly: Assembly) -> tuple[str, ...]:
    """The dimensions that are called a type or category, by their label or in one word."""
    senses = (s for word in word_set("kind_name") for s in assembly.scope.lexicon.senses(phrase_keys(word)))
    alone = (s.name for s in senses if isinstance(s, DimensionSense))
    return tuple(dict.fromkeys((*alone, *_labelled_kinds(assembly.model))))


@lru_cache(maxsize=4)
def _labelled_kinds(model: Model) -> tuple[str, ...]:
    ends = tuple(word_set("kind_name"))
    return tuple(d.name for d in model.dimensions.values() if d.label.en.endswith(ends) or d.label.zh.endswith(ends))


def _kinds_measured(slots: Slots, assembly: Assembly) -> tuple[str, ...]:
    """The kinds of what is measured: of its own rows, or of the thing that its name speaks of (campaign open rate)."""
    structure, model = assembly.structure, assembly.model
    names = [name for _, each in (*slots.measures, *slots.subjects) for name in each[:1] if name in model.metrics]
    kinds = _called_kinds(assembly)
    rows = {dataset for name in names for dataset in structure.stands_on(name)}
    labels = [label for name in names for label in (model.metrics[name].label.en, model.metrics[name].label.zh)]
    spoken = tuple(n for n in kinds if any(stem in label for stem in _stems(n, assembly) for label in labels))
    own = tuple(n for n in kinds if _homes((n,), assembly) & rows)
    return own or spoken or (kinds if not names else ())


def _stems(dimension: str, assembly: Assembly) -> list[str]:
    """What a dimension of kinds is of: campaign type, 活动类型."""
    label = assembly.model.dimensions[dimension].label
    ends = [(text, kind) for text in (label.en, label.zh) for kind in word_set("kind_name") if text.endswith(kind)]
    return [stem for text, kind in ends if (stem := text.removesuffix(kind).strip())]
