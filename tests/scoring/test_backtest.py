"""The backtest: measures by hand on four customers, and on a simulated company that does what the model says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from semantic_layer.scoring.backtest import BacktestReport, accuracy, area_under_roc, backtest
from tests.scoring.company import AS_OF, rows, simulate, write_company


def test_auc_by_hand() -> None:
    positive = np.array([True, False, True, False])
    # pairs: 0.9 beats 0.5 and 0.2; the tie at 0.5 counts half, 0.5 beats 0.2
    assert area_under_roc(np.array([0.9, 0.5, 0.5, 0.2]), positive) == pytest.approx(3.5 / 4)
    assert area_under_roc(np.array([0.1, 0.2]), np.array([True, True])) is None


def test_accuracy_by_hand() -> None:
    found = accuracy(np.array([0.8, 0.4]), np.array([50, 10]), np.array([True, False]))
    assert found.brier == pytest.approx((0.04 + 0.16) / 2)
    assert (found.churn_rate, found.auc, found.recency_auc, found.lift_top_decile) == (0.5, 1.0, 1.0, 2.0)
    assert [(decile.customers, decile.observed) for decile in found.deciles] == [(1, 1.0), (1, 0.0)]


def test_nobody_left() -> None:
    found = accuracy(np.array([0.8, 0.4]), np.array([50, 10]), np.array([False, False]))
    assert (found.auc, found.lift_top_decile) == (None, None)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_company(tmp_path_factory.mktemp("past") / "company.duckdb", simulate(3000, 21))


@pytest.fixture(scope="module")
def report(company: Path) -> BacktestReport:
    return backtest(company, as_of=AS_OF)


def test_the_model_knows_its_own_world(report: BacktestReport) -> None:
    assert report.scored_on == AS_OF - timedelta(days=90)
    assert report.expected_orders == pytest.approx(report.actual_orders, rel=0.08)
    for group in (report.everybody, report.active):
        assert group is not None
        assert group.auc is not None
        assert group.recency_auc is not None
        assert group.auc > group.recency_auc + 0.02
        assert sum(decile.customers for decile in group.deciles) == group.customers
        for decile in group.deciles:
            error = np.sqrt(0.25 / decile.customers)
            assert abs(decile.predicted - decile.observed) < 4 * error
    assert (report.everybody.auc or 0) > 0.8


def test_the_counts_are_those_of_the_data(company: Path, report: BacktestReport) -> None:
    known = f"SELECT customer_id FROM orders WHERE ordered_at < DATE '{report.scored_on}' + 1"
    buyers, again, orders = rows(
        company,
        f"""SELECT (SELECT count(DISTINCT customer_id) FROM ({known})), count(DISTINCT customer_id), count(*)
            FROM orders WHERE customer_id IN ({known}) AND ordered_at >= DATE '{report.scored_on}' + 1
              AND ordered_at < DATE '{AS_OF}' + 1""",
    )[0]
    assert report.everybody.customers == buyers
    assert report.actual_orders == orders
    assert isinstance(buyers, int)
    assert isinstance(again, int)
    assert report.everybody.churn_rate == pytest.approx(1 - again / buyers)


def test_a_backtest_writes_nothing(company: Path, report: BacktestReport) -> None:
    assert sorted(rows(company, "SHOW TABLES")) == [("customers",), ("orders",)]
