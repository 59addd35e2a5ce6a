"""The planted truths' parameters: what is true of the demo company by construction.

A factor multiplies the chance to leave after an order (or the pace of buying); an addition adds to it. Dates are
placed relative to the as-of date, so that every plant leaves time to be measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Plants:
    """See `truths.toml` for what each of them means in words and for the SQL that finds it."""

    failure_start: date
    failure_end: date
    price_rise: date
    failure_region: str = "central"
    failure_share: float = 0.40
    failure_leaves: float = 0.45
    slow_hours: int = 24
    slow_share: float = 0.25
    slow_leaves: float = 0.40
    bargain_discount: float = 0.30
    bargain_share: float = 0.15
    bargain_factor: float = 2.2
    early_leavers: str = "social"
    early_leavers_factor: float = 2.4
    faithful: str = "referral"
    faithful_factor: float = 0.45
    often_bought: str = "mother_baby"
    often_bought_pace: float = 2.3
    onboarding_days: int = 7
    onboarding_factor: float = 0.25
    sticky_feature: str = "wish_list"
    sticky_share: float = 0.18
    sticky_factor: float = 0.40
    idle_feature: str = "live_room"
    bad_stores_city: str = "重庆"
    bad_stores_factor: float = 4.0
    dear_plan: str = "quarterly"
    dear_fee_rise: float = 0.30
    dear_renewal_factor: float = 0.60
    auto_renewal: float = 0.90
    hand_renewal: float = 0.66


def place_plants(as_of: date) -> Plants:
    """The plants for a history that ends with `as_of`.

    >>> plants = place_plants(date(2026, 6, 30))
    >>> str(plants.failure_start), str(plants.failure_end), str(plants.price_rise)
    ('2025-11-01', '2025-12-01', '2025-10-01')
    """
    return Plants(month_before(as_of, 7), month_before(as_of, 6), month_before(as_of, 8))


def month_before(day: date, months: int) -> date:
    """The first day of the month so many months before the day's own.

    >>> str(month_before(date(2026, 3, 15), 4))
    '2025-11-01'
    """
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)
