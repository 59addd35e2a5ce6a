"""Gamma-gamma: the fit finds what made the data, and estimates lie between the customer's mean and everybody's."""

from __future__ import annotations

import numpy as np
import pytest

from semantic_layer.scoring import gamma_gamma
from semantic_layer.scoring.gamma_gamma import GammaGamma
from semantic_layer.scoring.likelihood import FloatArray, IntArray
from semantic_layer.scoring.problems import ScoringError


def spend(customers: int, p: float, q: float, v: float, seed: int) -> tuple[IntArray, FloatArray]:
    draw = np.random.default_rng(seed)
    purchases = draw.integers(1, 8, customers)
    scale = 1 / draw.gamma(q, 1 / v, customers)
    return purchases, draw.gamma(p * purchases, scale) / purchases


def test_fit_finds_what_made_the_data() -> None:
    fitted = gamma_gamma.fit(*spend(20_000, 6.0, 4.0, 50.0, 2))
    assert [fitted.p, fitted.q, fitted.v] == pytest.approx([6.0, 4.0, 50.0], rel=0.1)


def test_money_in_another_currency_scales() -> None:
    purchases, value = spend(2_000, 6.0, 4.0, 50.0, 2)
    small, large = gamma_gamma.fit(purchases, value), gamma_gamma.fit(purchases, value * 1000)
    assert large.v == pytest.approx(small.v * 1000, rel=1e-4)
    assert large.p == pytest.approx(small.p, rel=1e-4)


def test_estimate_by_hand() -> None:
    model = GammaGamma(p=2.0, q=3.0, v=10.0)
    purchases, value = np.array([0, 1, 8], dtype=np.int64), np.array([0.0, 30.0, 30.0])
    # 2*(10+0)/(0+2), 2*(10+30)/(2+2), 2*(10+240)/(16+2)
    assert gamma_gamma.expected_value(model, purchases, value) == pytest.approx([10.0, 20.0, 500 / 18])


def test_equal_amounts_give_that_amount() -> None:
    purchases, value = np.array([1, 2, 3, 4] * 10, dtype=np.int64), np.full(40, 99.0)
    model = gamma_gamma.fit(purchases, value)
    assert gamma_gamma.expected_value(model, purchases, value) == pytest.approx(value, rel=1e-3)
    assert model.at_limit


def test_free_orders_count_for_nothing() -> None:
    purchases, value = spend(500, 6.0, 4.0, 50.0, 4)
    value[:5] = 0.0
    model = gamma_gamma.fit(purchases, value)
    expected = gamma_gamma.expected_value(model, purchases, value)
    assert (expected > 0).all()
    assert expected[:5].max() < expected[5:].mean()


def test_nobody_spends() -> None:
    with pytest.raises(ScoringError) as caught:
        gamma_gamma.fit(np.array([1, 2], dtype=np.int64), np.zeros(2))
    assert caught.value.problems[0].code == "model_not_fitted"
