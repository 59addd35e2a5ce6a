"""Cohort tables and funnels: entities followed through their events."""

from __future__ import annotations

from datetime import timedelta

from sqlglot import exp

from semantic_layer.compiler.finish import ordered
from semantic_layer.compiler.rows import Sources, where
from semantic_layer.resolve.resolved_events import EventRows, Members, ResolvedCohort, ResolvedFunnel
from semantic_layer.sql.nodes import (
    aliased,
    day_literal,
    free_name,
    grouped,
    joined,
    select_from,
    subquery,
    table,
    truncated,
    with_ctes,
)
from semantic_layer.time.periods import Period

_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def compile_cohort(query: ResolvedCohort, sources: Sources) -> exp.Select:
    """One row for each cohort and distance up to today; a distance without anybody has retention 0."""
    bucket = truncated(query.events.time, query.grain)
    active = event_select(query.events, sources, Period(None, query.end))
    active = active.select(_as(query.events.entity.copy(), "entity"), _as(bucket, "active"), copy=False)
    # a table that members are chosen by may be called 'events'
    events = free_name("events", {name for each in sources.datasets.values() for name in each.requires})
    starts = select_from(table(events))
    starts = starts.select(exp.column("entity"), _as(exp.Min(this=exp.column("active")), "cohort"), copy=False)
    # an event of nobody known starts no cohort
    known = exp.Not(this=exp.Is(this=exp.column("entity"), expression=exp.Null()))
    starts = grouped(where(starts, [known, _among(query.members, sources)]), 1)
    sizes = select_from(table("starts"))
    sizes = sizes.select(exp.column("cohort"), _as(_count(), "cohort_size"), copy=False)
    sizes = grouped(where(sizes, _within(exp.column("cohort"), query.period)), 1)
    distance = _distance(exp.column("cohort", table="starts"), exp.column("active", table="events"), query.grain)
    returned = select_from(table("starts"))
    again = table(events, None if events == "events" else "events")
    returned = joined(returned, again, _same_entity("starts", "events"))
    returned = returned.select(
        exp.column("cohort", table="starts"), _as(distance, "since"), _as(_count(), "returned"), copy=False
    )
    returned = grouped(returned, 2)
    final = _cohort_rows(query)
    parts = ((events, active.distinct(copy=False)), ("starts", starts), ("sizes", sizes), ("activity", returned))
    return ordered(with_ctes(final, parts), query.sorts)


def _cohort_rows(query: ResolvedCohort) -> exp.Select:
    numbers = [exp.Tuple(expressions=[exp.Literal.number(index)]) for index in range(query.distances)]
    alias = exp.TableAlias(this=exp.to_identifier("distances"), columns=[exp.to_identifier("since")])
    cohort, since = exp.column("cohort", table="sizes"), exp.column("since", table="distances")
    on = exp.and_(
        exp.EQ(this=exp.column("cohort", table="activity"), expression=cohort.copy()),
        exp.EQ(this=exp.column("since", table="activity"), expression=since.copy()),
        copy=False,
    )
    returned = exp.Coalesce(this=exp.column("returned", table="activity"), expressions=[exp.Literal.number(0)])
    size = exp.column("cohort_size", table="sizes")
    retention = exp.Div(this=returned, expression=size.copy(), typed=False, safe=False)
    names = [column.name for column in query.columns]
    outputs = [cohort, since, size, retention]
    select = select_from(table("sizes"))
    select = joined(select, exp.Values(expressions=numbers, alias=alias), None)
    select = joined(select, table("activity"), on, "LEFT")
    select = select.select(*(_as(tree, name) for tree, name in zip(outputs, names, strict=True)), copy=False)
    reached = _distance(cohort, day_literal(query.end - timedelta(days=1)), query.grain)
    conditions: list[exp.Expr | None] = [exp.LTE(this=since.copy(), expression=reached)]
    if query.since:
        wanted = [exp.Literal.number(value) for value in query.since]
        conditions.append(exp.In(this=since.copy(), expressions=wanted))
    return where(select, conditions)


def compile_funnel(query: ResolvedFunnel, sources: Sources) -> exp.Select:
    """One row for each step: who took it after the step before, within the period."""
    counts: list[exp.Select] = []
    bodies: list[tuple[str, exp.Select]] = []
    for index, (name, events) in enumerate(query.steps):
        step = f"step_{index + 1}"
        bodies.append((step, _step(index, events, query, sources)))
        row = select_from(table(step))
        place, label = exp.Literal.number(index + 1), exp.Literal.string(name)
        counts.append(row.select(_as(place, "place"), _as(label, "step"), _as(_count(), "customers"), copy=False))
    union: exp.Query = counts[0]
    for each in counts[1:]:
        union = exp.Union(this=union, expression=each, distinct=False)
    customers = exp.column("customers")
    by_place = exp.Order(expressions=[exp.Ordered(this=exp.column("place"), nulls_first=False)])
    first = exp.Window(this=exp.FirstValue(this=customers.copy()), order=by_place)
    before = exp.Window(this=exp.Lag(this=customers.copy()), order=by_place.copy())
    step_share = exp.Case(
        ifs=[
            exp.If(
                this=exp.EQ(this=exp.column("place"), expression=exp.Literal.number(1)), true=_ratio(customers, first)
            )
        ],
        default=_ratio(customers, before),
    )
    outputs = [exp.column("step"), customers.copy(), _ratio(customers, first.copy()), step_share]
    select = exp.Select().from_(
        exp.Subquery(this=union, alias=exp.TableAlias(this=exp.to_identifier("steps"))), copy=False
    )
    names = [column.name for column in query.columns]
    select = select.select(*(_as(tree, name) for tree, name in zip(outputs, names, strict=True)), copy=False)
    select = select.order_by(exp.Ordered(this=exp.column("place"), nulls_first=False), copy=False)
    return with_ctes(select, bodies)


def _step(index: int, events: EventRows, query: ResolvedFunnel, sources: Sources) -> exp.Select:
    first = exp.Min(this=exp.column("happened_at", table="events"))
    rows = event_select(events, sources, query.period)
    rows = rows.select(_as(events.entity.copy(), "entity"), _as(events.time.copy(), "happened_at"), copy=False)
    select = select_from(subquery(rows, "events"))
    select = select.select(exp.column("entity", table="events"), _as(first, "happened_at"), copy=False)
    if index == 0:
        known = exp.Not(this=exp.Is(this=exp.column("entity", table="events"), expression=exp.Null()))
        select = where(select, [known, _among(query.members, sources, "events")])
    else:
        before = f"step_{index}"
        later = exp.GTE(
            this=exp.column("happened_at", table="events"), expression=exp.column("happened_at", table=before)
        )
        on = exp.and_(_same_entity("events", before), later, copy=False)
        select = joined(select, table(before), on)
    return grouped(select, 1)


def event_select(events: EventRows, sources: Sources, period: Period) -> exp.Select:
    """An empty SELECT from the rows of events within a period."""
    select = sources.joined(events.measure.rows.dataset, events.measure.rows.steps)
    rows = events.measure.rows
    return where(select, [*sources.filters(rows), events.measure.condition, *_within(events.time, period)])


def _within(time: exp.Expr, period: Period) -> list[exp.Expr]:
    found: list[exp.Expr] = []
    if period.start is not None:
        found.append(exp.GTE(this=time.copy(), expression=day_literal(period.start)))
    if period.end is not None:
        found.append(exp.LT(this=time.copy(), expression=day_literal(period.end)))
    return found


def _among(members: Members | None, sources: Sources, table: str | None = None) -> exp.Expr | None:
    if members is None:
        return None
    select = sources.joined(members.rows.dataset, members.rows.steps)
    select = where(select.select(members.key.copy(), copy=False), sources.filters(members.rows))
    return exp.In(this=exp.column("entity", table=table), query=exp.Subquery(this=select))


def _distance(start: exp.Expr, end: exp.Expr, grain: str) -> exp.Expr:
    """Whole calendar units between two dates, by their year and month."""
    months = exp.Sub(this=exp.Paren(this=_month_index(end)), expression=exp.Paren(this=_month_index(start)))
    if _MONTHS[grain] == 1:
        return months
    units = exp.Div(this=exp.Paren(this=months), expression=exp.Literal.number(_MONTHS[grain]), typed=False, safe=False)
    return exp.cast(exp.Floor(this=units), "INT")


def _month_index(day: exp.Expr) -> exp.Expr:
    year = exp.Extract(this=exp.var("YEAR"), expression=day.copy())
    month = exp.Extract(this=exp.var("MONTH"), expression=day.copy())
    return exp.Add(this=exp.Mul(this=year, expression=exp.Literal.number(12)), expression=month)


def _ratio(part: exp.Expr, whole: exp.Expr) -> exp.Expr:
    divisor = exp.Nullif(this=whole, expression=exp.Literal.number(0))
    return exp.Div(this=part.copy(), expression=divisor, typed=False, safe=False)


def _same_entity(left: str, right: str) -> exp.Expr:
    return exp.EQ(this=exp.column("entity", table=left), expression=exp.column("entity", table=right))


def _count() -> exp.Expr:
    return exp.Count(this=exp.Star(), big_int=True)


def _as(tree: exp.Expr, name: str) -> exp.Expr:
    return aliased(tree, name)
