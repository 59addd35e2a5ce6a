"""uvicorn as this service runs it: connections that stay silent are closed, and a stop takes its grace time at most."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from chat_service.channels.dealing import BACKLOG, SAID
from chat_service.settings import Settings

_LOG = logging.getLogger("huitou.http")
_SWITCH_SECONDS = 0.0005
_LAST_SECONDS = 3.0  # for what a stop does after its grace time: closing files


class TimedProtocol(H11Protocol):
    """HTTP/1.1 that gives a new connection, and one between two requests, so long to send the head of a request, and
    one that is sent an answer so long to take some of it."""

    seconds = 30.0
    ended: Callable[[], None] | None = None
    _silence: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._silence = self.loop.call_later(self.seconds, self._give_up)

    def handle_events(self) -> None:
        before = self.cycle
        super().handle_events()
        if self.cycle is not before:
            self._listen_no_more()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing():
            self._listen_no_more()
            self._silence = self.loop.call_later(self.seconds, self._give_up)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(self.seconds, self._give_up_unread)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._taken()

    def connection_lost(self, exc: Exception | None) -> None:
        self._listen_no_more()
        self._taken()
        super().connection_lost(exc)
        if self.ended is not None:
            self.ended()

    def _listen_no_more(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None

    def _taken(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _give_up_unread(self) -> None:
        _LOG.info("a client did not take its answer in %g seconds and was left", self.seconds)
        self.transport.abort()

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()


def protocol_with(seconds: float) -> type[TimedProtocol]:
    """The protocol with that patience."""
    return type("Timed", (TimedProtocol,), {"seconds": seconds})


def serve_until_told(app: ASGIApp, settings: Settings, channel: socket.socket | None = None) -> None:
    """Serve on the settings' address, or what comes by the channel of a `Dealer`, until a signal. What then runs has
    the grace time; the process ends soon after."""
    # threads that compute give way to the event loop sooner than they would by themselves
    sys.setswitchinterval(_SWITCH_SECONDS)
    protocol = protocol_with(settings.client_timeout_seconds)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=protocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        # the library's own 5 seconds are less than proxies, and people, leave between two requests
        timeout_keep_alive=max(1, round(settings.client_timeout_seconds)),
        timeout_graceful_shutdown=max(1, round(settings.grace_seconds)),
    )
    last = settings.grace_seconds + _LAST_SECONDS
    if channel is None:
        _Server(config, last).run()
    else:
        _Dealt(config, last, protocol, channel).run([])


class _Server(uvicorn.Server):
    """A server whose end does not hang on a thread that cannot be stopped."""

    def __init__(self, config: uvicorn.Config, last: float) -> None:
        super().__init__(config)
        self._last = last

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        timer = threading.Timer(self._last, os._exit, (1,))
        timer.daemon = True
        timer.start()
        await super().shutdown(sockets)


class _Dealt(_Server):
    """A server that listens nowhere: connections come by a channel, and with its end comes the server's."""

    def __init__(
        self, config: uvicorn.Config, last: float, protocol: type[TimedProtocol], channel: socket.socket
    ) -> None:
        super().__init__(config, last)
        channel.setblocking(False)
        self._protocol, self._channel, self._unsaid = protocol, channel, b""
        protocol.ended = self.say

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        asyncio.get_running_loop().add_reader(self._channel, self._take)
        self.say()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().remove_reader(self._channel)
        self._channel.close()
        await super().shutdown(sockets)

    def say(self) -> None:
        """That it is ready; later, each time, that a connection has ended."""
        self._unsaid += SAID
        with suppress(OSError):  # who deals is behind, and it is said with the next; or has ended
            self._unsaid = self._unsaid[self._channel.send(self._unsaid) :]

    def _take(self) -> None:
        loop, tasks = asyncio.get_running_loop(), self.server_state.tasks
        try:
            said, found, *_ = socket.recv_fds(self._channel, len(SAID), 1)
        except ConnectionResetError:  # who deals ended before it heard all
            said, found = b"", []
        for each in found:
            task = loop.create_task(self._begin(socket.socket(fileno=each)))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        if not said:
            loop.remove_reader(self._channel)
            self.should_exit = True
        elif not found:
            self.say()  # no more files may be open here, so it is closed already

    async def _begin(self, connection: socket.socket) -> None:
        def made() -> TimedProtocol:
            return self._protocol(self.config, self.server_state, self.lifespan.state)

        await asyncio.get_running_loop().connect_accepted_socket(made, connection)
