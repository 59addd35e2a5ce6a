"""What the robots of group chats take and say: Feishu (Lark), DingTalk, WeCom and Slack, each in its own manner.

A robot has a URL that is a secret. Feishu and DingTalk also sign: both put the time and the secret on two lines and
take an HMAC-SHA-256, Feishu with these as the key of an empty message and seconds in the body, DingTalk with the secret
as the key and milliseconds in the URL. Texts are sent as plain ones: a name with a star in it stays what it is.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlencode

from chat_service.settings import Robot

Platform = Literal["dingtalk", "feishu", "slack", "wecom"]
# bytes of a text that a platform takes, with room for its frame
_MOST_BYTES: Final[Mapping[Platform, int]] = {"dingtalk": 18_000, "feishu": 18_000, "slack": 36_000, "wecom": 2_000}
_MARKUP: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


@dataclass(frozen=True)
class Posting:
    """A message as one robot takes it."""

    url: str
    body: Mapping[str, object]


def posting(robot: Robot, text: str, now: float) -> Posting:
    """A text for a robot, signed where the robot has a secret. `now` is in seconds since 1970."""
    url, secret = robot.url.get_secret_value(), robot.secret.get_secret_value() if robot.secret else None
    text = fitting(text, _MOST_BYTES[robot.platform])
    match robot.platform:
        case "feishu":
            title, _, rest = text.partition("\n")
            elements = [{"tag": "div", "text": {"tag": "plain_text", "content": rest}}] if rest else []
            header = {"title": {"tag": "plain_text", "content": title}}
            card = {"config": {"wide_screen_mode": True}, "header": header, "elements": elements}
            return Posting(url, {**_feishu_signed(secret, int(now)), "msg_type": "interactive", "card": card})
        case "dingtalk":
            if secret is not None:
                url += ("&" if "?" in url else "?") + _dingtalk_signed(secret, round(now * 1000))
            return Posting(url, {"msgtype": "text", "text": {"content": text}})
        case "wecom":
            return Posting(url, {"msgtype": "text", "text": {"content": text}})
        case "slack":
            return Posting(url, {"text": text.translate(_MARKUP), "mrkdwn": False, "unfurl_links": False})


def refused(platform: Platform, said: bytes) -> str | None:
    """Why a robot did not take a message, from what it answers with status 200; None where it took it."""
    if platform == "slack":
        return None if said.strip() == b"ok" else said.decode(errors="replace")
    try:
        answer = json.loads(said)
    except ValueError:
        return said.decode(errors="replace")
    code, words = ("code", "msg") if platform == "feishu" else ("errcode", "errmsg")
    took = isinstance(answer, dict) and answer.get(code) == 0
    return None if took else f"{answer.get(code)} {answer.get(words)}" if isinstance(answer, dict) else str(answer)


def fitting(text: str, most: int) -> str:
    """The first lines of a text that fit into so many bytes; how many more there are is said.

    >>> fitting("three\\none\\ntwo\\nfour", 14)
    'three\\n… (+3)'
    """
    if len(text.encode()) <= most:
        return text
    lines = text.split("\n")
    for kept in range(len(lines) - 1, 0, -1):
        cut = "\n".join([*lines[:kept], f"… (+{len(lines) - kept})"])
        if len(cut.encode()) <= most:
            return cut
    return lines[0].encode()[: most - 3].decode(errors="ignore") + "…"


def _feishu_signed(secret: str | None, seconds: int) -> dict[str, str]:
    if secret is None:
        return {}
    code = hmac.new(f"{seconds}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": str(seconds), "sign": base64.b64encode(code).decode()}


def _dingtalk_signed(secret: str, milliseconds: int) -> str:
    code = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    return urlencode({"timestamp": milliseconds, "sign": base64.b64encode(code).decode()})
