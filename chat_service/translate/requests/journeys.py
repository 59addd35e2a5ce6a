"""Cohort tables and funnels: questions that follow customers through time.

Such a question says which journey (同期群, funnel), of when, and of whom; every other word in it must be about the
journey itself. What is not is refused by name, as everywhere.
"""

from __future__ import annotations

import re
from typing import Literal

from chat_service.language.numbers.numerals import zh_value
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.parse import Parsed
from chat_service.translate.meaning.choices import Chooser
from chat_service.translate.requests.assembly import Assembly, said, value_filter
from chat_service.translate.requests.timing import period_of
from chat_service.translate.senses import Mention, WordSense
from chat_service.translate.stops import Denial, StopError
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
)
_ROLES = frozenset(
    {
        "filler",
        "entity",
        "question",
        "quantity",
        "share",
        "grouping",
        "connective",
        "suffix",
        "prefix",
        "range",
        "unit",
        "chart",
        "trend",
        "change",
        "follow",
    }
)
_INTENTS = frozenset({"cohort", "funnel", "list", "count"})

Kind = Literal["cohort", "funnel"]
Journey = CohortQuery | FunnelQuery


def read_journey(parsed: Parsed, assembly: Assembly) -> Journey | None:
    """The cohort or funnel that a question asks for, or None if it asks for neither. Raises StopError."""
    distances = list(_DISTANCES.finditer(parsed.folded.text))
    kind = _kind(parsed, assembly, bool(distances))
    if kind is None:
        return None
    consumed = [match.span() for match in (*distances, *_OWN_WORDS.finditer(parsed.folded.text))]
    left = [m for m in parsed.mentions if not any(a < m.end and m.start < b for a, b in consumed)]
    if kind == "funnel":
        return _funnel(left, assembly)
    return _cohort(left, tuple(dict.fromkeys(_number(each) for each in distances)), assembly)


def _kind(parsed: Parsed, assembly: Assembly, has_distance: bool) -> Kind | None:
    model = assembly.scope.model
    in_clauses = {(part.start, part.end) for clause in parsed.frame.clauses for part in clause.parts}
    words = [mention for mention in parsed.mentions if (mention.start, mention.end) not in in_clauses]
    said = {meaning for mention in words for meaning in mention.words("intent")}
    if "funnel" in said and model.funnels:
        return "funnel"
    if not model.cohorts:
        return None
    retained = any(_is_retention(name, assembly) for mention in parsed.mentions for name in mention.metrics())
    if "cohort" in said and (retained or has_distance or not parsed.frame.measures or _names_cohort(parsed, assembly)):
        return "cohort"
    return "cohort" if retained and (has_distance or _names_first(parsed, assembly)) else None


def _names_first(parsed: Parsed, assembly: Assembly) -> bool:
    """Retention of customers who first bought in January: those are a cohort, by the event that places them in it."""
    model, structure = assembly.scope.model, assembly.scope.structure
    entities = {entity.dataset for entity in model.entities.values()}
    return len(parsed.frame.clauses) == 1 and all(
        clause.when is not None
        and not clause.negated
        and clause.condition is None
        and structure.one_each(clause.metric)
        and not structure.stands_on(clause.metric) & entities
        and not model.metrics[clause.metric].is_stock
        for clause in parsed.frame.clauses
    )


def _names_cohort(parsed: Parsed, assembly: Assembly) -> bool:
    structure = assembly.scope.structure
    names = [name for measure in parsed.frame.measures for name in measure.metrics]
    return bool(names) and all(structure.one_each(name) or _is_retention(name, assembly) for name in names)


def _is_retention(name: str, assembly: Assembly) -> bool:
    return assembly.scope.model.metrics[name].kind == "transition"


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


def _cohort(left: list[Mention], since: tuple[int, ...], assembly: Assembly) -> CohortQuery:
    model = assembly.scope.model
    definition = next(iter(model.cohorts.values()))
    chooser = _chooser(definition.entity, assembly)
    dimension = f"cohort_{definition.grain}"
    period: Period | None = None
    filters: list[FieldFilter] = []
    for mention in left:
        if mention.date is not None and not mention.is_filler:
            period = _period(mention, period, definition.grain, assembly)
        elif dimension in mention.dimensions() or _is_about_cohort(mention, definition.metric, assembly):
            assembly.use(mention, "metric", definition.name)
        elif mention.values():
            filters.append(_filter(mention, chooser, assembly))
        elif not _carries_nothing(mention):
            raise StopError(_denial(mention))
    return CohortQuery(metric=definition.name, period=period, since=since, filters=_merged(filters))


def _is_about_cohort(mention: Mention, event: str, assembly: Assembly) -> bool:
    """首购客户, first bought, bought again, retention: words for who is in a cohort and what is counted of it."""
    model, structure = assembly.scope.model, assembly.scope.structure
    if any(_is_retention(name, assembly) or structure.one_each(name) for name in mention.metrics()):
        return True
    counted = [model.behaviours[name].metric for name in mention.behaviours()]
    return any(name == event or structure.one_each(name) for name in counted)


def _funnel(left: list[Mention], assembly: Assembly) -> FunnelQuery:
    model = assembly.scope.model
    definition = next(iter(model.funnels.values()))
    chooser = _chooser(definition.entity, assembly)
    steps = {step.metric for step in definition.steps}
    period: Period | None = None
    filters: list[FieldFilter] = []
    for mention in left:
        if mention.date is not None and not mention.is_filler:
            period = _period(mention, period, None, assembly)
        elif any(model.behaviours[name].metric in steps for name in mention.behaviours()):
            assembly.use(mention, "behaviour", definition.name)
        elif len(mention.metrics()) > 1 or steps & set(mention.metrics()):
            # 转化率 alone could be several metrics; beside a funnel it is the funnel's
            assembly.use(mention, "metric", definition.name)
        elif mention.values():
            filters.append(_filter(mention, chooser, assembly))
        elif not _carries_nothing(mention):
            raise StopError(_denial(mention))
    return FunnelQuery(metric=definition.name, period=period, filters=_merged(filters))


def changed_journey(before: Journey, frame: Frame, assembly: Assembly) -> Journey:
    """The journey shown before, of other people or another time. Raises StopError for any other change."""
    model = assembly.scope.model
    known = {each.name: each.entity for each in model.cohorts.values()}
    known.update({each.name: each.entity for each in model.funnels.values()})
    chooser = _chooser(known[before.metric], assembly)
    filters = [each for each in before.filters if isinstance(each, FieldFilter)]
    for values in frame.values:
        dimension, found = assembly.values(values, values.words, chooser)
        assembly.use(values, "value", f"{dimension}={found}")
        filters = [*(each for each in filters if each.field != dimension or values.negated)]
        filters.append(value_filter(dimension, found, negated=values.negated))
    period = before.period
    for when in frame.whens:
        period = period_of(when.date, (), assembly.scope.today, said(when))
        assembly.use(when, "period", str(period))
    changed = before.model_copy(update={"filters": tuple(filters), "period": period})
    others = frame.measures or frame.groups or frame.clauses or frame.lists or frame.ranks or frame.against
    if changed == before or others or len(filters) < len(before.filters):
        raise StopError(Denial("not_supported", said(frame.items[0]) if frame.items else ""))
    assembly.assume("kept_from_before")
    return changed


def _chooser(entity: str, assembly: Assembly) -> Chooser:
    counted = assembly.scope.model.entities[entity].counted_by
    return Chooser(assembly.scope.structure, (counted,) if counted is not None else ())


def _period(mention: Mention, known: Period | None, grain: str | None, assembly: Assembly) -> Period | None:
    date = mention.date
    assert date is not None, "called for dates"
    if date.kind == "grain" and date.unit == grain:
        return known
    if date.kind in ("now", "all_history"):
        return known
    if date.kind not in ("period", "rolling", "open", "future"):
        raise StopError(Denial("not_supported", mention.text))
    found = period_of(date, (), assembly.scope.today, mention.text)
    if found is None or (known is not None and known != found):
        raise StopError(Denial("not_supported", mention.text))
    assembly.use(mention, "period", str(found))
    return found


def _filter(mention: Mention, chooser: Chooser, assembly: Assembly) -> FieldFilter:
    dimension, values = assembly.values(mention, (mention.values(),), chooser)
    assembly.use(mention, "value", f"{dimension}={values[0]}")
    return FieldFilter(field=dimension, values=values)


def _merged(filters: list[FieldFilter]) -> tuple[FieldFilter, ...]:
    """Values of one dimension are alternatives."""
    values: dict[str, dict[Scalar, None]] = {}
    for each in filters:
        values.setdefault(each.field, {}).update(dict.fromkeys(each.values))
    return tuple(
        FieldFilter(field=name, op="in" if len(found) > 1 else "=", values=tuple(found))
        for name, found in values.items()
    )


def _carries_nothing(mention: Mention) -> bool:
    if mention.is_filler or mention.entities():
        return True
    words = [sense for sense in mention.senses if isinstance(sense, WordSense)]
    return any(word.role in _ROLES or (word.role == "intent" and word.meaning in _INTENTS) for word in words)


def _denial(mention: Mention) -> Denial:
    return Denial("unknown_word" if not mention.senses else "not_supported", mention.text)
