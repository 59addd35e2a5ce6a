"""Slack as it speaks: signed requests over a real socket to `huitou slack`, whose answers Slack's side judges."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.channels.conftest import Company
from tests.network.running import Running, serving

pytest.importorskip("slack_bolt", reason="the extra 'slack' is not installed")
pytest.importorskip("aiohttp", reason="the extra 'slack' is not installed")
from tests.channels.slack_server import APP_TOKEN, BOT, BOT_TOKEN, SECRET, Json, Sender, Slack, slack_running

PEOPLE: dict[str, Json] = {
    "UEAST": {"profile": {"email": "East@example.com"}, "locale": "zh-CN"},
    "USOUTH": {"profile": {"email": "south@example.com"}, "locale": "en-GB"},
    "UWIDE": {"profile": {}, "locale": "en-US"},
    "UOFFICE": {"profile": {"email": "office@example.com"}, "locale": "en-US"},
    "UOUT": {"profile": {"email": "east@example.com"}, "is_stranger": True, "locale": "en-US"},
    BOT: {"profile": {}, "is_bot": True},
}
MEMBERS = {
    "COFFICE": ["UOFFICE", BOT],
    "CMIXED": ["UWIDE", "UEAST", BOT],
    "CAPART": ["UEAST", BOT, "USOUTH"],
    "COUT": ["UEAST", "UWIDE", "UOUT", BOT],
    "CASKER": ["UOFFICE", "USOUTH", "UOUT", BOT],
}
FILE = {
    "readers": {
        "east": {"attributes": {"region": "east"}},
        "south": {"attributes": {"region": "south"}},
        "wide": {"attributes": {"region": ["east", "south"]}},
        "office": {"roles": ["ask", "personal", "head_office"]},
    },
    "people": {"east@example.com": "east", "south@example.com": "south", "UWIDE": "wide", "UOFFICE": "office"},
    "channels": {"CASKER": "asker"},
}


@dataclass
class Here:
    """The service, Slack's side of it, and what sends Slack's requests."""

    slack: Slack
    service: Running
    sender: Sender
    store: Path

    def mention(self, channel: str, user: str, text: str, ts: str, **more: str) -> int:
        """Somebody mentions the app in a channel."""
        event = {"type": "app_mention", "channel": channel, "user": user, "text": f"<@{BOT}> {text}", "ts": ts, **more}
        return self.sender.send({"type": "event_callback", "team_id": "T1", "event_id": f"Ev{ts}", "event": event})

    def click(self, user: str, posted: Json, action: str) -> int:
        """Somebody clicks a button of a message."""
        buttons = [each for block in posted["blocks"] if block["type"] == "actions" for each in block["elements"]]
        (button,) = [each for each in buttons if each["action_id"] == action]
        body = {
            "type": "block_actions",
            "team": {"id": "T1"},
            "user": {"id": user},
            "channel": {"id": posted["channel"]},
            "message": {"ts": posted["ts"], "thread_ts": posted.get("thread_ts", posted["ts"])},
            "actions": [{**button, "type": "button"}],
        }
        return self.sender.send(body, form="payload")


@contextmanager
def _here(
    company: Company,
    folder: Path,
    slack: Slack,
    *,
    database: Path | None = None,
    by_socket: bool = False,
    **settings: object,
) -> Iterator[Here]:
    people = folder / "people.yaml"
    people.write_text(yaml.safe_dump(FILE), encoding="utf-8")
    chosen: dict[str, object] = {
        "model": company.model,
        "slack_people": people,
        "slack_url": slack.url,
        "slack_bot_token": BOT_TOKEN,
        "slack_signing_secret": SECRET,
        "slack_app_token": APP_TOKEN,
        **settings,
    }
    how = () if by_socket else ("--http",)
    with serving(folder, database or company.database, "slack", *how, **chosen) as running:
        yield Here(slack, running, Sender(f"{running.url}/slack/events"), folder / "kept.sqlite")


@pytest.fixture(scope="module")
def slack() -> Iterator[Slack]:
    with slack_running(PEOPLE, MEMBERS) as running:
        yield running


@pytest.fixture(scope="module")
def running(company: Company, slack: Slack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    with _here(company, tmp_path_factory.mktemp("slack"), slack) as here:
        yield here


@pytest.fixture
def here(running: Here) -> Here:
    running.slack.forget()
    return running


def _until(is_so: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        time.sleep(0.05)
    assert is_so()


def _blocks(posted: Json, kind: str) -> list[Json]:
    return [each for each in posted["blocks"] if each["type"] == kind]


def _words(posted: Json) -> str:
    """Every text of a message."""
    sections = [each["text"]["text"] for each in _blocks(posted, "section")]
    contexts = [text["text"] for each in _blocks(posted, "context") for text in each["elements"]]
    return "\n".join((*sections, *contexts))


def _rows(posted: Json) -> list[list[str]]:
    (table,) = _blocks(posted, "table")
    return [[cell["text"] for cell in row] for row in table["rows"]]


def test_a_mention_is_answered_by_one_message_in_the_thread(here: Here) -> None:
    assert here.mention("COFFICE", "UOFFICE", "各大区的销售额", "1.01") == 200
    (posted,) = here.slack.until(1)
    assert (posted["channel"], posted["thread_ts"]) == ("COFFICE", "1.01")
    heads, *rows = _rows(posted)
    assert heads[0] == "大区" and len(rows) > 5
    assert "理解为" in _words(posted) and "销售额:" in _words(posted)
    (image,) = _blocks(posted, "image")
    assert here.slack.pictures[image["slack_file"]["id"]].startswith(b"\x89PNG")
    actions = [each["action_id"] for block in _blocks(posted, "actions") for each in block["elements"]]
    assert {"ask:0", "thumb:up", "thumb:down", "alone"} <= set(actions)
    assert here.mention("COFFICE", "UOFFICE", "按性别呢", "1.02", thread_ts="1.01") == 200
    assert _rows(here.slack.until(2)[1])[0][0] == "性别"
    assert here.click("UOFFICE", posted, "ask:0") == 200
    assert here.slack.until(3)[2]["thread_ts"] == "1.01"


def test_what_slack_sends_again_is_answered_once(here: Here) -> None:
    event = {"type": "app_mention", "channel": "COFFICE", "user": "UOFFICE", "text": "revenue by region", "ts": "2.01"}
    body = {"type": "event_callback", "team_id": "T1", "event_id": "Ev2", "event": event}
    statuses = [here.sender.send(body, again=each) for each in range(4)]
    assert statuses == [200] * 4
    (posted,) = here.slack.until(1)
    assert "Read as" in _words(posted)


def test_it_is_answered_once_across_a_restart(company: Company, slack: Slack, tmp_path: Path) -> None:
    slack.forget()
    for _ in range(2):
        with _here(company, tmp_path, slack) as here:
            assert here.mention("COFFICE", "UOFFICE", "revenue last month", "3.01") == 200
            here.slack.until(1)


def test_what_is_not_signed_by_slack_is_not_heard(here: Here) -> None:
    event = {"type": "app_mention", "channel": "COFFICE", "user": "UOFFICE", "text": "revenue", "ts": "4.01"}
    body = {"type": "event_callback", "team_id": "T1", "event": event}
    assert here.sender.send(body, secret="another") == 401  # noqa: S106 - a wrong one
    assert here.sender.send(body, age=3600) == 401
    here.slack.until(0)
    assert here.sender.send({"type": "url_verification", "challenge": "c"}) == 200


def test_an_answer_in_a_channel_is_for_the_least_of_its_readers(here: Here) -> None:
    here.mention("CMIXED", "UWIDE", "revenue by region", "5.01")
    (posted,) = here.slack.until(1)
    assert [row[0] for row in _rows(posted)[1:]] == ["East"]
    assert "everybody in this channel" in _words(posted)
    assert here.click("UWIDE", posted, "alone") == 200
    _, about, own = here.slack.until(3)
    assert about["channel"] == own["channel"] == "DUWIDE" and own["thread_ts"] == about["ts"]
    assert sorted(row[0] for row in _rows(own)[1:]) == ["East", "South"]
    assert "everybody in this channel" not in _words(own)


def test_nobody_in_a_channel_sees_what_another_may_not(here: Here) -> None:
    here.mention("CAPART", "UEAST", "各大区的销售额", "6.01")
    (posted,) = here.slack.until(1)
    assert not _blocks(posted, "table") and "east" not in json.dumps(posted) and "华东" not in json.dumps(posted)


def test_a_channel_with_an_outsider_is_told_why_there_is_no_answer(here: Here) -> None:
    here.mention("COUT", "UEAST", "各大区的销售额", "7.01")
    (told,) = here.slack.until(1, "ephemeral")
    assert told["user"] == "UEAST" and "1 个人" in _words(told) and not here.slack.posted
    here.mention("CASKER", "USOUTH", "revenue by region", "7.02")
    (posted,) = here.slack.until(1)
    assert [row[0] for row in _rows(posted)[1:]] == ["South"]
    here.mention("COUT", "UOUT", "revenue by region", "7.03")
    assert "UOUT" in _words(here.slack.until(2, "ephemeral")[1]) and len(here.slack.posted) == 1


def test_personal_fields_are_for_private_answers_alone(here: Here) -> None:
    question = "list all customers with name and phone"
    here.mention("COFFICE", "UOFFICE", question, "8.01")
    (posted,) = here.slack.until(1)
    assert "****" in json.dumps(posted) or not _blocks(posted, "table")
    event = {"type": "message", "channel_type": "im", "channel": "DUOFFICE", "user": "UOFFICE", "text": question}
    here.sender.send({"type": "event_callback", "team_id": "T1", "event": {**event, "ts": "8.02"}})
    own = here.slack.until(2)[1]
    assert "****" not in json.dumps(own) and any(cell.isdigit() for row in _rows(own)[1:] for cell in row)
    assert "alone" not in json.dumps(own["blocks"])


def test_a_question_back_has_buttons_which_count_once(here: Here) -> None:
    here.mention("COFFICE", "UOFFICE", "转化情况", "9.01")
    (asked,) = here.slack.until(1)
    labels = [each["text"]["text"] for each in _blocks(asked, "actions")[0]["elements"]]
    assert labels == ["活动转化率", "首单激活率"]
    clicks = [threading.Thread(target=here.click, args=("UOFFICE", asked, "choose:1")) for _ in range(3)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    answered = here.slack.until(2)[1]
    assert "首单激活率" in _words(answered) and answered["thread_ts"] == "9.01"


def test_of_two_choices_at_once_one_counts_and_the_other_is_told(here: Here) -> None:
    here.mention("CMIXED", "UWIDE", "转化情况", "10.01")
    (asked,) = here.slack.until(1)
    clicks = [
        threading.Thread(target=here.click, args=(user, asked, action))
        for user, action in (("UWIDE", "choose:0"), ("UEAST", "choose:1"))
    ]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    here.slack.until(2)
    here.slack.until(1, "ephemeral")


def test_each_person_has_an_opinion_of_their_own(here: Here) -> None:
    here.mention("CMIXED", "UEAST", "上个月的销售额", "11.01")
    (posted,) = here.slack.until(1)
    for user, action in (("UEAST", "thumb:up"), ("UWIDE", "thumb:down"), ("UEAST", "thumb:down"), ("UOUT", "thumb:up")):
        told = len(here.slack.ephemeral) + 1
        here.click(user, posted, action)
        here.slack.until(told, "ephemeral")
    value = _blocks(posted, "actions")[-1]["elements"][0]["value"]
    with sqlite3.connect(here.store) as kept:
        rows = kept.execute(
            "SELECT reader, positive FROM feedback WHERE request_id = ? ORDER BY reader", (json.loads(value)["about"],)
        ).fetchall()
    assert rows == [("slack:UEAST", 0), ("slack:UWIDE", 0)]


def test_a_slash_command_is_answered_in_private(here: Here) -> None:
    command = {"command": "/huitou", "text": "各大区的销售额", "user_id": "USOUTH", "channel_id": "COUT"}
    assert here.sender.send({**command, "trigger_id": "t.1", "team_id": "T1"}, form="fields") == 200
    _, posted = here.slack.until(2)
    assert posted["channel"] == "DUSOUTH" and len(_rows(posted)) == 2


def test_an_empty_mention_is_told_what_can_be_asked_in_ones_language(here: Here) -> None:
    here.mention("CMIXED", "UEAST", "", "12.01")
    here.mention("COFFICE", "UOFFICE", "  ", "12.02")
    first, second = sorted(here.slack.until(2), key=lambda each: str(each["channel"]))
    assert any("\u4e00" <= sign <= "\u9fff" for sign in _words(first)) and _words(second).isascii()
    for posted in (first, second):
        assert any(each["action_id"] == "ask:0" for block in _blocks(posted, "actions") for each in block["elements"])


def test_a_rate_limit_is_waited_for_and_a_picture_until_it_is_ready(here: Here) -> None:
    here.slack.limited, here.slack.unready = 2, 1
    here.slack.waits.clear()
    here.mention("COFFICE", "UOFFICE", "revenue by region", "13.01")
    (posted,) = here.slack.until(1)
    assert len(here.slack.waits) == 2 and posted["at"] - here.slack.waits[0] >= 2
    assert _blocks(posted, "image")


def test_what_could_not_be_said_is_said_when_it_comes_again(here: Here) -> None:
    here.slack.broken = 1
    here.mention("COFFICE", "UOFFICE", "revenue by tier", "14.01")
    _until(lambda: here.slack.broken == 0)
    here.slack.until(0)
    here.mention("COFFICE", "UOFFICE", "revenue by tier", "14.01")
    here.slack.until(1)


def test_long_tables_and_texts_fit(here: Here) -> None:
    event = {"type": "message", "channel_type": "im", "channel": "DUOFFICE", "user": "UOFFICE", "ts": "15.01"}
    here.sender.send({"type": "event_callback", "event": {**event, "text": "top 1000 customers by revenue"}})
    (posted,) = here.slack.until(1)
    assert len(_rows(posted)) == 21 and "The first 20 of 1,500 rows" in _words(posted)
    long = "revenue " + "of the gold and the silver members " * 150
    here.sender.send({"type": "event_callback", "event": {**event, "ts": "15.02", "text": long}})
    here.slack.until(2)


def test_a_service_without_its_database_says_so(company: Company, slack: Slack, tmp_path: Path) -> None:
    slack.forget()
    own = tmp_path / "own.duckdb"
    shutil.copy(company.database, own)
    with _here(company, tmp_path, slack, database=own, data_check_seconds=0) as here:
        here.mention("COFFICE", "UOFFICE", "revenue last month", "16.01")
        slack.until(1)
        own.unlink()
        own.write_bytes(b"no database")
        here.mention("COFFICE", "UOFFICE", "revenue last week", "16.02")
        (told,) = slack.until(1, "ephemeral")
        assert "log" in _words(told) and str(tmp_path) not in json.dumps(told)


def test_by_a_socket_nothing_needs_to_reach_the_service(company: Company, slack: Slack, tmp_path: Path) -> None:
    slack.forget()
    with _here(company, tmp_path, slack, by_socket=True):
        event = {"type": "app_mention", "channel": "COFFICE", "user": "UOFFICE", "text": "revenue by region"}
        payload: dict[str, Any] = {"type": "event_callback", "team_id": "T1", "event": {**event, "ts": "17.01"}}
        for number in range(2):
            slack.push({"type": "events_api", "envelope_id": f"e{number}", "payload": payload, "retry_attempt": number})
        slack.until(1)
        assert slack.acknowledged == ["e0", "e1"]
