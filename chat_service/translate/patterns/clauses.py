"""Conditions on what customers did, each with its own period, count and object.

    去年买过3次以上、今年没买过的; 近60天没登录也没下单; ordered in Q1 but not in Q2; neither logged in nor ordered
    who used search in the last 30 days without placing an order in that window

A question is cut at its connectives into segments; a segment with a verb is a clause, one with only a negation repeats
the verb before it, anything else belongs to the segment before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from chat_service.translate.patterns.matching import is_a, is_any, parts
from chat_service.translate.patterns.nodes import Amount, Clause, Condition, Item, Items, Measure, Values, When
from chat_service.translate.patterns.scope import Scope
from chat_service.translate.senses import Mention, WordSense

_VERB_BEFORE = frozenset({"did", "to", "who", "they", "that", "customer", "customers", "member", "members", "people", "user", "users", "not", "also", "and", "would"})
_ADVERBS = frozenset({"have", "has", "had", "ever", "already", "just", "actually", "still", "then", "do", "does", "once", "even", "only"})
_CUTS = ("connective.and", "connective.but", "connective.neither", "connective.or", "negation.nor", "negation.neither")


@dataclass(frozen=True)
class _Segment:
    """Items from `first` to `last` (half-open); `alternative` when 'or' stands before it."""

    first: int
    last: int


def read_clauses(items: Items, scope: Scope) -> Items:
    """Verbs, and measures with conditions in a question about customers, become clauses."""
    verbs = {index for index in range(len(items)) if _is_verb(items, index, scope)}
    targets = [i for i, item in enumerate(items) if i not in verbs and _is_target(item)]
    verbs = {index for index in verbs if not _is_redundant(items, index, targets, scope)}
    bound = {i for i, item in enumerate(items) if isinstance(item, Measure) and item.condition is not None and not item.per_row}
    about = _about_entities(items, scope)
    items = _without_redundant(items, targets, verbs, scope)
    counts = {i for i, item in enumerate(items) if isinstance(item, (Condition, Amount)) and _counts_main(items, i)} if about and not verbs else set()
    if not verbs and not ((bound or counts) and about):
        return items
    anchors = verbs | counts | (bound if about or verbs else set())
    if not anchors:
        return items
    first, last = _region(items, anchors, targets)
    anchors = {index for index in anchors if first <= index < last}
    result = list(items[:first])
    result.extend(_clauses(items, first, last, anchors, scope))
    result.extend(items[last:])
    return tuple(result)


def _without_redundant(items: Items, targets: list[int], verbs: set[int], scope: Scope) -> Items:
    """Verbs that say nothing new become words without meaning."""
    return tuple(
        replace(item, senses=(*item.senses, WordSense("filler", "verb")))
        if isinstance(item, Mention) and i not in verbs and i not in targets and _is_verb(items, i, scope) and _is_redundant(items, i, targets, scope)
        else item
        for i, item in enumerate(items)
    )


def _counts_main(items: Items, at: int) -> bool:
    """下过3单以上, 3000元以上的: a count of orders or a sum of money that no verb of the model stands with."""
    item = items[at]
    units = item.units if isinstance(item, (Condition, Amount)) else ()
    if isinstance(item, Amount) and not ("orders" in units):
        return False
    return bool({"orders", "money"} & set(units))


def _is_target(item: Item) -> bool:
    if isinstance(item, Measure):
        return item.condition is None
    return isinstance(item, Mention) and bool(item.metrics()) and not item.entities() and not item.words("quantity")


def _metrics_of(item: Item) -> tuple[str, ...]:
    return item.metrics if isinstance(item, Measure) else item.metrics() if isinstance(item, Mention) else ()


def _about_entities(items: Items, scope: Scope) -> bool:
    """Whether customers are listed or counted, or limit what is measured: not groups of a dimension."""
    del scope
    entity = any(isinstance(item, Mention) and is_a(item, "entity") for item in items)
    who = any(is_any(item, "question.who") for item in items)
    grouped = any(type(item).__name__ == "Group" for item in items) or any(
        isinstance(item, Mention) and item.dimensions() and not item.metrics() and not item.entities() for item in items
    )
    return (entity or who) and not grouped


def _is_verb(items: Items, at: int, scope: Scope) -> bool:
    del scope
    item = items[at]
    if not isinstance(item, Mention) or not item.behaviours():
        return False
    if not (item.metrics() or item.values() or item.dimensions() or item.lists()):
        return True
    if _negation_before(items, at) is not None:
        return True
    if item.text.isascii():
        before = _previous_word(items, at)
        return before in _VERB_BEFORE or item.text.endswith(("ed", "ing")) and not item.metrics()
    after = items[at + 1 : at + 4]
    for each in after:
        if isinstance(each, (Condition, Amount)):
            return not item.metrics() or True
        if isinstance(each, Mention) and (each.text == "过" or (each.text == "了" and not item.metrics())):
            return True
        if isinstance(each, Mention) and is_a(each, "entity") and not each.metrics():
            return True
        if not is_a(each, "filler"):
            return False
    return False


def _previous_word(items: Items, at: int) -> str:
    back = at - 1
    while back >= 0 and isinstance(items[back], Mention):
        item = items[back]
        if isinstance(item, Mention) and item.text in _VERB_BEFORE:
            return item.text
        if not (isinstance(item, Mention) and item.text in _ADVERBS):
            break
        back -= 1
    item = items[back] if back >= 0 else None
    return item.text if isinstance(item, Mention) else ""


def _negation_before(items: Items, at: int) -> int | None:
    """The index of the negation that a verb stands under: right before it but for words without meaning."""
    back = at - 1
    while back >= 0 and isinstance(items[back], Mention):
        if is_any(items[back], "negation"):
            return back
        if not is_any(items[back], "filler", "follow.ever") or is_any(items[back], *_CUTS):
            return None
        back -= 1
    return None


def _is_redundant(items: Items, at: int, targets: list[int], scope: Scope) -> bool:
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
    rows = scope.structure.stands_on(metric)
    for index in targets:
        if all(rows & _datasets(name, scope) for name in _metrics_of(items[index])):
            return True
    return False


def _datasets(metric: str, scope: Scope) -> frozenset[str]:
    direct = scope.structure.stands_on(metric)
    paths = scope.model.paths
    return direct | frozenset(b for a in direct for b in paths.get(a, {}) if scope.model.datasets[b].primary_key == scope.model.datasets[a].primary_key)


def _relative(items: Items, at: int) -> bool:
    """Whether a verb stands in a relative clause: 买过的客户, customers who bought."""
    item = items[at]
    if isinstance(item, Mention) and item.text.isascii():
        back = at - 1
        while back >= 0 and not _is_target(items[back]):
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
        elif isinstance(each, Mention) and is_a(each, "connective"):
            return False
        elif not (isinstance(each, Mention) and is_a(each, "filler")):
            return False
    return False


# --- the stretch that the clauses take ---


def _region(items: Items, anchors: set[int], targets: list[int]) -> tuple[int, int]:
    """Where the conditions stand: all of the question, or before or after what is measured."""
    if not targets:
        return 0, len(items)
    first_anchor, last_anchor = min(anchors), max(anchors)
    before = [index for index in targets if index < first_anchor]
    after = [index for index in targets if index > last_anchor]
    start, end = 0, len(items)
    if before:
        start = max(before) + 1
        start = _relative_start(items, start, first_anchor)
    if after:
        end = min(after)
        end = _head_end(items, last_anchor, end)
    if not before:
        start = _leading_period(items, first_anchor)
    return start, end


def _relative_start(items: Items, start: int, anchor: int) -> int:
    """The entity or pronoun that opens the relative clause before a verb."""
    for index in range(anchor - 1, start - 1, -1):
        if isinstance(items[index], Mention) and is_any(items[index], "entity", "question.who"):
            return index
    return start


def _head_end(items: Items, anchor: int, end: int) -> int:
    """Behind the entity that the clause describes, or behind a comma before the main question."""
    for index in range(anchor + 1, end):
        item = items[index]
        if isinstance(item, Mention) and is_a(item, "entity") and not item.text.isascii():
            return index + 1
        if isinstance(item, Mention) and item.text in (",", ";", ":") and index > anchor:
            return index + 1
    return end


def _leading_period(items: Items, anchor: int) -> int:
    """A period with a comma behind it, at the start, is the question's own."""
    for index in range(anchor):
        item = items[index]
        if isinstance(item, Mention) and item.text in (",", ";", ":"):
            between = items[:index]
            if any(isinstance(each, When) for each in between) and all(isinstance(each, When) or is_a(each, "filler") for each in between):
                return index + 1
    return 0


# --- clauses ---


def _clauses(items: Items, first: int, last: int, anchors: set[int], scope: Scope) -> list[Item]:
    segments = _segments(items, first, last, anchors)
    result: list[Item] = []
    made: list[Clause] = []
    for segment in segments:
        stretch = items[segment.first : segment.last]
        local = [index for index in range(segment.first, segment.last) if index in anchors]
        previous = made[-1] if made else None
        clause = _clause(items, segment, local, previous, scope)
        if clause is None:
            result.extend(stretch)
            continue
        node, rest = clause
        made.append(node)
        result.append(node)
        result.extend(rest)
    return _with_periods(result)


def _segments(items: Items, first: int, last: int, anchors: set[int]) -> list[_Segment]:
    """Cut at connectives and before later verbs; pieces without verb or negation go to the piece before."""
    cuts = [first]
    seen = False
    for index in range(first, last):
        item = items[index]
        if index in anchors:
            start = _own_start(items, index, cuts[-1])
            if seen and start > cuts[-1]:
                cuts.append(start)
            seen = True
        elif isinstance(item, Mention) and is_any(item, *_CUTS) and not is_a(item, "entity") and index > cuts[-1]:
            if seen and _says_something(items, index, last, anchors):
                cuts.append(index)
                seen = False
    cuts.append(last)
    return [_Segment(a, b) for a, b in zip(cuts, cuts[1:], strict=False) if a < b]


def _own_start(items: Items, anchor: int, least: int) -> int:
    """Where a verb's own words begin: its period and negation before it."""
    start = anchor
    while start > least:
        item = items[start - 1]
        if isinstance(item, When) or (isinstance(item, Mention) and is_any(item, "negation", "filler") and not is_any(item, "entity")):
            start -= 1
        else:
            break
    return start


def _says_something(items: Items, cut: int, last: int, anchors: set[int]) -> bool:
    """Whether a verb or a negation comes before the next cut."""
    for index in range(cut, last):
        item = items[index]
        if index in anchors:
            return True
        if isinstance(item, Mention) and is_a(item, "negation") and not is_any(item, "exclusion") :
            return True
        if isinstance(item, Mention) and is_any(item, "negation.not", "negation.never", "negation.none"):
            return True
        if index > cut and isinstance(item, Mention) and is_any(item, *_CUTS) and not is_a(item, "filler"):
            return any(i in anchors for i in range(index, last)) and False
    return False


def _clause(
    items: Items, segment: _Segment, anchors: list[int], previous: Clause | None, scope: Scope
) -> tuple[Clause, list[Item]] | None:
    stretch = items[segment.first : segment.last]
    negation = next((item for item in stretch if isinstance(item, Mention) and _negates(item, stretch, anchors)), None)
    verb = next((items[i] for i in anchors if isinstance(items[i], Mention)), None)
    lone = next((items[i] for i in anchors if isinstance(items[i], (Condition, Amount))), None)
    bound = next((items[i] for i in anchors if isinstance(items[i], Measure)), None)
    when = next((item for item in stretch if isinstance(item, When)), None)
    if verb is None and bound is None and lone is None and (negation is None or (previous is None and not _says_order(negation))):
        return None
    used: list[Item] = [item for item in (verb, negation, when, bound) if item is not None]
    condition: Condition | None = None
    metric, behaviour = "", None
    if isinstance(verb, Mention):
        behaviour = verb.behaviours()[0]
        amount = next((item for item in stretch if isinstance(item, (Condition, Amount))), None)
        used.extend([amount] if amount is not None else [])
        metric, condition = _metric_of(verb, amount, scope)
    elif isinstance(lone, (Condition, Amount)):
        main = scope.structure.main_behaviour
        if main is None:
            return None
        used.append(lone)
        behaviour = main.name
        condition = lone if isinstance(lone, Condition) else Condition(lone.parts, "=", (lone.value,), lone.units)
        metric = main.amount if "money" in lone.units and main.amount is not None else main.metric
    elif previous is not None and bound is None and not (negation is not None and _says_order(negation)):
        metric, behaviour = previous.metric, previous.behaviour
        condition = next((item for item in stretch if isinstance(item, Condition)), None)
        behaviours = scope.model.behaviours
        metric = behaviours[behaviour].metric if behaviour in behaviours and condition is None else metric
    elif bound is None:
        main = scope.structure.main_behaviour
        if main is None:
            return None
        metric, behaviour = main.metric, main.name
    if isinstance(bound, Measure) and bound.condition is not None and (not metric or _same(bound, metric, scope)):
        metric, condition = bound.metrics[0], bound.condition
        if len(bound.metrics) > 1:
            return None
    if condition is not None and condition not in used and condition in stretch:
        used.append(condition)
    values = tuple(item for item in stretch if isinstance(item, Values) and not _of_entity(item, scope))
    ever = any(isinstance(item, Mention) and is_any(item, "follow.ever", "date.all_history") for item in stretch) or (
        negation is not None and is_a(negation, "negation.never")
    )
    same = any(isinstance(item, Mention) and is_any(item, "date.same_period") for item in stretch)
    markers = [i for i in stretch if isinstance(i, Mention) and is_any(i, "date.same_period", "date.all_history", "connective", "money_verb") and i not in used]
    swallowed = [*used, *values, *markers]
    rest = [item for item in stretch if item not in swallowed]
    ordered = [item for item in stretch if item in swallowed]
    node = Clause(
        parts(tuple(ordered)), behaviour, metric, negation is not None, condition, when, ever and when is None, same, values
    )
    return node, rest


def _negates(item: Mention, stretch: Items, anchors: list[int]) -> bool:
    del stretch, anchors
    return is_any(item, "negation.not", "negation.never", "negation.none", "negation.neither") or (is_a(item, "negation.nor") and item.text == "nor")


def _says_order(negation: Mention) -> bool:
    return any(unit in negation.text for unit in ("单", "笔"))


def _metric_of(
    verb: Mention, amount: Item | None, scope: Scope
) -> tuple[str, Condition | None]:
    """The metric that a verb's number compares, and the comparison."""
    behaviour = scope.model.behaviours[verb.behaviours()[0]]
    if amount is None:
        return behaviour.metric, None
    units: tuple[str, ...] = amount.units if isinstance(amount, (Condition, Amount)) else ()
    condition = amount if isinstance(amount, Condition) else None
    if isinstance(amount, Amount):
        condition = Condition(amount.parts, "=", (amount.value,), amount.units)
    sums = behaviour.amount is not None and scope.structure.is_sum(behaviour.amount)
    in_money = "money" in units or (not units and bool(verb.words("money_verb")))
    if behaviour.amount is not None and sums and (in_money or ("points" in units and not in_money)):
        return behaviour.amount, condition
    return behaviour.metric, condition


def _same(bound: Measure, metric: str, scope: Scope) -> bool:
    one, other = scope.structure.stands_on(bound.metrics[0]), scope.structure.stands_on(metric)
    return bool(one & other)


def _of_entity(values: Values, scope: Scope) -> bool:
    """Whether values describe the customer, rather than what was done."""
    return any(scope.structure.entity_dimension(dimension) for dimension in values.dimensions)


def _with_periods(items: list[Item]) -> list[Item]:
    """Clauses without a period of their own take the one of the clause before, else of the one after."""
    clauses = [item for item in items if isinstance(item, Clause)]
    if not any(clause.when for clause in clauses):
        return items
    result: list[Item] = []
    for item in items:
        if isinstance(item, Clause) and item.when is None and not item.ever and item.condition != "ever":
            index = clauses.index(item)
            before = next((c.when for c in reversed(clauses[:index]) if c.when is not None), None)
            after = next((c.when for c in clauses[index + 1 :] if c.when is not None), None)
            result.append(replace(item, when=before or after))
        else:
            result.append(item)
    return result
