"""A model names a thing once; the usual words of both languages reach it, and none of its own is changed."""

from __future__ import annotations

from datetime import date

import pytest

from chat_service.outcomes import Answerable, Question
from chat_service.translate.offline import OfflineTranslator
from chat_service.translate.senses import BehaviourSense, DimensionSense, EntitySense, MetricSense, Sense
from chat_service.translate.words.lexicon import build_lexicon
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


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("上个月的成交总额", "revenue"),
        ("上个月赚头有多少", "gross_profit"),
        ("How many patrons do we have?", "customers"),
        ("What were our takings last month?", "revenue"),
        ("How many grievances did we get last month?", "complaints"),
        ("上个月服务工单有多少", "tickets"),
    ],
)
def test_usual_words_reach_the_loyalty_model(
    question: str, metric: str, translator: OfflineTranslator, today: date
) -> None:
    outcome = translator.translate(Question(question, today))
    assert isinstance(outcome, Answerable), outcome
    assert isinstance(outcome.request, MetricQuery)
    assert outcome.request.metrics == (metric,)
