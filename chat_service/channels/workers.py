"""Several processes on one address: each serves all that the service serves, and one that dies is replaced.

The first one deals the connections out among them, and they end with it. They share what must hold over all of them:
the store tells messages and turns apart, a file counts each reader's requests, the meters stand in files that are added
up.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

from chat_service.channels.dealing import Dealer
from chat_service.settings import Settings

# told by its presence that the meters of several processes stand in files; read when prometheus_client is imported
METERS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_LOG = logging.getLogger("huitou.service")
_LOOK_SECONDS = 0.2
_SOON_SECONDS = 5.0  # a worker that ends so soon after its start will not do better at once
_LAST_SECONDS = 5.0

Serve = Callable[[Settings, socket.socket, Path], None]


@dataclass(eq=False)
class Workers:
    """So many processes that run `serve` with the settings, a channel that connections come by, and the rates' file."""

    settings: Settings
    count: int
    serve: Serve
    _running: dict[int, tuple[BaseProcess, float]] = field(default_factory=dict)
    _not_before: float = 0.0
    _told: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until a signal says to stop; what then runs has the grace time."""
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: self._told.set())
        with tempfile.TemporaryDirectory(prefix="huitou-workers-") as folder:
            os.environ[METERS_FOLDER] = folder
            dealer = Dealer(_bound(self.settings))
            while not self._told.is_set():
                self._keep(dealer, Path(folder) / "rates")
                dealer.deal(_LOOK_SECONDS)
            dealer.close()
            self._stop()

    def _keep(self, dealer: Dealer, rates: Path) -> None:
        """Start what is missing; slowly where it ends again and again."""
        now = time.monotonic()
        for place, (process, began) in list(self._running.items()):
            if not process.is_alive():
                _LOG.error("worker %s ended with %s and is replaced", process.pid, process.exitcode)
                del self._running[place]
                self._not_before = now + _SOON_SECONDS if now - began < _SOON_SECONDS else now
        for place in range(self.count if now >= self._not_before else 0):
            if place not in self._running:
                with dealer.channel() as channel:
                    told = (shared(self.settings, self.count), channel, rates)
                    started = multiprocessing.get_context("spawn").Process(target=self.serve, args=told)
                    started.start()
                self._running[place] = (started, now)

    def _stop(self) -> None:
        processes = [process for process, _ in self._running.values()]
        for each in processes:
            each.terminate()
        until = time.monotonic() + self.settings.grace_seconds + _LAST_SECONDS
        for each in processes:
            each.join(max(0.0, until - time.monotonic()))
            if each.is_alive():
                each.kill()
                each.join()


def shared(settings: Settings, count: int) -> Settings:
    """One worker's part of what is bounded for all: a reader's requests at a time, the database's memory."""
    return settings.model_copy(update={"per_reader_at_most": max(1, settings.per_reader_at_most // count)})


def _bound(settings: Settings) -> socket.socket:
    """The address, not listened on yet. Raises OSError where another process has it."""
    found = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind((settings.host, settings.port))
    return found
