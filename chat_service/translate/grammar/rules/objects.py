"""What customers did something to or in: 在门店买过, bought both beauty and food, placed no orders, only in store.

Some of it is told before a question is cut into clauses, some of each clause that was made.
"""

from __future__ import annotations

from dataclasses import replace

from chat_service.translate.grammar.categories import Clause, Item, Items, Values
from chat_service.translate.grammar.matching import is_a, is_any
from chat_service.translate.senses import Mention, WordSense
from chat_service.translate.words.scope import Scope

_ONLY = frozenset(
    {"只在", "仅在", "只", "仅", "只通过", "只用", "only in", "only via", "only through", "only on", "only"}
)
_AT = frozenset({"在", "通过", "用", "从", "到", "去", "只在", "仅在", "只", "仅", "只通过", "只用"})
_THEN = frozenset({"后", "之后", "以后", "过后", "完后"})
_BOTH = frozenset({"和", "与", "及", "以及", "跟", "and", "&", "as well as", "plus", "and also", "along with"})


def without_objects(items: Items, scope: Scope) -> Items:
    """'Placed no orders' is 'did not place orders': a negation between a verb and the noun of what it counts."""
    result = list(items)
    for at, item in enumerate(items):
        if not isinstance(item, Mention) or not item.behaviours():
            continue
        counted = {scope.model.behaviours[name].metric for name in item.behaviours()}
        denial, noun = at + 1, at + 2
        if noun >= len(items) or not is_any(items[denial], "negation.not", "negation.none"):
            continue
        named = items[noun]
        if isinstance(named, Mention) and (counted & set(named.metrics()) or counted & _done(named, scope)):
            result[at : noun + 1] = [items[denial], item, replace(named, senses=(WordSense("filler", "object"),))]
    return tuple(result)


def _done(item: Mention, scope: Scope) -> set[str]:
    return {scope.model.behaviours[name].metric for name in item.behaviours()}


def placed(items: Items) -> Items:
    """在门店买过: a place that something was done in is a value, though its word names the kind of place too."""
    result = list(items)
    for at in range(len(items) - 1):
        item, before, after = items[at], items[max(0, at - 1)], items[at + 1]
        if not (isinstance(item, Mention) and item.values() and item.dimensions() and not item.metrics()):
            continue
        opened = isinstance(before, Mention) and before.text in _AT
        beside = not item.text.isascii() and after.start == item.end and not is_a(before, "grouping")
        if (opened or beside) and isinstance(after, Mention) and after.behaviours():
            result[at] = Values((item,), (item.values(),))
    return tuple(result)


def one_after_other(items: Items) -> Items:
    """投诉后还下单的客户: that one thing came after another is no condition that can be told from two counts."""
    verbs = [i for i, item in enumerate(items) if isinstance(item, Mention) and item.behaviours()]
    people = any(is_any(item, "entity", "question.who", "quantity.people") for item in items)
    return tuple(
        replace(item, senses=())
        if people and isinstance(item, Mention) and item.text in _THEN and at - 1 in verbs and verbs[-1] > at
        else item
        for at, item in enumerate(items)
    )


def each_object(items: list[Item]) -> list[Item]:
    """'Used the mini program but not the app': what is excluded of the same dimension is a behaviour denied."""
    result: list[Item] = []
    for item in (part for each in _alone(items) for part in _each_of(each)):
        if not isinstance(item, Clause) or item.negated:
            result.append(item)
            continue
        named = {name for values in item.values if not values.negated for name in values.dimensions}
        barred = tuple(
            values
            for values in item.values
            if values.negated and (named & set(values.dimensions) or is_a(values.parts[0], "connective.but"))
        )
        result.append(replace(item, values=tuple(values for values in item.values if values not in barred)))
        for values in barred:
            one = (replace(values, negated=False),)
            result.append(replace(item, parts=values.parts, values=one, negated=True, condition=None))
    return result


def _alone(items: list[Item]) -> list[Item]:
    """只在门店买过: in stores, and nowhere else."""
    result: list[Item] = []
    for at, item in enumerate(items):
        result.append(item)
        if not isinstance(item, Clause) or item.negated or item.condition is not None or len(item.values) != 1:
            continue
        first = item.values[0].start
        only = [each for each in items if isinstance(each, Mention) and each.text in _ONLY and each.end <= first]
        between = [each for each in items if only and only[-1].end <= each.start and each.end <= first]
        near = bool(only) and (bool(between) or first - only[-1].end <= 1)
        if near and all(is_a(each, "filler") for each in between) and not item.values[0].negated:
            elsewhere = (replace(item.values[0], negated=True),)
            result.append(replace(item, parts=(*item.parts, only[-1]), values=elsewhere, negated=True))
            result[at:] = [each for each in result[at:] if each is not only[-1]]
    return result


def _each_of(item: Item) -> tuple[Item, ...]:
    """'Bought beauty and food', 同时买过美妆和母婴: one and the other, which is not the one or the other."""
    if not isinstance(item, Clause) or item.negated or item.condition is not None:
        return (item,)
    both = [values for values in item.values if not values.negated and len(values.words) > 1 and _joined_by_and(values)]
    if len(both) != 1:
        return (item,)
    others = tuple(values for values in item.values if values is not both[0])
    each = (replace(both[0], words=(word,)) for word in both[0].words)
    return tuple(replace(item, values=(*others, one)) for one in each)


def _joined_by_and(values: Values) -> bool:
    links = [part for part in values.parts if is_any(part, "connective") and not part.values()]
    return any(part.text in _BOTH for part in links) and not any(is_a(part, "connective.or") for part in links)
