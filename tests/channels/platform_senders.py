"""Requests as Feishu, DingTalk and WeCom post them: sealed and signed, so that a test can change a part of one."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha1, sha256
from typing import Any

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.channels.platform_server import AGENT, BOT, CREDENTIALS, Post

Json = dict[str, Any]
SECRET, CORP = CREDENTIALS["dingtalk"][1], CREDENTIALS["wecom"][0]
ENCRYPT_KEY, TOKEN = "feishu's key", "wecom-token"
AES_KEY = base64.b64encode(bytes(range(100, 132))).decode().rstrip("=")
_VECTOR = bytes(range(16))


@dataclass(frozen=True)
class Wire:
    """A request, ready to be sent, or sent again."""

    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"

    def sent(self, client: httpx.Client) -> httpx.Response:
        """The answer, which must come within the client's time: a platform's three seconds."""
        return client.request(
            self.method, self.path, content=self.body, headers=dict(self.headers), params=dict(self.query)
        )

    def changed(self, at: int) -> Wire:
        """With another letter in its body, near the end."""
        other = b"A" if self.body[-at : -at + 1] != b"A" else b"B"
        return replace(self, body=self.body[:-at] + other + self.body[-at + 1 :])


def _sealed(key: bytes, vector: bytes, plain: bytes, block: int) -> bytes:
    short = block - len(plain) % block
    cipher = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    return cipher.update(plain + bytes([short]) * short) + cipher.finalize()


def feishu(event: Json, *, key: str = ENCRYPT_KEY, age: float = 0) -> Wire:
    """An event of Feishu, or a callback of a card."""
    sealed = _sealed(sha256(key.encode()).digest(), _VECTOR, json.dumps(event).encode(), 16)
    body = json.dumps({"encrypt": base64.b64encode(_VECTOR + sealed).decode()}).encode()
    when, nonce = str(int(time.time() - age)), "n0nce"
    signature = sha256(f"{when}{nonce}{key}".encode() + body).hexdigest()
    signed = {"X-Lark-Request-Timestamp": when, "X-Lark-Request-Nonce": nonce, "X-Lark-Signature": signature}
    return Wire("/feishu/events", body, {**signed, "Content-Type": "application/json"})


def _feishu_event(kind: str, event: Json, app: str) -> Json:
    header = {"event_id": "e", "event_type": kind, "create_time": "1", "token": "t", "app_id": app, "tenant_key": "k"}
    return {"schema": "2.0", "header": header, "event": event}


def feishu_message(
    user: str, text: str, message_id: str, group: str = "", *, app: str = "cli_app", names: str = BOT, root: str = ""
) -> Json:
    """Somebody writes to the app, in a group mentioning it."""
    mentions = [{"key": "@_user_1", "id": {"open_id": names}, "name": "回头"}] if group else []
    message = {
        "message_id": message_id,
        "chat_id": group or f"oc_{user}",
        "chat_type": "group" if group else "p2p",
        "message_type": "text",
        "content": json.dumps({"text": f"@_user_1 {text}" if group else text}),
        "mentions": mentions,
        **({"root_id": root} if root else {}),
    }
    sender = {"sender_id": {"open_id": user}, "sender_type": "user", "tenant_key": "k"}
    return _feishu_event("im.message.receive_v1", {"sender": sender, "message": message}, app)


def dingtalk(body: Json, *, secret: str = SECRET, age: float = 0) -> Wire:
    """A message of DingTalk."""
    when = str(round((time.time() - age) * 1000))
    code = hmac.new(secret.encode(), f"{when}\n{secret}".encode(), sha256).digest()
    signed = {"timestamp": when, "sign": base64.b64encode(code).decode(), "Content-Type": "application/json"}
    return Wire("/dingtalk/events", json.dumps(body).encode(), signed)


def dingtalk_message(user: str, text: str, message_id: str, url: str, group: str = "") -> Json:
    """Somebody writes to the robot, in a group mentioning it. Who is of another company has no staff id."""
    return {
        "msgId": message_id,
        "msgtype": "text",
        "text": {"content": f" {text} "},
        "conversationId": group or f"cid_{user}",
        "conversationType": "2" if group else "1",
        "senderId": user if user.startswith("out") else f"$:LWCP_v1:${user}",
        **({} if user.startswith("out") else {"senderStaffId": user}),
        "robotCode": "dingkey",
        "sessionWebhook": f"{url}/robot/sendBySession?session={group or user}",
    }


def wecom(
    xml: str, *, token: str = TOKEN, key: str = AES_KEY, to: str = CORP, age: float = 0, path: str = "/wecom/events"
) -> Wire:
    """A message of WeCom, XML to an app and JSON to a robot; of other text, the echo with which it tries an address."""
    secret = base64.b64decode(key + "=")
    plain = _VECTOR + len(xml.encode()).to_bytes(4, "big") + xml.encode() + to.encode()
    encrypted = base64.b64encode(_sealed(secret, secret[:16], plain, 32)).decode()
    when, nonce = str(int(time.time() - age)), "n0nce"
    signature = sha1("".join(sorted((token, when, nonce, encrypted))).encode()).hexdigest()  # noqa: S324 - WeCom's own
    query = {"msg_signature": signature, "timestamp": when, "nonce": nonce}
    match xml[0]:
        case "<":
            body = f"<xml><ToUserName><![CDATA[{to}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
            return Wire(path, body.encode(), query=query)
        case "{":
            return Wire(path, json.dumps({"encrypt": encrypted}).encode(), query=query)
    return Wire(path, query={**query, "echostr": encrypted}, method="GET")


def bot(body: Json, *, to: str = "", **how: Any) -> Wire:  # noqa: ANN401 - as `wecom` has it
    """What a robot of WeCom is posted: for nobody by name."""
    return wecom(json.dumps(body), to=to, path="/wecom/bot", **how)


def bot_message(user: str, text: str, message_id: str, url: str, group: str = "") -> Json:
    """Somebody writes to the robot, in a group mentioning it."""
    return {
        "msgid": message_id,
        "aibotid": "aib",
        "chattype": "group" if group else "single",
        **({"chatid": group} if group else {}),
        "from": {"userid": user},
        "response_url": f"{url}/cgi-bin/aibot/response?response_code={message_id}",
        "msgtype": "text",
        "text": {"content": f"@Huitou {text}" if group else text},
    }


def wecom_message(user: str, text: str, message_id: str) -> str:
    """Somebody writes to the app."""
    return _wecom(user, f"<MsgType>text</MsgType><Content><![CDATA[{text}]]></Content><MsgId>{message_id}</MsgId>")


def _wecom(user: str, inside: str) -> str:
    names = f"<ToUserName>wwcorp</ToUserName><FromUserName><![CDATA[{user}]]></FromUserName>"
    return f"<xml>{names}<CreateTime>1</CreateTime>{inside}<AgentID>{AGENT}</AgentID></xml>"


def message(platform: str, user: str, text: str, message_id: str, url: str, group: str = "", **how: Any) -> Wire:  # noqa: ANN401
    """Somebody writes; `how` is of the platform's envelope: an age, another secret."""
    match platform:
        case "feishu":
            return feishu(feishu_message(user, text, message_id, group), **how)
        case "dingtalk":
            return dingtalk(dingtalk_message(user, text, message_id, url, group), **how)
        case "bot":
            return bot(bot_message(user, text, message_id, url, group), **how)
    return wecom(wecom_message(user, text, message_id), **how)


def click(post: Post, user: str, label: str, url: str, message_id: str) -> Wire:
    """Somebody clicks a button. DingTalk sends what the button says as a message of theirs."""
    found = post.buttons[label]
    match post.platform:
        case "feishu":
            context = {"open_message_id": post.id, "open_chat_id": post.to}
            action = {"tag": "button", "value": found}
            clicked = {"operator": {"open_id": user}, "token": "c-1", "action": action, "context": context}
            return feishu(_feishu_event("card.action.trigger", clicked, "cli_app"))
        case "dingtalk":
            group = post.to if post.to.startswith("g") else ""
            return dingtalk(dingtalk_message(user, found, message_id, url, group))
    task, key = found
    if post.platform == "bot":
        group = post.to if post.to.startswith("g") else ""
        clicked = {"card_type": "button_interaction", "event_key": key, "task_id": task}
        event = {"msgtype": "event", "event": {"eventtype": "template_card_event", "template_card_event": clicked}}
        return bot({**bot_message(user, "", f"{message_id}~{post.to}", url, group), **event})
    kind = "<MsgType>event</MsgType><Event>template_card_event</Event><CardType>button_interaction</CardType>"
    return wecom(_wecom(user, f"{kind}<EventKey><![CDATA[{key}]]></EventKey><TaskId>{task}</TaskId>"))
