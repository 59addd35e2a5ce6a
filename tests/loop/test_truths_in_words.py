"""The planted truths of the demo company are found by a question in words, with direction and size, on two seeds.

Each case: the question in both languages, the group that was planted and what it is held against, and the bounds of the
planted part's number over the other's.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from chat_service.asking import Answer
from tests.loop.conftest import Ask


@dataclass(frozen=True)
class Truth:
    """What is asked, and what is to be found."""

    zh: str
    en: str
    planted: str
    least: float
    most: float
    against: str = "others"


TRUTHS = {
    "slow_response": Truth(
        "工单首次响应超过24小时的客户，之后90天内没有下单的比例",
        "Tickets with a first response time above 24 hours: what share did not order within 90 days after?",
        "those",
        1.8,
        3.2,
    ),
    "social_leaves_early": Truth(
        "社交媒体来的客户，首单后91到270天内还下单的占比",
        "customers from social media: share who ordered between 91 and 270 days after their first order",
        "those",
        0.68,
        0.88,
    ),
    "mother_baby_repurchase": Truth(
        "首单是母婴的客户，首单后90天内平均复购几次",
        "How often do customers order again within 90 days of a first order for mother and baby?",
        "those",
        1.7,
        2.4,
    ),
    "onboarding_week": Truth(
        "首单后7天内下第二单的客户，91到270天内还下单的比例",
        "customers with a second order within 7 days of their first order: "
        "how many ordered between 91 and 270 days after it?",
        "those",
        1.2,
        1.7,
    ),
    "referral_quality": Truth(
        "首单后91到270天内还有下单的客户占比，按获客渠道",
        "share of customers who ordered between 91 and 270 days after their first order, by acquisition channel",
        "referral",
        1.04,
        1.25,
        "organic",
    ),
    "bargain_first_order": Truth(
        "首单折扣超过30%的客户，91到270天内有多少人回购",
        "First-time buyers with a discount above 30 % on their first order: "
        "how many came back between 91 and 270 days after it?",
        "those",
        0.72,
        0.92,
    ),
    "wish_list": Truth(
        "注册后30天内用过心愿单的客户，第91到270天内下单的比例",
        "How many customers who used the wish list within 30 days of registering "
        "ordered between 91 and 270 days after registering",
        "those",
        1.06,
        1.28,
    ),
    "detractors_leave": Truth(
        "按NPS分组看，答卷后90天内没有下单的占比",
        "by NPS group, share that did not order within 90 days after answering the NPS survey",
        "detractor",
        1.2,
        2.1,
        "promoter",
    ),
}


def told(answer: Answer) -> dict[object, float]:
    """What each group of an answer has: its share or its average."""
    assert answer.finding is not None, answer.text
    table = answer.finding.table
    names = [column.name for column in table.columns]
    value = names.index("share" if "share" in names else "average")
    return {row[0]: float(str(row[value])) for row in table.rows if row[value] is not None}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", TRUTHS)
def test_a_planted_truth_is_found_by_asking(code: str, language: str, ask: Ask) -> None:
    truth = TRUTHS[code]
    found = told(ask(getattr(truth, language)))
    assert truth.least <= found[truth.planted] / found[truth.against] <= truth.most, found


def of_each(answer: Answer, name: str) -> dict[object, float]:
    """What each group of an answer has in a column."""
    assert answer.finding is not None, answer.text
    table = answer.finding.table
    return {row[0]: float(str(value)) for row, value in zip(table.rows, table.column(name), strict=True) if row[0]}


FAILURES = {
    "zh": ("2025年11月各大区物流投诉数", "2025年11月下单的客户，之后90天内没有下单的占比，按大区"),
    "en": (
        "complaints about delivery in November 2025 by region",
        "by region, share of customers who did not order within 90 days after ordering in November 2025",
    ),
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_failed_deliveries_are_found_where_and_when_they_were(language: str, ask: Ask) -> None:
    first, second = FAILURES[language]
    complaints, after = of_each(ask(first), "complaints"), ask(second)
    orders, gone = of_each(after, "events"), of_each(after, "followed")
    others = set(orders) - {"central"}
    per_order = complaints["central"] / orders["central"]
    of_others = sum(complaints.get(each, 0) for each in others) / sum(orders[each] for each in others)
    assert 10 <= per_order / of_others <= 60, (complaints, orders)
    left = sum(gone[each] for each in others) / sum(orders[each] for each in others)
    assert 1.6 <= gone["central"] / orders["central"] / left <= 3.2, (gone, orders)


@pytest.mark.parametrize(
    "question", ["季度会员的续费率按月", "renewal rate of the quarterly plan by month in the last 12 months"]
)
def test_a_dearer_plan_is_renewed_less_from_its_month_on(question: str, ask: Ask) -> None:
    rates = of_each(ask(question), "renewal_rate")
    before, after = (
        [rate for month, rate in rates.items() if (str(month) >= "2025-10") is late] for late in (False, True)
    )
    assert len(before) == 3 and len(after) == 9
    assert 0.5 <= (sum(after) / 9) / (sum(before) / 3) <= 0.78, rates


# where the planted truth is a change of a metric, why it changed names the groups that were planted: each with the
# least part of the change that is theirs
WHYS = {
    "failed_deliveries": (
        ("为什么2025年11月投诉数上升了", "why did complaints rise in November 2025"),
        {("region", "central"): 0.5, ("ticket_category", "delivery"): 0.6},
    ),
    "failed_deliveries_alone": (
        ("为什么2025年11月物流投诉上升", "why did delivery complaints rise in November 2025"),
        {("region", "central"): 0.7},
    ),
    "dearer_plan": (
        ("为什么2025年第4季度续费率下降了", "why did the renewal rate fall in Q4 2025"),
        {("price_change", "dearer"): 0.4},
    ),
}


@pytest.mark.parametrize("language", [0, 1], ids=["zh", "en"])
@pytest.mark.parametrize("code", WHYS)
def test_why_a_metric_changed_names_what_was_planted(code: str, language: int, ask: Ask) -> None:
    questions, planted = WHYS[code]
    answer = ask(questions[language])
    assert answer.finding is not None, answer.text
    table = answer.finding.table
    groups = zip(table.column("dimension"), table.column("value"), strict=True)
    told = zip(groups, table.column("share_of_change"), table.column("is_main"), strict=True)
    main: dict[object, float] = {group: float(str(share)) for group, share, is_main in told if is_main}
    assert all(main.get(group, 0.0) >= least for group, least in planted.items()), main


# the question in both languages, the column of the number, the group that was planted, what it is held against (what
# is not named is all others on average), and the bounds of the one over the other
GROUPS = {
    "store_refunds": (
        ("按门店所在城市看门店订单的退款率", "refund rate of store orders by store city"),
        "refund_rate",
        ("重庆", None, 2.2, 5.5),
    ),
    "auto_renewal": (
        ("自动续费和不自动续费的续费率", "renewal rate by auto-renew"),
        "renewal_rate",
        (True, False, 1.25, 1.6),
    ),
}


@pytest.mark.parametrize("language", [0, 1], ids=["zh", "en"])
@pytest.mark.parametrize("code", GROUPS)
def test_a_planted_group_is_found_by_asking(code: str, language: int, ask: Ask) -> None:
    questions, column, (planted, against, least, most) = GROUPS[code]
    answer = ask(questions[language])
    assert answer.finding is not None, answer.text
    table = answer.finding.table
    rates = (float(str(each)) for each in table.column(column))
    found: dict[object, float] = dict(zip((row[0] for row in table.rows), rates, strict=True))
    others = [rate for group, rate in found.items() if group not in (planted, None)]
    other = sum(others) / len(others) if against is None else found[against]
    assert least <= found[planted] / other <= most, found


@pytest.mark.parametrize(
    "question",
    [
        "女性客户首单后第91到270天内下单的比例",
        "注册后30天内用过直播间的客户，第91到270天内下单的比例",
        "share of customers who used the live room within 30 days of registering "
        "and ordered between 91 and 270 days after registering",
    ],
)
def test_where_nothing_was_planted_little_is_found(question: str, ask: Ask) -> None:
    found = told(ask(question))
    assert 0.88 <= found["those"] / found["others"] <= 1.13, found


LIFTS = {
    # the question in both languages, the least and the most that the treated convert over the control, and whether the
    # difference is hardly chance
    "coupon_lift": ("优惠券活动的增量效果怎么样", "what was the effect of coupon campaigns", 1.15, 1.55, True),
    "birthday_lift": ("生日活动有效果吗", "did the birthday campaign work", 1.2, 1.7, True),
    "points_bonus_no_lift": (
        "积分加倍活动有没有带来增量",
        "is the lift of points bonus campaigns significant",
        0.9,
        1.12,
        False,
    ),
}
OPENERS = (
    "积分加倍活动打开的人和没打开的人的转化率",
    "conversion of openers and non-openers of points bonus campaigns",
)


@pytest.mark.parametrize("language", [0, 1], ids=["zh", "en"])
@pytest.mark.parametrize("code", LIFTS)
def test_what_a_campaign_did_is_found_by_asking(code: str, language: int, ask: Ask) -> None:
    *questions, least, most, is_certain = LIFTS[code]
    answer = ask(str(questions[language]))
    assert answer.finding is not None, answer.text
    table = answer.finding.table
    treated, control, p_value = (table.column(each)[0] for each in ("treated_rate", "control_rate", "p_value"))
    assert float(str(least)) <= float(str(treated)) / float(str(control)) <= float(str(most))
    assert (float(str(p_value)) < 0.05) is is_certain


@pytest.mark.parametrize("question", OPENERS)
def test_openers_are_no_experiment(question: str, ask: Ask) -> None:
    answer = ask(question)
    assert answer.finding is not None, answer.text
    table = answer.finding.table
    assert 1.4 <= float(str(table.column("treated_rate")[0])) / float(str(table.column("control_rate")[0])) <= 2.2
    assert "not_an_experiment" in {each.code for each in table.cautions}


@pytest.mark.parametrize("question", ["各活动类型ROI，从高到低", "ROI by campaign type, highest first"])
def test_what_campaigns_caused_stands_beside_what_is_attributed(question: str, ask: Ask) -> None:
    answer = ask(question)
    assert answer.finding is not None, answer.text
    table = answer.finding.table
    caused = dict(zip(table.column("campaign_type"), table.column("campaign_incremental_roi"), strict=True))
    attributed = dict(zip(table.column("campaign_type"), table.column("campaign_attributed_roi"), strict=True))
    assert list(attributed.values()) == sorted(attributed.values(), key=lambda each: -float(str(each)))
    # the attributed one praises a campaign that did nothing
    assert float(str(attributed["points_bonus"])) - float(str(caused["points_bonus"])) > 0.5
