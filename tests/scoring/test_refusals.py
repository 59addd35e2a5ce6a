"""Data that cannot be scored: each gets its problem by code, and the scores of the run before stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from semantic_layer.errors import HuitouError
from semantic_layer.scoring.backtest import backtest
from semantic_layer.scoring.run import score_customers
from tests.scoring.company import AS_OF, Purchase, bought, change, rows, simulate, write_company


def refusal(path: Path) -> str:
    with pytest.raises(HuitouError) as caught:
        score_customers(path, as_of=AS_OF)
    return caught.value.problems[0].code


@pytest.mark.parametrize(
    ("purchases", "code"),
    [
        ([], "no_paid_orders"),
        (bought(1, 30, 20, 10), "too_few_repeat_buyers"),
        ([each for number in range(500) for each in bought(number, number % 300)], "too_few_repeat_buyers"),
        ([each for number in range(50) for each in bought(number, 60, 50, amount=0.0)], "model_not_fitted"),
    ],
    ids=["no orders", "one customer", "everybody bought once", "everything was free"],
)
def test_too_little_to_learn_from(tmp_path: Path, purchases: list[Purchase], code: str) -> None:
    path = write_company(tmp_path / "little.duckdb", purchases)
    assert refusal(path) == code
    assert "customer_scores" not in str(rows(path, "SHOW TABLES"))


def test_empty_tables_have_no_today(tmp_path: Path) -> None:
    path = write_company(tmp_path / "empty.duckdb", [])
    with pytest.raises(HuitouError) as caught:
        score_customers(path)
    assert caught.value.problems[0].code == "no_paid_orders"


def test_missing_and_damaged_files(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nowhere.duckdb") == "database_missing"
    assert not (tmp_path / "nowhere.duckdb").exists()
    (tmp_path / "damaged.duckdb").write_bytes(b"not a database at all" * 500)
    assert refusal(tmp_path / "damaged.duckdb") == "database_unreadable"


def test_missing_orders_and_columns(tmp_path: Path) -> None:
    path = write_company(tmp_path / "columns.duckdb", simulate(50, 1))
    change(path, "ALTER TABLE orders DROP net_amount")
    assert refusal(path) == "orders_unavailable"
    change(path, "DROP TABLE orders")
    assert refusal(path) == "orders_unavailable"


def test_a_failed_run_leaves_the_old_scores(tmp_path: Path) -> None:
    path = write_company(tmp_path / "old.duckdb", simulate(150, 2))
    score_customers(path, as_of=AS_OF)
    before = rows(path, "SELECT * FROM customer_scores ORDER BY 1")
    change(path, "UPDATE orders SET status = 'cancelled'")
    assert refusal(path) == "no_paid_orders"
    assert rows(path, "SELECT * FROM customer_scores ORDER BY 1") == before


def test_a_run_that_fails_while_writing_leaves_the_old_scores(tmp_path: Path) -> None:
    path = write_company(tmp_path / "write.duckdb", simulate(150, 2))
    score_customers(path, as_of=AS_OF)
    before = rows(path, "SELECT * FROM customer_scores ORDER BY 1")
    change(path, "UPDATE orders SET net_amount = 9999999999.99", *["INSERT INTO orders SELECT * FROM orders"] * 8)
    assert refusal(path) == "statement_failed"  # spending that does not fit the column monetary
    assert rows(path, "SELECT * FROM customer_scores ORDER BY 1") == before


def test_customers_who_are_all_alike(tmp_path: Path) -> None:
    alike = [each for number in range(60) for each in bought(number, 120, 80, 40)]
    path = write_company(tmp_path / "alike.duckdb", alike)
    summary = score_customers(path, as_of=AS_OF)
    assert {problem.code for problem in summary.notices} == {"parameter_at_limit"}
    assert len(rows(path, "SELECT DISTINCT churn_probability, predicted_clv_12m FROM customer_scores")) == 1


def test_no_past_to_test_on(tmp_path: Path) -> None:
    path = write_company(tmp_path / "young.duckdb", [each for n in range(80) for each in bought(n, 50, 20 + n % 9)])
    with pytest.raises(HuitouError) as caught:
        backtest(path, as_of=AS_OF)
    assert caught.value.problems[0].code == "no_paid_orders"
