"""Measures spread over people, orders or days are other metrics of the model.

人均下几单, 平均每单多少钱, 日均订单数, average per customer, average number of orders per day
"""

from __future__ import annotations

from dataclasses import replace

from chat_service.translate.grammar.categories import Group, Item, Items, Measure, Node
from chat_service.translate.grammar.matching import Found, is_a, is_any, parts, rewrite
from chat_service.translate.grammar.rules.counted import counted, meaning_of
from chat_service.translate.senses import Mention, MetricSense
from chat_service.translate.words.scope import Scope
from chat_service.translate.words.vocabulary import phrase_keys


def read_averages(items: Items, scope: Scope) -> Items:
    """A measure spread over people or orders is another metric of the model."""
    spreads = (
        "h=average.per_head|average.per_order|average.mean ~ m=measure|metric|behaviour ~ q=quantity?",
        "m=measure|metric ~ h=average.per_head|average.per_order",
        "h=average.per_order ~ q=quantity.money",
        "q=quantity.money ~ h=average.per_order",
    )
    items = _spread_apart(_per_day(items, scope), scope)
    return rewrite(items, spreads, lambda found, all_items: _over(found, all_items, scope))


def _per_day(items: Items, scope: Scope) -> Items:
    """日均销售额, 平均每天多少单, 'on average how many orders a day': over the days of the period, not by day."""
    measures = [
        i
        for i, item in enumerate(items)
        if isinstance(item, Measure) or (isinstance(item, Mention) and item.metrics() and not item.entities())
    ]
    if len(measures) != 1:
        return items
    measured = items[measures[0]]
    assert isinstance(measured, (Measure, Mention)), "just found"
    heads = [i for i, item in enumerate(items) if is_a(item, "average.per_day") and i != measures[0]]
    days = [i for i, item in enumerate(items) if isinstance(item, Group) and item.grain is not None]
    means = [i for i, item in enumerate(items) if is_a(item, "average.mean") and not is_a(item, "metric")]
    mean_of = _mean_number(measured, scope)
    if not heads and len(days) == 1 and (means or mean_of):
        if isinstance(measured, Mention) and mean_of and not _by_day(items[days[0]]):
            return tuple(replace(i, senses=()) if i is measured else i for i in items)  # a mean by week is not meant
        heads = [*means[:1], days[0]] if _by_day(items[days[0]]) else []
    names = mean_of or (measured.metrics if isinstance(measured, Measure) else measured.metrics())
    found = tuple(spread for name in names if (spread := scope.structure.per_day(name)) is not None)
    if not heads or len(found) != 1:
        return items
    made = Measure(parts(tuple(items[i] for i in sorted((measures[0], *heads)))), found)
    return tuple(made if i == measures[0] else item for i, item in enumerate(items) if i not in heads)


def _by_day(item: Item) -> bool:
    return isinstance(item, Group) and item.grain == "day"


def _mean_number(item: Item, scope: Scope) -> tuple[str, ...]:
    """'Average number of orders' says of what the mean is taken; over what, the rest of the question says."""
    text = item.text if isinstance(item, Mention) else ""
    opener = next((each for each in ("average number of ", "mean number of ") if text.startswith(each)), None)
    if opener is None:
        return ()
    senses = scope.lexicon.senses(phrase_keys(text.removeprefix(opener)))
    return tuple(sense.name for sense in senses if isinstance(sense, MetricSense))


def _spread_apart(items: Items, scope: Scope) -> Items:
    """'On average, how many orders does a customer place': the words that spread may stand away from the measure."""
    heads = [
        i
        for i, item in enumerate(items)
        if is_any(item, "average.per_head", "average.per_order") and not is_a(item, "metric")
    ]
    measures = [
        i for i, item in enumerate(items) if isinstance(item, Measure) or (isinstance(item, Mention) and item.metrics())
    ]
    if len(heads) != 1 or len(measures) != 1:
        return items
    head, measured = items[heads[0]], items[measures[0]]
    names = (
        measured.metrics
        if isinstance(measured, Measure)
        else measured.metrics()
        if isinstance(measured, Mention)
        else ()
    )
    found = _spread_metric(names, head, scope)
    if found is None or not isinstance(head, Mention):
        return items
    made = Measure((*parts((measured,)), head), (found,))
    return tuple(made if i == measures[0] else item for i, item in enumerate(items) if i != heads[0])


def _over(found: Found, items: Items, scope: Scope) -> Node | None:
    head, inner = found.one("h"), found.one("m")
    stretch = parts(items[found.first : found.last])
    main = scope.structure.main_behaviour
    names: tuple[str, ...] = ()
    if isinstance(inner, Measure):
        names = inner.metrics
    elif isinstance(inner, Mention):
        names = inner.metrics() or _from_verb(inner, found.one("q"), scope)
    elif main is not None and main.amount is not None:
        names = (main.amount,)
    if (
        isinstance(head, Mention)
        and is_a(head, "average.mean")
        and not is_any(head, "average.per_head", "average.per_order")
    ):
        if names and all(scope.structure.is_ratio(name) for name in names):
            return Measure(stretch, names)
        return None
    spread = _spread_metric(names, head, scope)
    if spread is not None:
        return Measure(stretch, (spread,))
    if names and all(scope.structure.is_ratio(name) for name in names) and isinstance(inner, (Mention, Measure)):
        return Measure(stretch, names)
    return None


def _from_verb(verb: Mention, quantity: Item | None, scope: Scope) -> tuple[str, ...]:
    if not verb.behaviours():
        return ()
    meaning = meaning_of(quantity) if quantity is not None else None
    if meaning is None:
        meaning = "money" if verb.words("money_verb") else "times"
    metric = counted(verb, meaning if meaning != "people" else "times", scope)
    return (metric,) if metric else ()


def _spread_metric(names: tuple[str, ...], head: Item | None, scope: Scope) -> str | None:
    main = scope.structure.main_behaviour
    for name in names:
        if head is not None and is_a(head, "average.per_head") and (found := scope.structure.per_person(name)):
            return found
        per_order = head is not None and is_a(head, "average.per_order") and main is not None
        if per_order and main is not None and (found := scope.structure.ratio(name, main.metric)):
            return found
    return None
