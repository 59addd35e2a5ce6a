"""Cohort tables and funnels: questions that follow customers through time.

Such a question says which journey (同期群, funnel), of when, and of whom; every other word in it must be about the
journey itself. What is not is refused by name, as everywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from chat_service.language.grammar.rule import Edge
from chat_service.language.numbers.numerals import zh_value
from chat_service.translate.grammar.categories import Clause, Clauses, Group, Measure
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.meaning.choices import Chooser
from chat_service.translate.requests.assembly import Assembly, value_filter
from chat_service.translate.requests.slots import Slots
from chat_service.translate.requests.timing import period_of
from chat_service.translate.senses import Values, When
from chat_service.translate.stops import Denial, StopError
from chat_service.translate.words.lattice import UNKNOWN
from semantic_layer import CohortQuery, FieldFilter, FunnelQuery, Period, Scalar

_EN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_EN_NTH = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_COUNT = rf"\d{{1,2}}|[一二两三四五六七八九十]{{1,3}}|(?:{'|'.join(_EN)})"
# 第3个月, 三个月后, M3, month 3, two months after, the third month after
_DISTANCES = re.compile(
    rf"第 ?(?P<nth>{_COUNT}) ?个?月|(?P<later>{_COUNT}) ?个月(?:之?后|以后)|(?P<next>次月)"
    rf"|(?<![a-z0-9])m ?(?P<m>\d{{1,2}})(?![a-z0-9])|(?<![a-z])months?[ -](?P<month>{_COUNT})(?![a-z0-9])"
    rf"|(?P<after>{_COUNT})[ -]months? (?:after|later|since|on)(?![a-z])"
    rf"|(?<![a-z])(?P<nth_en>{'|'.join(_EN_NTH[1:])}|\d{{1,2}}(?:st|nd|rd|th))[ -]month(?: after| since)?(?![a-z])"
)
# words that speak of the rows and columns of a journey, which it has anyway
_OWN_WORDS = re.compile(
    r"间隔月[数份]?|月数|还?剩下?|流失多少|months? since(?: first)?(?: (?:order|purchase))?|drop[- ]?offs?|survive"
    r"|(?:(?:each|every) )?month after(?: month|wards?)?|(?:in )?the months? after(?:wards?)?|thereafter|ever after"
)
_ROLES = frozenset(
    {"entity", "ask", "share", "grouping", "connective", "unit", "chart", "trend", "change", "follow", "group"}
    | {"range", "only"}
)
_INTENTS = frozenset({"intent.cohort", "intent.funnel"})

Kind = Literal["cohort", "funnel"]
Journey = CohortQuery | FunnelQuery


def read_journey(slots: Slots, assembly: Assembly) -> Journey | None:
    """The cohort or funnel that a question asks for, or None if it asks for neither. Raises StopError."""
    text = slots.frame.lattice.folded.text
    distances = list(_DISTANCES.finditer(text))
    kind = _kind(slots, assembly, bool(distances))
    if kind is None:
        return None
    consumed = [match.span() for match in (*distances, *_OWN_WORDS.finditer(text))]
    left = [item for item in slots.frame.covering.edges if not _within(item, consumed, slots.frame)]
    if any(item.category == UNKNOWN for item in left):
        return None
    if kind == "funnel":
        return _funnel(left, assembly)
    return _cohort(left, tuple(dict.fromkeys(_number(each) for each in distances)), assembly)


def _within(item: Edge, spans: list[tuple[int, int]], frame: Frame) -> bool:
    tokens = frame.lattice.tokens
    start, end = tokens[item.start].fstart, tokens[item.end - 1].fend
    return any(a < end and start < b for a, b in spans)


def _kind(slots: Slots, assembly: Assembly, has_distance: bool) -> Kind | None:
    model = assembly.scope.model
    if slots.has("intent.funnel") and model.funnels:
        return "funnel"
    if not model.cohorts:
        return None
    names = [name for _, each in (*slots.measures, *slots.populations) for name in each]
    retained = any(_is_retention(name, assembly) for name in names) or _asks_who_is_left(slots, assembly)
    if slots.has("intent.cohort") and (retained or has_distance or not names or _names_cohort(names, assembly)):
        return "cohort"
    return "cohort" if retained and (has_distance or _names_first(slots, assembly)) else None


def _names_first(slots: Slots, assembly: Assembly) -> bool:
    """Retention of customers who first bought in January: those are a cohort, by the event that places them in it."""
    behaviours = assembly.scope.model.behaviours
    firsts = {behaviours[name].metric for name in behaviours if _is_first(name, assembly)}
    named = [name for _, each in (*slots.measures, *slots.populations) for name in each]
    along = any(group.grain is not None for _, group in slots.groups)
    if firsts & set(named) and slots.whens and along and not slots.clauses:
        return True
    others = [c for _, each in slots.clauses for c in each.clauses if not _is_dated_first(c, assembly)]
    return len(slots.clauses) - len(others) == 1 and all(_is_event(each, assembly) for each in others)


def _is_dated_first(clause: Clause, assembly: Assembly) -> bool:
    plain = clause.when is not None and not clause.negated and clause.condition is None
    return plain and _is_first(clause.behaviours[0], assembly)


def _is_event(clause: Clause, assembly: Assembly) -> bool:
    """Whether a deed is what cohorts are followed by: buying, said again of those who first bought."""
    model = assembly.scope.model
    events = {cohort.metric for cohort in model.cohorts.values()}
    plain = not clause.negated and clause.condition is None and not clause.values and clause.when is None
    return plain and any(model.behaviours[name].metric in events for name in clause.behaviours)


def _asks_who_is_left(slots: Slots, assembly: Assembly) -> bool:
    """What share kept buying each month after, 每个月还剩多少比例在买: of those who are followed, who still does."""
    deeds = [clause for _, each in slots.clauses for clause in each.clauses]
    along = any(group.grain is not None for _, group in slots.groups)
    asked = slots.has("share") or bool(slots.frame.asks("how_many", "people"))
    again = any(_is_event(each, assembly) for each in deeds)
    return along and asked and again and any(_is_dated_first(each, assembly) for each in deeds)


def _is_first(behaviour: str, assembly: Assembly) -> bool:
    model, structure = assembly.scope.model, assembly.scope.structure
    metric = model.behaviours[behaviour].metric
    entities = {entity.dataset for entity in model.entities.values()}
    return (
        structure.one_each(metric) and not structure.stands_on(metric) & entities and not model.metrics[metric].is_stock
    )


def _names_cohort(names: list[str], assembly: Assembly) -> bool:
    return all(assembly.scope.structure.one_each(name) or _is_retention(name, assembly) for name in names)


def _is_retention(name: str, assembly: Assembly) -> bool:
    return name in assembly.scope.model.metrics and assembly.scope.model.metrics[name].kind == "transition"


def _number(found: re.Match[str]) -> int:
    if found["next"] is not None:
        return 1
    text = next(value for value in found.groupdict().values() if value is not None)
    if text in _EN:
        return _EN.index(text)
    if text in _EN_NTH:
        return _EN_NTH.index(text)
    digits = re.match(r"\d+", text)
    if digits is not None:
        return int(digits[0])
    value = zh_value(text)
    return int(value) if value is not None else 0


@dataclass
class _Seen:
    """What a journey is of: its time and its people."""

    period: Period | None = None
    filters: list[FieldFilter] = field(default_factory=list)


def _cohort(left: list[Edge], since: tuple[int, ...], assembly: Assembly) -> CohortQuery:
    model = assembly.scope.model
    definition = next(iter(model.cohorts.values()))
    chooser = _chooser(definition.entity, assembly)
    dimension = f"cohort_{definition.grain}"
    seen = _Seen()
    for item in left:
        meaning = item.meaning
        if _common(item, seen, chooser, definition.grain, assembly):
            continue
        names = getattr(meaning, "metrics", ()) or getattr(meaning, "dimensions", ())
        if isinstance(meaning, Clauses) and _is_about_cohort(item, meaning, definition.metric, seen, assembly):
            continue
        if dimension in names or (isinstance(meaning, Measure) and _names_cohort(list(names), assembly)):
            assembly.use(item, "metric", definition.name)
        elif not _carries_nothing(item):
            raise assembly.deny(item)
    return CohortQuery(metric=definition.name, period=seen.period, since=since, filters=_merged(seen.filters))


def _is_about_cohort(item: Edge, clauses: Clauses, event: str, seen: _Seen, assembly: Assembly) -> bool:
    """首购客户, first bought, bought again: words for who is in a cohort and what is counted of it."""
    model, structure = assembly.scope.model, assembly.scope.structure
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


def _funnel(left: list[Edge], assembly: Assembly) -> FunnelQuery:
    model = assembly.scope.model
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
    return FunnelQuery(metric=definition.name, period=seen.period, filters=_merged(seen.filters))


def _common(item: Edge, seen: _Seen, chooser: Chooser, grain: str | None, assembly: Assembly) -> bool:
    """Whether an item is a time or people that a journey is of, a unit of time that it has anyway, or no meaning."""
    meaning = item.meaning
    if isinstance(meaning, When):
        seen.period = _period(item, meaning, seen.period, grain, assembly)
    elif isinstance(meaning, Values):
        seen.filters.append(_filter(item, meaning, chooser, assembly))
    elif isinstance(meaning, Group) and meaning.grain is not None and meaning.grain == grain:
        assembly.use(item, "grain", grain)
    elif item.is_empty:
        pass
    else:
        return False
    return True


def changed_journey(before: Journey, slots: Slots, assembly: Assembly) -> Journey:
    """The journey shown before, of other people or another time. Raises StopError for any other change."""
    model = assembly.scope.model
    known = {each.name: each.entity for each in model.cohorts.values()}
    known.update({each.name: each.entity for each in model.funnels.values()})
    chooser = _chooser(known[before.metric], assembly)
    filters = [each for each in before.filters if isinstance(each, FieldFilter)]
    for item, values in slots.values:
        one = _filter(item, values, chooser, assembly)
        filters = [*(each for each in filters if each.field != one.field or values.negated), one]
    period = before.period
    for item, when in slots.whens:
        period = _period(item, when, None, None, assembly)
    changed = before.model_copy(update={"filters": tuple(filters), "period": period})
    others = slots.measures or slots.groups or slots.clauses or slots.listed or slots.ranks or slots.against
    if changed == before or others or len(filters) < len(before.filters):
        raise StopError(Denial("not_supported", assembly.said(slots.frame.items[0]) if slots.frame.items else ""))
    assembly.assume("kept_from_before")
    return changed


def _chooser(entity: str, assembly: Assembly) -> Chooser:
    counted = assembly.scope.model.entities[entity].counted_by
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
