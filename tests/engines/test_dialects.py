"""SQL in dialects that no server here reads: compiled, parsed back, and the passes that keep its meaning."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
import sqlglot
import yaml
from pydantic import TypeAdapter
from sqlglot import exp

from semantic_layer.database.prepared import Prepared
from semantic_layer.engines.dialects import printed
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.engines.rewriting import NotInDialect
from semantic_layer.errors import EngineError
from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model, shipped_model_path
from semantic_layer.query.requests import CohortQuery, Compare, FunnelQuery, MetricQuery, Request
from semantic_layer.time.periods import Period
from tests.conftest import TODAY
from tests.engines.comparing import ready
from tests.engines.conftest import JOINS_MODEL, TOY_MODEL, TOY_TODAY
from tests.scheduling import BY_DAY

HERE = Path(__file__).parent
LAYER = HERE.parent / "layer"
# every kind of metric, list, cohort, funnel, population, comparison, join and value: a model and its cases' requests
SUITES = (
    (TOY_MODEL, LAYER / "cases.yaml"),
    (JOINS_MODEL, LAYER / "join_cases.yaml"),
    (HERE / "kinds.yaml", HERE / "kind_cases.yaml"),
)
SHIPPED = load_model(shipped_model_path())
TOGETHER = 12
HALF_YEAR = Period(date(2026, 1, 1), date(2026, 7, 1))
REQUESTS: TypeAdapter[Request] = TypeAdapter(Request)
DIALECTS = ("snowflake", "bigquery", "databricks", "trino", "clickhouse", "redshift", "postgres", "spark")


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite[1].stem)
def test_every_case_compiles_and_parses_back(suite: tuple[Path, Path], toy_file: Path) -> None:
    engine = DuckDBEngine(toy_file)
    layer = Layer(load_model(suite[0]), engine, TOY_TODAY)
    for number, case in enumerate(yaml.safe_load(suite[1].read_text(encoding="utf-8"))):
        if "rows" in case:
            prepared = layer.prepare(REQUESTS.validate_python({"kind": "metrics", **case["query"]}))
            for dialect in _dialects(number):
                _check_parses_back(prepared, dialect)
    engine.close()


def _dialects(number: int) -> tuple[str, ...]:
    """All of them by night; by day two for each statement, others for the next."""
    return tuple(DIALECTS[at % len(DIALECTS)] for at in (2 * number, 2 * number + 1)) if BY_DAY else DIALECTS


def test_the_shipped_metrics_compile_and_parse_back(demo_database: Path) -> None:
    engine = DuckDBEngine(demo_database)
    layer = Layer(SHIPPED, engine, TODAY)
    requests: list[Request] = [CohortQuery(metric=name) for name in SHIPPED.cohorts]
    requests += [FunnelQuery(metric=name, period=HALF_YEAR) for name in SHIPPED.funnels]
    trend = MetricQuery(metrics=("orders",), period=HALF_YEAR, group_by=("month",), compare=Compare(to="previous"))
    askable = [name for name in SHIPPED.metrics if _is_ready(layer, trend, name)]
    for first in range(0, len(askable), TOGETHER):
        requests.append(trend.model_copy(update={"metrics": tuple(askable[first : first + TOGETHER])}))
    snapshots = tuple(name for name in SHIPPED.metrics if name not in askable)
    requests.append(MetricQuery(metrics=snapshots, group_by=("region",)))
    for number, request in enumerate(requests):
        prepared = layer.prepare(request)
        for dialect in _dialects(number):
            _check_parses_back(prepared, dialect)
    engine.close()


def _is_ready(layer: Layer, query: MetricQuery, metric: str) -> bool:
    return isinstance(ready(layer, query.model_copy(update={"metrics": (metric,)})), Prepared)


def _check_parses_back(prepared: Prepared, dialect: str) -> None:
    before = prepared.statement.sql("duckdb")
    try:
        sql = printed(prepared.statement, dialect, pretty=True)
    except EngineError as error:
        if dialect not in _REFUSING or not all(isinstance(problem, NotInDialect) for problem in error.problems):
            raise
        return
    assert prepared.statement.sql("duckdb") == before, "printing changes no tree"
    parsed = sqlglot.parse_one(sql, dialect=dialect)
    assert isinstance(parsed, exp.Query), sql
    names = [each.alias_or_name for each in prepared.statement.selects]
    if dialect == "bigquery":
        names = [name.replace(".", "__") for name in names]
    found = [each.alias_or_name for each in parsed.selects]
    assert [each.lower() for each in found] == [each.lower() for each in names], sql
    for construct, dialects in _MISSING.items():
        assert dialect not in dialects or construct not in sql, sql


# what these servers refuse, or read in another way than DuckDB does
_MISSING = {
    "FILTER(": ("redshift", "snowflake", "bigquery"),
    "IS NOT DISTINCT FROM": ("redshift",),
    "IS DISTINCT FROM": ("redshift",),
    "TIMESTAMP_TRUNC(": ("bigquery",),
    "INTERVAL '": ("clickhouse",),
    "ISODOW": ("spark", "databricks", "bigquery", "trino", "clickhouse", "redshift"),
    "QUALIFY": ("postgres", "redshift", "trino", "clickhouse"),
}


def test_a_named_subquery_is_renamed_to_what_no_other_is_called() -> None:
    inner = "WITH a AS (SELECT 2 AS y), a_2 AS (SELECT 3 AS z) SELECT y, z FROM a CROSS JOIN a_2"
    query = sqlglot.parse_one(f"WITH a AS (SELECT 1 AS x) SELECT * FROM a CROSS JOIN ({inner}) AS q", dialect="duckdb")
    assert isinstance(query, exp.Query)
    lifted = printed(query, "spark")
    assert lifted.count("WITH") == 1
    read = sqlglot.transpile(lifted, read="spark", write="duckdb")[0]
    assert duckdb.connect().execute(read).fetchall() == [(1, 2, 3)]


# definitions that need two columns counted together, or a percentile that is one of the values
_REFUSING = ("redshift", "clickhouse")


@pytest.mark.parametrize(
    ("sql", "dialect"),
    [
        ("SELECT skewness(a) FROM t", "trino"),
        ("SELECT kurtosis(a) FROM t", "snowflake"),
        ("SELECT regexp_replace(a, 'x', 'y') FROM t", "bigquery"),
        ("SELECT count(DISTINCT (a, b)) FROM t", "redshift"),
        ("SELECT quantile_disc(a, 0.5) FROM t", "clickhouse"),
        ("SELECT dayname(a) FROM t", "snowflake"),
        ("SELECT isoyear(a) FROM t", "redshift"),
    ],
)
def test_what_has_no_equal_is_refused(sql: str, dialect: str) -> None:
    query = sqlglot.parse_one(sql, dialect="duckdb")
    assert isinstance(query, exp.Query)
    with pytest.raises(EngineError) as raised:
        printed(query, dialect)
    assert [problem.code for problem in raised.value.problems] == ["not_in_dialect"]


@pytest.mark.parametrize(
    ("sql", "dialect", "wanted"),
    [
        ("SELECT a + INTERVAL (90) DAY", "spark", "SELECT a + INTERVAL '90' DAY"),
        ("SELECT EXTRACT(isodow FROM a)", "spark", "SELECT EXTRACT(DOW_ISO FROM a)"),
        ("SELECT EXTRACT(isodow FROM a)", "bigquery", "SELECT (MOD(EXTRACT(DAYOFWEEK FROM a) + 5, 7) + 1)"),
        ("SELECT EXTRACT(isodow FROM a)", "redshift", "SELECT ((EXTRACT(DOW FROM a) + 6) % 7 + 1)"),
        ("SELECT quantile_cont(a, 0.5) FROM t", "spark", "SELECT PERCENTILE(a, 0.5) FROM t"),
        ("SELECT avg(a) / 2 FROM t", "spark", "SELECT CAST(AVG(CAST(a AS DOUBLE)) AS DOUBLE) / 2 FROM t"),
        (
            "SELECT date_diff('day', a, b)",
            "spark",
            "SELECT DATEDIFF(DAY, DATE_TRUNC('DAY', a), DATE_TRUNC('DAY', b))",
        ),
        (
            "SELECT * FROM (SELECT NULL AS a UNION ALL SELECT 1 AS a) AS x",
            "postgres",
            "SELECT * FROM (SELECT CAST(NULL AS SMALLINT) AS a UNION ALL SELECT 1 AS a) AS x",
        ),
        (
            "WITH m AS (SELECT 1 AS a) SELECT m.a FROM m WHERE a IN (WITH m AS (SELECT 2 AS b) SELECT m.b FROM m)",
            "spark",
            "WITH m AS (SELECT 1 AS a), m_2 AS (SELECT 2 AS b) SELECT m.a FROM m WHERE a IN (SELECT m.b FROM m_2 AS m)",
        ),
    ],
)
def test_meaning_is_kept(sql: str, dialect: str, wanted: str) -> None:
    query = sqlglot.parse_one(sql, dialect="duckdb")
    assert isinstance(query, exp.Query)
    assert printed(query, dialect) == wanted
