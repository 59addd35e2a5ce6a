"""Clients on whose side nothing moves: a body that never comes, an answer that nobody reads.

A connection that never finishes the head of its first request is closed by `http_serving.TimedProtocol`, since no app
ever hears of it.
"""

from __future__ import annotations

import asyncio
import logging

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOG = logging.getLogger("huitou.http")


class SlowClientError(Exception):
    """The client did not take its answer in time; the server closes the connection."""


class SlowClientMiddleware:
    """Ends a request whose body does not come within `seconds`, or of whose answer a part is not taken within them."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app, self._seconds = app, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        until = asyncio.get_running_loop().time() + self._seconds
        is_whole = False

        async def receive_in_time() -> Message:
            nonlocal is_whole
            if is_whole:
                return await receive()
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                said = "The body of the request did not come in time."
                raise HTTPException(408, said, {"Connection": "close"}) from None
            is_whole = message["type"] != "http.request" or not message.get("more_body", False)
            return message

        async def send_in_time(message: Message) -> None:
            try:
                async with asyncio.timeout(self._seconds):
                    await send(message)
            except TimeoutError:
                raise SlowClientError from None

        try:
            await self._app(scope, receive_in_time, send_in_time)
        except SlowClientError:
            _LOG.info("a client did not take its answer in %g seconds and was left", self._seconds)
            raise
