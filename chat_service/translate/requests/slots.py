"""The slots of a question: what is measured, of whom, when, by what; and how two items stand to each other."""

from __future__ import annotations

from dataclasses import dataclass, field

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import (
    Against,
    Amount,
    Bound,
    Clause,
    Clauses,
    Dated,
    Group,
    Listed,
    Measure,
    Rank,
)
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.rules.amounts import is_number
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.senses import Ask, Values, When
from semantic_layer import FieldFilter, Period

LINKS = frozenset({"connective", "comparison", "date.versus", "follow.what_about", "follow.also"})
_INSIDE = ("function.function.place", "grouping.within", "window.inside")
RELATIVE = frozenset({"who", "that", "which", "whose", "where"})
_CARRYING = frozenset({"with", "then"})
LISTING = word_set("listing")

Named = tuple[Edge, tuple[str, ...]]


@dataclass(eq=False)
class Slots:
    """The parts of a question. Measures, populations and subjects hold the metrics that the words can mean.

    `people`: customers are spoken of; `counting`: their number is. What a follow-up says of the question before:
    `shifted`, the period right before its own; `number`, so many rows instead; `same`, the things that were shown are
    kept, whatever else is shown of them; `taken`, items that are named to take them back; `swapped`, the metric that
    another takes the place of. `own` is the time of what people are told by, where it is not that of the question.
    """

    frame: Frame
    measures: list[Named] = field(default_factory=list)
    populations: list[Named] = field(default_factory=list)
    subjects: list[Named] = field(default_factory=list)
    narrowed: list[FieldFilter] = field(default_factory=list)
    whens: list[tuple[Edge, When]] = field(default_factory=list)
    against: list[tuple[Edge, Against]] = field(default_factory=list)
    values: list[tuple[Edge, Values]] = field(default_factory=list)
    groups: list[tuple[Edge, Group]] = field(default_factory=list)
    ranks: list[tuple[Edge, Rank]] = field(default_factory=list)
    bounds: list[tuple[Edge, Bound]] = field(default_factory=list)
    clauses: list[tuple[Edge, Clauses]] = field(default_factory=list)
    listed: list[tuple[Edge, Listed]] = field(default_factory=list)
    dated: list[tuple[Edge, Dated]] = field(default_factory=list)
    own: dict[Edge, When] = field(default_factory=dict)
    amounts: list[tuple[Edge, Amount]] = field(default_factory=list)
    entities: list[Edge] = field(default_factory=list)
    columns: list[Edge] = field(default_factory=list)
    people: bool = False
    counting: bool = False
    shifted: Period | None = None
    number: int | None = None
    same: bool = False
    taken: list[Edge] = field(default_factory=list)
    swapped: str = ""

    @property
    def opens_adding(self) -> bool:
        """Whether the first word adds something to the question before, whatever a reading takes it for: 再加上."""
        first, leaves = self.frame.items[0], self.frame.lattice.leaves
        return any(e.category == "follow.also" for e in leaves if (e.start, e.end) == (first.start, first.end))

    @property
    def turns_to(self) -> bool:
        """毛利呢,也这么比: a measure is asked about in the place of the one before, whatever is said behind it."""
        named = {item for item, _ in self.measures}
        return any(self.frame.spoken(each, back=True) in named for each in self.frame.said("follow.what_about"))

    def has(self, *categories: str) -> bool:
        """Whether a word of one of the categories stands by itself."""
        return bool(self.frame.said(*categories))


def joined(frame: Frame, one: Edge, other: Edge) -> bool:
    """Whether two items stand in one list: a link between them, and nothing else but words without meaning."""
    between = frame.between(one, other)
    if any(not edge.is_empty and LINKS.isdisjoint(edge.keys) for edge in between):
        return False
    links = [edge for edge in between if not LINKS.isdisjoint(edge.keys) and frame.folded(edge) not in _CARRYING]
    if not links or not all(edge in links or edge.is_empty for edge in between):
        return False
    if all(frame.folded(edge) == "," for edge in links):
        measures = frame.of(Measure)  # 带来的订单,笔单价多少: a comma alone makes no list of two
        listed = len(measures) > 2 or any(frame.folded(link) in LISTING for link in frame.said("connective.and"))
        return listed or is_number(frame.folded(one)) or is_number(frame.folded(other))
    return True


def spaced(frame: Frame, one: Edge, other: Edge) -> bool:
    """花了多少营销费 来了几个新客: in a language written without them, a space between two things parts them."""
    text, tokens = frame.lattice.folded.text, frame.lattice.tokens
    return not frame.folded(one).isascii() and " " in text[tokens[one.end - 1].fend : tokens[other.start].fstart]


def is_relative(item: Edge, slots: Slots) -> bool:
    """Whether a deed describes people: 买过的客户, customers who bought."""
    frame = slots.frame
    if isinstance(item.meaning, Clauses) and item.meaning.relative:
        return True
    before, after = frame.spoken(item, until=RELATIVE, back=True), frame.after(item)
    if before is not None and frame.folded(before).split(" ")[-1] in RELATIVE:
        return True
    seen = False
    while after is not None and after.is_empty:
        seen = seen or frame.folded(after) in word_set("possessive")
        after = frame.after(after)
    if slots.measures and after is not None:  # 买过数码产品的人今年的退款率
        seen = seen or frame.folded(after).startswith(tuple(word_set("possessive")))
    if after is None or not seen:
        return False
    if slots.people and after.category == "ask" and set(asked_of(after)) <= {"how_many", "how_much", "count", "people"}:
        return True  # 金卡会员里下单的有多少: they who did it are counted
    people = {*slots.entities, *(e for e, _ in slots.listed), *(e for e, _ in slots.populations)}
    return after in people or (after.category == "values" and slots.people)


def set_free(item: Edge, clause: Clause, slots: Slots) -> None:
    """The time and the objects of a verb that is no condition are the question's."""
    if clause.when is not None:
        slots.whens.append((item, clause.when))
    slots.values.extend((item, values) for values in clause.values)


def asked_of(item: Edge) -> tuple[str, ...]:
    """What a question word asks for: people, money, how long; nothing for any other item."""
    return item.meaning.what if isinstance(item.meaning, Ask) else ()


def asks_for_each(frame: Frame) -> bool:
    """Who, which customers, 谁的, whose at the head of a question: one by one, wherever the word stands."""
    leaves = (leaf for item in frame.items for leaf in item.leaves())
    first = next((edge for edge in frame.covering.edges if any(map(str.isalnum, frame.folded(edge)))), None)
    heads = first is not None and frame.folded(first) in word_set("of_whom")
    return heads or any({"list", "who", "which"} & set(asked_of(leaf)) for leaf in leaves)


def names_roster(slots: Slots) -> bool:
    """Whether a list of names is asked for, wherever it is said: 银卡会员名单及流失原因."""
    rosters = tuple(word_set("roster"))
    return any(slots.frame.folded(each).endswith(rosters) for each in slots.frame.asks("list"))


def of_same_people(people: tuple[str, ...], other: tuple[str, ...], assembly: Assembly) -> bool:
    """Whether one measure counts those of a list, and the other is what they are told by: their value at risk."""
    lists = assembly.model.lists.values()
    return any(each.metric in people and set(each.summary) & set(other) for each in lists)


def is_asked_for(item: Edge, others: list[Named], frame: Frame) -> bool:
    """How many orders did each channel get, and what …: a number that is asked for by itself, and then another."""
    apart = [edge for other, _ in others for edge in frame.between(item, other)]
    marks = (set(edge.keys) & {"connective", "follow.what_about"} or frame.folded(edge) == "," for edge in apart)
    if not (any(marks) or any(spaced(frame, item, other) for other, _ in others)):
        return False
    before = frame.spoken(item, back=True)
    return before is not None and "how_many" in asked_of(before)


def names_people(item: Edge, frame: Frame, nouns: tuple[str, ...]) -> bool:
    """Whether people are named by what they are: new customers, gold members, women. `nouns` are words for people."""
    text = frame.folded(item)
    return item.category == "values" and (text.endswith(nouns) or text in word_set("people_value"))


def tells_whose(item: Edge, frame: Frame) -> bool:
    """Customers whose plan ended: by what became of it they are told, and by no group."""
    before, after = frame.before(item), frame.spoken(item)
    led = before is not None and frame.folded(before) in word_set("of_whom")
    return led and after is not None and after.category in ("dated", "field")


def counts_kinds(item: Edge, frame: Frame) -> bool:
    """Whether the number of a rank counts kinds: 最长的三类工单."""
    return any(frame.folded(leaf) in word_set("kind_unit") for leaf in item.leaves())


def shared_by_group(word: Edge, told: list[Edge], slots: Slots) -> bool:
    """上季度新注册的会员，各渠道的比例: whom it is about stands before, then each group with its part of them."""
    beside = [i for i, _ in slots.groups if all(each.is_empty for each in slots.frame.between(i, word))]
    return bool(beside) and all(item.end <= min(beside[0].start, word.start) for item in told)


def deeds_of(item: Edge) -> list[Edge]:
    """The words for each deed that an item tells."""
    return [item] if item.category == "clause" else [one for part in item.parts for one in deeds_of(part)]


def is_whole(item: Edge, frame: Frame) -> bool:
    """Of our customers, 客户里: a part of them is asked for."""
    after, before = frame.after(item), frame.spoken(item, until=word_set("part_of"), back=True)
    opened = before is not None and frame.folded(before) in word_set("part_of")
    return opened or (after is not None and after.category in _INSIDE)
