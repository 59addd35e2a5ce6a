"""Cohort tables and funnels: questions that follow customers through time.

Such a question says which journey (同期群, funnel), of when, and of whom; every other word in it must be about the
journey itself. What is not is refused by name, as everywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from chat_service.language.grammar.rule import Edge
from chat_service.translate.grammar.categories import Bound, Clause, Clauses, Group, Measure
from chat_service.translate.meaning.choices import Chooser
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots
from chat_service.translate.requests.sorting import placed
from chat_service.translate.requests.timing import period_of
from chat_service.translate.senses import Ask, Values, When
from chat_service.translate.words.lattice import UNKNOWN
from semantic_layer import CohortQuery, FieldFilter, FunnelQuery, Period

STEP_TIMES = "intent.step_times"
_COHORTS = ("intent.cohort", "intent.cohort_by_month")
_CARRYING = frozenset(
    {"entity", "ask", "share", "grouping", "connective", "unit", "chart", "trend", "change", "follow"}
    | {"range", "only", "prefix.between", "intent.funnel", STEP_TIMES, *_COHORTS}
)
# words that speak of the rows and columns of a journey, which it has anyway
_OWN_WORDS = re.compile(
    r"间隔月[数份]?|月数|还?剩下?|流失多少|months? since(?: first)?(?: (?:order|purchase))?|drop[- ]?offs?|survive"
    r"|(?:(?:each|every) )?month after(?: month|wards?)?|(?:in )?the months? after(?:wards?)?|thereafter|ever after"
)
Kind = Literal["cohort", "funnel"]
Journey = CohortQuery | FunnelQuery


@dataclass
class _Seen:
    """What a journey is of: its time, its people and their groups."""

    chooser: Chooser
    grain: str | None
    period: Period | None = None
    filters: list[FieldFilter] = field(default_factory=list)
    by: list[str] = field(default_factory=list)


def read_journey(slots: Slots, assembly: Assembly) -> Journey | None:
    """The cohort or funnel that a question asks for, or None if it asks for neither. Raises StopError."""
    kind = _kind(slots, assembly)
    if kind is None:
        return None
    lattice = slots.frame.lattice
    spans = [match.span() for match in _OWN_WORDS.finditer(lattice.folded.text)]
    own = [(lattice.tokens[e.start].fstart, lattice.tokens[e.end - 1].fend, e) for e in slots.frame.covering.edges]
    left = [edge for start, end, edge in own if not any(a < end and start < b for a, b in spans)]
    if any(item.category == UNKNOWN for item in left):
        return None
    return _funnel(left, assembly) if kind == "funnel" else _cohort(left, assembly)


def _kind(slots: Slots, assembly: Assembly) -> Kind | None:
    if slots.has("intent.funnel", STEP_TIMES) and assembly.model.funnels:
        return "funnel"
    if not assembly.model.cohorts:
        return None
    names = [name for _, each in (*slots.measures, *slots.populations) for name in each]
    if slots.has(*_COHORTS):
        return "cohort" if _speaks_of_members(names, assembly) else None
    # as it was said: a share of first buyers is no rate of their own here
    firsts = _names_first(slots, assembly) or _names_first(placed(slots.frame), assembly)
    return "cohort" if firsts and any(_is_retention(name, assembly) for name in names) else None


def _names_first(slots: Slots, assembly: Assembly) -> bool:
    """Retention of customers who first bought in January: those are a cohort, by the event that places them in it."""
    behaviours = assembly.model.behaviours
    firsts = {behaviours[name].metric for name in behaviours if _is_first(name, assembly)}
    named = [name for _, each in (*slots.measures, *slots.populations) for name in each]
    along = any(group.grain is not None for _, group in slots.groups)
    by_name = bool(firsts & set(named) and slots.whens and along)
    others = [c for _, each in slots.clauses for c in each.clauses if not _is_dated_first(c, assembly)]
    firsts_told = len(slots.clauses) - len(others)
    return (firsts_told == 1 or (by_name and not firsts_told)) and all(_is_event(each, assembly) for each in others)


def _is_dated_first(clause: Clause, assembly: Assembly) -> bool:
    plain = clause.when is not None and not clause.negated and clause.condition is None
    return plain and _is_first(clause.behaviours[0], assembly)


def _is_first(behaviour: str, assembly: Assembly) -> bool:
    model, structure = assembly.model, assembly.structure
    metric = model.behaviours[behaviour].metric
    entities = {entity.dataset for entity in model.entities.values()}
    once = structure.one_each(metric) and not structure.stands_on(metric) & entities
    return once and not model.metrics[metric].is_stock


def _is_event(clause: Clause, assembly: Assembly) -> bool:
    """Whether a deed is what cohorts are followed by: buying, said again of those who first bought."""
    events = {cohort.metric for cohort in assembly.model.cohorts.values()}
    plain = not clause.negated and clause.condition is None and not clause.values and clause.when is None
    return plain and any(assembly.model.behaviours[name].metric in events for name in clause.behaviours)


def _speaks_of_members(names: list[str], assembly: Assembly) -> bool:
    """Whether metrics speak of who is in a cohort or of who is kept of it."""
    return all(assembly.structure.one_each(name) or _is_retention(name, assembly) for name in names)


def _is_retention(name: str, assembly: Assembly) -> bool:
    """Whether a metric tells who stays or leaves."""
    return name in assembly.model.metrics and assembly.model.metrics[name].kind == "transition"


# --- the requests ---


def _cohort(left: list[Edge], assembly: Assembly) -> CohortQuery:
    definition = next(iter(assembly.model.cohorts.values()))
    seen = _Seen(_chooser(definition.entity, assembly), definition.grain)
    for item in left:
        meaning = item.meaning
        names = meaning.metrics if isinstance(meaning, Measure | Bound) else ()
        names = meaning.dimensions if isinstance(meaning, Group | Values) else names
        members = isinstance(meaning, Measure) and _speaks_of_members(list(names), assembly)
        if f"cohort_{definition.grain}" in names or members:
            assembly.use(item, "metric", definition.name)
        elif isinstance(meaning, Clauses) and _is_about_cohort(meaning, definition.metric, assembly):
            _use_times(item, meaning, seen, assembly)
            assembly.use(item, "behaviour", definition.metric)
        elif not _is_of_it(item, seen, assembly):
            raise assembly.deny(item)
    if len(seen.by) > 1:
        raise assembly.deny(left[0])  # cohorts are told apart by one thing
    by = next(iter(seen.by), None)
    return CohortQuery(metric=definition.name, period=seen.period, filters=tuple(seen.filters), by=by)


def _is_about_cohort(clauses: Clauses, event: str, assembly: Assembly) -> bool:
    """首购客户, first bought, bought again: words for who is in a cohort and what is counted of it."""
    for clause in clauses.clauses:
        counted = [assembly.model.behaviours[name].metric for name in clause.behaviours]
        told = any(name == event or assembly.structure.one_each(name) for name in counted)
        if not told or clause.negated or clause.condition or clause.values:
            return False
    return True


def _funnel(left: list[Edge], assembly: Assembly) -> FunnelQuery:
    model = assembly.model
    definition = next(iter(model.funnels.values()))
    steps = {step.metric for step in definition.steps}
    seen = _Seen(_chooser(definition.entity, assembly), None)
    for item in left:
        meaning = item.meaning
        if isinstance(meaning, Clauses) and all(
            any(model.behaviours[name].metric in steps for name in clause.behaviours) and not clause.negated
            for clause in meaning.clauses
        ):
            _use_times(item, meaning, seen, assembly)
            for values in (each for clause in meaning.clauses for each in clause.values):
                seen.filters.append(assembly.condition(item, values, seen.chooser))
            assembly.use(item, "behaviour", definition.name)
        elif isinstance(meaning, Measure) and (
            set(meaning.metrics) == {model.entities[definition.entity].counted_by}
            or len(meaning.metrics) > 1  # 转化率 alone could be several metrics; beside a funnel it is the funnel's
            or steps & set(meaning.metrics)
        ):
            assembly.use(item, "metric", definition.name)
        elif not _is_of_it(item, seen, assembly):
            raise assembly.deny(item)
    by = tuple(dict.fromkeys(seen.by))
    return FunnelQuery(
        metric=definition.name,
        period=seen.period,
        filters=tuple(seen.filters),
        by=by if len(by) > 1 else next(iter(by), None),
        times=any(item.category == STEP_TIMES or _asks_how_long(item) for item in left),
    )


def _chooser(entity: str, assembly: Assembly) -> Chooser:
    counted = assembly.model.entities[entity].counted_by
    return assembly.chooser((counted,) if counted is not None else ())


def _asks_how_long(item: Edge) -> bool:
    return isinstance(item.meaning, Ask) and bool(set(item.meaning.what) & {"how_long", "long"})


def _is_of_it(item: Edge, seen: _Seen, assembly: Assembly) -> bool:
    """Whether an item is a time or people that a journey is of or is told apart by, a unit of time that it has anyway,
    or no meaning."""
    meaning = item.meaning
    if isinstance(meaning, When):
        _use_time(item, meaning, seen, assembly)
    elif isinstance(meaning, Values):
        seen.filters.append(assembly.condition(item, meaning, seen.chooser))
    elif isinstance(meaning, Group) and meaning.grain is not None:
        if meaning.grain != seen.grain:
            return False
        assembly.use(item, "grain", meaning.grain)
    elif isinstance(meaning, Group):
        seen.by.append(assembly.dimension(item, meaning.dimensions, seen.chooser))
        assembly.use(item, "grouping", seen.by[-1])
    else:
        return item.is_empty or bool(set(item.keys) & _CARRYING)
    return True


def _use_times(item: Edge, clauses: Clauses, seen: _Seen, assembly: Assembly) -> None:
    for clause in clauses.clauses:
        if clause.when is not None:
            _use_time(item, clause.when, seen, assembly)


def _use_time(item: Edge, when: When, seen: _Seen, assembly: Assembly) -> None:
    """The one time of a journey. Raises StopError for another."""
    date = when.date
    if when.ever or date.kind == "now" or (date.kind == "grain" and date.unit == seen.grain):
        return
    if date.kind not in ("period", "rolling", "open", "future"):
        raise assembly.deny(item)
    found = period_of(date, (), assembly.scope.today, item, assembly)
    if found is None or seen.period not in (None, found):
        raise assembly.deny(item)
    assembly.use(item, "period", str(found))
    seen.period = found
