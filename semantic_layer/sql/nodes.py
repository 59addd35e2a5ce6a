"""The few SQL nodes that every statement is made of, built directly: sqlglot's builders parse their text arguments,
which would cost more than all the rest of a compilation."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlglot import exp

_DATE = exp.DataType(this=exp.DataType.Type.DATE, nested=False)
_TIMESTAMP = exp.DataType(this=exp.DataType.Type.TIMESTAMP, nested=False)
_CLOCK = ("hour", "minute", "second")


_LARGEST = 2**63


def number_literal(value: float) -> exp.Expr:
    """A number as SQL; what no integer type of an engine holds is written as a floating point number."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST:
        value = int(value)
    return exp.Literal.number(value if abs(value) < _LARGEST else f"{float(value):e}")


def day_literal(day: date) -> exp.Expr:
    """A day, or a moment of one (a datetime), as SQL."""
    return (as_timestamp if isinstance(day, datetime) else as_date)(day_text(day))


def day_text(day: date) -> exp.Expr:
    """A day, or a moment of one, as a text that is yet to be cast."""
    return exp.Literal.string(day.isoformat(" ") if isinstance(day, datetime) else day.isoformat())


def as_date(tree: exp.Expr) -> exp.Expr:
    """A cast to a date."""
    return exp.Cast(this=tree, to=_DATE.copy())


def as_timestamp(tree: exp.Expr) -> exp.Expr:
    """A cast to a timestamp without a zone."""
    return exp.Cast(this=tree, to=_TIMESTAMP.copy())


def truncated(time: exp.Expr, grain: str) -> exp.Expr:
    """The start of the unit that holds an instant: a date, or a timestamp for units of the clock."""
    if grain == "day":
        return as_date(time.copy())
    cut = exp.TimestampTrunc(this=time.copy(), unit=exp.var(grain.upper()))
    return as_timestamp(cut) if grain in _CLOCK else as_date(cut)


def table(name: str, alias: str | None = None) -> exp.Table:
    """A table or CTE by its name."""
    found = exp.Table(this=exp.to_identifier(name))
    if alias is not None:
        found.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
    return found


def aliased(tree: exp.Expr, name: str) -> exp.Alias:
    """An output column."""
    return exp.Alias(this=tree, alias=exp.to_identifier(name))


def free_name(name: str, taken: Collection[str]) -> str:
    """A name for a column of our own: as it is, or with underscores where the query's groups have it already.

    >>> free_name("place", ("city", "place"))
    'place_'
    """
    while name in taken:
        name += "_"
    return name


def subquery(query: exp.Query, name: str) -> exp.Subquery:
    """A query to select from, under a name."""
    return exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier(name)))


def with_ctes(select: exp.Select, named: Iterable[tuple[str, exp.Query]]) -> exp.Select:
    """The statement with common table expressions in front, in order."""
    found = [exp.CTE(this=body, alias=exp.TableAlias(this=exp.to_identifier(name))) for name, body in named]
    if found:
        select.set("with_", exp.With(expressions=found))
    return select


def grouped(select: exp.Select, count: int) -> exp.Select:
    """The statement grouped by its first `count` output columns."""
    if count:
        select.set("group", exp.Group(expressions=[exp.Literal.number(index + 1) for index in range(count)]))
    return select


def division(above: exp.Expr, below: exp.Expr) -> exp.Expr:
    """A true division; null where the divisor is 0."""
    if not isinstance(below, exp.Nullif | exp.Literal):
        below = exp.Nullif(this=below, expression=exp.Literal.number(0))
    return exp.Div(this=above, expression=below, typed=False, safe=False)


def divided_safely(tree: exp.Expr) -> exp.Expr:
    """The tree itself, changed: division by zero gives null in it, also within what is divided."""
    for node in tree.find_all(exp.Div):
        if not isinstance(node.expression, exp.Nullif | exp.Literal):
            node.set("expression", exp.Nullif(this=node.expression, expression=exp.Literal.number(0)))
            node.set("typed", False)
            node.set("safe", False)
    return tree


def joined(select: exp.Select, source: exp.Expr | exp.Query, on: exp.Expr | None, side: str = "") -> exp.Select:
    """The statement with one more join: `LEFT`, inner (no side), or CROSS where there is no condition."""
    join = exp.Join(this=source, on=on, side=side or None, kind="CROSS" if on is None else None)
    select.append("joins", join)
    return select


def select_from(source: exp.Expr | exp.Query) -> exp.Select:
    """An empty SELECT from something."""
    return exp.Select(from_=exp.From(this=source))


def all_of(conditions: Iterable[exp.Expr]) -> exp.Expr:
    """The conjunction of conditions; an OR among them is put in parentheses. At least one."""
    found: exp.Expr | None = None
    for condition in conditions:
        each = exp.Paren(this=condition) if isinstance(condition, exp.Or) else condition
        found = each if found is None else exp.And(this=found, expression=each)
    assert found is not None, "a conjunction of something"
    return found


def any_of(conditions: Iterable[exp.Expr]) -> exp.Expr:
    """The disjunction of conditions, in parentheses. At least one."""
    found: exp.Expr | None = None
    for condition in conditions:
        found = condition if found is None else exp.Or(this=found, expression=condition)
    assert found is not None, "a disjunction of something"
    return exp.Paren(this=found)
