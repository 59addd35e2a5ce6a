"""Fixtures shared by every room: a small demo company made once a session, the shared folder, a fixed today."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

# before NumPy is loaded: a network that is read on two cores by each of two processes takes ten times as long
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest

from semantic_layer.demo.make import make_demo
from semantic_layer.scoring.run import score_customers
from tests.engines.servers import postgres_server, spark_server
from tests.structure.sources import REPOSITORY

pytest_plugins = ["tests.scheduling"]
TODAY = date(2026, 6, 30)
DEMO_CUSTOMERS = 1_500


@pytest.fixture(scope="session")
def today() -> date:
    """The as-of date of the demo company, inclusive."""
    return TODAY


@pytest.fixture(scope="session")
def demo_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scored demo company of 1,500 customers up to 2026-06-30. Read only: the whole session shares the file."""
    path = tmp_path_factory.mktemp("demo") / "huitou.duckdb"
    make_demo(path, customers=DEMO_CUSTOMERS, as_of=TODAY)
    score_customers(path, as_of=TODAY)
    return path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server that the session shares: who writes to it takes a schema of their own (`schema_on`)."""
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def spark_url() -> Iterator[str]:
    """A Spark Connect server that the session shares."""
    with spark_server() as url:
        yield url


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """The folder `../shared` beside the repository (questions, data sets of others); skips where there is none."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        pytest.skip("there is no folder 'shared' beside the repository")
    return folder
