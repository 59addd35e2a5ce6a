"""The portable language of Ossie's expressions, and whatever text stands in its place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semantic_layer.engines.duckdb import DuckDBEngine, DuckDBWriter
from semantic_layer.errors import DefinitionProblem, thing
from semantic_layer.interop.ossie.dialects import READABLE, Text, parsed
from semantic_layer.sql.parsing import Sql


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBEngine]:
    path = tmp_path_factory.mktemp("dialects") / "empty.duckdb"
    with DuckDBWriter(path) as writer:
        writer.execute("CREATE SCHEMA nothing")
    opened = DuckDBEngine(path)
    yield opened
    opened.close()


@settings(deadline=None)
@given(text=st.text(max_size=40), dialect=st.sampled_from(sorted(READABLE)))
def test_any_text_gives_an_outcome(text: str, dialect: str) -> None:
    assert isinstance(parsed(Text(text, dialect, 0), "d.yaml:1", thing("field", "a.b")), Sql | DefinitionProblem)


PORTABLE = [
    ("DATEADD(month, -1, DATE '2024-03-31')", "2024-02-29 00:00:00"),
    ("DATEDIFF(month, DATE '2024-01-31', DATE '2024-02-01')", "1"),
    ("DATE_TRUNC('week', DATE '2024-03-02')", "2024-02-26"),
    ("QUARTER(DATE '2024-05-01')", "2"),
    ("DATE_PART('year', DATE '2024-05-01')", "2024"),
    ("TO_DATE('2024-05-01')", "2024-05-01"),
    ("IFF(1 > 2, 'a', 'b')", "b"),
    ("NVL2(NULL, 1, 2)", "2"),
    ("ZEROIFNULL(NULL)", "0"),
    ("NULLIFZERO(0)", "None"),
    ("SPLIT_PART('a-b', '-', 2)", "b"),
    ("CHARINDEX('b', 'abc')", "2"),
    ("LENGTH('abc')", "3"),
    ("LEFT('abc', 2) || RIGHT('abc', 1)", "abc"),
    ("SUBSTRING('abc', 2, 1)", "b"),
    ("CONTAINS('abc', 'b')", "True"),
    ("PERCENTILE_CONT(0.2) WITHIN GROUP (ORDER BY x DESC)", "4.2"),
    ("PERCENTILE_DISC(0.2) WITHIN GROUP (ORDER BY x)", "1"),
    ("LOG(10, 100)", "2.0"),
    ("7 / 2", "3.5"),
    ("MOD(7, 3)", "1"),
    ("GREATEST(1, 3, 2)", "3"),
    ("CAST('2024-05-01 10:00:00' AS TIMESTAMP_NTZ)", "2024-05-01 10:00:00"),
    ("1 IS NOT DISTINCT FROM NULL", "False"),
]


@pytest.mark.parametrize(("sql", "value"), PORTABLE, ids=[each[0] for each in PORTABLE])
def test_the_portable_language_means_what_it_says(sql: str, value: str, engine: DuckDBEngine) -> None:
    found = parsed(Text(sql, "ANSI_SQL", 0), "d.yaml:1", thing("field", "a.b"))
    assert isinstance(found, Sql)
    statement = f"SELECT {found.tree.sql('duckdb')} FROM (VALUES (1), (5)) AS t(x) LIMIT 1"
    assert str(engine.run(statement).rows[0][0]) == value
