"""What is wished in words is offered, and done through the same code as the API once it is taken: never before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from chat_service.access.admission import Admission
from chat_service.app import create_app
from chat_service.saved.conditions import NewRows
from chat_service.saved.deeds import Deed, Desk, done
from chat_service.saved.schedule import SavedError
from chat_service.saved.wishes import Keep, Report, Summary, Watch, read_wish
from chat_service.settings import Robot, Settings
from semantic_layer import MetricQuery, audience_of
from tests.saved.conftest import Shop


class Talk:
    """A conversation with the service over the demo company."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.conversation: str | None = None

    def say(self, message: str, **more: object) -> dict[str, Any]:
        body = {"message": message, "conversation_id": self.conversation, **more}
        found: dict[str, Any] = self.client.post("/v1/chat", json=body).json()
        self.conversation = found["conversation_id"]
        return found

    def take(self, answer: dict[str, Any], choice: str) -> dict[str, Any]:
        offer = _part(answer, "clarification")
        return self.say("", selection={"clarification_id": offer["id"], "choice_id": choice})

    def got(self, path: str) -> Any:  # noqa: ANN401 - an answer's JSON
        return self.client.get(f"/v1{path}").json()


def _part(answer: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in answer["content"] if each["type"] == kind)
    return found


def _choices(answer: dict[str, Any]) -> list[str]:
    return [each["id"] for each in _part(answer, "clarification")["choices"]]


@pytest.fixture(scope="module")
def client(demo_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("wishes")
    settings = Settings(
        database=demo_database,
        conversations_url=f"sqlite:///{folder / 'kept.sqlite'}",
        robots={"team": Robot(platform="feishu", url="http://127.0.0.1:9/hook")},
        alert_check_seconds=0,
    )
    with TestClient(create_app(settings)) as found:
        yield found


@pytest.fixture
def talk(client: TestClient) -> Talk:
    return Talk(client)


@pytest.mark.parametrize(
    ("said", "about", "op", "value"),
    [
        ("流失率超过20%时提醒我", "流失率", ">", 0.2),
        ("当上个月的流失率高于百分之二十的时候通知我", "上个月的流失率", ">", 0.2),
        ("如果订单数低于1万就告诉我", "订单数", "<", 10000),
        ("请在NPS低于30的时候，提醒我。", "nps", "<", 30),
        ("金卡会员的复购率达到50%时通知我", "金卡会员的复购率", ">=", 0.5),
        ("alert me when churn rate exceeds 20%", "churn rate", ">", 0.2),
        ("Please tell me when orders drop below 10,000", "orders", "<", 10000),
        ("if the NPS falls below 30, notify me", "nps", "<", 30),
        ("let me know once revenue in the east reaches 1 million", "revenue in the east", ">=", 1e6),
        ("复购率下降超过10%时提醒我", "复购率", "<=", -0.1),
        ("notify me when churn rises by 5%", "churn", ">=", 0.05),
    ],
)
def test_a_condition_is_taken_off_its_question(said: str, about: str, op: str, value: float) -> None:
    found = read_wish(said)
    assert isinstance(found, Watch)
    assert (found.about, found.condition.op, found.condition.value) == (about, op, value)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("said", "about", "schedule"),
    [
        (
            "tell me every Monday which gold members are at risk",
            "which gold members are at risk",
            "every monday at 09:00",
        ),
        ("send me revenue by region every friday at 17:30", "revenue by region", "every friday at 17:30"),
        ("every day at 8 pm email me yesterday's orders", "yesterday's orders", "daily at 20:00"),
        ("每周一告诉我哪些金卡会员有流失风险", "哪些金卡会员有流失风险", "every monday at 09:00"),
        ("每天早上8点把昨天的订单数发给我", "昨天的订单数", "daily at 08:00"),
        ("每周五下午5点把各大区销售额发给我", "各大区销售额", "every friday at 17:00"),
        ("每周把复购率推送给我", "复购率", "every monday at 09:00"),
        ("每月把复购率发给我", "复购率", "monthly on 1 at 09:00"),
        ("每周一早上9点发给我各大区的复购率", "各大区的复购率", "every monday at 09:00"),
        ("每周一给我发各大区销售额", "各大区销售额", "every monday at 09:00"),
        ("每天早上8点把这份名单发给我", "", "daily at 08:00"),  # the answer before
        ("email me this list every monday at 8am", "", "every monday at 08:00"),
    ],
)
def test_a_schedule_is_taken_off_its_question(said: str, about: str, schedule: str) -> None:
    assert read_wish(said) == Report(about, schedule)


@pytest.mark.parametrize(
    ("said", "about"),
    [
        ("有新的就通知我", ""),
        ("30天未登录且未下单的客户有新增时通知我", "30天未登录且未下单的客户"),
        ("有新的流失风险客户时提醒我", "流失风险客户"),
        ("notify me when there are new people on this list", ""),
        ("alert me when it grows", ""),
        ("let me know when there are new customers at risk", "customers at risk"),
    ],
)
def test_new_rows_are_watched(said: str, about: str) -> None:
    assert read_wish(said) == Watch(about, NewRows())


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("每周一给我发上周的周报", Summary("week", "every monday at 09:00")),
        ("每周一早上8点把周报推送给我", Summary("week", "every monday at 08:00")),
        ("订阅月报", Summary("month", "monthly on 1 at 09:00")),
        ("每周五把会员看板的周报发给我", Summary("week", "every friday at 09:00", "会员")),
        ("每周一给我发复购率的周报", Report("复购率", "every monday at 09:00")),
        ("send me a weekly digest every Monday", Summary("week", "every monday at 09:00")),
        ("Every Monday at 8 am, email me the weekly report", Summary("week", "every monday at 08:00")),
        ("send me a digest every month", Summary("month", "monthly on 1 at 09:00")),
        (
            "send me a weekly digest of the Retention dashboard on fridays",
            Summary("week", "every friday at 09:00", "Retention"),
        ),
        ("send me a weekly report of churn rate by region", Report("churn rate by region", "every monday at 09:00")),
    ],
)
def test_a_digest_is_wished(said: str, wanted: Summary | Report) -> None:
    assert read_wish(said) == wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("把这个保存到看板", Keep("", board=True)),
        ("把近12个月复购率加到看板", Keep("近12个月复购率", board=True)),
        ("把这个保存为“周流失率”", Keep("", "周流失率")),
        ("收藏这个", Keep("")),
        ("save this as Weekly Churn", Keep("", "Weekly Churn")),
        ("save weekly churn as My churn", Keep("weekly churn", "My churn")),
        ("put it on the retention dashboard", Keep("", board=True, board_name="retention")),
        ("save this to a dashboard called Retention", Keep("", board=True, board_name="Retention")),
        ("把这个放到叫“周会”的看板", Keep("", board=True, board_name="周会")),
        ("pin this", Keep("")),
    ],
)
def test_what_is_to_be_kept(said: str, wanted: Keep) -> None:
    assert read_wish(said) == wanted


@pytest.mark.parametrize(
    "said",
    [
        "告诉我每周的流失率",
        "给我每天的订单数",
        "tell me which gold members are at risk",
        "tell me the revenue of every month",
        "哪些客户超过30天没下单",
        "list customers with more than 3 orders",
        "提醒客户复购的活动效果",
        "有多少客户收到过提醒",
        "how many customers who were notified bought again",
        "customers we could not keep",
        "把销售额换成订单数",
        "add revenue as well",
        "每天发给我多少条短信",
        "流失率超过20%的大区",
        "上周的周报",
        "what is in the weekly digest",
        "取消订阅的客户有多少",
        "每周一发了多少条短信",
        "which subscriptions were cancelled",
        "when revenue is over " * 90 + "5, tell me",  # nobody wishes so much, and to look for it would take seconds
    ],
)
def test_a_plain_question_is_no_wish(said: str) -> None:
    assert read_wish(said) is None


def test_an_alert_is_set_when_the_offer_is_taken_and_not_before(talk: Talk) -> None:
    offer = talk.say("上个月的流失率超过20%时提醒我")
    assert (offer["status"], _choices(offer)) == ("clarification", ["to1", "no"])
    assert "20%" in _part(offer, "text")["text"]
    before = talk.got("/alerts")["alerts"], talk.got("/saved")["saved"]
    assert before == ([], [])
    done = talk.take(offer, "to1")
    assert done["status"] == "answered"
    (alert,) = talk.got("/alerts")["alerts"]
    assert alert["condition"] == {"kind": "threshold", "column": "", "op": ">", "value": 0.2}
    assert (alert["name"], alert["schedule"], alert["language"]) == ("上个月的流失率", "daily at 09:00", "zh")
    assert alert["targets"] == [{"kind": "robot", "name": "team"}]
    (saved,) = talk.got("/saved")["saved"]
    assert (saved["saved_id"], saved["moves"]) == (alert["saved_id"], "month")
    again = talk.take(talk.say("上个月的流失率超过30%时提醒我"), "to1")
    assert (again["status"], again["problem"]["code"]) == ("refused", "name_taken")


def test_a_report_is_set_when_the_offer_is_taken(talk: Talk) -> None:
    talk.take(talk.say("tell me every Monday which gold members are at risk"), "to1")
    (alert,) = [each for each in talk.got("/alerts")["alerts"] if each["name"] == "which gold members are at risk"]
    assert alert["condition"] == {"kind": "every", "form": "text"}
    assert (alert["schedule"], alert["language"]) == ("every monday at 09:00", "en")


def test_a_digest_is_set_when_the_offer_is_taken(talk: Talk) -> None:
    """ "每周一给我发上周的周报": of each dashboard that has numbers."""
    offer = talk.say("每周一给我发上周的周报")
    assert _choices(offer)[0] == "digest1" and "客户忠诚度" in str(_part(offer, "clarification"))
    assert talk.say("send me a weekly digest of the garden dashboard")["problem"]["code"] == "unknown_dashboard"
    offer = talk.say("send me a weekly digest of the customer loyalty dashboard every friday")
    assert _choices(offer) == ["digest1", "no"] and "every Friday at 09:00" in _part(offer, "text")["text"]
    assert talk.take(offer, "digest1")["status"] == "answered"
    (alert,) = [each for each in talk.got("/alerts")["alerts"] if each["condition"]["kind"] == "digest"]
    assert alert["condition"] == {"kind": "digest", "unit": "week"}
    assert (alert["saved_id"], alert["schedule"]) == ("model:loyalty", "every friday at 09:00")
    assert alert["name"] == "Weekly digest of Customer loyalty"


def test_an_answer_is_kept_under_its_name(talk: Talk) -> None:
    assert talk.say("save this as x")["problem"]["code"] == "wish_not_understood", "there is nothing before"
    talk.say("churn rate last month")
    offer = talk.say("save this as Churn of the month")
    assert _choices(offer) == ["keep", "keep_dates", "no"]
    done = talk.take(offer, "keep")
    assert done["status"] == "answered" and "Churn of the month" in _part(done, "text")["text"]
    (kept,) = [each for each in talk.got("/saved")["saved"] if each["name"] == "Churn of the month"]
    assert (kept["request"]["metrics"], kept["moves"]) == (["churn_rate"], "month")
    again = talk.take(talk.say("save churn rate last month as Churn of the month"), "keep_dates")
    assert "version 2" in _part(again, "text")["text"]


def test_an_answer_is_put_on_a_dashboard(talk: Talk) -> None:
    talk.say("各会员等级的客户数")
    offer = talk.say("把这个保存到看板")
    assert _choices(offer)[-2:] == ["new_board", "no"]
    done = talk.take(offer, "new_board")
    assert "我的看板" in _part(done, "text")["text"]
    (board,) = [each for each in talk.got("/dashboards?language=zh")["dashboards"] if each["name"] == "我的看板"]
    assert [each["form"] for each in talk.got(f"/dashboards/{board['dashboard_id']}")["tiles"]] == ["chart"]
    second = talk.say("把流失率加到看板")
    assert _choices(second) == ["board1", "no"]
    talk.take(second, "board1")
    assert len(talk.got(f"/dashboards/{board['dashboard_id']}")["tiles"]) == 2


def test_an_offer_may_be_left(talk: Talk) -> None:
    before = talk.got("/saved")
    offer = talk.say("save churn rate as nothing of ours")
    left = talk.take(offer, "no")
    assert left["status"] == "answered" and talk.got("/saved") == before
    # a word in reply does the same as a button, and the conversation goes on from its answer
    assert talk.say("churn rate by region")["status"] == "answered"


def test_what_is_not_understood_is_not_set(talk: Talk) -> None:
    for said in ("alert me when the moon exceeds 20%", "流失率超过20时提醒我", "tell me every monday what is love"):
        refused = talk.say(said)
        assert (refused["status"], refused["problem"]["code"]) == ("refused", "wish_not_understood"), said


def test_a_question_inside_of_a_wish_stands_by_itself_where_it_can(talk: Talk) -> None:
    talk.say("cohort retention by quarter 2025")
    offer = talk.say("alert me when churn rate exceeds 35%")
    assert offer["status"] == "clarification", _part(offer, "text")["text"]
    talk.say("revenue by region last month")
    offer = talk.say("save by member tier as Tiers")
    talk.take(offer, "keep")
    (kept,) = [each for each in talk.got("/saved")["saved"] if each["name"] == "Tiers"]
    assert (kept["request"]["metrics"], kept["request"]["group_by"]) == (["revenue"], ["member_tier"])


def test_a_number_is_watched_by_its_course(talk: Talk) -> None:
    offer = talk.say("NPS异常时提醒我")
    assert "周" in _part(offer, "text")["text"]
    talk.take(offer, "to1")
    (alert,) = [each for each in talk.got("/alerts")["alerts"] if each["condition"]["kind"] == "unusual"]
    (saved,) = [each for each in talk.got("/saved")["saved"] if each["saved_id"] == alert["saved_id"]]
    assert (saved["request"]["metrics"], saved["request"]["group_by"]) == (["nps"], ["week"])


def test_a_change_of_what_has_no_time_is_that_of_the_last_month(talk: Talk) -> None:
    offer = talk.say("notify me when churn rises by 5%")
    text = _part(offer, "text")["text"]
    assert "May 2026" in text and "not percentage points" in text
    assert "not percentage" not in _part(talk.say("alert me if revenue drops more than 15%"), "text")["text"]


def test_alerts_are_told_and_ended_in_words(talk: Talk) -> None:
    talk.take(talk.say("tell me every Tuesday the churn rate by region"), "to1")
    told = _part(talk.say("what alerts do I have"), "text")["text"]
    assert "churn rate by region (every Tuesday at 09:00" in told
    offer = talk.say("cancel the alert on churn rate by region")
    assert _choices(offer) == ["end1", "no"]
    assert talk.take(offer, "end1")["status"] == "answered"
    assert "churn rate by region" not in _part(talk.say("我有哪些提醒"), "text")["text"]


def test_what_is_told_is_called_as_people_call_it(talk: Talk) -> None:
    offer = talk.say("tell me every Friday which gold members are at risk")
    assert "list of customers" in _part(offer, "text")["text"]


def test_nothing_is_kept_for_several_people_at_once(shop: Shop) -> None:
    together = audience_of("channel", (shop.reader("east"), shop.reader("office")))
    deed = Deed(name="ours", request=MetricQuery(metrics=("customers",)))
    with shop.services() as services:
        desk = Desk(shop.boards(), Admission(shop.settings).standing, lambda: shop.moment, lambda: "id")
        with pytest.raises(SavedError) as refused:
            done(deed, together, "en", services, desk)
        assert refused.value.problems[0].code == "owner_unknown"
        assert "'ours'" in done(deed, shop.reader("east"), "en", services, desk)
