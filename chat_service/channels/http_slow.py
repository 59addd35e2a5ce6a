"""Clients whose body never comes.

A connection that never finishes the head of a request, or never takes its answer, is closed by
`http_serving.TimedProtocol`: of the one no app ever hears, and of the other what is not sent yet must be thrown away.
"""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class SlowClientMiddleware:
    """Ends a request whose body does not come within `seconds`."""

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

        await self._app(scope, receive_in_time, send)
