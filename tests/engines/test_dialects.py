"""SQL in dialects that no server here reads: compiled, parsed back, and the passes that keep its meaning."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlglot
import yaml
from pydantic import TypeAdapter
from sqlglot import exp

from semantic_layer.engines.dialects import printed
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.layer import Layer
from semantic_layer.load import load_model
from semantic_layer.query import Request
from tests.engines.conftest import TOY_MODEL, TOY_TODAY

CASES = yaml.safe_load((Path(__file__).parent.parent / "layer" / "cases.yaml").read_text(encoding="utf-8"))
REQUESTS: TypeAdapter[Request] = TypeAdapter(Request)
DIALECTS = ("snowflake", "bigquery", "databricks", "trino", "clickhouse", "redshift", "postgres", "spark")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_case_compiles_and_parses_back(dialect: str, toy_file: Path) -> None:
    engine = DuckDBEngine(toy_file)
    layer = Layer(load_model(TOY_MODEL), engine, TOY_TODAY)
    for case in CASES:
        prepared = layer.prepare(REQUESTS.validate_python({"kind": "metrics", **case["query"]}))
        before = prepared.statement.sql("duckdb")
        sql = printed(prepared.statement, dialect, pretty=True)
        assert prepared.statement.sql("duckdb") == before, "printing changes no tree"
        parsed = sqlglot.parse_one(sql, dialect=dialect)
        assert isinstance(parsed, exp.Query), case["name"]
        assert [each.alias_or_name for each in parsed.selects] == [
            each.alias_or_name for each in prepared.statement.selects
        ]
    engine.close()


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
            "WITH m AS (SELECT 1 AS a), m_2 AS (SELECT 2 AS b) "
            "SELECT m.a FROM m WHERE a IN (SELECT m.b FROM m_2 AS m)",
        ),
    ],
)  # fmt: skip
def test_meaning_is_kept(sql: str, dialect: str, wanted: str) -> None:
    query = sqlglot.parse_one(sql, dialect="duckdb")
    assert isinstance(query, exp.Query)
    assert printed(query, dialect) == wanted
