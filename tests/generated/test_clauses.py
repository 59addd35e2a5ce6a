"""What is done to the rows of a query (comparison, shares, running totals, conditions, order, limits) is what it would
be by hand to the rows without; and every query is answered, or refused by name."""

from __future__ import annotations

from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st

from semantic_layer.errors import QueryError
from semantic_layer.query.requests import Having, MetricQuery
from semantic_layer.query.result import ResultTable, Value
from semantic_layer.time.periods import GRAINS, Period
from tests.generated.agreement import by_group, same, same_rows
from tests.generated.calendar_days import following
from tests.generated.filters import compares
from tests.generated.metric_strategies import companies
from tests.generated.query_strategies import full_queries, wild_queries
from tests.generated.running import opened, ready, table_of, tried, written_out

PLAIN = {
    "having": (),
    "order_by": (),
    "limit": None,
    "limit_within": (),
    "shares": (),
    "cumulative": (),
    "compare": None,
}


@tried(20)
@given(st.data())
def test_clauses_do_what_they_say(data: st.DataObject) -> None:
    company = data.draw(companies())
    with opened(company) as layer:
        for _ in range(2):
            query = data.draw(full_queries(company))
            prepared = ready(layer, query)
            if prepared is None:
                continue
            shown = written_out(company, query)
            table = layer.execute(prepared)
            every = layer.run(query.model_copy(update={"having": (), "limit": None, "limit_within": ()}))
            kept = [row for row in every.rows if all(_has(row, every, each) for each in query.having)]
            assert table.total_rows == len(kept), shown
            assert same_rows(table.rows, _limited(kept, every, query)), shown
            _check_order(every, query, shown)
            plain = layer.run(query.model_copy(update=PLAIN))
            _check_values(every, plain, query, shown)
            _check_parts(every, query, shown)
            if query.compare is not None and every.previous_period is not None and not _has_grain(query):
                other = query.model_copy(update={**PLAIN, "period": every.previous_period})
                before = by_group(table_of(layer, other))
                found = by_group(every)
                for group, values in before.items():
                    for name in query.metrics:
                        assert same(found[group][f"{name}__previous"] or 0, values[name] or 0), shown


def _has(row: tuple[Value, ...], table: ResultTable, having: Having) -> bool:
    value = row[[column.name for column in table.columns].index(having.column)]
    if value is None:
        return having.op == "!="
    assert isinstance(value, int | float)
    return compares(value, having.op, having.values)


def _limited(rows: list[tuple[Value, ...]], table: ResultTable, query: MetricQuery) -> list[tuple[Value, ...]]:
    if query.limit is None or not query.limit_within:
        return rows[: query.limit]
    names = [column.name for column in table.columns]
    seen: dict[tuple[Value, ...], int] = {}
    found = []
    for row in rows:
        group = tuple(row[names.index(name)] for name in query.limit_within)
        seen[group] = seen.get(group, 0) + 1
        if seen[group] <= query.limit:
            found.append(row)
    return found


def _check_order(table: ResultTable, query: MetricQuery, shown: str) -> None:
    """Each row is after the one before it, in the first column that they differ in; nulls are last."""
    for one, other in zip(table.rows, table.rows[1:], strict=False):
        for order in query.order_by:
            place = [column.name for column in table.columns].index(order.column)
            left, right = one[place], other[place]
            if left == right:
                continue
            assert left is not None, shown
            if right is not None:
                assert (left > right) == order.descending, shown  # type: ignore[operator]
            break


def _check_values(every: ResultTable, plain: ResultTable, query: MetricQuery, shown: str) -> None:
    """The metrics themselves are what they are without any clause, for every group that there is without."""
    found = by_group(every)
    for group, values in by_group(plain).items():
        assert all(same(found[group][name], values[name]) for name in query.metrics), shown


def _check_parts(every: ResultTable, query: MetricQuery, shown: str) -> None:
    for values in by_group(every).values():
        if query.compare is None:
            break
        for name in query.metrics:
            value, previous = values[name], values[f"{name}__previous"]
            change, relative = values[f"{name}__change"], values[f"{name}__change_pct"]
            if not isinstance(value, int | float) or not isinstance(previous, int | float):
                assert change is None and relative is None, shown
            else:
                assert same(change, value - previous), shown
                assert same(relative, (value - previous) / previous if previous else None), shown


def _has_grain(query: MetricQuery) -> bool:
    return any(name in GRAINS for name in query.group_by)


@tried(20)
@given(st.data())
def test_shares_and_running_totals(data: st.DataObject) -> None:
    company = data.draw(companies(("flow", "derived"), 4))
    with opened(company) as layer:
        query = data.draw(full_queries(company))
        query = query.model_copy(update={"having": (), "limit": None, "limit_within": (), "compare": None})
        assume(query.shares or query.cumulative)
        table, shown = table_of(layer, query), written_out(company, query)
        grain = next((name for name in query.group_by if name in GRAINS), None)
        for name in query.shares:
            whole = query.model_copy(update={**PLAIN, "group_by": (grain,) if grain is not None else ()})
            wholes = by_group(layer.run(whole))
            for row in table.rows:
                bucket = (row[query.group_by.index(grain)],) if grain is not None else ()
                total, value = wholes.get(bucket, {}).get(name), _cell(table, row, name)
                wanted = value / total if isinstance(total, int | float) and total else None  # type: ignore[operator]
                assert same(_cell(table, row, f"{name}__share"), wanted), shown
        for name in query.cumulative:
            assert grain is not None and table.period is not None, shown
            for row in table.rows[:3]:
                place = query.group_by.index(grain)
                so_far = _until(query, name, row[place], grain, table)
                rest = tuple(value for index, value in enumerate(row[: len(query.group_by)]) if index != place)
                running = by_group(layer.run(so_far)).get(rest, {}).get(name)
                assert same(_cell(table, row, f"{name}__cumulative") or 0, running or 0), shown


def _until(query: MetricQuery, name: str, label: Value, grain: str, table: ResultTable) -> MetricQuery:
    """The metric over everything from the period's beginning to the end of one bucket."""
    assert isinstance(label, date) and table.period is not None and table.period.end is not None
    end = min(following(grain, label), table.period.end)  # type: ignore[arg-type]
    groups = tuple(each for each in query.group_by if each != grain)
    period = Period(table.period.start, end)
    return query.model_copy(update={**PLAIN, "metrics": (name,), "group_by": groups, "period": period})


def _cell(table: ResultTable, row: tuple[Value, ...], name: str) -> Value:
    return row[[column.name for column in table.columns].index(name)]


@tried(30)
@given(st.data())
def test_every_query_is_answered_or_refused_by_name(data: st.DataObject) -> None:
    company = data.draw(companies())
    with opened(company) as layer:
        for _ in range(4):
            query = data.draw(wild_queries(company))
            try:
                prepared = layer.prepare(query)
            except QueryError as error:
                problems = error.problems
            else:
                layer.execute(prepared)
                continue
            assert all(each.code and each.message for each in problems), written_out(company, query)
