"""The toy company and the demo company on every engine that can be started here."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from semantic_layer.engines.duckdb import DuckDBWriter
from semantic_layer.engines.loading import copy_tables
from semantic_layer.engines.opening import open_engine
from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model, shipped_model_path
from tests.conftest import TODAY
from tests.engines.kind_tables import KIND_TABLES
from tests.engines.servers import schema_on
from tests.layer.conftest import TABLES

SERVERS = ("postgres", "spark")
ENGINES = ("duckdb", *SERVERS)
TOY_TODAY = date(2026, 3, 31)
TOY_MODEL = Path(__file__).parent.parent / "layer" / "toy.yaml"
JOINS_MODEL = TOY_MODEL.with_name("joins.yaml")


@dataclass(frozen=True)
class Company:
    """One company on one engine: what to open, and the layer over it."""

    database: str
    layer: Layer


@pytest.fixture(scope="session")
def toy_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("toy") / "toy.duckdb"
    with DuckDBWriter(path) as writer:
        writer.execute(TABLES)
        writer.execute(KIND_TABLES)
    return path


@pytest.fixture(scope="session")
def placed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str, Path], str]:
    """Copies a database file to where an engine reads it, once, and says what to open."""
    known: dict[tuple[str, str], str] = {}

    def place(engine: str, name: str, file: Path) -> str:
        if (engine, name) not in known:
            known[engine, name] = _placed(engine, name, file)
        return known[engine, name]

    def _placed(engine: str, name: str, file: Path) -> str:
        if engine == "duckdb":
            return str(file)
        if engine == "postgres":
            url = schema_on(request.getfixturevalue("postgres_url"), name)
            copy_tables(file, url)
            return url
        server = request.getfixturevalue("spark_url")
        folder = tmp_path_factory.mktemp("parquet") / name
        # a file that this process has open for reading is locked against writing elsewhere, so a copy is exported
        copy_tables(Path(shutil.copy(file, tmp_path_factory.mktemp("copy"))), str(folder))
        return f"{server}/;parquet={folder}"

    return place


@pytest.fixture(scope="session", params=SERVERS)
def toy_on(request: pytest.FixtureRequest, placed: Callable[[str, str, Path], str], toy_file: Path) -> Iterator[Layer]:
    """The toy company, on each server in turn (on DuckDB: tests/layer)."""
    engine = open_engine(placed(request.param, "toy", toy_file))
    yield Layer(load_model(TOY_MODEL), engine, TOY_TODAY)
    engine.close()


@pytest.fixture(scope="session", params=SERVERS)
def joins_on(
    request: pytest.FixtureRequest, placed: Callable[[str, str, Path], str], toy_file: Path
) -> Iterator[Layer]:
    """The model of every kind of join, on each server in turn (on DuckDB: tests/layer)."""
    engine = open_engine(placed(request.param, "toy", toy_file))
    yield Layer(load_model(JOINS_MODEL), engine, TOY_TODAY)
    engine.close()


@pytest.fixture(scope="session", params=ENGINES)
def kinds_on(
    request: pytest.FixtureRequest, placed: Callable[[str, str, Path], str], toy_file: Path
) -> Iterator[Layer]:
    """The model of values of every kind, on each engine in turn."""
    engine = open_engine(placed(request.param, "toy", toy_file))
    yield Layer(load_model(Path(__file__).with_name("kinds.yaml")), engine, date(2026, 4, 30))
    engine.close()


@pytest.fixture(scope="session", params=ENGINES)
def company(
    request: pytest.FixtureRequest, placed: Callable[[str, str, Path], str], demo_database: Path
) -> Iterator[Company]:
    """The demo company, on each engine in turn."""
    database = placed(request.param, "demo", demo_database)
    engine = open_engine(database, timeout_seconds=120)
    yield Company(database, Layer(load_model(shipped_model_path()), engine, TODAY))
    engine.close()


@pytest.fixture(scope="session")
def reference(demo_database: Path) -> Iterator[Layer]:
    """The demo company on DuckDB, which the others are compared with."""
    engine = open_engine(demo_database)
    yield Layer(load_model(shipped_model_path()), engine, TODAY)
    engine.close()
