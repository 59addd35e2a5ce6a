"""Each reason against a customer made for it, with the numbers that its evidence must hold; and what then to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from semantic_layer.scoring.catalogue import FoundReason, describe, read_reasons, reasons
from semantic_layer.scoring.run import score_customers
from tests.scoring.company import AS_OF, TABLES, bought, change, rows, simulate, write_company

CROWD = 400  # customers 1..400 buy as BG/NBD says; those from 1001 on are made by hand
STEADY = tuple(range(10, 700, 30))  # every 30 days, the last time 10 days ago
# one who does nothing but buy as always, and for each reason one who has just that
HAND_MADE = {
    1000: bought(1000, *STEADY),
    1001: bought(1001, 75, 105, 135, 165),
    1002: bought(1002, 200),
    1003: bought(1003, 100, 190),
    1004: bought(1004, 20, *range(190, 700, 40)),
    1005: bought(1005, 10, 40, 70, amount=40.0) + bought(1005, 100, 130, 160, amount=100.0),
    **{number: bought(number, *STEADY) for number in range(1006, 1030)},
}
EVENTS = (
    # tickets: (ticket, customer, opened, first response, resolved, category, complaint, csat)
    "INSERT INTO support_tickets SELECT 100 + i, i, DATE '2025-11-01', TIMESTAMP '2025-11-01 00:30:00', "
    "TIMESTAMP '2025-11-02', 'other', false, 5 FROM range(1, 201) t(i)",
    "INSERT INTO support_tickets VALUES "
    "(1, 1006, '2025-12-10', '2025-12-10 00:30:00', NULL, 'delivery', false, NULL), "
    "(2, 1007, '2025-12-22', '2025-12-22 00:30:00', '2025-12-23', 'product_quality', true, NULL), "
    "(3, 1008, '2025-12-01', '2025-12-01 00:30:00', '2025-12-02', 'price', true, NULL), "
    "(4, 1009, '2025-12-01', '2025-12-01 05:00:00', '2025-12-02', 'other', false, NULL), "
    "(5, 1010, '2025-12-01', '2025-12-01 00:30:00', '2025-12-02', 'other', false, 1)",
    "INSERT INTO survey_responses VALUES (1, 1011, '2025-12-05', 'csat', 2), (2, 1012, '2025-12-05', 'nps', 3), "
    "(3, 1013, '2025-12-05', 'nps', 3), (4, 1013, '2025-12-06', 'nps', 9)",
    # a login every 5 days until 40 days before, and browsing on 10 of the days that came before the last 45
    "INSERT INTO app_events SELECT i, 1014, DATE '2025-11-20' - CAST(5 * i AS INTEGER), 'login' FROM range(20) t(i)",
    "INSERT INTO app_events SELECT 50 + i, 1015, DATE '2025-11-10' - CAST(i AS INTEGER), 'search' FROM range(10) t(i)",
    "INSERT INTO app_events SELECT 70 + i, 1015, DATE '2025-12-20' + CAST(i AS INTEGER), 'search' FROM range(2) t(i)",
    "INSERT INTO subscriptions SELECT i, 1, i, 'monthly', '2025-12-01', '2026-01-01', 39, 'running', NULL "
    "FROM range(1, 51) t(i)",
    "INSERT INTO subscriptions VALUES (91, 1, 1016, 'monthly', '2025-11-05', '2025-12-05', 29, 'lapsed', NULL), "
    "(92, 1, 1017, 'annual', '2024-12-05', '2025-12-05', 299, 'cancelled', 'competitor'), "
    "(93, 1, 1018, 'annual', '2024-12-06', '2025-12-06', 299, 'lapsed', NULL), "
    "(94, 1, 1019, 'annual', '2024-12-06', '2025-12-06', 299, 'renewed', NULL), "
    "(94, 2, 1019, 'annual', '2025-12-06', '2026-12-06', 299, 'running', NULL)",
    "INSERT INTO orders VALUES (90001, 1020, '2025-12-15', 'refunded', 250.5), "
    "(90002, 1020, '2025-12-16', 'cancelled', 9)",
    "INSERT INTO social_mentions VALUES (1, 1021, '2025-12-15', 'negative', 'logistics'), "
    "(2, 1022, '2025-12-15', 'positive', 'brand'), (3, NULL, '2025-12-15', 'negative', 'brand')",
    "INSERT INTO points_ledger VALUES (1, 1023, '2025-12-01', 'expire', 120), (2, 1023, '2025-12-02', 'earn', 10), "
    "(3, 1023, '2025-12-03', 'expire', 30)",
)
EXPECTED: dict[int, list[tuple[str, dict[str, object]]]] = {
    1000: [],
    1001: [
        (
            "overdue_own_rhythm",
            {
                "typical_gap_days": 30.0,
                "days_since_last_order": 75,
                "times_typical": 2.5,
                "last_order_on": "2025-10-16",
            },
        )
    ],
    1006: [
        (
            "unresolved_ticket",
            {"open_tickets": 1, "oldest_opened_on": "2025-12-10", "days_open": 20, "ticket_category": "delivery"},
        )
    ],
    1007: [
        (
            "recent_complaint",
            {
                "complaints": 1,
                "last_complaint_on": "2025-12-22",
                "ticket_category": "product_quality",
                "orders_since": 0,
            },
        )
    ],
    1008: [
        (
            "recent_complaint",
            {"complaints": 1, "last_complaint_on": "2025-12-01", "ticket_category": "price", "orders_since": 1},
        )
    ],
    1009: [
        ("slow_first_response", {"first_response_minutes": 300.0, "median_minutes": 30.0, "opened_on": "2025-12-01"})
    ],
    1010: [("low_ticket_rating", {"csat": 1, "rated_on": "2025-12-01"})],
    1011: [("low_csat", {"score": 2, "responded_on": "2025-12-05"})],
    1012: [("nps_detractor", {"score": 3, "responded_on": "2025-12-05"})],
    1013: [],
    1015: [("fewer_active_days", {"active_days_last_45": 2, "active_days_previous_45": 10})],
    1016: [
        (
            "left_after_price_rise",
            {"plan": "monthly", "ended_on": "2025-12-05", "fee_paid": 29.0, "fee_then": 39.0, "rise": 0.345},
        )
    ],
    1017: [("subscription_cancelled", {"plan": "annual", "ended_on": "2025-12-05", "cancel_reason": "competitor"})],
    1018: [("subscription_lapsed", {"plan": "annual", "ended_on": "2025-12-06"})],
    1019: [],
    1020: [("recent_refund", {"refunds": 1, "refunded_amount": 250.5, "last_refunded_order_on": "2025-12-15"})],
    1021: [("negative_mention", {"mentions": 1, "last_mention_on": "2025-12-15", "topic": "logistics"})],
    1022: [],
    1023: [("points_expired", {"points": 150, "last_expired_on": "2025-12-03"})],
}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    purchases = simulate(CROWD, 6) + [each for own in HAND_MADE.values() for each in own]
    path = write_company(tmp_path_factory.mktemp("evidence") / "company.duckdb", purchases, tuple(TABLES))
    change(path, *EVENTS)
    assert score_customers(path, as_of=AS_OF).unavailable == ()
    return path


def found(path: Path, customer: int) -> list[tuple[str, dict[str, object]]]:
    ((stored,),) = rows(path, f"SELECT churn_reasons FROM customer_scores WHERE customer_id = {customer}")
    return [(reason.code, dict(reason.evidence)) for reason in read_reasons(str(stored))]


def action(path: Path, customer: int) -> object:
    return rows(path, f"SELECT recommended_action FROM customer_scores WHERE customer_id = {customer}")[0][0]


@pytest.mark.parametrize("customer", EXPECTED)
def test_the_reason_and_its_numbers(company: Path, customer: int) -> None:
    assert found(company, customer) == EXPECTED[customer]


def test_bought_once_and_never_again(company: Path) -> None:
    ((code, evidence),) = found(company, 1002)
    assert code == "only_one_purchase"
    assert (evidence["days_since_only_order"], evidence["only_order_on"]) == (200, "2025-06-13")
    gaps = rows(
        company,
        """SELECT count(*) FILTER (WHERE second - first <= 200) / count(*) FROM (
             SELECT list_sort(list(DISTINCT ordered_at::DATE)) AS days, days[1] AS first, days[2] AS second
             FROM orders WHERE status = 'paid' GROUP BY customer_id) WHERE len(days) > 1""",
    )
    assert evidence["share_of_returners_back_by_now"] == pytest.approx(gaps[0][0], abs=0.001)


def test_silent_for_longer_than_most(company: Path) -> None:
    ((code, evidence),) = found(company, 1003)
    assert (code, evidence["days_since_last_order"]) == ("long_silence", 100)
    assert isinstance(evidence["share_of_gaps_shorter"], float)


def test_orders_and_amounts_fall(company: Path) -> None:
    assert dict(found(company, 1004))["falling_order_frequency"] == {
        "orders_last_180_days": 1,
        "orders_previous_180_days": 5,
    }
    assert dict(found(company, 1005))["falling_spend"] == {
        "latest_purchase_value": 40.0,
        "earlier_purchase_value": 100.0,
        "change": -0.6,
    }


def test_no_login_against_their_own_habit(company: Path) -> None:
    evidence = dict(found(company, 1014))["no_login"]
    assert evidence == {"days_since_login": 40, "last_login_on": "2025-11-20", "typical_login_gap_days": 5.0}


def test_every_reason_is_tried(company: Path) -> None:
    tried = {
        reason.code
        for (stored,) in rows(company, "SELECT churn_reasons FROM customer_scores")
        for reason in read_reasons(str(stored))
    }
    assert tried == set(reasons())


def test_the_strongest_reason_stands_first(company: Path) -> None:
    several = [
        found(company, int(str(number)))
        for (number,) in rows(company, "SELECT customer_id FROM customer_scores WHERE churn_reasons LIKE '%}}, {%'")
    ]
    assert several
    for listed in several:
        codes = [code for code, _ in listed]
        assert len(set(codes)) == len(codes)
        assert "low_return_probability" not in codes  # only where there is nothing else


@pytest.mark.parametrize(
    ("customer", "expected"),
    [(1006, "close_open_ticket"), (1007, "service_recovery"), (1016, "renewal_offer"), (1002, "low_cost_win_back")],
)
def test_the_action_answers_the_reason(company: Path, customer: int, expected: str) -> None:
    assert action(company, customer) == expected


def test_reasons_in_words() -> None:
    complaint = FoundReason(
        "recent_complaint",
        {
            "complaints": 2,
            "last_complaint_on": "2026-05-03",
            "ticket_category": "delivery",
            "orders_since": 0,
        },
    )
    labels = {("ticket_category", "delivery"): "物流配送"}
    said = describe(complaint, "zh", lambda name, code: labels.get((name, code), code))
    assert "物流配送" in said
    assert "2026-05-03" in said
    assert "delivery" in describe(complaint, "en")
