"""Demo companies to be looked at with SQL, made once a session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from semantic_layer.demo import make

Rows = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture(scope="session")
def company_file(tmp_path_factory: pytest.TempPathFactory, today: date) -> Path:
    """The default company of 20,000 customers, unscored."""
    path = tmp_path_factory.mktemp("company") / "demo.duckdb"
    make.make_demo(path, as_of=today)
    return path


@pytest.fixture(scope="session")
def company(company_file: Path) -> Iterator[Rows]:
    """SQL on the default company."""
    with duckdb.connect(str(company_file), read_only=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


@pytest.fixture(scope="session")
def batched_file(tmp_path_factory: pytest.TempPathFactory, today: date) -> Path:
    """A company of 1,500 customers made in batches of 400, as a large one is made."""
    path = tmp_path_factory.mktemp("batched") / "demo.duckdb"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(make, "BATCH", 400)
        make.make_demo(path, customers=1_500, as_of=today)
    return path


@pytest.fixture(scope="session")
def batched(batched_file: Path) -> Iterator[Rows]:
    """SQL on the company made in batches."""
    with duckdb.connect(str(batched_file), read_only=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()
