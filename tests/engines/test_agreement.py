"""The same queries give the same rows on every engine; what goes wrong is the same problem.

Everything that needs Spark stands in this file, so that one worker starts one server. Cases that are added to the files
of `tests/layer` are asked of every engine. Spark takes half a second for a query, so metrics are asked together.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlglot
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from semantic_layer.database.prepared import Prepared
from semantic_layer.engines.callers import Caller
from semantic_layer.engines.dialects import printed
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.engines.opening import open_engine
from semantic_layer.engines.protocol import RawTable
from semantic_layer.errors import EngineError
from semantic_layer.layer import Layer
from semantic_layer.loading.load import build_model, load_model, shipped_model_path
from semantic_layer.model.definitions import ModelDefinition
from semantic_layer.query.requests import CohortQuery, Compare, FunnelQuery, MetricQuery, Order
from semantic_layer.query.result import ColumnType, Value
from semantic_layer.sql.value_types import of_kind
from semantic_layer.time.periods import Period, buckets, shift
from tests.conftest import TODAY
from tests.engines.comparing import check_agree, check_case, check_same, codes, equal, plain, ready
from tests.engines.conftest import SERVERS, Company
from tests.generated.engines import check_generated
from tests.loyalty.oracle import Number, Reference, agree, groups, number, references
from tests.scheduling import TIMES

LAYER = Path(__file__).parent.parent / "layer"
MODEL = load_model(shipped_model_path())
METRICS = tuple(sorted(MODEL.metrics))
REFERENCES = references("metrics")
REFERENCED = (*REFERENCES, *references("by_product"))
DIMENSIONS = tuple(sorted({dimension for each in REFERENCED for dimension in each.by}))
# those by which most can be grouped first
COMMON = sorted(DIMENSIONS, key=lambda name: (-sum(MODEL.can_group(each, name) for each in METRICS), name))
YEAR = Period(date(2025, 1, 1), date(2026, 1, 1), "year")
HALF_YEAR = Period(date(2026, 1, 1), TODAY + timedelta(days=1))
EVERYTHING = Period(None, TODAY + timedelta(days=1))
TOGETHER = 24
# generated queries for each engine: what all of them cost Spark would be most of the tests' time
# `make nightly` asks so many times as much, other queries each night, and every metric by everything
EXAMPLES = {"postgres": 30 * TIMES, "spark": 20 * TIMES}
# generated companies, and generated queries over each
GENERATED = {"postgres": (10 * TIMES, 5), "spark": (4 * TIMES, 4)}
# pairs of the demo's orders, thrice: no engine is done with them in a second
SLOW = (
    "SELECT count(*) AS n FROM orders AS a CROSS JOIN orders AS b CROSS JOIN orders AS c "
    "WHERE a.net_amount + b.net_amount < c.net_amount"
)
EXPRESSIONS = yaml.safe_load(Path(__file__).with_name("expressions.yaml").read_text(encoding="utf-8"))
KINDS: dict[str, ColumnType] = {
    "id": "integer",
    "i": "integer",
    "d": "number",
    "f": "number",
    "s": "text",
    "b": "boolean",
    "day": "date",
    "ts": "timestamp",
}
ROWS = """(SELECT * FROM (VALUES
  (1, 10, CAST(10.50 AS DECIMAL(10,2)), CAST(1.5 AS DOUBLE), 'apple', true, DATE '2026-01-05',
    TIMESTAMP '2026-01-05 09:30:15'),
  (2, 7, 3.25, 2.5, 'Banana', false, DATE '2026-02-28', TIMESTAMP '2026-02-28 23:59:59'),
  (3, -7, -3.25, -2.5, 'cherry pie', true, DATE '2025-12-31', TIMESTAMP '2026-03-01 00:00:00'),
  (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (5, 3, 0.00, 0.0, '', false, DATE '2024-02-29', TIMESTAMP '2024-02-29 12:00:00'),
  (6, 10, 99.99, 1000.0, 'apfel', true, DATE '2026-03-29', TIMESTAMP '2026-03-29 02:30:00')
) AS v(id, i, d, f, s, b, day, ts)) AS t"""
COLUMNS_AT_A_TIME = 40
# what DuckDB says of the demo company itself is compared with SQL by hand in tests/loyalty
_ELSEWHERE = pytest.mark.parametrize("company", SERVERS, indirect=True)


def cases_of(file: Path) -> list[dict[str, object]]:
    """The cases of a file that have rows."""
    return [case for case in yaml.safe_load(file.read_text(encoding="utf-8")) if "rows" in case]


CASES = cases_of(LAYER / "cases.yaml")
JOIN_CASES = cases_of(LAYER / "join_cases.yaml")
KIND_CASES = cases_of(Path(__file__).with_name("kind_cases.yaml"))


@pytest.mark.parametrize("case", CASES, ids=[str(case["name"]) for case in CASES])
def test_toy_rows(case: dict[str, object], toy_on: Layer) -> None:
    check_case(case, toy_on)


@pytest.mark.parametrize("case", JOIN_CASES, ids=[str(case["name"]) for case in JOIN_CASES])
def test_joined_rows(case: dict[str, object], joins_on: Layer) -> None:
    check_case(case, joins_on)


@pytest.mark.parametrize("case", KIND_CASES, ids=[str(case["name"]) for case in KIND_CASES])
def test_rows_of_every_kind(case: dict[str, object], kinds_on: Layer) -> None:
    check_case(case, kinds_on)


@pytest.mark.parametrize(
    ("zone", "wanted"),
    [("UTC", [("2026-06-30", 2), ("2026-07-01", 1)]), ("Asia/Shanghai", [("2026-06-30", 1), ("2026-07-01", 2)])],
)
@pytest.mark.parametrize("engine", ["postgres", "spark"])
def test_days_begin_in_the_zone_of_the_model(
    engine: str, zone: str, wanted: list[tuple[str, int]], placed: Callable[[str, str, Path], str], toy_file: Path
) -> None:
    fields = [
        {"name": "id", "type": "integer", "role": "key"},
        {"name": "made_at", "type": "timestamp", "role": "time"},
    ]
    dataset = {"name": "instants", "table": "instants", "primary_key": "id", "time": "made_at", "fields": fields}
    metrics = [
        {"name": "n", "dataset": "instants", "expression": "count(*)"},
        {"name": "last", "dataset": "instants", "expression": "max(made_at)"},
    ]
    definition = ModelDefinition.model_validate({"timezone": zone, "datasets": [dataset], "metrics": metrics})
    opened = open_engine(placed(engine, "toy", toy_file), timezone=zone)
    layer = Layer(build_model(definition), opened)
    rows = layer.run(MetricQuery(metrics=("n", "last"), group_by=("day",))).rows
    opened.close()
    assert [(str(day), n) for day, n, _ in rows] == wanted
    assert rows[-1][-1] == datetime(2026, 7, 1, 0 if zone == "UTC" else 8, 30)  # noqa: DTZ001


@pytest.mark.parametrize("section", ["rows", "aggregates"])
def test_expressions(section: str, company: Company, reference: Layer) -> None:
    expressions = EXPRESSIONS[section]
    for first in range(0, len(expressions), COLUMNS_AT_A_TIME):
        some = expressions[first : first + COLUMNS_AT_A_TIME]
        query = _over_rows(some, by_row=section == "rows")
        found, wanted = company.layer.engine.run(query), reference.engine.run(query)
        for name, *both in zip(some, zip(*found.rows, strict=True), zip(*wanted.rows, strict=True), strict=False):
            assert all(equal(_instant(a), _instant(b)) for a, b in zip(*both, strict=True)), (name, *both)


def test_expressions_without_an_equal(company: Company) -> None:
    dialect = company.layer.engine.dialect
    for each in EXPRESSIONS["refused"]:
        if dialect in each["by"]:
            with pytest.raises(EngineError) as raised:
                printed(_over_rows([each["sql"]], by_row=False), dialect)
            assert [problem.code for problem in raised.value.problems] == ["not_in_dialect"]


@_ELSEWHERE
def test_tables_and_days_are_the_same(company: Company, reference: Layer) -> None:
    own = {name: columns for name, columns in company.layer.tables.items() if "." not in name}
    assert own == dict(reference.tables)
    assert company.layer.data_range == reference.data_range
    assert not company.layer.unavailable


@_ELSEWHERE
@pytest.mark.parametrize("is_snapshot", [False, True])
def test_every_metric_in_total(is_snapshot: bool, company: Company, reference: Layer) -> None:
    chosen = [each for each in REFERENCES if each.is_snapshot == is_snapshot]
    for first in range(0, len(chosen), TOGETHER):
        some = chosen[first : first + TOGETHER]
        query = MetricQuery(metrics=_names(some), period=None if is_snapshot else YEAR)
        table = company.layer.run(query)
        for each in some:
            wanted = _by_hand(reference, each, "'all'", EVERYTHING if is_snapshot else YEAR).get("all")
            assert agree(number(table.column(each.metric)[0]), wanted), each.metric


@_ELSEWHERE
def test_every_metric_by_month(company: Company, reference: Layer) -> None:
    chosen = [each for each in REFERENCES if not each.is_snapshot]
    months = [Period(first, shift("month", first, 1)) for first in buckets("month", HALF_YEAR)]
    for first in range(0, len(chosen), TOGETHER):
        some = chosen[first : first + TOGETHER]
        table = company.layer.run(MetricQuery(metrics=_names(some), group_by=("month",), period=HALF_YEAR))
        assert table.column("month") == tuple(month.start for month in months)
        for each in some:
            wanted = [_by_hand(reference, each, "'all'", month).get("all") for month in months]
            found = [number(value) for value in table.column(each.metric)]
            assert all(agree(*both) for both in zip(found, wanted, strict=True)), (each.metric, found, wanted)


@_ELSEWHERE
@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_metric_by_its_dimensions(dimension: str, company: Company, reference: Layer) -> None:
    for is_snapshot in (False, True):
        some = [each for each in REFERENCED if each.is_snapshot == is_snapshot and dimension in each.by]
        if not some:
            continue
        query = MetricQuery(metrics=_names(some), group_by=(dimension,), period=None if is_snapshot else YEAR)
        table = company.layer.run(query)
        keys = table.column(dimension)
        assert len(set(keys)) == len(keys), "a group stands once"
        for each in some:
            found = dict(zip(keys, map(number, table.column(each.metric)), strict=True))
            wanted = _by_hand(reference, each, each.by[dimension], EVERYTHING if is_snapshot else YEAR)
            wrong = {
                key: (found.get(key), wanted.get(key))
                for key in found.keys() | wanted.keys()
                if not agree(found.get(key), wanted.get(key))
            }
            assert not wrong, each.metric


@_ELSEWHERE
def test_metrics_by_other_dimensions(company: Company, reference: Layer) -> None:
    """Metrics that have hand-written SQL by fewer than two dimensions: by others up to two, as DuckDB answers."""
    by_dimension: dict[str, list[str]] = {}
    for name in METRICS:
        by_hand = {dimension for each in REFERENCED if each.metric == name for dimension in each.by}
        others = [each for each in COMMON if each not in by_hand and MODEL.can_group(name, each)]
        for dimension in others[: max(0, 2 - len(by_hand)) if TIMES == 1 else None]:
            by_dimension.setdefault(dimension, []).append(name)
    snapshots = {each.metric for each in REFERENCED if each.is_snapshot}
    for dimension, names in by_dimension.items():
        for period, some in ((HALF_YEAR, set(names) - snapshots), (None, set(names) & snapshots)):
            asked = MetricQuery(metrics=tuple(sorted(some)) or ("orders",), group_by=(dimension,), period=period)
            if some and isinstance(ready(reference, asked), Prepared):
                check_same(company.layer, reference, asked)


@_ELSEWHERE
def test_every_dimension_has_the_same_values(company: Company, reference: Layer) -> None:
    for name in MODEL.dimensions:
        assert company.layer.values(name, limit=20) == reference.values(name, limit=20), name


@_ELSEWHERE
def test_cohorts_and_funnels(company: Company, reference: Layer) -> None:
    for cohort in MODEL.cohorts:
        check_same(company.layer, reference, CohortQuery(metric=cohort))
    for funnel in MODEL.funnels:
        check_same(company.layer, reference, FunnelQuery(metric=funnel, period=HALF_YEAR))


@st.composite
def queries(draw: st.DrawFn) -> MetricQuery:
    metrics = tuple(draw(st.lists(st.sampled_from(METRICS), min_size=1, max_size=3, unique=True)))
    shared = [name for name in MODEL.dimensions if all(MODEL.can_group(metric, name) for metric in metrics)]
    chosen = tuple(draw(st.lists(st.sampled_from(shared), max_size=2, unique=True))) if shared else ()
    grain = draw(st.sampled_from([(), ("month",), ("week",), ("quarter",)]))
    first, last = sorted(draw(st.tuples(*[st.dates(date(2024, 1, 1), date(2026, 6, 30))] * 2)))
    compare = draw(st.sampled_from([None, Compare(to="previous"), Compare(to="year")]))
    names = (*chosen, *grain)
    order = (Order(column=metrics[0], descending=draw(st.booleans())), *(Order(column=name) for name in names))
    return MetricQuery(
        metrics=metrics,
        group_by=names,
        period=Period(first, last + timedelta(days=1)),
        compare=compare,
        order_by=order if names else (),
    )


@_ELSEWHERE
def test_all_engines_agree(company: Company, reference: Layer) -> None:
    @settings(
        max_examples=EXAMPLES[company.layer.engine.dialect],
        deadline=None,
        database=None,
        derandomize=TIMES == 1,
        suppress_health_check=[HealthCheck.too_slow],
        # looking for the smallest of queries that differ would take a slow engine minutes
        phases=[Phase.generate],
    )
    @given(query=queries())
    def agreed(query: MetricQuery) -> None:
        check_agree(company.layer, reference, query)

    agreed()


@pytest.mark.parametrize("engine", sorted(GENERATED))
def test_generated_companies(engine: str, placed: Callable[[str, str, Path], str], tmp_path: Path) -> None:
    check_generated(engine, placed, tmp_path, *GENERATED[engine])


def test_a_refused_statement(company: Company) -> None:
    assert codes(company.layer.engine, "SELECT no_such_column FROM orders") == ["statement_failed"]
    assert codes(company.layer.engine, "SELECT * FROM no_such_table") == ["statement_failed"]
    assert codes(company.layer.engine, "SELECT FROM WHERE") == ["statement_failed"]
    assert company.layer.engine.run("SELECT 1 AS one").rows == ((1,),)


@pytest.mark.parametrize(
    "sql", ["CREATE TABLE written (a INTEGER)", "INSERT INTO orders SELECT * FROM orders", "DROP TABLE orders"]
)
def test_nothing_is_written(sql: str, company: Company) -> None:
    assert codes(company.layer.engine, sql) == ["statement_failed"]
    assert "written" not in company.layer.engine.columns()


def test_a_slow_statement_is_stopped(company: Company) -> None:
    engine = open_engine(company.database, timeout_seconds=1)
    assert codes(engine, SLOW) == ["query_timeout"]
    assert engine.run("SELECT 1 AS one").rows == ((1,),)
    engine.close()


def test_what_runs_for_one_who_leaves_is_stopped(company: Company) -> None:
    """And nothing else: another statement at the same time goes on until it is cancelled with everything."""
    engine, leaving, staying = company.layer.engine, Caller(), Caller()
    outcomes: dict[str, list[str]] = {}

    def ask(name: str, caller: Caller) -> None:
        with caller.asking():
            outcomes[name] = codes(engine, SLOW)

    asked = {
        name: threading.Thread(target=ask, args=(name, caller))
        for name, caller in (("leaving", leaving), ("staying", staying))
    }
    for each in asked.values():
        each.start()
    _until_ended(asked["leaving"], lambda: engine.cancel(leaving))
    assert outcomes == {"leaving": ["query_cancelled"]}
    assert asked["staying"].is_alive()
    _until_ended(asked["staying"], engine.cancel)
    assert outcomes["staying"] == ["query_cancelled"]
    with leaving.asking():
        assert codes(engine, "SELECT 1 AS one") == ["query_cancelled"], "nothing more is run for one who has left"
    assert engine.run("SELECT 1 AS one").rows == ((1,),)


def test_statements_at_the_same_time(company: Company) -> None:
    def numbered(index: int) -> RawTable:
        return company.layer.engine.run(f"SELECT count(*) AS n, {index} AS asked FROM orders")

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


def _until_ended(thread: threading.Thread, act: object) -> None:
    """Acts until the thread has ended: a statement may not have begun when it is told to stop."""
    assert callable(act)
    while thread.is_alive():
        act()
        thread.join(0.2)


def _over_rows(expressions: list[str], *, by_row: bool) -> exp.Query:
    outputs = ", ".join(f"{each} AS c{index}" for index, each in enumerate(expressions))
    query = sqlglot.parse_one(f"SELECT {outputs} FROM {ROWS}{' ORDER BY id' if by_row else ''}", dialect="duckdb")
    assert isinstance(query, exp.Query)
    for column in query.selects:
        for each in column.find_all(exp.Column):
            of_kind(each, KINDS.get(each.name))
    return query


def _instant(value: Value) -> Value:
    """A date as the instant of its midnight: whether days added to a date make one is told differently."""
    is_date = isinstance(value, date) and not isinstance(value, datetime)
    return plain(datetime.combine(value, datetime.min.time()) if is_date else value)  # type: ignore[arg-type]


def _by_hand(reference: Layer, each: Reference, key: str, period: Period) -> dict[Value, Number]:
    assert isinstance(reference.engine, DuckDBEngine)
    return groups(reference.engine, each, key, period, TODAY)


def _names(some: list[Reference]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.metric for each in some))
