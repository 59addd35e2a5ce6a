"""A cohort table in one statement: entities placed by their first event, and what each unit since brought."""

from __future__ import annotations

from datetime import timedelta

from sqlglot import exp

from semantic_layer.compiler.events import (
    count_rows,
    event_select,
    of_members,
    same_entity,
    select_named,
    told_apart,
    within,
)
from semantic_layer.compiler.finish import ordered
from semantic_layer.compiler.rows import Sources, where
from semantic_layer.resolve.resolved_events import EventRows, ResolvedCohort
from semantic_layer.sql.nodes import (
    aliased,
    day_literal,
    division,
    free_name,
    grouped,
    joined,
    select_from,
    table,
    truncated,
    with_ctes,
)
from semantic_layer.time.periods import Period, start_of

_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def compile_cohort(query: ResolvedCohort, sources: Sources) -> exp.Select:
    """One row for each cohort and distance up to today, or, of groups, up to the last unit that is over; a distance
    without anybody has 0."""
    # a table that members are chosen by may be called so
    taken = {name for each in sources.datasets.values() for name in each.requires}
    events, worth = free_name("events", taken), free_name("worth", taken)
    active = _in_units(query.events, query, sources).distinct(copy=False)
    parts = [(events, active), ("starts", _starts(events, query, sources)), ("sizes", _sizes(query))]
    if query.worth is not None:
        value = query.worth.measure.aggregate
        assert value is not None, "checked when it was resolved"
        by_unit = _in_units(query.worth, query, sources).select(aliased(value.copy(), "value"), copy=False)
        parts.append((worth, grouped(by_unit, 2)))
    parts.append(("activity", _activity(events if query.worth is None else worth, query)))
    parts.append(("cohorts", _told(query)))
    select = select_from(table("cohorts")).select(*(exp.column(each.name) for each in query.columns), copy=False)
    if query.since:
        wanted = [exp.Literal.number(value) for value in query.since]
        select = where(select, [exp.In(this=exp.column(query.columns[1].name), expressions=wanted)])
    return ordered(with_ctes(select, parts), query.sorts)


def _in_units(rows: EventRows, query: ResolvedCohort, sources: Sources) -> exp.Select:
    """Events by entity and unit of time."""
    select = event_select(rows, sources, Period(None, query.end))
    unit = truncated(rows.time, query.grain)
    return select.select(aliased(rows.entity.copy(), "entity"), aliased(unit, "active"), copy=False)


def _starts(events: str, query: ResolvedCohort, sources: Sources) -> exp.Select:
    """Each entity with the unit of its first event, and with its group."""
    first = exp.Min(this=exp.column("active", table=events))
    select = of_members(select_from(table(events)), query.members, sources, events)
    outputs = [aliased(exp.column("entity", table=events), "entity")]
    members = told_apart(query.members, sources)
    if members is not None:
        select = joined(select, members, same_entity(events, "members"))
        outputs.append(aliased(exp.column("apart", table="members"), "apart"))
    many = len(outputs)
    started = grouped(select.select(*outputs, aliased(first, "cohort"), copy=False), many)
    chosen = within(first, query.period)
    return started.having(exp.and_(*chosen, copy=False), copy=False) if chosen else started


def _key(query: ResolvedCohort) -> exp.Column:
    """What places an entity in a cohort."""
    is_apart = query.members is not None and bool(query.members.apart)
    return exp.column("apart" if is_apart else "cohort", table="starts")


def _is_reached(since: exp.Expr, query: ResolvedCohort) -> exp.Expr:
    """Whether a cohort's unit has begun; of groups, of which many units are one, whether it is over."""
    cohort = exp.column("cohort", table="starts")
    if _key(query).name == "cohort":
        last = start_of(query.grain, query.end - timedelta(days=1))
        return exp.LTE(this=since, expression=_distance(cohort, day_literal(last), query.grain))
    end = start_of(query.grain, query.end)
    return exp.LT(this=since, expression=_distance(cohort, day_literal(end), query.grain))


def _sizes(query: ResolvedCohort) -> exp.Select:
    """How many have reached each distance."""
    numbers = [exp.Tuple(expressions=[exp.Literal.number(index)]) for index in range(query.distances)]
    alias = exp.TableAlias(this=exp.to_identifier("distances"), columns=[exp.to_identifier("since")])
    since = exp.column("since", table="distances")
    select = select_named("starts", place=_key(query), since=since, cohort_size=count_rows())
    select = joined(select, exp.Values(expressions=numbers, alias=alias), None)
    return grouped(where(select, [_is_reached(since.copy(), query)]), 2)


def _activity(source: str, query: ResolvedCohort) -> exp.Select:
    """How many came back at each distance, or what that was worth."""
    since = _distance(exp.column("cohort", table="starts"), exp.column("active", table=source), query.grain)
    told = count_rows() if query.worth is None else exp.Sum(this=exp.column("value", table=source))
    select = select_named("starts", place=_key(query), since=since, told=told)
    select = joined(select, table(source), same_entity("starts", source))
    return grouped(where(select, [_is_reached(since.copy(), query)]), 2)


def _told(query: ResolvedCohort) -> exp.Select:
    """Every cohort at every distance, with its figures."""
    place, since = exp.column("place", table="sizes"), exp.column("since", table="sizes")
    size = exp.column("cohort_size", table="sizes")
    on = exp.and_(
        exp.NullSafeEQ(this=exp.column("place", table="activity"), expression=place.copy()),
        exp.EQ(this=exp.column("since", table="activity"), expression=since.copy()),
        copy=False,
    )
    told = exp.Coalesce(this=exp.column("told", table="activity"), expressions=[exp.Literal.number(0)])
    each = division(told.copy(), size.copy())
    outputs: list[exp.Expr] = [place, since, size]
    if query.worth is None:
        outputs.append(each)
    else:
        by_since = exp.Order(expressions=[exp.Ordered(this=since.copy(), nulls_first=False)])
        so_far = exp.Window(this=exp.Sum(this=each.copy()), partition_by=[place.copy()], order=by_since)
        outputs += [told, each, so_far]
    names = [column.name for column in query.columns]
    select = joined(select_from(table("sizes")), table("activity"), on, "LEFT")
    return select.select(*(aliased(tree, name) for tree, name in zip(outputs, names, strict=True)), copy=False)


def _distance(start: exp.Expr, end: exp.Expr, grain: str) -> exp.Expr:
    """Whole units between two starts of units: weeks by their days, others by their year and month."""
    if grain == "week":
        days: exp.Expr = exp.DateDiff(this=end.copy(), expression=start.copy(), unit=exp.var("DAY"))
        return _floored(days, 7)
    months = exp.Sub(this=exp.Paren(this=_month_index(end)), expression=exp.Paren(this=_month_index(start)))
    return months if _MONTHS[grain] == 1 else _floored(months, _MONTHS[grain])


def _floored(number: exp.Expr, size: int) -> exp.Expr:
    units = exp.Div(this=exp.Paren(this=number), expression=exp.Literal.number(size), typed=False, safe=False)
    return exp.cast(exp.Floor(this=units), "INT")


def _month_index(day: exp.Expr) -> exp.Expr:
    year = exp.Extract(this=exp.var("YEAR"), expression=day.copy())
    month = exp.Extract(this=exp.var("MONTH"), expression=day.copy())
    return exp.Add(this=exp.Mul(this=year, expression=exp.Literal.number(12)), expression=month)
