"""Ranks, quintiles, the segment grid, thresholds: small numbers that can be checked by eye."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semantic_layer.scoring.histories import Histories
from semantic_layer.scoring.loyalty import WEIGHTS, Part, loyalty_level, loyalty_score
from semantic_layer.scoring.ranks import quintile, share_beaten
from semantic_layer.scoring.rfm import GRID, Segment, score_rfm
from semantic_layer.scoring.stages import (
    RiskThresholds,
    churn_risk,
    is_churned,
    lifecycle_stage,
    risk_thresholds,
    value_tier,
)


def histories(recency: list[int], age: list[int], purchases: list[int], spent: list[float]) -> Histories:
    return Histories(
        customer_id=np.arange(len(age), dtype=np.int64),
        frequency=np.array(purchases, dtype=np.int64),
        purchases=np.array(purchases, dtype=np.int64),
        monetary=np.array(spent),
        t_x=np.array(age, dtype=np.float64) - recency,
        age=np.array(age, dtype=np.float64),
    )


def test_quintiles_without_ties_are_fifths() -> None:
    assert np.bincount(quintile(np.random.default_rng(1).permutation(1000)))[1:].tolist() == [200] * 5


@given(st.lists(st.integers(0, 6), min_size=1, max_size=60))
def test_equal_values_score_alike_and_more_is_never_less(values: list[int]) -> None:
    scores = quintile(np.array(values))
    assert set(scores.tolist()) <= {1, 2, 3, 4, 5}
    by_value = {value: {int(s) for v, s in zip(values, scores, strict=True) if v == value} for value in values}
    assert all(len(own) == 1 for own in by_value.values())
    ordered = [by_value[value].pop() for value in sorted(by_value)]
    assert ordered == sorted(ordered)
    assert ordered[0] == 1  # the least of all beats nobody


def test_the_best_beats_all_others() -> None:
    assert share_beaten(np.array([3, 1, 2])).tolist() == [1.0, 0.0, 0.5]
    assert share_beaten(np.array([7])).tolist() == [0.0]


def test_grid_has_every_segment_and_better_scores_leave_lost() -> None:
    assert {segment for row in GRID for segment in row} == set(get_args(Segment))
    assert (GRID[4][4], GRID[0][0], GRID[0][4], GRID[4][0]) == ("champions", "lost", "cant_lose", "new")


def test_rfm_by_hand() -> None:
    # five customers from best to worst in everything
    rfm = score_rfm(histories([0, 10, 20, 30, 40], [90] * 5, [5, 4, 3, 2, 1], [50.0, 40.0, 30.0, 20.0, 10.0]))
    assert (rfm.r.tolist(), rfm.f.tolist(), rfm.m.tolist()) == ([5, 4, 3, 2, 1],) * 3
    assert rfm.segment.tolist() == ["champions", "loyal", "need_attention", "hibernating", "lost"]


def test_churned_on_the_ninetieth_day() -> None:
    assert is_churned(histories([89, 90], [200, 200], [2, 2], [1.0, 1.0]), 90).tolist() == [False, True]


def test_thresholds_where_most_will_not_come_back() -> None:
    probability = np.linspace(0.6, 1.0, 101)
    found = risk_thresholds(probability, np.zeros(101, dtype=bool))
    assert [found.high, found.medium] == pytest.approx([0.92, 0.8])


def test_thresholds_where_most_will() -> None:
    probability = np.linspace(0.0, 0.4, 101)
    found = risk_thresholds(probability, np.zeros(101, dtype=bool))
    assert found.high == pytest.approx(0.38)  # the likeliest twentieth, though nobody has an even chance
    assert found.medium == pytest.approx(0.25)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_somebody_is_always_at_high_risk(values: list[float]) -> None:
    probability, churned = np.array(values), np.zeros(len(values), dtype=bool)
    thresholds = risk_thresholds(probability, churned)
    assert thresholds.medium <= thresholds.high
    risk = churn_risk(probability, churned, thresholds)
    assert "high" in risk.tolist()
    assert "churned" not in risk.tolist()


def test_everybody_churned() -> None:
    churned = np.ones(3, dtype=bool)
    assert risk_thresholds(np.array([0.2, 0.3, 0.4]), churned) == RiskThresholds(1.0, 1.0)
    assert set(churn_risk(np.full(3, 0.5), churned, RiskThresholds(1.0, 1.0)).tolist()) == {"churned"}


def test_stages_in_order_of_precedence() -> None:
    people = histories([100, 10, 10, 10, 10], [400, 30, 30, 400, 400], [9, 1, 1, 4, 3], [1.0] * 5)
    risk = np.array(["churned", "high", "low", "low", "medium"])
    assert lifecycle_stage(people, risk, 90).tolist() == ["churned", "at_risk", "new", "mature", "growing"]


def test_value_tiers_are_a_fifth_three_tenths_and_a_half() -> None:
    tiers = value_tier(np.arange(10.0)).tolist()
    assert tiers == ["low"] * 5 + ["medium"] * 3 + ["high"] * 2
    assert value_tier(np.ones(4)).tolist() == ["low"] * 4


def test_unknown_parts_leave_their_weight_to_the_others() -> None:
    assert sum(WEIGHTS.values()) == pytest.approx(1.0)
    parts: dict[Part, np.ndarray[tuple[int], np.dtype[np.float64]]] = {
        "recency": np.array([1.0, 1.0, 1.0]),
        "frequency": np.array([0.0, 0.0, 1.0]),
        "advocacy": np.array([np.nan, 1.0, 1.0]),
    }
    # 20 of 45; 30 of 55; all
    assert loyalty_score(parts) == pytest.approx([100 * 20 / 45, 100 * 30 / 55, 100.0])


def test_levels() -> None:
    score, risk = np.array([90.0, 90.0, 90.0, 60.0, 20.0]), np.array(["low", "high", "churned", "low", "medium"])
    assert loyalty_level(score, risk).tolist() == ["very_high", "at_risk", "low", "high", "low"]
