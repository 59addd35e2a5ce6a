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
    outputs += [exp.column("hours")] if query.times else []
    is_apart = _is_apart(query)
    outputs = [exp.column("apart"), *outputs] if is_apart else outputs
    entered = _over(exp.FirstValue(this=exp.column("customers")), query)
    steps = select_from(subquery(union, "steps")).select(exp.Star(), aliased(entered, "entered"), copy=False)
    select = select_from(subquery(steps, "entered_steps"))
    names = [column.name for column in query.columns]
    select = select.select(*(aliased(tree, name) for tree, name in zip(outputs, names, strict=True)), copy=False)
    order = [exp.Ordered(this=exp.column("place"), nulls_first=False)]
    if is_apart:
        largest = exp.Ordered(this=exp.column("entered"), desc=True, nulls_first=False)
        order = [largest, exp.Ordered(this=exp.column("apart"), nulls_first=False), *order]
    return with_ctes(select.order_by(*order, copy=False), bodies)


def _placed(query: ResolvedFunnel) -> list[tuple[int, tuple[str, EventRows]]]:
    return list(enumerate(query.steps, 1))


def _is_apart(query: ResolvedFunnel) -> bool:
    return query.members is not None and query.members.apart is not None


def _counted(place: int, name: str, query: ResolvedFunnel) -> exp.Select:
    """Who took one step; of groups, also those of whom nobody did."""
    step, is_apart = f"step_{place}", _is_apart(query)
    is_from_first = is_apart and place > 1
    select = select_from(table("step_1" if is_from_first else step))
    if is_from_first:
        select = joined(select, table(step), same_entity("step_1", step), "LEFT")
    counted = exp.Count(this=exp.column("entity", table=step), big_int=True) if is_from_first else count_rows()
    outputs = [exp.Literal.number(place), exp.Literal.string(name), counted]
    names = ["place", "step", "customers"]
    if query.times:
        hours = exp.Median(this=exp.column("hours", table=step)) if place > 1 else exp.cast(exp.Null(), "DOUBLE")
        outputs, names = [*outputs, hours], [*names, "hours"]
    if is_apart:
        outputs, names = [exp.column("apart", table="step_1"), *outputs], ["apart", *names]
    select = select.select(*(aliased(tree, each) for tree, each in zip(outputs, names, strict=True)), copy=False)
    return grouped(select, 1) if is_apart else select


def _shares(query: ResolvedFunnel) -> list[exp.Expr]:
    """The shares of those at the first step, and at the step before."""
    customers, place = exp.column("customers"), exp.column("place")
    of_first = division(customers.copy(), exp.column("entered"))
    of_before = division(customers.copy(), _over(exp.Lag(this=customers.copy()), query))
    is_first = exp.EQ(this=place, expression=exp.Literal.number(1))
    return [of_first, exp.Case(ifs=[exp.If(this=is_first, true=of_first.copy())], default=of_before)]


def _over(function: exp.Expr, query: ResolvedFunnel) -> exp.Window:
    by_place = exp.Order(expressions=[exp.Ordered(this=exp.column("place"), nulls_first=False)])
    return exp.Window(this=function, partition_by=[exp.column("apart")] if _is_apart(query) else [], order=by_place)


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
            outputs.append(aliased(exp.column("apart", table="members"), "apart"))
    else:
        since = exp.column("happened_at", table=before)
        later = exp.GTE(this=exp.column("happened_at", table="events"), expression=since)
        select = joined(select, table(before), exp.and_(same_entity("events", before), later, copy=False))
        outputs += [aliased(since.copy(), "since")] if query.times else []
    many = len(outputs)
    outputs.append(aliased(first, "happened_at"))
    if query.times and place > 1:
        outputs.append(aliased(_hours(exp.column("happened_at", table=before), first.copy()), "hours"))
    return grouped(select.select(*outputs, copy=False), many)


def _hours(start: exp.Expr, end: exp.Expr) -> exp.Expr:
    seconds = exp.DateDiff(this=as_timestamp(end), expression=as_timestamp(start), unit=exp.var("SECOND"))
    return exp.Div(this=seconds, expression=exp.Literal.number("3600.0"), typed=False, safe=False)
