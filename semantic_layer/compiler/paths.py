"""What is done next after an event in one statement: of each event the first step after it within its days, counted."""

from __future__ import annotations

import sqlglot
from sqlglot import exp

from semantic_layer.compiler.events import event_select
from semantic_layer.compiler.follows import of_somebody
from semantic_layer.compiler.rows import Sources
from semantic_layer.resolve.binding import substitute
from semantic_layer.resolve.resolved_events import EventRows, ResolvedPaths
from semantic_layer.sql.nodes import aliased, as_timestamp, day_literal, with_ctes
from semantic_layer.time.periods import Period

_STEPS = """
WITH following AS (
  SELECT h.event, s.step, CASE WHEN h.happened_at + INTERVAL ([within]) DAY <= $end THEN 1 ELSE 0 END AS is_over,
    date_diff('second', h.happened_at, s.happened_at) / 3600.0 AS hours,
    ROW_NUMBER() OVER (PARTITION BY h.event ORDER BY s.happened_at NULLS LAST, s.step) AS place
  FROM happened AS h
  LEFT JOIN steps AS s ON s.entity = h.entity AND s.happened_at > h.happened_at
    AND s.happened_at <= h.happened_at + INTERVAL ([within]) DAY
)
SELECT step, SUM(is_over) AS events, MEDIAN(CASE WHEN is_over = 1 THEN hours END) AS median_hours,
  SUM(1 - is_over) AS pending
FROM following WHERE place = 1 GROUP BY step ORDER BY SUM(is_over) DESC, step NULLS LAST"""


def compile_paths(query: ResolvedPaths, sources: Sources) -> exp.Select:
    """The statement: one row for each next step, and one without a step for events that nothing followed."""
    body = sqlglot.parse_one(_STEPS.replace("[within]", str(query.within)), dialect="duckdb")
    assert isinstance(body, exp.Select), "it is a query"
    body = substitute(body, {"end": as_timestamp(day_literal(query.end))})
    with_ = body.args["with_"]
    rest = [(each.alias, each.this) for each in with_.expressions]
    body.set("with_", None)
    order = [exp.Ordered(this=each.copy(), nulls_first=False) for each in (query.events.entity, query.events.time)]
    number = exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=order))
    happened = _rows(query.events, sources, query.period).select(aliased(number, "event"), copy=False)
    later = Period(query.period.start, query.end)
    steps: exp.Query | None = None
    for name, each in query.steps:
        rows = _rows(each, sources, later).select(aliased(exp.Literal.string(name), "step"), copy=False)
        steps = rows if steps is None else exp.Union(this=steps, expression=rows, distinct=False)
    assert steps is not None, "there is a step"
    return with_ctes(body, [("happened", happened), ("steps", steps), *rest])


def _rows(rows: EventRows, sources: Sources, period: Period) -> exp.Select:
    time = as_timestamp(rows.time.copy()) if rows.is_of_day else rows.time.copy()
    select = event_select(rows, sources, period)
    select = select.select(aliased(rows.entity.copy(), "entity"), aliased(time, "happened_at"), copy=False)
    return of_somebody(select, rows)
