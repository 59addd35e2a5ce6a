"""A funnel in one statement: who took each step after the step before, of everybody or of each group."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler.events import count_rows, event_select, of_members, same_entity, told_apart
from semantic_layer.compiler.rows import Sources
from semantic_layer.resolve.resolved_events import EventRows, ResolvedFunnel
from semantic_layer.sql.nodes import (
    aliased,
    as_timestamp,
    division,
    grouped,
    joined,
    select_from,
    subquery,
    table,
    with_ctes,
)


def compile_funnel(query: ResolvedFunnel, sources: Sources) -> exp.Select:
    """One row for each step, of each group: who took it after the step before, within the period. Groups that most
    entered come first."""
    bodies = [(f"step_{place}", _step(place, events, query, sources)) for place, (_, events) in _placed(query)]
    counts = [_counted(place, name, query) for place, (name, _) in _placed(query)]
    union: exp.Query = counts[0]
    for each in counts[1:]:
        union = exp.Union(this=union, expression=each, distinct=False)
    outputs = [exp.column("step"), exp.column("customers"), *_shares(query)]
    outputs += [exp.column("hours"), exp.column("hours_in_all")] if query.times else []
    outputs = [*_apart(query), *outputs]
    entered = _over(exp.FirstValue(this=exp.column("customers")), query)
    steps = select_from(subquery(union, "steps")).select(exp.Star(), aliased(entered, "entered"), copy=False)
    select = select_from(subquery(steps, "entered_steps"))
    names = [column.name for column in query.columns]
    select = select.select(*(aliased(tree, name) for tree, name in zip(outputs, names, strict=True)), copy=False)
    order = [exp.Ordered(this=exp.column("place"), nulls_first=False)]
    if _apart(query):
        largest = exp.Ordered(this=exp.column("entered"), desc=True, nulls_first=False)
        order = [largest, *(exp.Ordered(this=each, nulls_first=False) for each in _apart(query)), *order]
    return with_ctes(select.order_by(*order, copy=False), bodies)


def _placed(query: ResolvedFunnel) -> list[tuple[int, tuple[str, EventRows]]]:
    return list(enumerate(query.steps, 1))


def _apart(query: ResolvedFunnel, table: str | None = None) -> list[exp.Expr]:
    """The columns that tell the groups."""
    return [exp.column(name, table=table) for name in (query.members.groups if query.members is not None else ())]


def _counted(place: int, name: str, query: ResolvedFunnel) -> exp.Select:
    """Who took one step; of groups, also those of whom nobody did."""
    step, apart = f"step_{place}", _apart(query, "step_1")
    is_from_first = bool(apart) and place > 1
    select = select_from(table("step_1" if is_from_first else step))
    if is_from_first:
        select = joined(select, table(step), same_entity("step_1", step), "LEFT")
    counted = exp.Count(this=exp.column("entity", table=step), big_int=True) if is_from_first else count_rows()
    outputs = [exp.Literal.number(place), exp.Literal.string(name), counted]
    names = ["place", "step", "customers"]
    for each in ("hours", "hours_in_all") if query.times else ():
        hours = exp.Median(this=exp.column(each, table=step)) if place > 1 else exp.cast(exp.Null(), "DOUBLE")
        outputs, names = [*outputs, hours], [*names, each]
    outputs, names = [*apart, *outputs], [*(each.name for each in apart), *names]
    select = select.select(*(aliased(tree, each) for tree, each in zip(outputs, names, strict=True)), copy=False)
    return grouped(select, len(apart)) if apart else select


def _shares(query: ResolvedFunnel) -> list[exp.Expr]:
    """The shares of those at the first step, and at the step before."""
    customers, place = exp.column("customers"), exp.column("place")
    of_first = division(customers.copy(), exp.column("entered"))
    of_before = division(customers.copy(), _over(exp.Lag(this=customers.copy()), query))
    is_first = exp.EQ(this=place, expression=exp.Literal.number(1))
    return [of_first, exp.Case(ifs=[exp.If(this=is_first, true=of_first.copy())], default=of_before)]


def _over(function: exp.Expr, query: ResolvedFunnel) -> exp.Window:
    by_place = exp.Order(expressions=[exp.Ordered(this=exp.column("place"), nulls_first=False)])
    return exp.Window(this=function, partition_by=_apart(query), order=by_place)


def _step(place: int, events: EventRows, query: ResolvedFunnel, sources: Sources) -> exp.Select:
    """Each entity at the first time that it took the step after the step before."""
    first = exp.Min(this=exp.column("happened_at", table="events"))
    rows = event_select(events, sources, query.period)
    rows = rows.select(aliased(events.entity.copy(), "entity"), aliased(events.time.copy(), "happened_at"), copy=False)
    select = select_from(subquery(rows, "events"))
    outputs = [aliased(exp.column("entity", table="events"), "entity")]
    members = told_apart(query.members, sources)
    before = f"step_{place - 1}"
    if place == 1:
        select = of_members(select, query.members, sources, "events")
        if members is not None:
            select = joined(select, members, same_entity("events", "members"))
            outputs += [aliased(each, each.name) for each in _apart(query, "members")]
    else:
        since = exp.column("happened_at", table=before)
        later = exp.GTE(this=exp.column("happened_at", table="events"), expression=since)
        select = joined(select, table(before), exp.and_(same_entity("events", before), later, copy=False))
        began = since if place == 2 else exp.column("began", table=before)
        outputs += [aliased(since.copy(), "since"), aliased(began.copy(), "began")] if query.times else []
    many = len(outputs)
    outputs.append(aliased(first, "happened_at"))
    if query.times and place > 1:
        outputs.append(aliased(_hours(since.copy(), first.copy()), "hours"))
        outputs.append(aliased(_hours(began.copy(), first.copy()), "hours_in_all"))
    return grouped(select.select(*outputs, copy=False), many)


def _hours(start: exp.Expr, end: exp.Expr) -> exp.Expr:
    seconds = exp.DateDiff(this=as_timestamp(end), expression=as_timestamp(start), unit=exp.var("SECOND"))
    return exp.Div(this=seconds, expression=exp.Literal.number("3600.0"), typed=False, safe=False)
