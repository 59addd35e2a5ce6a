"""Slack as a channel: its events to what was heard, what is told to its messages. Imports the SDK; computes nothing.

Bolt checks signatures and acknowledges at once; the answer comes after, as one message in the thread.
"""

from __future__ import annotations

import asyncio
import html
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from chat_service.channels.cards import Press
from chat_service.channels.hearing import Hearing
from chat_service.channels.http_channel import AtWork, Handle
from chat_service.channels.people import Person
from chat_service.channels.slack_blocks import blocks_of, fallback_of
from chat_service.channels.talk import Heard, Talk, Told

_LOG = logging.getLogger("huitou.service")
_MENTION, _LINK = re.compile(r"<@[A-Z0-9]+(\|[^>]*)?>"), re.compile(r"<(?:[^|>]*\|)?([^>]*)>")
_PAGE = 200  # of those in a channel
_PICTURE_WAITS = (0.3, 1.0, 2.0)  # Slack refuses a picture that it has not looked at yet
Json = dict[str, Any]


class SlackChannel:
    """The adapter between Slack and the hearing."""

    def __init__(self, talk: Talk, client: AsyncWebClient) -> None:
        self._hearing, self._client = Hearing(talk, self), client

    def listen(self, app: AsyncApp) -> None:
        """Have what is said to us come here."""
        app.event("app_mention")(self.on_message)
        app.event("message")(self.on_message)
        app.command(re.compile(r"^/"))(self.on_command)
        app.action(re.compile(r"^((choose|ask):\d+|thumb:(up|down)|alone)$"))(self.on_click)

    async def on_message(self, event: Json, body: Json) -> None:
        """A mention, or a message between the two of us."""
        is_direct = event.get("channel_type") == "im"
        if event.get("bot_id") or event.get("subtype") or not (is_direct or event["type"] == "app_mention"):
            return
        channel, ts = str(event["channel"]), str(event["ts"])
        heard = Heard(
            Person(event["user"]),
            _words(event.get("text", "")),
            f"{body.get('team_id', '')}:{channel}",
            str(event.get("thread_ts", ts)),
            f"{channel}:{ts}",
            "" if is_direct else channel,
            channel,
        )
        await self._hearing.message(heard.message_id, heard)

    async def on_command(self, ack: AsyncAck, command: Json) -> None:
        """`/huitou …`: answered between the two of us, whatever channel it is sent from."""
        await ack()
        text, trigger = _words(command.get("text", "")), command["trigger_id"]
        heard = Heard(Person(command["user_id"]), text, f"{command.get('team_id', '')}:", "", trigger)
        await self._hearing.message(trigger, heard, alone_about=text or command["command"])

    async def on_click(self, ack: AsyncAck, body: Json, action: Json) -> None:
        """A click on a button of ours."""
        await ack()
        message, channel = body["message"], body["channel"]["id"]
        heard = Heard(
            Person(body["user"]["id"]),
            "",
            f"{(body.get('team') or {}).get('id', '')}:{channel}",
            message.get("thread_ts", message["ts"]),
            f"{channel}:{message['ts']}",
            "" if channel.startswith("D") else channel,
            channel,
        )
        await self._hearing.press(heard, Press.model_validate_json(action["value"]))

    async def look_up(self, user: str) -> Person:
        """Who somebody is. Raises SlackApiError."""
        found = (await self._client.users_info(user=user, include_locale=True))["user"]
        email = (found.get("profile") or {}).get("email") or ""
        # an address is believed of members of the own workspace alone: others write into theirs what they like
        own = "" if found.get("is_stranger") or found.get("is_external") else email
        return Person(user, own, found.get("locale") or "", bool(found.get("is_bot") or user == "USLACKBOT"))

    async def members(self, channel: str, cursor: str) -> tuple[list[str], str]:
        """A page of who is in a channel. Raises SlackApiError."""
        page = await self._client.conversations_members(channel=channel, limit=_PAGE, cursor=cursor)
        return list(page["members"]), (page.get("response_metadata") or {}).get("next_cursor", "")

    async def alone(self, heard: Heard, about: str) -> Heard:
        """In the direct message, in a thread of its own that begins with what it is about. Raises SlackApiError."""
        channel = (await self._client.conversations_open(users=heard.person.id))["channel"]["id"]
        sent = await self._client.chat_postMessage(channel=channel, text=html.escape(about, quote=False)[:3000])
        place, ts = f"{heard.place.split(':')[0]}:{channel}", sent["ts"]
        return replace(heard, place=place, thread=ts, message_id=ts, channel="", answer_at=channel)

    async def say(self, told: Told, heard: Heard) -> None:
        """One message; a sentence in a channel is for the person alone. Raises SlackApiError."""
        said: Json = {"channel": heard.answer_at, "thread_ts": heard.thread, "text": fallback_of(told)}
        if told.reply is None and heard.channel:
            blocks = blocks_of(told, None, in_channel=True)
            await self._client.chat_postEphemeral(**said, user=heard.person.id, blocks=blocks)
            return
        picture = await self._upload(told)
        for wait in (*_PICTURE_WAITS, None) if picture else (None,):
            blocks = blocks_of(told, picture if wait else None, in_channel=bool(heard.channel))
            try:
                await self._client.chat_postMessage(**said, blocks=blocks, unfurl_links=False, unfurl_media=False)
                return
            except SlackApiError as error:
                if wait is None or error.response["error"] != "invalid_blocks":
                    raise
                await asyncio.sleep(wait)

    async def _upload(self, told: Told) -> str | None:
        """The picture's id at Slack; without one the answer goes out without a picture."""
        if told.picture is None or told.reply is None:
            return None
        title = told.reply.restated or "chart"
        try:
            sent = await self._client.files_upload_v2(file=told.picture, filename="chart.png", title=title[:200])
        except SlackApiError as error:
            _LOG.error("a chart could not be uploaded: %s", error.response["error"])
            return None
        found: str = sent["files"][0]["id"]
        return found


def _words(text: str) -> str:
    """What was written, without whom it mentions and without Slack's own signs."""
    return html.unescape(_LINK.sub(r"\1", _MENTION.sub(" ", text))).strip()


def slack_client(token: str, url: str) -> AsyncWebClient:
    """Slack's Web API; where it says to wait, that is waited for."""
    client = AsyncWebClient(token=token, base_url=url)
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=5))
    return client


def over_http(talk: Talk, client: AsyncWebClient, secret: str) -> tuple[Handle, AtWork]:
    """What Slack's requests are handed to; each must be signed with the secret."""
    app = AsyncApp(client=client, signing_secret=secret, name="huitou")
    SlackChannel(talk, client).listen(app)
    return AsyncSlackRequestHandler(app).handle, _at_work


@asynccontextmanager
async def _at_work() -> AsyncIterator[None]:
    yield


@asynccontextmanager
async def by_socket(talk: Talk, client: AsyncWebClient, app_token: str) -> AsyncIterator[None]:
    """Connected to Slack within the block; nothing needs to reach us."""
    app = AsyncApp(client=client, request_verification_enabled=False, name="huitou")
    SlackChannel(talk, client).listen(app)
    handler = AsyncSocketModeHandler(app, app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
