"""BG/NBD: how often customers buy and when they stop, from the dates of their purchases alone.

P. Fader, B. Hardie, K. L. Lee: "Counting Your Customers" the Easy Way (Marketing Science 24:2, 2005). While alive a
customer buys at rate lambda ~ Gamma(r, alpha); after each repeat purchase they leave with probability p ~ Beta(a, b).
A history is (x, t_x, T): repeat purchases, time of the last one and time now, both counted from the first purchase.
Times are in any one unit; alpha and the results of this module are in that unit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import betaincinv, digamma, expit, gammaln, hyp2f1, log_expit

from semantic_layer.scoring.likelihood import FloatArray, IntArray, maximise

NAME = "BG/NBD"
_STARTS = ((0.5, 1.0, 1.0, 2.5), (1.0, 1.0, 0.1, 1.0), (0.1, 0.1, 1.0, 1.0), (5.0, 5.0, 0.5, 5.0))
_POLE = 1e-6  # closer to a removable singularity than this, the mean of both sides is taken
_NODES = 4001


@dataclass(frozen=True)
class BGNBD:
    """The fitted parameters and the log-likelihood in the unit of the histories."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = float("nan")
    at_limit: tuple[str, ...] = ()


def fit(x: IntArray, t_x: FloatArray, age: FloatArray, count: IntArray | None = None) -> BGNBD:
    """The parameters under which these histories are most likely; `count` says how many customers have each.

    At least some x must be positive. Raises ScoringError (`model_not_fitted`).
    """
    weight = np.ones(len(x)) if count is None else count.astype(np.float64)
    unit = max(float(np.average(age, weights=weight)), 1e-9) / 5.0  # so that the usual parameters are near 1
    terms = _Terms(x, t_x / unit, age / unit, weight)
    maximum = maximise(NAME, ("r", "alpha", "a", "b"), terms.log_likelihood, _STARTS)
    r, alpha, a, b = maximum.parameters
    customers, repeats = float(weight.sum()), float((weight * x).sum())
    value, _ = terms.log_likelihood(np.array(maximum.parameters))
    # a density in t_x: measured in another unit it changes by that unit for every repeat purchase
    return BGNBD(r, alpha * unit, a, b, float(value * customers - repeats * np.log(unit)), maximum.at_limit)


class _Terms:
    """The log-likelihood of all histories (equation 6 of the paper) and its gradient.

    Gamma functions depend on x alone, so they are taken once for each distinct x.
    """

    def __init__(self, x: IntArray, t_x: FloatArray, age: FloatArray, weight: FloatArray) -> None:
        self._values, self._position = np.unique(x, return_inverse=True)
        self._x, self._t_x, self._age = x.astype(np.float64), t_x, age
        self._weight = weight / weight.sum()
        self._share = np.bincount(self._position, weights=self._weight)
        self._repeated = x > 0

    def log_likelihood(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        r, alpha, a, b = parameters
        x, values = self._x, self._values.astype(np.float64)
        now, then = np.log(alpha + self._age), np.log(alpha + self._t_x)
        alive = -(r + x) * now
        with np.errstate(divide="ignore", invalid="ignore"):
            left = np.log(a) - np.log(b + x - 1.0) - (r + x) * then
        left = np.where(self._repeated, left, -np.inf)
        both = np.logaddexp(alive, left)
        by_x = (
            gammaln(r + values)
            - gammaln(r)
            + r * np.log(alpha)
            + gammaln(a + b)
            + gammaln(b + values)
            - gammaln(b)
            - gammaln(a + b + values)
        )
        value = float(self._share @ by_x + self._weight @ both)

        gone = self._weight * np.exp(left - both)  # weight of having left right after the last purchase
        here = self._weight * np.exp(alive - both)
        d_r = self._share @ (digamma(r + values) - digamma(r)) + np.log(alpha) - here @ now - gone @ then
        d_alpha = r / alpha - here @ ((r + x) / (alpha + self._age)) - gone @ ((r + x) / (alpha + self._t_x))
        shared = digamma(a + b) - digamma(a + b + values)
        d_a = self._share @ shared + gone.sum() / a
        last = gone / np.where(self._repeated, b + x - 1.0, 1.0)
        d_b = self._share @ (shared + digamma(b + values) - digamma(b)) - last.sum()
        return value, np.array([d_r, d_alpha, d_a, d_b], dtype=np.float64)


def p_alive(model: BGNBD, x: IntArray, t_x: FloatArray, age: FloatArray) -> FloatArray:
    """Probability that the customer has not left (equation 7 of Fader and Hardie's note on P(alive), 2008).

    Exactly 1 without a repeat purchase: in this model a customer can only leave after one.
    """
    odds = np.full(len(x), -np.inf)
    again = x > 0
    n = x[again].astype(np.float64)
    odds[again] = (
        np.log(model.a)
        - np.log(model.b + n - 1.0)
        + (model.r + n) * (np.log(model.alpha + age[again]) - np.log(model.alpha + t_x[again]))
    )
    return np.asarray(expit(-odds), dtype=np.float64)


def no_purchase_probability(model: BGNBD, x: IntArray, t_x: FloatArray, age: FloatArray, horizon: float) -> FloatArray:
    """Probability of no purchase in (T, T + horizon].

    Exact: one leaves only right after a purchase, so whoever is alive at T stays silent just when their next purchase
    comes later. Given alive, lambda ~ Gamma(r + x, alpha + T), hence
    (1 - P(alive)) + P(alive) * ((alpha + T) / (alpha + T + horizon)) ** (r + x).
    """
    alive = p_alive(model, x, t_x, age)
    silent = np.exp(-(model.r + x) * np.log1p(horizon / (model.alpha + age)))
    return np.asarray(np.clip(1.0 - alive + alive * silent, 0.0, 1.0), dtype=np.float64)


def expected_purchases(model: BGNBD, x: IntArray, t_x: FloatArray, age: FloatArray, horizon: float) -> FloatArray:
    """Expected number of purchases in (T, T + horizon] (equation 10 of the paper)."""
    pairs, position = np.unique(np.column_stack([x.astype(np.float64), age]), axis=0, return_inverse=True)
    given_alive = _expected_given_alive(model, pairs[:, 0], pairs[:, 1], horizon)
    return np.asarray(given_alive[position.ravel()] * p_alive(model, x, t_x, age), dtype=np.float64)


def _expected_given_alive(model: BGNBD, x: FloatArray, age: FloatArray, horizon: float) -> FloatArray:
    if abs(model.a - 1.0) < _POLE or abs(model.a + model.b - 1.0) < _POLE:
        sides = [replace(model, a=model.a + side) for side in (-2.0 * _POLE, 2.0 * _POLE)]
        return np.asarray(sum(_closed_form(side, x, age, horizon) for side in sides) / 2.0, dtype=np.float64)
    return _closed_form(model, x, age, horizon)


def _closed_form(model: BGNBD, x: FloatArray, age: FloatArray, horizon: float) -> FloatArray:
    """The formula of the paper or its equal after Euler's transformation, whichever has the smaller powers.

    (1-z)^(r+x) 2F1(r+x, b+x; c; z) = (1-z)^(a-1) 2F1(a-1, a+b-1-r; c; z): the left side overflows for frequent
    buyers, the right side where customers hardly differ in p (a large). Where scipy has no value, the expectation that
    the formula solves is taken by quadrature.
    """
    r, a, b = model.r, model.a, model.b
    z = horizon / (model.alpha + age + horizon)
    c = a + b + x - 1.0
    euler = a - 1.0 <= r + x
    power = np.where(euler, a - 1.0, r + x)
    with np.errstate(over="ignore", invalid="ignore"):
        shrunk = np.exp(power * np.log1p(-z)) * hyp2f1(power, np.where(euler, a + b - 1.0 - r, b + x), c, z)
        value = np.asarray(c / (a - 1.0) * (1.0 - shrunk), dtype=np.float64)
    for index in np.flatnonzero(~np.isfinite(value)):
        value[index] = _by_quadrature(model, float(x[index]), float(age[index]), horizon)
    return np.maximum(value, 0.0)


def _by_quadrature(model: BGNBD, x: float, age: float, horizon: float) -> float:
    """E[(1 - (1 + p t / (alpha + T)) ** -(r + x)) / p] over p ~ Beta(a, b + x), by trapezoids on the logit scale.

    Given alive at T, lambda ~ Gamma(r + x, alpha + T), and over it E[(1 - exp(-lambda p t)) / p] is the inner term.
    """
    a, b = model.a, model.b + x
    least, most = (max(float(betaincinv(*shape, 1e-18)), 1e-300) for shape in ((a, b), (b, a)))
    logit = np.linspace(np.log(least) - np.log1p(-least), np.log1p(-most) - np.log(most), _NODES)
    density = a * log_expit(logit) + b * log_expit(-logit)
    weight, p = np.exp(density - density.max()), expit(logit)
    inner = -np.expm1(-(model.r + x) * np.log1p(horizon * p / (model.alpha + age))) / p
    return float(weight @ inner / weight.sum())
