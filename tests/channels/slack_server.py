"""Slack's side: a small server that speaks its Web API and socket mode, keeps what it gets, refuses what Slack would.

It checks tokens, shapes and limits of blocks, and that a picture was uploaded before it is shown.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
from aiohttp import WSMsgType, web

from tests.network.running import free_port

BOT_TOKEN, APP_TOKEN, SECRET, BOT = "xoxb-bot", "xapp-app", "signed-with-this", "UBOT"
Json = dict[str, Any]
_TEXTS = {"section": 3000, "button": 75, "context": 2000, "image": 2000}


def refusal(blocks: list[Json], files: set[str]) -> str | None:
    """Why Slack would not take blocks; None where it would."""
    if not 1 <= len(blocks) <= 50:
        return "50 blocks at most"
    ids = [each["action_id"] for block in blocks for each in block.get("elements", []) if "action_id" in each]
    if [name for name, count in Counter(ids).items() if count > 1] or sum(b["type"] == "table" for b in blocks) > 1:
        return "an action id twice, or two tables"
    return next((why for why in (_refused(block, files) for block in blocks) if why), None)


def _refused(block: Json, files: set[str]) -> str | None:
    match block["type"]:
        case "section":
            return _text(block["text"], "section")
        case "context":
            elements = block["elements"]
            bad = next((why for why in (_text(each, "context") for each in elements) if why), None)
            return bad or (None if 1 <= len(elements) <= 10 else "10 elements of a context at most")
        case "image":
            fits = block["slack_file"]["id"] in files and 1 <= len(block["alt_text"]) <= _TEXTS["image"]
            return None if fits else "no such file, or no text for it"
        case "actions":
            elements = block["elements"]
            bad = next((why for why in (_text(each["text"], "button") for each in elements) if why), None)
            fits = 1 <= len(elements) <= 25 and all(
                each["type"] == "button" and len(each["value"]) <= 2000 and len(each["action_id"]) <= 255
                for each in elements
            )
            return bad or (None if fits else "buttons")
        case "table":
            return _table(block)
    return f"unknown block {block['type']}"


def _text(text: Json, kind: str) -> str | None:
    fits = text["type"] in ("plain_text", "mrkdwn") and 1 <= len(text["text"]) <= _TEXTS[kind]
    return None if fits else f"a text of a {kind}"


def _table(block: Json) -> str | None:
    rows, width = block["rows"], len(block["rows"][0])
    cells = [cell["text"] for row in rows for cell in row if cell["type"] == "raw_text"]
    fits = 1 <= len(rows) <= 100 and 1 <= width <= 20 and len(block["column_settings"]) <= 20
    fits = fits and all(len(row) == width for row in rows) and len(cells) == width * len(rows)
    return None if fits and all(cells) and sum(map(len, cells)) <= 10_000 else "a table"


@dataclass
class Slack:
    """What the server holds: people, who is in which channel; and what it was sent."""

    port: int
    people: dict[str, Json]
    members: dict[str, list[str]]
    posted: list[Json] = field(default_factory=list)
    ephemeral: list[Json] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)  # when posts were told to wait
    limited: int = 0  # how many of the next posts are
    broken: int = 0  # how many of the next posts fail
    unready: int = 0  # how often the next picture is not ready
    envelopes: asyncio.Queue[Json] = field(default_factory=asyncio.Queue)
    loop: asyncio.AbstractEventLoop | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/"

    async def api(self, request: web.Request) -> web.Response:
        """A method of the Web API."""
        method = request.match_info["method"]
        token = request.headers.get("Authorization", "")
        wanted = APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN
        if token != f"Bearer {wanted}":
            self.wrong.append(f"{method}: {token}")
            return web.json_response({"ok": False, "error": "invalid_auth"})
        is_json = request.content_type == "application/json"
        sent: Json = await request.json() if is_json else dict(await request.post())
        sent = {**request.query, **sent}
        found: web.Response | Json = getattr(self, "do_" + method.replace(".", "_"))(sent)
        return found if isinstance(found, web.Response) else web.json_response({"ok": True, **found})

    def do_auth_test(self, _: Json) -> Json:
        return {"user_id": BOT, "bot_id": "BBOT", "team_id": "T1", "user": "huitou"}

    def do_users_info(self, sent: Json) -> Json:
        return {"user": {"id": sent["user"], **self.people[sent["user"]]}}

    def do_conversations_members(self, sent: Json) -> Json:
        at, members = int(sent.get("cursor") or 0), self.members[sent["channel"]]
        after = at + 2  # pages of two, so that there are several
        more = str(after) if after < len(members) else ""
        return {"members": members[at:after], "response_metadata": {"next_cursor": more}}

    def do_conversations_open(self, sent: Json) -> Json:
        return {"channel": {"id": f"D{sent['users']}"}}

    def do_chat_postEphemeral(self, sent: Json) -> Json | web.Response:  # noqa: N802 - Slack's name
        return self._kept(sent, self.ephemeral)

    def do_chat_postMessage(self, sent: Json) -> Json | web.Response:  # noqa: N802 - Slack's name
        if self.limited:
            self.limited -= 1
            self.waits.append(time.monotonic())
            body = {"ok": False, "error": "ratelimited"}
            return web.json_response(body, status=429, headers={"Retry-After": "1"})
        if self.broken:
            self.broken -= 1
            return web.json_response({"ok": False, "error": "internal_error"}, status=500)
        return self._kept(sent, self.posted)

    def do_files_getUploadURLExternal(self, sent: Json) -> Json:  # noqa: N802 - Slack's name
        name = f"F{len(self.pictures) + 1}"
        self.pictures[name] = b""
        return {"upload_url": f"http://127.0.0.1:{self.port}/upload/{name}", "file_id": name}

    def do_files_completeUploadExternal(self, sent: Json) -> Json:  # noqa: N802 - Slack's name
        return {"files": json.loads(sent["files"]) if isinstance(sent["files"], str) else sent["files"]}

    def do_apps_connections_open(self, _: Json) -> Json:
        return {"url": f"ws://127.0.0.1:{self.port}/socket"}

    def _kept(self, sent: Json, into: list[Json]) -> Json | web.Response:
        blocks = sent.get("blocks", [])
        blocks = json.loads(blocks) if isinstance(blocks, str) else blocks
        why = refusal(blocks, {name for name, kept in self.pictures.items() if kept}) if blocks else None
        if self.unready and any(each["type"] == "image" for each in blocks):
            self.unready -= 1
            return web.json_response({"ok": False, "error": "invalid_blocks"})
        if why is not None or not sent.get("text"):
            self.wrong.append(why or "no text for notifications")
            return web.json_response({"ok": False, "error": "invalid_blocks"})
        ts = f"17.{len(self.posted) + len(self.ephemeral) + 1:06d}"
        into.append({**sent, "blocks": blocks, "ts": ts, "at": time.monotonic()})
        return {"ts": ts, "channel": sent["channel"]}

    async def upload(self, request: web.Request) -> web.Response:
        """The bytes of a file."""
        self.pictures[request.match_info["name"]] = await request.read()
        return web.Response(text="OK")

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        """Socket mode: envelopes out, acknowledgements in."""
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        await connection.send_json({"type": "hello", "num_connections": 1})

        async def send() -> None:
            while True:
                await connection.send_json(await self.envelopes.get())

        sender = asyncio.ensure_future(send())
        async for message in connection:
            if message.type == WSMsgType.TEXT and message.data.startswith("{"):
                self.acknowledged.append(json.loads(message.data)["envelope_id"])
        sender.cancel()
        return connection

    def push(self, envelope: Json) -> None:
        """Send an envelope over the socket."""
        assert self.loop is not None
        self.loop.call_soon_threadsafe(self.envelopes.put_nowait, envelope)

    def until(self, count: int, which: str = "posted", seconds: float = 30.0) -> list[Json]:
        """What came, once there are so many; and no more of them within a moment."""
        end = time.monotonic() + seconds
        while len(getattr(self, which)) < count and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(0.3)
        found: list[Json] = getattr(self, which)
        assert len(found) == count and not self.wrong, (len(found), count, self.wrong, self.ephemeral[-1:])
        return found

    def forget(self) -> None:
        """Begin anew."""
        self.posted.clear()
        self.ephemeral.clear()


@dataclass(frozen=True)
class Sender:
    """Posts what Slack posts to the service, signed as Slack signs it."""

    url: str

    def send(self, body: Json, *, form: str | None = None, secret: str = SECRET, age: float = 0, again: int = 0) -> int:
        """The status of the answer, which must come within Slack's three seconds."""
        if form is None:
            text, kind = json.dumps(body), "application/json"
        else:
            text = urlencode({"payload": json.dumps(body)} if form == "payload" else body)
            kind = "application/x-www-form-urlencoded"
        when = str(int(time.time() - age))
        signature = "v0=" + hmac.new(secret.encode(), f"v0:{when}:{text}".encode(), hashlib.sha256).hexdigest()
        signed = {"x-slack-request-timestamp": when, "x-slack-signature": signature, "content-type": kind}
        if again:
            signed["x-slack-retry-num"] = str(again)
        return httpx.post(self.url, content=text, headers=signed, timeout=3.0).status_code


@contextmanager
def slack_running(people: dict[str, Json], members: dict[str, list[str]]) -> Iterator[Slack]:
    """The server in a thread, on a real socket."""
    slack, started = Slack(free_port(), people, members), threading.Event()

    async def serve() -> None:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", slack.api)
        app.router.add_post("/upload/{name}", slack.upload)
        app.router.add_get("/socket", slack.socket)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", slack.port).start()
        slack.loop = asyncio.get_running_loop()
        started.set()
        try:
            await stopped.wait()
        finally:
            await runner.cleanup()

    stopped = asyncio.Event()
    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield slack
    finally:
        assert slack.loop is not None
        slack.loop.call_soon_threadsafe(stopped.set)
        thread.join(10)
