"""The company of `door.yaml`, three customers and six orders, and bodies of requests about it."""

from __future__ import annotations

from datetime import date
from typing import Any

DOOR_TABLES = """
CREATE TABLE customers (customer_id INTEGER, customer_name VARCHAR, joined_on DATE, tier VARCHAR, city VARCHAR,
  churn_risk DOUBLE);
INSERT INTO customers VALUES (1, 'Ann', '2026-01-01', 'gold', '上海', 0.9),
  (2, 'Bo', '2026-01-02', 'silver', '苏州', 0.2), (3, 'Cy', '2026-01-03', 'black', '上海', 0.1);
CREATE TABLE orders (order_id INTEGER, customer_id INTEGER, ordered_on DATE, amount INTEGER, channel VARCHAR,
  status VARCHAR);
INSERT INTO orders VALUES (1, 1, '2026-01-10', 10, 'web', 'paid'), (2, 1, '2026-06-23', 20, 'app', 'paid'),
  (3, 2, '2026-06-24', 30, 'web', 'paid'), (4, 2, '2026-06-29', 40, 'web', 'paid'),
  (5, 3, '2026-06-30', 50, 'app', 'paid'), (6, 3, '2026-06-30', 60, 'app', 'refunded');
CREATE TABLE scores (customer_id INTEGER, points DOUBLE);
INSERT INTO scores VALUES (1, 1), (2, 2), (3, 3);
"""
TODAY = date(2026, 6, 30)
SUNDAYS = {"start": "2026-06-21", "end": "2026-06-28", "grain": "week"}
NO_DAY = {"start": "2026-05-01", "end": "2026-05-01"}
YEAR = {"start": "2026-01-01", "end": "2027-01-01", "grain": "year"}
REFUNDED = {"field": "status", "values": ["refunded"]}
LABEL = {"field": "tier", "values": ["金卡"]}
PARTLY = {"partly_against_definition"}
MAY = {"start": "2026-05-01", "end": "2026-06-01", "grain": "month"}
JUNE = {"start": "2026-06-01", "end": "2026-07-01", "grain": "month"}


def metrics(*names: str, **parts: object) -> dict[str, Any]:
    """A metric query."""
    return {"kind": "metrics", "metrics": list(names), **parts}


def field(name: str, *values: object, op: str = "=") -> dict[str, Any]:
    """A condition on a dimension."""
    return {"field": name, "op": op, "values": list(values)}


def orders(*values: float, op: str = ">=", **parts: object) -> dict[str, Any]:
    """A condition on how many orders."""
    return {"metric": "orders", "op": op, "values": list(values), **parts}
