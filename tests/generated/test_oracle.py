"""Queries over generated companies answer what plain Python makes of the rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from hypothesis import event, given
from hypothesis import strategies as st

from semantic_layer.query.requests import ListQuery, MeasuredColumn, MetricQuery
from semantic_layer.query.result import ResultTable, Value
from semantic_layer.time.periods import GRAINS
from tests.generated.metric_strategies import companies
from tests.generated.oracle import Group, Oracle, UndecidedError
from tests.generated.query_strategies import filters_on, metrics_of, plain_queries
from tests.generated.running import opened, ready, tried, written_out

Answer = dict[Group, tuple[Value, ...]]
Rows = TypeVar("Rows")


@tried(80)
@given(st.data())
def test_answers_are_what_the_rows_say(data: st.DataObject) -> None:
    company = data.draw(companies())
    oracle = Oracle(company)
    with opened(company) as layer:
        for _ in range(4):
            query = data.draw(plain_queries(company))
            wanted = _decided(partial(oracle.answer, query))
            if wanted is not None and (prepared := ready(layer, query)) is not None:
                empty = tuple(oracle.empty(name) for name in query.metrics)
                check(query, layer.execute(prepared), wanted, empty)


@tried(50)
@given(st.data())
def test_each_entity_is_listed_by_what_its_rows_say(data: st.DataObject) -> None:
    company = data.draw(companies())
    oracle = Oracle(company)
    with opened(company) as layer:
        for entity in company.entities:
            known = metrics_of(company, entity)
            conditions = tuple(data.draw(st.lists(filters_on(company, (entity.dataset,)), max_size=2)))
            if not known:
                continue
            metric = data.draw(st.sampled_from(known))
            measured = (MeasuredColumn(name="measured", metric=metric),)
            query = ListQuery(entity=entity.name, measured=measured, filters=conditions, limit=None)
            wanted = _decided(partial(oracle.members, entity, conditions, metric))
            if wanted is None or (prepared := ready(layer, query)) is None:
                continue
            found = layer.execute(prepared)
            shown = f"{written_out(company, query)}\n{found.sql}"
            assert len(found.rows) == len(wanted), f"{found.rows} instead of {wanted}\n{shown}"
            for key, value in found.rows:
                assert _equal(value, wanted[key]), f"{key}: {value} instead of {wanted[key]}\n{shown}"


def _decided(wanted: Callable[[], Rows]) -> Rows | None:
    """What the rows say, where they say one thing."""
    try:
        return wanted()
    except UndecidedError as undecided:
        event(f"undecided: {undecided}")
        return None


def check(query: MetricQuery, found: ResultTable, wanted: Answer, empty: tuple[Value, ...]) -> None:
    """The groups that have any value are the same, with the same values."""
    width = len(query.group_by)
    got = {row[:width]: row[width:] for row in found.rows}
    assert len(got) == len(found.rows), f"a group twice\n{found.sql}"
    got, wanted = _with_values(got, empty), _with_values(wanted, empty)
    assert set(got) == set(wanted), f"groups {got} instead of {wanted}\n{found.sql}"
    for group, values in wanted.items():
        assert all(_equal(a, b) for a, b in zip(got[group], values, strict=True)), (
            f"{group} {got[group]} instead of {values}\n{found.sql}"
        )


def _with_values(answer: Answer, empty: tuple[Value, ...]) -> Answer:
    """Without groups that say no more than groups without rows would, which may be shown or not."""
    nothing = tuple(value or 0 for value in empty)
    return {group: values for group, values in answer.items() if tuple(value or 0 for value in values) != nothing}


def _equal(one: Value, other: Value) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return one == other


__all__ = ["GRAINS"]
