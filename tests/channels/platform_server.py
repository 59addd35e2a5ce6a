"""The side of Feishu, DingTalk and WeCom: one small server that plays the API of each, and refuses what each would.

It checks tokens, shapes and limits, and that a picture was uploaded before it is shown. Whoever's id begins with the
name of a reader has their address; who is in a group stands in its id (`g1.east-1.wide`). `out` is of another company.
An id of a message of Feishu ends in where it was said, which its API is told nowhere else (`m1~g1.east-1.wide`).
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from tests.network.running import free_port

Json = dict[str, Any]
BOT, AGENT = "ou_bot", 1000002
CREDENTIALS = {
    "feishu": ("cli_app", "fs-secret"),
    "dingtalk": ("dingkey", "dt-secret"),
    "wecom": ("wwcorp", "wc-secret"),
}
SLOW_SECONDS = 2.3
_SEND = "dtmd://dingtalkclient/sendMessage?content="


@dataclass(eq=False)
class Post:
    """What was said, whatever the platform: to whom, its words, what can be clicked, and whether one alone sees it."""

    platform: str
    to: str
    words: str
    rows: list[list[str]] = field(default_factory=list)
    buttons: dict[str, Any] = field(default_factory=dict)
    id: str = ""
    has_picture: bool = False
    is_for_one: bool = False


@dataclass
class Platforms:
    """What the server was sent, and how it is to behave with the next messages."""

    port: int
    posts: list[Post] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    tokens: Counter[str] = field(default_factory=Counter)
    slow: set[str] = field(default_factory=set)
    busy: Counter[str] = field(default_factory=Counter)
    revoked: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    pictures: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    loop: asyncio.AbstractEventLoop | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def of(self, platform: str) -> list[Post]:
        return [each for each in self.posts if each.platform == platform]

    def until(self, platform: str, count: int, seconds: float = 30.0) -> list[Post]:
        """What came from us on a platform, once there are so many; and no more of them within a moment."""
        end = time.monotonic() + seconds
        while len(self.of(platform)) < count and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(0.1)
        found = self.of(platform)
        assert len(found) == count and not self.wrong, (len(found), count, self.wrong, found[-1:])
        return found

    def token(self, platform: str) -> str:
        """The token that holds now: another after each that was given out."""
        return f"{platform}-token-{self.tokens[platform]}"

    def allows(self, platform: str, shown: str, secret: tuple[str | None, ...] | None = None) -> bool:
        """Whether a call may be; a secret is for the first, which fetches a token."""
        if secret is not None:
            self.tokens[platform] += 1
            return secret == CREDENTIALS[platform]
        if platform in self.revoked:
            self.revoked.discard(platform)
            self.tokens[platform] += 1
        return shown == self.token(platform)

    def refused(self, platform: str, busy: int, broken: int) -> int | None:
        """The code by which a message is refused, where it is: as one too many now, or for good."""
        if platform in self.broken:
            self.broken.discard(platform)
            return broken
        if self.busy[platform]:
            self.busy[platform] -= 1
            return busy
        return None

    async def delay(self, platform: str) -> bool:
        """Be slow with one message; whether it was."""
        if platform not in self.slow:
            return False
        self.slow.discard(platform)
        await asyncio.sleep(SLOW_SECONDS)
        return True

    # Feishu

    async def feishu_token(self, request: web.Request) -> web.Response:
        sent = await request.json()
        if not self.allows("feishu", "", (sent.get("app_id"), sent.get("app_secret"))):
            return web.json_response({"code": 10014, "msg": "app secret invalid"})
        return web.json_response({"code": 0, "tenant_access_token": self.token("feishu"), "expire": 7200})

    async def feishu(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix("/open-apis/")
        if not self.allows("feishu", request.headers.get("Authorization", "").removeprefix("Bearer ")):
            return web.json_response({"code": 99991663, "msg": "Invalid access token"}, status=400)
        match path.split("/"):
            case ["bot", "v3", "info"]:
                return web.json_response({"code": 0, "msg": "ok", "bot": {"open_id": BOT}})
            case ["contact", "v3", "users", user]:
                if user.startswith("out"):
                    return web.json_response({"code": 41050, "msg": "no user authority error"}, status=400)
                kind = "enterprise_email" if user.startswith("east") else "email"
                return web.json_response({"code": 0, "data": {"user": {"open_id": user, kind: _address(user)}}})
            case ["im", "v1", "chats", chat, "members"]:
                return _feishu_members(chat, int(request.query.get("page_token", "0")))
            case ["im", "v1", "images"]:
                sent = await request.post()
                assert sent["image_type"] == "message" and _is_png(sent["image"])
                self.pictures.add(f"img_{len(self.pictures)}")
                return web.json_response({"code": 0, "data": {"image_key": f"img_{len(self.pictures) - 1}"}})
            case ["ephemeral", "v1", "send"]:
                sent = await request.json()
                return self._feishu_card(sent["chat_id"], sent["card"], is_for_one=sent["open_id"])
            case ["im", "v1", "messages", message, "reply"]:
                return await self._feishu_message(message, await request.json())
        sent = await request.json()
        assert path == "im/v1/messages" and request.query["receive_id_type"] == "open_id"
        return await self._feishu_message(sent["receive_id"], sent)

    async def _feishu_message(self, to: str, sent: Json) -> web.Response:
        if (refused := self.refused("feishu", 99991400, 230002)) is not None:
            return web.json_response({"code": refused, "msg": "no"}, status=400)
        is_new = sent["uuid"] not in self.seen
        self.seen.add(sent["uuid"])
        assert sent["msg_type"] == "interactive" and len(sent["content"].encode()) <= 30_000
        found = self._feishu_card(to, json.loads(sent["content"])) if is_new else web.json_response({"code": 0})
        await self.delay("feishu")
        return found

    def _feishu_card(self, to: str, card: Json, is_for_one: str = "") -> web.Response:
        to = is_for_one or to.rpartition("~")[2]
        post = Post("feishu", to, "", id=f"om{len(self.posts)}~{to}", is_for_one=bool(is_for_one))
        words = []
        for each in card["elements"]:
            match each["tag"]:
                case "div":
                    words.append(_plain(each["text"]))
                case "note":
                    words += [_plain(part) for part in each["elements"]]
                    assert each["elements"]
                case "img":
                    post.has_picture = each["img_key"] in self.pictures and bool(_plain(each["alt"]))
                    assert post.has_picture
                case "action":
                    post.buttons |= {_plain(button["text"]): button["value"] for button in each["actions"]}
                case "table":
                    names = [column["name"] for column in each["columns"]]
                    assert 1 <= len(names) <= 50 and 1 <= each["page_size"] <= 10
                    post.rows = [[column["display_name"] for column in each["columns"]]]
                    post.rows += [[row[name] for name in names] for row in each["rows"]]
                case tag:
                    raise AssertionError(tag)
        post.words = "\n".join(words)
        self.posts.append(post)
        return web.json_response({"code": 0, "data": {"message_id": post.id}})

    # DingTalk

    async def dingtalk_token(self, request: web.Request) -> web.Response:
        if not self.allows("dingtalk", "", (request.query.get("appkey"), request.query.get("appsecret"))):
            return web.json_response({"errcode": 40089, "errmsg": "invalid appsecret"})
        return web.json_response({"errcode": 0, "access_token": self.token("dingtalk"), "expires_in": 7200})

    async def dingtalk(self, request: web.Request) -> web.Response:
        if not self.allows("dingtalk", request.query.get("access_token", "")):
            return web.json_response({"errcode": 88, "errmsg": "invalid access token", "sub_code": "40014"})
        if request.path == "/media/upload":
            sent = await request.post()
            assert request.query["type"] == "image" and _is_png(sent["media"])
            self.pictures.add(f"@media{len(self.pictures)}")
            return web.json_response({"errcode": 0, "media_id": f"@media{len(self.pictures) - 1}"})
        asked = await request.json()
        if request.path == "/topapi/v2/user/get":
            user = asked["userid"]
            if user.startswith("out"):
                return web.json_response({"errcode": 60121, "errmsg": "找不到该用户"})
            # an address that people write themselves is none that counts
            address = {"email": "office@example.com"} if user.startswith("fake") else {"org_email": _address(user)}
            return web.json_response({"errcode": 0, "result": {"userid": user, **address}})
        chat, at = asked["open_conversation_id"], int(asked["cursor"])
        if chat.endswith("untold"):
            return web.json_response({"errcode": 400002, "errmsg": "not a scene group"})
        members = chat.split(".")[1:]
        page = members[at : at + 2]
        ours = [each for each in page if not each.startswith("out")]
        result = {"member_user_ids": ours, "union_ids": [each for each in page if each not in ours]}
        more = {"has_more": at + 2 < len(members), "next_cursor": str(at + 2)}
        return web.json_response({"errcode": 0, "success": True, "result": {**result, **more}})

    async def dingtalk_session(self, request: web.Request) -> web.Response:
        sent, to = await request.json(), request.query["session"]
        if (refused := self.refused("dingtalk", 130101, 300001)) is not None:
            return web.json_response({"errcode": refused, "errmsg": "no"})
        if await self.delay("dingtalk"):
            return web.json_response({"errcode": 0})
        post = Post("dingtalk", to, "")
        match sent["msgtype"]:
            case "text":
                post.words, post.is_for_one = sent["text"]["content"], bool(sent["at"].get("atUserIds"))
            case "markdown":
                post.words = sent["markdown"]["text"]
            case "actionCard":
                card = sent["actionCard"]
                post.words = card["text"]
                assert card["title"] and all(each["actionURL"].startswith(_SEND) for each in card["btns"])
                post.buttons = {each["title"]: unquote(each["actionURL"].removeprefix(_SEND)) for each in card["btns"]}
        assert post.words and len(json.dumps(sent, ensure_ascii=False).encode()) <= 20_000
        pictures = re.findall(r"!\[\]\((.*?)\)", post.words)
        assert set(pictures) <= self.pictures
        post.has_picture = bool(pictures)
        post.rows = [line[2:].split(r" \| ") for line in post.words.split("\n") if line.startswith("- ")]
        self.posts.append(post)
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    # WeCom

    async def wecom(self, request: web.Request) -> web.Response:
        asked, path = request.query, request.path.removeprefix("/cgi-bin/")
        if path == "gettoken":
            if not self.allows("wecom", "", (asked.get("corpid"), asked.get("corpsecret"))):
                return web.json_response({"errcode": 40001, "errmsg": "invalid credential"})
            return web.json_response({"errcode": 0, "access_token": self.token("wecom"), "expires_in": 7200})
        if not self.allows("wecom", asked.get("access_token", "")):
            return web.json_response({"errcode": 40014, "errmsg": "invalid access_token"})
        if path == "user/get":
            if asked["userid"].startswith("out"):
                return web.json_response({"errcode": 60111, "errmsg": "userid not found"})
            return web.json_response({"errcode": 0, "userid": asked["userid"], "biz_mail": _address(asked["userid"])})
        if path == "media/upload":
            assert asked["type"] == "image" and _is_png((await request.post())["media"])
            self.pictures.add(f"media{len(self.pictures)}")
            return web.json_response({"errcode": 0, "media_id": f"media{len(self.pictures) - 1}"})
        return await self._wecom_message(await request.json())

    async def _wecom_message(self, sent: Json) -> web.Response:
        if (refused := self.refused("wecom", 45009, 81013)) is not None:
            return web.json_response({"errcode": refused, "errmsg": "no"})
        if await self.delay("wecom"):
            return web.json_response({"errcode": 0})
        assert sent["agentid"] == AGENT
        to, content = sent["touser"], sent[sent["msgtype"]]
        if sent["msgtype"] == "text":
            assert 1 <= len(content["content"].encode()) <= 2048
            rows = [line.split(" | ") for line in content["content"].split("\n") if " | " in line]
            self.posts.append(Post("wecom", to, content["content"], rows))
            return web.json_response({"errcode": 0})
        # of a test that is over, what comes after the text is of no interest
        last = next((each for each in reversed(self.of("wecom")) if each.to == to), Post("wecom", to, ""))
        if sent["msgtype"] == "image":
            assert content["media_id"] in self.pictures
            last.has_picture = True
            return web.json_response({"errcode": 0})
        buttons = content["button_list"]
        assert content["card_type"] == "button_interaction" and content["main_title"]["title"]
        assert 1 <= len(buttons) <= 6 and all(len(each["key"].encode()) <= 1024 for each in buttons)
        assert re.fullmatch(r"[\w@-]{1,128}", content["task_id"]) and content["task_id"] not in self.seen
        self.seen.add(content["task_id"])
        last.buttons |= {each["text"]: (content["task_id"], each["key"]) for each in buttons}
        return web.json_response({"errcode": 0})

    async def bot(self, request: web.Request) -> web.Response:
        """The address for the one answer of a robot of WeCom."""
        sent, code = await request.json(), request.query["response_code"]
        if code in self.seen:
            return web.json_response({"errcode": 40058, "errmsg": "used"})
        self.seen.add(code)
        post = Post("bot", code.rpartition("~")[2], "")
        if sent["msgtype"] == "markdown":
            post.words = sent["markdown"]["content"]
            assert 1 <= len(post.words.encode()) <= 20_480
        else:
            card = sent["template_card"]
            assert card["card_type"] == "button_interaction" and 1 <= len(card["button_list"]) <= 6
            post.words = card["main_title"]["title"] + card["sub_title_text"]
            post.buttons = {each["text"]: (card["task_id"], each["key"]) for each in card["button_list"]}
        post.rows = [line[2:].split(r" \| ") for line in post.words.split("\n") if line.startswith("- ")]
        self.posts.append(post)
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    @web.middleware
    async def noted(self, request: web.Request, handler: Any) -> web.StreamResponse:  # noqa: ANN401 - aiohttp's own
        """What does not fit is noted, and fails the test."""
        try:
            found: web.StreamResponse = await handler(request)
        except (AssertionError, KeyError, TypeError) as error:
            self.wrong.append(f"{request.path}: {error!r}")
            raise
        return found


def _feishu_members(chat: str, at: int) -> web.Response:
    if chat.endswith("untold"):
        return web.json_response({"code": 232011, "msg": "Operator can NOT be in the chat"}, status=400)
    members = chat.split(".")[1:]
    items, more = [{"member_id": each} for each in members[at : at + 2]], at + 2 < len(members)
    data = {"items": items, "has_more": more, "page_token": str(at + 2) if more else ""}
    return web.json_response({"code": 0, "data": data})


def _address(user: str) -> str:
    return f"{user.partition('-')[0].capitalize()}@example.com"


def _plain(text: Json) -> str:
    assert text["tag"] == "plain_text" and text["content"]
    found: str = text["content"]
    return found


def _is_png(part: object) -> bool:
    return isinstance(part, web.FileField) and part.file.read(4) == b"\x89PNG"


@contextmanager
def platforms_running() -> Iterator[Platforms]:
    """The server in a thread, on a real socket."""
    platforms, started, stopped = Platforms(free_port()), threading.Event(), asyncio.Event()

    async def serve() -> None:
        app = web.Application(middlewares=[platforms.noted])
        app.router.add_post("/open-apis/auth/v3/tenant_access_token/internal", platforms.feishu_token)
        app.router.add_route("*", "/open-apis/{rest:.*}", platforms.feishu)
        app.router.add_get("/gettoken", platforms.dingtalk_token)
        app.router.add_post("/robot/sendBySession", platforms.dingtalk_session)
        app.router.add_post("/topapi/{rest:.*}", platforms.dingtalk)
        app.router.add_post("/media/upload", platforms.dingtalk)
        app.router.add_post("/cgi-bin/aibot/response", platforms.bot)
        app.router.add_route("*", "/cgi-bin/{rest:.*}", platforms.wecom)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", platforms.port).start()
        platforms.loop = asyncio.get_running_loop()
        started.set()
        try:
            await stopped.wait()
        finally:
            await runner.cleanup()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield platforms
    finally:
        assert platforms.loop is not None
        platforms.loop.call_soon_threadsafe(stopped.set)
        thread.join(10)
