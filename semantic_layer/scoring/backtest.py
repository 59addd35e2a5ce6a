"""Scores measured on the past: predicted from the data before a date, compared with what then happened.

Reads the database and writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from semantic_layer.engines.duckdb import DuckDBWriter
from semantic_layer.engines.problems import DatabaseMissing
from semantic_layer.errors import EngineError
from semantic_layer.scoring.histories import Histories, at, read_histories
from semantic_layer.scoring.likelihood import FloatArray, IntArray
from semantic_layer.scoring.predictions import PurchaseModels, expected_orders, fit_models, predict
from semantic_layer.scoring.run import CHURN_WINDOW_DAYS, MEMORY_LIMIT
from semantic_layer.scoring.stages import is_churned
from semantic_layer.scoring.tables import latest_date, read_columns

DECILES = 10

_AFTERWARDS = """
SELECT coalesce(o.orders, 0) AS orders
FROM scoring_histories h LEFT JOIN (
  SELECT customer_id, count(*) AS orders FROM orders
  WHERE status = 'paid' AND ordered_at >= $from AND ordered_at < $tomorrow GROUP BY customer_id) o USING (customer_id)
ORDER BY h.customer_id
"""


@dataclass(frozen=True)
class Decile:
    """A tenth of the customers by churn probability, the likeliest to leave first."""

    customers: int
    predicted: float  # mean churn probability
    observed: float  # share without a paid order in the window


@dataclass(frozen=True)
class ChurnAccuracy:
    """How well churn_probability told who would buy. `auc` is None where all customers did the same.

    `recency_auc` is what sorting by days since the last order alone would have reached; `lift_top_decile` is the churn
    rate of the tenth likeliest to leave over everybody's.
    """

    customers: int
    churn_rate: float
    auc: float | None
    recency_auc: float | None
    brier: float
    lift_top_decile: float | None
    deciles: tuple[Decile, ...]


@dataclass(frozen=True)
class BacktestReport:
    """Predictions at the end of `scored_on` against the days after it up to `as_of`.

    `everybody` are all buyers; `active` those not churned at `scored_on`, the harder question and the one that matters.
    """

    scored_on: date
    as_of: date
    models: PurchaseModels
    everybody: ChurnAccuracy
    active: ChurnAccuracy | None
    expected_orders: float
    actual_orders: int


def backtest(
    database: Path, *, as_of: date | None = None, churn_window_days: int = CHURN_WINDOW_DAYS
) -> BacktestReport:
    """Score as of one churn window before `as_of` on the data up to then, and compare with the window that followed.

    Raises ScoringError where the data before then cannot carry the models, EngineError without a database.
    """
    if not database.exists():
        raise EngineError(DatabaseMissing(str(database)))
    with DuckDBWriter(database, memory_limit=MEMORY_LIMIT) as writer:
        end = as_of or latest_date(writer, read_columns(writer))
        scored_on = end - timedelta(days=churn_window_days)
        histories = read_histories(writer, scored_on)
        first = f"TIMESTAMP '{scored_on + timedelta(days=1)} 00:00:00'"
        frame = writer.frame(at(_AFTERWARDS.replace("$from", first), end))
    orders = frame["orders"].to_numpy(dtype=np.int64)
    return _compare(histories, orders, scored_on, end, churn_window_days)


def _compare(
    histories: Histories, orders: IntArray, scored_on: date, end: date, churn_window_days: int
) -> BacktestReport:
    models = fit_models(histories)
    probability = predict(models, histories, churn_window_days).churn_probability
    left = orders == 0
    active = ~is_churned(histories, churn_window_days)
    recency = histories.recency_days
    return BacktestReport(
        scored_on=scored_on,
        as_of=end,
        models=models,
        everybody=accuracy(probability, recency, left),
        active=accuracy(probability[active], recency[active], left[active]) if active.any() else None,
        expected_orders=float(expected_orders(models, histories, churn_window_days).sum()),
        actual_orders=int(orders.sum()),
    )


def accuracy(probability: FloatArray, recency_days: IntArray, left: npt.NDArray[np.bool_]) -> ChurnAccuracy:
    """Discrimination, calibration and lift of predicted probabilities of leaving."""
    order = np.argsort(-probability, kind="stable")
    deciles = tuple(
        Decile(len(part), float(probability[part].mean()), float(left[part].mean()))
        for part in np.array_split(order, min(DECILES, len(order)))
    )
    rate = float(left.mean())
    return ChurnAccuracy(
        customers=len(left),
        churn_rate=rate,
        auc=area_under_roc(probability, left),
        recency_auc=area_under_roc(recency_days.astype(np.float64), left),
        brier=float(np.mean((probability - left) ** 2)),
        lift_top_decile=deciles[0].observed / rate if rate > 0 else None,
        deciles=deciles,
    )


def area_under_roc(score: FloatArray, positive: npt.NDArray[np.bool_]) -> float | None:
    """The chance that a positive case scores above a negative one, ties counting half; None without both.

    The Mann-Whitney statistic over the number of pairs (Hanley and McNeil 1982).
    """
    positives, negatives = int(positive.sum()), int((~positive).sum())
    if not positives or not negatives:
        return None
    ranks = rankdata(score)
    return float((ranks[positive].sum() - positives * (positives + 1) / 2) / (positives * negatives))
