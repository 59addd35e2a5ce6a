"""Gamma-gamma: what a customer's average purchase is worth, shrunk toward everybody's where there are few purchases.

P. Fader, B. Hardie: The Gamma-Gamma Model of Monetary Value (2013). The value of a purchase ~ Gamma(p, nu) around the
customer's own mean, and nu ~ Gamma(q, v) over customers. Independent of how often they buy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln

from semantic_layer.errors import Phrase
from semantic_layer.scoring.likelihood import FloatArray, IntArray, maximise
from semantic_layer.scoring.problems import ModelNotFitted, ScoringError

NAME = "gamma-gamma"
_STARTS = ((4.0, 3.0, 3.0), (1.0, 1.0, 1.0), (20.0, 20.0, 1.0))


@dataclass(frozen=True)
class GammaGamma:
    """The fitted parameters; v is in money. q is above 1, so that the mean over customers is finite."""

    p: float
    q: float
    v: float
    at_limit: tuple[str, ...] = ()


def fit(purchases: IntArray, mean_value: FloatArray) -> GammaGamma:
    """The parameters under which these mean values are most likely; customers without a positive value are left out.

    Raises ScoringError (`model_not_fitted`).
    """
    usable = (purchases > 0) & (mean_value > 0)
    if not usable.any():
        raise ScoringError(
            ModelNotFitted(NAME, Phrase("没有客户的购买金额为正", "no customer has a positive purchase value"))
        )
    unit = float(mean_value[usable].mean())
    terms = _Terms(purchases[usable], mean_value[usable] / unit)
    maximum = maximise(NAME, ("p", "q", "v"), terms.log_likelihood, _STARTS)
    p, above_one, v = maximum.parameters
    return GammaGamma(p, 1.0 + above_one, v * unit, maximum.at_limit)


class _Terms:
    """The log-likelihood (equation 1a of the note) and its gradient, over p, q - 1 and v."""

    def __init__(self, purchases: IntArray, mean_value: FloatArray) -> None:
        self._values, position = np.unique(purchases, return_inverse=True)
        self._share = np.bincount(position) / len(purchases)
        self._x, self._z = purchases.astype(np.float64), mean_value
        self._total = self._x * mean_value
        self._log_total = np.log(self._total)

    def log_likelihood(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        p, above_one, v = parameters
        q = 1.0 + above_one
        values, size = self._values.astype(np.float64), len(self._x)
        spread = np.log(v + self._total)
        # px log x + (px - 1) log z, with log(xz) = log x + log z
        powers = p * self._x * self._log_total - np.log(self._z) - (p * self._x + q) * spread
        by_x = gammaln(p * values + q) - gammaln(p * values) - gammaln(q)
        value = float(self._share @ by_x + q * np.log(v) + powers.sum() / size)

        joint = digamma(p * values + q)
        d_p = self._share @ (values * (joint - digamma(p * values))) + self._x @ (self._log_total - spread) / size
        d_q = self._share @ joint - digamma(q) + np.log(v) - spread.sum() / size
        d_v = q / v - ((p * self._x + q) / (v + self._total)).sum() / size
        return value, np.array([d_p, d_q, d_v], dtype=np.float64)


def expected_value(model: GammaGamma, purchases: IntArray, mean_value: FloatArray) -> FloatArray:
    """Expected value of a purchase to come: p (v + x z) / (p x + q - 1), equation 5 of the note.

    A weighted mean of the customer's own average and the population's p v / (q - 1), which it is for x = 0.
    """
    x = purchases.astype(np.float64)
    spent = np.maximum(x * mean_value, 0.0)
    return np.asarray(model.p * (model.v + spent) / (model.p * x + model.q - 1.0), dtype=np.float64)
