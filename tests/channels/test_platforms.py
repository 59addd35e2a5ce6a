"""Feishu, DingTalk and WeCom as they speak: sealed and signed requests over real sockets to `huitou talk`."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chat_service.channels.people import People, Person
from chat_service.channels.running import new_station
from chat_service.channels.talk import Heard, Talk
from chat_service.cli import app
from chat_service.commands.edge import FAILED
from tests.channels.conftest import Company, crowded

pytest.importorskip("aiohttp", reason="the extra 'talk' is not installed")
pytest.importorskip("cryptography", reason="the extra 'talk' is not installed")
from chat_service.channels.dingtalk import DingTalk
from chat_service.channels.feishu import Feishu
from chat_service.channels.wecom import WeCom
from tests.channels.platform_senders import (
    AES_KEY,
    Wire,
    dingtalk,
    dingtalk_message,
    feishu,
    feishu_message,
    wecom,
    wecom_message,
)
from tests.channels.platform_server import AGENT, SLOW_SECONDS
from tests.channels.platform_service import ALL, GROUPS, TALKING, Here, asked


@pytest.fixture(scope="module")
def running(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    with asked(company, tmp_path_factory.mktemp("platforms")) as here:
        yield here


@pytest.fixture
def here(running: Here) -> Here:
    running.platforms.posts.clear()
    running.platforms.wrong.clear()
    return running


def _until(is_so: Callable[[], bool]) -> None:
    """WeCom is told in several messages, of which the text is the first."""
    end = time.monotonic() + 10
    while not is_so() and time.monotonic() < end:
        time.sleep(0.02)
    assert is_so()


def test_an_address_is_tried_with_a_challenge(here: Here) -> None:
    tried = {"type": "url_verification", "challenge": "ajls384k", "token": "t"}
    assert feishu(tried).sent(here.client).json() == {"challenge": "ajls384k"}
    assert feishu(tried, key="another").sent(here.client).status_code == 401
    assert wecom("7431").sent(here.client).text == "7431"
    assert wecom("7431", to="", path="/wecom/bot").sent(here.client).text == "7431"
    for wrong in (wecom("7431", token="other"), wecom("7431", to="wwother"), wecom("7431", age=900)):  # noqa: S106
        answer = wrong.sent(here.client)
        assert answer.status_code == 401 and "7431" not in answer.text


@pytest.mark.parametrize("platform", ALL)
def test_a_question_is_answered_in_its_language(here: Here, platform: str) -> None:
    office = here.person("office")
    posted = here.say(platform, office, "各大区的销售额")
    assert posted.to == office and posted.rows[0][0] == "大区" and len(posted.rows) > 5
    assert "理解为" in posted.words and "销售额:" in posted.words
    followed = here.say(platform, office, "只看华东")
    assert "华东" in followed.words and "华南" not in followed.words
    told = here.say(platform, here.person("office"), "revenue by region")
    assert told.rows[0][0] == "region" and "Read as" in told.words
    _until(lambda: posted.has_picture)


@pytest.mark.parametrize("platform", TALKING)
def test_what_comes_again_is_answered_once(here: Here, platform: str) -> None:
    again = here.message(platform, "BOSS" if platform == "bot" else here.person("office"), "revenue last month")
    senders = [threading.Thread(target=again.sent, args=(here.client,)) for _ in range(3)]
    for each in senders:
        each.start()
    for each in senders:
        each.join()
    here.platforms.until(platform, 1)
    assert again.sent(here.client).status_code == 200
    here.platforms.until(platform, 1)


def test_what_the_platform_did_not_send_now_is_not_heard(here: Here) -> None:
    mine, url = here.person("office"), here.platforms.url
    elsewhere = {**dingtalk_message(mine, "revenue", "x", url), "sessionWebhook": "https://example.org/robot/x?session"}
    beside = {**elsewhere, "sessionWebhook": f"{url}.example.org/robot/sendBySession?session=1"}
    signed, again = (here.message("feishu", mine, "revenue") for _ in range(2))
    paths = (*(f"/{each}/events" for each in ALL), "/wecom/bot")
    forged = [
        *(here.message(each, mine, "revenue", age=7200) for each in TALKING),
        here.message("feishu", mine, "revenue", key="another"),
        here.message("dingtalk", mine, "revenue", secret="another"),  # noqa: S106 - a wrong one
        *(here.message(each, mine, "revenue", token="another") for each in ("wecom", "bot")),  # noqa: S106 - a wrong one
        *(here.message(each, mine, "revenue", key=AES_KEY[::-1]) for each in ("wecom", "bot")),
        *(here.message(each, mine, "revenue", to="wwother") for each in ("wecom", "bot")),
        *(here.message(each, mine, "revenue").changed(40) for each in ("feishu", "wecom", "bot")),
        replace(signed, body=again.body),
        feishu(feishu_message(mine, "revenue", "x", app="cli_other")),
        dingtalk(elsewhere),
        dingtalk(beside),
        wecom(wecom_message(mine, "revenue", "x").replace("wwcorp", "wwother")),
        wecom(wecom_message(mine, "revenue", "x").replace(str(AGENT), "7")),
        *(replace(here.message(each, mine, "revenue"), headers={}, query={}) for each in TALKING),
        *(Wire(path, body) for path in paths for body in (b"", b"[]", b"{}", b"<xml></xml>", b"\xff")),
    ]
    for each in forged:
        assert each.sent(here.client).status_code == 401, each
    assert Wire("/feishu/events", b"x" * 300_000).sent(here.client).status_code == 413
    time.sleep(0.2)
    assert not here.platforms.posts


@pytest.mark.parametrize("platform", GROUPS)
def test_an_answer_in_a_group_is_for_the_least_of_its_readers(here: Here, platform: str) -> None:
    group = here.group("WIDE", "east-0", "office-0")
    posted = here.say(platform, "WIDE", "revenue by region", group)
    assert posted.to == group and [row[0] for row in posted.rows[1:]] == ["East"]
    assert "everybody in this channel" in posted.words
    apart = here.say(platform, "east-0", "各大区的销售额", here.group("east-0", "south-0"))
    assert not apart.rows and "east" not in apart.words and "华东" not in apart.words


@pytest.mark.parametrize("platform", GROUPS)
def test_whoever_is_not_known_keeps_a_group_from_being_answered(here: Here, platform: str) -> None:
    told = here.say(platform, "east-0", "各大区的销售额", here.group("east-0", "WIDE", "out-0"))
    assert "1 个人" in told.words and not told.rows and told.is_for_one
    untold = here.say(platform, "east-0", "各大区的销售额", here.group("east-0", "untold"))
    assert "私下问我" in untold.words and not untold.rows and untold.is_for_one
    asker = here.say(platform, "office-1", "revenue by region", "gasker.office-1.out-1")
    assert len(asker.rows) > 5


@pytest.mark.parametrize("platform", TALKING)
def test_somebody_unknown_is_told_so_with_their_id(here: Here, platform: str) -> None:
    nobody = here.person("out")
    told = here.say(platform, nobody, "各大区的销售额")
    assert nobody in told.words and "我还不认识你" in told.words and not told.rows


def test_an_address_that_anybody_can_write_into_their_own_page_does_not_count(here: Here) -> None:
    assert "do not know you" in here.say("dingtalk", here.person("fake"), "revenue by region").words


@pytest.mark.parametrize("platform", ALL)
def test_personal_fields_are_for_private_answers_alone(here: Here, platform: str) -> None:
    question, office = "list all customers with name and phone", here.person("office")
    own = here.say(platform, office, question)
    assert "**" not in own.words.replace(r"\*", "*") and any(cell.isdigit() for row in own.rows[1:] for cell in row)
    if platform in GROUPS:
        posted = here.say(platform, office, question, here.group(office))
        assert not any(cell.isdigit() and len(cell) > 8 for row in posted.rows[1:] for cell in row)


@pytest.mark.parametrize("platform", ALL)
def test_a_question_back_has_buttons(here: Here, platform: str) -> None:
    office = here.person("office")
    group = here.group(office, "office-0") if platform in GROUPS else ""
    asked = here.say(platform, office, "转化情况", group)
    _until(lambda: bool(asked.buttons))
    assert {"活动转化率", "首单激活率"} <= asked.buttons.keys()
    before = len(here.platforms.of(platform))
    # DingTalk makes a message of each click: whoever clicks twice asks twice
    times = 1 if platform == "dingtalk" else 2
    clicks = [threading.Thread(target=here.click, args=(asked, office, "首单激活率")) for _ in range(times)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    answered = here.platforms.until(platform, before + 1)[-1]
    assert "首单激活率" in answered.words and answered.to == asked.to


@pytest.mark.parametrize("platform", ALL)
def test_without_words_it_is_told_what_can_be_asked(here: Here, platform: str) -> None:
    told = here.say(platform, here.person("east"), "")
    assert any("\u4e00" <= sign <= "\u9fff" for sign in told.words)
    _until(lambda: bool(told.buttons))


def test_a_slow_platform_is_told_at_once_and_answered_when_it_takes_the_answer(here: Here) -> None:
    here.platforms.slow.update(ALL)
    for platform in ALL:
        began = time.monotonic()
        assert here.message(platform, here.person("east"), "上个月的销售额").sent(here.client).status_code == 200
        assert time.monotonic() - began < SLOW_SECONDS / 2
    for platform in ALL:
        assert "销售额" in here.platforms.until(platform, 1)[0].words
    assert not here.platforms.slow


def test_a_platform_that_says_to_wait_or_forgets_a_token_is_asked_again(here: Here) -> None:
    before = here.platforms.tokens.copy()
    here.platforms.busy.update(dict.fromkeys(ALL, 1))
    here.platforms.revoked.update(ALL)
    for platform in ALL:
        here.message(platform, here.person("east"), "上个月的销售额").sent(here.client)
    for platform in ALL:
        here.platforms.until(platform, 1)
        # one was revoked, and one fetched in its place
        assert here.platforms.tokens[platform] == before[platform] + 2
    for platform in ALL:
        here.say(platform, here.person("east"), "上个月的销售额")
    assert all(here.platforms.tokens[platform] == before[platform] + 2 for platform in ALL)


@pytest.mark.parametrize("platform", ALL)
def test_what_could_not_be_said_is_said_when_it_comes_again(here: Here, platform: str) -> None:
    here.platforms.broken.add(platform)
    asked = here.message(platform, here.person("office"), "revenue last month")
    asked.sent(here.client)
    _until(lambda: not here.platforms.broken)
    here.platforms.until(platform, 0)
    asked.sent(here.client)
    assert "revenue" in here.platforms.until(platform, 1)[0].words


@pytest.mark.parametrize("platform", ALL)
def test_long_tables_fit(here: Here, platform: str) -> None:
    posted = here.say(platform, here.person("office"), "top 1000 customers by revenue")
    assert "of 1,500 rows" in posted.words and 10 < len(posted.rows) <= 22


@pytest.mark.parametrize("adapter", [Feishu, DingTalk, WeCom])
@pytest.mark.parametrize("word", ["word ", "“流失”*<a>&", "[_]"])
def test_whatever_an_answer_holds_fits(here: Here, adapter: type[Feishu | DingTalk | WeCom], word: str) -> None:
    settings = here.settings.model_copy(update={"conversations_url": "sqlite://"})
    platform = adapter.__name__.lower()
    answer_at = f"{here.platforms.url}/robot/sendBySession?session=U1" if adapter is DingTalk else "om1~gU1"

    async def said() -> None:
        talk = Talk(new_station(settings), People(settings.feishu_people), platform)
        channel = adapter(talk)
        async with channel.at_work():
            await channel.say(crowded(word), Heard(Person("U1"), "", "p", "t" * 30, "m", "gU1", answer_at))
        talk.station.close()

    asyncio.run(said())
    (posted,) = here.platforms.until(platform, 1)
    assert len(posted.buttons) >= 5 and (posted.rows or adapter is WeCom)


def test_on_feishu_a_group_is_answered_where_it_names_us_and_one_may_see_more_alone(here: Here) -> None:
    group, client = here.group("WIDE", "east-0"), here.client
    assert (
        feishu(feishu_message("WIDE", "revenue", f"x~{group}", group, names="ou_other")).sent(client).status_code == 200
    )
    posted = here.say("feishu", "WIDE", "revenue by region", group)
    assert here.click(posted, "WIDE", "Just for me") == 200
    own = here.platforms.until("feishu", 2)[-1]
    assert own.to == "WIDE" and sorted(row[0] for row in own.rows[1:]) == ["East", "South"]
    for user, label in (("WIDE", "👍 Right"), ("east-0", "👎 Wrong"), ("WIDE", "👎 Wrong"), ("out-0", "👍 Right")):
        count = len(here.platforms.of("feishu")) + 1
        here.click(posted, user, label)
        assert here.platforms.until("feishu", count)[-1].is_for_one
    request_id = json.loads(posted.buttons["👍 Right"]["press"])["about"]
    with sqlite3.connect(here.store) as kept:
        rows = kept.execute(
            "SELECT reader, positive FROM feedback WHERE request_id = ? ORDER BY reader", (request_id,)
        ).fetchall()
    assert rows == [("feishu:WIDE", 0), ("feishu:east-0", 0)]


def test_on_feishu_an_answer_to_an_answer_goes_on_from_it(here: Here) -> None:
    group = here.group("office-0")
    first = feishu_message("office-0", "各大区的销售额", f"r1~{group}", group)
    feishu(first).sent(here.client)
    here.platforms.until("feishu", 1)
    feishu(feishu_message("office-0", "按性别呢", f"r2~{group}", group, root=f"r1~{group}")).sent(here.client)
    assert here.platforms.until("feishu", 2)[-1].rows[0][0] == "性别"


def test_what_is_set_up_by_half_is_told_by_the_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HUITOU_CONVERSATIONS_URL", f"sqlite:///{tmp_path / 'kept.sqlite'}")

    def told() -> str:
        found = CliRunner().invoke(app, ["talk"])
        assert found.exit_code == FAILED
        return found.stderr

    nothing = told()
    assert all(f"HUITOU_{name}" in nothing for name in ("FEISHU_APP_ID", "DINGTALK_APP_KEY", "WECOM_CORP_ID"))
    monkeypatch.setenv("HUITOU_WECOM_CORP_ID", "wwcorp")
    assert "people_unreadable" in told()
    (tmp_path / "huitou-wecom.yaml").write_text("readers: {}", encoding="utf-8")
    assert "HUITOU_WECOM_AGENT_ID" in told()
    monkeypatch.setenv("HUITOU_WECOM_AES_KEY", "too short")
    assert "invalid_setting" in told() and "too short" not in told()


def test_on_feishu_a_card_of_ones_own_that_is_forwarded_answers_nobody_else(here: Here) -> None:
    group, office = here.group("office-0", "out-0"), here.person("office")
    own = here.say("feishu", office, "各大区的销售额")
    label = next(iter(own.buttons))
    assert here.click(replace(own, to=group, id=f"om9~{group}"), office, label) == 200
    assert here.platforms.until("feishu", 2)[-1].to == office
    told = here.say("feishu", "WIDE", "revenue by region", here.group("WIDE", "east-0"))
    assert here.click(replace(told, to=group, id=f"om8~{group}"), "office-0", "Revenue by gender") == 200
    refused = here.platforms.until("feishu", 4)[-1]
    assert refused.to == "office-0" and refused.is_for_one and not refused.rows


def test_a_robot_of_wecom_answers_groups_of_which_the_file_says_for_whom(here: Here) -> None:
    told = here.say("bot", "EAST", "各大区的销售额", here.group("EAST", "WIDE"))
    assert "私下问我" in told.words and not told.rows
    group = "gasker.office-1.out-1"
    posted = here.say("bot", "EAST", "各大区的销售额", group)
    assert posted.to == group and [row[0] for row in posted.rows[1:2]] == ["华东"] and "理解为" in posted.words
    asked = here.say("bot", "OFFICE", "转化情况", group)
    assert here.click(asked, "OFFICE", "首单激活率") == 200
    assert "首单激活率" in here.platforms.until("bot", 4)[-1].words
    own = here.say("bot", "OFFICE", "list all customers with name and phone")
    assert any(cell.isdigit() for row in own.rows[1:] for cell in row)
    masked = here.say("bot", "OFFICE", "list all customers with name and phone", group)
    assert not any(cell.isdigit() and len(cell) > 8 for row in masked.rows[1:] for cell in row)
