"""The whole run on simulated companies: what holds for every customer, on any data, whichever tables there are."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from semantic_layer.errors import HuitouError
from semantic_layer.scoring.catalogue import describe, playbook, read_reasons, reasons
from semantic_layer.scoring.rfm import Segment
from semantic_layer.scoring.run import score_customers
from tests.scoring.company import (
    AS_OF,
    TABLES,
    Behaviour,
    bought,
    change,
    rows,
    simulate,
    write_company,
)

EVERYTHING = tuple(TABLES)
SCORES = "SELECT * FROM customer_scores ORDER BY customer_id"
BUYERS = "SELECT DISTINCT customer_id FROM orders WHERE status = 'paid' AND ordered_at < DATE '{tomorrow}' ORDER BY 1"
# the state 'dormant' as the glossary has it, at the end of the as-of date
DORMANT = (
    "SELECT customer_id FROM orders WHERE status = 'paid' AND ordered_at < DATE '{tomorrow}' GROUP BY 1 "
    "HAVING max(ordered_at) < DATE '{tomorrow}' - INTERVAL 90 DAY ORDER BY 1"
)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = write_company(tmp_path_factory.mktemp("scores") / "company.duckdb", simulate(600, 1), EVERYTHING)
    score_customers(path, as_of=AS_OF)
    return path


def assert_sensible(path: Path, tomorrow: date) -> None:
    wrong = rows(
        path,
        f"""SELECT * FROM customer_scores WHERE NOT (
            p_alive BETWEEN 0 AND 1 AND churn_probability BETWEEN 0 AND 1 AND churn_probability >= 1 - p_alive - 1e-9
            AND loyalty_score BETWEEN 0 AND 100 AND expected_orders_12m >= 0 AND predicted_clv_12m >= 0
            AND r_score BETWEEN 1 AND 5 AND f_score BETWEEN 1 AND 5 AND m_score BETWEEN 1 AND 5
            AND rfm_segment IN {get_args(Segment)} AND value_tier IN ('high', 'medium', 'low')
            AND lifecycle_stage IN ('new', 'growing', 'mature', 'at_risk', 'churned')
            AND loyalty_level IN ('very_high', 'high', 'low', 'at_risk')
            AND churn_risk IN ('high', 'medium', 'low', 'churned') AND recommended_action IN {tuple(playbook())}
            AND (churn_risk = 'churned') = (lifecycle_stage = 'churned')
            AND (churn_risk IN ('low', 'medium') OR churn_reasons <> '[]'))""",
    )
    assert wrong == []
    scored = rows(path, "SELECT customer_id FROM customer_scores ORDER BY 1")
    assert scored == rows(path, BUYERS.format(tomorrow=tomorrow))
    churned = rows(path, "SELECT customer_id FROM customer_scores WHERE churn_risk = 'churned' ORDER BY 1")
    assert churned == rows(path, DORMANT.format(tomorrow=tomorrow))


def test_every_buyer_once_and_in_range(company: Path) -> None:
    assert_sensible(company, date(2025, 12, 31))
    assert rows(company, "SELECT DISTINCT scored_on FROM customer_scores") == [(AS_OF,)]


@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # shrinking would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.integers(0, 10**6),
    st.floats(0.2, 5),
    st.floats(5, 200),
    st.floats(0.1, 3),
    st.floats(0.5, 5),
    st.dates(date(2025, 3, 1), date(2026, 3, 1)),
)
def test_any_company_on_any_day(
    tmp_path: Path, seed: int, r: float, alpha: float, a: float, b: float, as_of: date
) -> None:
    path = tmp_path / "any.duckdb"
    path.unlink(missing_ok=True)
    write_company(path, simulate(150, seed, Behaviour(r, alpha, a, b)))
    try:
        score_customers(path, as_of=as_of)
    except HuitouError as error:
        assert error.problems[0].code in {"too_few_repeat_buyers", "no_paid_orders"}  # noqa: PT017
    else:
        assert_sensible(path, date.fromordinal(as_of.toordinal() + 1))


def test_plain_columns_are_facts(company: Path) -> None:
    facts = """SELECT customer_id, date_diff('day', max(ordered_at)::DATE, DATE '2025-12-30'), count(*), sum(net_amount)
               FROM orders GROUP BY 1 ORDER BY 1"""
    scored = rows(company, "SELECT customer_id, recency_days, frequency, monetary FROM customer_scores ORDER BY 1")
    assert scored == rows(company, facts)


def test_scoring_twice_gives_the_same(company: Path) -> None:
    before = rows(company, SCORES)
    score_customers(company, as_of=AS_OF)
    assert rows(company, SCORES) == before


def test_what_comes_later_is_not_read(tmp_path: Path) -> None:
    purchases, cut = simulate(300, 8), 600.0
    early = write_company(tmp_path / "early.duckdb", [each for each in purchases if each.day < cut], EVERYTHING)
    whole = write_company(tmp_path / "whole.duckdb", purchases, EVERYTHING)
    for path in (early, whole):
        customer = rows(early, "SELECT min(customer_id) FROM orders")[0][0]
        change(
            path,
            "INSERT INTO support_tickets VALUES "
            f"(1, {customer}, '2025-08-01', '2025-08-02', '2025-12-01', 'other', true, 1)",
        )
    change(
        whole,
        "INSERT INTO support_tickets "
        "SELECT 1 + row_number() OVER (), customer_id, '2025-12-01', NULL, NULL, 'price', true, 1 FROM customers",
        "INSERT INTO app_events SELECT 1, customer_id, '2025-12-01', 'login' FROM customers",
        "INSERT INTO survey_responses SELECT 1, customer_id, '2025-12-01', 'nps', 0 FROM customers",
    )
    as_of = date(2025, 8, 22)  # day 599
    score_customers(early, as_of=as_of)
    score_customers(whole, as_of=as_of)
    assert rows(early, SCORES) == rows(whole, SCORES)


def test_today_is_the_latest_day_in_the_data(tmp_path: Path) -> None:
    path = write_company(tmp_path / "late.duckdb", simulate(150, 2), EVERYTHING)
    change(path, "INSERT INTO app_events VALUES (1, 1, TIMESTAMP '2026-01-05 23:59:59', 'login')")
    assert score_customers(path).scored_on == date(2026, 1, 5)


def test_two_tables_are_enough(tmp_path: Path) -> None:
    path = write_company(tmp_path / "two.duckdb", simulate(150, 2))
    summary = score_customers(path, as_of=AS_OF)
    assert_sensible(path, date(2025, 12, 31))
    missing = {problem.table for problem in summary.unavailable if problem.code == "evidence_unavailable"}
    assert missing == set(EVERYTHING) - {"customers", "orders"}
    assert sum(summary.by_risk.values()) == summary.customers == len(rows(path, SCORES))


def test_a_missing_column_leaves_out_only_what_needs_it(tmp_path: Path) -> None:
    path = write_company(tmp_path / "column.duckdb", simulate(150, 2), EVERYTHING)
    change(path, "ALTER TABLE support_tickets DROP csat")
    assert [
        (problem.table, problem.missing_columns, problem.left_out)
        for problem in score_customers(path, as_of=AS_OF).unavailable
    ] == [("support_tickets", ("csat",), ("churn_reasons: low_ticket_rating",))]


def test_unpaid_orders_are_not_purchases(tmp_path: Path) -> None:
    path = write_company(tmp_path / "unpaid.duckdb", simulate(150, 2) + bought(999, 5))
    change(path, "UPDATE orders SET status = 'cancelled' WHERE customer_id = 999")
    score_customers(path, as_of=AS_OF)
    assert rows(path, "SELECT * FROM customer_scores WHERE customer_id = 999") == []


def test_orders_of_one_day_are_one_purchase(tmp_path: Path) -> None:
    path = write_company(tmp_path / "split.duckdb", simulate(150, 2) + bought(998, 40, 40, 40) + bought(999, 40))
    score_customers(path, as_of=AS_OF)
    (split, alive, orders), (once, alive_once, orders_once) = rows(
        path,
        "SELECT frequency, p_alive, expected_orders_12m FROM customer_scores WHERE customer_id > 900 ORDER BY 1 DESC",
    )
    assert (split, once) == (3, 1)
    assert (alive, orders) == (alive_once, orders_once)


def test_the_table_is_the_one_of_the_contract(company: Path, shared_folder: Path) -> None:
    contract = (shared_folder / "contract/loyalty_schema.sql").read_text(encoding="utf-8")
    created = contract[contract.index("CREATE TABLE customer_scores") :]
    promised = re.findall(r"^  (\w+)\s+([A-Z]+(?:\(\d+,\d+\))?)( NOT NULL| PRIMARY KEY)", created, re.MULTILINE)
    assert rows(company, "SELECT name, type FROM pragma_table_info('customer_scores') ORDER BY cid") == [
        (name, kind) for name, kind, _ in promised
    ]


def test_every_reason_found_has_words(company: Path) -> None:
    for (stored,) in rows(company, "SELECT DISTINCT churn_reasons FROM customer_scores"):
        for reason in read_reasons(str(stored)):
            assert reason.code in reasons()
            assert "{" not in describe(reason, "zh") + describe(reason, "en")


def test_progress_ends_at_one(tmp_path: Path) -> None:
    path, seen = write_company(tmp_path / "progress.duckdb", simulate(150, 2)), []
    score_customers(path, as_of=AS_OF, progress=lambda stage, share: seen.append((stage, share)))
    assert seen[-1] == ("done", 1.0)
    assert [share for _, share in seen] == sorted(share for _, share in seen)
