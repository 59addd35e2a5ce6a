"""Slots that ask for customers: one by one as a ListQuery, or how many they are."""

from __future__ import annotations

import itertools

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Bound, Listed
from chat_service.translate.grammar.rules.amounts import is_number
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.bounds import is_of_deeds, refuse_deeds_counted
from chat_service.translate.requests.conditions import entity_filters, fact_filter, own_value
from chat_service.translate.requests.draft import Draft
from chat_service.translate.requests.grouping import group
from chat_service.translate.requests.lent_time import lend_time
from chat_service.translate.requests.metrics import check_asked, metric_request
from chat_service.translate.requests.ordering import ask_which_measure, counts_of, is_descending, main_rank, most_people
from chat_service.translate.requests.own_time import time_of
from chat_service.translate.requests.part_and_whole import part_is_deed
from chat_service.translate.requests.slots import Slots, asked_of, names_people, set_free
from chat_service.translate.requests.timing import decide_timing
from chat_service.translate.requests.whom import names_of
from chat_service.translate.stops import Denial, StopError
from semantic_layer import (
    AnyOf,
    FieldFilter,
    Filter,
    ListDefinition,
    ListQuery,
    MeasuredColumn,
    MetricFilter,
    Order,
    Period,
    Request,
)

SEVERAL = 20
# what a list costs that no word asks for
_NOBODY = 0.5
_EVERY = tuple(word_set("each_of"))  # who ordered every month: in all of them


_DOERS = frozenset({"entity", "measure", "clauses"})


def wants_list(slots: Slots, assembly: Assembly) -> bool:
    """Whether customers are asked for one by one rather than measured: by rank, or by the name of a population."""
    if any(each.marked or each.grain is not None for _, each in slots.groups):
        return False
    if slots.ranks and slots.measures:
        nouns = [e for e in slots.entities if e.category in _DOERS] or slots.frame.asks("who")
        nouns = nouns or [item for item, _ in slots.measures if any("who" in asked_of(leaf) for leaf in item.leaves())]
        return bool(nouns) and not slots.groups
    asks = slots.frame.asks("list", "who") or (slots.frame.asks("which") and not slots.frame.asks("how_many"))
    asks = asks or _shows_people(slots, assembly)
    if not asks or len(slots.measures) != 1 or slots.against:
        return False
    item, names = slots.measures[0]
    if is_number(slots.frame.folded(item)):
        return False  # 列明流失前期的客户人数: their number
    return all(assembly.structure.one_each(name) for name in names)


_SHOWING = tuple(word_set("shows_it"))


def _shows_people(slots: Slots, assembly: Assembly) -> list[Edge]:
    """'Show me customers at risk', 拉一下沉睡的金卡客户: people are the object of a verb of showing.

    Show new customers last month: how many came in a time is as likely asked for.
    """
    frame, words = slots.frame, assembly.scope.entity_words
    nouns = tuple(f"{word} " for word in words)
    leading = itertools.takewhile(lambda edge: edge.is_empty, frame.covering.edges)
    opens = any(frame.folded(edge).startswith(_SHOWING) for edge in leading)
    plain = not (slots.whens or slots.has("trend", "share") or frame.asks("how_many", "count", "people"))
    found = []
    for item, _ in slots.measures if opens else ():
        after = frame.spoken(item)
        told = after is not None and names_people(after, frame, words)
        text = frame.folded(item)
        ends = any(frame.folded(each).endswith(words) for each in (item, *frame.said("piece")))
        object_ = (ends or told) and not is_number(text)
        found.extend([item] if text.startswith(nouns) or (plain and object_) else [])
    return found


def people_request(slots: Slots, assembly: Assembly) -> Request | None:
    """Customers counted, listed, or counted by group; None where nothing says that customers are meant."""
    described = slots.clauses or slots.listed or slots.dated or slots.populations or slots.bounds or slots.columns
    asked = slots.frame.asks("people", "who") or slots.entities
    _refuse_bound_of_nobody(slots, assembly)
    refuse_deeds_counted(slots, assembly)
    if not assembly.scope.model.entities and (described or asked or slots.values):
        raise assembly.deny(slots.frame.items[0])  # a model of nobody has nobody to count or list
    implied = slots.values and (slots.people or slots.frame.asks("list", "count"))
    if not (described or asked or implied):
        return None
    lists = slots.frame.asks("list", "which", "who")
    assembly.doubt += _doubt(slots, named=bool(asked or lists or slots.people))
    along = any(each.grain and not slots.frame.folded(item).startswith(_EVERY) for item, each in slots.groups)
    counts = slots.frame.asks("count", "people", "how_many", "how_much") or slots.has("share", "cumulative") or along
    counts = counts or slots.counting
    listed = slots.frame.asks("list", "who") and not (slots.frame.asks("how_many") or _lists_number(slots))
    counts = bool((counts and not listed) or (slots.against and slots.clauses))
    if counts and _one_deed(slots, assembly):
        return metric_request(slots, assembly)
    lend_time(slots, assembly)
    grouped = slots.groups and not slots.ranks and any(each.marked or each.grain for _, each in slots.groups)
    if counts or (grouped and not lists) or most_people(slots):
        return metric_request(slots, assembly, None, _who_count(slots, assembly))
    if not (slots.ranks or described or lists) and (slots.groups or slots.has("trend")):
        return metric_request(slots, assembly, None, _who_count(slots, assembly))
    if slots.ranks or described or lists or slots.values:
        return list_request(slots, assembly)
    return None


def _lists_number(slots: Slots) -> bool:
    """List the number of customers who ordered, 列一下客户数: the number of people, where nothing else names them."""
    named = [item for item in slots.entities if not is_number(slots.frame.folded(item))]
    return not named and bool(slots.counting or slots.frame.asks("people"))


def _doubt(slots: Slots, *, named: bool) -> float:
    """What makes it less plain that people are meant: nobody is named; a time beside those of the deeds: of what?"""
    own = [clause for _, clauses in slots.clauses for clause in clauses.clauses if clause.when is not None]
    return _NOBODY * (bool(slots.whens and own) + (not named and not slots.frame.said("negation")))


def _refuse_bound_of_nobody(slots: Slots, assembly: Assembly) -> None:
    others = slots.clauses or slots.listed or slots.dated or slots.populations
    if slots.bounds and not others and not (slots.frame.asks("people", "who") or slots.entities or slots.people):
        raise assembly.deny(slots.bounds[0][0])  # of whom, or of what, is not said


def _one_deed(slots: Slots, assembly: Assembly) -> bool:
    """How many people did one thing: the metric that counts them, where the model has it, in the time of the deed."""
    shared = slots.has("share") and (not slots.values or part_is_deed(slots))
    others = slots.listed or slots.dated or slots.populations or slots.bounds or shared
    if others or len(slots.clauses) != 1:
        return False
    item, clauses = slots.clauses[0]
    clause = clauses.clauses[0]
    structure = assembly.structure
    metric = structure.people_of(assembly.model.behaviours[clause.behaviours[0]].metric)
    if metric is None or not structure.counts_keys_of(assembly.whom, metric):
        return False
    led = slots.frame.before(item)
    said = [clause.text] + ([slots.frame.folded(led)] if led is not None else [])
    again = any(word in each for word in word_set("done_again") for each in said)
    plain = len(clauses.clauses) == 1 and clause.is_plain
    if again or not plain or any(v.only or v.both or v.link == "and" for v in clause.values):
        return False
    if clause.when is not None and slots.whens:
        return False
    reached = [values for values in (*clause.values, *(v for _, v in slots.values)) if not values.negated]
    if any(assembly.chooser((metric,)).stand_in(metric, (v.candidates[0],)) is None for v in reached):
        return False
    slots.clauses.clear()
    set_free(item, clause, slots)
    slots.measures.append((item, (metric,)))
    return True


def _who_count(slots: Slots, assembly: Assembly) -> tuple[str, ...]:
    """Whom a number of people counts: by shop, hour or day of the week, those who bought there and then."""
    main = assembly.structure.main_behaviour
    bought = assembly.structure.people_of(main.metric) if main is not None else None
    told = [values.candidates for _, values in slots.values] + [each.dimensions for _, each in slots.groups]
    told = [names for names in told if names]

    def lost(metrics: tuple[str, ...]) -> bool:
        chooser = assembly.chooser(metrics)
        return any(not any(chooser.reaches(name) for name in names) for names in told)

    if bought is None or slots.clauses or not lost(assembly.counted) or lost((bought,)):
        return assembly.counted
    return (bought,)


# --- one by one ---


def list_request(slots: Slots, assembly: Assembly, base: ListQuery | None = None) -> ListQuery:
    """The customers who meet all that is demanded, with what it compares."""
    check_asked(slots, [name for _, names in slots.measures for name in names], assembly)
    entity = assembly.whom
    chooser = assembly.chooser((entity.counted_by,) if entity.counted_by else ())
    _as_populations(slots, assembly)
    _as_state(slots, assembly)
    period = decide_timing(slots, assembly, ()).period
    filters: list[Filter] = [*(base.filters if base is not None else ()), *slots.narrowed]
    columns: list[str] = []
    for item, values in slots.values:
        one = assembly.condition(item, values, chooser)
        if one.field in columns:
            raise assembly.deny(item)  # women, or men: one of them is not the other
        filters = [*(f for f in filters if not (isinstance(f, FieldFilter) and f.field == one.field)), one]
        columns.append(one.field)
    more = [each for _, each in entity_filters(slots, assembly, period)]
    more += [
        _bound(item, bound, time_of(item, slots, assembly, period), assembly, columns) for item, bound in slots.bounds
    ]
    filters.extend(each for each in more if each not in filters)
    measured = _measured(slots, assembly, more, period)
    order, extra = _order(slots, assembly, measured)
    _refuse_lost_period(slots, period, more, measured, assembly)
    listed = [assembly.model.lists[each.name] for _, each in slots.listed if not each.negated]
    columns.extend(column for each in listed for column in each.columns)
    columns.extend(_asked_columns(slots, assembly))
    columns.extend(column for column in extra if column not in columns)
    columns = [_qualified_name(column, assembly) for column in columns]
    limit = _limit(slots, assembly)
    if base is not None:
        return base.model_copy(
            update={
                "filters": tuple(dict.fromkeys(filters)),
                "columns": tuple(dict.fromkeys((*base.columns, *columns))),
                "measured": (*base.measured, *(m for m in measured if m.name not in {b.name for b in base.measured})),
                "order_by": order if slots.ranks else base.order_by,
                "limit": limit or base.limit,
            }
        )
    if not (filters or order or slots.entities or columns):
        raise StopError(Denial("no_metric"))
    return ListQuery(
        columns=tuple(dict.fromkeys((*entity.list_columns, *columns))),
        measured=measured,
        filters=tuple(dict.fromkeys(filters)),
        order_by=order,
        limit=limit or SEVERAL,
    )


def _as_populations(slots: Slots, assembly: Assembly) -> None:
    """People that a metric counts, asked for by name, are a named population where the model has it."""
    for named in list(slots.measures):
        item, names = named
        if slots.ranks or not all(assembly.structure.one_each(name) for name in names):
            continue
        slots.measures.remove(named)
        each = next((one for one in assembly.scope.model.lists.values() if one.metric in names), None)
        if each is not None:
            slots.listed.append((item, Listed(each.name, "")))
        else:
            slots.populations.append(named)


def _as_state(slots: Slots, assembly: Assembly) -> None:
    """流失的白金会员名单: what somebody is by a deed, with no time, is the named population of today."""
    for entry in list(slots.clauses) if not slots.whens else ():
        item, clauses = entry
        clause = clauses.clauses[0]
        metric = assembly.model.behaviours[clause.behaviours[0]].metric
        named = next((one for one in assembly.model.lists.values() if one.metric == metric), None)
        timed = clause.when is not None or clause.ever or clause.same_period or clause.values
        if named is not None and len(clauses.clauses) == 1 and clause.is_plain and not timed:
            slots.clauses.remove(entry)
            slots.listed.append((item, Listed(named.name, clause.text)))


def _bound(item: Edge, bound: Bound, period: Period | None, assembly: Assembly, columns: list[str]) -> Filter:
    if bound.fields and not is_of_deeds(bound, assembly):
        columns.append(_short_name(bound.fields[0], assembly))
        return fact_filter(item, bound, assembly, frozenset({assembly.whom.dataset}))
    if not bound.metrics:
        raise assembly.deny(item)
    return own_value(item, bound, period, assembly)


def _refuse_lost_period(
    slots: Slots, period: Period | None, filters: list[Filter], measured: tuple[MeasuredColumn, ...], assembly: Assembly
) -> None:
    """列出上个月的客户: a period that no condition and no column of the list is about would vanish."""
    flat = [one for each in filters for one in (each.any if isinstance(each, AnyOf) else (each,))]
    timed = any(isinstance(each, MetricFilter) and each.period == period for each in flat)
    if slots.whens and period is not None and not timed and not any(each.period == period for each in measured):
        raise assembly.deny(slots.whens[0][0])


def _measured(
    slots: Slots, assembly: Assembly, filters: list[Filter], period: Period | None
) -> tuple[MeasuredColumn, ...]:
    """What the list shows beside names: what is asked for, and what the conditions compare."""
    found: list[MeasuredColumn] = []
    for item, names in slots.measures:
        name = assembly.metric(item, names)
        assembly.use(item, "metric", name)
        found.append(MeasuredColumn(name=name, metric=name, period=period))
    chosen = (assembly.fixed.get(item.start) for item, _ in slots.ranks if not slots.measures)
    found += [MeasuredColumn(name=name, metric=name, period=period) for name in chosen if name]
    for each in filters:
        if not isinstance(each, MetricFilter) or (each.op == "=" and each.values == (0.0,)):
            continue
        taken = {column.name for column in found}
        free = (f"{each.metric}_{n}" for n in range(2, 99))
        name = each.metric if each.metric not in taken else next(n for n in free if n not in taken)
        if not any((c.metric, c.period, c.filters) == (each.metric, each.period, each.filters) for c in found):
            found.append(MeasuredColumn(name=name, metric=each.metric, period=each.period, filters=each.filters))
    return tuple(found)


def _order(
    slots: Slots, assembly: Assembly, measured: tuple[MeasuredColumn, ...]
) -> tuple[tuple[Order, ...], tuple[str, ...]]:
    """By the rank asked for, else as the named population says, else by the first compared value."""
    listed = [assembly.model.lists[each.name] for _, each in slots.listed if not each.negated]
    if not slots.ranks:
        return _order_by_field(slots, assembly) or _order_of_lists(listed, measured)
    item, rank = main_rank(slots, assembly)
    if rank.by_change or rank.percent is not None:
        raise assembly.deny(item)
    metric = assembly.metric(*slots.measures[0]) if slots.measures else assembly.fixed.get(item.start)
    if metric is not None:
        if assembly.model.metrics[metric].definition.dataset == assembly.whom.dataset:
            raise assembly.deny(item, "once_each")  # who referred most: each of them was referred but once
        return (Order(column=metric, descending=is_descending(rank, metric, assembly)),), ()
    if not slots.columns and (slots.groups or not slots.entities):
        raise assembly.deny(item)
    if not slots.columns:
        ask_which_measure(item, assembly)
    name = _short_name(names_of(slots.columns[0])[0], assembly)
    return (Order(column=name, descending=rank.direction in ("high", "best")),), (name,)


def _order_by_field(slots: Slots, assembly: Assembly) -> tuple[tuple[Order, ...], tuple[str, ...]] | None:
    """按价值列出, at-risk customers by value: the highest first."""
    for item in slots.columns:
        before = slots.frame.before(item)
        said = slots.frame.folded(item) if before is None or not before.is_empty else slots.frame.folded(before)
        if (before is not None and before.category == "grouping.by") or said.startswith("by"):
            name = _short_name(names_of(item)[0], assembly)
            return (Order(column=name, descending=True),), (name,)
    return None


def _order_of_lists(
    listed: list[ListDefinition], measured: tuple[MeasuredColumn, ...]
) -> tuple[tuple[Order, ...], tuple[str, ...]]:
    for each in listed:
        if each.order_by is not None:
            return (Order(column=each.order_by, descending=each.descending),), (each.order_by,)
    if measured:
        return (Order(column=measured[0].name, descending=True),), ()
    return (), ()


def _limit(slots: Slots, assembly: Assembly) -> int | None:
    stated = [rank.count for _, rank in slots.ranks if rank.stated and rank.count is not None]
    counts = counts_of(slots)
    if stated:
        return stated[0]
    if len(counts) == 1:
        assembly.use(counts[0][0], "limit", str(counts[0][1]))
        return counts[0][1]
    asks = slots.frame.asks("which") if slots.ranks else []
    several = any(slots.frame.folded(item).startswith(tuple(word_set("which_several"))) for item in asks)
    single = [rank.count for _, rank in slots.ranks if rank.count is not None]
    return single[0] if single and not several and not slots.frame.asks("list") else None


# --- columns ---


def _asked_columns(slots: Slots, assembly: Assembly) -> list[str]:
    """The columns that are asked for, then those that the list is grouped by."""
    draft = Draft(metrics=assembly.counted)
    group(draft, slots, assembly, assembly.chooser(draft.metrics), ())
    found = []
    for item in slots.columns:
        found.append(_short_name(names_of(item)[0], assembly))
        assembly.use(item, "dimension", found[-1])
    return [*found, *draft.group_by]


def _short_name(name: str, assembly: Assembly) -> str:
    """A field's bare name; that of a role's field only goes with the role: `guest.phone`."""
    owner, _, field = name.rpartition(".")
    return name if owner and assembly.model.datasets[owner].role_of is not None else field


def _qualified_name(column: str, assembly: Assembly) -> str:
    """A column's name as a request has it: a dimension's, or `dataset.field`."""
    model = assembly.model
    entity = assembly.whom
    if "." in column or column in model.dimensions or column in model.datasets[entity.dataset].fields:
        return column
    near = [
        f.qualified
        for f in model.fields.values()
        if f.name == column
        and f.dataset in model.paths.get(entity.dataset, {})
        and model.datasets[f.dataset].role_of is None
    ]
    return near[0] if near else column
