"""Which tables the database has, what scoring needs of each, and the date that it is scored for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeAlias

from semantic_layer.engines.duckdb import DuckDBWriter
from semantic_layer.scoring.problems import NoPaidOrders, OrdersUnavailable, ScoringError

Columns: TypeAlias = Mapping[str, tuple[str, ...]]
ORDERS = ("customer_id", "ordered_at", "status", "net_amount")
# where something dated happens, as in the shipped model; the latest of them is today
DATED = {
    "customers": "registered_at",
    "orders": "ordered_at",
    "app_events": "occurred_at",
    "points_ledger": "occurred_at",
    "support_tickets": "opened_at",
    "survey_responses": "responded_at",
    "social_mentions": "posted_at",
    "subscriptions": "term_start",
    "campaigns": "started_at",
    "campaign_members": "sent_at",
    "marketing_spend": "spend_date",
    "competitor_benchmarks": "month",
    "tier_history": "valid_from",
}


def read_columns(database: DuckDBWriter) -> Columns:
    """Each table or view of the main schema with its columns, lower case.

    Raises ScoringError (`orders_unavailable`) where there is nothing to score from.
    """
    columns: dict[str, tuple[str, ...]] = {}
    for table, column in database.rows(
        "SELECT lower(table_name), lower(column_name) FROM information_schema.columns "
        "WHERE table_schema = 'main' ORDER BY 1, 2"
    ):
        columns[str(table)] = (*columns.get(str(table), ()), str(column))
    missing = missing_columns(columns, "orders", ORDERS)
    if missing:
        raise ScoringError(OrdersUnavailable(missing))
    return columns


def missing_columns(columns: Columns, table: str, needed: tuple[str, ...]) -> tuple[str, ...]:
    """The needed columns that the table has not; all of them where there is no such table."""
    return tuple(name for name in needed if name not in columns.get(table, ()))


def latest_date(database: DuckDBWriter, columns: Columns) -> date:
    """The latest day on which anything happened. Raises ScoringError (`no_paid_orders`) for empty tables."""
    found: list[date] = []
    for table, column in DATED.items():
        if not missing_columns(columns, table, (column,)):
            # the table and the column are constants of this file
            value = database.rows(f"SELECT CAST(max({column}) AS TIMESTAMP) FROM {table}")[0][0]  # noqa: S608
            if isinstance(value, datetime):
                found.append(value.date())
    if not found:
        raise ScoringError(NoPaidOrders(None))
    return max(found)
