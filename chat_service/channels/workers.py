"""Several processes on one address: each serves all that the service serves, and one that dies is replaced.

Each listens by itself, and the system deals connections out among them: of one that all listened on, the first to look
would take every connection that waits, and keep it. They share what must hold over all of them: the store tells
messages and turns apart, a file counts each reader's requests, the meters stand in files that are added up.
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
    """So many processes that run `serve` with the settings, an own socket on the address and the file of rates."""

    settings: Settings
    count: int
    serve: Serve
    _running: dict[int, tuple[BaseProcess, float]] = field(default_factory=dict)
    _told: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until a signal says to stop; what then runs has the grace time."""
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: self._told.set())
        with tempfile.TemporaryDirectory(prefix="huitou-workers-") as folder, _reserved(self.settings) as address:
            os.environ[METERS_FOLDER] = folder
            while not self._told.wait(_LOOK_SECONDS if self._running else 0):
                self._keep(address, Path(folder) / "rates")
            self._stop()

    def _keep(self, address: socket.socket, rates: Path) -> None:
        """Start what is missing; slowly where it ends again and again."""
        context = multiprocessing.get_context("spawn")
        for place in range(self.count):
            process, began = self._running.get(place, (None, 0.0))
            if process is not None and process.is_alive():
                continue
            if process is not None:
                _LOG.error("worker %s ended with %s and is replaced", process.pid, process.exitcode)
                if time.monotonic() - began < _SOON_SECONDS and self._told.wait(_SOON_SECONDS):
                    return
            # closed here, so that nothing is dealt to one that has died
            with _bound(address.family, address.getsockname()) as own:
                told = (shared(self.settings, self.count), own, rates)
                started = context.Process(target=self.serve, args=told)
                started.start()
            self._running[place] = (started, time.monotonic())

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


def end_with_parent() -> None:
    """Have this worker told to stop when the process that started it is gone, however it went."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="parent").start()


def shared(settings: Settings, count: int) -> Settings:
    """One worker's part of what is bounded for all: a reader's requests at a time, the database's memory."""
    return settings.model_copy(update={"per_reader_at_most": max(1, settings.per_reader_at_most // count)})


def _reserved(settings: Settings) -> socket.socket:
    """The address, bound but not listened on. Raises OSError where another process has it."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as alone:
        alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        alone.bind((settings.host, settings.port))
        where = alone.getsockname()
    return _bound(family, where)


def _bound(family: int, where: tuple[object, ...]) -> socket.socket:
    """A socket of its own on an address that others of ours are bound to as well."""
    found = socket.socket(family)
    for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
        found.setsockopt(socket.SOL_SOCKET, option, 1)
    found.bind(where)
    return found
