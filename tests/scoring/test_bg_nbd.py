"""BG/NBD against its own definition: integrals over the two distributions that the formulas solve."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import betaln
from scipy.stats import gamma

from semantic_layer.scoring import bg_nbd
from semantic_layer.scoring.bg_nbd import BGNBD
from semantic_layer.scoring.likelihood import FloatArray, IntArray
from tests.scoring.company import Behaviour, simulate

CDNOW = BGNBD(0.243, 4.414, 0.793, 2.426)


def histories(customers: int, seed: int, behaviour: Behaviour) -> tuple[IntArray, FloatArray, FloatArray]:
    days: dict[int, list[float]] = {}
    for each in simulate(customers, seed, behaviour):
        days.setdefault(each.customer_id, []).append(each.day)
    x = np.array([len(own) - 1 for own in days.values()], dtype=np.int64)
    t_x = np.array([own[-1] - own[0] for own in days.values()])
    age = np.array([730 - own[0] for own in days.values()])
    return x, t_x, age


def one(x: int, t_x: float, age: float) -> tuple[IntArray, FloatArray, FloatArray]:
    return np.array([x], dtype=np.int64), np.array([t_x]), np.array([age])


def expected_by_integration(model: BGNBD, x: int, age: float, horizon: float) -> float:
    """Alive at T, the customer has p ~ Beta(a, b + x) and lambda ~ Gamma(r + x, alpha + T); given both, the expected
    purchases are (1 - exp(-lambda p t)) / p. Over lambda this is closed; over p it is integrated on the logit scale."""
    shape, b = model.r + x, model.b + x

    def weighted(u: float) -> float:
        p, q = 1 / (1 + np.exp(-u)), 1 / (1 + np.exp(u))
        density = np.exp(model.a * np.log(p) + b * np.log(q) - betaln(model.a, b))
        return float(density * -np.expm1(-shape * np.log1p(horizon * p / (model.alpha + age))) / p)

    middle = float(np.log(model.a / b))
    spread = (1 / model.a + 1 / b) ** 0.5  # of the logit, about
    lowest, highest = max(middle - 40 * spread / min(model.a, 1), -700), min(middle + 40 * spread / min(b, 1), 700)
    return float(quad(weighted, lowest, middle, limit=400)[0] + quad(weighted, middle, highest, limit=400)[0])


@pytest.mark.parametrize("x", [0, 1, 2, 10, 60, 400])
@pytest.mark.parametrize(
    "model",
    [
        CDNOW,
        BGNBD(0.8, 40.0, 0.8, 2.5),
        BGNBD(5.0, 100.0, 3.0, 4.0),
        BGNBD(0.3, 5.0, 0.2, 0.5),  # a + b below 1: the hypergeometric function has a negative third argument
        BGNBD(0.5, 20.0, 1.0, 2.0),  # a = 1: the formula divides by a - 1
        BGNBD(0.5, 20.0, 0.4, 0.6),  # a + b = 1: it divides by a + b + x - 1 for x = 0
        BGNBD(40.0, 0.05, 12.0, 300.0),
        BGNBD(1.25, 49.0, 71040.0, 158298.0),  # everybody leaves with the same probability
    ],
)
def test_expected_purchases_are_the_integral(model: BGNBD, x: int) -> None:
    for age in (0.0, 30.0, 900.0):
        found = bg_nbd.expected_purchases(model, *one(x, age, age), 365.0)
        alive = bg_nbd.p_alive(model, *one(x, age, age))
        assert found[0] == pytest.approx(alive[0] * expected_by_integration(model, x, age, 365.0), rel=1e-5)


@pytest.mark.parametrize(("x", "t_x", "age"), [(0, 0.0, 20.0), (1, 5.0, 200.0), (7, 180.0, 200.0), (80, 700.0, 710.0)])
def test_silence_is_left_or_a_late_next_purchase(x: int, t_x: float, age: float) -> None:
    model = BGNBD(0.8, 40.0, 0.8, 2.5)
    posterior = gamma(model.r + x, scale=1 / (model.alpha + age))
    late, _ = quad(lambda rate: posterior.pdf(rate) * np.exp(-rate * 90), 0, posterior.ppf(1 - 1e-13), limit=200)
    alive = float(bg_nbd.p_alive(model, *one(x, t_x, age))[0])
    found = bg_nbd.no_purchase_probability(model, *one(x, t_x, age), 90.0)
    assert found[0] == pytest.approx(1 - alive + alive * late, abs=1e-6)


def test_p_alive_by_hand() -> None:
    # one repeat on day 10, now day 40, r=1 alpha=20 a=1 b=2: odds of having left (a/b) * ((20+40)/(20+10))**2 = 2
    assert bg_nbd.p_alive(BGNBD(1, 20, 1, 2), *one(1, 10, 40))[0] == pytest.approx(1 / 3)
    assert bg_nbd.p_alive(BGNBD(1, 20, 1, 2), *one(0, 0, 4000))[0] == 1.0


def test_gradient_is_the_slope() -> None:
    x, t_x, age = histories(300, 5, Behaviour())
    point = np.array([0.7, 30.0, 0.6, 2.0])
    slopes = []
    for index in range(4):
        step = np.zeros(4)
        step[index] = 1e-5 * point[index]
        up, down = (likelihood(point + sign * step, x, t_x, age) for sign in (1, -1))
        slopes.append((up - down) / (2 * step[index]))
    fitted = bg_nbd.fit(x, t_x, age)
    top = np.array([fitted.r, fitted.alpha, fitted.a, fitted.b])
    assert likelihood(top, x, t_x, age) == pytest.approx(fitted.log_likelihood)
    assert np.abs(slopes).max() > 1  # away from the top there is a slope, at the top there is none
    for index in range(4):
        step = np.zeros(4)
        step[index] = 1e-3 * top[index]
        assert likelihood(top + step, x, t_x, age) < fitted.log_likelihood
        assert likelihood(top - step, x, t_x, age) < fitted.log_likelihood


def likelihood(parameters: FloatArray, x: IntArray, t_x: FloatArray, age: FloatArray) -> float:
    """The paper's likelihood written out customer by customer, with factorials by products."""
    r, alpha, a, b = parameters
    total = 0.0
    for n, last, now in zip(x.tolist(), t_x.tolist(), age.tolist(), strict=True):
        rising = float(np.sum(np.log(r + np.arange(n)))) + r * np.log(alpha)
        stayed = float(np.sum(np.log(b + np.arange(n)) - np.log(a + b + np.arange(n))))
        inner = (alpha + now) ** -(r + n)
        if n:
            inner += a / (b + n - 1) * (alpha + last) ** -(r + n)
        total += rising + stayed + np.log(inner)
    return total


def test_fit_finds_what_made_the_data() -> None:
    true = Behaviour(r=1.2, alpha=30.0, a=0.9, b=3.0)
    fitted = bg_nbd.fit(*histories(6000, 11, true))
    assert [fitted.r, fitted.alpha] == pytest.approx([true.r, true.alpha], rel=0.12)
    assert fitted.a / (fitted.a + fitted.b) == pytest.approx(true.a / (true.a + true.b), rel=0.12)
    assert fitted.at_limit == ()


def test_counting_equal_histories_changes_nothing() -> None:
    x, t_x, age = histories(200, 3, Behaviour())
    whole = bg_nbd.fit(np.concatenate([x, x]), np.concatenate([t_x, t_x]), np.concatenate([age, age]))
    counted = bg_nbd.fit(x, t_x, age, np.full(len(x), 2, dtype=np.int64))
    assert counted.log_likelihood == pytest.approx(whole.log_likelihood)
    assert counted.alpha == pytest.approx(whole.alpha, rel=1e-4)


positive = st.floats(0.01, 100.0)


@settings(max_examples=200, deadline=None)
@given(positive, positive, positive, positive, st.integers(0, 1000), st.floats(0, 1), st.floats(0, 4000))
def test_predictions_are_always_sensible(
    r: float, alpha: float, a: float, b: float, x: int, share: float, age: float
) -> None:
    model, history = BGNBD(r, alpha, a, b), one(x, age * share if x else 0.0, age)
    alive = bg_nbd.p_alive(model, *history)[0]
    silent, longer = (bg_nbd.no_purchase_probability(model, *history, days)[0] for days in (90.0, 180.0))
    orders, more = (bg_nbd.expected_purchases(model, *history, days)[0] for days in (90.0, 365.0))
    assert 0 <= alive <= 1
    assert 1 - alive - 1e-12 <= longer <= silent <= 1
    assert 0 <= orders <= more * (1 + 1e-9) + 1e-9
    assert 1 - silent <= orders + 1e-9  # nobody buys more often than they are expected to (Markov)
