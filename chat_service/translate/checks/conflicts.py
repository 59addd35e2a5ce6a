"""Conditions that no customer or row can meet together are never answered with the 0 or the nothing they give.

Orders at least 5 and none in the same year, app and not app: the question was misread, or asks for what cannot be.
So is a period that was said of what is measured and taken by a condition behind it.
"""

from __future__ import annotations

import itertools

from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Clause, Measure, Values, When, mentions_of
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.matching import is_a, is_any
from chat_service.translate.requests.assembly import Assembly, said
from chat_service.translate.senses import Mention
from chat_service.translate.stops import Denial, StopError
from semantic_layer import AllOf, FieldFilter, Filter, ListQuery, MetricFilter, MetricQuery, Request, Scalar

_INFINITE = float("inf")


def refuse_conflicts(frame: Frame, assembly: Assembly, request: Request) -> None:
    """Raise StopError where conditions of the request exclude each other, or a period went to the wrong part."""
    filters = tuple(_flat(request.filters))
    for one, other in itertools.combinations(filters, 2):
        if excludes(one, other):
            raise StopError(Denial("not_supported", _words_of(frame)))
    for each in filters:
        if isinstance(each, MetricFilter) and any(
            excludes(one, other) for one, other in itertools.combinations(tuple(_flat(each.filters)), 2)
        ):
            raise StopError(Denial("not_supported", _words_of(frame)))
    if isinstance(request, MetricQuery) and request.period is None:
        _refuse_moved_period(frame, request, assembly)
    if isinstance(request, MetricQuery) and frame.measures:
        _refuse_empty_condition(frame, filters, assembly)
    if isinstance(request, MetricQuery | ListQuery):
        _refuse_lone_words(frame)


def _flat(filters: tuple[Filter, ...]) -> list[FieldFilter | MetricFilter]:
    """The filters that all have to hold."""
    found: list[FieldFilter | MetricFilter] = []
    for each in filters:
        if isinstance(each, AllOf):
            found.extend(_flat(each.all))
        elif isinstance(each, FieldFilter | MetricFilter):
            found.append(each)
    return found


def excludes(one: FieldFilter | MetricFilter, other: FieldFilter | MetricFilter) -> bool:
    """Whether two conditions can never hold together, or the one says nothing beside the other.

    >>> excludes(FieldFilter(field="city", values=("A",)), FieldFilter(field="city", op="!=", values=("B",)))
    True
    """
    if isinstance(one, FieldFilter) and isinstance(other, FieldFilter):
        return one.field == other.field and _fields_exclude(one, other)
    if isinstance(one, MetricFilter) and isinstance(other, MetricFilter):
        same = (one.metric, one.filters, one.per) == (other.metric, other.filters, other.per)
        return same and one.period == other.period and not _meet(_range(one), _range(other))
    return False


def _fields_exclude(one: FieldFilter, other: FieldFilter) -> bool:
    named, barred = _values(one, ("=", "in")), _values(other, ("=", "in"))
    if named is not None and barred is not None:
        return not named & barred
    named = named if named is not None else barred
    against = _values(other, ("!=", "not in")) or _values(one, ("!=", "not in"))
    if named is None or against is None:
        return False
    return named <= against or not named & against


def _values(each: FieldFilter, operators: tuple[str, ...]) -> set[Scalar] | None:
    return set(each.values) if each.op in operators else None


def _range(each: MetricFilter) -> tuple[float, float, bool, bool]:
    """The numbers that a comparison allows: low, high, and whether the ends are among them."""
    first = each.values[0]
    if each.op == "between":
        return first, each.values[1], True, True
    if each.op == "=":
        return first, first, True, True
    if each.op in (">", ">="):
        return first, _INFINITE, each.op == ">=", True
    if each.op in ("<", "<="):
        return -_INFINITE, first, True, each.op == "<="
    return -_INFINITE, _INFINITE, True, True


def _meet(one: tuple[float, float, bool, bool], other: tuple[float, float, bool, bool]) -> bool:
    low, high = max(one[0], other[0]), min(one[1], other[1])
    if low < high:
        return True
    ends = all((side[2] or side[0] != low) and (side[3] or side[1] != high) for side in (one, other))
    return low == high and ends


def _words_of(frame: Frame) -> str:
    clauses = [said(clause) for clause in frame.clauses]
    values = [said(each) for each in frame.values]
    return " … ".join((*clauses, *values)[:3])


# --- conditions that say nothing, periods at the wrong place ---


def _refuse_empty_condition(frame: Frame, filters: tuple[FieldFilter | MetricFilter, ...], assembly: Assembly) -> None:
    """'Registered at least once, ever' holds for every customer: its words were meant otherwise."""
    structure = assembly.scope.structure
    entities = {entity.dataset for entity in assembly.scope.model.entities.values()}
    for each in filters:
        if not isinstance(each, MetricFilter) or each.period is not None or each.filters:
            continue
        metric = assembly.scope.model.metrics[each.metric]
        own_rows = metric.definition.dataset in entities and metric.filter is None
        everyone = own_rows and structure.counts_rows(each.metric)
        if everyone and (each.op, each.values) == (">=", (1.0,)):
            words = next((said(clause) for clause in frame.clauses if clause.metric == each.metric), each.metric)
            raise StopError(Denial("not_supported", words))


def _refuse_lone_words(frame: Frame) -> None:
    """同一天 with no day named, 'only in May' of what customers did: words that no condition carries."""
    mentions = [mention for item in frame.items for mention in mentions_of(item)]
    whens = [*(clause.when for clause in frame.clauses if clause.when is not None), *frame.whens]
    for mention in mentions:
        same = mention.date is not None and mention.date.kind == "same_period"
        if same and frame.clauses and not frame.against and _is_unfounded(mention.text, whens):
            raise StopError(Denial("not_supported", mention.text))
        alone = (
            mention.text in word_set("only") and bool(frame.clauses) and any(mention is item for item in frame.items)
        )
        if alone and any(isinstance(item, Values) and 0 <= item.start - mention.end <= 1 for item in frame.items):
            raise StopError(Denial("not_supported", mention.text))
        if mention.text in word_set("only") and any(
            clause.when is not None and 0 <= clause.when.start - mention.end <= 1 for clause in frame.clauses
        ):
            raise StopError(Denial("not_supported", mention.text))


def _is_unfounded(text: str, whens: list[When]) -> bool:
    """Whether 'the same …' has nothing before it to be the same as."""
    if not whens:
        return True
    by_day = "天" in text or "日" in text or "day" in text
    return by_day and not any(when.date.unit == "day" for when in whens)


def _refuse_moved_period(frame: Frame, request: MetricQuery, assembly: Assembly) -> None:
    """A period right behind what is measured is the measure's, unless a pronoun opens the condition before it."""
    metrics = [assembly.scope.model.metrics[name] for name in request.metrics]
    if all(metric.is_stock for metric in metrics):
        return
    for clause in frame.clauses:
        for measure in frame.measures:
            if clause.when is not None and _lies_behind(measure, clause, frame):
                raise StopError(Denial("not_supported", said(clause.when)))


def _lies_behind(measure: Measure, clause: Clause, frame: Frame) -> bool:
    """Whether the clause's period follows the measure at once, and its verb only after a connective."""
    assert clause.when is not None, "asked of clauses with a period"
    rest = [part for part in clause.parts if part not in clause.when.parts]
    if not rest or clause.when.start < measure.end or not measure.parts[-1].text.isascii():
        return False
    before = [part for part in rest if part.start < clause.when.start and not is_a(part, "filler")]
    between = [item for item in frame.items if measure.end <= item.start and item.end <= clause.when.start]
    opened = any(isinstance(item, Mention) and is_any(item, "entity", "question.who", "negation") for item in between)
    cut = any(
        is_any(part, "connective") and not is_a(part, "negation") for part in rest if part.start >= clause.when.end
    )
    return not before and not opened and cut
