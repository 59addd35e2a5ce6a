"""Churn risk, lifecycle stage and value tier: codes read off the scores by thresholds that are all in this file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from semantic_layer.scoring.histories import Histories
from semantic_layer.scoring.likelihood import FloatArray
from semantic_layer.scoring.ranks import count_below

Codes: TypeAlias = npt.NDArray[np.str_]

MATURE_AGE_DAYS = 365
MATURE_PURCHASES = 4
HIGH_VALUE_ABOVE, MEDIUM_VALUE_ABOVE = 0.8, 0.5  # share of buyers with a lower 12-month value


@dataclass(frozen=True)
class RiskThresholds:
    """The least churn probability of each risk, among customers who have not churned."""

    high: float
    medium: float


def is_churned(histories: Histories, churn_window_days: int) -> npt.NDArray[np.bool_]:
    """No paid order in the window that ends with as_of: the last one is at least that many days before it."""
    return histories.recency_days >= churn_window_days


def risk_thresholds(churn_probability: FloatArray, churned: npt.NDArray[np.bool_]) -> RiskThresholds:
    """Thresholds among those who have not churned.

    High: the top fifth, where that is at least an even chance of leaving; where fewer than a fifth have an even chance,
    those who have; but never fewer than the top twentieth. Medium: likewise with the top half, a chance of one in four
    and the top fifth. So the group stays short where most will not come back, and is not empty where most will.
    """
    active = churn_probability[~churned]
    if active.size == 0:
        return RiskThresholds(1.0, 1.0)
    half, fifth, twentieth = (float(value) for value in np.quantile(active, (0.5, 0.8, 0.95)))
    high = max(fifth, min(0.5, twentieth))
    return RiskThresholds(high, min(high, max(half, min(0.25, fifth))))


def churn_risk(churn_probability: FloatArray, churned: npt.NDArray[np.bool_], thresholds: RiskThresholds) -> Codes:
    """`churned` for exactly the dormant customers; the others by the thresholds."""
    return np.select(
        [churned, churn_probability >= thresholds.high, churn_probability >= thresholds.medium],
        ["churned", "high", "medium"],
        "low",
    )


def lifecycle_stage(histories: Histories, risk: Codes, churn_window_days: int) -> Codes:
    """The first that holds of: churned; at_risk (high churn risk); new (first order within the churn window);
    mature (a customer for a year, with four purchases or more); else growing."""
    return np.select(
        [
            risk == "churned",
            risk == "high",
            histories.age < churn_window_days,
            (histories.age >= MATURE_AGE_DAYS) & (histories.purchases >= MATURE_PURCHASES),
        ],
        ["churned", "at_risk", "new", "mature"],
        "growing",
    )


def value_tier(clv: FloatArray) -> Codes:
    """By expected 12-month value among all buyers: the top 20 % are high, the next 30 % medium, the rest low."""
    below = count_below(clv) / len(clv)
    return np.select([below >= HIGH_VALUE_ABOVE, below >= MEDIUM_VALUE_ABOVE], ["high", "medium"], "low")
