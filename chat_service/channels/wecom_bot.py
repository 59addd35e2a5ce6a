"""WeCom's robots, which groups mention: their messages and clicks to what was heard. Computes nothing.

Sealed as those of an app are, they come as JSON and name the address for one answer: a text, or a card of choices.
WeCom tells a robot nothing of people but their ids, and not who is in a group: one is answered where the file says for
whom.
"""

from __future__ import annotations

import json
import re
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from chat_service.channels.cards import Limits, Press, as_markdown, card_of
from chat_service.channels.hearing import Hearing, PlatformError
from chat_service.channels.people import Person
from chat_service.channels.platform_api import Json, PlatformApi, Terms
from chat_service.channels.posted import REFUSED, Posted, Receipt
from chat_service.channels.talk import Heard, Talk, Told
from chat_service.channels.visits import needed
from chat_service.channels.wecom import card_with
from chat_service.channels.wecom_seal import Seal
from chat_service.present.export.markdown import plain

_UNTOLD = 1  # a code of ours: there is nothing to ask
_LIMITS = Limits(text=1500, notes=600, table=1500, buttons=6, label=30, press=1000)
_MENTION = re.compile(r"^@\S+\s*|\s*@\S+$")


class WeComBot:
    """The adapter between a robot of WeCom and the hearing."""

    path = "/wecom/bot"

    def __init__(self, talk: Talk) -> None:
        """As the settings say. Raises ChannelError."""
        own = talk.station.settings
        self._hearing = Hearing(talk, self)
        self._seal = Seal(needed(own, "wecom_bot_token"), needed(own, "wecom_bot_aes_key"), "")
        terms = Terms("", {}, is_bearer=False, token="", lives="", code="errcode", busy=frozenset({-1, 45009}))
        self._api = PlatformApi(own.wecom_url, terms, own.talk_timeout_seconds)

    def at_work(self) -> AbstractAsyncContextManager[None]:
        """Connected within the block."""
        return self._hearing.at_work(self._api.open())

    def received(self, posted: Posted) -> Receipt:
        """What WeCom is told: nothing of a message, which is answered later; the echo by which it tries the address."""
        if posted.method == "GET":
            echo = self._seal.opened(posted, posted.query.get("echostr", ""))
            return REFUSED if echo is None else Receipt(200, echo)
        try:
            body = json.loads(posted.body)
        except ValueError:
            return REFUSED
        sealed = body.get("encrypt") if isinstance(body, dict) else None
        text = self._seal.opened(posted, sealed) if isinstance(sealed, str) else None
        if text is None:
            return REFUSED
        message: Json = json.loads(text)
        is_click = (message.get("event") or {}).get("eventtype") == "template_card_event"
        if is_click or message.get("msgtype") != "event":
            self._hearing.later(self._on_click(message) if is_click else self._on_message(message))
        return Receipt()

    async def _on_message(self, message: Json) -> None:
        words, heard = _words(message), self._heard(message, message["msgid"])
        text = _MENTION.sub("", words) if heard.channel else words
        await self._hearing.message(message["msgid"], replace(heard, text=text.strip()))

    async def _on_click(self, message: Json) -> None:
        clicked = message["event"]["template_card_event"]
        heard = self._heard(message, clicked["task_id"])
        await self._hearing.press(heard, Press.model_validate_json(clicked["event_key"]))

    def _heard(self, message: Json, message_id: str) -> Heard:
        user, chat = message["from"]["userid"], message["chatid"] if message["chattype"] == "group" else ""
        return Heard(
            Person(user, locale="zh"), "", f"bot:{chat or user}", "", message_id, chat, message["response_url"]
        )

    async def look_up(self, user: str) -> Person:
        """By the id alone."""
        raise PlatformError("a robot is not told who people are", _UNTOLD)

    async def members(self, channel: str, cursor: str) -> tuple[list[str], str]:
        """Nothing is told."""
        raise PlatformError("a robot is not told who is in a group", _UNTOLD)

    async def alone(self, heard: Heard, about: str) -> Heard:
        """No button of ours asks for it here."""
        return replace(heard, channel="")

    async def say(self, told: Told, heard: Heard) -> None:
        """The one answer. Raises PlatformError."""
        card = card_of(told, _LIMITS, in_channel=bool(heard.channel), thread=heard.thread)
        if card.choices:
            drawn = {**card_with(card.text, card.choices), "sub_title_text": card.text}
            await self._api.answer_at(heard.answer_at, {"msgtype": "template_card", "template_card": drawn})
        else:
            asks = "\n".join(f"- {plain(each.press.about)}" for each in card.asks)
            shown = {"content": "\n\n".join((*as_markdown(card), asks)).strip()}
            await self._api.answer_at(heard.answer_at, {"msgtype": "markdown", "markdown": shown})


def _words(message: Json) -> str:
    """What was written or spoken; of a message with pictures, its words."""
    parts = [message, *((message.get("mixed") or {}).get("msg_item") or ())]
    said = [(part.get(kind) or {}).get("content") or "" for part in parts for kind in ("text", "voice")]
    return " ".join(filter(None, said))
