"""What follows an event in one statement: each event with how often the deed came after it in time, counted by group.

Comes out: the group, the events whose days are over, those of them that the deed followed, how often and that squared,
the entities of those that are counted, and the events whose days are not over. Shares and intervals are made of
these counts. With `times` also the mean and the quartiles of the days until the deed was first done.
"""

from __future__ import annotations

from functools import lru_cache

import sqlglot
from sqlglot import exp

from semantic_layer.compiler.events import event_select
from semantic_layer.compiler.rows import Sources, where
from semantic_layer.resolve.binding import substitute
from semantic_layer.resolve.resolved_events import DeedRows, EventRows, ResolvedFollows
from semantic_layer.sql.nodes import aliased, as_date, day_literal, number_literal, with_ctes
from semantic_layer.time.periods import Period

Span = tuple[int, int]
_DAYS = "h.happened_at + INTERVAL ([days]) DAY"
_AFTER = "d.entity = h.entity AND d.done_at [since] AND d.done_at <= h.happened_at + INTERVAL ([within]) DAY"
_PARTED = """parted AS (
  SELECT h.event, h.entity, h.happened_at, CASE WHEN COUNT(d.entity) > 0 THEN 'those' ELSE 'others' END AS apart
  FROM happened AS h LEFT JOIN did AS d ON [after]
  GROUP BY h.event, h.entity, h.happened_at
)"""
_COUNTED = """followed AS (
  SELECT h.event, h.entity, h.apart, CASE WHEN [last] THEN 1 ELSE 0 END AS is_over, COUNT(d.entity) AS times[first]
  FROM [events] AS h LEFT JOIN done AS d ON [after]
  GROUP BY h.event, h.entity, h.apart, h.happened_at
)
SELECT apart, SUM(is_over) AS events, SUM(CASE WHEN is_over = 1 AND times > 0 THEN 1 ELSE 0 END) AS followed,
  SUM(CASE WHEN is_over = 1 THEN times ELSE 0 END) AS times,
  SUM(CASE WHEN is_over = 1 THEN times * times ELSE 0 END) AS squares,
  COUNT(DISTINCT CASE WHEN is_over = 1 AND (times > 0) = [wanted] THEN entity END) AS people,
  SUM(1 - is_over) AS pending[days]
FROM followed GROUP BY apart ORDER BY apart NULLS LAST"""


_FIRST = ", [until] AS days"
_UNTIL = "date_diff('second', h.happened_at, MIN(d.done_at)) / 86400.0"
_UNTIL_DAY = "date_diff('day', h.happened_at, MIN(d.done_at))"  # of dates
_WAITED = "CASE WHEN is_over = 1 THEN days END"
_TIMES = f""",
  QUANTILE_CONT({_WAITED}, 0.5) AS days_median, QUANTILE_CONT({_WAITED}, 0.25) AS days_quarter,
  QUANTILE_CONT({_WAITED}, 0.75) AS days_three_quarters, AVG({_WAITED}) AS days_mean"""


def compile_follows(query: ResolvedFollows, sources: Sources) -> exp.Select:
    """The statement: one row for each group of events."""
    by_day = query.events.is_of_day or any(each.rows.is_of_day for each in query.deeds)
    then, did = _span(query.then), _span(query.did) if query.did is not None else None
    body = _steps(then, did, by_day=by_day, is_negated=query.is_negated, times=query.times).copy()
    body = substitute(body, {"end": day_literal(query.end)})
    with_ = body.args["with_"]
    rest = [(each.alias, each.this) for each in with_.expressions]
    body.set("with_", None)
    first = [("happened", _happened(query, sources, by_day=by_day))]
    first += [("done", _done(query.then.rows, query, sources, by_day=by_day))]
    if query.did is not None:
        first.append(("did", _done(query.did.rows, query, sources, by_day=by_day)))
    return with_ctes(body, [*first, *rest])


def _span(deed: DeedRows) -> Span:
    return deed.after, deed.within


@lru_cache(maxsize=64)
def _steps(then: Span, did: Span | None, *, by_day: bool, is_negated: bool, times: bool) -> exp.Select:
    within = max(then[1], did[1] if did is not None else 0)
    last = f"{_DAYS} {'<' if by_day else '<='} $end".replace("[days]", str(within))
    counted = _COUNTED.replace("[last]", last).replace("[after]", _after(then))
    counted = counted.replace("[wanted]", "FALSE" if is_negated else "TRUE")
    first = _FIRST.replace("[until]", _UNTIL_DAY if by_day else _UNTIL) if times else ""
    counted = counted.replace("[first]", first).replace("[days]", _TIMES if times else "")
    steps = [_PARTED.replace("[after]", _after(did))] if did is not None else []
    steps.append(counted.replace("[events]", "happened" if did is None else "parted"))
    found = sqlglot.parse_one(f"WITH {', '.join(steps)}", dialect="duckdb")
    assert isinstance(found, exp.Select), "it is a query"
    return found


def _after(span: Span) -> str:
    # at the very instant of the event nothing has followed it yet
    since = f">= h.happened_at + INTERVAL ({span[0]}) DAY" if span[0] else "> h.happened_at"
    return _AFTER.replace("[since]", since).replace("[within]", str(span[1]))


def _happened(query: ResolvedFollows, sources: Sources, *, by_day: bool) -> exp.Select:
    """The events of somebody known, numbered."""
    events = query.events
    time = as_date(events.time.copy()) if by_day else events.time.copy()
    order = [exp.Ordered(this=each.copy(), nulls_first=False) for each in (events.entity, events.time)]
    number = exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=order))
    apart: exp.Expr = exp.Null() if query.apart is None else substitute(query.apart, sources.populations)
    outputs: list[exp.Expr] = [aliased(number, "event"), aliased(events.entity.copy(), "entity")]
    outputs.append(aliased(time, "happened_at"))
    if query.did is None:
        outputs.append(aliased(_banded(apart, query.bands) if query.bands else apart, "apart"))
    select = event_select(events, sources, query.period)
    return of_somebody(select.select(*outputs, copy=False), events)


def _done(rows: EventRows, query: ResolvedFollows, sources: Sources, *, by_day: bool) -> exp.Select:
    time = as_date(rows.time.copy()) if by_day else rows.time.copy()
    outputs = [aliased(rows.entity.copy(), "entity"), aliased(time, "done_at")]
    select = event_select(rows, sources, Period(query.period.start, query.end))
    return of_somebody(select.select(*outputs, copy=False), rows)


def of_somebody(select: exp.Select, rows: EventRows) -> exp.Select:
    """The rows whose entity is known."""
    known = exp.Not(this=exp.Is(this=rows.entity.copy(), expression=exp.Null()))
    found = select.args.get("where")
    return where(select, [*([found.this] if found is not None else []), known])


def _banded(value: exp.Expr, bands: tuple[float, ...]) -> exp.Expr:
    """The number of the band that a value is in: 0 below the first bound; null where there is no value."""
    ifs = [exp.If(this=exp.Is(this=value.copy(), expression=exp.Null()), true=exp.Null())]
    for place, bound in enumerate(bands):
        below = exp.LT(this=value.copy(), expression=number_literal(bound))
        ifs.append(exp.If(this=below, true=exp.Literal.number(place)))
    return exp.Case(ifs=ifs, default=exp.Literal.number(len(bands)))
