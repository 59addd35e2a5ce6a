"""A small company whose customers buy as BG/NBD says, written with the tables of the loyalty contract by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

OPENED = pd.Timestamp("2024-01-01")
DAYS = 730
AS_OF = date(2025, 12, 30)  # the last of those days

TABLES = {
    "customers": "customer_id BIGINT, registered_at TIMESTAMP, referred_by BIGINT",
    "orders": "order_id BIGINT, customer_id BIGINT, ordered_at TIMESTAMP, status VARCHAR, net_amount DECIMAL(12,2)",
    "app_events": "event_id BIGINT, customer_id BIGINT, occurred_at TIMESTAMP, event_type VARCHAR",
    "support_tickets": "ticket_id BIGINT, customer_id BIGINT, opened_at TIMESTAMP, first_response_at TIMESTAMP, "
    "resolved_at TIMESTAMP, category VARCHAR, is_complaint BOOLEAN, csat INTEGER",
    "survey_responses": "response_id BIGINT, customer_id BIGINT, responded_at TIMESTAMP, survey VARCHAR, score INTEGER",
    "social_mentions": "mention_id BIGINT, customer_id BIGINT, posted_at TIMESTAMP, sentiment VARCHAR, topic VARCHAR",
    "subscriptions": "subscription_id BIGINT, term_no INTEGER, customer_id BIGINT, plan VARCHAR, term_start DATE, "
    "term_end DATE, fee DECIMAL(12,2), outcome VARCHAR, cancel_reason VARCHAR",
    "points_ledger": "entry_id BIGINT, customer_id BIGINT, occurred_at TIMESTAMP, kind VARCHAR, points INTEGER",
}
NEEDED = ("customers", "orders")


@dataclass(frozen=True)
class Behaviour:
    """BG/NBD in days, and gamma-gamma in money."""

    r: float = 0.8
    alpha: float = 40.0
    a: float = 0.8
    b: float = 2.5
    p: float = 6.0
    q: float = 4.0
    v: float = 50.0


@dataclass(frozen=True)
class Purchase:
    customer_id: int
    day: float  # since OPENED
    amount: float


TYPICAL = Behaviour()


def simulate(customers: int, seed: int, behaviour: Behaviour = TYPICAL) -> list[Purchase]:
    """Everybody's purchases, each customer from a first day of their own until they leave or the days are over."""
    draw = np.random.default_rng(seed)
    purchases = []
    for customer in range(1, customers + 1):
        rate = draw.gamma(behaviour.r, 1 / behaviour.alpha)
        leaves = draw.beta(behaviour.a, behaviour.b)
        scale = 1 / draw.gamma(behaviour.q, 1 / behaviour.v)
        day, repeat, alive = float(draw.uniform(0, DAYS)), False, True
        while alive and day < DAYS:
            purchases.append(Purchase(customer, day, float(draw.gamma(behaviour.p, scale))))
            alive = not repeat or draw.random() >= leaves
            day, repeat = day + float(draw.exponential(1 / rate)), True
    return purchases


def bought(customer_id: int, *days_before: int, amount: float = 100.0) -> list[Purchase]:
    """Purchases of one customer, so many days before the as-of date, at noon."""
    return [Purchase(customer_id, DAYS - 1 - back + 0.5, amount) for back in days_before]


def write_company(path: Path, purchases: list[Purchase], tables: tuple[str, ...] = NEEDED) -> Path:
    """A database of these paid orders, with the named tables, the others than orders and customers empty."""
    rows = pd.DataFrame(
        {
            "order_id": range(1, len(purchases) + 1),
            "customer_id": [each.customer_id for each in purchases],
            "ordered_at": OPENED + pd.to_timedelta([each.day for each in purchases], unit="D"),
            "net_amount": [round(each.amount, 2) for each in purchases],
        }
    )
    with duckdb.connect(str(path)) as database:
        for table in tables:
            database.execute(f"CREATE TABLE {table} ({TABLES[table]})")
        database.register("incoming", rows)
        database.execute("INSERT INTO orders BY NAME SELECT *, 'paid' AS status FROM incoming")
        database.execute(
            "INSERT INTO customers SELECT customer_id, min(ordered_at) - INTERVAL 1 DAY, NULL FROM orders GROUP BY 1"
        )
    return path


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    """What a query finds in a database file."""
    with duckdb.connect(str(path), read_only=True) as database:
        return database.execute(sql).fetchall()


def change(path: Path, *statements: str) -> None:
    """Run statements on a database file."""
    with duckdb.connect(str(path)) as database:
        for statement in statements:
            database.execute(statement)
