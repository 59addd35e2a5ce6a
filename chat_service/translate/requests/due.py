"""What falls due: renewals in the next 30 days, points that expire this year, as a number, by group, or as a list.

A metric of the model that looks ahead counts rows by the days from today on which they fall due; a stretch of time that
begins after today chooses among them. Every other word must group or choose, as everywhere.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Clauses
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.conditions import entity_filters
from chat_service.translate.requests.slots import RELATIVE, Slots, asks_for_each, tells_whose
from chat_service.translate.requests.sorting import gapped
from chat_service.translate.senses import Names, When
from chat_service.translate.stops import Denial, StopError
from semantic_layer import FieldFilter, Filter, ListQuery, MeasuredColumn, MetricFilter, MetricQuery, Model

_DEFAULT_DAYS = 30
_SHOWN = frozenset(
    {"ask", "entity", "connective", "follow", "grouping", "chart", "unit", "measure", "intent.list", "intent.count"}
)


def read_due(slots: Slots, assembly: Assembly) -> MetricQuery | ListQuery | None:
    """The request of a question about what falls due, or None if it asks for nothing of the kind. Raises StopError."""
    named = _looking_ahead(slots, assembly)
    if not named or slots.frame.said("intent.why", "intent.define"):
        return None
    past = [item for item, _ in slots.whens if not _reaches_ahead(item, assembly)]
    if past:
        raise assembly.deny(past[0])  # what fell due in the past is another metric's
    metrics = tuple(dict.fromkeys(name for _, name in named))
    for item, name in named:
        assembly.use(item, "metric", name)
    measures = len(slots.measures)
    gapped(slots, assembly)
    if len(slots.measures) > measures:
        raise assembly.deny(slots.measures[-1][0])
    ahead = assembly.model.metrics[metrics[0]].definition
    days = _days(slots, assembly)
    within = FieldFilter(field=f"{ahead.dataset}.{ahead.ahead}", op="between", values=days)
    if any(assembly.model.metrics[name].definition.dataset != ahead.dataset for name in metrics):
        raise assembly.deny(named[-1][0])
    filters, groups = _chosen(slots, metrics, assembly)
    filters = (*filters, *_whose(slots, assembly))
    only_named = not _counts_people(slots, assembly) or (_wants_list(slots) and not groups)
    assembly.refuse_rest(_SHOWN, lambda item: only_named and _only_names(item, assembly))
    asks, people = slots.frame.asks("how_many"), slots.entities
    behind = any(slots.frame.spoken(each) in asks or slots.frame.before(each) in asks for each in people)
    if assembly.model.metrics[metrics[0]].unit != "count" and (behind or slots.frame.asks("people")):
        listed = _listed(metrics, within, filters, assembly)  # how many customers: not how many points
        return MetricQuery(metrics=assembly.counted, group_by=groups, filters=listed.filters)
    metrics = tuple(dict.fromkeys((*metrics, *ahead.beside)))
    if _wants_list(slots) and not groups:
        return _listed(metrics, within, filters, assembly)
    return MetricQuery(metrics=metrics, group_by=groups, filters=(*filters, within))


def _looking_ahead(slots: Slots, assembly: Assembly) -> list[tuple[Edge, str]]:
    """The words that name metrics which look ahead, or beside a time to come the date of what they count; all measures
    of a question must look ahead."""
    found: list[tuple[Edge, str]] = []
    alike = False
    metrics = assembly.model.metrics
    counted = {entity.counted_by for entity in assembly.model.entities.values()}
    for item, names in slots.measures:
        ahead = [name for name in names if name in metrics and metrics[name].definition.ahead is not None]
        counts = [metrics[name] for name in names if name in metrics and metrics[name].unit == "count"]
        rows = (_key(each.definition.dataset, assembly.model) for each in counts)
        same = not _keys_ahead(assembly.model).isdisjoint(rows)  # a rate is asked for itself
        if not ahead and not set(names) <= counted and not same:
            return []
        alike |= same and not ahead
        found.extend((item, name) for name in ahead[:1])
    if alike and not found and not slots.columns:
        return []  # paid members of next month: nothing says that they fall due
    for item in slots.columns if not found and slots.frame.said("date.future") else ():
        fields = item.meaning.names if isinstance(item.meaning, Names) else ()
        homes = {name.split(".")[0] for name in fields}
        ahead = [n for n, m in metrics.items() if m.definition.ahead is not None and m.definition.dataset in homes]
        found.extend((item, name) for name in ahead[:1])
    return found


@lru_cache(maxsize=4)
def _keys_ahead(model: Model) -> frozenset[tuple[str, ...]]:
    """What tells the rows apart of which something falls due."""
    ahead = (m.definition.dataset for m in model.metrics.values() if m.definition.ahead is not None)
    return frozenset(_key(dataset, model) for dataset in ahead)


def _key(dataset: str | None, model: Model) -> tuple[str, ...]:
    """What tells the rows of a dataset apart: terms of membership, running or not, are the same things."""
    return tuple(model.datasets[dataset].definition.primary_key) if dataset else ()


def _days(slots: Slots, assembly: Assembly) -> tuple[int, int]:
    """From tomorrow, or from the first day named, to the last one: as days from today."""
    today = assembly.scope.today
    items = [item for item in slots.frame.items if isinstance(item.meaning, When)]
    futures = [item for item in items if item.category == "date.future" or _reaches_ahead(item, assembly)]
    if len(items) != len(futures) or len(futures) > 1:
        raise StopError(Denial("several_periods", assembly.said(items[0])))
    if not futures:
        assembly.assume("next_days", str(_DEFAULT_DAYS))
        return 1, _DEFAULT_DAYS
    (item,) = futures
    assert isinstance(item.meaning, When), "chosen so"
    period = item.meaning.date.period
    if period is None or period.end is None or period.end <= today + timedelta(days=1):
        raise assembly.deny(item, "future_period")
    assembly.use(item, "period", str(period))
    start = period.start or today
    return max(1, (start - today).days), (period.end - today).days - 1


def _reaches_ahead(item: Edge, assembly: Assembly) -> bool:
    """今年会过期的积分: of a time that is not over, the days to come."""
    if not isinstance(item.meaning, When) or item.meaning.date.text.endswith(tuple(word_set("up_to_now"))):
        return False
    period = item.meaning.date.period
    tomorrow = assembly.scope.today + timedelta(days=1)
    return period is not None and period.grain is not None and period.end is not None and period.end > tomorrow


def _chosen(slots: Slots, metrics: tuple[str, ...], assembly: Assembly) -> tuple[tuple[Filter, ...], tuple[str, ...]]:
    """The conditions on whose things fall due, and the groups."""
    chooser = assembly.chooser(metrics)
    filters: list[Filter] = []
    groups: list[str] = []
    for item, values in slots.values:
        one = assembly.condition(item, values, chooser)
        filters.append(one)
        groups.extend([one.field] if len(one.values) > 1 and not values.negated else [])
    for item, clauses in slots.clauses:  # 到期的年度订阅
        for values in clauses.clauses[0].values if _only_names(item, assembly) else ():
            filters.append(assembly.condition(item, values, chooser))
    for item, group in slots.groups:
        if not group.marked and tells_whose(item, slots.frame):
            assembly.use(item, "entity", "")
            continue
        if group.grain is not None:
            raise assembly.deny(item)
        groups.append(assembly.dimension(item, group.dimensions, chooser))
        assembly.use(item, "grouping", groups[-1])
    return tuple(filters), tuple(dict.fromkeys(groups))


def _whose(slots: Slots, assembly: Assembly) -> list[Filter]:
    """Whose plan ends soon and who have not logged in this month: what they did, in its own time, or are at risk of."""
    told = [(item, clauses) for item, clauses in slots.clauses if not _only_names(item, assembly)]
    for item, clauses in told:
        if any(each.when is None and not each.ever for each in clauses.clauses):
            raise assembly.deny(item)
    only = replace(slots, measures=[], clauses=told, dated=[], populations=[])
    return [each for _, each in entity_filters(only, assembly, None)]


def _wants_list(slots: Slots) -> bool:
    """Whether those to whom it happens are asked for, not how many."""
    if slots.frame.asks("how_many", "how_much", "count", "people"):
        return False
    frame = slots.frame
    relative = any(frame.folded(edge).split(" ")[-1] in RELATIVE for edge in frame.covering.edges)
    people = frame.items[-1] in slots.entities or (relative and frame.items[0] in slots.entities)
    return people or asks_for_each(frame) or bool(frame.said("intent.list"))


def _listed(
    metrics: tuple[str, ...], within: FieldFilter, filters: tuple[Filter, ...], assembly: Assembly
) -> ListQuery:
    """Those to whom it happens: what they are chooses among them, what falls due is chosen for each."""
    entity = assembly.whom
    own = assembly.structure.entity_dimension
    theirs = [f for f in filters if not isinstance(f, FieldFilter) or own(f.field)]
    due_filters = (within, *(f for f in filters if f not in theirs and isinstance(f, FieldFilter)))
    due = MetricFilter(metric=metrics[0], filters=due_filters, op=">", values=(0.0,))
    measured = tuple(MeasuredColumn(name=name, metric=name, filters=due_filters) for name in reversed(metrics))
    return ListQuery(columns=entity.list_columns, measured=measured, filters=(*theirs, due))


def _counts_people(slots: Slots, assembly: Assembly) -> bool:
    """多少客户的订阅要到期 counts the customers, not their terms."""
    counted = {entity.counted_by for entity in assembly.model.entities.values()}
    return bool(
        slots.entities or slots.frame.asks("people") or any(set(names) & counted for _, names in slots.measures)
    )


def _only_names(item: Edge, assembly: Assembly) -> bool:
    """下个月要到期的订阅: the deed's own noun names the things that fall due."""
    model, clauses = assembly.model, item.meaning
    if not isinstance(clauses, Clauses) or len(clauses.clauses) > 1:
        return False
    clause = clauses.clauses[0]
    done = (model.metrics[model.behaviours[name].metric].definition for name in clause.behaviours)
    plain = not (clause.negated or clause.condition or clause.when or clause.ever)
    return plain and any(_key(each.dataset, model) in _keys_ahead(model) for each in done)
