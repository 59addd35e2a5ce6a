"""What a cohort table or a funnel is of: its time, its people and their groups, its units, what is measured of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from chat_service.language.grammar.rule import Edge
from chat_service.translate.grammar.categories import Bound, Clauses, Group, Listed, Measure
from chat_service.translate.meaning.choices import Chooser
from chat_service.translate.requests.assembly import Assembly, value_filter
from chat_service.translate.requests.conditions import listed_filter
from chat_service.translate.requests.happenings import happens
from chat_service.translate.requests.slots import Slots
from chat_service.translate.requests.timing import period_of
from chat_service.translate.senses import Ask, Values, When
from chat_service.translate.stops import Denial, StopError
from semantic_layer import CohortQuery, FieldFilter, Filter, FunnelQuery, Period, Scalar, unit

_ROLES = frozenset(
    {"entity", "ask", "share", "grouping", "connective", "unit", "chart", "trend", "change", "follow"}
    | {"range", "only", "prefix.between"}
)
STEP_TIMES = "intent.step_times"
# 周同期群: words that say the unit of cohorts
COHORTS_BY = {
    "intent.cohort": None,
    "intent.cohort_by_week": "week",
    "intent.cohort_by_month": "month",
    "intent.cohort_by_quarter": "quarter",
}
_INTENTS = frozenset({*COHORTS_BY, "intent.funnel", STEP_TIMES})
_WEEKS = 26  # weekly cohorts that are shown where no period is named
_UNITS = ("week", "month", "quarter", "year")

Journey = CohortQuery | FunnelQuery


@dataclass
class _Seen:
    """What a journey is of: its time, its people and their groups, and what its cohorts brought."""

    period: Period | None = None
    filters: list[FieldFilter] = field(default_factory=list)
    people: list[Filter] = field(default_factory=list)
    by: list[str] = field(default_factory=list)
    measured: str | None = None


def _names_in(meaning: object) -> tuple[str, ...]:
    match meaning:
        case Measure() | Bound():
            return meaning.metrics
        case Group() | Values():
            return meaning.dimensions
    return ()


def unit_of_cohorts(items: list[Edge], grain: str) -> str:
    """The unit of time that the words give cohorts, or else the model's own."""
    said = [COHORTS_BY[each.category] for each in items if each.category in COHORTS_BY]
    said += [each.meaning.grain for each in items if isinstance(each.meaning, Group)]
    return next((each for each in said if each in _UNITS), grain)


def cohort_request(left: list[Edge], since: tuple[int, ...], assembly: Assembly) -> CohortQuery:
    """The cohort table that the items left in a question are about. Raises StopError."""
    definition = next(iter(assembly.model.cohorts.values()))
    chooser = _chooser(definition.entity, assembly)
    grain = unit_of_cohorts(left, definition.grain)
    dimensions = {f"cohort_{definition.grain}", f"cohort_{grain}"}
    seen = _Seen()
    for item in left:
        meaning = item.meaning
        names = _names_in(meaning)
        if dimensions & set(names):
            assembly.use(item, "metric", definition.name)
        elif _common(item, seen, chooser, grain, assembly) or (
            isinstance(meaning, Clauses) and _is_about_cohort(item, meaning, definition.metric, seen, assembly)
        ):
            continue
        elif isinstance(meaning, Measure) and names_cohort(list(names), assembly):
            assembly.use(item, "metric", definition.name)
        elif isinstance(meaning, Measure) and seen.measured is None and (worth := worth_of(names, assembly)):
            seen.measured = worth
            assembly.use(item, "metric", worth)
        elif not _carries_nothing(item):
            raise assembly.deny(item)
    if grain == "week" and seen.period is None and not seen.by:
        seen.period = _recent_weeks(assembly)
    found = CohortQuery(
        metric=definition.name,
        period=seen.period,
        since=since,
        filters=(*_merged(seen.filters), *seen.people),
        by=next(iter(seen.by), None),
        measured=seen.measured,
    )
    return found if grain == definition.grain else found.model_copy(update={"grain": grain})


def _recent_weeks(assembly: Assembly) -> Period:
    """Weeks of all history are more than anybody reads."""
    today = assembly.scope.today
    period = Period(unit("week", today, 1 - _WEEKS).start, unit("week", today).end)
    assembly.assume("last_26_weeks", period.cut_after(today))
    return period


def names_cohort(names: list[str], assembly: Assembly) -> bool:
    """Whether metrics speak of who is in a cohort or of who is kept of it."""
    return all(assembly.structure.one_each(name) or is_retention(name, assembly) for name in names)


def is_retention(name: str, assembly: Assembly) -> bool:
    """Whether a metric tells who stays or leaves."""
    return name in assembly.model.metrics and assembly.model.metrics[name].kind == "transition"


def worth_of(names: tuple[str, ...], assembly: Assembly) -> str | None:
    """What can be added up over a cohort: the first of the metrics, if it is a sum or a count of what happens."""
    metric = assembly.model.metrics.get(names[0]) if names else None
    if metric is None or not happens(metric) or not isinstance(metric.expression, exp.Count | exp.Sum):
        return None
    return None if metric.expression.find(exp.Distinct) else metric.name


def _is_about_cohort(item: Edge, clauses: Clauses, event: str, seen: _Seen, assembly: Assembly) -> bool:
    """首购客户, first bought, bought again: words for who is in a cohort and what is counted of it."""
    model, structure = assembly.model, assembly.structure
    for clause in clauses.clauses:
        counted = [model.behaviours[name].metric for name in clause.behaviours]
        if clause.negated or clause.condition or clause.values:
            return False
        if not any(name == event or structure.one_each(name) for name in counted):
            return False
        if clause.when is not None:
            seen.period = _period(item, clause.when, seen.period, None, assembly)
    assembly.use(item, "behaviour", event)
    return True


def funnel_request(left: list[Edge], assembly: Assembly) -> FunnelQuery:
    """The funnel that the items left in a question are about. Raises StopError."""
    model = assembly.model
    definition = next(iter(model.funnels.values()))
    chooser = _chooser(definition.entity, assembly)
    steps = {step.metric for step in definition.steps}
    seen = _Seen()
    for item in left:
        meaning = item.meaning
        if _common(item, seen, chooser, None, assembly):
            continue
        if isinstance(meaning, Clauses) and all(
            any(model.behaviours[name].metric in steps for name in clause.behaviours) and not clause.negated
            for clause in meaning.clauses
        ):
            for clause in meaning.clauses:
                if clause.when is not None:
                    seen.period = _period(item, clause.when, seen.period, None, assembly)
                for values in clause.values:
                    seen.filters.append(_filter(item, values, chooser, assembly))
            assembly.use(item, "behaviour", definition.name)
        elif isinstance(meaning, Measure) and set(meaning.metrics) == {model.entities[definition.entity].counted_by}:
            assembly.use(item, "entity", definition.entity)
        elif isinstance(meaning, Measure) and (len(meaning.metrics) > 1 or steps & set(meaning.metrics)):
            # 转化率 alone could be several metrics; beside a funnel it is the funnel's
            assembly.use(item, "metric", definition.name)
        elif not _carries_nothing(item):
            raise assembly.deny(item)
    return FunnelQuery(
        metric=definition.name,
        period=seen.period,
        filters=(*_merged(seen.filters), *seen.people),
        by=_together(seen.by),
        times=any(item.category == STEP_TIMES or _asks_how_long(item) for item in left),
    )


def _common(item: Edge, seen: _Seen, chooser: Chooser, grain: str | None, assembly: Assembly) -> bool:
    """Whether an item is a time or people that a journey is of or is told apart by, a unit of time that it has anyway,
    or no meaning."""
    meaning = item.meaning
    if isinstance(meaning, When):
        seen.period = _period(item, meaning, seen.period, grain, assembly)
    elif isinstance(meaning, Values):
        seen.filters.append(_filter(item, meaning, chooser, assembly))
    elif isinstance(meaning, Group) and meaning.grain is not None:
        if meaning.grain != grain:
            raise assembly.deny(item)
        assembly.use(item, "grain", meaning.grain)
    elif isinstance(meaning, Group):
        if seen.by and grain is not None:
            raise assembly.deny(item)  # cohorts are told apart by one thing
        seen.by.append(assembly.dimension(item, meaning.dimensions, chooser))
        assembly.use(item, "grouping", seen.by[-1])
    elif isinstance(meaning, Listed):
        seen.people.extend(listed_filter(item, meaning, assembly))
    elif item.is_empty:
        pass
    else:
        return False
    return True


def changed_journey(before: Journey, slots: Slots, assembly: Assembly) -> Journey:
    """The journey shown before, of other people or another time. Raises StopError for any other change."""
    known = {each.name: each.entity for each in assembly.model.cohorts.values()}
    known.update({each.name: each.entity for each in assembly.model.funnels.values()})
    chooser = _chooser(known[before.metric], assembly)
    filters = [each for each in before.filters if isinstance(each, FieldFilter)]
    for item, values in slots.values:
        one = _filter(item, values, chooser, assembly)
        filters = [*(each for each in filters if each.field != one.field or values.negated), one]
    period = before.period
    for item, when in slots.whens:
        period = _period(item, when, None, None, assembly)
    people: list[Filter] = [each for each in before.filters if not isinstance(each, FieldFilter)]
    for item, listed in slots.listed:
        people.extend(listed_filter(item, listed, assembly))
    parts = {"filters": (*filters, *people), "period": period, **_regrouped(before, slots, chooser, assembly)}
    changed = before.model_copy(update=parts)
    others = slots.measures or slots.clauses or slots.ranks or slots.against
    if changed == before or others or len(changed.filters) < len(before.filters):
        raise StopError(Denial("not_supported", assembly.said(slots.frame.items[0]) if slots.frame.items else ""))
    assembly.assume("kept_from_before")
    return changed


def _regrouped(before: Journey, slots: Slots, chooser: Chooser, assembly: Assembly) -> dict[str, object]:
    """The groups or the unit of time that a follow-up asks for instead. Raises StopError."""
    parts: dict[str, object] = {}
    by: list[str] = []
    for item, group in slots.groups:
        if group.grain in _UNITS and isinstance(before, CohortQuery):
            parts["grain"] = group.grain
            assembly.use(item, "grain", str(group.grain))
        elif group.grain is not None or (by and isinstance(before, CohortQuery)):
            raise assembly.deny(item)
        else:
            by.append(assembly.dimension(item, group.dimensions, chooser))
            assembly.use(item, "grouping", by[-1])
    parts |= {"by": _together(by)} if by else {}
    how_long = slots.has(STEP_TIMES) or any(map(_asks_how_long, slots.frame.items))
    if how_long and isinstance(before, FunnelQuery):
        parts["times"] = True
    return parts


def _asks_how_long(item: Edge) -> bool:
    return isinstance(item.meaning, Ask) and bool(set(item.meaning.what) & {"how_long", "long"})


def _together(by: list[str]) -> str | tuple[str, ...] | None:
    """What a funnel is told apart by: one thing is its own name."""
    names = tuple(dict.fromkeys(by))
    return names if len(names) > 1 else next(iter(names), None)


def _chooser(entity: str, assembly: Assembly) -> Chooser:
    counted = assembly.model.entities[entity].counted_by
    return assembly.chooser((counted,) if counted is not None else ())


def _period(item: Edge, when: When, known: Period | None, grain: str | None, assembly: Assembly) -> Period | None:
    date = when.date
    if when.ever or date.kind == "now" or (date.kind == "grain" and date.unit == grain):
        return known
    if date.kind not in ("period", "rolling", "open", "future"):
        raise assembly.deny(item)
    found = period_of(date, (), assembly.scope.today, item, assembly)
    if found is None or (known is not None and known != found):
        raise assembly.deny(item)
    assembly.use(item, "period", str(found))
    return found


def _filter(item: Edge, values: Values, chooser: Chooser, assembly: Assembly) -> FieldFilter:
    dimension, found = assembly.values(item, values, chooser)
    assembly.use(item, "value", f"{dimension}={found}")
    return value_filter(dimension, found, negated=values.negated)


def _merged(filters: list[FieldFilter]) -> tuple[FieldFilter, ...]:
    """Values of one dimension are alternatives."""
    values: dict[tuple[str, bool], dict[Scalar, None]] = {}
    for each in filters:
        values.setdefault((each.field, each.op in ("!=", "not in")), {}).update(dict.fromkeys(each.values))
    return tuple(value_filter(name, tuple(found), negated=out) for (name, out), found in values.items())


def _carries_nothing(item: Edge) -> bool:
    return bool(set(item.keys) & _ROLES) or item.category in _INTENTS
