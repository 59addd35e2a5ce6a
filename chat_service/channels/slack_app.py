"""Slack as a channel: its events to what was heard, what is told to its messages. Imports the SDK; computes nothing.

Bolt checks signatures and acknowledges at once; the answer comes after, as one message in the thread.
"""

from __future__ import annotations

import asyncio
import html
import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from chat_service.channels.http_channel import AtWork, Handle
from chat_service.channels.people import Person
from chat_service.channels.slack_blocks import blocks_of, fallback_of
from chat_service.channels.slack_directory import SlackDirectory
from chat_service.channels.talk import Heard, Talk, Told
from chat_service.channels.wire import Selection

_LOG = logging.getLogger("huitou.service")
_MENTION, _LINK = re.compile(r"<@[A-Z0-9]+(\|[^>]*)?>"), re.compile(r"<(?:[^|>]*\|)?([^>]*)>")
_PICTURE_WAITS = (0.3, 1.0, 2.0)  # Slack refuses a picture that it has not looked at yet
Json = dict[str, Any]


@dataclass(eq=False)
class SlackChannel:
    """The adapter between Slack and the talk."""

    talk: Talk
    client: AsyncWebClient
    directory: SlackDirectory

    def listen(self, app: AsyncApp) -> None:
        """Have what is said to us come here."""
        app.event("app_mention")(self.on_message)
        app.event("message")(self.on_message)
        app.command(re.compile(r"^/"))(self.on_command)
        app.action(re.compile(r"^(choose|ask):\d+$"))(self.on_choice)
        app.action("alone")(self.on_alone)
        app.action(re.compile(r"^thumb:(up|down)$"))(self.on_thumb)

    async def on_message(self, event: Json, body: Json) -> None:
        """A mention, or a message between the two of us."""
        is_direct = event.get("channel_type") == "im"
        if event.get("bot_id") or event.get("subtype") or not (is_direct or event["type"] == "app_mention"):
            return
        channel, ts = str(event["channel"]), str(event["ts"])
        async with self.talk.once(f"{channel}:{ts}") as is_first:
            if is_first:
                heard = Heard(
                    await self.directory.person(event["user"]),
                    _words(event.get("text", "")),
                    f"{body.get('team_id', '')}:{channel}",
                    str(event.get("thread_ts", ts)),
                    f"{channel}:{ts}",
                    "" if is_direct else channel,
                )
                await self._answer(heard, channel)

    async def on_command(self, ack: AsyncAck, command: Json) -> None:
        """`/huitou …`: answered between the two of us, whatever channel it is sent from."""
        await ack()
        async with self.talk.once(command["trigger_id"]) as is_first:
            if is_first:
                person = await self.directory.person(command["user_id"])
                channel, thread = await self._direct(person, _words(command.get("text", "")) or command["command"])
                place = f"{command.get('team_id', '')}:{channel}"
                heard = Heard(person, _words(command.get("text", "")), place, thread, command["trigger_id"])
                await self._answer(heard, channel)

    async def on_choice(self, ack: AsyncAck, body: Json, action: Json) -> None:
        """A choice of a question back, or a question to ask next; clicked by several, it is asked once."""
        await ack()
        heard, channel = await self._clicked(body, action)
        async with self.talk.once(heard.message_id) as is_first:
            if is_first and action["action_id"].startswith("choose:"):
                chosen = json.loads(action["value"])
                selection = Selection(clarification_id=chosen["c"], choice_id=chosen["i"])
                await self._answer(replace(heard, selection=selection), channel)
            elif is_first:
                await self._answer(replace(heard, text=action["value"]), channel)

    async def on_alone(self, ack: AsyncAck, body: Json, action: Json) -> None:
        """What was answered for all, once more for one."""
        await ack()
        heard, _ = await self._clicked(body, action)
        async with self.talk.once(f"{heard.message_id}:{heard.person.id}") as is_first:
            if is_first:
                asked = json.loads(action["value"])
                channel, thread = await self._direct(heard.person, action["text"]["text"])
                place = f"{heard.place.split(':')[0]}:{channel}"
                own = replace(heard, channel="", place=place, thread=thread, message_id=thread)
                await self._post(await self.talk.alone(own, asked["r"], asked["n"]), own, channel)

    async def on_thumb(self, ack: AsyncAck, body: Json, action: Json) -> None:
        """What a person thinks of an answer."""
        await ack()
        heard, channel = await self._clicked(body, action)
        asked, is_up = json.loads(action["value"]), action["action_id"].endswith("up")
        await self._post(await self.talk.thought(heard.person, asked["r"], is_up, asked["l"]), heard, channel)

    async def _clicked(self, body: Json, action: Json) -> tuple[Heard, str]:
        message, channel = body["message"], body["channel"]["id"]
        place = f"{(body.get('team') or {}).get('id', '')}:{channel}"
        about = f"{channel}:{message['ts']}:{action['action_id']}"
        person, thread = await self.directory.person(body["user"]["id"]), message.get("thread_ts", message["ts"])
        return Heard(person, "", place, thread, about, "" if channel.startswith("D") else channel), channel

    async def _answer(self, heard: Heard, channel: str) -> None:
        async def room(most: int) -> tuple[Person, ...]:
            return await self.directory.room(channel, most)

        await self._post(await self.talk.answer(heard, room), heard, channel)

    async def _post(self, told: Told, heard: Heard, channel: str) -> None:
        """One message; a sentence in a channel is for the person alone. Raises SlackApiError."""
        said: Json = {"channel": channel, "thread_ts": heard.thread, "text": fallback_of(told)}
        if told.reply is None and heard.channel:
            blocks = blocks_of(told, None, in_channel=True)
            await self.client.chat_postEphemeral(**said, user=heard.person.id, blocks=blocks)
            return
        picture = await self._upload(told)
        for wait in (*_PICTURE_WAITS, None) if picture else (None,):
            blocks = blocks_of(told, picture if wait else None, in_channel=bool(heard.channel))
            try:
                await self.client.chat_postMessage(**said, blocks=blocks, unfurl_links=False, unfurl_media=False)
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
            sent = await self.client.files_upload_v2(file=told.picture, filename="chart.png", title=title[:200])
        except SlackApiError as error:
            _LOG.error("a chart could not be uploaded: %s", error.response["error"])
            return None
        found: str = sent["files"][0]["id"]
        return found

    async def _direct(self, person: Person, about: str) -> tuple[str, str]:
        """The place where somebody is alone with us, and a thread there that says what it is about."""
        channel: str = (await self.client.conversations_open(users=person.id))["channel"]["id"]
        sent = await self.client.chat_postMessage(channel=channel, text=html.escape(about, quote=False)[:3000])
        thread: str = sent["ts"]
        return channel, thread


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
    SlackChannel(talk, client, SlackDirectory(client)).listen(app)
    return AsyncSlackRequestHandler(app).handle, _at_work


@asynccontextmanager
async def _at_work() -> AsyncIterator[None]:
    yield


@asynccontextmanager
async def by_socket(talk: Talk, client: AsyncWebClient, app_token: str) -> AsyncIterator[None]:
    """Connected to Slack within the block; nothing needs to reach us."""
    app = AsyncApp(client=client, request_verification_enabled=False, name="huitou")
    SlackChannel(talk, client, SlackDirectory(client)).listen(app)
    handler = AsyncSocketModeHandler(app, app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
