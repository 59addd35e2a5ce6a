"""Moves between tiers on every engine: the shipped model's metrics over a few rows, added up by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from semantic_layer.engines.duckdb import DuckDBWriter
from semantic_layer.engines.opening import open_engine
from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model, shipped_model_path
from semantic_layer.query.requests import MetricQuery
from semantic_layer.query.result import Value
from semantic_layer.time.periods import unit
from tests.engines.conftest import ENGINES

# 1 went up twice, in January and in March; 2 went up and down again in March, and that row stands twice in its tier; 3
# never moved; 4 came in March, which is no move
TABLES = """
CREATE TABLE customers (customer_id BIGINT, customer_name VARCHAR, phone VARCHAR, email VARCHAR, gender VARCHAR,
  birth_date DATE, city VARCHAR, province VARCHAR, region VARCHAR, registered_at TIMESTAMP, acquisition_channel VARCHAR,
  acquisition_cost DECIMAL(12,2), referred_by BIGINT, member_tier VARCHAR);
INSERT INTO customers (customer_id, registered_at, member_tier) VALUES (1, TIMESTAMP '2025-01-01', 'gold'),
  (2, TIMESTAMP '2025-01-01', 'silver'), (3, TIMESTAMP '2025-01-01', 'basic'), (4, TIMESTAMP '2026-03-05', 'basic');
CREATE TABLE tier_history (customer_id BIGINT, tier VARCHAR, valid_from TIMESTAMP, valid_to TIMESTAMP);
INSERT INTO tier_history VALUES
  (1, 'basic', TIMESTAMP '2025-01-01', TIMESTAMP '2026-01-10'),
  (1, 'silver', TIMESTAMP '2026-01-10', TIMESTAMP '2026-03-20'), (1, 'gold', TIMESTAMP '2026-03-20', NULL),
  (2, 'silver', TIMESTAMP '2025-01-01', TIMESTAMP '2025-06-01'),
  (2, 'silver', TIMESTAMP '2025-06-01', TIMESTAMP '2026-03-01'),
  (2, 'gold', TIMESTAMP '2026-03-01', TIMESTAMP '2026-03-31'), (2, 'silver', TIMESTAMP '2026-03-31', NULL),
  (3, 'basic', TIMESTAMP '2025-01-01', NULL), (4, 'basic', TIMESTAMP '2026-03-05', NULL);
"""
MARCH = unit("month", date(2026, 3, 1))


@pytest.fixture(scope="module", params=ENGINES)
def layer(
    request: pytest.FixtureRequest, placed: Callable[[str, str, Path], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Layer]:
    path = tmp_path_factory.mktemp("tiers") / "tiers.duckdb"
    with DuckDBWriter(path) as writer:
        writer.execute(TABLES)
    engine = open_engine(placed(request.param, "tiers", path), timeout_seconds=120)
    yield Layer(load_model(shipped_model_path()), engine, date(2026, 3, 31))
    engine.close()


def rows(layer: Layer, *metrics: str, by: tuple[str, ...] = ()) -> list[tuple[Value, ...]]:
    """The rows of March, in the order of their groups."""
    return sorted(layer.run(MetricQuery(metrics=metrics, group_by=by, period=MARCH)).rows, key=str)


def test_moves_up_and_down_are_counted_from_which_to_which(layer: Layer) -> None:
    moved = ("tier_moves", "tier_upgrades", "tier_downgrades", "upgraded_customers", "downgraded_customers")
    assert rows(layer, *moved) == [(3, 2, 1, 2, 1)]
    assert rows(layer, "tier_moves", by=("from_tier", "to_tier")) == [("gold", "silver", 1), ("silver", "gold", 2)]


def test_rates_are_of_those_who_held_the_tier_as_the_month_began(layer: Layer) -> None:
    # basic: 3 alone, who stayed; silver: 1 and 2, who both went up, and who came to gold went down again
    by_tier = rows(layer, "tier_members", "tier_upgrade_rate", "tier_downgrade_rate", by=("held_tier",))
    assert [row[0] for row in by_tier if row[2]] == ["silver"]
    (rates,) = rows(layer, "tier_upgrade_rate", "tier_downgrade_rate")
    assert rates == pytest.approx((2 / 3, 1 / 3))
