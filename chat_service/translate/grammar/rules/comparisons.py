"""Comparisons that stand apart from what they compare.

customers whose total spend in 2025 was over 20,000 yuan; customers who scored 1 or 2 on the survey
"""

from __future__ import annotations

from dataclasses import replace

from chat_service.translate.grammar.categories import Amount, Compared, Condition, Item, Items, Measure, When
from chat_service.translate.grammar.matching import is_a, is_any, parts
from chat_service.translate.senses import Mention
from chat_service.translate.words.scope import Scope

_SCORING = ("gave", "give", "rated", "rate", "scored", "score", "marked", "answered", "打", "给", "评")


def bind_apart(items: Items, scope: Scope) -> Items:
    """Measures take the comparison behind their period, or the score that a metric of the same rows averages."""
    return _sums(_scored(_behind_period(_one_score(items, scope), scope), scope), scope)


def _one_score(items: Items, scope: Scope) -> Items:
    """'Gave us a 10 on NPS', NPS打了10分: a number beside a verb of scoring and a metric over scores is the score."""
    amounts = [i for i, item in enumerate(items) if isinstance(item, Amount)]
    verbs = [i for i, item in enumerate(items) if isinstance(item, Mention) and item.text.startswith(_SCORING)]
    who = any(is_any(item, "question.who", "entity", "quantity.people") for item in items)
    if len(amounts) != 1 or not verbs or not who or not _scores_only(items[amounts[0]]):
        return items
    at = amounts[0]
    amount = items[at]
    metrics = [
        i for i, item in enumerate(items) if (n := _metrics(item, scope)) and all(map(scope.structure.is_ratio, n))
    ]
    near = [i for i in metrics if all(_is_silent(each) or isinstance(each, When) for each in _between(items, i, at))]
    if len(near) != 1 or not isinstance(amount, Amount) or min(verbs) > at:
        return items
    other = near[0]
    condition = Condition(amount.parts, "=", (amount.value,), amount.units)
    stretch = parts(tuple(items[i] for i in sorted((at, other))))
    made = Measure(stretch, _metrics(items[other], scope), condition)
    return tuple(made if i == other else item for i, item in enumerate(items) if i != at)


def _between(items: Items, one: int, other: int) -> Items:
    return items[min(one, other) + 1 : max(one, other)]


def _scores_only(item: Item) -> bool:
    return isinstance(item, Amount) and set(item.units) <= {"points"} and not item.is_ordinal


def _behind_period(items: Items, scope: Scope) -> Items:
    for at, item in enumerate(items):
        names = _metrics(item, scope)
        if not names:
            continue
        index, whens = at + 1, 0
        while index < len(items) and (isinstance(items[index], When) or _is_silent(items[index])):
            whens += isinstance(items[index], When)
            index += 1
        condition = items[index] if index < len(items) else None
        if whens != 1 or not isinstance(condition, Condition):
            continue
        between = items[at + 1 : index]
        rows = "money" in condition.units and all(scope.structure.amount_beside(name) for name in names)
        made = Measure(parts((item, condition)), names, condition, per_row=rows)
        return (*items[:at], *(each for each in between if isinstance(each, When)), made, *items[index + 1 :])
    return items


def _sums(items: Items, scope: Scope) -> Items:
    """Customers with over 1000 yuan of orders: the sum of theirs, not the size of one."""
    for at, item in enumerate(items):
        if not isinstance(item, Measure) or not item.per_row or not any(part.text == "of" for part in item.parts):
            continue
        amounts = tuple(amount for name in item.metrics if (amount := scope.structure.amount_beside(name)))
        if amounts and any(is_any(each, "entity", "question.who") for each in items[:at]):
            return (*items[:at], replace(item, metrics=amounts[:1], per_row=False), *items[at + 1 :])
    return items


def _is_silent(item: Item) -> bool:
    return is_a(item, "filler") and not is_any(item, "connective", "negation", "entity", "question.who")


def _metrics(item: Item, scope: Scope) -> tuple[str, ...]:
    counted = {entity.counted_by for entity in scope.model.entities.values()}
    if isinstance(item, Measure):
        return item.metrics if item.condition is None else ()
    if isinstance(item, Mention) and not item.entities() and not set(item.metrics()) & counted:
        return item.metrics()
    return ()


def _scored(items: Items, scope: Scope) -> Items:
    """A fact of a row compared, beside a metric over those rows: the metric says which rows are meant."""
    who = [i for i, item in enumerate(items) if is_any(item, "question.who", "entity")]
    for at, item in enumerate(items):
        if not isinstance(item, Compared) or not who or min(who) > at:
            continue
        homes = {name.split(".")[0] for name in item.fields}
        for other in range(at + 1, len(items)):
            names = tuple(n for n in _metrics(items[other], scope) if homes & scope.structure.stands_on(n))
            if names and scope.structure.is_ratio(names[0]):
                made = Measure(parts((item, items[other])), names, item.condition)
                return (*items[:at], made, *items[at + 1 : other], *items[other + 1 :])
            if not _is_silent(items[other]):
                break
    return items
