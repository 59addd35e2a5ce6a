"""WeCom: messages and clicks in the chat with a company's own app to what was heard, what is told to messages.

They come as sealed XML. An app is spoken to in private: WeCom brings it no group's messages. Computes nothing.
"""

from __future__ import annotations

import re
from contextlib import AbstractAsyncContextManager
from uuid import uuid4
from xml.etree import ElementTree

from chat_service.channels.cards import Button, Card, Limits, Press, card_of, cut
from chat_service.channels.hearing import Hearing
from chat_service.channels.people import Person
from chat_service.channels.platform_api import Json, Picture, PlatformApi, Terms
from chat_service.channels.posted import REFUSED, Posted, Receipt
from chat_service.channels.talk import Heard, Talk, Told
from chat_service.channels.visits import needed
from chat_service.channels.wecom_seal import Seal
from chat_service.saved.robots import fitting

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
        self._agent_id = int(needed(own, "wecom_agent_id"))
        self._seal = Seal(needed(own, "wecom_token"), needed(own, "wecom_aes_key"), self._corp_id)
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
            echo = self._seal.opened(posted, posted.query.get("echostr", ""))
            return REFUSED if echo is None else Receipt(200, echo)
        found = _SEALED.search(posted.body)
        text = None if found is None else self._seal.opened(posted, found[1].decode())
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
        await self._send(heard, "text", {"content": fitting("\n".join(_lines(card)), _TEXT_BYTES)})
        if told.picture is not None:
            picture = Picture("media", told.picture)
            if (found := await self._api.uploaded("/cgi-bin/media/upload", picture, {"type": "image"})) is not None:
                await self._send(heard, "image", {"media_id": found["media_id"]})
        offered = ((card.text, card.choices), (card.ask_next or card.about, card.asks + card.opinions))
        for title, buttons in offered:
            for at in range(0, len(buttons), _BUTTONS):
                await self._send(heard, "template_card", card_with(title, buttons[at : at + _BUTTONS]))

    async def _send(self, heard: Heard, kind: str, content: Json) -> None:
        sent = {"touser": heard.person.id, "agentid": self._agent_id, "msgtype": kind, kind: content}
        await self._api.call("/cgi-bin/message/send", sent)


def card_with(title: str, buttons: tuple[Button, ...]) -> Json:
    """A card of WeCom with buttons, six at most."""
    return {
        "card_type": "button_interaction",
        "main_title": {"title": cut(title, _TITLE)},
        "task_id": uuid4().hex,
        "button_list": [{"text": each.label, "style": 2, "key": each.press.text()} for each in buttons],
    }


def _lines(card: Card) -> list[str]:
    """A card as lines: what does not fit is cut at its end, so what matters most comes first."""
    lines = [card.text, *card.notes, *([] if card.grid is None else card.grid.lines()), *card.how]
    numbered = [f"{number}. {each.label}" for number, each in enumerate(card.choices, 1)]
    asks = [card.ask_next, *(f"· {each.press.about}" for each in card.asks)] if card.asks else []
    return [*lines, *numbered, *asks]
