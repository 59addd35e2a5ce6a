"""The words of the shipped model: which of them mean two things on purpose, and that the others mean one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml

from semantic_layer.loading.load import load_model, shipped_model_path
from semantic_layer.model.definitions import Synonyms
from semantic_layer.model.model import Model
from semantic_layer.query.result import Label

PLAYBOOK = Path(__file__).resolve().parents[2] / "semantic_layer" / "scoring" / "playbook.yaml"
# words that name several metrics, so that whoever uses one is asked which
AMBIGUOUS = {
    frozenset({"activation_rate", "campaign_conversion_rate"}): ("转化率", "转化", "conversion rate", "conversion"),
    frozenset({"cac", "campaign_cost", "cost_of_goods", "marketing_spend"}): ("成本", "cost", "costs"),
    frozenset({"registrations", "new_customers"}): (
        "新增人数",
        "新增客户",
        "新增客户数",
        "新增用户",
        "新增用户数",
        "新增数",
        "新增",
        "new people",
        "newcomers",
    ),
    frozenset({"active_customers", "active_users"}): (
        "活跃人数",
        "活跃数",
        "活跃的人",
        "活跃的人数",
        "active people",
    ),
    frozenset({"gross_margin", "gross_profit"}): ("赚钱", "挣钱", "盈利", "profitable"),
    frozenset({"feature_uses", "item_revenue", "units_sold"}): (
        *("受欢迎", "受喜爱", "受捧", "受追捧", "受青睐", "吃香", "抢手", "热门"),
        *("popular", "in demand", "sought after", "sought-after", "well liked"),
    ),
    frozenset({"campaign_cost", "marketing_spend"}): (
        *("吃钱", "烧掉的钱", "烧的钱", "烧钱", "烧预算", "砸的钱", "砸钱", "耗钱", "费钱", "费预算"),
        *("costly to run", "did we spend", "we have spent", "we spend", "we spent"),
        "burn|burns|burned|burnt|burning|eat up|eats up|swallow|swallows|soak up|soaks up|guzzle|guzzles … "
        "money|cash|budget",
    ),
    frozenset({"aov", "revenue_per_buyer"}): ("平均消费", "平均消费金额", "average spend"),
    frozenset({"revenue", "list_sales"}): ("gmv",),
    frozenset({"nps", "net_sentiment"}): ("口碑",),
}


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(shipped_model_path())


def words(label: Label, synonyms: Synonyms) -> set[str]:
    return {word.casefold() for word in (label.zh, label.en, *synonyms.zh, *synonyms.en)}


def meanings(entries: Iterable[tuple[str, set[str]]]) -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, named in entries:
        for word in named:
            found[word].add(name)
    return {word: frozenset(names) for word, names in found.items()}


def test_a_word_names_one_metric_but_for_those_that_are_asked_about(model: Model) -> None:
    visible = [metric for metric in model.metrics.values() if not metric.definition.hidden]
    found = meanings((metric.name, words(metric.label, metric.definition.synonyms)) for metric in visible)
    shared: defaultdict[frozenset[str], set[str]] = defaultdict(set)
    for word, names in found.items():
        if len(names) > 1:
            shared[names].add(word)
    assert shared == {names: set(each) for names, each in AMBIGUOUS.items()}


def test_a_word_names_one_dimension_but_for_generic_ones(model: Model) -> None:
    found = meanings((name, words(d.label, d.synonyms)) for name, d in model.dimensions.items())
    shared = {word for word, names in found.items() if len(names) > 1}
    # what a move came from is called as what somebody holds: datasets of moves prefer the former
    tiers = {"会员等级", "等级", "member tier", "tier", "tiers"}
    assert shared == {"渠道", "channel", "channels", "端", "类别", "category", "categories"} | tiers
    assert (
        found["渠道"] == found["channel"] == {"order_channel", "event_channel", "ticket_channel", "acquisition_channel"}
    )


def test_values_of_a_dimension_do_not_share_words(model: Model) -> None:
    for name, dimension in model.dimensions.items():
        codes = dimension.home.definition.values
        found = meanings((str(c), {w.casefold() for w in (*v.zh, *v.en)}) for c, v in codes.items())
        assert not {word for word, names in found.items() if len(names) > 1}, name


def test_every_metric_says_what_it_is(model: Model) -> None:
    for metric in model.metrics.values():
        assert metric.definition.label is not None, metric.name
        assert metric.definition.description is not None, metric.name
        if not metric.definition.hidden:
            assert metric.definition.synonyms.zh, metric.name
            assert metric.definition.synonyms.en, metric.name


@pytest.mark.parametrize(
    ("metric", "language", "says"),
    [
        ("churn_rate", "zh", ("90",)),
        ("churned_customers", "en", ("90",)),
        ("dormant_customers", "en", ("90",)),
        ("repurchase_rate", "zh", ("两", "订单")),
        ("activation_rate", "zh", ("7", "注册")),
        ("activation_rate", "en", ("7",)),
        ("campaign_lift", "zh", ("对照", "减")),
        ("campaign_lift", "en", ("control", "minus")),
        ("nps", "en", ("9", "6")),
        ("clv", "en", ("istoric", "so far")),
        ("ltv_cac_ratio", "en", ("historic", "so far")),
        ("csat", "zh", ("4", "5")),
    ],
)
def test_descriptions_state_the_figures(model: Model, metric: str, language: str, says: tuple[str, ...]) -> None:
    description = model.metrics[metric].definition.description
    assert description is not None
    text = description.zh if language == "zh" else description.en
    assert all(each in text for each in says)


def test_the_windows_in_words_are_the_parameters(model: Model) -> None:
    assert (model.parameters["churn_window_days"], model.parameters["activation_days"]) == (90, 7)


def test_recommended_actions_are_those_of_the_playbook(model: Model) -> None:
    playbook = yaml.safe_load(PLAYBOOK.read_text(encoding="utf-8"))
    values = model.datasets["customer_scores"].fields["recommended_action"].definition.values
    assert {entry["code"]: entry["label"] for entry in playbook} == {
        code: {"zh": each.zh[0], "en": each.en[0]} for code, each in values.items()
    }


def test_every_metric_names_where_its_definition_is_from(model: Model) -> None:
    """A work with its year or part, a standard, the page of a vendor, or where the name is in common use; never this
    model itself."""
    visible = [each for each in model.metrics.values() if not each.definition.hidden]
    sources = {each.name: each.definition.source or "" for each in visible}
    works = (
        r"\((?:[^()]* )?(?:19|20)\d\d\)|\(forEntrepreneurs\): |ISO \d+|IFRS \d+|NIST|(?:Help|Docs|Analytics 4)\b.*, "
    )
    known = re.compile(rf"{works}|^common in .+ as ")
    assert not {name: source for name, source in sources.items() if not known.search(source)}
