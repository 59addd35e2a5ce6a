"""What customers do beside buying, for the loyalty score: how often they show up, and how they speak of the company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from semantic_layer.engines.duckdb import DuckDBWriter
from semantic_layer.scoring.histories import at
from semantic_layer.scoring.likelihood import FloatArray
from semantic_layer.scoring.problems import EvidenceUnavailable
from semantic_layer.scoring.tables import Columns, missing_columns

ADVOCACY_DAYS = 365


@dataclass(frozen=True)
class _Signal:
    """A query of `customer_id, value` and the table and columns that it needs."""

    table: str
    columns: tuple[str, ...]
    sql: str


_ACTIVE_DAYS = _Signal(
    "app_events",
    ("customer_id", "occurred_at"),
    "SELECT customer_id, count(DISTINCT occurred_at::DATE) AS value FROM app_events "
    "WHERE occurred_at < $tomorrow AND occurred_at >= $as_of - ($window - 1) GROUP BY customer_id",
)
# each 0..1; a customer's advocacy is the mean of those that there are
_ADVOCACY = (
    _Signal(
        "survey_responses",
        ("response_id", "customer_id", "responded_at", "survey", "score"),
        "SELECT customer_id, first(score ORDER BY responded_at DESC, response_id DESC) / 10 AS value "
        "FROM survey_responses WHERE survey = 'nps' AND responded_at < $tomorrow AND responded_at > $as_of - $advocacy "
        "GROUP BY customer_id",
    ),
    _Signal(
        "social_mentions",
        ("customer_id", "posted_at", "sentiment"),
        "SELECT customer_id, avg(CASE sentiment WHEN 'positive' THEN 1 WHEN 'negative' THEN 0 ELSE 0.5 END) AS value "
        "FROM social_mentions WHERE posted_at < $tomorrow AND posted_at > $as_of - $advocacy GROUP BY customer_id",
    ),
    _Signal(
        "customers",
        ("referred_by", "registered_at"),
        "SELECT referred_by AS customer_id, 1.0 AS value FROM customers "
        "WHERE referred_by IS NOT NULL AND registered_at < $tomorrow GROUP BY referred_by",
    ),
)


@dataclass(frozen=True)
class Participation:
    """One element a customer, in the order of the histories."""

    active_days: FloatArray | None  # days with an app event in the churn window; None where there is no such table
    advocacy: FloatArray  # 0..1; NaN where nothing is known of the customer
    unavailable: tuple[EvidenceUnavailable, ...]


def read_participation(
    database: DuckDBWriter, columns: Columns, as_of: date, churn_window_days: int, customers: int
) -> Participation:
    """Signals up to the end of `as_of`; needs the temporary table `scoring_histories`."""
    unavailable = []
    found: dict[str, FloatArray] = {}
    for part, signal in (("engagement", _ACTIVE_DAYS), *(("advocacy", signal) for signal in _ADVOCACY)):
        absent = missing_columns(columns, signal.table, signal.columns)
        if absent:
            named = absent if signal.table in columns else ()
            unavailable.append(EvidenceUnavailable(signal.table, named, (f"loyalty_score: {part}",)))
            continue
        sql = signal.sql.replace("$window", str(churn_window_days)).replace("$advocacy", str(ADVOCACY_DAYS))
        frame = database.frame(
            f"SELECT CAST(s.value AS DOUBLE) AS value FROM scoring_histories h LEFT JOIN ({at(sql, as_of)}) s "  # noqa: S608
            "USING (customer_id) ORDER BY h.customer_id"
        )
        found[signal.table] = np.asarray(frame["value"], dtype=np.float64)
    active = found.pop(_ACTIVE_DAYS.table, None)
    return Participation(
        None if active is None else np.nan_to_num(active), _mean_of_known(found, customers), tuple(unavailable)
    )


def _mean_of_known(signals: dict[str, FloatArray], customers: int) -> FloatArray:
    total, known = np.zeros(customers), np.zeros(customers)
    for values in signals.values():
        total += np.nan_to_num(values)
        known += ~np.isnan(values)
    unknown: FloatArray = np.full(customers, np.nan)
    np.divide(total, known, out=unknown, where=known > 0)
    return unknown
