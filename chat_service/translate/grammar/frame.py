"""Items -> a frame: what the question asks for, sorted by kind, with nothing decided yet.

Every mention ends in exactly one place: in a node, in a flag, among the words without meaning, or in `leftover`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeVar

from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import (
    Against,
    Amount,
    Clause,
    Compared,
    Condition,
    Dated,
    Group,
    Item,
    Items,
    Measure,
    Node,
    Rank,
    Values,
    When,
)
from chat_service.translate.grammar.matching import is_a, is_any
from chat_service.translate.grammar.subjects import split_subjects
from chat_service.translate.senses import Mention, WordSense
from chat_service.translate.words.scope import Scope
from semantic_layer import FieldFilter

_FLAGS = (
    "comparative",
    "share",
    "cumulative",
    "trend",
    "change",
    "intent",
    "statistic",
    "follow",
    "chart",
    "only",
    "question",
    "average",
    "quantity",
    "comparison",
)
_Kind = TypeVar("_Kind", bound=Node)


@dataclass(frozen=True)
class Frame:
    """A question by its parts. `flags` maps `role.meaning` to the mentions that say it."""

    items: Items
    measures: tuple[Measure, ...] = ()
    populations: tuple[Measure, ...] = ()
    subjects: tuple[Measure, ...] = ()
    narrowed: tuple[FieldFilter, ...] = ()
    conditions: tuple[Measure, ...] = ()
    clauses: tuple[Clause, ...] = ()
    compared: tuple[Compared, ...] = ()
    dated: tuple[Dated, ...] = ()
    values: tuple[Values, ...] = ()
    groups: tuple[Group, ...] = ()
    whens: tuple[When, ...] = ()
    against: tuple[Against, ...] = ()
    ranks: tuple[Rank, ...] = ()
    amounts: tuple[Amount, ...] = ()
    entities: tuple[Mention, ...] = ()
    lists: tuple[Mention, ...] = ()
    columns: tuple[Mention, ...] = ()
    flags: dict[str, tuple[Mention, ...]] = field(default_factory=dict)
    dates: tuple[Mention, ...] = ()
    leftover: tuple[Item, ...] = ()
    names_entity: bool = False
    says_entity: bool = False

    def has(self, *flags: str) -> bool:
        """Whether any of the flags is set."""
        return any(flag in self.flags for flag in flags)

    def said(self, flag: str) -> tuple[Mention, ...]:
        """The mentions behind a flag."""
        return self.flags.get(flag, ())


def build_frame(items: Items, scope: Scope) -> Frame:
    """Sort the items; a word that could be several things becomes what the rest of the question makes likeliest."""
    nodes: list[Node] = [item for item in items if isinstance(item, Node)]
    flags: dict[str, list[Mention]] = {}
    entities, lists, columns, dates = [], [], [], []
    leftover: list[Item] = []
    for index, item in enumerate(items):
        if isinstance(item, Node):
            continue
        made = _as_node(items, index, scope)
        if made is not None:
            nodes.append(made)
        elif item.lists():
            lists.append(item)
        elif item.entities() or item.words("entity"):
            entities.append(item)
            _flag(item, flags)
        elif item.fields() and not item.words("filler"):
            columns.append(item)
        elif _flag(item, flags):
            pass
        elif item.date is not None and not item.words("filler"):
            dates.append(item)
        elif not _means_nothing(item) and not (
            is_a(item, "exclusion.close") and any(isinstance(n, Values) and n.negated for n in items)
        ):
            leftover.append(item)
    nodes.sort(key=lambda node: node.start)
    leftover.extend(node for node in nodes if isinstance(node, Condition))
    measures = list(_of(nodes, Measure))
    free = [m for m in measures if m.condition is None]
    split = split_subjects(_merged(tuple(free)), items, scope.structure)
    free = list(split.measures)
    populations = [m for m in free if _is_population(m, items, free, scope)]
    return Frame(
        items=items,
        measures=tuple(m for m in free if m not in populations),
        subjects=split.subjects,
        narrowed=split.filters,
        populations=tuple(populations),
        conditions=tuple(m for m in measures if m.condition is not None),
        clauses=_of(nodes, Clause),
        compared=_of(nodes, Compared),
        dated=_of(nodes, Dated),
        values=_of(nodes, Values),
        groups=_of(nodes, Group),
        whens=_of(nodes, When),
        against=_of(nodes, Against),
        ranks=_of(nodes, Rank),
        amounts=_of(nodes, Amount),
        entities=tuple(entities),
        lists=tuple(lists),
        columns=tuple(columns),
        flags={name: tuple(mentions) for name, mentions in flags.items()},
        dates=tuple(dates),
        leftover=tuple(leftover),
        says_entity=_says_entity(items, scope),
        names_entity=any(_ends_with_entity(values, scope) for values in _of(nodes, Values)),
    )


def _ends_with_entity(values: Values, scope: Scope) -> bool:
    """金卡会员, gold members, women: the word for the value has the word for the customer in it."""
    return any(part.text.endswith(scope.entity_words) or part.text in word_set("people_value") for part in values.parts)


def _says_entity(items: Items, scope: Scope) -> bool:
    """Whether customers are named by a noun of their own, not by a pronoun."""
    words = scope.entity_words
    return any(word in item.text for item in items if isinstance(item, Mention) for word in words)


def _of(nodes: list[Node], kind: type[_Kind]) -> tuple[_Kind, ...]:
    return tuple(node for node in nodes if isinstance(node, kind))


def _as_node(items: Items, index: int, scope: Scope) -> Node | None:
    """What a single mention stands for, where it names something of the model."""
    item = items[index]
    assert isinstance(item, Mention), "nodes are made already"
    metrics = _metrics(item, items, scope)
    if metrics:
        return Measure((item,), metrics)
    if item.lists() or (item.words("filler") and not (item.values() or item.dimensions())):
        return None
    if _is_word_here(item, items):
        return None
    if item.dimensions() and item.values() and _is_thing(item, items):
        return Group((item,), item.dimensions(), marked=False, asked_which=_asked(items, index))
    if item.values() and item.date is None and not item.entities():
        return Values((item,), (item.values(),))
    if item.dimensions() and not item.entities():
        return Group((item,), item.dimensions(), marked=False, asked_which=_asked(items, index))
    return None


def _is_word_here(item: Mention, items: Items) -> bool:
    """Whether a value's word is better read as a word of the language: share, growing."""
    measured = any(isinstance(each, Measure) or (isinstance(each, Mention) and each.metrics()) for each in items)
    people = any(isinstance(each, Mention) and each.entities() for each in items)
    return measured and bool(item.words("share") or (item.words("change") and not people))


def _is_thing(item: Mention, items: Items) -> bool:
    """Whether a word that is a value and a dimension (products, stores) means the things, not the one value."""
    return (item.text.isascii() and item.text.endswith("s")) or any(isinstance(each, Rank) for each in items)


def _asked(items: Items, index: int) -> bool:
    return any(is_a(item, "question.which") for item in items[max(0, index - 2) : index + 3])


def _metrics(item: Mention, items: Items, scope: Scope) -> tuple[str, ...]:
    """The metrics that a mention can be, unless it is better read as something else."""
    names = item.metrics()
    if not names:
        return ()
    counted = {entity.counted_by for entity in scope.model.entities.values()}
    if item.is_filler and _is_verb_here(item, items):
        return ()
    if item.entities() or (set(names) <= counted and item.words("quantity")):
        return ()
    if item.words("share") and any(
        other is not item
        and (
            isinstance(other, Measure) or (isinstance(other, Mention) and other.metrics() and not other.words("share"))
        )
        for other in items
    ):
        return ()
    return names


def _is_verb_here(item: Mention, items: Items) -> bool:
    """'Does it take us': a word that is only a noun of the model elsewhere."""
    before = next((each for each in reversed(items) if each.end <= item.start), None)
    return isinstance(before, Mention) and before.text in word_set("verb_opener")


def _is_population(measure: Measure, items: Items, free: list[Measure], scope: Scope) -> bool:
    """Whether a metric that counts people only says whose other measure is asked for: 新客户的复购率."""
    if len(free) < 2 or len(measure.parts) != 1 or not all(scope.structure.one_each(name) for name in measure.metrics):
        return False
    after = [item for item in items if (item.start if isinstance(item, (Node, Mention)) else 0) >= measure.end]
    before = [item for item in items if item.end <= measure.start]
    others = [other for other in free if other is not measure and other.metrics != measure.metrics]
    if not others:
        return False
    if after and isinstance(after[0], When) and not measure.parts[-1].text.endswith(("数", "量", "率")):
        after = after[1:]  # 流失客户去年的销售额
    if after and isinstance(after[0], Mention) and (after[0].text.endswith("的") or after[0].text in ("'s", "'")):
        following = next((item for item in after[1:] if not (isinstance(item, Mention) and is_a(item, "filler"))), None)
        return (
            following is not None
            and any(other.start >= following.start for other in others)
            and not isinstance(following, Group)
        )
    if _named_before(measure, others, after, scope):
        return True
    if before and isinstance(before[-1], Mention) and before[-1].text in word_set("people_opener"):
        return any(other.end <= before[-1].start for other in others)
    return False


def _named_before(measure: Measure, others: list[Measure], after: list[Item], scope: Scope) -> bool:
    """高风险客户一共有多少预期价值: people by name, and behind them with nothing that joins what is asked of them."""
    people = [word for word in scope.entity_words if not word.isascii()]
    first = min((other.start for other in others), default=0)
    between = [item for item in after if item.end <= first]
    joined = any(is_any(item, "connective", "comparison.versus", "group") for item in between)
    joined = joined or any(is_a(item, "question.how_many") and item.end != first for item in between)
    counts = any(scope.structure.one_each(name) for other in others for name in other.metrics)
    return measure.parts[-1].text.endswith(tuple(people)) and first >= measure.end and not joined and not counts


def _merged(measures: tuple[Measure, ...]) -> tuple[Measure, ...]:
    """The same metric said twice is one measure."""
    result: list[Measure] = []
    for measure in measures:
        same = next((i for i, other in enumerate(result) if set(other.metrics) & set(measure.metrics)), None)
        if same is None:
            result.append(measure)
        else:
            names = tuple(name for name in result[same].metrics if name in measure.metrics)
            result[same] = replace(result[same], metrics=names, parts=result[same].parts + measure.parts)
    return tuple(result)


def _flag(item: Mention, flags: dict[str, list[Mention]]) -> bool:
    found = False
    for sense in item.senses:
        if isinstance(sense, WordSense) and sense.role in _FLAGS:
            flags.setdefault(f"{sense.role}.{sense.meaning}", []).append(item)
            found = True
    return found


def _means_nothing(item: Mention) -> bool:
    """Words without meaning, and connecting words that no pattern needed."""
    if item.is_filler:
        return True
    return (
        bool(item.senses)
        and is_any(item, "connective.and", "grouping", "range", "unit", "money_verb", "entity")
        and not item.number
    )
