"""The toy company of `toy.yaml`: four people, ten sales."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from semantic_layer.engines.duckdb import DuckDBEngine, DuckDBWriter
from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model
from tests.layer.door_company import DOOR_TABLES, TODAY
from tests.layer.join_tables import JOIN_TABLES

TABLES = (
    """
CREATE TABLE people (person_id INTEGER, joined_at TIMESTAMP, city VARCHAR, phone VARCHAR);
INSERT INTO people VALUES
  (1, '2026-01-05 09:00', 'A', '13800001111'), (2, '2026-01-20 09:00', 'A', NULL),
  (3, '2026-02-10 09:00', 'B', '13900002222'), (4, '2026-03-01 09:00', NULL, '13700003333');
CREATE TABLE sales (sale_id INTEGER, person_id INTEGER, sold_at TIMESTAMP, amount DECIMAL(10,2), state VARCHAR,
  channel VARCHAR);
INSERT INTO sales VALUES
  (1, 1, '2026-01-06 10:00', 10, 'paid', 'web'), (2, 1, '2026-01-31 23:59', 20, 'paid', 'app'),
  (3, 2, '2026-02-01 00:00', 30, 'paid', 'web'), (4, 2, '2026-02-15 12:00', 40, 'refunded', 'web'),
  (5, 3, '2026-02-20 12:00', 50, 'paid', 'app'), (6, 1, '2026-03-10 12:00', 60, 'paid', 'app'),
  (7, 3, '2026-03-15 12:00', 70, 'paid', 'web'), (8, 3, '2026-03-16 12:00', 80, 'paid', 'web'),
  (9, 4, '2026-03-20 12:00', 90, 'paid', NULL), (10, 4, '2026-03-21 12:00', 5, 'cancelled', 'app');
CREATE TABLE lines (sale_id INTEGER, line_no INTEGER, product VARCHAR, quantity INTEGER);
INSERT INTO lines VALUES (1, 1, 'x', 1), (1, 2, 'y', 2), (2, 1, 'x', 3), (3, 1, 'y', 4), (4, 1, 'x', 9), (6, 1, 'x', 5);
CREATE TABLE calls (call_id INTEGER, person_id INTEGER, called_at TIMESTAMP);
INSERT INTO calls VALUES (1, 1, '2026-01-10 09:00'), (2, 2, '2026-03-11 09:00'), (3, NULL, '2026-03-12 09:00');
CREATE TABLE days (day DATE, four_weeks_before DATE, trade_day_before DATE,
  week_name VARCHAR, holiday VARCHAR, trade_month VARCHAR);
INSERT INTO days SELECT day::DATE, day::DATE - 28,
  CASE WHEN day <> DATE '2026-01-01' THEN day::DATE - CASE isodow(day) WHEN 1 THEN 3 WHEN 7 THEN 2 ELSE 1 END END,
  strftime(day, '%G-W%V'),
  CASE WHEN day = DATE '2026-03-04' THEN 'fair' ELSE 'none' END,
  CASE WHEN day < DATE '2026-01-26' THEN 'P1' WHEN day < DATE '2026-02-23' THEN 'P2'
  WHEN day < DATE '2026-03-30' THEN 'P3' ELSE 'P4' END
  FROM generate_series(DATE '2025-12-29', DATE '2026-04-26', INTERVAL 1 DAY) AS calendar(day);
CREATE TABLE gifts (gift_id INTEGER, given_on DATE);
INSERT INTO gifts VALUES (1, '2026-01-06'), (2, '2026-02-01'), (3, '2026-02-01');
CREATE TABLE dates (day_key INTEGER, at_day DATE, date_week VARCHAR);
INSERT INTO dates SELECT CAST(strftime(day, '%Y%m%d') AS INTEGER), day, week_name FROM days;
CREATE TABLE visits (visit_id INTEGER, place VARCHAR, seen_at TIMESTAMP, seen_on DATE, day_key INTEGER);
INSERT INTO visits VALUES (1, 'a', '2026-03-02 09:00', '2026-03-02', 20260302),
  (2, 'b', '2026-03-04 10:00', '2026-03-04', 20260304), (3, 'a', '2026-03-09 11:00', '2026-03-09', 20260309),
  (4, 'a', '2026-03-10 12:00', '2026-03-10', 20260310), (5, 'b', '2026-03-12 13:00', '2026-03-12', 20260312);
CREATE TABLE scores (person_id INTEGER, risk VARCHAR, points DOUBLE);
INSERT INTO scores VALUES (1, 'high', 10), (2, 'low', 20), (3, 'high', 30), (4, 'low', 40);
"""
    + JOIN_TABLES
)


@pytest.fixture(scope="session")
def toy_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("toy") / "toy.duckdb"
    with DuckDBWriter(path) as writer:
        writer.execute(TABLES)
    return path


@pytest.fixture(scope="session")
def toy(toy_database: Path) -> Iterator[Layer]:
    model = load_model(Path(__file__).parent / "toy.yaml")
    engine = DuckDBEngine(toy_database)
    yield Layer(model, engine, date(2026, 3, 31))
    engine.close()


@pytest.fixture(scope="session")
def joins(toy_database: Path) -> Iterator[Layer]:
    """The model of every kind of join, over the same database."""
    engine = DuckDBEngine(toy_database)
    yield Layer(load_model(Path(__file__).parent / "joins.yaml"), engine, date(2026, 3, 31))
    engine.close()


@pytest.fixture(scope="session")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Layer]:
    """A company whose model has words, codes and policies, for requests of clients."""
    path = tmp_path_factory.mktemp("door") / "door.duckdb"
    with DuckDBWriter(path) as writer:
        writer.execute(DOOR_TABLES)
    engine = DuckDBEngine(path)
    yield Layer(load_model(Path(__file__).parent / "door.yaml"), engine, TODAY)
    engine.close()
