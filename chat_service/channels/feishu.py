"""Feishu (Lark): its events and clicks to what was heard, what is told to its cards. Computes nothing.

Events come encrypted with the app's Encrypt Key (AES-256-CBC by the SHA-256 of the key, the first block being the
vector) and signed (`X-Lark-Signature`, the SHA-256 of time, nonce, key and body). Texts are plain ones: no sign of a
name means anything to Feishu.
"""

from __future__ import annotations

import json
import re
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from hashlib import sha256
from uuid import uuid4

from chat_service.channels.cards import Button, Card, Grid, Limits, Press, card_of, cut
from chat_service.channels.hearing import Hearing
from chat_service.channels.people import Person
from chat_service.channels.platform_api import Json, Picture, PlatformApi, Terms
from chat_service.channels.posted import REFUSED, Posted, Receipt, from_base64, is_same, opened
from chat_service.channels.talk import Heard, Talk, Told
from chat_service.channels.visits import needed

_RECENT = 300.0
_BLOCK = 16
_PAGE_ROWS = 10
# a card has 30 KB in all, of which a Chinese sign takes three bytes
_LIMITS = Limits(text=1800, notes=1000, columns=12, table=1500, buttons=6, press=300)
_FOR_MESSAGES = {"image_type": "message"}
_MENTION = re.compile(r"@_(?:user_\d+|all)")


class Feishu:
    """The adapter between Feishu and the hearing."""

    path = "/feishu/events"

    def __init__(self, talk: Talk) -> None:
        """As the settings say. Raises ChannelError."""
        own = talk.station.settings
        self._hearing, self._app_id = Hearing(talk, self), needed(own, "feishu_app_id")
        self._encrypt_key, self._bot = needed(own, "feishu_encrypt_key"), ""
        self._locale = "en" if "lark" in own.feishu_url else "zh"
        terms = Terms(
            token_path="/open-apis/auth/v3/tenant_access_token/internal",  # noqa: S106 - a path
            credentials={"app_id": self._app_id, "app_secret": needed(own, "feishu_app_secret")},
            is_bearer=True,
            token="tenant_access_token",  # noqa: S106 - a name
            lives="expire",
            code="code",
            stale=frozenset({99991661, 99991663, 99991664, 99991668}),
            busy=frozenset({99991400, 230020, 11232}),
        )
        self._api = PlatformApi(own.feishu_url, terms, own.talk_timeout_seconds)

    def at_work(self) -> AbstractAsyncContextManager[None]:
        """Connected within the block."""
        return self._hearing.at_work(self._api.open())

    def received(self, posted: Posted) -> Receipt:
        """What Feishu is told of an event: that it came, or the challenge by which it tries the address."""
        try:
            sealed = from_base64(json.loads(posted.body)["encrypt"])
            key = sha256(self._encrypt_key.encode()).digest()
            event: Json = json.loads(opened(key, sealed[:_BLOCK], sealed[_BLOCK:], _BLOCK))
        except (ValueError, KeyError, TypeError):
            return REFUSED
        if event.get("type") == "url_verification":
            return Receipt(200, json.dumps({"challenge": event.get("challenge")}), "application/json")
        header = event.get("header") or {}
        if not self._is_signed(posted) or header.get("app_id") != self._app_id:
            return REFUSED
        match header.get("event_type"):
            case "im.message.receive_v1":
                self._hearing.later(self._on_message(event["event"]))
            case "card.action.trigger":
                self._hearing.later(self._on_click(event["event"]))
        return Receipt(200, "{}", "application/json")

    def _is_signed(self, posted: Posted) -> bool:
        when, nonce = (posted.headers.get(f"x-lark-request-{each}", "") for each in ("timestamp", "nonce"))
        computed = sha256(f"{when}{nonce}{self._encrypt_key}".encode() + posted.body).hexdigest()
        return is_same(posted.headers.get("x-lark-signature", ""), computed) and posted.is_of_now(when, _RECENT)

    async def _on_message(self, event: Json) -> None:
        """A message between the two of us, or one in a group that mentions us."""
        message, sender = event["message"], event["sender"]
        is_direct = message["chat_type"] == "p2p"
        named = [(each.get("id") or {}).get("open_id") for each in message.get("mentions") or ()]
        if sender.get("sender_type") != "user" or not (is_direct or await self._own_id() in named):
            return
        user, chat, message_id = sender["sender_id"]["open_id"], message["chat_id"], message["message_id"]
        thread = message.get("root_id") or message_id
        place, thread, channel = (user, "", "") if is_direct else (chat, thread, chat)
        words, person = _words(json.loads(message["content"])), Person(user, locale=self._locale)
        heard = Heard(person, words, place, thread, message_id, channel, message_id)
        await self._hearing.message(message_id, heard)

    async def _on_click(self, event: Json) -> None:
        """A click. What was told to one alone is gone on with there, wherever its card was forwarded to."""
        user, where, value = event["operator"]["open_id"], event["context"], event["action"]["value"]
        chat, card = where["open_chat_id"] if value["group"] else "", where["open_message_id"]
        heard = Heard(Person(user, locale=self._locale), "", chat or user, "", card, chat, card if chat else "")
        await self._hearing.press(heard, Press.model_validate_json(value["press"]))

    async def _own_id(self) -> str:
        if not self._bot:
            self._bot = (await self._api.call("/open-apis/bot/v3/info", method="GET"))["bot"]["open_id"]
        return self._bot

    async def look_up(self, user: str) -> Person:
        """Who somebody is; of those of other companies Feishu does not tell."""
        path = f"/open-apis/contact/v3/users/{user}"
        found = (await self._api.call(path, params={"user_id_type": "open_id"}, method="GET"))["data"]["user"]
        return Person(user, found.get("enterprise_email") or found.get("email") or "")

    async def members(self, channel: str, cursor: str) -> tuple[list[str], str]:
        """A page of who is in a group; robots are not told."""
        asked = {"member_id_type": "open_id", "page_size": "100", **({"page_token": cursor} if cursor else {})}
        told = await self._api.call(f"/open-apis/im/v1/chats/{channel}/members", params=asked, method="GET")
        data = told["data"]
        return [each["member_id"] for each in data.get("items") or ()], data["page_token"] if data["has_more"] else ""

    async def alone(self, heard: Heard, about: str) -> Heard:
        """Between the two of us."""
        return replace(heard, place=heard.person.id, thread="", channel="", answer_at="")

    async def say(self, told: Told, heard: Heard) -> None:
        """One card; a sentence in a group is shown to the person alone. Raises PlatformError."""
        in_channel = bool(heard.channel)
        card = card_of(told, _LIMITS, in_channel=in_channel, thread=heard.thread)
        if told.reply is None and in_channel:
            seen = {"chat_id": heard.channel, "open_id": heard.person.id, "msg_type": "interactive"}
            await self._api.call("/open-apis/ephemeral/v1/send", {**seen, "card": _drawn(card, None, in_channel)})
            return
        drawn = _drawn(card, await self._uploaded(told), in_channel)
        # sent again under the same uuid, it is not shown again
        body = {"msg_type": "interactive", "content": json.dumps(drawn, ensure_ascii=False), "uuid": uuid4().hex}
        if heard.answer_at:
            await self._api.call(f"/open-apis/im/v1/messages/{heard.answer_at}/reply", body)
        else:
            sent = {**body, "receive_id": heard.person.id}
            await self._api.call("/open-apis/im/v1/messages", sent, params={"receive_id_type": "open_id"})

    async def _uploaded(self, told: Told) -> str | None:
        if told.picture is None:
            return None
        found = await self._api.uploaded("/open-apis/im/v1/images", Picture("image", told.picture, _FOR_MESSAGES))
        return None if found is None else str(found["data"]["image_key"])


def _words(content: Json) -> str:
    """What was written: of a text, or of a post's paragraphs; without whom it mentions."""
    lines = content.get("content") or []
    parts = [part.get("text", "") for line in lines for part in line if part.get("tag") in ("text", "a")]
    return _MENTION.sub(" ", content.get("text") or " ".join((content.get("title") or "", *parts))).strip()


def _drawn(card: Card, picture: str | None, in_channel: bool) -> Json:
    elements: list[Json] = [{"tag": "div", "text": _plain(card.text or "…")}]
    elements += _notes(card.notes)
    if card.grid is not None:
        elements.append(_table(card.grid))
        elements += _notes((card.grid.more,))
    if picture is not None:
        elements.append({"tag": "img", "img_key": picture, "alt": _plain(cut(card.about, 200))})
    elements += _notes(card.how)
    elements += _actions(card.choices, in_channel)
    elements += _notes((card.ask_next,)) + _actions(card.asks, in_channel)
    elements += _actions(card.opinions, in_channel)
    return {"config": {"wide_screen_mode": True}, "elements": elements}


def _table(grid: Grid) -> Json:
    aligns = ["right" if each else "left" for each in grid.is_number]
    columns = [
        {"name": f"c{at}", "display_name": head, "data_type": "text", "horizontal_align": align}
        for at, (head, align) in enumerate(zip(grid.heads, aligns, strict=True))
    ]
    rows = [{f"c{at}": cell for at, cell in enumerate(row)} for row in grid.rows]
    return {"tag": "table", "page_size": min(max(len(rows), 1), _PAGE_ROWS), "columns": columns, "rows": rows}


def _notes(texts: tuple[str, ...]) -> list[Json]:
    return [{"tag": "note", "elements": [_plain(each) for each in texts]}] if any(texts) else []


def _actions(buttons: tuple[Button, ...], in_channel: bool) -> list[Json]:
    drawn = [
        {"tag": "button", "text": _plain(each.label), "value": {"press": each.press.text(), "group": in_channel}}
        for each in buttons
    ]
    return [{"tag": "action", "actions": drawn}] if drawn else []


def _plain(text: str) -> Json:
    return {"tag": "plain_text", "content": text}
