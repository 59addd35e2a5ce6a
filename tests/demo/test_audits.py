"""What an auditor would check: sums to the cent, time in order, histories without gaps, arms that are arms."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from semantic_layer.demo.make import make_demo

Rows = Callable[[str], list[tuple[object, ...]]]
AUDITS = {
    audit["code"]: audit["sql"]
    for audit in tomllib.loads(Path(__file__).with_name("audits.toml").read_text(encoding="utf-8"))["audits"]
}
CODES = {
    ("customers", "gender"): "female male unknown",
    ("customers", "region"): "east south north central southwest northwest northeast",
    ("customers", "acquisition_channel"): "organic search_ads social referral offline_store",
    ("customers", "member_tier"): "basic silver gold platinum",
    ("source_accounts", "source_system"): "crm ecommerce app pos service_desk",
    ("tier_history", "tier"): "basic silver gold platinum",
    ("products", "category"): "mother_baby beauty food home electronics apparel",
    ("orders", "channel"): "app web mini_program store marketplace",
    ("orders", "status"): "paid refunded cancelled",
    ("points_ledger", "kind"): "earn redeem expire",
    ("subscriptions", "plan"): "monthly quarterly annual",
    ("subscriptions", "outcome"): "renewed lapsed cancelled running",
    ("subscriptions", "cancel_reason"): "price product service competitor no_longer_needed",
    ("app_events", "event_type"): "login view_product search add_to_cart checkout share feature_use",
    ("app_events", "channel"): "app web mini_program",
    ("support_tickets", "category"): "product_quality service_attitude delivery price refund account other",
    ("support_tickets", "channel"): "phone chat email social",
    ("survey_responses", "survey"): "nps csat",
    ("social_mentions", "platform"): "weibo xiaohongshu douyin wechat",
    ("social_mentions", "sentiment"): "positive neutral negative",
    ("social_mentions", "topic"): "product service price logistics brand",
    ("campaigns", "campaign_type"): "coupon win_back points_bonus birthday new_product renewal_reminder",
    ("campaign_members", "arm"): "treatment control",
    ("marketing_spend", "acquisition_channel"): "organic search_ads social referral offline_store",
    ("competitor_benchmarks", "metric"): "repurchase_rate churn_rate nps csat market_share",
}


@pytest.mark.parametrize("code", AUDITS)
def test_nothing_is_found_by(code: str, batched: Rows, today: date) -> None:
    assert batched(AUDITS[code].format(after=today + timedelta(days=1)))[:5] == []


@pytest.mark.parametrize(
    ("as_of", "customers"), [(date(2028, 2, 29), 300), (date(2025, 3, 15), 300), (date(2024, 12, 31), 1)], ids=str
)
def test_nothing_is_found_on_other_days(as_of: date, customers: int, tmp_path: Path) -> None:
    make_demo(tmp_path / "demo.duckdb", customers=customers, seed=11, as_of=as_of)
    with duckdb.connect(str(tmp_path / "demo.duckdb"), read_only=True) as connection:
        for code, sql in AUDITS.items():
            assert connection.execute(sql.format(after=as_of + timedelta(days=1))).fetchall() == [], code


@pytest.mark.parametrize(("table", "column"), CODES, ids=lambda name: str(name))
def test_the_codes_are_the_contracts(table: str, column: str, company: Rows) -> None:
    found = company(f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL")
    assert {code for (code,) in found} == set(CODES[table, column].split())


def test_scores_are_left_to_scoring(batched: Rows) -> None:
    assert batched("SELECT count(*) FROM customer_scores") == [(0,)]


def test_arms_are_random(company: Rows) -> None:
    """A control is as often a woman, a platinum member or from Shanghai as a treated customer is."""
    traits = ("gender = 'female'", "acquisition_channel = 'social'", "city = '上海'")
    for trait in traits:
        ((difference, error),) = company(
            f"""WITH m AS (SELECT arm = 'treatment' AS treated, coalesce({trait}, false)::INT AS x
                           FROM campaign_members JOIN customers USING (customer_id))
                SELECT avg(x) FILTER (WHERE treated) - avg(x) FILTER (WHERE NOT treated),
                       sqrt(var_pop(x) * (1 / countif(treated) + 1 / countif(NOT treated))) FROM m"""
        )
        assert isinstance(difference, float)
        assert isinstance(error, float)
        assert abs(difference) < 5 * error, trait  # the same customer is drawn many times, so errors are wider
