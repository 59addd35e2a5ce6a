"""What follows an event: questions that name something that happened, so many days after it, and what may be done then.

首单折扣超过30%的客户,90天内有多少人回购: the first order is the event, its discount tells the events apart, buying
again is what may follow. Every other word must be about one of these; what is not is refused by name, as everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from chat_service.language.folding import folded
from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Listed, Measure, Span
from chat_service.translate.meaning.choices import Chooser
from chat_service.translate.requests.assembly import Assembly, value_filter
from chat_service.translate.requests.conditions import listed_filter
from chat_service.translate.requests.event_fields import compared_field, named_field
from chat_service.translate.requests.happenings import (
    Happening,
    counts_people,
    dataset_of,
    first_deed,
    happenings,
    happens,
)
from chat_service.translate.requests.slots import Slots, asked_of, asks_for_each
from chat_service.translate.requests.timing import only_period
from chat_service.translate.requests.waiting import asks_how_long, days_unsaid, days_waited, done_again, use_waited
from chat_service.translate.senses import DimensionSense, Names, Values, ValueSense
from chat_service.translate.words.vocabulary import phrase_keys
from semantic_layer import Deed, Dimension, Filter, FollowsQuery, Period

# words that ask, join or count what the table shows anyway
_SHOWN = frozenset({"ask", "entity", "share", "connective", "unit", "follow", "grouping", "comparison", "chart"})
_AVERAGE = frozenset({"average", "statistic"})


@dataclass(eq=False)
class _Of:
    """What the events are of: their time, who they happened to, what they were like, and what they are grouped by."""

    period: Period | None = None
    people: list[Filter] = field(default_factory=list)
    own: list[Filter] = field(default_factory=list)
    by: str | None = None


def read_follows(slots: Slots, assembly: Assembly) -> FollowsQuery | None:
    """The request of a question about what follows an event, or None if it asks for none. Raises StopError."""
    again = done_again(slots, assembly)
    found = sorted((*happenings(slots, assembly), *again), key=lambda each: each.item.start)
    waits = bool(again or asks_how_long(slots))
    said = slots.frame.of(Span) or ([] if waits else _inside(slots, assembly))
    spans = said or (days_waited(found, slots) if waits else days_unsaid(found, slots, assembly))
    if not spans or len(spans) > 2 or slots.frame.said("intent.why"):
        return None
    if _lists_them(slots, assembly):
        raise assembly.deny(spans[0])  # which customers ordered after complaining: they are asked for, and no share
    if not (said or waits) and any(each.grain and at.start >= spans[0].end for at, each in slots.groups):
        return None  # 之后每个月还有多少在买: in each unit of time after it, not in so many days
    event = _event(spans[0], found, slots, assembly)
    if event is None:
        return None
    named = _named(event, found, spans[0])
    others = [each for each in found if each not in named]
    rest = [each for each in others if not _describes(each, named, spans, assembly)]
    described = [each for each in found if each not in named and each not in rest]
    deeds = _deeds(spans, rest, event)
    if deeds is None:
        return None
    of = _Of()
    chooser = assembly.chooser((event.event,))
    for each in (*named, *described):
        _of_happening(each, of, chooser, assembly)
    _of_words(slots, of, event.event, chooser, assembly)
    times = use_waited(spans, again, slots, assembly)
    return _request(event.event, deeds, of, slots, assembly, times=times)


def _lists_them(slots: Slots, assembly: Assembly) -> bool:
    """Whether people are asked for one by one, also where 'which' is taken for a word without meaning."""
    frame = slots.frame
    if slots.groups or slots.has("share") or frame.asks("how_many", "count", "people", "long"):
        return False
    people = [*slots.entities, *(item for item, names in slots.measures if names == assembly.counted)]
    led = [(one.start, one.end) for each in people if (one := frame.before(each)) is not None]
    return asks_for_each(frame) or any(
        "which" in asked_of(leaf) for leaf in frame.lattice.leaves if (leaf.start, leaf.end) in led
    )


def _inside(slots: Slots, assembly: Assembly) -> list[Edge]:
    """Did not order within 90 days: of something that happened, known by what it was like, the days after it."""
    if not slots.clauses or not slots.frame.said("share", "ask") or _implied(slots, assembly) is None:
        return []
    found = []
    for item, clauses in slots.clauses:
        dates = [each.when.date for each in clauses.clauses if each.when is not None]
        if len(dates) == 1 and dates[0].kind == "duration" and dates[0].days is not None:
            found.append(Edge(item.start, item.end, "span", Span(0, dates[0].days), 0.0, (item,)))
    return found if len(found) == 1 else []


# --- what happens ---


def _event(span: Edge, found: list[Happening], slots: Slots, assembly: Assembly) -> Happening | None:
    """What the days of a span are counted from: what stands on the side that the words say, or else comes first."""
    meaning = span.meaning
    assert isinstance(meaning, Span), "asked of spans"
    before = [each for each in found if each.item.end <= span.start]
    after = [each for each in found if each.item.start >= span.end]
    if meaning.side == "before" and before:
        plain = [each for each in before if not each.negated]
        return (plain or before)[-1] if _implied(slots, assembly) is None or plain else None
    if meaning.side == "after" and after:
        return after[0]
    placed = next((each for each in found if each.item.category == "intent.cohort"), None)
    implied = _implied(slots, assembly)
    if placed is not None or implied is None:
        counted = len(found) > 1 and found[0].item.start < span.start  # 30天内注册且已下单: the last 30 days
        return placed or (found[0] if counted else _first_of_again(found, assembly))
    datasets = {dataset_of(each.event, assembly) for each in found}
    return found[0] if dataset_of(implied.event, assembly) in datasets and len(found) > 1 else implied


def _named(event: Happening, found: list[Happening], span: Edge) -> list[Happening]:
    """The words for the event: all that name it; of a deed that may follow itself, those on its side of the days."""
    same = [each for each in found if each.event == event.event]
    beside = [each for each in same if (each.item.end <= span.start) == (event.item.end <= span.start)]
    return same if len(same) < len(found) else beside


def _first_of_again(found: list[Happening], assembly: Assembly) -> Happening | None:
    """30天复购率: a rate of those who do the main deed again, so many days after they first did."""
    if len(found) != 1 or not isinstance(found[0].item.meaning, Measure):
        return None
    model, first = assembly.model, first_deed(assembly)
    counted = any(happens(model.metrics.get(name)) for name in found[0].item.meaning.metrics)
    if counted or first is None:
        return None
    behaviour = model.behaviours[first]
    return Happening(found[0].item, behaviour.metric, behaviour.event or behaviour.metric)


def _implied(slots: Slots, assembly: Assembly) -> Happening | None:
    """What happened where only what it was like is said: detractors are who answered so."""
    model, structure = assembly.model, assembly.structure
    datasets: list[tuple[Edge, str]] = []
    for item, values in (*slots.values, *_shares_of(slots, assembly)):
        homes = {model.dimensions[name].home.dataset for name in values.candidates if name in model.dimensions}
        if len(homes) == 1 and not any(structure.entity_dimension(name) for name in values.candidates):
            datasets.append((item, homes.pop()))
    for item, bound in slots.bounds:
        home = compared_field(bound, None, assembly)
        if home is not None:
            datasets.append((item, home.field.split(".")[0]))
    for item, dataset in datasets:
        for behaviour in model.behaviours.values():
            name = behaviour.event or behaviour.metric
            if dataset_of(name, assembly) == dataset and happens(model.metrics.get(name)):
                return Happening(item, behaviour.metric, name)
    return None


def _describes(each: Happening, named: list[Happening], spans: list[Edge], assembly: Assembly) -> bool:
    """首单买母婴: a deed right beside the event, which says what the event was like, not what came after it."""
    main = assembly.structure.main_behaviour
    if (
        each.clause is None
        or main is None
        or each.metric != main.metric
        or not each.clause.values
        or each.clause.negated
    ):
        return False
    beside = any(each.item is one.item or one.item.end <= each.item.start for one in named)
    return beside and each.item.end <= spans[0].start


# --- what may follow ---


def _deeds(spans: list[Edge], rest: list[Happening], event: Happening) -> list[tuple[Span, Happening]] | None:
    """The deed of each span; None where one has none, or one is left over."""
    left = list(rest)
    found: list[tuple[Span, Happening]] = []
    for span in spans:
        meaning = span.meaning
        assert isinstance(meaning, Span), "asked of spans"
        before = [each for each in left if each.item.end <= span.start]
        after = [each for each in left if each.item.start >= span.end]
        inside = [each for each in left if each.item.start <= span.start and each.item.end >= span.end]
        ordered = [*before[::-1], *after] if meaning.side == "after" else [*after, *before[::-1]]
        chosen = next(iter([*inside, *ordered]), None)
        if chosen is None:
            return None
        left.remove(chosen)
        found.append((meaning, chosen))
    again = {each.metric for _, each in found}
    return found if all(each.metric in again and each.clause is None for each in left) else None


def _deed(span: Span, each: Happening, assembly: Assembly) -> Deed:
    filters: tuple[Filter, ...] = ()
    metric = each.metric
    if each.clause is not None:
        lasts = each.clause.when is not None and each.clause.when.date.kind != "duration"
        if each.clause.condition is not None or lasts or each.clause.ever:
            raise assembly.deny(each.item)
        chooser, dimensions = assembly.chooser((metric,)), []
        for values in each.clause.values:
            if values.only or values.both:
                raise assembly.deny(each.item)
            dimension, members = assembly.values(each.item, values, chooser)
            dimensions.append(dimension)
            filters = (*filters, value_filter(dimension, members, negated=values.negated))
        metric = chooser.stand_in(metric, tuple(dimensions)) or metric
    assembly.use(each.item, "behaviour", f"{metric} {span.after}-{span.within}")
    return Deed(metric=metric, filters=filters, after=span.after, within=span.within)


# --- what the events are of ---


def _of_happening(each: Happening, of: _Of, chooser: Chooser, assembly: Assembly) -> None:
    """The time and the objects of the event's own words."""
    assembly.use(each.item, "behaviour", each.event)
    if each.clause is None:
        return
    if each.clause.condition is not None or each.negated:
        raise assembly.deny(each.item)
    if each.clause.when is not None:
        of.period = only_period(each.item, each.clause.when, of.period, assembly)
    for values in each.clause.values:
        _add_values(each.item, values, of, chooser, assembly)


def _shares_of(slots: Slots, assembly: Assembly) -> list[tuple[Edge, Values]]:
    found = (
        (item, _named_values(item, item.meaning, assembly))
        for item in slots.frame.of(Measure)
        if isinstance(item.meaning, Measure)
    )
    return [(item, values) for item, values in found if values is not None]


def _named_values(item: Edge, measure: Measure, assembly: Assembly) -> Values | None:
    """Share of detractors: beside what follows, a share of those of one kind names those of that kind."""
    model, said = assembly.model, assembly.frame.folded(item).split(" ")[-1]
    if any(happens(model.metrics.get(name)) for name in measure.metrics):
        return None
    homes = {dataset_of(name, assembly) for name in measure.metrics if name in model.metrics}
    called = (each for of in model.dimensions.values() if of.home.dataset in homes for each in _called(of))
    sense = next((sense for sense, words in called if any(word.endswith(said) for word in words)), None)
    return Values(((sense,),), said) if sense is not None else None


@lru_cache(maxsize=1024)
def _called(dimension: Dimension) -> tuple[tuple[ValueSense, tuple[str, ...]], ...]:
    """The values of a dimension that the model names, and how they are called."""
    return tuple(
        (ValueSense(dimension.name, code), tuple(folded(word) for word in (*words.zh, *words.en)))
        for code, words in dimension.home.definition.values.items()
    )


def _of_words(slots: Slots, of: _Of, event: str, chooser: Chooser, assembly: Assembly) -> None:
    """The values, comparisons, groups and times that stand by themselves."""
    for item, when in slots.whens:
        of.period = only_period(item, when, of.period, assembly)
    for item, values in slots.values:
        _add_values(item, values, of, chooser, assembly)
    for item, values in _shares_of(slots, assembly):
        _add_values(item, values, of, chooser, assembly)
    for item, bound in slots.bounds:
        compared = compared_field(bound, dataset_of(event, assembly), assembly)
        if compared is None:
            raise assembly.deny(item)
        assembly.use(item, "number", f"{compared.field} {compared.op} {compared.values}")
        of.own.append(compared)
    for item, listed in slots.listed:
        assert isinstance(listed, Listed), "sorted so"
        of.people.extend(listed_filter(item, listed, assembly))
    _of_groups(slots, of, event, chooser, assembly)


def _of_groups(slots: Slots, of: _Of, event: str, chooser: Chooser, assembly: Assembly) -> None:
    """What the events are grouped by: a dimension, or a number that the model cuts into bands."""
    for item, group in slots.groups:
        if not group.marked and _names_event(item, group.dimensions, event, slots, assembly):
            assembly.use(item, "entity", event)
            continue
        if of.by is not None:
            raise assembly.deny(item)
        of.by = str(group.grain) if group.grain is not None else assembly.dimension(item, group.dimensions, chooser)
        assembly.use(item, "grouping", of.by)
    for item in slots.frame.said("kind_of"):
        senses = assembly.scope.lexicon.senses(phrase_keys(slots.frame.folded(item).split(" ")[-1]))
        names = tuple(each.name for each in senses if isinstance(each, DimensionSense))
        if not names or of.by is not None:
            raise assembly.deny(item)
        of.by = assembly.dimension(item, names, chooser)
        assembly.use(item, "grouping", of.by)
    for item in slots.columns:
        names = item.meaning.names if isinstance(item.meaning, Names) else ()
        found = named_field(names, dataset_of(event, assembly), assembly)
        if found is None or of.by is not None:
            raise assembly.deny(item)
        of.by = found
        assembly.use(item, "grouping", found)


def _names_event(item: Edge, dimensions: tuple[str, ...], event: str, slots: Slots, assembly: Assembly) -> bool:
    """Within 90 days after the survey: right behind the days, a dimension of the event's rows only names these."""
    spans = [each for each in slots.frame.of(Span) if isinstance(each.meaning, Span) and each.meaning.side == "after"]
    behind = [each for each in spans if each.end <= item.start]
    if not behind or not all(edge.is_empty for edge in slots.frame.between(behind[-1], item)):
        return False
    return any(assembly.model.dimensions[name].home.dataset == dataset_of(event, assembly) for name in dimensions)


def _add_values(item: Edge, values: Values, of: _Of, chooser: Chooser, assembly: Assembly) -> None:
    if values.only or values.both:
        raise assembly.deny(item)
    made = assembly.condition(item, values, chooser)
    if len(made.values) > 1 and not values.negated and of.by is None:
        # side by side
        of.by = made.field
        of.people.append(made)
    elif assembly.structure.entity_dimension(made.field):
        of.people.append(made)
    else:
        of.own.append(made)


# --- the request ---


def _request(
    event: str, deeds: list[tuple[Span, Happening]], of: _Of, slots: Slots, assembly: Assembly, *, times: bool
) -> FollowsQuery:
    for item in slots.frame.of(Span):
        assembly.use(item, "number", str(item.meaning))
    ordered = sorted(deeds, key=lambda each: (each[0].within, each[0].after))
    (last_span, last), first = ordered[-1], ordered[:-1]
    if any(each.negated for _, each in first):
        raise assembly.deny(first[0][1].item)
    did = _deed(*first[0], assembly) if first else None
    then = _deed(last_span, last, assembly)
    is_average = not times and _is_average(slots, assembly)
    apart = of.own or of.people
    filters: tuple[Filter, ...] = tuple(of.people) if of.own else ()
    those: tuple[Filter, ...] = tuple(apart)
    if of.by is not None or did is not None:
        filters, those = (*of.people, *of.own), ()
    if of.by is not None and did is not None:
        raise assembly.deny(slots.frame.of(Span)[0])
    first_ones = [item for item, _ in slots.ranks if _is_first_one(item, event, assembly)]
    assembly.refuse_rest(
        {*_SHOWN, "intent.list", "intent.count"}, lambda item: item in first_ones or counts_people(item, assembly)
    )
    if last.negated and (is_average or times):
        raise assembly.deny(last.item)
    return FollowsQuery(
        event=event,
        then=then,
        period=of.period,
        filters=filters,
        by=of.by,
        those=those,
        did=did,
        negated=last.negated,
        average=is_average,
        times=times,
    )


def _is_first_one(item: Edge, event: str, assembly: Assembly) -> bool:
    """Within 30 days of their first one: behind the days, the first deed that they are counted from."""
    first = first_deed(assembly)
    known = first is not None and assembly.model.behaviours[first].event == event
    return known and assembly.frame.folded(item) in word_set("first_of_it")


def _is_average(slots: Slots, assembly: Assembly) -> bool:
    words = slots.frame.said(*_AVERAGE)
    asks = slots.frame.asks("times", "how_often", "orders")
    for item in words:
        if item.category not in ("average.mean", "average.per_head"):
            raise assembly.deny(item)
        assembly.use(item, "metric", "average")
    spread = [each for each in slots.frame.of(Measure) if isinstance(each.meaning, Measure) and each.meaning.statistic]
    often = [item for item in asks if slots.frame.folded(item) in word_set("how_often")]
    return bool(words or often or spread)
