"""The two models together: fitted on all histories, then asked what each customer will do next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from semantic_layer.errors import Phrase
from semantic_layer.scoring import bg_nbd, gamma_gamma
from semantic_layer.scoring.histories import Histories
from semantic_layer.scoring.likelihood import FloatArray
from semantic_layer.scoring.problems import ModelNotFitted, ParameterAtLimit, ScoringError, TooFewRepeatBuyers

REPEAT_BUYERS_NEEDED = 20  # four parameters, and customers who came back to learn each from
DAYS_12_MONTHS = 365.0


@dataclass(frozen=True)
class PurchaseModels:
    """Both fits; alpha in days, v in money for a purchase."""

    buying: bg_nbd.BGNBD
    spending: gamma_gamma.GammaGamma
    orders_per_purchase: float

    @property
    def notices(self) -> tuple[ParameterAtLimit, ...]:
        """The parameters that the data could not tell from their limits."""
        fits = ((bg_nbd.NAME, self.buying.at_limit), (gamma_gamma.NAME, self.spending.at_limit))
        return tuple(ParameterAtLimit(name, at_limit) for name, at_limit in fits if at_limit)


@dataclass(frozen=True)
class Predictions:
    """One element a customer, in the order of the histories."""

    p_alive: FloatArray
    churn_probability: FloatArray  # of no paid order in the churn window to come
    expected_orders: FloatArray  # over the next 12 months
    clv: FloatArray  # net amount of those orders, undiscounted


def fit_models(histories: Histories) -> PurchaseModels:
    """Both models by maximum likelihood over every customer; equal histories are counted, not repeated.

    Raises ScoringError (`too_few_repeat_buyers`, `model_not_fitted`).
    """
    repeat_buyers = int((histories.x > 0).sum())
    if repeat_buyers < REPEAT_BUYERS_NEEDED:
        raise ScoringError(TooFewRepeatBuyers(repeat_buyers, REPEAT_BUYERS_NEEDED))
    rows = np.column_stack([histories.x.astype(np.float64), histories.t_x, histories.age])
    distinct, count = np.unique(rows, axis=0, return_counts=True)
    return PurchaseModels(
        bg_nbd.fit(distinct[:, 0].astype(np.int64), distinct[:, 1], distinct[:, 2], count.astype(np.int64)),
        gamma_gamma.fit(histories.purchases, histories.purchase_value),
        histories.orders_per_purchase,
    )


def predict(models: PurchaseModels, histories: Histories, churn_window_days: int) -> Predictions:
    """What each customer will do: within the churn window, and over 12 months.

    Raises ScoringError (`model_not_fitted`) where parameters at their limits leave a prediction without a value.
    """
    x, t_x, age = histories.x, histories.t_x, histories.age
    purchases = bg_nbd.expected_purchases(models.buying, x, t_x, age, DAYS_12_MONTHS)
    value = gamma_gamma.expected_value(models.spending, histories.purchases, histories.purchase_value)
    predictions = Predictions(
        p_alive=bg_nbd.p_alive(models.buying, x, t_x, age),
        churn_probability=bg_nbd.no_purchase_probability(models.buying, x, t_x, age, float(churn_window_days)),
        expected_orders=purchases * models.orders_per_purchase,
        clv=purchases * value,
    )
    for model, values in ((bg_nbd.NAME, predictions.expected_orders), (gamma_gamma.NAME, predictions.clv)):
        if not np.isfinite(values).all():
            raise ScoringError(
                ModelNotFitted(model, Phrase("它的预测不是有限的数", "its predictions are not finite numbers"))
            )
    return predictions


def expected_orders(models: PurchaseModels, histories: Histories, horizon_days: int) -> FloatArray:
    """Expected paid orders of each customer over any number of days to come."""
    purchases = bg_nbd.expected_purchases(models.buying, histories.x, histories.t_x, histories.age, float(horizon_days))
    return purchases * models.orders_per_purchase
