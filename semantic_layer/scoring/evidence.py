"""Reasons and actions for scored customers: the entries of `reasons.yaml` and `playbook.yaml`, run by the database."""

from __future__ import annotations

from datetime import date

from semantic_layer.engines.duckdb import DuckDBWriter
from semantic_layer.scoring.catalogue import Reason, playbook, reasons
from semantic_layer.scoring.histories import at
from semantic_layer.scoring.problems import EvidenceUnavailable
from semantic_layer.scoring.tables import Columns, missing_columns

_CUSTOMERS = """
CREATE OR REPLACE TEMP TABLE scoring_customers AS
SELECT s.*, h.first_order_on, h.last_order_on, h.purchases, h.frequency, h.monetary,
       date_diff('day', h.last_order_on, $as_of) AS recency_days,
       date_diff('day', h.first_order_on, h.last_order_on) / nullif(h.purchases - 1, 0) AS mean_gap_days,
       least($as_of - ($window - 1), h.last_order_on - 30) AS evidence_from
FROM scoring_results s JOIN scoring_histories h USING (customer_id)
"""
# one row a customer: the codes for the playbook, and the JSON for the table
_LISTS = """
CREATE OR REPLACE TEMP TABLE scoring_reason_lists AS
SELECT customer_id, list(code ORDER BY strength DESC, code) AS codes,
       '[' || string_agg(json_object('code', code, 'evidence', evidence)::VARCHAR, ', '
                         ORDER BY strength DESC, code) || ']' AS listed
FROM scoring_reasons GROUP BY customer_id
"""


def prepare_evidence(database: DuckDBWriter, as_of: date, churn_window_days: int) -> None:
    """Make `scoring_customers` of `scoring_results` and an empty `scoring_reasons`."""
    database.execute(at(_CUSTOMERS.replace("$window", str(churn_window_days)), as_of))
    database.execute(
        "CREATE OR REPLACE TEMP TABLE scoring_reasons "
        "(customer_id BIGINT, code VARCHAR, strength DOUBLE, evidence JSON)"
    )


def find_reasons(
    database: DuckDBWriter, columns: Columns, as_of: date, churn_window_days: int
) -> tuple[EvidenceUnavailable, ...]:
    """Fill `scoring_reasons` entry by entry, and list them; returns what was left out for want of tables."""
    left_out: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for reason in reasons().values():
        absent = _absent(reason, columns)
        for table, names in absent:
            left_out.setdefault((table, names), []).append(f"churn_reasons: {reason.code}")
        if not absent:
            sql = at(reason.sql.replace("$window", str(churn_window_days)), as_of)
            # the statement comes from the package's own file
            database.execute(
                f"INSERT INTO scoring_reasons SELECT customer_id, '{reason.code}', strength, evidence FROM ({sql})"  # noqa: S608
            )
    database.execute(_LISTS)
    return tuple(EvidenceUnavailable(table, names, tuple(codes)) for (table, names), codes in left_out.items())


def action_expression() -> str:
    """The playbook as one SQL expression over a row of scores and `codes`."""
    whens = " ".join(f"WHEN {play.condition} THEN '{play.code}'" for play in playbook().values())
    return f"CASE {whens} END"


def _absent(reason: Reason, columns: Columns) -> list[tuple[str, tuple[str, ...]]]:
    found = []
    for table, needed in reason.needs.items():
        names = missing_columns(columns, table, needed)
        if names:
            found.append((table, names if table in columns else ()))
    return found
