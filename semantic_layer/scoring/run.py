"""Scoring a database: paid orders and whatever else it holds go in, a complete `customer_scores` comes out.

histories -> models -> predictions -> risk, stage, tier, loyalty -> reasons -> action -> one transaction
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeAlias

import pandas as pd

from semantic_layer.engines.duckdb import DuckDBWriter
from semantic_layer.engines.problems import DatabaseMissing
from semantic_layer.engines.replacing import written_beside
from semantic_layer.errors import EngineError
from semantic_layer.scoring.evidence import action_expression, find_reasons, prepare_evidence
from semantic_layer.scoring.histories import Histories, read_histories
from semantic_layer.scoring.loyalty import loyalty_level, loyalty_parts, loyalty_score
from semantic_layer.scoring.participation import Participation, read_participation
from semantic_layer.scoring.predictions import Predictions, PurchaseModels, fit_models, predict
from semantic_layer.scoring.problems import EvidenceUnavailable, ParameterAtLimit
from semantic_layer.scoring.rfm import score_rfm
from semantic_layer.scoring.stages import (
    RiskThresholds,
    churn_risk,
    is_churned,
    lifecycle_stage,
    risk_thresholds,
    value_tier,
)
from semantic_layer.scoring.tables import latest_date, read_columns

CHURN_WINDOW_DAYS = 90
MEMORY_LIMIT = "3GB"  # of the database; numpy needs about 1 GB more for a million customers

Progress: TypeAlias = Callable[[str, float], None]  # what is being done, and the share of the work before it

_TABLE = """
CREATE OR REPLACE TABLE customer_scores (
  customer_id BIGINT PRIMARY KEY, scored_on DATE NOT NULL, recency_days INTEGER NOT NULL, frequency INTEGER NOT NULL,
  monetary DECIMAL(14,2) NOT NULL, r_score INTEGER NOT NULL, f_score INTEGER NOT NULL, m_score INTEGER NOT NULL,
  rfm_segment VARCHAR NOT NULL, lifecycle_stage VARCHAR NOT NULL, value_tier VARCHAR NOT NULL,
  loyalty_score DOUBLE NOT NULL, loyalty_level VARCHAR NOT NULL, p_alive DOUBLE NOT NULL,
  churn_probability DOUBLE NOT NULL, churn_risk VARCHAR NOT NULL, churn_reasons VARCHAR NOT NULL,
  expected_orders_12m DOUBLE NOT NULL, predicted_clv_12m DOUBLE NOT NULL, recommended_action VARCHAR NOT NULL
)
"""
_RESULTS = """
CREATE OR REPLACE TEMP TABLE scoring_results (
  customer_id BIGINT, r_score INTEGER, f_score INTEGER, m_score INTEGER, rfm_segment VARCHAR, lifecycle_stage VARCHAR,
  value_tier VARCHAR, loyalty_score DOUBLE, loyalty_level VARCHAR, p_alive DOUBLE, churn_probability DOUBLE,
  churn_risk VARCHAR, expected_orders_12m DOUBLE, predicted_clv_12m DOUBLE
)
"""
_FILL = """
INSERT INTO customer_scores BY NAME
SELECT customer_id, $as_of AS scored_on, recency_days, frequency, monetary, r_score, f_score, m_score, rfm_segment,
       lifecycle_stage, value_tier, loyalty_score, loyalty_level, p_alive, churn_probability, churn_risk,
       coalesce(listed, '[]') AS churn_reasons, expected_orders_12m, predicted_clv_12m, $action AS recommended_action
FROM (SELECT c.*, coalesce(l.codes, []) AS codes, l.listed
      FROM scoring_customers c LEFT JOIN scoring_reason_lists l USING (customer_id))
ORDER BY customer_id
"""


@dataclass(frozen=True)
class ScoreSummary:
    """What a run did. `by_risk` counts customers; `unavailable` names evidence that the data do not have."""

    scored_on: date
    customers: int
    by_risk: Mapping[str, int]
    thresholds: RiskThresholds
    models: PurchaseModels
    unavailable: tuple[EvidenceUnavailable, ...]
    notices: tuple[ParameterAtLimit, ...]


def score_customers(
    database: Path,
    *,
    as_of: date | None = None,
    progress: Progress | None = None,
    churn_window_days: int = CHURN_WINDOW_DAYS,
) -> ScoreSummary:
    """Fill `customer_scores` with one row for each customer with a paid order, as things stood at the end of `as_of`.

    `as_of` is by default the latest date in the data; nothing later is read. The file is written beside and replaced at
    the end: a failed run leaves the old scores, and a service goes on reading them. Same data, same date, same scores.

    Raises ScoringError where the data cannot carry the models, EngineError where the database cannot be opened.
    """
    if not database.exists():
        raise EngineError(DatabaseMissing(str(database)))
    report = progress or (lambda stage, share: None)
    with (
        written_beside(database, starting_as_copy=True) as partial,
        DuckDBWriter(partial, memory_limit=MEMORY_LIMIT) as writer,
    ):
        columns = read_columns(writer)
        scored_on = as_of or latest_date(writer, columns)
        report("reading purchases", 0.0)
        histories = read_histories(writer, scored_on)
        report("fitting the models", 0.2)
        models = fit_models(histories)
        report("predicting", 0.4)
        predictions = predict(models, histories, churn_window_days)
        participation = read_participation(writer, columns, scored_on, churn_window_days, len(histories.customer_id))
        thresholds = risk_thresholds(predictions.churn_probability, is_churned(histories, churn_window_days))
        results = _results(histories, predictions, participation, thresholds, churn_window_days)
        writer.execute(_RESULTS)
        writer.append("scoring_results", results)
        report("looking for reasons", 0.6)
        prepare_evidence(writer, scored_on, churn_window_days)
        left_out = find_reasons(writer, columns, scored_on, churn_window_days)
        report("writing", 0.9)
        _replace_scores(writer, scored_on)
        report("done", 1.0)
    counts = results["churn_risk"].value_counts()
    return ScoreSummary(
        scored_on=scored_on,
        customers=len(results),
        by_risk={risk: int(counts.get(risk, 0)) for risk in ("high", "medium", "low", "churned")},
        thresholds=thresholds,
        models=models,
        unavailable=(*participation.unavailable, *left_out),
        notices=models.notices,
    )


def _results(
    histories: Histories,
    predictions: Predictions,
    participation: Participation,
    thresholds: RiskThresholds,
    churn_window_days: int,
) -> pd.DataFrame:
    rfm = score_rfm(histories)
    churned = is_churned(histories, churn_window_days)
    risk = churn_risk(predictions.churn_probability, churned, thresholds)
    score = loyalty_score(loyalty_parts(histories, participation))
    return pd.DataFrame(
        {
            "customer_id": histories.customer_id,
            "r_score": rfm.r,
            "f_score": rfm.f,
            "m_score": rfm.m,
            "rfm_segment": rfm.segment,
            "lifecycle_stage": lifecycle_stage(histories, risk, churn_window_days),
            "value_tier": value_tier(predictions.clv),
            "loyalty_score": score.round(2),
            "loyalty_level": loyalty_level(score.round(2), risk),
            "p_alive": predictions.p_alive,
            "churn_probability": predictions.churn_probability,
            "churn_risk": risk,
            "expected_orders_12m": predictions.expected_orders,
            "predicted_clv_12m": predictions.clv,
        }
    )


def _replace_scores(writer: DuckDBWriter, scored_on: date) -> None:
    fill = _FILL.replace("$as_of", f"DATE '{scored_on}'").replace("$action", action_expression())
    writer.execute("BEGIN TRANSACTION")
    # an error before COMMIT closes the connection, which rolls back
    writer.execute(_TABLE)
    writer.execute(fill)
    writer.execute("COMMIT")
