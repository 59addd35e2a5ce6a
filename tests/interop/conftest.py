"""The toy dbt project: five orders, five visits, four customers; two months of days and one day of hours."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from semantic_layer.engines.duckdb import DuckDBEngine, DuckDBWriter
from semantic_layer.engines.loading import copy_tables
from semantic_layer.engines.opening import open_engine
from semantic_layer.engines.protocol import Engine
from semantic_layer.interop.dbt import DbtLayer, load_dbt
from tests.engines.servers import schema_on

TOY = Path(__file__).parent / "toy"
TABLES = """
CREATE TABLE orders (order_id INTEGER, customer_id VARCHAR, referrer_id VARCHAR, store_id VARCHAR,
  ordered_at TIMESTAMP, amount INTEGER, is_gift BOOLEAN, page VARCHAR);
INSERT INTO orders VALUES
  (1, 'c1', 'c2', 's1', '2024-01-01 10:00', 10, true, 'a'), (2, 'c1', NULL, 's1', '2024-01-02 11:00', 20, false, 'a'),
  (3, 'c2', 'c1', 's2', '2024-01-02 11:30', 30, true, 'a'), (4, 'c3', 'c2', 's1', '2024-01-15 09:00', 40, false, 'a'),
  (5, NULL, NULL, 's2', '2024-02-01 09:00', 50, false, 'b');
CREATE TABLE customers (customer_id VARCHAR, region_id VARCHAR, tier VARCHAR);
INSERT INTO customers VALUES ('c1', 'r1', 'gold'), ('c2', 'r1', 'silver'), ('c3', 'r2', NULL), ('c4', 'r2', 'gold');
CREATE TABLE regions (region_id VARCHAR, name VARCHAR);
INSERT INTO regions VALUES ('r1', 'north'), ('r2', 'south'), ('r3', 'west');
CREATE TABLE stores (store_id VARCHAR, size VARCHAR, valid_from TIMESTAMP, valid_to TIMESTAMP);
INSERT INTO stores VALUES ('s1', 'small', '2024-01-01', '2024-01-10'), ('s1', 'large', '2024-01-10', NULL),
  ('s2', 'small', '2024-01-02', '2024-01-31');
CREATE TABLE visits (visit_id INTEGER, customer_id VARCHAR, visited_on TIMESTAMP, page VARCHAR);
INSERT INTO visits VALUES (1, 'c1', '2024-01-01', 'a'), (2, 'c1', '2024-01-02', 'b'), (3, 'c2', '2024-01-01', 'a'),
  (4, 'c3', '2024-01-05', 'a'), (5, 'c4', '2024-01-06', 'b');
CREATE TABLE levels (level_name VARCHAR);
INSERT INTO levels VALUES ('gold'), (NULL);
CREATE TABLE balances (customer_id VARCHAR, day TIMESTAMP, amount INTEGER);
INSERT INTO balances VALUES ('c1', '2024-01-01', 5), ('c1', '2024-01-31', 7), ('c2', '2024-01-01', 3),
  ('c2', '2024-01-15', 4), ('c1', '2024-02-02', 8);
CREATE TABLE events (event_id INTEGER, customer_id VARCHAR, badge_id VARCHAR, part TIMESTAMP);
INSERT INTO events VALUES (1, 'c1', 'b1', '2024-01-01'), (2, 'c1', 'b1', '2024-01-02'), (3, 'c1', 'b1', '2024-01-02');
CREATE TABLE badges (badge_id VARCHAR, customer_id VARCHAR, region_id VARCHAR);
INSERT INTO badges VALUES ('b1', 'c1', 'r2');
CREATE TABLE profiles (customer_id VARCHAR, part TIMESTAMP, level VARCHAR);
INSERT INTO profiles VALUES ('c1', '2024-01-01', 'x'), ('c1', '2024-01-02', 'y');
CREATE TABLE days AS SELECT day, CASE WHEN day(day) <= 15 THEN date_trunc('month', day)
  ELSE date_trunc('month', day) + INTERVAL 15 DAY END AS half
  FROM (SELECT unnest(generate_series(TIMESTAMP '2024-01-01', TIMESTAMP '2024-02-29', INTERVAL 1 DAY)) AS day);
CREATE TABLE hours AS
  SELECT unnest(generate_series(TIMESTAMP '2024-01-02', TIMESTAMP '2024-01-02 23:00', INTERVAL 1 HOUR)) AS hour;
"""


@pytest.fixture(scope="session")
def toy_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dbt") / "toy.duckdb"
    with DuckDBWriter(path) as writer:
        writer.execute(TABLES)
    return path


@pytest.fixture(scope="session")
def engine(toy_database: Path) -> Iterator[DuckDBEngine]:
    opened = DuckDBEngine(toy_database)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def toy_postgres(toy_database: Path, postgres_url: str) -> Iterator[Engine]:
    url = schema_on(postgres_url, "toy_of_dbt")
    copy_tables(toy_database, url)
    opened = open_engine(url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def toy_spark(toy_database: Path, tmp_path_factory: pytest.TempPathFactory, spark_url: str) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("parquet")
    # a file that is open for reading is locked against writing elsewhere, so a copy is exported
    copied = folder.with_suffix(".duckdb")
    shutil.copy(toy_database, copied)
    copy_tables(copied, str(folder))
    opened = open_engine(f"{spark_url}/;parquet={folder}")
    yield opened
    opened.close()


@pytest.fixture(scope="session", params=["engine", "toy_postgres", "toy_spark"])
def toy_on(request: pytest.FixtureRequest) -> DbtLayer:
    """The toy project on each engine in turn."""
    return DbtLayer(load_dbt(TOY), request.getfixturevalue(request.param))


@pytest.fixture(scope="session")
def toy(engine: DuckDBEngine) -> DbtLayer:
    return DbtLayer(load_dbt(TOY), engine)
