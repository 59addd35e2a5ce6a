"""Questions that are refused for a few of their words, and are offered without them."""

from __future__ import annotations

from datetime import date

import pytest

from chat_service.outcomes import Answerable, Clarification, DefinitionAsked, Question, Refusal
from chat_service.translate.offline import OfflineTranslator


@pytest.mark.parametrize(
    ("text", "left_out", "remains"),
    [
        ("plan B renewals last month", "B", "plan renewals last month"),
        ("今年NPS各等级会员差别大吗？按等级列出来", "差别", None),
        ("老板关心的那几个城市的销售额", "那几个", "老板关心的城市的销售额"),
        ("去年哪三个省的退款率最恓惶？从最差的排起", "恓惶", None),
    ],
)
def test_the_words_are_named_and_the_rest_is_the_choice(
    text: str, left_out: str, remains: str | None, translator: OfflineTranslator, today: date
) -> None:
    outcome = translator.translate(Question(text, today))
    assert isinstance(outcome, Clarification) and left_out in outcome.subject
    first = outcome.choices[0]
    assert left_out not in first.message and remains in (None, first.message)
    again = translator.translate(Question(first.message, today))
    assert isinstance(again, Answerable) and again.request == first.request


@pytest.mark.parametrize(
    ("text", "metrics"),
    [
        ("Would you mind zorvying how the points redemption rate is calculated?", ("points_redemption_rate",)),
        ("冒昧请教，报表里的复购率究竟是依据什么恓惶认定的？", ("repurchase_rate",)),
    ],
)
def test_the_meaning_of_a_metric_is_offered_as_well(
    text: str, metrics: tuple[str, ...], translator: OfflineTranslator, today: date
) -> None:
    outcome = translator.translate(Question(text, today))
    assert isinstance(outcome, Clarification) and outcome.choices[0].request is None
    again = translator.translate(Question(outcome.choices[0].message, today))
    assert isinstance(again, DefinitionAsked) and again.metrics == metrics


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("上个月华东的销售额有没有崩盘？按城市给我拆开", "崩盘"),
        ("Customers of platinum tier, they logged in last month, gizmo. Who are they?", "gizmo"),
    ],
)
def test_a_clause_alone_is_not_all_that_is_offered(
    text: str, word: str, translator: OfflineTranslator, today: date
) -> None:
    outcome = translator.translate(Question(text, today))
    assert isinstance(outcome, Clarification)
    requests = {choice.request for choice in outcome.choices}
    alone = translator.translate(Question(text.replace(word, ""), today))
    assert isinstance(alone, Answerable) and alone.request in requests


@pytest.mark.parametrize(
    "text",
    [
        "客户的平均等级",  # without the average, another number
        "average age of our customers",
        "What share of last year's revenue did our keenest tenth bring in?",
        "Please delete the customers who churned",
        "text a 20% off code to all lapsed golds",  # what has no number is something else
        "月均销售额",
        "上海滩市的销售额",
        "预测下个月的销售额",
    ],
)
def test_nothing_else_is_offered_in_the_place_of_what_was_asked(
    text: str, translator: OfflineTranslator, today: date
) -> None:
    outcome = translator.translate(Question(text, today))
    assert isinstance(outcome, Refusal), outcome


@pytest.mark.parametrize("text", ["customers who did not gift wrap anything last month", "不含赠品包装的订单有多少"])
def test_a_word_that_turns_the_question_around_is_never_left_out(
    text: str, translator: OfflineTranslator, today: date
) -> None:
    outcome = translator.translate(Question(text, today))
    choices = outcome.choices if isinstance(outcome, Clarification) else ()
    assert not isinstance(outcome, Answerable)
    assert all("not" in choice.message or "不" in choice.message for choice in choices), choices


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("打仗打的是粮草。今年上半年，各获客渠道的获客成本是多少？", "今年上半年，各获客渠道的获客成本是多少？"),
        ("Our dog chews my keyboard. How many orders came in last month?", "How many orders came in last month?"),
        # a scene may hold words of the model, and deny
        (
            "Gold members never knit anything, they say. What was the refund rate in May?",
            "What was the refund rate in May?",
        ),
    ],
)
def test_a_sentence_beside_the_question_is_left_out_whole(
    text: str, rest: str, translator: OfflineTranslator, today: date
) -> None:
    outcome = translator.translate(Question(text, today))
    assert isinstance(outcome, Clarification) and outcome.choices[0].message == rest
    alone = translator.translate(Question(rest, today))
    assert isinstance(alone, Answerable) and alone.request == outcome.choices[0].request


@pytest.mark.parametrize(
    "text",
    [
        "AOV in May, excluding zorbly customers who live in Shanghai",
        "5月的订单数，恓惶的金卡会员除外",
        "低忠诚那批客户，直接给我恓惶删掉",
    ],
)
def test_a_clause_that_says_something_is_not_left_out(text: str, translator: OfflineTranslator, today: date) -> None:
    outcome = translator.translate(Question(text, today))
    choices = outcome.choices if isinstance(outcome, Clarification) else ()
    assert not isinstance(outcome, Answerable)
    assert not {"AOV in May", "5月的订单数", "低忠诚那批客户"} & {choice.message for choice in choices}


def test_what_is_asked_beside_a_scene_is_asked_about_or_explained(translator: OfflineTranslator, today: date) -> None:
    how = translator.translate(Question("Our knitting boss waits. How did our gold members do last month?", today))
    assert isinstance(how, Clarification) and how.code == "how_things_are"
    day = translator.translate(Question("The gizmo was glowing. How many tickets were opened on 5/6/2026?", today))
    assert isinstance(day, Clarification) and day.code == "ambiguous_date"
    meaning = translator.translate(Question("我们恓惶人没这个叫法。沉睡客户是怎么定义的？", today))
    assert isinstance(meaning, DefinitionAsked) and meaning.metrics == ("dormant_customers",)
    assert any(each.code == "set_aside" for each in meaning.reading.assumptions)


def test_a_slip_and_what_goes_on_from_it_are_one_word(translator: OfflineTranslator, today: date) -> None:
    outcome = translator.translate(Question("今年每个犄角旮旯的销售额", today))
    assert isinstance(outcome, Refusal)
