"""The events that entities are followed by, and the entities that are followed."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler.rows import Sources, where
from semantic_layer.resolve.resolved_events import EventRows, Members
from semantic_layer.sql.nodes import aliased, day_literal, select_from, subquery, table
from semantic_layer.time.periods import Period


def event_select(events: EventRows, sources: Sources, period: Period) -> exp.Select:
    """An empty SELECT from the rows of events within a period."""
    select = sources.joined(events.measure.rows.dataset, events.measure.rows.steps)
    rows = events.measure.rows
    return where(select, [*sources.filters(rows), events.measure.condition, *within(events.time, period)])


def within(time: exp.Expr, period: Period) -> list[exp.Expr]:
    """The conditions that a time lies in a period."""
    found: list[exp.Expr] = []
    if period.start is not None:
        found.append(exp.GTE(this=time.copy(), expression=day_literal(period.start)))
    if period.end is not None:
        found.append(exp.LT(this=time.copy(), expression=day_literal(period.end)))
    return found


def of_members(select: exp.Select, members: Members | None, sources: Sources, source: str) -> exp.Select:
    """A SELECT from the rows `source` of entities, of those that are known and among the members."""
    entity = exp.column("entity", table=source)
    known = exp.Not(this=exp.Is(this=entity.copy(), expression=exp.Null()))
    if members is None or members.apart:
        return where(select, [known])
    rows = sources.joined(members.rows.dataset, members.rows.steps)
    rows = where(rows.select(members.key.copy(), copy=False), sources.filters(members.rows))
    return where(select, [known, exp.In(this=entity, query=exp.Subquery(this=rows))])


def told_apart(members: Members | None, sources: Sources) -> exp.Subquery | None:
    """The members with the group of each, as a table `members`; None where there are no groups."""
    if members is None or not members.apart:
        return None
    rows = sources.joined(members.rows.dataset, members.rows.steps)
    apart = (aliased(tree.copy(), name) for tree, name in zip(members.apart, members.groups, strict=True))
    rows = rows.select(aliased(members.key.copy(), "entity"), *apart, copy=False)
    return subquery(where(rows, sources.filters(members.rows)), "members")


def same_entity(left: str, right: str) -> exp.Expr:
    """Whether rows of two tables are of one entity."""
    return exp.EQ(this=exp.column("entity", table=left), expression=exp.column("entity", table=right))


def count_rows() -> exp.Expr:
    """How many rows."""
    return exp.Count(this=exp.Star(), big_int=True)


def select_named(source: str, **outputs: exp.Expr) -> exp.Select:
    """SELECT so and so from a table by its name."""
    trees = (aliased(tree, name) for name, tree in outputs.items())
    return select_from(table(source)).select(*trees, copy=False)
