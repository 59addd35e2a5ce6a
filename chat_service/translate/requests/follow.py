"""Whether a question stands on its own, or goes on from the one before; and the request that it then changes."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.outcomes import Previous
from chat_service.translate.grammar.categories import Amount
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.changed import changed_list, counted_again
from chat_service.translate.requests.draft import draft_of
from chat_service.translate.requests.events_changed import changed_events
from chat_service.translate.requests.journey_parts import changed_journey
from chat_service.translate.requests.lifted import corrected, lifted, swap, takes_away
from chat_service.translate.requests.metrics import metric_request
from chat_service.translate.requests.pointing import along_time, bound_to, pointer, refuse_other_people
from chat_service.translate.requests.slots import LISTING, Slots
from chat_service.translate.requests.that_time import in_that_time
from chat_service.translate.requests.timing import decide_timing
from chat_service.translate.senses import Values, WordSense
from chat_service.translate.stops import Denial, StopError
from chat_service.translate.words.vocabulary import language_words
from semantic_layer import (
    GRAINS,
    AllOf,
    AnyOf,
    CohortQuery,
    FieldFilter,
    FollowsQuery,
    FunnelQuery,
    LiftQuery,
    ListQuery,
    MetricFilter,
    MetricQuery,
    NotOf,
    PathQuery,
    Period,
    Request,
    preceding,
    unit,
)

_NOW = ("now", "then")
_MARKERS = ("follow.what_about", "follow.instead", "follow.also", "follow.those", "only.only")


def follow_up(slots: Slots, previous: Previous, assembly: Assembly, *, goes_on: bool = False) -> Request | None:
    """The changed request, or None where the question stands on its own, unless it is known that it `goes_on`."""
    before = previous.request
    corrected(slots, assembly)
    word = pointer(slots.frame)
    if word is not None:
        before = bound_to(word, slots, previous, assembly)
    before = _about_before(slots, before, assembly)
    if word is None and not goes_on and _stands_alone(slots, before, assembly):
        return None
    for item in slots.entities:
        assembly.use(item, "entity", "")
    _take_away(slots, before, assembly)
    in_that_time(slots, before, assembly)
    before = along_time(slots, previous, before, assembly)
    request = _changed(slots, before, assembly)
    if request is None or isinstance(before, CohortQuery | FunnelQuery):
        return request
    if _replaces(slots, before, request):
        raise assembly.deny(slots.frame.items[0])
    if slots.number is not None and isinstance(request, MetricQuery | ListQuery):
        request = request.model_copy(update={"limit": slots.number})
    if _is_same(request, previous.request) and not (slots.has("chart") or slots.has("intent.export") or slots.ranks):
        raise StopError(Denial("no_metric"))
    assembly.assume("kept_from_before")
    return request


def _replaces(slots: Slots, before: Request, request: Request) -> bool:
    """Only orders from the store: what narrows the question before counts nothing else instead."""
    if not isinstance(before, MetricQuery) or not isinstance(request, MetricQuery):
        return False
    narrows = _strong(slots, "only.only") and len(slots.frame.items) > 2
    return narrows and not set(before.metrics) & set(request.metrics)


def _stands_alone(slots: Slots, before: Request, assembly: Assembly) -> bool:
    if takes_away(slots):
        return False
    if slots.ranks and isinstance(before, CohortQuery | FunnelQuery):
        return True  # top customers: what no order changes is left behind
    counts = _only_counts(slots, assembly)
    whole = is_complete(slots) and not (counts and isinstance(before, ListQuery))
    return whole or (counts and _is_ours(slots))


def _changed(slots: Slots, before: Request, assembly: Assembly) -> Request | None:
    """The request before with what the question says; None of a kind that no question changes so."""
    if isinstance(before, CohortQuery | FunnelQuery):
        return changed_journey(before, slots, assembly)
    if isinstance(before, FollowsQuery | LiftQuery | PathQuery):
        return changed_events(before, slots, assembly)
    if not isinstance(before, MetricQuery | ListQuery):
        return None
    _of_number(slots, before, assembly)
    if isinstance(before, MetricQuery):
        swap(slots, before, assembly)
    before = _retimed(slots, lifted(slots, before, assembly), assembly)
    if isinstance(before, ListQuery):
        return changed_list(slots, before, assembly)
    _refuse_grain_of_value(slots, before, assembly)
    _move_back(slots, before, assembly)
    refuse_other_people(slots, before, assembly)
    return counted_again(slots, before, assembly) or metric_request(slots, assembly, draft_of(before))


def _retimed(slots: Slots, before: MetricQuery | ListQuery, assembly: Assembly) -> MetricQuery | ListQuery:
    """4月呢 after those who complained in May: the one time of the request before is that of what they did.

    Where the request has more than one time, it is not told which another one takes the place of.
    """
    deeds = [each for each in before.filters if isinstance(each, MetricFilter) and each.period is not None]
    says_more = slots.measures or slots.clauses or slots.dated or slots.listed or slots.against
    joined = [each for each in before.filters if isinstance(each, AllOf | AnyOf | NotOf)]
    if len(slots.whens) != 1 or slots.whens[0][1].ever or says_more or not (deeds or joined):
        return before
    item = slots.whens[0][0]
    if isinstance(before, ListQuery) or before.period is not None or joined or len(deeds) > 1:
        raise assembly.deny(item)
    new = deeds[0].model_copy(update={"period": decide_timing(slots, assembly, ()).period})
    slots.whens.clear()
    return before.model_copy(update={"filters": tuple(new if each is deeds[0] else each for each in before.filters)})


def _of_number(slots: Slots, before: Request, assembly: Assembly) -> None:
    """Make it 5, 改成20个: another number in the place of the one that cut the rows before."""
    limited = isinstance(before, MetricQuery | ListQuery) and before.limit is not None
    if not limited or len(slots.frame.of(Amount)) != 1 or slots.ranks or not slots.has("follow.instead"):
        return
    item, amount = slots.amounts[0]
    if not set(amount.units) - {"place", "people", "each", "units"} and amount.value == int(amount.value) > 0:
        slots.amounts.clear()
        slots.number = int(amount.value)
        assembly.use(item, "limit", str(slots.number))


def _is_same(one: Request, other: Request) -> bool:
    """Whether two requests are one, whatever the order of their conditions."""
    if not isinstance(one, MetricQuery | ListQuery) or type(one) is not type(other):
        return one == other
    plain = [each.model_copy(update={"filters": ()}) for each in (one, other)]
    return plain[0] == plain[1] and set(one.filters) == set(other.filters)


def _take_away(slots: Slots, before: Request, assembly: Assembly) -> None:
    """By region instead of tier: what stands behind 'instead of' goes; replace tier with region: what comes first."""
    frame, instead = slots.frame, slots.frame.said("follow.instead")
    behind = [word for word in instead if frame.folded(word).endswith((" of", " than"))]
    if len(slots.groups) == 2 and instead and not behind and isinstance(before, MetricQuery):
        one, other = sorted(slots.groups, key=lambda each: each[0].start)
        between = frame.between(one[0], other[0])
        led = frame.spoken(one[0], back=True) in instead and LISTING.isdisjoint(map(frame.folded, between))
        if led or any(edge in instead for edge in between):  # not: by city and channel instead
            gone, time = {*one[1].dimensions, one[1].grain}, other[1].grain is not None
            lost = not time and set(before.group_by) - gone - set(GRAINS)
            if lost or gone.isdisjoint(before.group_by) or time is not (one[1].grain is not None):
                raise assembly.deny(one[0])
            slots.groups.remove(one)
            assembly.use(one[0], "grouping", "")
    conditions = before.filters if isinstance(before, MetricQuery | ListQuery) else ()
    kept = {value for each in conditions if isinstance(each, FieldFilter) for value in each.values}
    for at, (item, values) in enumerate(slots.values):  # replace app with store: not both
        first = {sense.value for sense in values.words[0]}
        named = len(values.words) > 1 and LISTING.isdisjoint(map(frame.folded, item.leaves()))
        if named and kept & first and frame.spoken(item, back=True) in instead:
            slots.values[at] = (item, replace(values, words=values.words[1:]))
    for word in behind:
        after = slots.frame.spoken(word)
        if len(slots.groups) > 1 and after in [item for item, _ in slots.groups]:
            slots.groups[:] = [each for each in slots.groups if each[0] is not after]
            assembly.use(after, "grouping", "")
        elif len(slots.values) > 1 and after in [item for item, _ in slots.values]:
            slots.values[:] = [each for each in slots.values if each[0] is not after]
            slots.taken.append(after)
            assembly.use(after, "value", "")


def _refuse_grain_of_value(slots: Slots, before: MetricQuery, assembly: Assembly) -> None:
    """'And the quarterly one?' after the annual plan: another of what was kept to, no unit of time."""
    kept = {each.field for each in before.filters if isinstance(each, FieldFilter)}
    for item, each in slots.groups:
        if (each.grain is not None or not each.marked) and _named_at(item, slots) & kept:
            raise assembly.deny(item)


def _named_at(item: Edge, slots: Slots) -> set[str]:
    """The dimensions of which the very words of an item are a value."""
    leaves = slots.frame.lattice.leaves
    here = [e.meaning for e in leaves if e.start == item.start and e.end == item.end and isinstance(e.meaning, Values)]
    return {name for values in here for name in values.candidates}


def change_of_nothing(slots: Slots) -> Edge | None:
    """The words by which a question can only change one before it: 换成积分兑换量, 'by region instead', 去掉普通会员.

    Taking something away or keeping only something asks for nothing by itself; a bare measure or group put in the
    place of another asks for half of something.
    """
    word = pointer(slots.frame)
    if word is not None:
        return word
    if slots.clauses or slots.listed or slots.bounds or slots.dated or slots.populations:
        return None
    changes: list[Edge] = []
    if not (slots.measures and (slots.whens or slots.values)):
        changes += slots.frame.said("follow.instead")
    if not (slots.measures or slots.people or slots.groups or slots.ranks):
        if any(values.negated or (values.only and not slots.whens) for _, values in slots.values):
            return slots.values[0][0]
        changes += slots.frame.said("only.only", "follow.those")
    if not (slots.measures or slots.ranks or slots.frame.asks("how_many", "count", "list", "who")):
        changes += [each for each in slots.frame.said("follow.what_about") if slots.frame.folded(each) not in _NOW]
    return next((item for item in changes if _opens(item, slots)), None)


def _about_before(slots: Slots, before: Request, assembly: Assembly) -> Request:
    """'Delivery tickets only' after a question about tickets: the word for the rows asks for nothing new.

    'Only orders placed in the app' after people with two orders: two of these.
    """
    if not isinstance(before, MetricQuery) or len(slots.measures) != 1 or not (slots.values or slots.clauses):
        return before
    only = _strong(slots, "only.only") or any(values.only for _, values in slots.values)
    if not (only or _strong(slots, "follow.what_about") or _strong(slots, "follow.those")):
        return before
    item, names = slots.measures[0]
    if not only and slots.values and all(values.negated for _, values in slots.values):
        return before  # what about orders excluding gold members: nothing is kept to orders
    if len(names) != 1 or not assembly.structure.counts_rows(names[0]) or before.metrics == names:
        return before
    deed = next((f for f in before.filters if isinstance(f, MetricFilter) and f.metric == names[0]), None)
    if deed is not None and slots.values and only:
        told = (assembly.condition(at, values, assembly.chooser(names)) for at, values in slots.values)
        narrowed = deed.model_copy(update={"filters": (*deed.filters, *told)})
        slots.values.clear()
        before = before.model_copy(update={"filters": tuple(narrowed if f is deed else f for f in before.filters)})
        slots.measures.clear()
        assembly.use(item, "entity", "")
        return before
    kept = [assembly.structure.narrowing(names[0], name) for name in before.metrics]
    if all(each == () for each in kept):
        slots.measures.clear()
        slots.subjects.append((item, names))
    return before


def is_complete(slots: Slots) -> bool:
    """Whether the question names what it wants without the one before: a measure not marked as a change of it."""
    frame = slots.frame
    points = pointer(frame) is not None  # customers with their phone: those named in the question
    marked = any(_strong(slots, marker) for marker in _MARKERS if points or marker != "follow.those")
    grouped = any(group.marked or group.grain for _, group in slots.groups)
    values = [each for each in slots.values if not (marked and each[1].negated)]  # what about orders excluding gold
    others = slots.whens or values or slots.clauses or slots.listed or slots.against or grouped or slots.ranks
    if slots.measures:
        if not others and not slots.entities and (marked or _is_bare(slots)):
            return False
        if slots.ranks and others is slots.ranks and not (slots.entities or frame.asks("which", "who", "list")):
            return False  # sort by refund rate, highest first: of what was shown before
        if slots.has("follow.those") and not (slots.listed or slots.clauses or slots.groups or slots.values):
            return False
        return not (_strong(slots, "follow.instead") or _by_measure(slots))
    if slots.bounds and slots.groups:
        return True
    if slots.listed or slots.clauses or slots.dated or slots.bounds:
        return not marked and bool(frame.asks("which", "who", "list", "how_many", "people", "count") or slots.entities)
    if slots.entities and frame.asks("how_many", "count", "people"):
        return not _strong(slots, "follow.those") and not _strong(slots, "follow.what_about")
    asks = frame.asks("which", "list", "who")
    return bool(slots.entities and asks and not marked and not slots.ranks and (slots.values or slots.columns))


def _only_counts(slots: Slots, assembly: Assembly) -> bool:
    """一共多少人: how many, and nothing else. After a list, of those on it; how many *we* have, of all."""
    counted = {entity.counted_by for entity in assembly.scope.model.entities.values()}
    says = slots.whens or slots.values or slots.clauses or slots.listed or slots.bounds or slots.groups or slots.dated
    more = says or slots.populations or slots.ranks or slots.against or slots.has("share")
    others = any(not set(names) <= counted for _, names in slots.measures)
    return not more and not others and bool(slots.measures or slots.frame.asks("how_many", "count", "people"))


def _is_ours(slots: Slots) -> bool:
    """How many customers do *we* have."""
    return any(leaf.category == "function.function.person" for leaf in slots.frame.lattice.leaves)


def _is_bare(slots: Slots) -> bool:
    """订单数, 'churn rate?', 'plus orders': a measure's name, at most joined, is shown of what was asked before."""
    joins = [item for item in slots.frame.items if set(item.keys) & {"connective", "follow"}]
    return len(slots.measures) == 1 and len(slots.frame.items) == 1 + len(joins)


def _by_measure(slots: Slots) -> bool:
    """'by average order value', '按订单数排': the measure of an order given before."""
    first = slots.measures[0][0]
    before = slots.frame.before(first)
    is_by = before is not None and "grouping.by" in before.keys
    return is_by and not slots.whens and not slots.groups


def _strong(slots: Slots, flag: str) -> bool:
    return any(_opens(item, slots) for item in slots.frame.said(flag))


def _opens(item: Edge, slots: Slots) -> bool:
    """'And the' between two things only joins them: it goes on from before where the question begins with it."""
    text = slots.frame.folded(item)
    return not text.startswith(("and", "then")) or item is slots.frame.items[0]


@lru_cache(maxsize=1)
def _comparing() -> tuple[str, ...]:
    """The words of comparison that a date may have in it."""
    words = ("".join(phrase) for phrase, sense in language_words() if sense == WordSense("comparison", "versus"))
    return tuple(word for word in words if word not in word_set("joins_sides"))


def _move_back(slots: Slots, before: MetricQuery, assembly: Assembly) -> None:
    """'And the week before that?': that period itself, not a comparison with it."""
    if len(slots.against) != 1 or slots.whens or slots.has("comparison", "change", "date.versus"):
        return
    item, against = slots.against[0]
    if against.to != "previous" or against.date is not None or against.unit is None:
        return
    leaves = {key for leaf in item.leaves() for key in leaf.keys}
    text = slots.frame.folded(item)
    if leaves & {"comparison", "date.comparison", "date.versus"} or any(word in text for word in _comparing()):
        return
    period = before.period
    if period is None or period.start is None or period.end is None:
        raise assembly.deny(item, "comparison_without_period")
    if any(isinstance(each, MetricFilter) and each.period == period for each in before.filters):
        raise assembly.deny(item)  # the time of the number alone, or of what people did as well?
    if period.grain == against.unit:
        slots.shifted = unit(against.unit, period.start, -1)
    else:
        slots.shifted = preceding(Period(period.start, period.end, period.grain), assembly.scope.today)
    slots.against.clear()
    assembly.use(item, "period", str(slots.shifted))
