"""Which words stand as verbs of behaviour, and which of them say nothing new."""

from __future__ import annotations

from dataclasses import replace

from chat_service.translate.grammar.categories import Amount, Condition, Item, Items, Measure, Values, mentions_of
from chat_service.translate.grammar.matching import is_a, is_any
from chat_service.translate.senses import Mention, WordSense
from chat_service.translate.words.scope import Scope

# where a question may be cut into clauses
CUTS = ("connective.and", "connective.but", "connective.neither", "connective.or", "negation.nor", "negation.neither")
_VERB_BEFORE = frozenset(
    {
        "did",
        "to",
        "who",
        "they",
        "that",
        "people",
        "user",
        "users",
        "not",
        "also",
        "and",
        "would",
    }
)
_USING = frozenset({"used", "use", "using", "uses", "用", "用了", "使用", "使用了"})
_ADVERBS = frozenset(
    {"have", "has", "had", "ever", "already", "just", "actually", "still", "then", "do", "does", "once", "even", "only"}
)


def is_verb(items: Items, at: int, scope: Scope) -> bool:
    """Whether a mention says what customers did, rather than what is counted."""
    item = items[at]
    if not isinstance(item, Mention) or not item.behaviours():
        return False
    counted = {entity.counted_by for entity in scope.model.entities.values()}
    if not (item.metrics() or item.values() or item.dimensions() or item.lists()):
        return True
    if _negation_before(items, at) is not None:
        return True
    if item.text.isascii():
        before = _previous_word(items, at, scope)
        return (before in _VERB_BEFORE or before in scope.entity_words or _counts_people_before(items, at)) or (
            any(word.endswith(("ed", "ing")) for word in item.text.split(" ")) and not item.metrics()
        )
    after = items[at + 1 : at + 4]
    for each in after:
        if isinstance(each, (Condition, Amount)):
            return True
        if isinstance(each, Mention) and (each.text == "过" or (each.text == "了" and not item.metrics())):
            return True
        named = isinstance(each, Mention) and bool(is_a(each, "entity") or each.metrics() or each.lists())
        if isinstance(each, Mention) and named and set(each.metrics()) <= counted:
            return True
        if not is_a(each, "filler"):
            return False
    return False


def _counts_people_before(items: Items, at: int) -> bool:
    """How many people redeemed points: right behind the people, a verb is theirs."""
    before = items[at - 1] if at else None
    return isinstance(before, Mention) and "people" in before.words("quantity")


def speaks_of_people(items: Items, scope: Scope) -> bool:
    """Whether anybody is named who could do something; else a verb only says how the thing measured came about."""
    named = {e.counted_by for e in scope.model.entities.values()} | scope.structure.people_metrics
    for item in items:
        if isinstance(item, Mention):
            if is_any(item, "entity", "question.who", "follow.those") or item.lists():
                return True
            if "people" in item.words("quantity") or set(item.metrics()) & named:
                return True
        elif isinstance(item, Measure) and set(item.metrics) & named:
            return True
        if any(part.text.endswith(scope.entity_words) for part in mentions_of(item)):
            return True
    return False


def _previous_word(items: Items, at: int, scope: Scope) -> str:
    back = at - 1
    while back >= 0 and isinstance(items[back], Mention):
        item = items[back]
        if isinstance(item, Mention) and item.text in (*_VERB_BEFORE, *scope.entity_words):
            return item.text
        if not (isinstance(item, Mention) and item.text in _ADVERBS):
            break
        back -= 1
    last = items[back] if back >= 0 else None
    return last.text if isinstance(last, Mention) else ""


def _negation_before(items: Items, at: int) -> int | None:
    """The index of the negation that a verb stands under: right before it but for words without meaning."""
    back = at - 1
    while back >= 0 and isinstance(items[back], Mention):
        if is_any(items[back], "negation"):
            return back
        if not is_any(items[back], "filler", "follow.ever") or is_any(items[back], *CUTS):
            return None
        back -= 1
    return None


def is_redundant(items: Items, at: int, targets: list[int], scope: Scope) -> bool:
    """A verb that only says what a measure beside it already counts: orders placed, tickets opened."""
    item = items[at]
    if not isinstance(item, Mention) or not targets or _negation_before(items, at) is not None:
        return False
    after = items[at + 1] if at + 1 < len(items) else None
    if isinstance(after, (Condition, Amount)) or (isinstance(after, Mention) and after.text == "过"):
        return False
    if _relative(items, at):
        return False
    metric = scope.structure.model.behaviours[item.behaviours()[0]].metric
    if scope.structure.one_each(metric) and not any(metric in metrics_of(items[index]) for index in targets):
        return False  # 首单, 流失: says more than the rows that are measured
    rows = scope.structure.stands_on(metric)
    return any(all(rows & _datasets(name, scope) for name in metrics_of(items[index])) for index in targets)


def _datasets(metric: str, scope: Scope) -> frozenset[str]:
    """The rows that a metric counts, and those that they are parts of: order items are of orders."""
    direct = scope.structure.stands_on(metric)
    entities = {entity.dataset for entity in scope.model.entities.values()}
    owners = {owner for each in direct for owner in scope.model.paths.get(each, {})}
    counted = {
        scope.model.metrics[behaviour.metric].definition.dataset for behaviour in scope.model.behaviours.values()
    }
    return direct | frozenset(owner for owner in owners if owner in counted and owner not in entities)


def _relative(items: Items, at: int) -> bool:
    """Whether a verb stands in a relative clause: 买过的客户, customers who bought."""
    item = items[at]
    if isinstance(item, Mention) and item.text.isascii():
        back = at - 1
        while back >= 0 and not is_target(items[back]):
            each = items[back]
            if isinstance(each, Mention) and each.text in ("who", "that", "which", "whose"):
                return True
            back -= 1
        return False
    seen_of = False
    for each in items[at + 1 :]:
        if isinstance(each, Mention) and each.text == "的":
            seen_of = True
        elif isinstance(each, Mention) and is_a(each, "entity"):
            return seen_of
        elif (isinstance(each, Mention) and is_a(each, "connective")) or not (
            isinstance(each, Mention) and is_a(each, "filler")
        ):
            return False
    return False


def without_redundant(items: Items, targets: list[int], verbs: set[int], scope: Scope) -> Items:
    """Verbs that say nothing new become words without meaning."""
    return tuple(
        replace(item, senses=(*item.senses, WordSense("filler", "verb")))
        if isinstance(item, Mention)
        and i not in verbs
        and i not in targets
        and is_verb(items, i, scope)
        and is_redundant(items, i, targets, scope)
        else item
        for i, item in enumerate(items)
    )


def without_use(items: Items, scope: Scope) -> Items:
    """'Orders that used the mini program': beside what is measured, using a channel is no more than being of it."""
    if speaks_of_people(items, scope):
        return items
    result = list(items)
    for at, item in enumerate(items):
        after = next((each for each in items[at + 1 :] if not is_a(each, "filler")), None)
        if isinstance(item, Mention) and item.text in _USING and (isinstance(after, Values) or is_a_value(after)):
            result[at] = replace(item, senses=(WordSense("filler", "use"),))
    return tuple(result)


def is_a_value(item: Item | None) -> bool:
    """Whether an item can be a value alone."""
    return isinstance(item, Mention) and bool(item.values())


def is_target(item: Item) -> bool:
    """Whether an item is something to be measured, without a condition on it."""
    if isinstance(item, Measure):
        return item.condition is None
    return isinstance(item, Mention) and bool(item.metrics()) and not item.entities() and not item.words("quantity")


def metrics_of(item: Item) -> tuple[str, ...]:
    """The metrics that an item can mean."""
    return item.metrics if isinstance(item, Measure) else item.metrics() if isinstance(item, Mention) else ()
