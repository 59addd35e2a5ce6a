"""The same queries give the same rows on every engine; what goes wrong is the same problem.

Everything that needs Spark stands in this file, so that one worker starts one server.
"""

from __future__ import annotations

import math
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from semantic_layer.engines.opening import open_engine
from semantic_layer.engines.protocol import Engine, RawTable
from semantic_layer.errors import EngineError, QueryError
from semantic_layer.layer import Layer
from semantic_layer.load import load_model, shipped_model_path
from semantic_layer.periods import Period
from semantic_layer.query import CohortQuery, Compare, FunnelQuery, MetricQuery, Order, Request
from semantic_layer.result import ResultTable, Value
from tests.engines.conftest import Company

CASES = yaml.safe_load((Path(__file__).parent.parent / "layer" / "cases.yaml").read_text(encoding="utf-8"))
REQUESTS: TypeAdapter[Request] = TypeAdapter(Request)
MODEL = load_model(shipped_model_path())
METRICS = tuple(sorted(MODEL.metrics))
HALF_YEAR = Period(date(2026, 1, 1), date(2026, 7, 1))
TOGETHER = 8
# generated queries for each engine, and every how manieth of what is asked many times: a query of Spark costs a second
EXAMPLES = {"duckdb": 5, "postgres": 50, "spark": 10}
EVERY = {"duckdb": 1, "postgres": 1, "spark": 4}
# pairs of the demo's orders, thrice: no engine is done with them in a second
SLOW = (
    "SELECT count(*) AS n FROM orders AS a CROSS JOIN orders AS b CROSS JOIN orders AS c "
    "WHERE a.net_amount + b.net_amount < c.net_amount"
)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_toy_rows(case: dict[str, object], toy_on: Layer) -> None:
    query = {"kind": "metrics", **case["query"]}  # type: ignore[dict-item]
    table = toy_on.run(REQUESTS.validate_python(query))
    found = [tuple(_plain(value) for value in row) for row in table.rows]
    wanted = [tuple(_plain(value) for value in row) for row in case["rows"]]  # type: ignore[attr-defined]
    if case.get("ordered"):
        assert found == wanted, table.sql
    else:
        assert sorted(found, key=str) == sorted(wanted, key=str), table.sql
    if "total_rows" in case:
        assert table.total_rows == case["total_rows"]


def test_tables_and_days_are_the_same(company: Company, reference: Layer) -> None:
    assert dict(company.layer.tables) == dict(reference.tables)
    assert company.layer.data_range == reference.data_range
    assert not company.layer.unavailable


@pytest.mark.parametrize("first", range(0, len(METRICS), TOGETHER))
def test_metrics_in_total_by_month_and_by_dimension(first: int, company: Company, reference: Layer) -> None:
    if first // TOGETHER % EVERY[company.layer.engine.dialect]:
        pytest.skip(f"one batch in {EVERY[company.layer.engine.dialect]} is enough on this slow engine")
    metrics = METRICS[first : first + TOGETHER]
    for group_by in ((), ("month",)):
        askable = tuple(name for name in metrics if _can_be_asked(reference, name, group_by))
        _check_same(company.layer, reference, MetricQuery(metrics=askable, group_by=group_by, period=HALF_YEAR))
    by_dimension: dict[str, list[str]] = {}
    for name in metrics:
        groups = [each for each in MODEL.dimensions if MODEL.can_group(name, each)]
        if groups:
            by_dimension.setdefault(groups[len(name) % len(groups)], []).append(name)
    for dimension, names in by_dimension.items():
        askable = tuple(name for name in names if _can_be_asked(reference, name, (dimension,)))
        if askable:
            _check_same(company.layer, reference, MetricQuery(metrics=askable, group_by=(dimension,), period=HALF_YEAR))


def test_every_dimension_has_the_same_values(company: Company, reference: Layer) -> None:
    for name in tuple(MODEL.dimensions)[:: EVERY[company.layer.engine.dialect]]:
        assert company.layer.values(name, limit=20) == reference.values(name, limit=20), name


def test_cohorts_and_funnels(company: Company, reference: Layer) -> None:
    for cohort in MODEL.cohorts:
        _check_same(company.layer, reference, CohortQuery(metric=cohort))
    for funnel in MODEL.funnels:
        _check_same(company.layer, reference, FunnelQuery(metric=funnel, period=HALF_YEAR))


@st.composite
def queries(draw: st.DrawFn) -> MetricQuery:
    metrics = tuple(draw(st.lists(st.sampled_from(METRICS), min_size=1, max_size=3, unique=True)))
    shared = [name for name in MODEL.dimensions if all(MODEL.can_group(metric, name) for metric in metrics)]
    groups = tuple(draw(st.lists(st.sampled_from(shared), max_size=2, unique=True))) if shared else ()
    grain = draw(st.sampled_from([(), ("month",), ("week",), ("quarter",)]))
    first, last = sorted(draw(st.tuples(*[st.dates(date(2024, 1, 1), date(2026, 6, 30))] * 2)))
    compare = draw(st.sampled_from([None, Compare(to="previous"), Compare(to="year")]))
    names = (*groups, *grain)
    order = (Order(column=metrics[0], descending=draw(st.booleans())), *(Order(column=name) for name in names))
    return MetricQuery(
        metrics=metrics, group_by=names, period=Period(first, last + timedelta(days=1)), compare=compare,
        order_by=order if names else (),
    )  # fmt: skip


def test_all_engines_agree(company: Company, reference: Layer) -> None:
    @settings(
        max_examples=EXAMPLES[company.layer.engine.dialect], deadline=None, database=None, derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )  # fmt: skip
    @given(query=queries())
    def agree(query: MetricQuery) -> None:
        refused = _refusals(reference, query)
        assert _refusals(company.layer, query) == refused
        if not refused:
            _check_same(company.layer, reference, query)

    agree()


def test_a_refused_statement(company: Company) -> None:
    assert _codes(company.layer.engine, "SELECT no_such_column FROM orders") == ["statement_failed"]
    assert _codes(company.layer.engine, "SELECT FROM WHERE") == ["statement_failed"]
    assert company.layer.engine.run("SELECT 1 AS one").rows == ((1,),)


@pytest.mark.parametrize(
    "sql", ["CREATE TABLE written (a INTEGER)", "INSERT INTO orders SELECT * FROM orders", "DROP TABLE orders"]
)
def test_nothing_is_written(sql: str, company: Company) -> None:
    assert _codes(company.layer.engine, sql) == ["statement_failed"]
    assert "written" not in company.layer.engine.columns()


def test_a_slow_statement_is_stopped(company: Company) -> None:
    engine = open_engine(company.database, timeout_seconds=1)
    assert _codes(engine, SLOW) == ["query_timeout"]
    assert engine.run("SELECT 1 AS one").rows == ((1,),)
    engine.close()


def test_a_cancelled_statement(company: Company) -> None:
    engine, is_over = company.layer.engine, threading.Event()

    def keep_cancelling() -> None:
        while not is_over.wait(0.2):
            engine.cancel()

    canceller = threading.Thread(target=keep_cancelling)
    canceller.start()
    try:
        assert _codes(engine, SLOW) == ["query_cancelled"]
    finally:
        is_over.set()
        canceller.join()
    assert engine.run("SELECT 1 AS one").rows == ((1,),)


def test_statements_at_the_same_time(company: Company) -> None:
    def numbered(number: int) -> RawTable:
        return company.layer.engine.run(f"SELECT count(*) AS n, {number} AS asked FROM orders")

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(numbered, range(8)))
    assert [each.rows[0][1] for each in found] == list(range(8))
    assert len({each.rows[0][0] for each in found}) == 1


def test_plain_values(company: Company) -> None:
    raw = company.layer.engine.run(
        "SELECT CAST(1.5 AS DECIMAL(10, 2)) AS price, CAST('2026-01-02' AS DATE) AS day, true AS yes, "
        "CAST(NULL AS INTEGER) AS nothing, 'text' AS word"
    )
    assert raw.names == ("price", "day", "yes", "nothing", "word")
    assert raw.types == ("number", "date", "boolean", "integer", "text")
    assert raw.rows == ((1.5, date(2026, 1, 2), True, None, "text"),)


def _codes(engine: Engine, sql: str) -> list[str]:
    with pytest.raises(EngineError) as raised:
        engine.run(sql)
    return [problem.code for problem in raised.value.problems]


def _refusals(layer: Layer, query: Request) -> list[str]:
    try:
        layer.prepare(query)
    except QueryError as error:
        return [problem.code for problem in error.problems]
    return []


def _can_be_asked(layer: Layer, metric: str, group_by: tuple[str, ...]) -> bool:
    return not _refusals(layer, MetricQuery(metrics=(metric,), group_by=group_by, period=HALF_YEAR))


def _check_same(layer: Layer, reference: Layer, query: Request) -> None:
    found, wanted = layer.run(query), reference.run(query)
    assert found.total_rows == wanted.total_rows, found.sql
    if wanted.truncated:
        # which of equal rows come first is no engine's promise
        return
    found_rows, wanted_rows = _in_order(found), _in_order(wanted)
    for one, other in zip(found_rows, wanted_rows, strict=True):
        assert all(_equal(a, b) for a, b in zip(one, other, strict=True)), (one, other, found.sql)


def _in_order(table: ResultTable) -> list[tuple[Value, ...]]:
    keys = [index for index, column in enumerate(table.columns) if column.role == "dimension"]
    return sorted(table.rows, key=lambda row: [str(row[index]) for index in keys])


def _equal(one: Value, other: Value) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return type(one) is type(other) and one == other


def _plain(value: Value) -> Value:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return round(float(value), 6)
