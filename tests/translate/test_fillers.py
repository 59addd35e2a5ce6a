"""Words that may say nothing say nothing only where the request bears it out; else the question is refused by name."""

from __future__ import annotations

from datetime import date

import pytest

from chat_service.outcomes import Answerable, Question, Refusal
from chat_service.translate.offline import OfflineTranslator
from semantic_layer import MetricQuery


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("投诉之后下单的客户有多少", "之后"),  # one behind the other, which two conditions do not say
        ("那几个城市上个月的销售额", "那几个"),  # stands for nothing
        ("平时的销售额", "平时"),
        ("实际销售额", "实际"),
        ("What is their revenue?", "their"),
        ("revenue of our team last month", "team"),
        ("revenue including refunds last month", "including"),
        ("customers who usually buy in the app", "usually"),
    ],
)
def test_content_is_named(question: str, word: str, translator: OfflineTranslator, today: date) -> None:
    outcome = translator.translate(Question(question, today))
    assert isinstance(outcome, Refusal), outcome
    assert word in outcome.message


@pytest.mark.parametrize(
    "question",
    [
        "麻烦帮我看一下上个月的销售额是多少呢，谢谢",
        "来自上海的客户贡献了多少销售额",
        "京沪两地今年的订单数",
        "首单之后就没再买过的会员有多少",
        "客户一般多久会再次购买",
        "本季度销售额主要是哪些省份贡献的",
        "How many customers bought last year, and how many of them this year?",
        "Could you please tell me what our revenue was last month?",
        "How many different users logged in last week?",
        "Revenue that came from gold members this year",
    ],
)
def test_scaffolding_stops_nothing(question: str, translator: OfflineTranslator, today: date) -> None:
    outcome = translator.translate(Question(question, today))
    assert not (isinstance(outcome, Refusal) and outcome.code in ("not_supported", "unknown_word")), outcome


def test_the_question_without_the_word_is_offered(translator: OfflineTranslator, today: date) -> None:
    outcome = translator.translate(Question("平时的订单数", today))
    assert isinstance(outcome, Refusal)
    assert isinstance(translator.translate(Question(outcome.suggestions[0], today)), Answerable)
    assert "平时" not in outcome.suggestions[0]


@pytest.mark.parametrize(
    ("question", "aside"),
    [
        ("老板一直追着问上个月的销售额", "追"),
        ("hate to nag, but what was revenue last month?", "nag"),
        ("The board keeps asking: what was revenue last month?", "board"),
        ("我要交差了，麻烦查下上个月的销售额", "交差"),
    ],
)
def test_what_was_set_aside_is_told(question: str, aside: str, translator: OfflineTranslator, today: date) -> None:
    outcome = translator.translate(Question(question, today))
    assert isinstance(outcome, Answerable), outcome
    assert isinstance(outcome.request, MetricQuery)
    assert (outcome.request.metrics, outcome.request.filters) == (("revenue",), ())
    told = [each.text for each in outcome.reading.assumptions if each.code == "set_aside"]
    assert len(told) == 1
    assert aside in told[0]


@pytest.mark.parametrize(
    "question",
    ["wholesale revenue last month", "for wholesale, revenue last month", "上个月异常订单数", "write me a poem"],
)
def test_content_is_never_set_aside(question: str, translator: OfflineTranslator, today: date) -> None:
    assert isinstance(translator.translate(Question(question, today)), Refusal)
