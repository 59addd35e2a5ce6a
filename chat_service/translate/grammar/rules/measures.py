"""What is measured, where no metric's name says it: a verb with a quantity, an average, a spread over people or orders.

卖了多少钱, 下了几单, how much did they spend, how many people ordered, 人均下几单, 平均每单多少钱, average per customer
"""

from __future__ import annotations

from dataclasses import replace

from chat_service.translate.grammar.categories import (
    Amount,
    Compared,
    Condition,
    Group,
    Item,
    Items,
    Measure,
    Node,
    Rank,
    Values,
    When,
)
from chat_service.translate.grammar.matching import Found, is_a, is_any, parts, rewrite
from chat_service.translate.grammar.rules.averages import read_averages
from chat_service.translate.grammar.rules.counted import counted, items_text, meaning_of, units_metric
from chat_service.translate.senses import Mention, MetricSense, WordSense
from chat_service.translate.words.scope import Scope
from chat_service.translate.words.vocabulary import phrase_keys
from semantic_layer import is_money

_BOUND = ("m=measure|metric ~ c=condition", "c=condition ~ m=measure|metric")
_FIELDS = ("f=field ~ c=condition",)


def read_measures(items: Items, scope: Scope) -> Items:
    """Verbs with quantities become measures; measures take averages and conditions that stand beside them."""
    items = _statistics(items, scope)
    items = _states_over_time(items, scope)
    items = rewrite(items, _FIELDS, _field)
    items = _verbs_with_quantities(items, scope)
    items = _company_verbs(_ranked_verbs(items, scope), scope)
    items = read_averages(items, scope)
    items = read_averages(_bare_quantities(items, scope), scope)
    items = rewrite(items, _BOUND, lambda found, all_items: _bound(found, all_items, scope))
    return _bare_money(items, scope)


def _bare_money(items: Items, scope: Scope) -> Items:
    """'Stores that took over 9,000 yuan', 超过30万元的城市: of groups, an amount compares the main amount of money."""
    main = scope.structure.main_behaviour
    grouped = any(isinstance(item, Group) or (isinstance(item, Mention) and item.dimensions()) for item in items)
    others = ("measure", "metric", "behaviour", "entity", "question.who", "field", "compared", "list")
    if main is None or main.amount is None or not grouped or any(is_any(item, *others) for item in items):
        return items
    amount = main.amount
    return tuple(
        Measure(item.parts, (amount,), item) if isinstance(item, Condition) and "money" in item.units else item
        for item in items
    )


# --- statistics and states that are metrics of their own ---


def _statistics(items: Items, scope: Scope) -> Items:
    """订单金额的中位数, largest single order, 最大的一笔订单: a statistic of a column that is a metric of the model."""
    patterns = (
        "f=field|metric ~ s=statistic.median|statistic.extreme",
        "s=statistic.median|statistic.extreme ~ f=field|metric ~ g=field?",
        "h=average.per_order ~ f=field ~ s=statistic.median|statistic.extreme",
        "r=rank ~ f=average.per_order ~ q=quantity.money?",
        "f=average.per_order ~ r=rank ~ g=field?",
    )
    return rewrite(items, patterns, lambda found, all_items: _statistic(found, all_items, scope))


def _statistic(found: Found, items: Items, scope: Scope) -> Node | None:
    word, rank, of = found.one("s"), found.one("r"), found.one("f")
    grouped = any(is_any(item, "dimension", "entity", "question.which") or isinstance(item, Group) for item in items)
    kind: str | None = None
    if isinstance(rank, Rank):
        kind = {"high": "max", "low": "min"}.get(rank.direction) if rank.count == 1 and not grouped else None
    elif isinstance(word, Mention):
        asked = any(isinstance(item, Group) and item.asked_which for item in items)
        if asked and not is_a(word, "statistic.median"):
            return None
        kind = "median" if is_a(word, "statistic.median") else "min" if _is_low(word.text) else "max"
    if kind is None or not isinstance(of, Mention):
        return None
    metric = scope.structure.statistic(kind, *_columns(of, scope))
    return Measure(parts(items[found.first : found.last]), (metric,)) if metric is not None else None


def _is_low(text: str) -> bool:
    return any(mark in text for mark in ("小", "低", "min", "small", "low"))


def _columns(of: Mention, scope: Scope) -> tuple[str, ...]:
    """The columns that a statistic of these words can be of: a field, what a metric adds up, the amount of an order."""
    found = list(of.fields())
    main = scope.structure.main_behaviour
    names = [*of.metrics(), *((main.amount,) if of.words("average") and main is not None and main.amount else ())]
    for name in names:
        amount = scope.structure.amount_beside(name) or name
        leaves = [leaf.name for leaf in scope.model.leaves(amount)]
        found.extend(f for leaf in leaves[:1] if (f := scope.structure.row_field(leaf)) is not None)
    return tuple(found)


def _states_over_time(items: Items, scope: Scope) -> Items:
    """How many customers churned in May: where a state is also a metric of a period, that one is meant."""
    dated = any(isinstance(item, When) or (isinstance(item, Group) and item.grain is not None) for item in items)
    counted = any(is_any(item, "quantity.people", "question.how_many", "intent.count") for item in items)
    states = [item for item in items if isinstance(item, Mention) and item.lists()]
    measured = any(
        isinstance(item, (Measure, Condition))
        or (isinstance(item, Mention) and item.metrics() and not item.entities() and not is_a(item, "quantity"))
        for item in items
    )
    excluded = any(is_any(item, "negation", "exclusion") and not is_a(item, "filler") for item in items)
    if not dated or not counted or measured or excluded or len(states) != 1:
        return items
    names = tuple(
        dict.fromkeys(
            sense.name
            for noun in scope.entity_words
            for sense in scope.lexicon.senses(phrase_keys(_phrase(states[0].text, noun)))
            if isinstance(sense, MetricSense)
        )
    )
    flows = [name for name in names if not scope.model.metrics[name].is_stock]
    if not flows:
        return items
    return tuple(Measure((item,), names) if item is states[0] else item for item in items)


def _phrase(state: str, noun: str) -> str:
    return f"{state} {noun}" if state.isascii() else state.removesuffix("的") + noun


# --- verbs ---


def _verbs_with_quantities(items: Items, scope: Scope) -> Items:
    if _in_each_of_several(items):
        return items
    result = list(items)
    at = 0
    while at < len(result):
        item = result[at]
        if isinstance(item, Mention) and item.behaviours() and not _is_negated(result, at):
            if (owner := _money_named(result, at, scope)) is not None:
                first, last = owner
                named = next(each for each in result[first:last] if isinstance(each, Mention) and each.metrics())
                assert isinstance(named, Mention), "just found"
                result[first:last] = [Measure(parts(tuple(result[first:last])), named.metrics())]
                at = first + 1
                continue
            pair = _quantity_for(result, at)
            if pair is not None and not (pair[1] == "people" and _is_compared(result, at)):
                other, meaning = pair
                metric = counted(item, meaning, scope)
                quantity = result[other]
                if metric is not None and isinstance(quantity, Mention):
                    first, last = min(at, other), max(at, other)
                    kept = [each for each in result[first + 1 : last] if not is_a(each, "filler")]
                    made = Measure(parts((result[first], *_fillers(result[first + 1 : last]), result[last])), (metric,))
                    result[first : last + 1] = [made, *kept] if other > at else [*kept, made]
                    at = first
        at += 1
    return tuple(result)


def _in_each_of_several(items: Items) -> bool:
    """How many customers bought in both May and June: in the one and in the other, not in each by itself."""
    whens = [item for item in items if isinstance(item, When)]
    both = any(isinstance(item, Mention) and item.text in ("both", "都", "同时") for item in items)
    people = any(is_any(item, "quantity.people", "entity") for item in items)
    return len(whens) > 1 and both and people


def _money_named(items: list[Item], at: int, scope: Scope) -> tuple[int, int] | None:
    """营销费用花了多少, 花了多少成本: beside a metric in money, spending and how much only ask for that metric."""
    verb = items[at]
    if not isinstance(verb, Mention) or not verb.words("money_verb") or verb.metrics():
        return None
    end = at + 1
    while end < len(items) and is_a(items[end], "filler") and not is_a(items[end], "quantity"):
        end += 1
    if end >= len(items) or meaning_of(items[end]) not in ("bare", "money") or items_text(items[end]).isascii():
        return None
    after = items[end + 1] if end + 1 < len(items) else None
    if _in_money(after, scope):
        return at, end + 2
    back = at - 1
    while back >= 0 and is_a(items[back], "filler"):
        back -= 1
    return (back, end + 1) if back >= 0 and _in_money(items[back], scope) else None


def _in_money(item: Item | None, scope: Scope) -> bool:
    names = item.metrics() if isinstance(item, Mention) else ()
    return bool(names) and all(is_money(scope.model.metrics[name].unit) for name in names)


def _is_compared(items: list[Item], at: int) -> bool:
    """Whether a number stands with the verb: bought exactly once, spent between 1,000 and 3,000."""
    return any(isinstance(item, (Condition, Amount)) for item in items[at + 1 : at + 3]) or any(
        (isinstance(item, Mention) and is_a(item, "negation")) or (isinstance(item, Values) and item.negated)
        for item in items[at + 1 :]
    )


def _ranked_verbs(items: Items, scope: Scope) -> Items:
    """哪个品类卖得最好, customers who spent the most: a verb beside a rank is what is ranked."""
    items = _without_own_verb(items, scope)
    measured = any(
        isinstance(item, Measure) or (isinstance(item, Mention) and item.metrics() and not item.entities())
        for item in items
    )
    if measured or not any(isinstance(item, Rank) for item in items):
        return items
    verbs = [i for i, item in enumerate(items) if isinstance(item, Mention) and item.behaviours()]
    if (
        len(verbs) != 1
        or _is_negated(list(items), verbs[0])
        or any(isinstance(item, (Condition, Amount)) for item in items)
    ):
        return items
    verb = items[verbs[0]]
    assert isinstance(verb, Mention), "verbs are mentions"
    people = _people_between(items, verbs[0])
    metric = counted(verb, "bare" if people is None else "people", scope)
    if metric is None:
        return items
    gone = (verbs[0],) if people is None else (verbs[0], people)
    made = Measure(tuple(each for i in sorted(gone) if isinstance(each := items[i], Mention)), (metric,))
    return tuple(made if i == verbs[0] else item for i, item in enumerate(items) if i != people)


def _people_between(items: Items, verb: int) -> int | None:
    """下单的人最多, the most customers ordering: between a verb and its rank, the people are what is ranked."""
    for rank in (i for i, item in enumerate(items) if isinstance(item, Rank)):
        between = range(min(verb, rank) + 1, max(verb, rank))
        people = [i for i in between if is_a(items[i], "entity") and isinstance(items[i], Mention)]
        if len(people) == 1 and all(is_a(items[i], "filler") or i in people for i in between):
            return people[0]
    return None


def _without_own_verb(items: Items, scope: Scope) -> Items:
    """'Sold the most units': a verb that is a part of the metric's name says nothing more."""
    metrics = [item for item in items if isinstance(item, Mention) and item.metrics()]
    if len(metrics) != 1 or not any(isinstance(item, Rank) for item in items):
        return items
    name = metrics[0]
    return tuple(
        replace(item, senses=(WordSense("filler", "verb"),))
        if isinstance(item, Mention)
        and item.behaviours()
        and item.end <= name.start
        and any(
            isinstance(s, MetricSense) and s.name in name.metrics()
            for s in scope.lexicon.senses(phrase_keys(f"{name.text} {item.text}"))
        )
        else item
        for item in items
    )


def _company_verbs(items: Items, scope: Scope) -> Items:
    """'Did we sell more in May': a verb in a question that speaks of no customer counts what was done."""
    others = (
        "entity",
        "question.who",
        "quantity",
        "intent.list",
        "intent.count",
        "intent.define",
        "negation",
        "metric",
    )
    if any(isinstance(item, (Measure, Condition, Amount, Rank)) or is_any(item, "metric", *others) for item in items):
        return items
    verbs = [i for i, item in enumerate(items) if isinstance(item, Mention) and item.behaviours()]
    if len(verbs) != 1 or any(isinstance(item, Mention) and item.text in ("的", "who", "算") for item in items):
        return items
    verb = items[verbs[0]]
    if not isinstance(verb, Mention) or verb.text.endswith("过") or verb.values() or verb.lists():
        return items
    metric = counted(verb, "bare", scope)
    return tuple(Measure((verb,), (metric,)) if i == verbs[0] and metric else item for i, item in enumerate(items))


def _fillers(items: list[Item]) -> tuple[Item, ...]:
    return tuple(item for item in items if is_a(item, "filler"))


def _is_negated(items: list[Item], at: int) -> bool:
    back = at - 1
    while (
        back >= 0
        and isinstance(items[back], Mention)
        and is_a(items[back], "filler")
        and not is_a(items[back], "negation")
    ):
        back -= 1
    return back >= 0 and is_a(items[back], "negation")


def _quantity_for(items: list[Item], at: int) -> tuple[int, str] | None:
    """The quantity word that a verb goes with: right after it in Chinese, before it in English."""
    ahead = at + 1
    relative = False
    while ahead < len(items) and is_any(items[ahead], "filler") and not is_a(items[ahead], "quantity"):
        item = items[ahead]
        relative = relative or (isinstance(item, Mention) and item.text in ("的", "过"))
        ahead += 1
    if ahead < len(items) and not is_any(items[ahead], "metric", "condition"):
        meaning = meaning_of(items[ahead])
        if (
            meaning is not None
            and not (relative and meaning in ("people", "bare"))
            and not items_text(items[ahead]).isascii()
        ):
            return ahead, meaning
    back = at - 1
    while back >= 0 and _may_stand_between(items[back]):
        meaning = meaning_of(items[back])
        if meaning is not None and (
            items_text(items[back]).isascii()
            or (meaning in ("people", "times", "each") and _only_fillers(items, back, at))
        ):
            return back, meaning
        back -= 1
    return None


def _only_fillers(items: list[Item], first: int, last: int) -> bool:
    return all(is_a(item, "filler") for item in items[first + 1 : last])


def _may_stand_between(item: Item) -> bool:
    if isinstance(item, (Values, When, Group)):
        return True
    return (
        isinstance(item, Mention)
        and is_any(item, "filler", "entity", "quantity")
        and not is_any(item, "connective.but", "negation")
    )


# --- quantities without a verb ---


def _bare_quantities(items: Items, scope: Scope) -> Items:
    """How many orders, how much money: of the model's main behaviour, where nothing else is measured."""
    main = scope.structure.main_behaviour
    if main is None:
        return items
    has_measure = any(isinstance(item, Measure) or (isinstance(item, Mention) and item.metrics()) for item in items)
    result: list[Item] = []
    for item in items:
        metric = None
        meaning = meaning_of(item)
        if isinstance(item, Mention) and not item.metrics() and meaning is not None:
            alone = item.text not in ("how much", "金额", "钱", "often", "time", "worth")
            if meaning == "orders" and (not has_measure or _joined_to_measure(result)):
                metric = main.metric
            elif meaning == "money" and alone and not has_measure:
                metric = main.amount
            elif meaning == "units" and not has_measure:
                metric = units_metric(scope)
        result.append(Measure((item,), (metric,)) if metric is not None and isinstance(item, Mention) else item)
    return tuple(result)


def _joined_to_measure(before: list[Item]) -> bool:
    back = len(before) - 1
    joined = False
    while back >= 0 and is_any(before[back], "filler", "connective.and"):
        joined = joined or is_a(before[back], "connective.and")
        back -= 1
    return joined and back >= 0 and isinstance(before[back], Measure)


# --- conditions ---


def _field(found: Found, items: Items) -> Node | None:
    """A fact of a row or an entity compared; where a metric has the same name, the metric is meant."""
    field, condition = found.one("f"), found.one("c")
    if not isinstance(field, Mention) or not isinstance(condition, Condition) or field.metrics():
        return None
    return Compared(parts(items[found.first : found.last]), field.fields(), condition)


def _bound(found: Found, items: Items, scope: Scope) -> Node | None:
    """A measure with a comparison: of groups, of customers' own values, or of each row."""
    condition, inner = found.one("c"), found.one("m")
    if not isinstance(condition, Condition):
        return None
    stretch = parts(items[found.first : found.last])
    if isinstance(inner, Measure) and inner.condition is None:
        return replace(inner, parts=stretch, condition=condition)
    if not isinstance(inner, Mention) or not inner.metrics() or inner.entities():
        return None
    names = inner.metrics()
    if _counts_who_did(inner, condition, scope):
        return None
    rows = "money" in condition.units and all(scope.structure.amount_beside(name) for name in names)
    return Measure(stretch, names, condition, per_row=rows)


def _counts_who_did(inner: Mention, condition: Condition, scope: Scope) -> bool:
    """分享过2次以上的客户数: the number compares what each did, not how many they are."""
    counted = {entity.counted_by for entity in scope.model.entities.values()}
    if not set(inner.metrics()) <= counted:
        return False
    asks = bool(inner.words("question")) or ("people" in inner.words("quantity") and inner.text.isascii())
    return asks or (condition.end <= inner.start and bool({"times", "orders", "money"} & set(condition.units)))
