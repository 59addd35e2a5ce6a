"""The loyalty loop as it is told: every kind has its own sentence, and none falls back on another's."""

from __future__ import annotations

import pytest

from semantic_layer import CausesQuery, PlaybookQuery, ProfileQuery
from tests.chat.conftest import Ask


@pytest.mark.parametrize(
    ("question", "kind", "said"),
    [
        ("流失的客户主要是因为什么", CausesQuery, "没有任何证据"),
        ("why do customers leave", CausesQuery, "not proof of a cause"),
        ("给沉睡客户什么策略好", PlaybookQuery, "唤醒沉睡客户"),
        ("what should we do for customers at risk", PlaybookQuery, "keep those who may leave"),
        ("客户1", ProfileQuery, "客户 1"),
        ("tell me about customer 1", ProfileQuery, "customer 1"),
        ("客户1的时间线", ProfileQuery, "件记录的事"),
        ("timeline of customer 1", ProfileQuery, "events of customer 1"),
    ],
)
def test_each_kind_is_told_in_its_own_words(ask: Ask, question: str, kind: type, said: str) -> None:
    answer = ask(question)
    assert answer.status == "answered"
    assert isinstance(answer.request, kind)
    assert said in answer.text


def test_causes_are_drawn_by_their_relative_risk(ask: Ask) -> None:
    assert ask("流失的客户主要是因为什么").chart is not None


def test_the_facts_of_one_customer_stand_below_one_another(ask: Ask) -> None:
    table = ask("客户1").table
    assert table is not None
    assert [column.name for column in table.columns] == ["section", "item", "value"]
    assert len(table.rows) > 10


def test_a_list_tells_what_all_of_it_is_worth(ask: Ask) -> None:
    assert "风险客户价值合计" in ask("哪些客户可能流失").text
    assert "value at risk" in ask("which customers may churn").text
