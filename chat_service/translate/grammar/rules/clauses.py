"""Conditions on what customers did, each with its own period, count and object.

    去年买过3次以上、今年没买过的; 近60天没登录也没下单; ordered in Q1 but not in Q2; neither logged in nor ordered
    who used search in the last 30 days without placing an order in that window

A question is cut at its connectives into segments; a segment with a verb is a clause, one with only a negation repeats
the verb before it, anything else belongs to the segment before.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

from chat_service.translate.grammar.categories import Amount, Clause, Condition, Item, Items, Measure, Values, When
from chat_service.translate.grammar.matching import is_a, is_any, parts
from chat_service.translate.grammar.rules.absence import after_that, read_lapses, with_earlier_ones, with_one_before
from chat_service.translate.grammar.rules.comparisons import bind_apart
from chat_service.translate.grammar.rules.objects import each_object, one_after_other, placed, without_objects
from chat_service.translate.grammar.rules.verbs import (
    CUTS,
    is_redundant,
    is_target,
    is_verb,
    metrics_of,
    speaks_of_people,
    without_redundant,
    without_use,
)
from chat_service.translate.senses import Mention
from chat_service.translate.words.scope import Scope

_MARKERS = ("date.same_period", "date.all_history", "connective", "money_verb")
_ADVERBS = frozenset({"还有", "还", "也", "又", "都", "却", "也有", "还在"})
# 没登录和下单, didn't log in or order: the negation before holds for both
_SHARED_NEGATION = frozenset({"和", "与", "及", "、", "以及"})


@dataclass(frozen=True)
class _Segment:
    """Items from `first` to `last` (half-open); `alternative` when 'or' stands before it."""

    first: int
    last: int


def read_clauses(items: Items, scope: Scope) -> Items:
    """Verbs, and measures with conditions in a question about customers, become clauses."""
    items = read_lapses(bind_apart(without_objects(without_use(items, scope), scope), scope), scope)
    items = one_after_other(placed(items))
    verbs = {index for index in range(len(items)) if is_verb(items, index, scope)}
    counted = {entity.counted_by for entity in scope.model.entities.values()}
    targets = [
        i for i, item in enumerate(items) if i not in verbs and is_target(item) and not set(metrics_of(item)) <= counted
    ]
    verbs = {index for index in verbs if not is_redundant(items, index, targets, scope)}
    if not speaks_of_people(items, scope):
        named = [i for i, item in enumerate(items) if i not in verbs and metrics_of(item) and not is_a(item, "entity")]
        verbs = set() if named else verbs
        targets = targets or named
    if verbs:
        verbs |= {index for index in targets if _is_denied_measure(items, index, min(verbs), scope)}
        targets = [index for index in targets if index not in verbs]
    bound = {
        i
        for i, item in enumerate(items)
        if isinstance(item, Measure) and item.condition is not None and not item.per_row
    }
    about = _about_entities(items, scope)
    items = without_redundant(items, targets, verbs, scope)
    counts = {
        i
        for i, item in enumerate(items)
        if isinstance(item, (Condition, Amount)) and _counts_main(items, i)
        if about and (not verbs or _is_on_its_own(items, i, verbs))
    }
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


def _is_denied_measure(items: Items, at: int, first_verb: int, scope: Scope) -> bool:
    """'… but never got to checkout': behind a negation, what is counted is one more thing that was not done."""
    item = items[at]
    if at < first_verb or not isinstance(item, Mention) or not item.metrics():
        return False
    back = at - 1
    while back > first_verb and is_a(items[back], "filler") and not is_a(items[back], "negation"):
        back -= 1
    denied = back > first_verb and is_any(items[back], "negation.not", "negation.never", "negation.none")
    return denied and scope.structure.counts_rows(item.metrics()[0])


def _is_on_its_own(items: Items, at: int, verbs: set[int]) -> bool:
    """兑换过积分且下过2单以上: between the verb before and the count stands a connective."""
    before = [index for index in verbs if index < at]
    after = [index for index in verbs if index > at]
    if not before:
        return False
    opened = any(is_any(item, "connective.and", "connective.but") for item in items[max(before) + 1 : at])
    return opened and not (after and all(is_a(item, "filler") for item in items[at + 1 : min(after)]))


def _counts_main(items: Items, at: int) -> bool:
    """下过3单以上, 3000元以上的: a count of orders or a sum of money that no verb of the model stands with."""
    item = items[at]
    units = item.units if isinstance(item, (Condition, Amount)) else ()
    if isinstance(item, Amount) and "orders" not in units:
        return False
    return bool({"orders", "money"} & set(units))


def _about_entities(items: Items, scope: Scope) -> bool:
    """Whether customers are listed or counted, or limit what is measured: not groups of a dimension."""
    counted = {entity.counted_by for entity in scope.model.entities.values()}
    entity = any(
        isinstance(item, Mention) and (is_a(item, "entity") or (item.metrics() and set(item.metrics()) <= counted))
        for item in items
    )
    who = any(is_any(item, "question.who", "quantity.people") for item in items)
    named = (part for item in items if isinstance(item, Values) for part in item.parts)
    entity = entity or any(part.text.endswith(scope.entity_words) for part in named)
    grouped = any(type(item).__name__ == "Group" for item in items) or any(
        isinstance(item, Mention) and item.dimensions() and not item.metrics() and not item.entities() for item in items
    )
    return (entity or who) and not grouped


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
            if any(isinstance(each, When) for each in between) and all(
                isinstance(each, When) or is_a(each, "filler") for each in between
            ):
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
        more = [item for item in rest if isinstance(item, When)]
        either = not node.negated and any(is_a(item, "connective.or") for item in mentions_in(node))
        repeated = [replace(node, parts=item.parts, when=item, alternative=either) for item in more]
        made.append(node)
        result.extend([node, *repeated, *(item for item in rest if item not in more)])
    return with_earlier_ones(with_one_before(_with_periods(each_object(result)), scope), scope)


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
        elif isinstance(item, Mention) and _cuts(items, index) and not is_a(item, "entity") and index > cuts[-1]:
            opens = seen and _says_something(items, index, last, anchors)
            cuts.extend([index] if opens else [])
            seen = seen and not opens
    cuts.append(last)
    return [_Segment(a, b) for a, b in itertools.pairwise(cuts) if a < b]


def _own_start(items: Items, anchor: int, least: int) -> int:
    """Where a verb's own words begin: its period and negation before it."""
    start = anchor
    while start > least:
        item = items[start - 1]
        if isinstance(item, When) or (
            isinstance(item, Mention) and is_any(item, "negation", "filler", "follow.also") and not is_a(item, "entity")
        ):
            start -= 1
        else:
            break
    return start


def mentions_in(node: Clause) -> tuple[Mention, ...]:
    """The mentions that a clause was made of."""
    return node.parts


def _says_something(items: Items, cut: int, last: int, anchors: set[int]) -> bool:
    """Whether a verb or a negation comes before the next cut."""
    for index in range(cut, last):
        item = items[index]
        if index in anchors:
            return True
        if index > cut and is_a(item, "connective.but") and _cuts(items, index) and not is_a(item, "filler"):
            return False
        if isinstance(item, Mention) and is_a(item, "negation") and not is_any(item, "exclusion"):
            return True
        if isinstance(item, Mention) and is_any(item, "negation.not", "negation.never", "negation.none"):
            return True
        if index > cut and _cuts(items, index) and not is_a(item, "filler"):
            return False
    return False


def _cuts(items: Items, at: int) -> bool:
    """Whether a connective parts two clauses: after a period it is an adverb (今年还有登录), or joins two of them."""
    item = items[at]
    if not isinstance(item, Mention) or not is_any(item, *CUTS):
        return False
    if at > 0 and isinstance(items[at - 1], When):
        after = next((each for each in items[at + 1 :] if not is_a(each, "filler") or is_any(each, *CUTS)), None)
        return item.text not in _ADVERBS and not (isinstance(after, When) and not is_a(item, "connective.but"))
    return True


@dataclass(frozen=True)
class _Said:
    """What a segment says of a behaviour: which, counted by what, compared how, by which items."""

    behaviour: str | None
    metric: str
    condition: Condition | None
    used: tuple[Item, ...] = ()


def _clause(
    items: Items, segment: _Segment, anchors: list[int], previous: Clause | None, scope: Scope
) -> tuple[Clause, list[Item]] | None:
    stretch = items[segment.first : segment.last]
    negation = next((item for item in stretch if isinstance(item, Mention) and _negates(item)), None)
    whens = [item for item in stretch if isinstance(item, When)]
    when = whens[0] if whens else after_that(stretch, previous, scope)
    said = _said(stretch, [items[i] for i in anchors], negation, previous, scope)
    if said is None:
        return None
    used = [item for item in (negation, when, *said.used, said.condition) if item is not None and item in stretch]
    values = tuple(item for item in stretch if isinstance(item, Values) and not _of_entity(item, said.metric, scope))
    markers = [item for item in stretch if isinstance(item, Mention) and is_any(item, *_MARKERS) and item not in used]
    swallowed = [*used, *values, *markers]
    same_period = any(isinstance(item, Mention) and is_a(item, "date.same_period") for item in stretch)
    content = [item.start for item in used if not is_a(item, "connective.or")]
    either = previous is not None and any(
        is_a(item, "connective.or") and item.start <= min(content, default=0) for item in markers
    )
    joined = previous is not None and any(_text(item) in _SHARED_NEGATION for item in markers)
    goes_on = when is None or (
        previous is not None and previous.when is None and (_is_base_form(items, anchors) or _is_perfect(previous))
    )
    inherits = previous is not None and previous.negated and negation is None and goes_on and (either or joined)
    node = Clause(
        parts(tuple(item for item in stretch if item in swallowed)),
        said.behaviour,
        said.metric,
        negation is not None or inherits,
        said.condition,
        when,
        when is None and not same_period and _is_ever(stretch, negation),
        same_period,
        values,
        alternative=either and not inherits,
    )
    return node, [item for item in stretch if item not in swallowed]


def _is_perfect(clause: Clause) -> bool:
    """Haven't shared or redeemed points this year: the helping verb takes both."""
    helping = ("haven't", "hasn't", "havent", "hasnt", "have", "has", "never", "without")
    return any(part.text.split(" ")[0] in helping for part in clause.parts)


def _is_base_form(items: Items, anchors: list[int]) -> bool:
    """'Did not log in or order in May': the verb's form says that the negation goes on."""
    firsts = [item.text.split(" ")[0] for item in (items[i] for i in anchors) if isinstance(item, Mention)]
    past = ("ed", "ing", "bought", "spent", "made", "used")
    return any(first.isascii() and not first.endswith(past) for first in firsts)


def _said(
    stretch: Items, anchors: list[Item], negation: Mention | None, previous: Clause | None, scope: Scope
) -> _Said | None:
    verb = next((item for item in anchors if isinstance(item, Mention)), None)
    lone = next((item for item in anchors if isinstance(item, (Condition, Amount))), None)
    bound = next((item for item in anchors if isinstance(item, Measure)), None)
    main = scope.structure.main_behaviour
    says_order = negation is not None and _says_order(negation)
    found: _Said | None = None
    if verb is not None and not verb.behaviours():
        found = _Said(None, verb.metrics()[0], None, (verb,))
    elif verb is not None:
        amount = next((item for item in stretch if _compares(item)), None)
        if amount is not None and (_parted(stretch, verb, amount) or not _is_of(amount, verb, scope)):
            amount = None
        metric, condition = _metric_of(verb, amount, scope)
        found = _Said(verb.behaviours()[0], metric, condition, tuple(i for i in (verb, amount) if i is not None))
    elif lone is not None and main is not None:
        condition = lone if isinstance(lone, Condition) else Condition(lone.parts, "=", (lone.value,), lone.units)
        metric = main.amount if "money" in lone.units and main.amount is not None else main.metric
        found = _Said(main.name, metric, condition, (lone,))
    elif bound is None and negation is not None and previous is not None and not says_order:
        found = _repeated(stretch, previous, scope)
    elif bound is None and says_order and main is not None:
        found = _Said(main.name, main.metric, None)
    if bound is not None and bound.condition is not None and (found is None or _same(bound, found.metric, scope)):
        if len(bound.metrics) > 1:
            return None
        used = (bound, *(found.used if found is not None else ()))
        return _Said(found.behaviour if found is not None else None, bound.metrics[0], bound.condition, used)
    return found


def _compares(item: Item) -> bool:
    """A comparison or a count; 第一次 is neither."""
    return isinstance(item, Condition) or (isinstance(item, Amount) and not item.is_ordinal)


def _parted(stretch: Items, verb: Item, amount: Item) -> bool:
    """'Never redeemed points but have more than 5000': behind 'but' a number is no longer the verb's."""
    low, high = sorted((verb.start, amount.start))
    return any(is_a(item, "connective.but") and low < item.start < high for item in stretch)


def _is_of(amount: Item, verb: Mention, scope: Scope) -> bool:
    """Whether a verb's own numbers may be of that unit: points are redeemed, not ordered."""
    units = amount.units if isinstance(amount, (Condition, Amount)) else ()
    measure = scope.model.behaviours[verb.behaviours()[0]].amount
    return "points" not in units or (measure is not None and scope.model.metrics[measure].unit == "points")


def _repeated(stretch: Items, previous: Clause, scope: Scope) -> _Said:
    """'… but not in Q2': the verb of the clause before."""
    condition = next((item for item in stretch if isinstance(item, Condition)), None)
    metric = previous.metric
    if previous.behaviour is not None and condition is None:
        metric = scope.model.behaviours[previous.behaviour].metric
    return _Said(previous.behaviour, metric, condition)


def _is_ever(stretch: Items, negation: Mention | None) -> bool:
    words = [item for item in stretch if isinstance(item, Mention) and not is_a(item, "connective.but")]
    said_so = any(is_any(item, "follow.ever", "date.all_history") for item in words)
    return said_so or (negation is not None and is_any(negation, "negation.never", "negation.yet"))


def _text(item: Item) -> str:
    return item.text if isinstance(item, Mention) else ""


def _negates(item: Mention) -> bool:
    return is_any(item, "negation.not", "negation.never", "negation.none", "negation.neither") or (
        is_a(item, "negation.nor") and item.text == "nor"
    )


def _says_order(negation: Mention) -> bool:
    return any(unit in negation.text for unit in ("单", "笔"))


def _metric_of(verb: Mention, amount: Item | None, scope: Scope) -> tuple[str, Condition | None]:
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


def _of_entity(values: Values, metric: str, scope: Scope) -> bool:
    """Whether values describe the customer, rather than what was done: 在门店买过 is of the orders."""
    structure = scope.structure
    of_act = (name for name in values.dimensions if not structure.entity_dimension(name))
    if any(structure.distance(metric, name) == 0 for name in of_act):
        return False
    return any(scope.structure.entity_dimension(dimension) for dimension in values.dimensions)


def _with_periods(items: list[Item]) -> list[Item]:
    """Clauses without a period of their own take the one of the clause before, else of the one after, if it is theirs
    too."""
    clauses = [item for item in items if isinstance(item, Clause)]
    if not any(clause.when for clause in clauses):
        return items
    result: list[Item] = []
    for item in items:
        if isinstance(item, Clause) and item.when is None and not item.ever:
            index = clauses.index(item)
            before = next((c.when for c in reversed(clauses[:index]) if c.when is not None), None)
            after = next((c for c in clauses[index + 1 :] if c.when is not None), None)
            shared = after.when if after is not None and _closes(after, item) else None
            result.append(replace(item, when=before or shared))
        else:
            result.append(item)
    return result


def _closes(last: Clause, item: Clause) -> bool:
    """Whether the period of a later clause is that of an earlier one too.

    Behind its verb it may close a row of clauses that all say or all deny: "neither logged in nor ordered this year".
    Before it, it is the earlier clause's if nothing links the two: "searched this year without placing an order".
    In 花了5000元以上、去年没退过货, and "spent over 5000 but placed no order this year", it is the later one's alone.
    """
    assert last.when is not None, "called for clauses with a period"
    if any(part.behaviours() and part.start < last.when.start for part in last.parts):
        return last.negated == item.negated
    linked = any(is_a(part, "connective") and item.end <= part.start < last.when.start for part in last.parts)
    return last.when.parts[0].text.isascii() and not linked
