"""Slots that ask for customers: one by one as a ListQuery, or how many they are."""

from __future__ import annotations

from typing import NoReturn

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Bound, Clause, Listed
from chat_service.translate.grammar.rules.amounts import is_number
from chat_service.translate.meaning.comes_again import again_in
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.bounds import is_of_deeds
from chat_service.translate.requests.bounds_meant import time_of
from chat_service.translate.requests.columns import asked_columns, qualified_name, short_name
from chat_service.translate.requests.conditions import entity_filters, fact_filter, own_value
from chat_service.translate.requests.draft import Draft
from chat_service.translate.requests.grouping import group
from chat_service.translate.requests.lent_time import lend_time
from chat_service.translate.requests.metrics import check_asked, metric_request
from chat_service.translate.requests.ordering import counts_of, is_descending, main_rank
from chat_service.translate.requests.part_of_people import part_is_deed
from chat_service.translate.requests.phrases import shows_people, who_count
from chat_service.translate.requests.quantities import lists_number
from chat_service.translate.requests.slots import Slots, asked_of, names_people, set_free
from chat_service.translate.requests.timing import decide_timing
from chat_service.translate.requests.whom import names_of
from chat_service.translate.stops import Denial, Doubt, Option, StopError
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
    structure = assembly.scope.structure
    if slots.groups and not all(not each.marked and each.grain is None for _, each in slots.groups):
        return False
    if slots.ranks and slots.measures:
        nouns = [e for e in slots.entities if e.category in _DOERS] or slots.frame.asks("who")
        nouns = nouns or [item for item, _ in slots.measures if any("who" in asked_of(leaf) for leaf in item.leaves())]
        return bool(nouns) and not slots.groups
    asks = slots.frame.asks("list", "who") or (slots.frame.asks("which") and not slots.frame.asks("how_many"))
    if asks and len(slots.measures) == 1 and is_number(slots.frame.folded(slots.measures[0][0])):
        return False  # 列明流失前期的客户人数: their number
    names = [name for _, each in slots.measures for name in each]
    asks = asks or shows_people(slots, assembly)
    return bool(asks) and len(slots.measures) == 1 and not slots.against and all(structure.one_each(n) for n in names)


def _refuse_nobody(slots: Slots, assembly: Assembly, speaks_of_people: object) -> None:
    """A model of nobody has nobody to count or list."""
    if not assembly.scope.model.entities and (speaks_of_people or slots.values):
        raise assembly.deny(slots.frame.items[0])


def people_request(slots: Slots, assembly: Assembly) -> Request | None:
    """Customers counted, listed, or counted by group; None where nothing says that customers are meant."""
    described = slots.clauses or slots.listed or slots.dated or slots.populations or slots.bounds or slots.columns
    asked = slots.frame.asks("people", "who") or slots.entities
    _refuse_bound_of_nobody(slots, assembly)
    _refuse_nobody(slots, assembly, described or asked)
    if not (described or asked or (slots.people and slots.values)):
        implied = slots.frame.asks("list", "count") and slots.values
        if not implied:
            return None
    lists = slots.frame.asks("list", "which", "who")
    if slots.narrowed and _done_by_one(slots, assembly):
        return metric_request(slots, assembly)
    assembly.doubt += _doubt(slots, named=bool(asked or lists or slots.people))
    along = any(each.grain and not slots.frame.folded(item).startswith(_EVERY) for item, each in slots.groups)
    counts = slots.frame.asks("count", "people", "how_many", "how_much") or slots.has("share", "cumulative") or along
    counts = counts or slots.counting
    listed = slots.frame.asks("list", "who") and not (slots.frame.asks("how_many") or lists_number(slots))
    if (counts and not listed) or (slots.against and slots.clauses):
        if _one_deed(slots, assembly):
            return metric_request(slots, assembly)
        lend_time(slots, assembly)
        return metric_request(slots, assembly, None, who_count(slots, assembly))
    lend_time(slots, assembly)
    if slots.groups and not slots.measures and any(_counts_most(item, slots, assembly) for item, _ in slots.ranks):
        return metric_request(slots, assembly, None, who_count(slots, assembly))
    if slots.ranks or described or lists:
        if (
            slots.groups
            and not slots.ranks
            and any(each.marked or each.grain for _, each in slots.groups)
            and not lists
        ):
            return metric_request(slots, assembly, None, who_count(slots, assembly))
        return list_request(slots, assembly)
    if slots.groups or slots.has("trend"):
        return metric_request(slots, assembly, None, who_count(slots, assembly))
    return list_request(slots, assembly) if slots.values else None


def _counts_most(rank: Edge, slots: Slots, assembly: Assembly) -> bool:
    """Which city has the most gold members, the fewest people who …: of groups, how many people they have is ranked."""
    frame, after = slots.frame, slots.frame.spoken(rank)
    people = (*slots.entities, *(item for item, _ in (*slots.listed, *slots.clauses)))
    named = after is not None and (after in people or names_people(after, frame, assembly.scope.entity_words))
    return named and frame.folded(rank).split(" ")[-1] in word_set("most_of_them")


def _doubt(slots: Slots, *, named: bool) -> float:
    """What makes it less plain that people are meant: nobody is named; a time beside those of the deeds: of what?"""
    own = [clause for _, clauses in slots.clauses for clause in clauses.clauses if clause.when is not None]
    return _NOBODY * (bool(slots.whens and own) + (not named and not slots.frame.said("negation")))


def _refuse_bound_of_nobody(slots: Slots, assembly: Assembly) -> None:
    others = slots.clauses or slots.listed or slots.dated or slots.populations
    if slots.bounds and not others and not (slots.frame.asks("people", "who") or slots.entities or slots.people):
        raise assembly.deny(slots.bounds[0][0])  # of whom, or of what, is not said


def _done_by_one(slots: Slots, assembly: Assembly) -> bool:
    """Did customer 10234 order in May: how often one of them did it, where nothing more is demanded."""
    if len(slots.clauses) != 1 or slots.listed or slots.dated or slots.bounds:
        return False
    item, clauses = slots.clauses[0]
    clause = clauses.clauses[0]
    if len(clauses.clauses) > 1 or not clause.is_plain or clauses.relative:
        return False
    slots.clauses.clear()
    set_free(item, clause, slots)
    slots.measures.append((item, (assembly.scope.model.behaviours[clause.behaviours[0]].metric,)))
    return True


def _one_deed(slots: Slots, assembly: Assembly) -> bool:
    """How many people did one thing: the metric that counts them, where the model has it, in the time of the deed."""
    structure, model = assembly.scope.structure, assembly.scope.model
    shared = slots.has("share") and (not slots.values or part_is_deed(slots))
    others = slots.dated or slots.populations or slots.bounds or shared
    if others or len(slots.clauses) + len(slots.listed) != 1:
        return False
    if slots.listed:
        item, listed = slots.listed[0]
        metric = model.lists[listed.name].metric
        if metric is None or listed.negated or not (slots.whens or slots.against or slots.has("trend")):
            return False
        slots.listed.clear()
    else:
        item, clauses = slots.clauses[0]
        clause = clauses.clauses[0]
        metric = structure.people_of(model.behaviours[clause.behaviours[0]].metric)
        plain = len(clauses.clauses) == 1 and clause.is_plain
        said = [clause.text] + ([slots.frame.folded(led)] if (led := slots.frame.before(item)) is not None else [])
        if metric is not None and any(word in each for word in word_set("done_again") for each in said):
            timed = clause.when is not None or slots.whens or slots.has("trend")
            metric = _done_again(item, clause, metric, assembly) if timed else None
        if metric is None or not structure.counts_keys_of(assembly.whom, metric):
            return False
        if not plain or any(v.only or v.both or v.link == "and" for v in clause.values):
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


def _done_again(item: Edge, clause: Clause, people: str, assembly: Assembly) -> str | None:
    """Who came back in May: in it and before it; who bought again: so, or twice in it? Raises StopError."""
    before, twice = again_in(assembly.structure, people)
    names = [name for name in (before, twice) if name is not None]
    if len(names) < 2 or any(word in clause.text for word in word_set("comes_back")):
        return before
    if (chosen := assembly.fixed.get(item.start)) in names:
        return chosen
    options = tuple(Option(assembly.metric_label(name), "metric", name) for name in names)
    raise StopError(Doubt("which_metric", assembly.said(item), options, item.start, item.end))


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
    for item, bound in slots.bounds:
        timed = time_of(item, slots, assembly, period)
        more.append(_bound(item, bound, timed, assembly, entity.dataset, columns))
    filters.extend(each for each in more if each not in filters)
    measured = _measured(slots, assembly, more, period)
    order, extra = _order(slots, assembly, measured)
    _refuse_lost_period(slots, period, more, measured, assembly)
    listed = [assembly.model.lists[each.name] for _, each in slots.listed if not each.negated]
    columns.extend(column for each in listed for column in each.columns)
    columns.extend(asked_columns(slots, assembly, chooser_draft(slots, assembly)))
    columns.extend(column for column in extra if column not in columns)
    if base is None and not (filters or order or slots.entities or columns):
        raise StopError(Denial("no_metric"))
    if base is not None:
        return base.model_copy(
            update={
                "filters": tuple(dict.fromkeys(filters)),
                "columns": tuple(dict.fromkeys((*base.columns, *(qualified_name(c, assembly) for c in columns)))),
                "measured": (*base.measured, *(m for m in measured if m.name not in {b.name for b in base.measured})),
                "order_by": order if slots.ranks else base.order_by,
                "limit": _limit(slots, assembly) or base.limit,
            }
        )
    return ListQuery(
        columns=tuple(dict.fromkeys((*entity.list_columns, *(qualified_name(c, assembly) for c in columns)))),
        measured=measured,
        filters=tuple(dict.fromkeys(filters)),
        order_by=order,
        limit=_limit(slots, assembly) or SEVERAL,
    )


def _as_populations(slots: Slots, assembly: Assembly) -> None:
    """People that a metric counts, asked for by name, are a named population where the model has it."""
    for named in list(slots.measures):
        item, names = named
        counted = {entity.counted_by for entity in assembly.scope.model.entities.values()}
        if not all(assembly.structure.one_each(name) for name in names) or (slots.ranks and not set(names) <= counted):
            continue
        slots.measures.remove(named)
        if set(names) <= counted:
            slots.entities.append(item)
            assembly.use(item, "entity", names[0])
            continue
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


def chooser_draft(slots: Slots, assembly: Assembly) -> list[str]:
    """The dimensions that a list is asked to show."""
    draft = Draft(metrics=assembly.counted)
    group(draft, slots, assembly, assembly.chooser(draft.metrics), ())
    return list(draft.group_by)


def _bound(
    item: Edge, bound: Bound, period: Period | None, assembly: Assembly, dataset: str, columns: list[str]
) -> Filter:
    if bound.fields and not is_of_deeds(bound, assembly):
        columns.append(short_name(bound.fields[0], assembly))
        return fact_filter(item, bound, assembly, frozenset({dataset}))
    if not (bound.metrics or bound.fields):
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
    for name in filter(None, chosen):
        found.append(MeasuredColumn(name=name, metric=name, period=period))
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
    if slots.ranks:
        item, rank = main_rank(slots, assembly)
        if rank.by_change or rank.percent is not None:
            raise assembly.deny(item)
        metric = assembly.metric(*slots.measures[0]) if slots.measures else assembly.fixed.get(item.start)
        if metric is not None:
            return (Order(column=metric, descending=is_descending(rank, metric, assembly)),), ()
        if slots.columns:
            name = short_name(names_of(slots.columns[0])[0], assembly)
            return (Order(column=name, descending=rank.direction in ("high", "best")),), (name,)
        if measured:
            column = measured[0].name
            return (Order(column=column, descending=rank.direction in ("high", "best")),), ()
        _ask_which_measure(item, assembly)
    return _order_by_field(slots, assembly) or _order_of_lists(listed, measured)


def _order_by_field(slots: Slots, assembly: Assembly) -> tuple[tuple[Order, ...], tuple[str, ...]] | None:
    """按价值列出, at-risk customers by value: the highest first."""
    for item in slots.columns:
        before = slots.frame.before(item)
        said = slots.frame.folded(item) if before is None or not before.is_empty else slots.frame.folded(before)
        if (before is not None and before.category == "grouping.by") or said.startswith("by"):
            name = short_name(names_of(item)[0], assembly)
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


def _ask_which_measure(item: Edge, assembly: Assembly) -> NoReturn:
    """'Our best customers' says no measure: the ones that describe a customer are offered."""
    model, structure = assembly.scope.model, assembly.scope.structure
    entity = assembly.whom
    names: list[str] = []
    if structure.main_behaviour is not None and structure.main_behaviour.amount is not None:
        names.append(structure.main_behaviour.amount)
    for metric in model.metrics.values():
        dataset = metric.definition.dataset
        own = dataset is not None and dataset != entity.dataset and model.datasets[dataset].primary_key == (entity.key,)
        if own and metric.polarity == "higher_is_better" and not metric.definition.hidden and metric.unit != "count":
            names.append(metric.name)
    options = tuple(Option(assembly.metric_label(name), "metric", name) for name in names[:4])
    raise StopError(Doubt("which_measure", assembly.said(item), options, item.start, item.end))


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
