"""A service in a process of its own, on a real socket, as `huitou serve` runs it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

START_SECONDS = 60.0
_LOCAL = "127.0.0.1"
_UNENCRYPTED = False  # no certificates are read: each client would take 20 ms to


@dataclass
class Running:
    """A running service: where it listens, its process, and what it writes to standard error."""

    url: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def client(
        self, *, address: str = _LOCAL, timeout: float = 60.0, headers: dict[str, str] | None = None
    ) -> httpx.Client:
        """A client that comes from an address of this machine."""
        transport = httpx.HTTPTransport(local_address=address, verify=_UNENCRYPTED)
        return httpx.Client(base_url=self.url, transport=transport, timeout=timeout, headers=headers)

    def connect(self) -> socket.socket:
        """A bare connection."""
        return socket.create_connection((_LOCAL, self.port), timeout=30)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> float:
        """The seconds that the process took to end after a signal."""
        began = time.monotonic()
        self.process.send_signal(how)
        self.process.wait(60)
        return time.monotonic() - began


@contextmanager
def serving(folder: Path, database: Path | str, *command: str, **settings: object) -> Iterator[Running]:
    """A service over a database, with settings by name; ended at the end of the block, if it is not yet."""
    port = settings.get("port") or free_port()
    chosen = {
        "database": database,
        "port": port,
        "conversations_url": f"sqlite:///{folder / 'kept.sqlite'}",
        **settings,
    }
    variables = {f"HUITOU_{name.upper()}": str(value) for name, value in chosen.items()}
    log = folder / f"log-{port}.txt"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "chat_service.cli", *(command or ("serve",))],
            env={**_without_ours(), **variables},
            stderr=errors,
            stdout=errors,
        )
        running = Running(f"http://{_LOCAL}:{port}", int(str(port)), process, log)
        try:
            if "--http" in command or command in ((), ("talk",)):
                _wait_until_it_listens(running)
            yield running
        finally:
            process.kill()
            process.wait(30)


def _without_ours() -> dict[str, str]:
    """The environment without what tests are told by it: the service would take HUITOU_FUZZ for a setting."""
    return {name: value for name, value in os.environ.items() if not name.startswith("HUITOU_")}


def _wait_until_it_listens(running: Running) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if running.process.poll() is not None:
            break
        try:
            if httpx.get(f"{running.url}/healthz", timeout=5, verify=_UNENCRYPTED).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(running.log.read_text(errors="replace")[-3000:])


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as found:
        found.bind((_LOCAL, 0))
        port: int = found.getsockname()[1]
        return port
