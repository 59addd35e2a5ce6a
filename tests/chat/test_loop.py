"""The loyalty loop as it is told: every kind has its own sentence, and none falls back on another's."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from rich.console import Console

from chat_service.present.terminal import show
from chat_service.services import Services
from semantic_layer import CausesQuery, PlaybookQuery, ProfileQuery
from tests.chat.conftest import Ask


@pytest.mark.parametrize(
    ("question", "kind", "said"),
    [
        ("流失的客户主要是因为什么", CausesQuery, "没有任何证据"),
        ("why do customers leave", CausesQuery, "not proof of a cause"),
        ("给沉睡客户什么策略好", PlaybookQuery, "唤醒沉睡客户"),
        ("what should we do for customers at risk", PlaybookQuery, "Keep those who may leave"),
        ("客户1", ProfileQuery, "客户 1"),
        ("tell me about customer 1", ProfileQuery, "Customer 1"),
        ("客户1的时间线", ProfileQuery, "件记录的事"),
        ("timeline of customer 1", ProfileQuery, "events of customer 1"),
    ],
)
def test_each_kind_is_told_in_its_own_words(ask: Ask, question: str, kind: type, said: str) -> None:
    answer = ask(question)
    assert answer.status == "answered"
    assert isinstance(answer.request, kind)
    assert said in answer.text


@pytest.mark.parametrize("question", ["流失的客户主要是因为什么", "各活动类型的增量效果"])
def test_risks_and_lifts_are_drawn_with_their_intervals(ask: Ask, question: str) -> None:
    drawn = json.dumps(ask(question).chart)
    assert '"low"' in drawn
    assert '"high"' in drawn


def test_a_trial_of_some_campaigns_says_which(ask: Ask) -> None:
    assert "活动类型为优惠券" in ask("优惠券活动的增量效果怎么样").text
    assert "campaign type coupon" in ask("what was the incremental effect of coupon campaigns").text


def test_the_facts_of_one_customer_stand_below_one_another(ask: Ask) -> None:
    table = ask("客户1").table
    assert table is not None
    assert [column.name for column in table.columns] == ["section", "item", "value"]
    assert len(table.rows) > 10
    assert any(str(row[2]).endswith("天") for row in table.rows)


def test_few_rows_of_long_texts_are_written_out(ask: Ask) -> None:
    console = Console(width=80, file=StringIO())
    show(ask("如何挽回金卡的流失客户"), console)
    assert isinstance(console.file, StringIO)
    printed = console.file.getvalue()
    assert "…" not in printed
    assert "负责人" in printed


def test_a_list_tells_what_all_of_it_is_worth(ask: Ask) -> None:
    assert "风险客户价值合计" in ask("哪些客户可能流失").text
    assert "Value at risk" in ask("which customers may churn").text


BEFORE = """
SELECT count(*), avg((SELECT count(*) > 0 FROM orders o WHERE o.customer_id = m.customer_id AND o.status = 'paid'
  AND o.ordered_at >= m.sent_at AND o.ordered_at <= c.ended_at)::INT),
  avg((SELECT count(*) > 0 FROM orders o WHERE o.customer_id = m.customer_id AND o.status = 'paid'
  AND o.ordered_at < m.sent_at AND o.ordered_at >= m.sent_at - (c.ended_at - m.sent_at))::INT)
FROM campaign_members m JOIN campaigns c USING (campaign_id) WHERE arm = 'treatment' AND campaign_type = 'coupon'"""


@pytest.mark.parametrize(
    "question", ["优惠券活动前后转化率变化", "compare conversion before and after the coupon campaigns"]
)
def test_before_and_after_a_campaign_is_told_to_be_no_effect(ask: Ask, services: Services, question: str) -> None:
    table = ask(question).table
    assert table is not None
    found = [table.column(name)[0] for name in ("treated", "treated_rate", "control_rate")]
    assert found == pytest.approx(list(services.layer.engine.run(BEFORE).rows[0]))
    assert "before_and_after" in {each.code for each in table.cautions}
