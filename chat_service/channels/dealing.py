"""Connections dealt out to workers: one process takes each from the address, and hands it to who holds the fewest.

What the system deals out by itself is uneven: of two that listen on one address, one may come to hold twice as many,
and who is served by it waits twice as long. Each worker has a channel to the process that deals. It says one byte when
it is ready, and one for each connection that has ended; what ends the channel, as a kill does, ends its count.
"""

from __future__ import annotations

import socket
from multiprocessing.connection import wait

BACKLOG = 2048
SAID = b"."


class Dealer:
    """Deals out what comes to an address, which is listened on from when a first worker is ready."""

    def __init__(self, address: socket.socket) -> None:
        address.setblocking(False)
        self._address = address
        self._channels: list[socket.socket] = []
        # by the channels of those that are ready; of equals, who was given one last is the last
        self._held: dict[socket.socket, int] = {}

    def channel(self) -> socket.socket:
        """A new worker's end of its channel."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        self._channels.append(ours)
        return theirs

    def deal(self, seconds: float) -> None:
        """Hand out and hear what comes, once something does within that time. With no worker, connections wait."""
        for each in wait([*self._channels, *([self._address] if self._held else [])], seconds):
            if each is self._address:
                self._hand_out()
            elif isinstance(each, socket.socket):
                self._hear(each)

    def close(self) -> None:
        """Take no more; each worker hears it."""
        for each in (self._address, *self._channels):
            each.close()

    def _hand_out(self) -> None:
        try:
            connection, _ = self._address.accept()
        except OSError:
            return  # it was given up meanwhile
        with connection:
            for channel in sorted(self._held, key=self._held.__getitem__):
                try:
                    socket.send_fds(channel, [SAID], [connection.fileno()])
                except OSError:
                    continue  # it has ended, or took none of the hundreds that wait in it
                self._held[channel] = self._held.pop(channel) + 1
                return

    def _hear(self, channel: socket.socket) -> None:
        try:
            said = channel.recv(4096)
        except ConnectionResetError:  # it ended with connections that it had not taken
            said = b""
        if not said:
            self._channels.remove(channel)
            self._held.pop(channel, None)
            channel.close()
            return
        if channel not in self._held:
            self._address.listen(BACKLOG)
        self._held[channel] = self._held.get(channel, 1) - len(said)
