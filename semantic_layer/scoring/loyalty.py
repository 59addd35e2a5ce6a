"""The loyalty score: how a customer compares with all others in six respects, weighted, from 0 to 100.

Each part is the share of the other buyers that the customer is above, except advocacy, which is what they said. A part
of which nothing is known (no such table; a customer who was never asked) is left out and the weights of the others grow
in proportion: silence is neither praise nor blame.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from semantic_layer.scoring.histories import Histories
from semantic_layer.scoring.likelihood import FloatArray
from semantic_layer.scoring.participation import Participation
from semantic_layer.scoring.ranks import share_beaten
from semantic_layer.scoring.stages import Codes

Part: TypeAlias = Literal["recency", "frequency", "monetary", "tenure", "engagement", "advocacy"]
WEIGHTS: dict[Part, float] = {
    "recency": 0.20,
    "frequency": 0.25,
    "monetary": 0.20,
    "tenure": 0.10,
    "engagement": 0.15,
    "advocacy": 0.10,
}
VERY_HIGH_FROM, HIGH_FROM = 75.0, 50.0


def loyalty_parts(histories: Histories, participation: Participation) -> dict[Part, FloatArray]:
    """Each part of the score for each customer, 0..1 or NaN where unknown."""
    parts: dict[Part, FloatArray] = {
        "recency": share_beaten(-histories.recency_days),
        "frequency": share_beaten(histories.frequency),
        "monetary": share_beaten(histories.monetary),
        "tenure": share_beaten(histories.age),
        "advocacy": participation.advocacy,
    }
    if participation.active_days is not None:
        parts["engagement"] = share_beaten(participation.active_days)
    return parts


def loyalty_score(parts: dict[Part, FloatArray]) -> FloatArray:
    """The weighted mean of the known parts, times 100."""
    size = len(next(iter(parts.values())))
    total, weight = np.zeros(size), np.zeros(size)
    for part, values in parts.items():
        total += WEIGHTS[part] * np.nan_to_num(values)
        weight += WEIGHTS[part] * ~np.isnan(values)
    return np.asarray(100.0 * np.clip(total / weight, 0.0, 1.0), dtype=np.float64)


def loyalty_level(score: FloatArray, risk: Codes) -> Codes:
    """`at_risk` at high churn risk; `low` once churned, whatever the past; else by the score."""
    return np.select(
        [risk == "high", risk == "churned", score >= VERY_HIGH_FROM, score >= HIGH_FROM],
        ["at_risk", "low", "very_high", "high"],
        "low",
    )
