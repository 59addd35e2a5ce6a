"""The timeline of one entity: rows of all kinds of events below one another, the latest first."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler.finish import with_total
from semantic_layer.compiler.rows import Sources, where
from semantic_layer.resolve.leaves import Rows
from semantic_layer.resolve.resolved_events import ResolvedTimeline
from semantic_layer.sql.nodes import aliased, select_from, subquery


def compile_timeline(query: ResolvedTimeline, sources: Sources) -> exp.Select:
    """The statement of a timeline; of the same instant, in the order in which the model names the events."""
    found: exp.Query | None = None
    for place, (name, rows) in enumerate(query.events):
        select = _events(name, place, rows, query.shown[place], sources)
        found = select if found is None else exp.Union(this=found, expression=select, distinct=False)
    assert found is not None, "a profile without events has no timeline"
    outer = select_from(subquery(found, "happened")).select(
        *(exp.column(each.name) for each in query.columns), copy=False
    )
    order = [("at", True), ("place", False), ("what", False), ("amount", False)]
    sorts = [exp.Ordered(this=exp.column(name), desc=desc, nulls_first=False) for name, desc in order]
    limited = with_total(outer).order_by(*sorts, copy=False).limit(query.limit, copy=False)
    return limited.offset(query.offset, copy=False) if query.offset else limited


def _events(name: str, place: int, rows: Rows, shown: tuple[bool, bool], sources: Sources) -> exp.Select:
    keys = iter(rows.keys)
    outputs: list[exp.Expr] = [
        aliased(exp.Cast(this=next(keys).copy(), to=_type("TIMESTAMP")), "at"),
        aliased(exp.Literal.string(name), "event"),
        aliased(exp.Literal.number(place), "place"),
    ]
    for is_shown, column, kind in zip(shown, ("what", "amount"), ("TEXT", "DOUBLE"), strict=True):
        value = next(keys).copy() if is_shown else exp.Null()
        outputs.append(aliased(exp.Cast(this=value, to=_type(kind)), column))
    select = sources.joined(rows.dataset, rows.steps).select(*outputs, copy=False)
    return where(select, sources.filters(rows))


def _type(name: str) -> exp.DataType:
    return exp.DataType.build(name, dialect="duckdb")
