"""The planted truths can be found: each with its direction and size, and nothing where nothing was planted."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from semantic_layer.demo.make import TRUTH_FILE
from semantic_layer.demo.plants import place_plants
from semantic_layer.demo.truths import Measure, read_truths
from tests.structure.sources import REPOSITORY

Rows = Callable[[str], list[tuple[object, ...]]]
TRUTHS = read_truths(place_plants(date(2026, 6, 30)), date(2026, 6, 30))
MEASURES = {f"{truth.code}-{measure.name}": measure for truth in TRUTHS for measure in truth.measures}

# The planted part's number over the other's, at least and at most. Four seeds stayed well inside.
SIZES = {
    "delivery_failure-delivery_complaints_per_order": (10.0, 60.0),
    "delivery_failure-no_paid_order_in_90_days_after": (1.5, 2.6),
    "slow_response-no_paid_order_in_90_days_after_ticket": (3.0, 5.0),
    "coupon_lift-conversion_of_treatment_and_control": (1.2, 1.5),
    "points_bonus_no_lift-conversion_of_treatment_and_control": (0.92, 1.08),
    "points_bonus_no_lift-conversion_of_openers_and_others": (1.5, 2.1),
    "birthday_lift-conversion_of_treatment_and_control": (1.3, 1.6),
    "social_leaves_early-first_paid_order_amount": (1.6, 2.1),
    "social_leaves_early-buys_in_days_91_to_270": (0.70, 0.88),
    "mother_baby_repurchase-paid_orders_in_90_days_after_first": (1.8, 2.3),
    "onboarding_week-buys_in_days_91_to_270_second_order_in_days_1_to_7_and_8_to_14": (1.10, 1.32),
    "quarterly_price_rise-renewal_rate_after_and_before": (0.50, 0.72),
    "referral_quality-buys_in_days_91_to_270": (1.06, 1.22),
    "store_refunds-refund_rate_of_stores": (2.2, 4.8),
    "bargain_first_order-buys_in_days_91_to_270": (0.72, 0.90),
    "wish_list-buys_in_days_91_to_270": (1.10, 1.28),
    "auto_renewal-renewal_rate": (1.25, 1.55),
    "detractors_leave-no_paid_order_in_90_days_after_answer": (1.25, 2.0),
}
NOTHING = (0.84, 1.19)  # a contrast, where both parts are as large as a fair coin would make them


def ratio(measure: Measure, rows: Rows) -> float:
    """The planted part's number over the other's."""
    ((planted, other),) = rows(measure.sql)
    return float(str(planted)) / float(str(other))


@pytest.mark.parametrize("name", SIZES)
def test_the_planted_truth_is_found(name: str, company: Rows) -> None:
    least, most = SIZES[name]
    assert least <= ratio(MEASURES[name], company) <= most
    expect = MEASURES[name].expect
    assert {"higher": least > 1, "lower": most < 1, "same": least < 1 < most}[expect]


@pytest.mark.parametrize("name", [name for name, measure in MEASURES.items() if measure.contrast])
def test_nothing_is_found_where_nothing_is_planted(name: str, company: Rows) -> None:
    least, most = NOTHING
    assert least <= ratio(MEASURES[name], company) <= most


def test_every_truth_has_an_effect_and_a_contrast() -> None:
    assert len(TRUTHS) >= 10
    assert set(SIZES) == {name for name, measure in MEASURES.items() if not measure.contrast}
    assert all({m.contrast for m in truth.measures} == {True, False} for truth in TRUTHS)


def test_the_file_says_what_the_sql_finds(company_file: Path, company: Rows) -> None:
    told = json.loads((company_file.parent / TRUTH_FILE).read_text(encoding="utf-8"))
    assert [truth["code"] for truth in told["truths"]] == [truth.code for truth in TRUTHS]
    for truth in told["truths"]:
        for measure in truth["measures"]:
            ((planted, other),) = company(measure["sql"])
            assert [measure["planted"], measure["compared_with"]] == pytest.approx([planted, other], abs=1e-5)


def test_the_largest_lift_is_that_of_birthdays(company: Rows) -> None:
    lifts = company(
        """SELECT campaign_type, avg((converted_order_id IS NOT NULL)::INT) FILTER (WHERE arm = 'treatment')
                  - avg((converted_order_id IS NOT NULL)::INT) FILTER (WHERE arm = 'control') AS lift
           FROM campaign_members JOIN campaigns USING (campaign_id) GROUP BY 1 ORDER BY lift DESC"""
    )
    assert lifts[0][0] == "birthday"


def test_the_page_tells_every_truth() -> None:
    page = (REPOSITORY / "docs" / "demo.md").read_text(encoding="utf-8")
    assert [truth.code for truth in TRUTHS if f"`{truth.code}`" not in page] == []
