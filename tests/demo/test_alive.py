"""The demo company looks like one: seasons, hours, places, a heavy tail, and buying that BG/NBD describes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

Rows = Callable[[str], list[tuple[object, ...]]]
Numbers = npt.NDArray[np.float64]
HOLDOUT_DAYS = 180
BIG_CITIES = ("上海", "北京", "广州", "深圳", "成都", "杭州", "武汉", "西安", "沈阳", "重庆", "南京", "苏州", "天津")
ORDERS_EACH = "SELECT customer_id, count(*) AS n FROM orders GROUP BY 1"
PAID_EACH = "SELECT sum(net_amount) AS s, count(*) AS n FROM orders WHERE status = 'paid' GROUP BY customer_id"


def number(rows: list[tuple[object, ...]]) -> float:
    """The only value of a query."""
    ((value,),) = rows
    return float(str(value))


@pytest.mark.parametrize(
    ("day", "usual", "least", "most"),
    [
        ("ordered_at::DATE = DATE '2025-11-11'", "2025-09-01", 2.5, 8.0),
        ("ordered_at::DATE = DATE '2025-06-18'", "2025-04-01", 2.0, 6.0),
        ("ordered_at::DATE BETWEEN DATE '2026-02-17' AND DATE '2026-02-20'", "2026-03-10", 0.2, 0.75),
        ("ordered_at::DATE BETWEEN DATE '2025-01-29' AND DATE '2025-02-01'", "2025-03-10", 0.2, 0.75),
    ],
    ids=["double_eleven", "618", "spring_festival_2026", "spring_festival_2025"],
)
def test_sales_and_festivals(day: str, usual: str, least: float, most: float, company: Rows) -> None:
    per_day = "count(*) / count(DISTINCT ordered_at::DATE)"
    sale = number(company(f"SELECT {per_day} FROM orders WHERE {day}"))
    month = f"ordered_at >= DATE '{usual}' AND ordered_at < DATE '{usual}' + INTERVAL 28 DAY"
    assert least < sale / number(company(f"SELECT {per_day} FROM orders WHERE {month}")) < most


def test_weekends_and_evenings(company: Rows) -> None:
    weekend = number(
        company("SELECT avg((isodow(ordered_at) >= 6)::INT) FROM orders WHERE month(ordered_at) IN (3, 4, 5)")
    )
    assert 2 / 7 + 0.02 < weekend < 0.42
    assert number(company("SELECT avg((hour(ordered_at) IN (20, 21, 22))::INT) FROM orders")) > 0.2
    assert number(company("SELECT avg((hour(ordered_at) < 6)::INT) FROM orders")) < 0.04


def test_places(company: Rows) -> None:
    found = {str(c): str(p) for c, p in company("SELECT DISTINCT city, province FROM customers")}
    assert set(BIG_CITIES) <= set(found)
    assert (found["上海"], found["深圳"], found["杭州"], found["沈阳"]) == ("上海市", "广东省", "浙江省", "辽宁省")
    nowhere = "SELECT count(*) FROM customers WHERE city IS NULL OR province IS NULL OR region IS NULL"
    assert number(company(nowhere)) == 0


@pytest.mark.parametrize(
    ("share", "least", "most"),
    [
        ("(phone IS NULL)::INT) FROM customers", 0.005, 0.05),
        ("(email IS NULL)::INT) FROM customers", 0.1, 0.4),
        ("(birth_date IS NULL)::INT) FROM customers", 0.01, 0.08),
        ("(customer_id IS NULL)::INT) FROM social_mentions", 0.1, 0.6),
        ("(status = 'refunded')::INT) FROM orders", 0.02, 0.06),
        ("(status = 'cancelled')::INT) FROM orders", 0.01, 0.04),
        (f"(n IS NULL)::INT) FROM customers LEFT JOIN ({ORDERS_EACH}) USING (customer_id)", 0.03, 0.15),
        (f"(n = 1)::INT) FROM ({PAID_EACH})", 0.15, 0.40),
    ],
    ids=["no_phone", "no_email", "no_birth_date", "strangers", "refunded", "cancelled", "never_bought", "bought_once"],
)
def test_shares(share: str, least: float, most: float, company: Rows) -> None:
    assert least < number(company(f"SELECT avg({share}")) < most


def test_sizes(company: Rows) -> None:
    assert number(company("SELECT count(*) / 20000 FROM orders WHERE status = 'paid'")) > 10
    assert number(company("SELECT count(*) FROM products")) >= 300
    assert 10 < number(company("SELECT count(*) / 20000 FROM app_events")) < 30
    ranked = f"SELECT s, percent_rank() OVER (ORDER BY s DESC) AS r FROM ({PAID_EACH})"
    top = f"SELECT sum(s) FILTER (WHERE r <= 0.1) / sum(s) FROM ({ranked})"
    assert 0.4 < number(company(top)) < 0.75


def test_churn_is_neither_rare_nor_total(company: Rows) -> None:
    paid = "SELECT DISTINCT customer_id FROM orders WHERE status = 'paid'"
    active = f"{paid} AND ordered_at < DATE '2026-04-02' AND ordered_at >= DATE '2026-01-02'"
    later = f"{paid} AND ordered_at >= DATE '2026-04-02'"
    kept = number(company(f"SELECT avg((customer_id IN ({later}))::INT) FROM ({active})"))
    assert 0.45 < kept < 0.85
    assert number(company(f"SELECT count(*) FROM ({active})")) > 4_000


def test_bg_nbd_fits_and_foresees(company: Rows) -> None:
    """Fitted on all but the last 180 days, BG/NBD foresees the orders in them, in total and by past frequency.

    Fader, Hardie and Lee 2005, "Counting Your Customers the Easy Way": likelihood equation 6, expectation equation 10.
    """
    split = f"DATE '2026-07-01' - INTERVAL {HOLDOUT_DAYS} DAY"
    history = company(
        f"""WITH p AS (SELECT customer_id, ordered_at FROM orders WHERE status = 'paid'),
                 h AS (SELECT customer_id, count(*) AS later FROM p WHERE ordered_at >= {split} GROUP BY 1)
            SELECT count(DISTINCT ordered_at::DATE) - 1, date_diff('day', min(ordered_at), max(ordered_at)),
                   date_diff('day', min(ordered_at), {split}), coalesce(any_value(later), 0)
            FROM p LEFT JOIN h USING (customer_id) WHERE ordered_at < {split} GROUP BY customer_id"""
    )
    x, last, age, later = np.array(history, dtype=np.float64).T
    fit = minimize(lambda logs: -log_likelihood(np.exp(logs), x, last, age), np.log([0.5, 12.0, 0.6, 6.0]))
    expected = expected_orders(np.exp(fit.x), x, last, age)
    assert np.linalg.norm(fit.jac) < 1.0
    assert 0.85 < expected.sum() / later.sum() < 1.15
    for few, many in ((0, 0), (1, 2), (3, 6), (7, 15), (16, 10_000)):
        among = (x >= few) & (x <= many)
        assert 0.75 < expected[among].sum() / later[among].sum() < 1.33


def log_likelihood(parameters: Numbers, x: Numbers, last: Numbers, age: Numbers) -> float:
    """Of (r, alpha, a, b), given repeats, time of the last and age of each customer."""
    r, alpha, a, b = parameters
    shared = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b)
    left = np.where(x > 0, np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + last), -np.inf)
    return float(np.sum(shared + np.logaddexp(-(r + x) * np.log(alpha + age), left)))


def expected_orders(parameters: Numbers, x: Numbers, last: Numbers, age: Numbers) -> Numbers:
    """Orders in the holdout days, for each customer."""
    r, alpha, a, b = parameters
    t = HOLDOUT_DAYS
    series = hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + age + t))
    bought = (a + b + x - 1) / (a - 1) * (1 - ((alpha + age) / (alpha + age + t)) ** (r + x) * series)
    odds = np.where(x > 0, a / (b + np.maximum(x, 1) - 1) * ((alpha + age) / (alpha + last)) ** (r + x), 0.0)
    found: Numbers = bought / (1 + odds)
    return found
