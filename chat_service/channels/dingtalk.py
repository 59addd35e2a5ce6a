"""DingTalk: messages to the company's own robot to what was heard, what is told to its cards. Computes nothing.

DingTalk signs the time of a message (HMAC-SHA-256 with the app's secret), not its body, and names in the body where to
answer: only an address of DingTalk's own for answers is taken. A button there sends its words as a message of whoever
clicks it, so a choice comes back by its label.
"""

from __future__ import annotations

import base64
import hmac
import json
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from hashlib import sha256
from urllib.parse import quote

from chat_service.channels.cards import Limits, as_markdown, card_of, cut
from chat_service.channels.hearing import Hearing
from chat_service.channels.people import Person
from chat_service.channels.platform_api import Json, Picture, PlatformApi, Terms
from chat_service.channels.posted import REFUSED, Posted, Receipt, is_same
from chat_service.channels.talk import Heard, Talk, Told
from chat_service.channels.visits import needed

_RECENT = 3600.0  # as DingTalk says: it sends a message again under its first time
_TITLE = 60
# a message has 20 KB in all, of which a Chinese sign takes three bytes, and nine in the address of a button
_LIMITS = Limits(text=1500, notes=600, table=1200, buttons=5, label=60, press=250)
_GROUP, _SEND = "2", "dtmd://dingtalkclient/sendMessage?content="


class DingTalk:
    """The adapter between DingTalk and the hearing."""

    path = "/dingtalk/events"

    def __init__(self, talk: Talk) -> None:
        """As the settings say. Raises ChannelError."""
        own = talk.station.settings
        self._hearing, self._url, self._secret = (
            Hearing(talk, self),
            own.dingtalk_url,
            needed(own, "dingtalk_app_secret"),
        )
        terms = Terms(
            token_path="/gettoken",  # noqa: S106 - a path
            credentials={"appkey": needed(own, "dingtalk_app_key"), "appsecret": self._secret},
            is_bearer=False,
            token="access_token",  # noqa: S106 - a name
            lives="expires_in",
            code="errcode",
            stale=frozenset({88, 40001, 40014, 42001}),
            busy=frozenset({-1, 90002, 90018, 130101, 130103}),
        )
        self._api = PlatformApi(own.dingtalk_url, terms, own.talk_timeout_seconds)

    def at_work(self) -> AbstractAsyncContextManager[None]:
        """Connected within the block."""
        return self._hearing.at_work(self._api.open())

    def received(self, posted: Posted) -> Receipt:
        """What DingTalk is told of a message: that it came."""
        when = posted.headers.get("timestamp", "")
        code = hmac.new(self._secret.encode(), f"{when}\n{self._secret}".encode(), sha256).digest()
        is_signed = is_same(posted.headers.get("sign", ""), base64.b64encode(code).decode())
        if not is_signed or not posted.is_of_now(f"{when[:-3]}.{when[-3:]}", _RECENT):
            return REFUSED
        try:
            message: Json = json.loads(posted.body)
        except ValueError:
            return REFUSED
        is_whole = isinstance(message, dict) and isinstance(message.get("sessionWebhook"), str)
        if not is_whole or not message["sessionWebhook"].startswith(f"{self._url}/robot/sendBySession?"):
            return REFUSED
        self._hearing.later(self._on_message(message))
        return Receipt(200, "{}", "application/json")

    async def _on_message(self, message: Json) -> None:
        user = message.get("senderStaffId") or message["senderId"]  # who is of another company has no staff id
        place, is_group = message["conversationId"], message["conversationType"] == _GROUP
        heard = Heard(
            Person(user, locale="zh"),
            _words(message),
            place,
            "",
            message["msgId"],
            place if is_group else "",
            message["sessionWebhook"],
        )
        await self._hearing.message(message["msgId"], heard)

    async def look_up(self, user: str) -> Person:
        """Who somebody of the company is; the address is that of their mailbox in the company."""
        found = await self._api.call("/topapi/v2/user/get", {"userid": user})
        return Person(user, found["result"].get("org_email") or "")

    async def members(self, channel: str, cursor: str) -> tuple[list[str], str]:
        """A page of who is in a group: those of the company by their id, others by another that nobody has here."""
        asked = {"open_conversation_id": channel, "cursor": cursor or "0", "size": 100}
        found = (await self._api.call("/topapi/im/chat/scenegroup/member/get", asked))["result"]
        others = found.get("union_ids") or []
        return [*(found.get("member_user_ids") or ()), *others], found["next_cursor"] if found["has_more"] else ""

    async def alone(self, heard: Heard, about: str) -> Heard:
        """No button of ours asks for it here."""
        return replace(heard, channel="")

    async def say(self, told: Told, heard: Heard) -> None:
        """One message: a card where there is something to click. Raises PlatformError."""
        if told.reply is None:
            named = {"atUserIds": [heard.person.id]} if heard.channel else {}
            await self._api.answer_at(
                heard.answer_at, {"msgtype": "text", "text": {"content": told.sentence}, "at": named}
            )
            return
        card = card_of(told, _LIMITS, in_channel=bool(heard.channel))
        text, title = "\n\n".join(as_markdown(card, await self._uploaded(told))), cut(card.text, _TITLE)
        # a choice is known by its label, or by its number where that is cut
        numbered = enumerate((each.label for each in card.choices), 1)
        offered = [(label, str(number) if label.endswith("…") else label) for number, label in numbered]
        offered += [(each.label, each.press.about) for each in card.asks]
        if offered:
            buttons = [{"title": label, "actionURL": f"{_SEND}{quote(words, safe='')}"} for label, words in offered]
            drawn: Json = {"title": title, "text": text, "btnOrientation": "0", "btns": buttons}
            await self._api.answer_at(heard.answer_at, {"msgtype": "actionCard", "actionCard": drawn})
        else:
            shown = {"title": title, "text": text}
            await self._api.answer_at(heard.answer_at, {"msgtype": "markdown", "markdown": shown})

    async def _uploaded(self, told: Told) -> str | None:
        if told.picture is None:
            return None
        found = await self._api.uploaded("/media/upload", Picture("media", told.picture), {"type": "image"})
        return None if found is None else str(found["media_id"])


def _words(message: Json) -> str:
    """What was written: a text, or the words of a rich one."""
    parts = (message.get("content") or {}).get("richText") or ()
    text = (message.get("text") or {}).get("content") or " ".join(each.get("text") or "" for each in parts)
    return str(text).strip()
