"""Alerts in group chats: servers that check what Feishu, DingTalk, WeCom and Slack check, and answer as they do."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from chat_service.saved.conditions import NewRows
from chat_service.saved.delivery import DeliveryError, send
from chat_service.saved.records import GroupRobot
from chat_service.saved.robots import Platform, fitting
from chat_service.saved.schedule import SavedError
from chat_service.settings import Settings
from tests.saved.conftest import AT_RISK, Shop

SECRET = "SEC-of-this-group"  # noqa: S105 - of this test alone
SIGNED = ("dingtalk", "feishu")
PLATFORMS: tuple[Platform, ...] = ("dingtalk", "feishu", "slack", "wecom")
HOUR = 3600


@dataclass
class Group:
    """A group chat: what its robot was sent and took, and the time on its server's clock."""

    platform: Platform
    now: float
    port: int = 0
    texts: list[str] = field(default_factory=list)

    def settings(self, secret: str | None, settings: Settings | None = None) -> Settings:
        url = f"http://127.0.0.1:{self.port}/robot/send?access_token=t0ken"
        robot = {"platform": self.platform, "url": url} | ({} if secret is None else {"secret": secret})
        given = settings.model_dump() if settings else {}
        return Settings.model_validate({**given, "robots": json.dumps({"crm": robot})})

    def answer(self, target: str, body: bytes) -> bytes:
        """What the platform says of a message, after it has checked it."""
        asked, said = parse_qs(urlsplit(target).query), json.loads(body)
        assert asked["access_token"] == ["t0ken"]
        match self.platform:
            case "feishu":
                code = hmac.new(f"{said.get('timestamp')}\n{SECRET}".encode(), digestmod=hashlib.sha256).digest()
                if said.get("sign") != base64.b64encode(code).decode() or self._is_old(int(said["timestamp"])):
                    return b'{"code": 19021, "msg": "sign match fail or timestamp is not within one hour"}'
                card = said["card"]
                parts = [card["header"]["title"], *(each["text"] for each in card["elements"])]
                assert said["msg_type"] == "interactive" and {each["tag"] for each in parts} == {"plain_text"}
                self.texts.append("\n".join(each["content"] for each in parts))
                return b'{"code": 0, "msg": "success", "data": {}}'
            case "dingtalk":
                moment = asked.get("timestamp", ["0"])[0]
                code = hmac.new(SECRET.encode(), f"{moment}\n{SECRET}".encode(), hashlib.sha256).digest()
                if asked.get("sign") != [base64.b64encode(code).decode()] or self._is_old(int(moment) / 1000):
                    return b'{"errcode": 310000, "errmsg": "sign not match"}'
                self.texts.append(said["text"]["content"])
                return b'{"errcode": 0, "errmsg": "ok"}'
            case "wecom":
                if len(said["text"]["content"].encode()) > 2048:
                    return b'{"errcode": 40058, "errmsg": "text.content exceed max length 2048"}'
                self.texts.append(said["text"]["content"])
                return b'{"errcode": 0, "errmsg": "ok"}'
            case "slack":
                self.texts.append(said["text"])
                return b"ok"

    def _is_old(self, seconds: float) -> bool:
        return abs(self.now - seconds) > HOUR


@contextmanager
def group_chat(platform: Platform, now: float) -> Iterator[Group]:
    """The server of a platform with one group on it."""
    group = Group(platform, now)

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = group.answer(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    with HTTPServer(("127.0.0.1", 0), Taking) as server:
        group.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield group
        finally:
            server.shutdown()
            thread.join()


def _sent(group: Group, text: str, secret: str | None = SECRET) -> None:
    send(GroupRobot(name="crm"), json.dumps({"text": text}), "d1", group.settings(secret), group.now)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_alert_arrives_in_a_group_from_the_list_to_the_message(shop: Shop, platform: Platform) -> None:
    with group_chat(platform, shop.moment.timestamp()) as group:
        shop.settings = group.settings(SECRET if platform in SIGNED else None, shop.settings)
        alert = shop.alert(shop.save("silent", AT_RISK), NewRows(), GroupRobot(name="crm"))
        runner = shop.runner()
        shop.hour(runner)
        shop.customers(c1="risk", c2="risk", c3="fine")
        group.now = shop.moment.timestamp() + HOUR
        shop.hour(runner)
        shop.hour(runner)
    assert shop.events(alert) == [("began", 1), ("raised", 1)]
    assert group.texts == ["watch: 1 new\ncustomer id: 2"]


@pytest.mark.parametrize("platform", SIGNED)
@pytest.mark.parametrize("secret", [None, "another"])
def test_what_a_platform_refuses_has_not_arrived(platform: Platform, secret: str | None) -> None:
    with group_chat(platform, 1_772_000_000) as group, pytest.raises(DeliveryError, match=r"19021|310000"):
        _sent(group, "told", secret)
    assert group.texts == []


@pytest.mark.parametrize("platform", SIGNED)
def test_a_signature_of_two_hours_ago_is_refused(platform: Platform) -> None:
    with group_chat(platform, 1_772_000_000) as group:
        early = replace(group, now=group.now - 2 * HOUR)
        with pytest.raises(DeliveryError, match=r"19021|310000"):
            _sent(early, "told")
        _sent(group, "told")
    assert group.texts == ["told"]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_long_text_is_cut_at_a_line_and_says_so(platform: Platform) -> None:
    lines = [f"客户 {number} <b>*张** & 李" for number in range(3_000)]
    with group_chat(platform, 1_772_000_000) as group:
        _sent(group, "\n".join(["watch", *lines]), SECRET if platform in SIGNED else None)
    [*kept, last] = group.texts[0].split("\n")
    shown = [each.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") for each in kept]
    assert shown == ["watch", *lines[: len(kept) - 1]] and last == f"… (+{len(lines) + 1 - len(kept)})"


def test_one_line_that_is_too_long_is_cut_within_it() -> None:
    cut = fitting("回" * 1_000, 100)
    assert len(cut.encode()) <= 100 and cut == "回" * 32 + "…"


def test_a_robot_that_nobody_named_is_refused(shop: Shop) -> None:
    saved = shop.save("silent", AT_RISK)
    with pytest.raises(SavedError) as caught:
        shop.alert(saved, NewRows(), GroupRobot(name="elsewhere"))
    assert [each.code for each in caught.value.problems] == ["target_not_allowed"]


def test_the_address_of_a_robot_is_shown_nowhere() -> None:
    with group_chat("feishu", 0) as group:
        settings = group.settings(SECRET)
    assert "t0ken" not in repr(settings) and SECRET not in repr(settings)
