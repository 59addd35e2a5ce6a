"""The codes of the contract's enumerations, in the order in which the demo company's arrays count them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from semantic_layer.demo.draws import Ints

GENDERS = ("female", "male", "unknown")
ACQUISITION = ("organic", "search_ads", "social", "referral", "offline_store")
TIERS = ("basic", "silver", "gold", "platinum")
CATEGORIES = ("mother_baby", "beauty", "food", "home", "electronics", "apparel")
CHANNELS = ("app", "web", "mini_program", "store", "marketplace")
STATUSES = ("paid", "refunded", "cancelled")
LEDGER = ("earn", "redeem", "expire")
PLANS = ("monthly", "quarterly", "annual")
OUTCOMES = ("renewed", "lapsed", "cancelled", "running")
CANCEL_REASONS = ("price", "product", "service", "competitor", "no_longer_needed")
EVENTS = ("login", "view_product", "search", "add_to_cart", "checkout", "share", "feature_use")
FEATURES = ("member_code", "wish_list", "live_room", "points_mall", "coupon_center", "price_alert")
TICKETS = ("product_quality", "service_attitude", "delivery", "price", "refund", "account", "other")
TICKET_CHANNELS = ("phone", "chat", "email", "social")
SURVEYS = ("nps", "csat")
PLATFORMS = ("weibo", "xiaohongshu", "douyin", "wechat")
SENTIMENTS = ("positive", "neutral", "negative")
TOPICS = ("product", "service", "price", "logistics", "brand")
SOURCES = ("crm", "ecommerce", "app", "pos", "service_desk")
ARMS = ("treatment", "control")


def coded(index: Ints, codes: tuple[str, ...]) -> pd.Categorical:
    """The codes at these places, null where the place is -1; cheap to load, unlike strings."""
    return pd.Categorical.from_codes(index.astype(np.int8), list(codes))


def nullable(values: Ints) -> pd.arrays.IntegerArray:
    """The integers, null where -1."""
    return pd.arrays.IntegerArray(values, values == -1)
