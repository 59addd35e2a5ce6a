"""A model names a thing once; the usual words of both languages reach it, and none of its own is changed."""

from __future__ import annotations

from datetime import date

import pytest

from chat_service.language.folding import fold
from chat_service.language.tokens import tokenize
from chat_service.outcomes import Answerable, Question
from chat_service.translate.offline import OfflineTranslator
from chat_service.translate.senses import BehaviourSense, DimensionSense, EntitySense, MetricSense, Sense, ValueSense
from chat_service.translate.words.lexicon import Hit, Lexicon, add_text, build_lexicon
from chat_service.translate.words.thesaurus import more_names
from chat_service.translate.words.vocabulary import lemma_keys, phrase_keys
from semantic_layer import MetricQuery, Model

_NAMED: tuple[tuple[str, Sense], ...] = (
    ("orders", MetricSense("orders")),
    ("turnover", MetricSense("revenue")),
    ("bought", BehaviourSense("purchase")),
    ("客户", EntitySense("shopper")),
    ("顾客", EntitySense("shopper")),
    ("流失客户", MetricSense("lost")),
    ("shop", DimensionSense("shop")),
)


@pytest.mark.parametrize(
    ("phrase", "sense"),
    [
        ("营业额", MetricSense("revenue")),  # named in English only, asked for in Chinese
        ("place an order", BehaviourSense("purchase")),
        ("下单", BehaviourSense("purchase")),
        ("下过单", BehaviourSense("purchase")),
        ("流失顾客", MetricSense("lost")),
        ("outlet", DimensionSense("shop")),
    ],
)
def test_other_words_for_what_is_named(phrase: str, sense: Sense) -> None:
    assert (phrase, sense) in set(more_names(_NAMED, lambda keys: True))


def test_a_verb_takes_its_aspect_before_its_object() -> None:
    named: tuple[tuple[str, Sense], ...] = (("填问卷", BehaviourSense("answer")), ("打不开", BehaviourSense("fail")))
    found = {text for text, sense in more_names(named, lambda keys: True) if sense == BehaviourSense("answer")}
    assert {"填了问卷", "填过问卷", "交了问卷"} <= found


@pytest.mark.parametrize("said", ["put in the cart", "put in their cart", "putting in a cart", "put in cart"])
def test_within_a_name_one_determiner_is_as_good_as_another(said: str) -> None:
    lexicon = Lexicon()
    add_text(lexicon, "put in the cart", BehaviourSense("cart"))
    tokens = tokenize(fold(said))
    assert Hit(0, len(tokens), (BehaviourSense("cart"),)) in set(lexicon.hits(tokens))


@pytest.mark.parametrize(("said", "stands"), [("how long till anyone answers", True), ("how long it is", False)])
def test_a_piece_of_a_name_is_said_in_any_of_its_ways(said: str, stands: bool) -> None:
    lexicon = Lexicon()
    add_text(lexicon, "how long|how soon … a reply|anyone answers", MetricSense("wait"))
    assert bool(list(lexicon.gapped_hits(tokenize(fold(said))))) is stands


def test_a_word_that_means_something_keeps_its_meaning() -> None:
    taken = {phrase_keys("营业额"), lemma_keys("buy")}
    found = {text for text, _ in more_names(_NAMED, lambda keys: keys not in taken)}
    assert "营业额" not in found
    assert "buy" not in found


def test_what_is_not_named_gets_no_words() -> None:
    assert "complain" not in {text for text, _ in more_names(_NAMED, lambda keys: True)}


def test_no_phrase_of_the_model_changes_its_meaning(loyalty: Model) -> None:
    lexicon = build_lexicon(loyalty)
    behaviours = {s for s in lexicon.senses(lemma_keys("bought")) if isinstance(s, BehaviourSense)}
    assert behaviours == {BehaviourSense("order")}
    assert MetricSense("orders") in lexicon.senses(phrase_keys("orders"))


def test_what_one_reader_may_see_no_other_finds(loyalty: Model) -> None:
    one, other = build_lexicon(loyalty), build_lexicon(loyalty)
    secret, known = ValueSense("store", "销售额鑫店"), phrase_keys("销售额")
    for text in ("销售额鑫店", "销售额"):
        add_text(one, text, secret)
    assert one.senses(phrase_keys("销售额鑫店")) == (secret,) and secret in one.senses(known)
    for each in (other, build_lexicon(loyalty)):
        assert each.senses(phrase_keys("销售额鑫店")) == () and secret not in each.senses(known)
        assert "鑫" in one.vocabulary - each.vocabulary


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("上个月的成交总额", "revenue"),
        ("上个月赚头有多少", "gross_profit"),
        ("How many patrons do we have?", "customers"),
        ("What were our takings last month?", "revenue"),
        ("How many grievances did we get last month?", "complaints"),
        ("上个月服务工单有多少", "tickets"),
        ("上个月卖货的钱去掉进货成本到手多少", "gross_profit"),
        ("上个月打折前的金额", "list_sales"),
        ("How much did we knock off in discounts last month?", "discounts"),
        ("上季度平均一单买几件", "units_per_order"),
        ("how many days pass between purchases on average", "days_between_orders"),
        ("睡着的、好久没来买的客户有多少", "dormant_customers"),
        ("How many lost customers did we get back last month?", "winback_customers"),
        ("are we keeping our customers, last quarter", "retention_rate"),
        ("What did it cost to get one new customer in 2025?", "cac"),
        ("money people would take with them if they left", "revenue_at_risk"),
        ("大家手里还剩多少积分", "points_balance"),
        ("What do we owe in points?", "points_liability"),
        ("How many points were cashed in last quarter?", "points_redeemed"),
        ("上季度到期的会员有几成续上了", "renewal_rate"),
        ("when a paid membership ran out last quarter, how often was it not kept on", "subscription_churn_rate"),
        ("现在有多少人在交会员费", "active_subscriptions"),
        ("收到活动的人里有几成打开了，今年", "campaign_open_rate"),
        ("How many people did our campaigns go out to last quarter?", "campaign_reach"),
        ("What share of people would recommend us this year?", "promoters"),
        ("客人满不满意，上季度", "csat"),
        ("上个月多久才有人理", "first_response_minutes"),
        ("how long does it take to sort out a problem", "resolution_hours"),
    ],
)
def test_usual_words_reach_the_loyalty_model(
    question: str, metric: str, translator: OfflineTranslator, today: date
) -> None:
    outcome = translator.translate(Question(question, today))
    assert isinstance(outcome, Answerable), outcome
    assert isinstance(outcome.request, MetricQuery)
    assert outcome.request.metrics == (metric,)
