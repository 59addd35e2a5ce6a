"""The SQL that dbt's rows are made of: columns of a table in its role, units of time, moves by custom grains."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from sqlglot import exp

from semantic_layer.compiler.rows import parsed_table
from semantic_layer.interop.dbt.project import Span, TimeSpine
from semantic_layer.sql.nodes import aliased, all_of, joined, select_from, subquery
from semantic_layer.sql.parsing import Unparsable, parse_expression


def table_as(name: str, alias: str) -> exp.Expr:
    """A warehouse table under an alias."""
    found = parsed_table(name).copy()
    found.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
    return found


@lru_cache(maxsize=8192)
def _parsed(text: str) -> exp.Expr:
    parsed = parse_expression(text)
    assert not isinstance(parsed, Unparsable), "expressions were checked on loading"
    return parsed.tree


def qualified(text: str, alias: str) -> exp.Expr:
    """An expression over the columns of the table that stands under an alias."""

    def put(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and not node.table:
            return exp.column(node.name, table=alias)
        return node

    tree = _parsed(text).copy().transform(put, copy=False)
    return tree if isinstance(tree, exp.Column | exp.Func | exp.Literal | exp.Case) else exp.Paren(this=tree)


def custom_moves(spine: TimeSpine, window: Span, *, is_whole: bool) -> exp.Select:
    """For each unit of the spine (`label`) the one as far into an earlier period of the custom grain (`source`).

    With `is_whole`, all units of the earlier period are sources of the first unit of the later one.
    """
    unit, period = exp.column(spine.column), exp.column(spine.customs[window.grain])
    order = exp.Order(expressions=[exp.Ordered(this=unit.copy())])
    inside = exp.Window(this=exp.RowNumber(), partition_by=[period.copy()], order=order)
    rank = exp.Window(this=exp.DenseRank(), order=exp.Order(expressions=[exp.Ordered(this=period.copy())]))
    numbered = select_from(parsed_table(spine.table).copy()).select(
        aliased(unit, "unit"), aliased(inside, "place"), aliased(rank, "period"), copy=False
    )
    earlier = exp.EQ(
        this=exp.column("period", table="earlier"),
        expression=exp.Sub(this=exp.column("period", table="later"), expression=exp.Literal.number(window.count)),
    )
    place = exp.EQ(
        this=exp.column("place", table="later"),
        expression=exp.Literal.number(1) if is_whole else exp.column("place", table="earlier"),
    )
    select = select_from(subquery(numbered, "later"))
    select = joined(select, subquery(numbered.copy(), "earlier"), all_of([earlier, place]))
    label, source = exp.column("unit", table="later"), exp.column("unit", table="earlier")
    return select.select(aliased(label, "label"), aliased(source, "source"), copy=False)


def custom_starts(spine: TimeSpine, grain: str) -> exp.Select:
    """For each unit of the spine (`label`) the first one in its period of a custom grain (`source`)."""
    unit = exp.column(spine.column)
    first = exp.Window(this=exp.Min(this=unit.copy()), partition_by=[exp.column(spine.customs[grain])])
    select = select_from(parsed_table(spine.table).copy())
    return select.select(aliased(unit, "label"), aliased(first, "source"), copy=False)


def truncated(time: exp.Expr, grain: str) -> exp.Expr:
    """The start of the unit of a grain; nothing is finer than a nanosecond."""
    if grain == "nanosecond":
        return time.copy()
    return exp.TimestampTrunc(this=time.copy(), unit=exp.var(grain.upper()))


def interval(span: Span) -> exp.Expr:
    """A length of time as SQL."""
    count, unit = (span.count * 3, "month") if span.grain == "quarter" else (span.count, span.grain)
    return exp.Interval(this=exp.Literal.string(str(count)), unit=exp.var(unit.upper()))


def instant_literal(instant: datetime) -> exp.Expr:
    """A point in time as SQL."""
    text = exp.Literal.string(instant.isoformat(sep=" "))
    return exp.Cast(this=text, to=exp.DataType(this=exp.DataType.Type.TIMESTAMP, nested=False))
