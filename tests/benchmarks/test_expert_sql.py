"""The SQL by hand and the compiled SQL give the same rows, question by question, on a small company."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.company import AS_OF, make_company
from benchmarks.expert_sql import (
    MOST_ROWS,
    ExpertCase,
    RowsDifferError,
    benchmark_model,
    check_rows,
    expert_cases,
    race,
)
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.layer import Layer

CASES = expert_cases()
ORDERS = 20_000


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Layer]:
    """The benchmark's company with 20,000 orders."""
    path = tmp_path_factory.mktemp("company") / "orders.duckdb"
    make_company(path, ORDERS)
    engine = DuckDBEngine(path)
    yield Layer(benchmark_model(), engine, AS_OF, max_rows=MOST_ROWS)
    engine.close()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_same_rows(case: ExpertCase, company: Layer) -> None:
    check_rows(case, company)


def test_other_rows_are_told(company: Layer) -> None:
    case = CASES[0]
    with pytest.raises(RowsDifferError):
        check_rows(ExpertCase(case.name, case.request, case.sql.replace("'paid'", "'refunded'")), company)
    with pytest.raises(RowsDifferError):
        check_rows(ExpertCase(case.name, case.request, case.sql + " UNION ALL SELECT 1"), company)


def test_both_are_run_as_often(company: Layer) -> None:
    raced = race(CASES[0], company, repeats=2)
    assert len(raced.by_hand_ms) == len(raced.compiled_ms) == 2
    assert raced.ratio > 0


def test_the_same_size_gives_the_same_company(company: Layer, tmp_path: Path) -> None:
    make_company(tmp_path / "again.duckdb", ORDERS)
    engine = DuckDBEngine(tmp_path / "again.duckdb")
    hashes = "SELECT count(*), sum(hash(o) % 1000) FROM orders AS o"
    assert engine.run(hashes).rows == company.engine.run(hashes).rows
    engine.close()
