"""WeCom: messages and clicks in the chat with a company's own app to what was heard, what is told to messages.

They come as XML, encrypted with the app's EncodingAESKey (AES-256-CBC: 16 random bytes, the length, the text, the id of
the company for whom it is) and signed (the SHA-1 of token, time, nonce and what is encrypted, in the order of the
alphabet). An app is spoken to in private: WeCom brings it no group's messages. Computes nothing.
"""

from __future__ import annotations

import re
from contextlib import AbstractAsyncContextManager
from hashlib import sha1
from uuid import uuid4
from xml.etree import ElementTree

from chat_service.channels.cards import Button, Card, Limits, Press, card_of, cut
from chat_service.channels.hearing import Hearing
from chat_service.channels.people import Person
from chat_service.channels.platform_api import Json, Picture, PlatformApi, Terms
from chat_service.channels.posted import REFUSED, Posted, Receipt, from_base64, is_same, opened
from chat_service.channels.talk import Heard, Talk, Told
from chat_service.channels.visits import needed
from chat_service.saved.robots import fitting

_RECENT = 300.0
_BLOCK, _RANDOM, _LENGTH = 32, 16, 4
_TEXT_BYTES, _TITLE, _BUTTONS = 2000, 36, 6
_LIMITS = Limits(text=500, notes=150, rows=15, columns=6, cell=40, table=600, label=30, press=1000)
_SEALED = re.compile(rb"<Encrypt>\s*(?:<!\[CDATA\[)?\s*([A-Za-z0-9+/=]+)\s*(?:\]\]>)?\s*</Encrypt>")


class WeCom:
    """The adapter between WeCom and the hearing."""

    path = "/wecom/events"

    def __init__(self, talk: Talk) -> None:
        """As the settings say. Raises ChannelError."""
        own = talk.station.settings
        self._hearing, self._corp_id = Hearing(talk, self), needed(own, "wecom_corp_id")
        self._agent_id, self._token = int(needed(own, "wecom_agent_id")), needed(own, "wecom_token")
        self._key = from_base64(needed(own, "wecom_aes_key") + "=")
        terms = Terms(
            token_path="/cgi-bin/gettoken",  # noqa: S106 - a path
            credentials={"corpid": self._corp_id, "corpsecret": needed(own, "wecom_secret")},
            is_bearer=False,
            token="access_token",  # noqa: S106 - a name
            lives="expires_in",
            code="errcode",
            stale=frozenset({40001, 40014, 42001}),
            busy=frozenset({-1, 45009, 45033}),
        )
        self._api = PlatformApi(own.wecom_url, terms, own.talk_timeout_seconds)

    def at_work(self) -> AbstractAsyncContextManager[None]:
        """Connected within the block."""
        return self._hearing.at_work(self._api.open())

    def received(self, posted: Posted) -> Receipt:
        """What WeCom is told: nothing of a message, which is answered later; the echo by which it tries the address."""
        if posted.method == "GET":
            echo = self._opened(posted, posted.query.get("echostr", ""))
            return REFUSED if echo is None else Receipt(200, echo)
        found = _SEALED.search(posted.body)
        text = None if found is None else self._opened(posted, found[1].decode())
        if text is None:
            return REFUSED
        try:
            message = {each.tag: each.text or "" for each in ElementTree.fromstring(text)}  # noqa: S314 - signed
        except ElementTree.ParseError:
            return REFUSED
        if message.get("ToUserName") != self._corp_id or message.get("AgentID") != str(self._agent_id):
            return REFUSED
        match message.get("MsgType"), message.get("Event"):
            case "event", "template_card_event":
                self._hearing.later(self._on_click(message))
            case "event", _:
                pass
            case _:
                self._hearing.later(self._on_message(message))
        return Receipt()

    def _opened(self, posted: Posted, sealed: str) -> str | None:
        """What is in it; None where WeCom did not send it, now, to us."""
        when, nonce = posted.query.get("timestamp", ""), posted.query.get("nonce", "")
        computed = sha1("".join(sorted((self._token, when, nonce, sealed))).encode()).hexdigest()  # noqa: S324 - WeCom's
        if not is_same(posted.query.get("msg_signature", ""), computed) or not posted.is_of_now(when, _RECENT):
            return None
        try:
            plain = opened(self._key, self._key[:16], from_base64(sealed), _BLOCK)[_RANDOM:]
            end = _LENGTH + int.from_bytes(plain[:_LENGTH], "big")
            return plain[_LENGTH:end].decode() if plain[end:].decode() == self._corp_id else None
        except ValueError:
            return None

    async def _on_message(self, message: dict[str, str]) -> None:
        user, message_id = message["FromUserName"], message["MsgId"]
        # a picture or a place has no words: it is told what can be asked
        heard = Heard(Person(user, locale="zh"), message.get("Content", "").strip(), user, "", message_id)
        await self._hearing.message(message_id, heard)

    async def _on_click(self, message: dict[str, str]) -> None:
        user = message["FromUserName"]
        heard = Heard(Person(user, locale="zh"), "", user, "", message["TaskId"])
        await self._hearing.press(heard, Press.model_validate_json(message["EventKey"]))

    async def look_up(self, user: str) -> Person:
        """Who somebody is; the address is that of their mailbox in the company."""
        found = await self._api.call("/cgi-bin/user/get", params={"userid": user}, method="GET")
        return Person(user, found.get("biz_mail") or "")

    async def members(self, channel: str, cursor: str) -> tuple[list[str], str]:
        """Nobody reads along."""
        return [], ""

    async def alone(self, heard: Heard, about: str) -> Heard:
        """It is so already."""
        return heard

    async def say(self, told: Told, heard: Heard) -> None:
        """A text, the chart, and cards of what can be clicked. Raises PlatformError."""
        card = card_of(told, _LIMITS, in_channel=False, thread=heard.thread)
        await self._send(heard, "text", {"content": fitting(_text(card), _TEXT_BYTES)})
        if told.picture is not None:
            picture = Picture("media", told.picture)
            if (found := await self._api.uploaded("/cgi-bin/media/upload", picture, {"type": "image"})) is not None:
                await self._send(heard, "image", {"media_id": found["media_id"]})
        offered = ((card.text, card.choices), (card.ask_next or card.about, card.asks + card.opinions))
        for title, buttons in offered:
            for at in range(0, len(buttons), _BUTTONS):
                await self._send(heard, "template_card", _card(title, buttons[at : at + _BUTTONS]))

    async def _send(self, heard: Heard, kind: str, content: Json) -> None:
        sent = {"touser": heard.person.id, "agentid": self._agent_id, "msgtype": kind, kind: content}
        await self._api.call("/cgi-bin/message/send", sent)


def _card(title: str, buttons: tuple[Button, ...]) -> Json:
    return {
        "card_type": "button_interaction",
        "main_title": {"title": cut(title, _TITLE)},
        "task_id": uuid4().hex,
        "button_list": [{"text": each.label, "style": 2, "key": each.press.text()} for each in buttons],
    }


def _text(card: Card) -> str:
    """What does not fit is cut at a line, so what matters most comes first."""
    lines = [card.text, *card.notes, *([] if card.grid is None else card.grid.lines()), *card.how]
    numbered = [f"{number}. {each.label}" for number, each in enumerate(card.choices, 1)]
    asks = [card.ask_next, *(f"· {each.press.about}" for each in card.asks)] if card.asks else []
    return "\n".join((*lines, *numbered, *asks))
