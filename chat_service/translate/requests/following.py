"""What follows an event: questions that name something that happened, so many days after it, and what may be done then.

投诉后30天内有多少客户又下单了: the complaint is the event, ordering is what may follow. Every other word must be about
one of these; what is not is refused by name, as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlglot import exp

from chat_service.language.grammar.rule import Edge
from chat_service.translate.grammar.categories import Clause, Clauses, Measure, Span
from chat_service.translate.meaning.choices import Chooser
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.reasons import departures
from chat_service.translate.requests.slots import Slots, asked_of, asks_for_each
from chat_service.translate.requests.timing import only_period
from chat_service.translate.senses import Values
from semantic_layer import Deed, Filter, FollowsQuery, Metric, Period

# words that ask, join or count what the table shows anyway
_SHOWN = frozenset(
    {"ask", "entity", "share", "connective", "unit", "follow", "grouping", "comparison", "chart"}
    | {"intent.list", "intent.count"}
)
# how long it took and how often it was done are other questions
_OTHERS = ("how_long", "long", "how_often", "times", "orders")


@dataclass(frozen=True, eq=False)
class _Happening:
    """Words for something that happens: the metric that counts it, and the verb's own conditions."""

    item: Edge
    metric: str
    event: str
    clause: Clause | None = None
    negated: bool = False


@dataclass(eq=False)
class _Of:
    """What the events are of: their time, who they happened to, what they were like, and what they are grouped by."""

    period: Period | None = None
    people: list[Filter] = field(default_factory=list)
    own: list[Filter] = field(default_factory=list)
    by: str | None = None


def read_follows(slots: Slots, assembly: Assembly) -> FollowsQuery | None:
    """The request of a question about what follows an event, or None if it asks for none. Raises StopError."""
    spans = slots.frame.of(Span)
    if len(spans) != 1 or slots.frame.said("intent.why", "average", "statistic") or slots.frame.asks(*_OTHERS):
        return None
    found = list(_happenings(slots, assembly))
    event = _event(spans[0], found)
    if event is None:
        return None
    named = _named(event, found, spans[0])
    deed = _deed(spans[0], [each for each in found if each not in named])
    if deed is None:
        return None
    if _lists_them(slots, assembly):
        raise assembly.deny(spans[0])  # which customers ordered after complaining: they are asked for, and no share
    of = _Of()
    _of_event(named, slots, of, assembly)
    assembly.use(spans[0], "number", str(spans[0].meaning))
    then = _then(spans[0], deed, assembly)
    assembly.refuse_rest(_SHOWN, lambda item: _counts_people(item, assembly))
    grouped = of.by is not None
    return FollowsQuery(
        event=event.event,
        then=then,
        period=of.period,
        filters=tuple((*of.people, *of.own) if grouped else of.people if of.own else ()),
        by=of.by,
        those=() if grouped else tuple(of.own or of.people),
        negated=deed.negated,
    )


def _lists_them(slots: Slots, assembly: Assembly) -> bool:
    """Whether people are asked for one by one, also where 'which' is taken for a word without meaning."""
    frame = slots.frame
    if slots.groups or slots.has("share") or frame.asks("how_many", "count", "people"):
        return False
    people = [*slots.entities, *(item for item, names in slots.measures if names == assembly.counted)]
    led = [(one.start, one.end) for each in people if (one := frame.before(each)) is not None]
    return asks_for_each(frame) or any(
        "which" in asked_of(leaf) for leaf in frame.lattice.leaves if (leaf.start, leaf.end) in led
    )


# --- what happens ---


def _happenings(slots: Slots, assembly: Assembly) -> Iterator[_Happening]:
    """The words of a question that name something that happens, in their order."""
    behaviours, metrics = assembly.model.behaviours, assembly.model.metrics
    main = assembly.structure.main_behaviour
    for item in slots.frame.items:
        meaning = item.meaning
        if isinstance(meaning, Clauses):
            for clause in meaning.clauses:
                metric, negated = behaviours[clause.behaviours[0]].metric, clause.negated
                if metric in departures(assembly) and main is not None:
                    metric, negated = main.metric, not negated  # leaving is not doing the main deed any more
                if _happens(metrics[metric]):
                    yield _Happening(item, metric, _event_of(metric, assembly), clause, negated)
        elif isinstance(meaning, Measure) and not meaning.statistic:
            name = next(filter(None, (_counted(metrics.get(name), assembly) for name in meaning.metrics)), None)
            if name is not None and not _counts_people(item, assembly):
                yield _Happening(item, name, _event_of(name, assembly))
        elif item.category == "intent.cohort":
            firsts = (b.metric for b in behaviours.values() if b.event and assembly.structure.one_each(b.metric))
            yield from (_Happening(item, each, _event_of(each, assembly)) for each in list(firsts)[:1])


def _counted(metric: Metric | None, assembly: Assembly) -> str | None:
    """What a metric counts of what happens; a rate of those who do the main deed again speaks of that deed."""
    main = assembly.structure.main_behaviour
    if metric is None or _happens(metric):
        return metric.name if metric is not None else None
    again = metric.definition.per is not None and main is not None
    same = main is not None and metric.definition.dataset == assembly.model.metrics[main.metric].definition.dataset
    return main.metric if main is not None and again and same else None


def _happens(metric: Metric) -> bool:
    """Whether a metric counts rows that happen in time."""
    definition = metric.definition
    is_count = isinstance(metric.expression, exp.Count | exp.Sum) and not metric.is_stock
    return metric.kind == "simple" and is_count and not (definition.per or definition.latest or definition.window)


def _counts_people(item: Edge, assembly: Assembly) -> bool:
    """Whether an item is a measure that counts entities of the model, and nothing else."""
    counted = {entity.counted_by for entity in assembly.model.entities.values()}
    return isinstance(item.meaning, Measure) and set(item.meaning.metrics) <= counted


def _event_of(metric: str, assembly: Assembly) -> str:
    """The metric whose rows hold what is known of what a metric counts."""
    behaviours = assembly.model.behaviours.values()
    return next((each.event for each in behaviours if each.metric == metric and each.event is not None), metric)


def _event(span: Edge, found: list[_Happening]) -> _Happening | None:
    """What the days are counted from: what stands on the side that the words say, or else comes first."""
    assert isinstance(span.meaning, Span), "asked of spans"
    before = [each for each in found if each.item.end <= span.start]
    after = [each for each in found if each.item.start >= span.end]
    if span.meaning.side == "before" and before:
        return next((each for each in reversed(before) if not each.negated), None)
    if span.meaning.side == "after" and after:
        return after[0]
    placed = next((each for each in found if each.item.category == "intent.cohort"), None)
    counted = len(found) > 1 and found[0].item.start < span.start  # 30天内注册且已下单: the last 30 days
    return placed or (found[0] if counted else None)


def _named(event: _Happening, found: list[_Happening], span: Edge) -> list[_Happening]:
    """The words for the event: all that name it; of a deed that may follow itself, those on its side of the days."""
    same = [each for each in found if each.event == event.event]
    beside = [each for each in same if (each.item.end <= span.start) == (event.item.end <= span.start)]
    return same if len(same) < len(found) else beside


# --- what may follow ---


def _deed(span: Edge, rest: list[_Happening]) -> _Happening | None:
    """What is done in the days; None where nothing is, or something else is left over."""
    assert isinstance(span.meaning, Span), "asked of spans"
    before = [each for each in reversed(rest) if each.item.end <= span.start]
    after = [each for each in rest if each.item.start >= span.end]
    chosen = next(iter((*before, *after) if span.meaning.side == "after" else (*after, *before)), None)
    others = [each for each in rest if each is not chosen]
    told = chosen is not None and all(each.metric == chosen.metric and each.clause is None for each in others)
    return chosen if told else None


def _then(span: Edge, each: _Happening, assembly: Assembly) -> Deed:
    assert isinstance(span.meaning, Span), "asked of spans"
    filters: tuple[Filter, ...] = ()
    metric, clause = each.metric, each.clause
    if clause is not None:
        values = clause.values
        if clause.condition or clause.when or clause.ever or any(value.only or value.both for value in values):
            raise assembly.deny(each.item)
        chooser = assembly.chooser((metric,))
        made = [assembly.condition(each.item, value, chooser) for value in values]
        metric, filters = chooser.stand_in(metric, tuple(one.field for one in made)) or metric, tuple(made)
    assembly.use(each.item, "behaviour", metric)
    return Deed(metric=metric, filters=filters, after=span.meaning.after, within=span.meaning.within)


# --- what the events are of ---


def _of_event(named: list[_Happening], slots: Slots, of: _Of, assembly: Assembly) -> None:
    """The time, the values and the groups of the event's own words, and of those that stand by themselves."""
    chooser = assembly.chooser((named[0].event,))
    for each in named:
        assembly.use(each.item, "behaviour", each.event)
        if each.clause is None:
            continue
        if each.clause.condition is not None or each.negated:
            raise assembly.deny(each.item)
        if each.clause.when is not None:
            of.period = only_period(each.item, each.clause.when, of.period, assembly)
        for values in each.clause.values:
            _add_values(each.item, values, of, chooser, assembly)
    for item, when in slots.whens:
        of.period = only_period(item, when, of.period, assembly)
    for item, values in slots.values:
        _add_values(item, values, of, chooser, assembly)
    for item, group in slots.groups:
        if of.by is not None:
            raise assembly.deny(item)
        of.by = str(group.grain) if group.grain is not None else assembly.dimension(item, group.dimensions, chooser)
        assembly.use(item, "grouping", of.by)


def _add_values(item: Edge, values: Values, of: _Of, chooser: Chooser, assembly: Assembly) -> None:
    if values.only or values.both:
        raise assembly.deny(item)
    made = assembly.condition(item, values, chooser)
    if len(made.values) > 1 and not values.negated and of.by is None:
        of.by = made.field  # side by side
        of.people.append(made)
    elif assembly.structure.entity_dimension(made.field):
        of.people.append(made)
    else:
        of.own.append(made)
