"""Questions asked in the page: what is shown is what the service answered, in both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.network.running import Running
from tests.page.browser import Visit
from tests.page.conftest import Open

# letters of the canvas that are not the ground: a chart that was drawn has some thousands
INK = """() => {
  const canvas = document.querySelector(".chart canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let found = 0;
  for (let at = 0; at < data.length; at += 4)
    if (data[at + 3] > 0 && data[at] + data[at + 1] + data[at + 2] < 700) found++;
  return found;
}"""
_STAGES = """
window.stages = [];
new MutationObserver(() => {
  const found = document.querySelector(".working");
  if (found && window.stages.at(-1) !== found.textContent) window.stages.push(found.textContent);
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


def last_turn(service: Running, visit: Visit) -> dict[str, Any]:
    """The last turn of the conversation that is open, as the service has it."""
    with service.client() as client:
        turn: dict[str, Any] = client.get(f"/v1/conversations/{visit.conversation}").json()["turns"][-1]
    return turn


def _part(turn: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(part for part in turn["answer"]["content"] if part["type"] == kind)
    return found


def _option(visit: Visit, name: str) -> Locator:
    return visit.page.locator(".popover").get_by_role("button", name=name, exact=True)


def query_of(turn: dict[str, Any]) -> dict[str, Any]:
    """The typed query that was answered."""
    found: dict[str, Any] = _part(turn, "interpretation")["query"]
    return found


def table_of(turn: dict[str, Any]) -> dict[str, Any]:
    """The table of the answer."""
    return _part(turn, "table")


@pytest.mark.parametrize(
    ("language", "question"),
    [("zh", "2026年5月各大区的复购率"), ("en", "repurchase rate by region in May 2026")],
)
def test_a_question_is_answered(visit: Open, service: Running, language: str, question: str) -> None:
    here = visit(language)
    here.page.evaluate(_STAGES)
    answer = here.ask(question)
    turn = last_turn(service, here)
    assert query_of(turn)["metrics"] == ["repurchase_rate"]
    said = _part(turn, "text")["text"]
    for each in turn["answer"]["warnings"]:  # told once, in a note of its own
        expect(answer.locator(".notes")).to_contain_text(each["message"])
        said = said.replace(each["message"], "")
    expect(answer.locator(".said")).to_have_text(said.strip())
    assert here.page.evaluate("window.stages.length") >= 1, "the stages were shown while it was worked on"
    # the chart
    expect(answer.locator(".chart canvas")).to_be_visible()
    here.page.wait_for_timeout(300)
    assert here.page.evaluate(INK) > 3000
    # the table: every group, by its label
    answer.locator(".segments button").last.click()
    rows = answer.locator("tbody tr")
    expect(rows).to_have_count(len(table_of(turn)["rows"]))
    first = table_of(turn)["rows"][0]
    expect(rows.first.locator("td").last).to_contain_text(f"{first[1]:.1%}")
    # what it stands on is folded, and there
    statement = _part(turn, "sql")["statement"]
    code = answer.locator(".sql code")
    expect(code).to_be_hidden()
    answer.locator("summary", has_text="SQL").click()
    expect(code).to_have_text(statement)
    expect(here.page.locator("html")).to_have_attribute("lang", "zh-CN" if language == "zh" else "en")


def test_words_of_the_question_tell_what_they_were_read_as(visit: Open) -> None:
    here = visit("zh")
    here.ask("上个月金卡的复购率")
    assert [each.inner_text() for each in here.page.locator(".question .word").all()] == ["上个月", "金卡", "复购率"]
    expect(here.page.locator(".word.as-period")).to_have_attribute("data-tip", re.compile("2026年5月"))
    expect(here.page.locator(".word.as-value")).to_have_attribute("data-tip", re.compile("会员等级"))


def test_a_clarification_is_answered_by_a_button(visit: Open, service: Running) -> None:
    here = visit()
    asked = here.ask("top customers")
    choices = asked.locator(".choice")
    assert last_turn(service, here)["answer"]["status"] == "clarification"
    label = choices.nth(0).inner_text()
    answer = here.answers_to(lambda: choices.nth(0).click())
    assert last_turn(service, here)["answer"]["status"] == "answered"
    expect(here.page.locator(".question").last).to_have_text(label)
    expect(answer.locator("tbody tr").first).to_be_visible()
    expect(choices.nth(0)).to_be_disabled()


def test_an_assumption_stands_beside_the_number_once(visit: Open, service: Running) -> None:
    here = visit("zh")
    answer = here.ask("销售额按月")
    turn = last_turn(service, here)
    assumed = _part(turn, "interpretation")["assumptions"]
    expect(answer.locator(".note")).to_contain_text(assumed[0]["text"])
    expect(answer.locator(".said")).not_to_contain_text(assumed[0]["text"])


def test_a_period_that_is_not_over_ends_at_the_day_of_the_data(visit: Open) -> None:
    here = visit("en")
    here.ask("revenue in 2026")
    expect(here.page.locator(".chip.period")).to_contain_text("Jan 2026 – Jun 2026")


def test_an_edited_chip_is_a_typed_edit(visit: Open, service: Running) -> None:
    here = visit("zh")
    here.ask("2026年5月各大区的复购率")
    before = query_of(last_turn(service, here))
    here.page.click(".chip.metric")
    here.page.locator(".popover input[type=search]").fill("订单")
    here.answers_to(lambda: _option(here, "订单数").click())
    after = query_of(last_turn(service, here))
    assert after["metrics"] == ["orders"] != before["metrics"]
    assert {**after, "metrics": 0} == {**before, "metrics": 0}, "nothing else was changed"
    # a value, looked for in the data
    here.page.locator(".turn").last.locator(".chip.add").click()
    here.page.locator(".popover .segments button").nth(1).click()
    here.page.locator(".popover input[type=search]").fill("会员")
    _option(here, "会员等级").click()
    here.page.locator(".popover").get_by_text("金卡", exact=True).click()
    here.answers_to(lambda: here.page.locator(".popover .primary").click())
    assert query_of(last_turn(service, here))["filters"] == [
        {"field": "member_tier", "op": "=", "values": ["gold"], "origin": "asked"}
    ]
    # and taken out again
    here.page.locator(".turn").last.locator(".chip.filter").click()
    here.answers_to(lambda: here.page.locator(".popover .danger").click())
    assert query_of(last_turn(service, here))["filters"] == []


def test_a_word_of_the_question_is_changed_in_its_place(visit: Open, service: Running) -> None:
    here = visit("en")
    here.ask("revenue in May 2026")
    here.page.click(".question button.word.as-period")
    here.page.locator(".popover input[type=date]").nth(0).fill("2026-04-01")
    here.page.locator(".popover input[type=date]").nth(1).fill("2026-04-30")
    here.answers_to(lambda: here.page.locator(".popover .primary").click())
    assert query_of(last_turn(service, here))["period"] == {"start": "2026-04-01", "end": "2026-05-01"}


def test_a_follow_up_changes_what_was_edited(visit: Open, service: Running) -> None:
    here = visit("zh")
    here.ask("2026年5月的销售额")
    here.page.click(".chip.metric")
    here.answers_to(lambda: _option(here, "订单数").click())
    here.ask("那4月呢")
    turn = last_turn(service, here)
    assert query_of(turn)["metrics"] == ["orders"]
    assert query_of(turn)["period"]["start"] == "2026-04-01"


def test_a_suggestion_is_asked(visit: Open, service: Running) -> None:
    here = visit("en")
    expect(here.page.locator(".welcome .suggestion")).to_have_count(3)
    here.answers_to(lambda: here.page.locator(".welcome .suggestion").first.click())
    offered = here.page.locator(".turn .suggestion").first.inner_text()
    here.answers_to(lambda: here.page.locator(".turn .suggestion").first.click())
    turn = last_turn(service, here)
    assert (turn["message"], turn["answer"]["status"]) == (offered, "answered")


def test_what_cannot_be_answered_says_why(visit: Open) -> None:
    here = visit("zh")
    answer = here.ask("今天天气怎么样")
    expect(answer).to_have_class(re.compile("refused"))
    expect(answer.locator(".said")).not_to_be_empty()
    assert answer.locator("table, .chart").count() == 0


def test_names_are_completed_as_they_are_typed(visit: Open) -> None:
    here = visit("zh")
    here.page.click("#question")
    here.page.keyboard.type("上个月金卡的复购")
    expect(here.page.get_by_role("option").first).to_be_visible()
    here.page.keyboard.press("ArrowDown")
    chosen = here.page.locator("[role=option][aria-selected=true]")
    name = chosen.evaluate("each => each.firstChild.textContent")
    here.page.keyboard.press("Enter")
    expect(here.page.locator("#question")).to_have_value(f"上个月金卡的{name}")
    # values of the data come too, which no catalogue holds
    here.page.fill("#question", "")
    here.page.keyboard.type("空气炸")
    expect(here.page.get_by_role("option").filter(has_text="空气炸锅").first).to_be_visible()


def test_an_answer_can_be_stopped_and_asked_again(visit: Open) -> None:
    here = visit("en")
    here.page.route("**/v1/chat/stream", lambda _: None)  # an answer that takes for ever
    here.page.fill("#question", "revenue in May 2026")
    here.page.keyboard.press("Enter")
    expect(here.page.locator(".working")).to_be_visible()
    here.page.get_by_role("button", name="Stop").click()
    stopped = here.page.locator(".turn .answer.error")
    expect(stopped).to_be_visible()
    here.page.unroute("**/v1/chat/stream")
    stopped.get_by_role("button").click()
    expect(here.page.locator(".turn .answer.answered")).to_be_visible()
    assert here.page.locator(".turn").count() == 1
    here.wrong[:] = [each for each in here.wrong if "ERR_" not in each]  # what the browser says of what was cut


def test_an_answer_asked_for_as_a_file_offers_its_files(visit: Open) -> None:
    here = visit("zh")
    here.ask("2026年5月各大区的订单数")
    answer = here.ask("导出")
    with here.page.expect_download() as told:
        answer.locator(".files").get_by_role("button", name="CSV").click()
    assert told.value.suggested_filename.endswith(".csv")


def test_requests_of_the_loyalty_loop_have_chips(visit: Open, service: Running) -> None:
    here = visit("zh")
    here.ask("上月各活动的提升效果")
    expect(here.page.locator(".chip.period")).to_contain_text("2026年5月")
    here.page.click(".chip.period")
    here.answers_to(lambda: here.page.locator(".popover").get_by_role("button", name="去掉").click())
    lift = query_of(last_turn(service, here))
    assert lift["kind"] == "lift" and lift.get("period") is None
    assert _chosen(here, service, "group", "活动类型")["by"] == "campaign_type"
    here.page.locator(".turn").last.locator(".chip.group").click()
    here.answers_to(lambda: here.page.locator(".popover").get_by_role("button", name="去掉").click())
    assert query_of(last_turn(service, here)).get("by") is None
    assert _chosen(here, service, "add", "活动")["by"] == "campaign"
    assert _chosen(here, service, "contrast", "之后与之前")["contrast"] == "before"
    key = _first_customer(service)
    here.ask(f"客户{key}的档案")
    here.page.locator(".turn").last.locator(".chip.key").click()
    here.page.get_by_label("编号").fill(str(key + 1))
    here.answers_to(lambda: here.page.locator(".popover").get_by_role("button", name="应用").click())
    changed = query_of(last_turn(service, here))
    assert (changed["kind"], changed["key"]) == ("profile", key + 1)
    assert _chosen(here, service, "part", "时间线")["part"] == "timeline"
    here.ask("快流失的客户该怎么办")
    assert _chosen(here, service, "list", "高价值客户")["list"] == "high_value"
    here.page.locator(".turn").last.locator(".chip.list").click()
    here.answers_to(lambda: here.page.locator(".popover").get_by_role("button", name="去掉").click())
    assert query_of(last_turn(service, here))["list"] == ""
    here.ask("上季度客户为什么流失")
    assert _chosen(here, service, "family", "服务")["families"] == ["service"]


def _chosen(visit: Visit, service: Running, chip: str, name: str) -> dict[str, Any]:
    """What is answered once something else was chosen in a chip of the last answer."""
    visit.page.locator(".turn").last.locator(f".chip.{chip}").click()
    visit.answers_to(lambda: _option(visit, name).click())
    return query_of(last_turn(service, visit))


def _first_customer(service: Running) -> int:
    wanted = {"kind": "list", "columns": ["customer_id"], "limit": 1, "order_by": [{"column": "customer_id"}]}
    with service.client() as client:
        key: int = client.post("/v1/query", json=wanted).json()["table"]["rows"][0][0]
    return key
