"""Groups said as kinds: 每类工单, per type, which kind of campaign, 各类型: the field that tells the kinds apart.

Of what a noun of the question names, else of what is measured; the things themselves are not what is grouped by then,
nor in 'coupon 那种活动', where the kind is a condition.
"""

from __future__ import annotations

from dataclasses import replace

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Group
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots, counts_kinds, set_free
from chat_service.translate.senses import DimensionSense, Word
from chat_service.translate.words.vocabulary import phrase_keys
from semantic_layer import MetricQuery, Request

_BEHIND_ABOUT = frozenset({"when", "ranking", "rank.highest", "rank", "group", "connective.and", "chart"})


def read_kinds(slots: Slots, assembly: Assembly) -> None:
    """Make groups of the words for kinds. Raises StopError where nothing tells kinds apart."""
    _refuse_empty(slots, assembly)
    _drop_narrowed(slots, assembly)
    for item in slots.frame.said("kind_of"):
        after = next((each for each in slots.groups if each[0].start >= item.end), None)
        beside = after is not None and all(edge.is_empty for edge in slots.frame.between(item, after[0]))
        bare = (each for each in slots.groups if _is_bare(each[1]) and not _is_listed(item, each[0], slots))
        named = after if beside else next(bare, None)
        kinds = _kinds_of(named, slots, assembly) if named is not None else ()
        if named is not None and (kinds or named is after):
            if not kinds and not set(named[1].dimensions) & set(_called_kinds(assembly)):
                raise assembly.deny(item)
            group = replace(named[1], dimensions=kinds or named[1].dimensions, marked=True, which=_asks(item))
            slots.groups[slots.groups.index(named)] = (named[0], group)
            assembly.use(item, "grouping", "")
            continue
        names = _kinds_measured(slots, assembly)
        if not names or _leads_to_people(item, slots, assembly):
            raise assembly.deny(item)
        slots.groups.append((item, Group(names, which=_asks(item))))
    _kinds_ranked(slots, assembly)
    for at, (item, each) in enumerate(slots.groups):
        leaves = [slots.frame.folded(leaf) for leaf in item.leaves() if leaf.category == "dimension"]
        if word_set("kind_name").intersection(leaves):  # by type: of what, the question says elsewhere
            names = _kinds_measured(slots, assembly)
            slots.groups[at] = (item, replace(each, dimensions=names or each.dimensions))
    _drop_narrowed(slots, assembly)


def _is_listed(item: Edge, other: Edge, slots: Slots) -> bool:
    """By category and channel: another group, and not that whose kinds are meant."""
    return other.start >= item.end and any("connective" in edge.keys for edge in slots.frame.between(item, other))


def asked_about(frame: Frame) -> Edge | None:
    """What do people complain about most, what were last month's tickets about: the word that asks for their kinds."""
    said = [edge for edge in frame.covering.edges if any(map(str.isalnum, frame.folded(edge)))]
    whats = [at for at, edge in enumerate(said) if frame.folded(edge).split(" ")[0] in word_set("asks_what")]
    for at, edge in enumerate(said):
        behind = [each for each in said[at + 1 :] if not each.is_empty][:1]
        left = edge.is_empty and frame.folded(edge) in word_set("stranded")
        if left and whats and whats[0] < at and all(each.category in _BEHIND_ABOUT for each in behind):
            return edge
    return None


def read_about(slots: Slots, assembly: Assembly) -> None:
    """What do people complain about: how often they do is counted, by its kinds. Raises StopError where none are."""
    about = asked_about(slots.frame) if not slots.groups else None
    if about is None:
        return
    plain = [each for each in slots.clauses if len(each[1].clauses) == 1 and each[1].clauses[0].is_plain]
    if not slots.measures and len(plain) == 1:
        item, clauses = plain[0]
        slots.clauses.remove(plain[0])
        set_free(item, clauses.clauses[0], slots)
        slots.measures.append((item, (assembly.model.behaviours[clauses.clauses[0].behaviours[0]].metric,)))
    kinds = _kinds_measured(slots, assembly) if slots.measures else ()
    if not kinds and slots.frame.said("intent.define"):
        return  # what is NPS about
    if not kinds:
        raise assembly.deny(about)
    slots.groups.append((about, Group(kinds, which=bool(slots.ranks))))


def kinds_of_before(frame: Frame, before: Request | None, assembly: Assembly) -> MetricQuery | None:
    """What were they about: the number before, by the kinds of what it counts; None where nothing of it is asked."""
    about = asked_about(frame)
    if about is None or not isinstance(before, MetricQuery) or before.group_by:
        return None
    slots = Slots(frame)
    slots.measures.append((about, before.metrics))
    kinds = _kinds_measured(slots, assembly)
    if kinds:
        assembly.assume("kept_from_before")
    return before.model_copy(update={"group_by": kinds[:1]}) if kinds else None


def _kinds_ranked(slots: Slots, assembly: Assembly) -> None:
    """处理时间最长的三类工单, 卖得最多的三类商品: so many of the kinds, and not of the things."""
    for item, _ in slots.ranks:
        if not counts_kinds(item, slots.frame):
            continue
        named = next((each for each in slots.groups if each[0].start == item.end), None)
        kinds = _kinds_of(named, slots, assembly) if named is not None else _kinds_measured(slots, assembly)
        own = named is not None and set(named[1].dimensions) & set(_called_kinds(assembly))
        if own or (named is None and slots.groups):
            continue
        if not kinds:
            raise assembly.deny(item)
        slots.groups[:] = [each for each in slots.groups if each is not named]
        slots.groups.append((named[0] if named is not None else item, Group(kinds)))


def _asks(item: Edge) -> bool:
    meaning = item.meaning
    return isinstance(meaning, Word) and meaning.meaning == "which"


def _refuse_empty(slots: Slots, assembly: Assembly) -> None:
    """Split per type: behind a word of grouping the word for a kind is what is grouped by."""
    for edge in slots.frame.covering.edges:
        before = slots.frame.before(edge)
        grouping = before is not None and "grouping" in before.keys
        if edge.is_empty and grouping and slots.frame.folded(edge) in word_set("kind_name"):
            raise assembly.deny(edge)


def _is_bare(group: Group) -> bool:
    return bool(group.dimensions) and not group.marked and not group.which


def _drop_narrowed(slots: Slots, assembly: Assembly) -> None:
    """coupon 那种活动, campaigns by campaign type: the noun beside its own kind names the things, and no groups."""
    homes = {item.end: _homes(values.candidates, assembly) for item, values in slots.values}
    kinds = set(_called_kinds(assembly)) if slots.groups else set()
    named = [name for _, each in slots.groups for name in each.dimensions if name in kinds]
    things = {stem for name in named for stem in _stems(name, assembly)}
    for entry in list(slots.groups):
        item, each = entry
        before = slots.frame.spoken(item, "follow", back=True)
        own = _homes(each.dimensions, assembly)
        narrowed = before is not None and own & homes.get(before.end, set())
        labels = [assembly.model.group_label(name) for name in each.dimensions]
        of_kind = not slots.ranks and any({label.en, label.zh} & things for label in labels)
        if _is_bare(each) and (narrowed or of_kind):
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
    ends = tuple(word_set("kind_name"))
    senses = (s for word in ends for s in assembly.scope.lexicon.senses(phrase_keys(word)))
    alone = (s.name for s in senses if isinstance(s, DimensionSense))
    dimensions = assembly.model.dimensions.values()
    labelled = (d.name for d in dimensions if d.label.en.endswith(ends) or d.label.zh.endswith(ends))
    return tuple(dict.fromkeys((*alone, *labelled)))


def _kinds_of(after: tuple[Edge, Group], slots: Slots, assembly: Assembly) -> tuple[str, ...]:
    """The dimensions called the type of what a group is of: campaigns by campaign type."""
    text = slots.frame.folded(after[0])
    called = [f"{text} {kind}" if text.isascii() else f"{text}{kind}" for kind in word_set("kind_name")]
    senses = (s for words in called for s in assembly.scope.lexicon.senses(phrase_keys(words)))
    found = tuple(dict.fromkeys(s.name for s in senses if isinstance(s, DimensionSense)))
    homes = _homes(after[1].dimensions, assembly)
    near = (n for n in _called_kinds(assembly) if _homes((n,), assembly) & homes and n not in after[1].dimensions)
    return found or tuple(near)


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
